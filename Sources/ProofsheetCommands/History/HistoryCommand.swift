internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import Suites
internal import SystemPackage

extension RetentionRule {
  /// Reads what the option says.
  fileprivate static func reading(_ text: String) throws -> RetentionRule {
    guard let rule = RetentionRule(text) else {
      throw ValidationError("expected how many runs stay, as 50, or how many days, as 90d")
    }
    return rule
  }
}

/// Tells how a suite fared over its stored runs, and removes old runs.
struct HistoryCommand: ParsableCommand {
  /// What pictures are held against.
  enum Reference: String, CaseIterable, ExpressibleByArgument {
    case approved
    case first
    case before
  }

  /// Runs that a text lists unless it is asked for more.
  private static let runsShown = 30

  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Tell outcomes, drift, latency and cost over runs; find flaky cases and changes.",
    discussion: """
      A line a run: how its cases ended, how far their pictures are from what is approved (or from the \
      first picture of each case), latency, cost, and how many pictures differ from the run before. Of a \
      run that was killed it tells what its orders cost.

        proofsheet history suites/mugs.yaml
        proofsheet history mugs --case 'prompt=paper seed=1..4'
        proofsheet history mugs --flaky
        proofsheet history mugs --changed --good 20261101T080000Z-3fa9c1 --bad latest
        proofsheet history --keep 90d --dry-run

      --flaky lists cases that ended in different ways in runs with the same request, suite, baseline \
      and, in replay, recording: how often, with Wilson's interval of 95 %. --changed tells of each case \
      the first run whose picture differs from the run before, and whether the first picture came back.

      --keep removes older runs with their reports, and files that nothing names then. It never removes \
      runs whose orders are in doubt or in no recording, what another run goes on with, the latest run, \
      or what is approved.
      """)

  @Argument(
    help: ArgumentHelp(
      "The suite, by its file or its name; every suite of the store without it.",
      valueName: "suite"))
  var suite: String?

  @Option(
    name: .customLong("case"),
    help: ArgumentHelp(
      "Follow these cases, a line each.", discussion: FilterReading.several, valueName: "filter"))
  var followed: [String] = []

  @Flag(help: "List cases that ended in different ways though everything was the same.")
  var flaky = false

  @Flag(help: "List of each case the first run whose picture differs from the run before.")
  var changed = false

  @Option(help: ArgumentHelp("Look for changes after this run.", valueName: "run"))
  var good: String?

  @Option(help: ArgumentHelp("Look for changes up to this run.", valueName: "run"))
  var bad: String?

  @Option(help: "What pictures are held against: approved, first or before.")
  var reference: Reference = .approved

  @Option(help: ArgumentHelp("Look at the latest runs only.", valueName: "n"))
  var last: Int?

  @Option(help: ArgumentHelp("Look at these cases only.", discussion: FilterReading.help))
  var filter: [String] = []

  @Option(help: "The form of the output: text, json, csv or markdown.")
  var format: CompareCommand.Form = .text

  @Option(
    help: ArgumentHelp(
      "Remove runs but for so many, or but for those of so many days, as in 90d.",
      valueName: "n|90d"), transform: RetentionRule.reading)
  var keep: RetentionRule?

  @Flag(help: "Say what --keep would remove and remove nothing.")
  var dryRun = false

  @Flag(help: "Remove without asking; needed where there is no terminal.")
  var yes = false

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    let matters = [!followed.isEmpty, flaky, changed, keep != nil].count { $0 }
    guard matters < 2 else {
      throw ValidationError("--case, --flaky, --changed and --keep are four commands; give one")
    }
    guard changed || (good == nil && bad == nil) else {
      throw ValidationError("--good and --bad go with --changed")
    }
    guard followed.isEmpty || filter.isEmpty else {
      throw ValidationError("--case is a filter already; --filter goes without it")
    }
    guard keep != nil || (!dryRun && !yes) else {
      throw ValidationError("--dry-run and --yes go with --keep")
    }
    guard keep == nil || (suite == nil && filter.isEmpty && last == nil) else {
      throw ValidationError("--keep is about whole runs of a store; give it alone")
    }
    guard last.map({ $0 > 0 }) ?? true else { throw ValidationError("--last is at least 1") }
  }

  func run() throws {
    let context = CommandContext.current
    _ = try FilterReading.read(followed + filter)
    try told {
      let sources = try SettingSources(folders, context)
      let settings = sources.settings()
      let reports = ProjectFolders(workingFolder: context.workingFolder).reports(settings)
      guard DurableFile.isFile(reports.appending(RunStore.fileName)) else {
        throw CommandExit.usage(
          "there is no run store in \(reports)",
          hint: "run a suite first, or name the folder with --reports")
      }
      if let keep {
        try RetentionSession(
          rule: keep, isTrial: dryRun, isAgreed: yes, reports: reports, folders: folders,
          context: sources.context
        ).run()
      } else {
        try tell(try RunStore(folder: reports, spends: false), sources.context)
      }
    }
  }

  private func tell(_ store: RunStore, _ context: CommandContext) throws {
    let pictures = HistoryPictures(store: store, folders: folders, context: context)
    try pictures.fillFacts()
    let known = try store.suiteNames()
    let suites = try suite.map { [try find($0, among: known, store, context)] } ?? known
    guard !suites.isEmpty else {
      throw CommandExit.usage("no run that ended is in \(store.folder)", hint: "run a suite first")
    }
    guard good == nil && bad == nil || suites.count == 1 else {
      throw CommandExit.usage(
        "--good and --bad are about one suite",
        hint: "name it: \(suites.map(\.text).joined(separator: ", "))")
    }
    var chapters: [Chapter] = []
    for suite in suites {
      let runs = try window(try store.history(of: suite, last: last), suite)
      chapters.append(Chapter(suite: suite, runs: runs, selection: nil))
    }
    try select(from: &chapters, store)
    var documents: [NamedHistory] = []
    for chapter in chapters { documents.append(try history(chapter, store, pictures)) }
    pictures.finish()
    write(documents, context)
  }

  /// The suite that an argument names: by its name, or by the file that its latest run names.
  private func find(
    _ text: String, among known: [SuiteName], _ store: RunStore, _ context: CommandContext
  ) throws -> SuiteName {
    if let name = known.first(where: { $0.text == text }) { return name }
    let wanted = context.workingFolder.pushing(FilePath(text)).lexicallyNormalized()
    for name in known {
      guard let header = try store.lastRun(of: name)?.header,
        let suite = header.suites.first(where: { $0.name == name })
      else { continue }
      let path = header.workingFolder.pushing(suite.path).lexicallyNormalized()
      if path == wanted || suite.path.lexicallyNormalized() == FilePath(text).lexicallyNormalized()
      {
        return name
      }
    }
    throw CommandExit.usage(
      "no run that ended holds a suite \(VisibleText.quote(text))",
      hint: "the store knows \(known.map(\.text).joined(separator: ", "))")
  }

  // MARK: - One suite

  /// A suite with the runs and the cases of it that are looked at.
  private struct Chapter {
    let suite: SuiteName
    let runs: [HistoryRun]
    /// What a filter selects; `nil` for everything.
    var selection: HistorySelection?
  }

  private func history(
    _ chapter: Chapter, _ store: RunStore, _ pictures: HistoryPictures
  ) throws -> NamedHistory {
    let (suite, selection) = (chapter.suite, chapter.selection)
    let (reference, words) = try pictures.reference(reference, of: suite)
    var tally = HistoryTally(reference: reference, follows: !followed.isEmpty)
    for run in chapter.runs {
      guard run.hasEnded else {
        let orders = try store.sentOrders(by: run.id, of: suite).filter { order in
          selection?.admits(order.caseID) ?? true
        }
        tally.add(
          unended: run, spent: orders.reduce(.zero) { $0 + $1.spent },
          possiblyBilled: orders.reduce(.zero) { $0 + $1.possiblyBilled })
        continue
      }
      try tally.add(run) { body in
        try store.forEachFact(of: suite, in: run.id) { fact in
          if selection?.admits(fact) ?? true { body(fact) }
        }
      }
    }
    let matter: NamedHistory.Matter
    if !followed.isEmpty {
      matter = .cases(tally.trends)
    } else if flaky {
      matter = .flaky(
        try store.flakyCases(of: suite, in: chapter.runs.filter(\.hasEnded).map(\.id)).filter {
          found in
          selection?.admits(found.caseID) ?? true
        }.sorted { ($1.rate, $0.caseID.text) < ($0.rate, $1.caseID.text) })
    } else if changed {
      matter = .changes(tally.changes)
    } else {
      matter = .runs
    }
    return NamedHistory(suite: suite, reference: words, lines: tally.lines, matter: matter)
  }

  /// The runs from the good one to the bad one.
  private func window(_ runs: [HistoryRun], _ suite: SuiteName) throws -> [HistoryRun] {
    func place(_ name: String?, _ otherwise: Int) throws -> Int {
      guard let name else { return otherwise }
      if name == "latest" { return runs.count - 1 }
      guard let place = runs.firstIndex(where: { $0.id.text == name }) else {
        throw CommandExit.usage(
          "no run \(VisibleText.quote(name)) of the suite '\(suite)' is in the store",
          hint: "the latest are \(runs.suffix(5).map(\.id.text).joined(separator: ", "))")
      }
      return place
    }
    guard !runs.isEmpty else { return [] }
    let (first, last) = (try place(good, 0), try place(bad, runs.count - 1))
    guard first < last || good == nil || bad == nil else {
      throw CommandExit.usage(
        "the run of --good was not begun before that of --bad",
        hint: "the order of runs is that of: proofsheet history \(ShellText.quoted(suite))")
    }
    return first <= last ? Array(runs[first...last]) : []
  }

  /// Reads the filter and judges it against the cases of all suites.
  private func select(from chapters: inout [Chapter], _ store: RunStore) throws {
    let filter = try FilterReading.read(followed + filter)
    guard !filter.isAll else { return }
    var judge = FilterJudge(filter)
    var empty = EmptySelection(filter)
    var isEmpty = true
    for place in chapters.indices {
      let identities = try store.identities(
        of: chapters[place].suite, in: chapters[place].runs.map(\.id))
      judge.see(suite: chapters[place].suite.text)
      for identity in identities.values {
        judge.see(identity)
        empty.see(
          suite: identity.suite.text, id: identity.id.text, cells: identity.cells,
          tags: identity.tags)
        isEmpty = isEmpty && !filter.admits(identity)
      }
      chapters[place].selection = HistorySelection(filter: filter, identities: identities)
    }
    if let problem = judge.problem ?? (isEmpty ? empty.problem : nil) {
      throw CommandExit(.usage, "error: \(problem)")
    }
  }

  // MARK: - Output

  private func write(_ documents: [NamedHistory], _ context: CommandContext) {
    switch format {
    case .json:
      context.output(
        JSONValue.members([
          "version": .integer(NamedHistory.version), "suites": .array(documents.map(\.json)),
        ]).canonicalText + "\n")
    case .csv: for document in documents { context.output(document.csv) }
    case .markdown: context.output(documents.map(\.markdown).joined(separator: "\n"))
    case .text:
      for (place, document) in documents.enumerated() {
        context.output((place > 0 ? "\n" : "") + text(document))
      }
    }
  }

  private func text(_ document: NamedHistory) -> String {
    var table = TextTable(
      document.titles.enumerated().map {
        (title: $1, side: document.textColumns.contains($0) ? .left : .right)
      })
    let shown = last ?? Self.runsShown
    let rows = document.rows(last: shown)
    for row in rows { table.add(row) }
    var lines = document.heading
    if !rows.isEmpty { lines += [""] + table.lines }
    var remarks = document.remarks
    if case .runs = document.matter, document.lines.count > shown {
      remarks.append(
        "\(Count.of(document.lines.count - shown, "earlier run")) not listed; "
          + "--last \(document.lines.count) lists all")
    }
    if !remarks.isEmpty { lines += [""] + remarks }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The cases of a history that a filter selects.
struct HistorySelection {
  let filter: CaseFilter
  let identities: [CaseID: CaseIdentity]

  /// Whether a case of a run is selected.
  func admits(_ fact: CaseFact) -> Bool {
    identities[fact.caseID].map { filter.admits($0, outcome: fact.outcome) } ?? false
  }

  /// Whether a case is selected, however it ended.
  func admits(_ id: CaseID) -> Bool {
    identities[id].map { filter.admits($0) } ?? false
  }
}
