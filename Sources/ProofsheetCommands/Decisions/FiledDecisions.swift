internal import Canonical
internal import Experiments
internal import Recording
internal import Reports
internal import RunStore
internal import SystemPackage

/// Applies the decisions that were made in a page without a server.
struct FiledDecisions {
  /// Refused decisions that are told one by one.
  private static let toldMax = 100

  private let path: FilePath
  private let options: DecisionOptions
  private let replaces: Bool
  private let context: CommandContext
  private let settings: Settings

  /// What the decisions came to.
  private struct Tally {
    var approval = Approval.Result()
    /// What was decided, by its line.
    var lines: [String] = []
    /// Decisions that are refused, by their places in the file.
    var refused: [Int: String] = [:]
    /// The first decision that somebody contradicted since the run.
    var contradicted: WantedDecision?
    var counts: [BaselineEntry.Decision: Int] = [:]
  }

  init(
    _ path: FilePath, _ options: DecisionOptions, replaces: Bool, _ context: CommandContext
  ) throws {
    self.path = path
    self.options = options
    self.replaces = replaces
    let sources = try SettingSources(options.folders, context)
    self.context = sources.context
    settings = sources.settings()
  }

  func run() throws {
    let file = try readFile()
    let (run, judged) = try findRun(file)
    guard run.header.id == file.run else {
      throw CommandExit.usage(
        "\(path): the decisions are about run \(file.run), not about \(run.header.id)",
        hint: "leave the run out; the file names it")
    }
    let desk = try DecisionDesk(
      run.header, context, options.folders, by: options.by, judged: judged)
    var tally = Tally()
    try refuseForeign(file, run, &tally)
    var drafts: [DecisionDesk.Draft] = []
    for suite in run.header.suites {
      let places = file.decisions.indices.filter { file.decisions[$0].suite == suite.name }
      guard !places.isEmpty,
        tally.refused.isEmpty || places.contains(where: { tally.refused[$0] == nil })
      else { continue }
      drafts.append(try draft(file, places, suite, run, desk, &tally))
    }
    try refuse(tally, file)
    if !options.dryRun { try DecisionDesk.write(drafts) }
    tell(tally)
  }

  /// Finds the run in the run store, or in a folder of reports that lies anywhere.
  private func findRun(
    _ file: DecisionFile
  ) throws -> (any RunReader, @Sendable (SuiteHeader) throws -> Baseline?) {
    if let folder = options.name.flatMap({ StoredRuns.foreignFolder($0) }) {
      let run = try told { try RunFolder(folder) }
      return (run, { [context] in try Self.judgedBaseline(of: $0, run.header, context) })
    }
    do {
      let run = try StoredRuns.find(options.name ?? file.run.text, settings, context)
      return (run, { try run.judgedBaseline(of: $0) })
    } catch let exit as CommandExit where options.name == nil {
      throw CommandExit(
        exit.status,
        (exit.message ?? "") + "\nhint: where the run was made elsewhere, name the folder of its "
          + "reports: proofsheet approve FOLDER --from \(ShellText.quoted(path))")
    }
  }

  /// The baseline that a run from elsewhere was compared with: the one that is here, where it is the same but
  /// for what was decided about this run.
  private static func judgedBaseline(
    of suite: SuiteHeader, _ header: RunHeader, _ context: CommandContext
  ) throws -> Baseline? {
    let path = BaselineFile.path(forSuite: header.locate(suite.path, context))
    let current = try BaselineFile.read(path, suite: suite.name)
    let others = Baseline(
      suite: suite.name, entries: current.entries.filter { $0.run != header.id })
    for baseline in [current, others]
    where SHA256Digest(hashing: BaselineFile.bytes(of: baseline)) == suite.baseline {
      return baseline
    }
    throw CommandExit(
      .failure,
      "error: \(path) is not the baseline that run \(header.id) was compared with; nothing was "
        + "decided\nhint: check out the commit of the run, or run the suite again and decide about that"
    )
  }

  private func readFile() throws -> DecisionFile {
    do {
      let bytes = try DurableFile.read(path, byteCountMax: DecisionFile.byteCountMax)
      return try DecisionFile(reading: bytes, from: path)
    } catch {
      throw CommandExit.usage(
        TerminalText.escape("\(error)").replacing("error: ", with: ""),
        hint: "download the file again from the page of the run")
    }
  }

  /// Refuses decisions about suites that the run has not, or that the page saw beside another baseline.
  private func refuseForeign(
    _ file: DecisionFile, _ run: any RunReader, _ tally: inout Tally
  ) throws {
    let suites = Dictionary(
      run.header.suites.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (place, decision) in file.decisions.enumerated() {
      if suites[decision.suite] == nil {
        tally.refused[place] = "the run has no suite '\(decision.suite)'"
      } else if let stated = file.baselines[decision.suite],
        stated != suites[decision.suite]?.baseline
      {
        tally.refused[place] = "the page showed another baseline than the run was compared with"
      }
    }
  }

  private func draft(
    _ file: DecisionFile, _ places: [Int], _ suite: SuiteHeader, _ run: any RunReader,
    _ desk: DecisionDesk, _ tally: inout Tally
  ) throws -> DecisionDesk.Draft {
    var draft = try desk.open(suite)
    let wanted = Dictionary(grouping: places) { file.decisions[$0].output.caseKey }
    var found: Set<Int> = []
    try told {
      try run.forEachResult(of: suite.name) { result in
        for place in wanted[result.identity.caseKey] ?? [] where result.group == nil {
          found.insert(place)
          let decision = file.decisions[place]
          if let reason = try decide(decision, result, desk, &draft, &tally) {
            tally.refused[place] = tally.refused[place] ?? reason
          }
        }
      }
    }
    for place in places where !found.contains(place) {
      tally.refused[place] =
        tally.refused[place] ?? "run \(run.header.id) has no case of that key"
    }
    return draft
  }

  /// Decides about one output.
  ///
  /// - Returns: why it cannot be decided about; `nil` where it was.
  private func decide(
    _ wanted: WantedDecision, _ result: CaseResult, _ desk: DecisionDesk,
    _ draft: inout DecisionDesk.Draft, _ tally: inout Tally
  ) throws -> String? {
    guard result.identity.id == wanted.caseID else {
      return "the case of that key is \(result.identity.id)"
    }
    let index = wanted.output.index
    guard let output = result.outputs.first(where: { $0.index == index }),
      output.blob.digest == wanted.digest, output.picture?.pixelDigest == wanted.pixelDigest
    else { return "the page showed another picture than the run has" }
    if let note = wanted.note, context.redactor.finds(in: Array(note.utf8)) {
      return "the note holds the API key, which would stand in the baseline"
    }
    if let reason = draft.guardian.staleness(
      of: result, wanted.decision, in: draft.current, outputs: [index])
    {
      return reason
    }
    let later = draft.guardian.later(
      than: wanted.decision, about: wanted.output, wanted.digest, in: draft.current)
    if let later {
      tally.contradicted = tally.contradicted ?? wanted
      return "\(later.by) \(later.decision.rawValue) it at \(later.at)"
        + (later.note.map { " (\($0))" } ?? "") + ", which the page does not show"
    }
    var own = Approval.Result()
    try desk.approval(
      wanted.decision, note: wanted.note,
      replaces: replaces && wanted.decision == .approved
    ).decide(result, in: &draft.changes, tally: &own, outputs: [index]) { desk.locate($0) }
    if let reason = own.skipped.first { return reason }
    tally.counts[wanted.decision, default: 0] += own.decided
    tally.approval.unchanged += own.unchanged
    tally.approval.notices += own.notices
    tally.lines += own.lines.map { "\(wanted.decision.rawValue): \($0)" }
    return nil
  }

  // MARK: - Telling

  private func refuse(_ tally: Tally, _ file: DecisionFile) throws {
    guard !tally.refused.isEmpty else { return }
    for (place, reason) in tally.refused.sorted(by: { $0.key < $1.key }).prefix(Self.toldMax) {
      let decision = file.decisions[place]
      context.say(
        TerminalText.escape(
          "\(path): at /decisions/\(place): \(decision.suite) / \(decision.caseID): "
            + "picture \(decision.output.index): \(reason)"))
    }
    let more = tally.refused.count - Self.toldMax
    if more > 0 { context.say("and \(more) more") }
    throw CommandExit(
      .failure,
      "error: \(Count.of(tally.refused.count, "decision")) of "
        + "\(Count.grouped(file.decisions.count)) cannot be applied; nothing was decided\n"
        + "hint: look at what run \(file.run) and its baselines show now, with: "
        + "proofsheet review \(file.run)"
        + (tally.contradicted.map { Self.hint($0, file.run) } ?? ""))
  }

  /// How a decision is made in spite of another one.
  private static func hint(_ wanted: WantedDecision, _ run: RunID) -> String {
    let verb = wanted.decision == .approved ? "approve" : "reject"
    return "\nhint: once you agree with whoever decided otherwise, leave it out of the file, or "
      + "decide by name: proofsheet \(verb) \(run) --filter \(wanted.caseID)"
  }

  private func tell(_ tally: Tally) {
    for line in tally.approval.notices { context.say("notice: \(TerminalText.escape(line))") }
    if options.dryRun {
      for line in tally.lines.prefix(Self.toldMax) { context.say("would be \(line)") }
      let more = tally.lines.count - Self.toldMax
      if more > 0 { context.say("and \(more) more") }
    }
    let would = options.dryRun ? "would be " : ""
    context.say(
      "\(Count.of(tally.counts[.approved] ?? 0, "picture")) \(would)approved, "
        + "\(Count.grouped(tally.counts[.rejected] ?? 0)) \(would)rejected, "
        + "\(Count.grouped(tally.approval.unchanged)) decided before")
  }
}
