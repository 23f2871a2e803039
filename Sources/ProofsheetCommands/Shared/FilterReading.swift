internal import Canonical
internal import Experiments
internal import RunStore
internal import Suites

/// The one place where commands read and judge a filter.
enum FilterReading {
  /// What `--help` says of the language.
  static let help =
    "For example 'prompt=paper|linen seed=1..10 tag!=slow': spaces mean and, | means or; a word "
    + "alone is part of a case id, and a value with spaces stands in double quotes. \(several)"

  /// What `--help` says of an option that takes filters, where it says no more.
  static let several = "May be given several times: a case has to fulfil each."

  /// Reads the filters of a command line, all of which a case has to fulfil; without one everything is selected.
  ///
  /// - Parameter texts: what the option was given, a text each time.
  /// - Throws: ``CommandExit`` that points at what cannot be read, and for a text without a condition: a variable
  ///   of a script that is not set must not select everything.
  static func read(_ texts: [String]) throws -> CaseFilter {
    guard !texts.isEmpty else { return .all }
    return try told {
      // Each is whole by itself: what one leaves open is not closed by the next.
      for text in texts where try CaseFilter(text).isAll {
        throw CommandExit.usage(
          "--filter: it holds no condition",
          hint:
            "a condition is name=value, name!=value or a part of a case id; where every case is "
            + "meant, leave the option out")
      }
      return try CaseFilter(texts.joined(separator: " "))
    }
  }

  /// Reads the filter of a command that plans suites, and judges it against what they declare.
  ///
  /// - Throws: ``CommandExit`` that points at a name or value that no case has.
  static func read(_ texts: [String], for suites: [LoadedSuite]) throws -> CaseFilter {
    let filter = try read(texts)
    guard !filter.usesOutcome else {
      throw CommandExit.usage(
        "--filter: outcome= selects cases of a run that has ended",
        hint: "it works with 'approve', 'reject' and 'report'")
    }
    guard !filter.isAll else { return filter }
    var judge = FilterJudge(filter)
    for suite in suites {
      judge.see(suite: suite.name.text)
      suite.forEachName { judge.see($0) }
      if judge.needsIDs { for suiteCase in suite.cases { judge.see(id: suiteCase.id.text) } }
    }
    if let problem = judge.problem { throw CommandExit(.usage, "error: \(problem)") }
    return filter
  }

  /// Reads the filter of a command about a run that has ended, and judges it against its cases.
  ///
  /// - Throws: ``CommandExit`` that points at a name or value that no case has.
  static func read(_ texts: [String], for run: some RunReader) throws -> CaseFilter {
    let filter = try read(texts)
    guard !filter.isAll else { return filter }
    var judge = FilterJudge(filter)
    for suite in run.header.suites {
      judge.see(suite: suite.name.text)
      try run.forEachResult(of: suite.name) { judge.see($0.identity) }
    }
    if let problem = judge.problem { throw CommandExit(.usage, "error: \(problem)") }
    return filter
  }

  /// Refuses plans of which a filter selects nothing.
  ///
  /// - Throws: ``CommandExit`` that says which condition no case fulfils.
  static func requireCases(_ plans: [Plan], _ filter: CaseFilter) throws {
    guard !filter.isAll, plans.allSatisfy({ $0.selected.first { _ in true } == nil }) else {
      return
    }
    var empty = EmptySelection(filter)
    for plan in plans {
      for suiteCase in plan.suite.cases {
        empty.see(
          suite: plan.suite.name.text, id: suiteCase.id.text, cells: suiteCase.cells,
          tags: suiteCase.tags)
      }
    }
    throw CommandExit(.usage, "error: \(empty.problem)")
  }

  /// Why a filter selects no case of a run.
  ///
  /// - Parameter withGroups: whether results of groups can be selected too.
  static func emptySelection(
    of run: some RunReader, _ filter: CaseFilter, withGroups: Bool = true
  ) throws -> FilterProblem {
    var empty = EmptySelection(filter)
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        guard withGroups || result.group == nil else { return }
        let identity = result.identity
        empty.see(
          suite: identity.suite.text, id: identity.id.text, cells: identity.cells,
          tags: identity.tags, outcome: result.outcome)
      }
    }
    return empty.problem
  }

  /// What ends a command that has no case of a run to work on.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - reason: what follows "is selected", from its punctuation on.
  ///   - hint: what helps; `nil` for the command that lists the cases.
  static func nothingSelected(
    of run: some RunReader, _ reason: String, hint: String? = nil
  ) -> CommandExit {
    .usage(
      "no case of run \(run.header.id) is selected\(reason)",
      hint: hint ?? "the cases are listed by: proofsheet report \(run.header.id)")
  }
}
