internal import Canonical
internal import Suites

/// What a plan says of the groups of suites.
enum GroupLines {
  /// A line for each suite that declares groups.
  static func text(_ suites: [LoadedSuite]) -> [String] {
    suites.filter { !$0.groups.isEmpty }.map { suite in
      let parts = suite.groups.map { group in
        "\(group.groupCount) across \(group.across) (\(group.expectation.rawValue))"
      }
      return "\(suite.groupCount) group(s) of \(suite.name): \(parts.joined(separator: ", "))"
    }
  }

  /// The number of groups by the names of all suites.
  static func json(_ suites: [LoadedSuite]) -> JSONValue {
    .object(JSONObject(suites.map { ($0.name.text, .integer($0.groupCount)) }))
  }
}
