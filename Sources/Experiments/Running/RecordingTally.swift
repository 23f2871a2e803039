internal import Canonical
internal import Recording
internal import Suites
internal import SystemPackage

/// Collects what a run finds out about the recordings of one suite.
struct RecordingTally {
  private let rules: RecordingRules
  private let plan: Plan
  private let now: Timestamp
  private var age: AgeTally?

  /// Begins to watch which recordings are asked for.
  init(_ rules: RecordingRules, _ plan: Plan, now: Timestamp) {
    self.rules = rules
    self.plan = plan
    self.now = now
    age = rules.age.map { AgeTally($0) }
    if plan.mode != .live { plan.fixtures.beginUse() }
  }

  /// Takes note of a result, in plan order.
  mutating func add(_ result: CaseResult) { age?.add(result, at: now) }

  /// What there is to say once every case has run.
  ///
  /// - Parameter isWhole: whether no case was left out; of a part nobody can tell what is unused.
  func findings(isWhole: Bool) -> [RunFinding] {
    var findings: [RunFinding] = []
    if let aged = age?.finding(of: plan.suite.name, path: "\(plan.suite.path)") {
      findings.append(aged)
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
