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
    age = rules.age.map {
      AgeTally($0, next: "proofsheet fixtures list '\(plan.suite.path)'\(plan.folderOptions)")
    }
    if plan.mode != .live { plan.fixtures.beginUse() }
  }

  /// Takes note of a result, in plan order.
  mutating func add(_ result: CaseResult) { age?.add(result, at: now) }

  /// Adds what there is to say once every case has run.
  ///
  /// - Parameters:
  ///   - summary: what it is added to.
  ///   - isDone: whether no case was left out, but by the plan; what was stopped cannot tell what is unused.
  func tell(_ summary: inout RunSummary, isDone: Bool) {
    if let aged = age?.finding(of: plan.suite.name) {
      summary.findings.append(aged)
    }
    guard isDone, plan.mode != .live else { return }
    if plan.isWhole, let unused = unused(plan.fixtures.unusedIDs()) {
      summary.findings.append(unused)
    } else if plan.isPartOfWhole, let unused = unused(unusedByAll) {
      summary.wholeFindings.append(unused)
    }
  }

  /// The recordings that neither this part of the plan nor another asks for.
  private var unusedByAll: [CaseID] {
    do throws(FileFailure) {
      return try plan.fixtures.unusedIDs(
        beside: plan.unsharded.selected.lazy.map { suiteCase in
          (suiteCase.id, { suiteCase.caseKey })
        })
    } catch {
      // A folder that cannot be listed is told of by every case.
      return []
    }
  }

  private func unused(_ ids: [CaseID]) -> RunFinding? {
    guard !ids.isEmpty else { return nil }
    return RunFinding(
      .unused, of: plan.suite.name, severity: rules.unused,
      message: "no case asks for \(Count.of(ids.count, "recording"))",
      subjects: ids.prefix(RunFinding.subjectsMax).map { plan.fixtures.path(of: $0).string },
      next: "proofsheet fixtures prune '\(plan.suite.path)'\(plan.folderOptions) --dry-run")
  }
}
