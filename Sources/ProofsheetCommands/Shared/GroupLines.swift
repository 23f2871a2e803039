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
      return "  \(Count.of(suite.groupCount, "group")): \(parts.joined(separator: ", "))"
    }
  }
}
