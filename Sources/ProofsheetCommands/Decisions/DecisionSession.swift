internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import Suites
internal import SystemPackage

/// Applies one decision to the outputs of a run.
struct DecisionSession {
  /// Decisions that are told one by one.
  private static let toldMax = 20

  let options: DecisionOptions
  let decision: BaselineEntry.Decision
  let replaces: Bool
  let carry: Carrying?
  let context: CommandContext
  let settings: Settings

  init(
    _ options: DecisionOptions, _ decision: BaselineEntry.Decision, replaces: Bool,
    carry: Carrying?, _ context: CommandContext
  ) throws {
    self.options = options
    self.decision = decision
    self.replaces = replaces
    self.carry = carry
    let sources = try SettingSources(options.folders, context)
    self.context = sources.context
    settings = sources.settings()
  }

  /// What all suites came to.
  struct Tally {
    var approval = Approval.Result()
    var selected = 0
    var stale: [String] = []
    /// Cases whose approval is not carried, with the reason.
    var left: [String] = []
    /// Cases that were skipped for they failed or are known to.
    var wrongCount = 0

    /// Whether something was skipped and nothing else was done.
    var hasOnlySkipped: Bool {
      !approval.skipped.isEmpty && left.isEmpty && approval.decided + approval.unchanged == 0
    }
  }

  func run() throws {
    if let reason = options.reason, context.redactor.finds(in: Array(reason.utf8)) {
      throw CommandExit.usage("the reason holds the API key, which would stand in the baseline")
    }
    // A mistake in the filter is told before a run is looked for.
    _ = try FilterReading.read(options.filter)
    let run = try StoredRuns.find(options.run(), settings, context)
    let filter = try told { try FilterReading.read(options.filter, for: run) }
    let desk = try DecisionDesk(run.header, context, options.folders, by: options.by) {
      try run.judgedBaseline(of: $0)
    }
    var tally = Tally()
    var drafts: [DecisionDesk.Draft] = []
    for suite in run.header.suites {
      drafts.append(try draft(run, suite, desk, filter, &tally))
    }
    try told { try refuse(tally, run, filter) }
    if !options.dryRun { try DecisionDesk.write(drafts) }
    tell(tally)
    for draft in drafts where !options.dryRun && draft.changes.baseline != draft.current {
      context.say("written: \(draft.path)")
    }
    // A script that approves must not take nothing for something.
    if tally.hasOnlySkipped { throw CommandExit(.failure) }
  }

  // MARK: - Deciding

  private func draft(
    _ run: StoredRun, _ suite: SuiteHeader, _ desk: DecisionDesk, _ filter: CaseFilter,
    _ tally: inout Tally
  ) throws -> DecisionDesk.Draft {
    var draft = try desk.open(suite)
    let partners = try carry.map { try $0.partners(in: draft.suite, context) }
    let approval = desk.approval(decision, note: options.reason, replaces: replaces)
    try told {
      try run.forEachResult(of: suite.name) { result in
        guard filter.admits(result.identity, outcome: result.outcome),
          carry?.rule.isAbout(result.identity) ?? true
        else { return }
        tally.selected += 1
        try decide(result, approval, partners, filter, run, &draft, &tally)
      }
    }
    return draft
  }

  private func decide(
    _ result: CaseResult, _ approval: Approval, _ partners: CarryPartners?,
    _ filter: CaseFilter, _ run: StoredRun, _ draft: inout DecisionDesk.Draft,
    _ tally: inout Tally
  ) throws {
    // A group has no pictures of its own, and those of its cases are decided about there.
    guard result.group == nil else { return }
    let identity = result.identity
    let isWrong = [.failed, .known].contains(result.outcome)
    if decision == .approved, isWrong, carry != nil || !filter.usesOutcome {
      tally.wrongCount += 1
      tally.approval.skipped.append(
        "\(identity.id): \(result.outcome.rawValue) (\(result.reason))")
      return
    }
    if let reason = draft.guardian.staleness(of: result, decision, in: draft.current) {
      tally.stale.append("\(identity.id): \(reason)")
      return
    }
    var carried: [Int: BaselineEntry.Carried]?
    if let carry, let partners {
      let found = try carry.compare(result, partners, draft.current, draft.fixtures.blobs) {
        run.header.locate($0, context)
      }
      tally.left += found.left
      carried = found.carried
    }
    try approval.decide(
      result, in: &draft.changes, tally: &tally.approval, carried: carried
    ) { run.header.locate($0, context) }
  }

  // MARK: - Telling

  private func refuse(_ tally: Tally, _ run: StoredRun, _ filter: CaseFilter) throws {
    guard tally.selected > 0 else {
      if let carry { throw try nothingCarried(carry.rule, run) }
      throw FilterReading.nothingSelected(
        of: run,
        filter.isAll ? "" : "\n\(try FilterReading.emptySelection(of: run, filter))")
    }
    guard !tally.stale.isEmpty else { return }
    for line in tally.stale.prefix(Self.toldMax) { context.say("stale: \(line)") }
    if tally.stale.count > Self.toldMax {
      context.say("and \(tally.stale.count - Self.toldMax) more")
    }
    throw CommandExit(
      .failure,
      "error: \(Count.of(tally.stale.count, "case")) changed since run \(run.header.id); "
        + "nothing was decided\nhint: run the suite again and look at what it shows now, or leave "
        + "them out with --filter")
  }

  /// What ends carrying where no selected case has the entry that approvals are carried to.
  private func nothingCarried(_ rule: CarryRule, _ run: StoredRun) throws -> CommandExit {
    var entries = EntryList(of: rule.axis)
    var isThere = false
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        entries.see(result.identity.cells)
        isThere = isThere || rule.isAbout(result.identity)
      }
    }
    let whose = isThere ? "none that the filter selects" : "none"
    return FilterReading.nothingSelected(
      of: run, ": \(whose) has \(rule.axis)=\(rule.to)", hint: isThere ? nil : entries.sentence)
  }

  private func tell(_ tally: Tally) {
    for line in tally.approval.skipped { context.say("skipped: \(line)") }
    for line in tally.left { context.say("left to review: \(line)") }
    for line in tally.approval.notices { context.say("notice: \(line)") }
    if options.dryRun || carry != nil {
      for line in tally.approval.lines.prefix(Self.toldMax) {
        context.say("\(options.dryRun ? "would be " : "")\(decision.rawValue): \(line)")
      }
      let more = tally.approval.lines.count - Self.toldMax
      if more > 0 { context.say("and \(more) more") }
    }
    let verb = options.dryRun ? "would be \(decision.rawValue)" : decision.rawValue
    context.say(
      "\(Count.of(tally.approval.decided, "picture")) \(verb), "
        + "\(Count.grouped(tally.approval.unchanged)) decided before, "
        + "\(Count.grouped(tally.approval.skipped.count)) skipped"
        + (carry == nil ? "" : ", \(Count.grouped(tally.left.count)) left to review"))
    if tally.wrongCount > 0, carry == nil {
      context.say(
        "hint: cases that failed or are known to are approved with "
          + "--filter 'outcome=failed|known', once somebody has looked at them")
    }
  }
}
