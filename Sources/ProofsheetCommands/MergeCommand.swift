internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import Suites
internal import SystemPackage

/// Makes one run of its shards.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make one run of its shards, with the reports of a run that was not divided.",
    discussion: """
      A RUN is the reports folder of a shard, whose latest run is taken, or the folder of one run in \
      it; one that has not come to its end is refused. The shards must be of the same plan, complete \
      and disjoint. The exit code is that of the merged run. Recordings that are too old are told of \
      all shards at once, by the strictest --max-age among them; so are recordings that no case asks \
      for, by --unused of the shards.
      """)

  @Argument(help: ArgumentHelp("The shards' reports folders.", valueName: "run"))
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "Write JUnit XML here too.",
      discussion: "A path that ends with a slash is a folder that gets a file a suite.",
      valueName: "file|folder/"))
  var junit: String?

  @Option(help: "The dialect of JUnit XML: strict, extended or ant; as 'run' has it.")
  var junitDialect: JUnitDialect = .strict

  @Flag(help: "Write no proof sheet; 'report RUN --format html' makes it later.")
  var noHtml = false

  @OptionGroup var sheet: SheetOptions
  @OptionGroup var service: CIOptions
  @OptionGroup var folders: FolderOptions

  func run() throws {
    let context = CommandContext.current
    let sources = try SettingSources(folders, context)
    let settings = sources.settings()
    let reports = ProjectFolders(workingFolder: context.workingFolder).reports(settings)
    let parts = try runs.map { try ShardFolder.find($0, settings, context) }
    for part in parts where part.folder.lexicallyNormalized() == reports.lexicallyNormalized() {
      throw CommandExit.usage(
        "\(reports) is the folder of a shard, and the merged run needs another",
        hint: "name it with --reports")
    }
    try told {
      let target = junit.map { JUnitTarget($0) }
      try target?.tryWriting()
      try service.tryWriting()
      let console = ConsoleReport(
        style: ConsoleStyle(context, settings, verbosity: .quiet), now: context.uptime,
        write: { [messages = context.messages] in messages($0) })
      let merger = try Merger(parts.map(\.run), reports: reports, console, context)
      let summary = try merger.merge { folder in
        ReportSet(
          folder: folder, reports: reports, junit: target, dialect: junitDialect,
          sheet: sheet, hasSheet: !noHtml, service: service)
      }
      if summary.exitStatus != .success { throw CommandExit(summary.exitStatus) }
    }
  }
}

/// The reports folder of a shard.
private enum ShardFolder {
  /// Finds the run that an argument names.
  ///
  /// - Throws: ``CommandExit`` where there is none, and for one that has not come to its end: an earlier run in
  ///   its place would hide what the latest one lacks.
  static func find(
    _ argument: String, _ settings: Settings, _ context: CommandContext
  ) throws -> (folder: FilePath, run: StoredRun) {
    let path = FilePath(argument)
    let isStore = DurableFile.isFile(path.appending(RunStore.fileName))
    let folder = isStore ? path : path.removingLastComponent()
    let name = isStore ? "latest" : path.lastComponent?.string ?? ""
    guard DurableFile.isFile(folder.appending(RunStore.fileName)) else {
      throw CommandExit.usage(
        "there is no run store in \(path), nor beside it",
        hint: "name the folder that a shard had with --reports, or the folder of its run")
    }
    let (run, hasEnded): (StoredRun, Bool)
    do {
      (run, hasEnded) = try RunStore(folder: folder, spends: false).begunRun(name)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    guard hasEnded else {
      throw CommandExit.usage(
        "the run \(run.header.id) of \(folder) has not come to its end: it goes on still, or was killed",
        hint:
          "wait for it, or go on with: \(settings.resumption(of: run.header, in: folder, context))")
    }
    return (folder, run)
  }
}

extension StoredRun {
  /// When it had ended: what was too old while it ran is too old by then.
  fileprivate var endedAt: Timestamp {
    Timestamp(milliseconds: header.startedAt.milliseconds + Int64(summary.wallMilliseconds))
  }
}

/// Writes the results of shards as those of one run.
private struct Merger {
  private let parts: [StoredRun]
  private let merged: MergedHeader
  private let reports: FilePath
  private let console: ConsoleReport
  private let context: CommandContext

  /// - Parameter console: told of each case, so that it names those that failed.
  init(
    _ parts: [StoredRun], reports: FilePath, _ console: ConsoleReport, _ context: CommandContext
  ) throws {
    self.parts = parts
    self.console = console
    self.reports = reports
    self.context = context
    let id = RunID(start: context.clock(), random: .random(in: .min ... .max))
    merged = try MergedHeader(parts.map(\.header), id: id)
  }

  private var header: RunHeader { merged.header }

  func merge(_ makeSet: (FilePath) -> ReportSet) throws -> RunSummary {
    let store = try RunStore(folder: reports, spends: false)
    let folder = reports.appending(header.id.text)
    try DurableFile.createFolder(folder)
    var summary = RunSummary(merging: parts.map(\.summary))
    // Decisions about the merged run need the baseline that its parts were compared with.
    for digest in header.suites.compactMap(\.baseline) {
      if let baseline = try parts[0].attachment(digest) { _ = try store.attach(baseline) }
    }
    let sink = StoreSink(store: store)
    let misses = MissFolder(folder.appending("misses"), redactor: context.redactor)
    try sink.receive(.started(header))
    console.receive(.started(header))
    var spending = Spending(cap: summary.spending.cap)
    for suite in header.suites {
      var age = AgeTally(
        findings: parts.flatMap { $0.summary.findings.filter { $0.suite == suite.name } })
      try merge(suite) { result, part in
        age?.add(result, at: part.endedAt)
        if [.fixtureMissing, .fixtureStale].contains(result.outcome) {
          misses.take(result.identity, from: part.folder.appending("misses"))
        }
        spending.spent += result.cost
        spending.possiblyBilled += result.possiblyBilled
        try sink.receive(.caseFinished(result, spending: spending))
        console.receive(.caseFinished(result, spending: spending))
      }
      if let aged = age?.finding(of: suite.name) {
        summary.findings.append(aged)
      }
      if let unused = RunFinding.unused(
        of: suite.name, parts: parts.map { ($0.header.startedAt, $0.summary) })
      {
        summary.findings.append(unused)
      }
    }
    try sink.receive(.finished(summary))
    let run = try store.run(header.id.text)
    try HTMLReport.writeLines(run, to: folder.appending(RunFolder.fileName))
    let problems = [misses.failure].compactMap(\.self) + makeSet(folder).write(run, context)
    let counts = summary.counts.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    context.say(
      "merged \(Count.of(parts.count, "shard")), \(Count.of(header.caseCount, "case"))"
        + (summary.groupCount > 0 ? " and \(Count.of(summary.groupCount, "group"))" : "")
        + ": \(counts)")
    for line in summary.findings.flatMap({ ConsoleReport.findingLines($0) }) { context.say(line) }
    if summary.isSimulated { context.say(SimulatorNotice.text) }
    for problem in problems { context.say("error: \(problem)") }
    if let note = misses.note { context.say(note) }
    ReportSet.tell(folder, context)
    guard problems.isEmpty else {
      throw CommandExit(ExitStatus.worst([.usage, summary.exitStatus]))
    }
    return summary
  }

  /// Gives the cases of a suite in plan order, and then its groups, whose places are closed up.
  private func merge(
    _ suite: SuiteHeader, _ body: (CaseResult, _ part: StoredRun) throws -> Void
  ) throws {
    var cursors = parts.map { ResultCursor($0, of: suite.name) }
    var cases = 0
    var lastPosition = -1
    var groupPlace = merged.groupPlaces[suite.name] ?? 0
    while let (index, next) = try Self.first(of: &cursors) {
      cursors[index].advance()
      let position = next.identity.position
      guard position > lastPosition else {
        throw MergeProblem("the case \(next.identity.id) of '\(suite.name)' is in several shards")
      }
      lastPosition = position
      guard next.group != nil else {
        cases += 1
        try body(next, parts[index])
        continue
      }
      try body(next.at(position: groupPlace), parts[index])
      groupPlace += 1
    }
    try require(cases, suite)
  }

  private func require(_ cases: Int, _ suite: SuiteHeader) throws {
    guard cases == suite.caseCount else {
      throw MergeProblem(
        "'\(suite.name)' has \(Count.of(suite.caseCount, "case")), and the shards hold \(cases)")
    }
  }

  /// The cursor whose next result comes first; `nil` when all are at their end.
  private static func first(
    of cursors: inout [ResultCursor]
  ) throws -> (index: Int, result: CaseResult)? {
    var first: (index: Int, result: CaseResult)?
    for index in cursors.indices {
      guard let next = try cursors[index].peek() else { continue }
      if let best = first, best.result.identity.position <= next.identity.position { continue }
      first = (index, next)
    }
    return first
  }
}
