internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Reports
internal import RunStore
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

extension RunMode: ExpressibleByArgument {}
extension CheckSeverity: ExpressibleByArgument {}
extension RecordingRules.Age {
  /// Reads what the option says.
  fileprivate static func reading(_ text: String) throws -> RecordingRules.Age {
    guard let age = RecordingRules.Age(text) else {
      throw ValidationError(
        "expected whole days and what an older recording does, as 90d, 90d=warn or 90d=fail, at most "
          + "\(daysRange.upperBound) days")
    }
    return age
  }
}

/// What to do with an output that has no approved picture.
enum UnapprovedRule: String, CaseIterable, ExpressibleByArgument {
  case warn
  case fail
}

/// The form of what goes to standard output.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
}

/// Runs suites.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run suites from recordings, or buy what is not recorded.",
    discussion: """
      replay   from recordings only; the network is never touched (default)
      record   replays what is recorded and buys the rest
      refresh  buys every case and replaces a recording when its case succeeded
      live     buys every case and leaves recordings alone

      What is paid for is kept in the run store before anything else looks at it: after an \
      interruption the same command goes on where it ended and buys nothing twice.
      """)

  @Argument(help: ArgumentHelp("Suite files, or folders of them.", valueName: "suite"))
  var suites: [String]

  @Option(help: "Where answers come from: replay, record, refresh or live.")
  var mode: RunMode = .replay

  @Option(help: ArgumentHelp("Run these cases only.", discussion: FilterReading.help))
  var filter: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Go on with the last live run: what it has got answered is not sent again.",
      discussion: """
        Recordings and refreshes go on where they ended without it. Cases are told by what they \
        ask for: one that was changed is sent again.
        """))
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Run one part of several, such as 2/3, or the part that the CI service names: auto.",
      discussion: """
        Groups stay whole, and no part has more than one bundle of cases that stay together more \
        than another. Each part has its share of money and of what the service allows, and a \
        folder of its own with --reports; 'merge' makes one run of all parts.
        auto knows GitLab, CircleCI, Buildkite, Bazel, tasks of Slurm arrays and pods of Kubernetes \
        indexed jobs. Kubernetes tells no pod how many there are: set JOB_COMPLETIONS or \
        PROOFSHEET_SHARDS in the pod's 'env' to the job's 'completions'. Repeat a task of Slurm with \
        'scontrol requeue': submitted alone, it is no part of its array.
        """, valueName: "i/n"), transform: ShardChoice.reading)
  var shard: ShardChoice?

  @Option(
    help: ArgumentHelp(
      "Repeat only what was failed, errors or drifted in the last run of each suite.",
      discussion: """
        failed: failed, drifted, unapproved or blocked; errors: API, transport, rate limit or \
        recording. A case that was changed since is repeated too.
        """, valueName: "what"))
  var only: RepeatRule?

  @Option(
    help: ArgumentHelp(
      "What to do with an output that has no approved picture: warn or fail.",
      discussion: "Default: warn in record and refresh, fail in replay and live."))
  var unapproved: UnapprovedRule?

  @Option(
    help: ArgumentHelp(
      "What to do when a whole suite leaves recordings unused: warn or fail.",
      discussion: "A run with a filter cannot tell, and says nothing."))
  var unused: CheckSeverity = .warn

  @Option(
    help: ArgumentHelp(
      "How old recordings may be: 90d warns, 90d=fail fails; age never buys anything.",
      valueName: "age"), transform: RecordingRules.Age.reading)
  var maxAge: RecordingRules.Age?

  @Option(
    help: ArgumentHelp(
      "Write JUnit XML here too; '<reports>/<run>/junit.xml' is always written.",
      discussion:
        "A path that ends with a slash is a folder that gets a file a suite, of at most 5,000 cases and "
        + "25 MB each.",
      valueName: "file|folder/"))
  var junit: String?

  @Option(
    help: ArgumentHelp(
      "The dialect of JUnit XML: strict, extended or ant.",
      discussion:
        "strict is read by every dashboard; extended adds file, line and properties of each case; "
        + "ant is for tools that hold files against Ant's schema."))
  var junitDialect: JUnitDialect = .strict

  @Option(help: "What goes to standard output: text (nothing) or json (a line an event).")
  var format: OutputFormat = .text

  @Flag(
    help: ArgumentHelp(
      "Start the programs that checks 'command' name.",
      discussion: "They run without the API key. Look at what they do first."))
  var allowCommands = false

  @Flag(name: .shortAndLong, help: "Say only what failed and the summary.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say a line for every case.")
  var verbose = false

  @Flag(help: "Write no proof sheet; 'report RUN --format html' makes it later.")
  var noHtml = false

  @OptionGroup var sheet: SheetOptions
  @OptionGroup var service: CIOptions
  @OptionGroup var folders: FolderOptions
  @OptionGroup var endpoint: EndpointOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var spending: SpendingOptions

  /// What was stated, as it was written.
  private var flags: [SettingName: String] {
    [folders.flags, endpoint.flags, pace.flags, spending.flags].reduce(into: [:]) {
      $0.merge($1) { $1 }
    }
  }

  func validate() throws {
    guard !suites.isEmpty else { throw ValidationError("name at least one suite") }
    guard !resume || mode.maySpend else {
      throw ValidationError(
        "--resume goes on with a run that buys; name its --mode, a replay starts anew at no cost")
    }
    guard !resume || only == nil else {
      throw ValidationError("--resume goes on with a run and --only repeats a part; give one")
    }
  }

  func run() async throws {
    let prepared = try PreparedSuites(
      suites, filter: filter, flags: flags, config: folders.config, CommandContext.current)
    if !allowCommands { try prepared.set.refusePrograms(prepared.context) }
    guard let project = prepared.set.members.first?.folders else { return }
    let session = try RunSession(
      command: self, prepared, reports: project.reports(prepared.settings))
    let status =
      mode.maySpend ? try await session.buy() : try await session.replay()
    if status != .success { throw CommandExit(status) }
  }
}

/// One run from its checked command line to its exit code.
struct RunSession {
  let command: RunCommand
  let set: SuiteSet
  let settings: Settings
  /// What messages call the user's own configuration file.
  let userFile: String
  let reports: FilePath
  let context: CommandContext
  let id: RunID
  let startedAt: Timestamp
  /// The part of the plan that is run; `nil` for all of it.
  let shard: Shard?
  private let misses: MissFolder

  /// Opens what will be written, so that a path that cannot be fails before anything runs.
  init(
    command: RunCommand, _ prepared: PreparedSuites, reports: FilePath
  ) throws {
    self.command = command
    self.reports = reports
    set = prepared.set
    shard = try command.shard?.resolved(prepared.context)
    settings =
      if let shard, command.mode.maySpend {
        prepared.settings.divided(by: shard)
      } else {
        prepared.settings
      }
    userFile = prepared.sources.userFile
    context = prepared.context
    startedAt = context.clock()
    id = RunID(start: startedAt, random: .random(in: .min ... .max))
    misses = MissFolder(
      reports.appending(id.text).appending("misses"), redactor: context.redactor)
    do {
      // A trial of the same step that will write the reports at the end.
      try DurableFile.createFolder(reports)
      _ = try PartialFile(replacing: reports.appending("trial"))
      try command.junit.map { JUnitTarget($0) }?.tryWriting()
      try command.service.tryWriting()
    } catch {
      throw CommandExit.usage(
        "\(error)", hint: "choose another place with --reports, --junit or --code-quality")
    }
  }

  /// What messages call the sink that the other reports are made of.
  private static let storeName = "the run store"

  /// The folder of this run's reports.
  var folder: FilePath { reports.appending(id.text) }

  func replay() async throws -> ExitStatus {
    let store = try open(spends: false)
    let plans = try selected(try set.plans(mode: .replay, settings: settings, prices: nil))
    return try await run(plans, environment(store, purchasing: nil), store: store, endpoint: nil)
  }

  /// What running cases needs from outside.
  func environment(
    _ store: RunStore, purchasing: RunEnvironment.Purchasing?
  ) -> RunEnvironment {
    let misses = misses
    return RunEnvironment(
      redactor: context.redactor, toolVersion: Proofsheet.version, failsUnapproved: failsUnapproved,
      purchasing: purchasing, rules: RecordingRules(unused: command.unused, age: command.maxAge),
      clock: context.clock, keepMiss: { misses.keep($0, $1) }, programs: programs,
      workingFolder: context.workingFolder, facts: StoredFacts(store: store))
  }

  /// What starts the programs of checks; `nil` where that is not allowed.
  var programs: (any ProgramStarter)? { command.allowCommands ? context.programs : nil }

  /// Opens the run store, with a failure that ends the command.
  func open(spends: Bool) throws -> RunStore {
    do {
      return try RunStore(folder: reports, spends: spends)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  var failsUnapproved: Bool {
    switch command.unapproved {
    case .warn: false
    case .fail: true
    case nil: command.mode == .replay || command.mode == .live
    }
  }

  /// Runs plans, writes every report and gives the exit code.
  func run(
    _ plans: [Plan], _ environment: RunEnvironment, store: RunStore, endpoint: String?
  ) async throws -> ExitStatus {
    let header: RunHeader
    let lines: LineFile
    do {
      header = RunHeader(
        id: id, startedAt: startedAt, mode: command.mode, toolVersion: Proofsheet.version,
        workingFolder: context.workingFolder, endpoint: endpoint,
        suites: try plans.map { plan in
          // A decision about the run is one beside the baseline that it was compared with.
          let baseline = try store.attach(BaselineFile.bytes(of: plan.baseline))
          return SuiteHeader(
            name: plan.suite.name, path: plan.suite.path, digest: plan.suite.sourceDigest,
            caseCount: plan.selected.count, baseline: baseline,
            inputs: plan.suite.inputs.map { InputRecord(blob: $0.blob, path: $0.path) })
        }, shard: shardHeader(plans))
      try DurableFile.createFolder(folder)
      lines = try LineFile(folder.appending("run.jsonl"))
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    let sinks = SinkGroup(makeSinks(store) + [("run.jsonl", lines.sink)])
    let runner = Runner(
      plans: plans, environment: environment,
      concurrency: settings.concurrency(inReplay: command.mode == .replay),
      failuresMax: settings.maxFailures.value, sinks: sinks,
      clock: context.clock)
    let interrupts = InterruptCounter(
      environment.purchasing?.guardian, goingOn: goingOn, context)
    let registration = context.onInterrupt { interrupts.count() }
    let summary = await runner.run(header, isInterrupted: { interrupts.isInterrupted })
    withExtendedLifetime(registration) {}
    // The lock on its lines says that the run goes on.
    withExtendedLifetime(lines) { _ in }
    if let failure = environment.facts?.finish() {
      context.say("warning: what is known of pictures is not kept for the next run: \(failure)")
    }
    let problems =
      sinks.failures + (environment.purchasing?.guardian.failures ?? [])
      + [misses.failure].compactMap(\.self)
      + writeReports(sinks.hasFailed(Self.storeName) ? nil : store)
    for problem in problems { context.say("error: \(problem)") }
    tellReports()
    if summary.isInterrupted { context.say("interrupted; \(goingOn)") }
    return problems.isEmpty
      ? summary.exitStatus : ExitStatus.worst([.usage, summary.exitStatus])
  }

  /// How the run goes on once it was stopped, and buys nothing twice.
  private var goingOn: String {
    guard command.mode == .live, !command.resume else {
      return "run the same command again to go on"
    }
    // What --only repeats is a part of the last run, and --resume would send all else of the suite.
    return command.only == nil
      ? "run the same command with --resume to go on"
      : "what it has received becomes recordings with: proofsheet fixtures adopt latest"
        + settings.folderOptions + settings.reportsOption
  }

  private func makeSinks(_ store: RunStore) -> [(name: String, sink: any RunSink)] {
    let project = set.members.first?.folders
    let style = ConsoleStyle(
      context, settings,
      verbosity: command.quiet ? .quiet : command.verbose ? .verbose : .normal,
      reports: shard == nil ? "" : project?.reportsOption(settings) ?? "")
    let messages = context.messages
    var sinks: [(name: String, sink: any RunSink)] = [
      (Self.storeName, StoreSink(store: store)),
      (
        "the console",
        ConsoleReport(
          style: style, now: context.uptime,
          write: { messages($0) })
      ),
    ]
    if command.format == .json {
      let output = context.jsonOutput
      sinks.append(
        ("the JSON lines", JSONLinesReport(write: { output(String(decoding: $0, as: UTF8.self)) })))
    }
    return sinks
  }

  /// Writes the reports that are made of the stored run; one that fails hides no other.
  ///
  /// - Parameter store: the run store; without it the run is read from its lines.
  private func writeReports(_ store: RunStore?) -> [String] {
    let set = ReportSet(
      folder: folder, reports: reports, junit: command.junit.map { JUnitTarget($0) },
      dialect: command.junitDialect, sheet: command.sheet, hasSheet: !command.noHtml,
      service: command.service)
    do {
      guard let store else {
        let run = try RunFolder(folder, isOwn: true) {
          settings.resumption(of: $0, in: reports, context)
        }
        return set.write(run, context)
      }
      return set.write(try store.run(id.text), context)
    } catch {
      return ["the reports: \(error)"]
    }
  }

  private func tellReports() {
    guard !command.quiet else { return }
    if let note = misses.note { context.say(note) }
    ReportSet.tell(folder, context)
  }
}
