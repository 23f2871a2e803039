package import Canonical
internal import Recording

/// The part of a stored run that a filter selects, as a run: every report can be made of it.
package struct SelectedRun: RunReader {
  private let base: any RunReader
  private let filter: CaseFilter
  /// What the run is, with as many cases as are selected.
  package let header: RunHeader
  /// What the selected cases came to.
  package let summary: RunSummary

  /// Selects cases of a run; reads all of them.
  ///
  /// - Throws: what reading throws.
  package init(_ base: any RunReader, _ filter: CaseFilter) throws {
    self.base = base
    self.filter = filter
    guard !filter.isAll else {
      header = base.header
      summary = base.summary
      return
    }
    var summary = base.summary
    summary.counts = [:]
    summary.isSimulated = false
    // What is unused by the whole is nothing to tell of a part.
    summary.findings = []
    summary.groupCount = 0
    summary.spending = Spending(cap: base.summary.spending.cap)
    var suites: [SuiteHeader] = []
    for suite in base.header.suites {
      var (count, found) = (0, false)
      try base.forEachResult(of: suite.name) { result in
        guard filter.admits(result.identity, outcome: result.outcome) else { return }
        found = true
        if result.group == nil { count += 1 } else { summary.groupCount += 1 }
        summary.counts[result.outcome, default: 0] += 1
        summary.isSimulated = summary.isSimulated || result.origin == .simulator
        summary.spending.spent += result.cost
        summary.spending.possiblyBilled += result.possiblyBilled
      }
      if found { suites.append(suite.with(caseCount: count)) }
    }
    header = base.header.with(suites: suites)
    self.summary = summary
  }

  /// Gives each selected result of a suite in plan order.
  package func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    try base.forEachResult(of: suite) { result in
      if filter.admits(result.identity, outcome: result.outcome) { try body(result) }
    }
  }

  /// The baseline that outputs of a suite were compared with; `nil` where it was not kept.
  package func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? {
    try base.judgedBaseline(of: suite)
  }
}
