internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Reports
internal import RunStore
internal import SystemPackage

/// Options of deciding about outputs.
struct DecisionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The run to decide about: its id, or 'latest'.", valueName: "run"))
  var run: String

  @Option(
    help: ArgumentHelp(
      "Decide about these cases only, for example 'prompt=paper outcome=drifted|unapproved'.",
      discussion: FilterReading.help))
  var filter: String?

  @Option(help: "Why, for the next reader of the baseline.")
  var note: String?

  @Option(help: ArgumentHelp("Who decides.", discussion: "Default: the user's name."))
  var by: String?

  @Flag(help: "Say what would be decided and write nothing.")
  var dryRun = false

  @OptionGroup var folders: FolderOptions
}

/// Takes outputs into the baseline.
struct ApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Take the outputs of a run into the baseline.",
    discussion: """
      An output may equal any of its approved pictures. Outputs of failed cases and of those that \
      are known to fail are approved only where the filter names them by outcome=failed|known.
      """)

  @OptionGroup var decision: DecisionOptions

  @Flag(help: "Make each approval the only one of its output.")
  var replace = false

  func run() throws {
    try DecisionSession(decision, .approved, replaces: replace, CommandContext.current).run()
  }
}

/// Remembers outputs as wrong.
struct RejectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject",
    abstract: "Remember the outputs of a run as wrong: one that equals them fails.")

  @OptionGroup var decision: DecisionOptions

  func validate() throws {
    guard decision.filter != nil else {
      throw ValidationError("name what is wrong with --filter; all of a run is never meant")
    }
  }

  func run() throws {
    try DecisionSession(decision, .rejected, replaces: false, CommandContext.current).run()
  }
}

/// Applies one decision to the outputs of a run.
private struct DecisionSession {
  let options: DecisionOptions
  let decision: BaselineEntry.Decision
  let replaces: Bool
  let context: CommandContext
  let settings: Settings

  init(
    _ options: DecisionOptions, _ decision: BaselineEntry.Decision, replaces: Bool,
    _ context: CommandContext
  ) throws {
    self.options = options
    self.decision = decision
    self.replaces = replaces
    let sources = try SettingSources(options.folders, context)
    self.context = sources.context
    settings = sources.settings()
  }

  func run() throws {
    if let note = options.note, context.redactor.finds(in: Array(note.utf8)) {
      throw CommandExit.usage("the note holds the API key, which would stand in the baseline")
    }
    // A mistake in the filter is told before a run is looked for.
    _ = try FilterReading.read(options.filter)
    let run = try StoredRuns.find(options.run, settings, context)
    let filter = try selection(of: run)
    let suiteSettings = try self.suiteSettings(of: run)
    var tally = Approval.Result()
    var selected = 0
    for suite in run.header.suites {
      let suitePath = run.header.locate(suite.path, context)
      guard DurableFile.isFile(suitePath) else {
        throw CommandExit.usage(
          "the run is of the suite \(suitePath), which is not there",
          hint: "run this command in the folder where the run was made")
      }
      let path = BaselineFile.path(forSuite: suitePath)
      var baseline = try read(path, suite.name)
      try decide(run, suite, suitePath, suiteSettings, filter, &baseline, &tally, &selected)
      guard !options.dryRun, tally.decided > 0 else { continue }
      do {
        try DurableFile.write(BaselineFile.bytes(of: baseline), to: path)
      } catch {
        throw CommandExit(.usage, "error: \(error)")
      }
    }
    for line in tally.skipped { context.say("skipped: \(line)") }
    guard selected > 0 else {
      throw CommandExit.usage(
        "no case of run \(run.header.id) is selected"
          + (filter.isAll
            ? "" : "\n\(try FilterReading.emptySelection(of: run, filter))"),
        hint: "the cases are listed by: proofsheet report \(run.header.id)")
    }
    let verb = options.dryRun ? "would be \(decision.rawValue)" : decision.rawValue
    context.say(
      "\(Count.of(tally.decided, "picture")) \(verb), "
        + "\(Count.grouped(tally.unchanged)) decided before, "
        + "\(Count.grouped(tally.skipped.count)) skipped")
  }

  private func selection(of run: StoredRun) throws -> CaseFilter {
    do {
      return try FilterReading.read(options.filter, for: run)
    } catch let exit as CommandExit {
      throw exit
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// The settings of the project that the run's suites belong to, wherever the command runs.
  private func suiteSettings(of run: StoredRun) throws -> Settings {
    let roots = run.header.suites.map { suite in
      ProjectFolders(
        suite: run.header.locate(suite.path, context), workingFolder: context.workingFolder
      ).root
    }
    return try SettingSources(
      flags: options.folders.flags, config: options.folders.config, roots: roots, context
    ).settings()
  }

  private func read(_ path: FilePath, _ suite: SuiteName) throws -> Baseline {
    do {
      return try BaselineFile.read(path, suite: suite)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  private func decide(
    _ run: StoredRun, _ suite: SuiteHeader, _ suitePath: FilePath, _ settings: Settings,
    _ filter: CaseFilter,
    _ baseline: inout Baseline, _ tally: inout Approval.Result, _ selected: inout Int
  ) throws {
    let folders = ProjectFolders(suite: suitePath, workingFolder: context.workingFolder)
    let blobs = FixtureFolder(
      folder: folders.fixtures(settings).appending(suite.name.text)
    ).blobs
    let approval = Approval(
      decision, run: run.header.id, by: options.by ?? context.environment["USER"] ?? "unknown",
      note: options.note, at: context.clock(), replaces: replaces)
    try run.forEachResult(of: suite.name) { result in
      let identity = result.identity
      guard
        filter.admits(identity, outcome: result.outcome)
      else { return }
      selected += 1
      if decision == .approved, [.failed, .known].contains(result.outcome),
        !filter.usesOutcome
      {
        tally.skipped.append("\(identity.id): \(result.outcome.rawValue) (\(result.reason))")
        return
      }
      if options.dryRun {
        tally.decided += result.outputs.count
      } else {
        do {
          try approval.decide(result, in: &baseline, blobs: blobs, tally: &tally) {
            run.header.locate($0, context)
          }
        } catch {
          throw CommandExit(.usage, "error: \(error)")
        }
      }
    }
  }
}

extension RunHeader {
  /// Finds a path of the run from where a command runs now.
  func locate(_ path: FilePath, _ context: CommandContext) -> FilePath {
    guard !workingFolder.isEmpty, workingFolder != context.workingFolder else { return path }
    let there = workingFolder.pushing(path)
    return DurableFile.isFile(there) ? there : path
  }
}

/// Finds stored runs for commands.
enum StoredRuns {
  /// The folder that a name leads to, where it holds a run and no store lies beside it.
  static func foreignFolder(_ name: String) -> FilePath? {
    let path = FilePath(name)
    guard path.components.count > 1 || path.isAbsolute || DurableFile.isFolder(path) else {
      return nil
    }
    let isRun = DurableFile.isFile(path.appending(RunFolder.fileName))
    return isRun && !DurableFile.isFile(path.parent.appending(RunStore.fileName)) ? path : nil
  }

  /// Finds a run where flags, environment and the project of the working folder say.
  static func find(
    _ name: String, _ options: FolderOptions, _ context: CommandContext
  ) throws -> StoredRun {
    let sources = try SettingSources(options, context)
    return try find(name, sources.settings(), sources.context)
  }

  static func find(
    _ name: String, _ settings: Settings, _ context: CommandContext
  ) throws -> StoredRun {
    var folder = ProjectFolders(workingFolder: context.workingFolder).reports(settings)
    var name = name
    let path = FilePath(name)
    if path.components.count > 1, let last = path.lastComponent, DurableFile.isFolder(path) {
      // The folder of a run's reports names the run and the store beside it.
      (folder, name) = (path.parent, last.string)
    }
    guard DurableFile.isFile(folder.appending(RunStore.fileName)) else {
      throw CommandExit.usage(
        "there is no run store in \(folder)",
        hint: "run a suite first, or name the folder with --reports")
    }
    do {
      return try RunStore(folder: folder, spends: false).run(name)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }
}
