internal import Canonical
package import Experiments
internal import Suites
internal import SystemPackage

/// Writes what is not as expected as GitLab's code quality report, whose entries lead to lines of suites.
///
/// Each entry has `description`, `check_name`, `fingerprint`, `severity`, `location.path` and
/// `location.lines.begin`. The fingerprint goes by suite, case and outcome, so that an entry stays the same
/// when lines move.
package enum CodeQuality {
  /// Entries that are written at most; the last of them says how many are left out.
  package static let entriesMax = 10_000

  /// Writes a run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - places: finds the lines of suites from the root of the checkout.
  ///   - write: takes bytes of the file.
  /// - Throws: what reading the run or writing throws.
  package static func write(
    _ run: some RunReader, _ places: SourcePlaces, to write: ([UInt8]) throws -> Void
  ) throws {
    var list = List()
    for finding in run.summary.findings {
      let suite = run.header.suites.first { $0.name == finding.suite }
      try write(
        list.entry(
          "\(finding.message); next: \(finding.next)", finding.kind.rawValue,
          [finding.suite.text], finding.isFailure ? .critical : .minor,
          suite.flatMap { places.path($0.path) }, line: 1))
    }
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        let identity = result.identity
        let path = places.path(identity.location.path)
        func add(_ message: String, _ check: String, _ severity: Severity) throws {
          try write(
            list.entry(
              "\(identity.id): \(message)", check, [identity.suite.text, identity.id.text],
              severity, path, line: identity.location.line))
        }
        switch result.outcome.verdict {
        case .failure: try add(result.reason, result.outcome.rawValue, .major)
        case .error: try add(result.reason, result.outcome.rawValue, .critical)
        case .success, .skipped: break
        }
        for check in result.checks where check.warning != nil {
          try add(check.message, "warning-\(check.name)", .minor)
        }
      }
    }
    try write(list.end)
  }

  private enum Severity: String {
    case minor
    case major
    case critical
  }

  /// Entries of a JSON array, a line each.
  private struct List {
    private var count = 0
    private var hidden = 0
    private var lastPath: String?

    /// The bytes of an entry; none for one without a place in the checkout, which GitLab takes not, and
    /// for one too many.
    mutating func entry(
      _ description: String, _ check: String, _ names: [String], _ severity: Severity,
      _ path: String?, line: Int
    ) -> [UInt8] {
      guard let path else { return [] }
      lastPath = path
      guard count < entriesMax - 1 else {
        hidden += 1
        return []
      }
      defer { count += 1 }
      return bytes(description, check, names, severity, path, line)
    }

    private func bytes(
      _ description: String, _ check: String, _ names: [String], _ severity: Severity,
      _ path: String, _ line: Int
    ) -> [UInt8] {
      let text = (["proofsheet", check] + names).joined(separator: "\0")
      let entry = JSONValue.members([
        "description": .string(XMLText.line(description)),
        "check_name": .string("proofsheet-\(check)"),
        "fingerprint": .string(SHA256Digest(hashing: Array(text.utf8)).hex),
        "severity": .string(severity.rawValue),
        "location": .members([
          "path": .string(path), "lines": .members(["begin": .integer(max(1, line))]),
        ]),
      ])
      return Array((count == 0 ? "[\n" : ",\n").utf8) + entry.lineBytes
    }

    /// What stands behind the last entry.
    var end: [UInt8] {
      guard count > 0 else { return Array("[]\n".utf8) }
      guard hidden > 0, let lastPath else { return Array("\n]\n".utf8) }
      let more = Count.of(hidden, "more entry", "more entries")
      return bytes("\(more) left out", "left-out", [], .minor, lastPath, 1) + Array("\n]\n".utf8)
    }
  }
}
