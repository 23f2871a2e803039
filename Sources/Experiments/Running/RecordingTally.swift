internal import Canonical
internal import Recording
internal import Suites
internal import SystemPackage

/// Collects what a run finds out about the recordings of one suite.
struct RecordingTally {
  private let rules: RecordingRules
  private let plan: Plan
  private let now: Timestamp
  private var agedCount = 0
  private var aged: [String] = []
  private var oldest = 0

  /// Begins to watch which recordings are asked for.
  init(_ rules: RecordingRules, _ plan: Plan, now: Timestamp) {
    self.rules = rules
    self.plan = plan
    self.now = now
    if plan.mode != .live { plan.fixtures.beginUse() }
  }

  /// Takes note of a result, in plan order.
  mutating func add(_ result: CaseResult) {
    guard result.source == .replayed, let rule = rules.age, let recordedAt = result.startedAt,
      let age = rule.excess(of: recordedAt, at: now)
    else { return }
    agedCount += 1
    oldest = max(oldest, age)
    if aged.count < RunFinding.subjectsMax {
      aged.append("\(result.identity.id): \(Count.of(age, "day"))")
    }
  }

  /// What there is to say once every case has run.
  ///
  /// - Parameter isWhole: whether no case was left out; of a part nobody can tell what is unused.
  func findings(isWhole: Bool) -> [RunFinding] {
    var findings: [RunFinding] = []
    if agedCount > 0, let rule = rules.age {
      findings.append(
        RunFinding(
          .aged, of: plan.suite.name, severity: rule.severity,
          message:
            "\(Count.of(agedCount, "recording")) \(agedCount == 1 ? "is" : "are") older than "
            + "\(Count.of(rule.days, "day")), the oldest \(Count.of(oldest, "day"))",
          subjects: aged, next: "proofsheet fixtures list '\(plan.suite.path)'"))
    }
    let unused = isWhole && plan.mode != .live ? plan.fixtures.unusedIDs() : []
    if !unused.isEmpty {
      findings.append(
        RunFinding(
          .unused, of: plan.suite.name, severity: rules.unused,
          message: "no case asks for \(Count.of(unused.count, "recording"))",
          subjects: unused.prefix(RunFinding.subjectsMax).map { plan.fixtures.path(of: $0).string },
          next: "proofsheet fixtures prune '\(plan.suite.path)' --dry-run"))
    }
    return findings
  }
}
