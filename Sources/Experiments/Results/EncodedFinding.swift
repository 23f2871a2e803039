internal import Canonical
internal import Suites

/// A finding of a run as a JSON document.
///
/// Members: `kind`, `suite`, `severity`, `message`, `subjects`, `next` and, of old recordings, `days`.
enum EncodedFinding {
  static func encode(_ finding: RunFinding) -> JSONValue {
    .members([
      "kind": .string(finding.kind.rawValue),
      "suite": .string(finding.suite.text),
      "severity": .string(finding.severity.rawValue),
      "message": .string(finding.message),
      "subjects": EncodedRun.strings(finding.subjects),
      "next": .string(finding.next),
      "days": finding.days.map { .integer($0) },
    ])
  }

  /// Reads the findings of a summary; one of a time before there were any has none.
  static func decodeAll(_ place: EncodedPlace?) throws(EncodedRunFailure) -> [RunFinding] {
    guard let place else { return [] }
    var findings: [RunFinding] = []
    for element in try place.elements(max: EncodedRun.elementsMax) {
      findings.append(try decode(element))
    }
    return findings
  }

  private static func decode(_ place: EncodedPlace) throws(EncodedRunFailure) -> RunFinding {
    RunFinding(
      try place.member("kind").parse("a kind of finding") { RunFinding.Kind(rawValue: $0) },
      of: try place.member("suite").parse("a suite's name") { SuiteName($0) },
      severity: try place.member("severity").parse("fail or warn") { CheckSeverity(rawValue: $0) },
      message: try place.member("message").string(),
      subjects: try place.member("subjects").strings(max: EncodedRun.elementsMax),
      next: try place.member("next").string(),
      days: try place.optional("days")?.integer(RecordingRules.Age.daysRange))
  }
}
