package import Canonical
internal import Suites

/// Counts which replayed recordings of a suite are older than a rule allows.
package struct AgeTally: Sendable {
  private let rule: RecordingRules.Age
  private let next: String
  private var count = 0
  private var oldest = 0
  private var subjects: [String] = []

  /// Takes the rule.
  ///
  /// - Parameter next: what to run where something is too old.
  package init(_ rule: RecordingRules.Age, next: String) {
    self.rule = rule
    self.next = next
  }

  /// Takes the strictest rule of the findings of several shards; `nil` where none found anything old.
  package init?(findings: [RunFinding]) {
    let aged = findings.filter { $0.kind == .aged }
    guard let first = aged.first, let days = aged.compactMap(\.days).min() else { return nil }
    self.init(
      RecordingRules.Age(days: days, severity: aged.contains(where: \.isFailure) ? .fail : .warn),
      next: first.next)
  }

  /// Takes note of a result, in plan order.
  ///
  /// - Parameter now: when its run looked at the clock.
  package mutating func add(_ result: CaseResult, at now: Timestamp) {
    guard result.source == .replayed, let recordedAt = result.startedAt,
      let age = rule.excess(of: recordedAt, at: now)
    else { return }
    count += 1
    oldest = max(oldest, age)
    if subjects.count < RunFinding.subjectsMax {
      subjects.append("\(result.identity.id): \(Count.of(age, "day"))")
    }
  }

  /// What there is to say; `nil` where nothing is too old.
  package func finding(of suite: SuiteName) -> RunFinding? {
    guard count > 0 else { return nil }
    return RunFinding(
      .aged, of: suite, severity: rule.severity,
      message:
        "\(Count.of(count, "recording")) \(count == 1 ? "is" : "are") older than "
        + "\(Count.of(rule.days, "day")), the oldest \(Count.of(oldest, "day"))",
      subjects: subjects, next: next, days: rule.days)
  }
}
