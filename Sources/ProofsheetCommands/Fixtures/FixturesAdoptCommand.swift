internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import Suites
internal import SystemPackage

/// Takes what lies elsewhere among the recordings of a suite.
struct FixturesAdoptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Make recordings of what a live run received, or rename those of renamed cases.",
    discussion: """
      Of a run (an id, 'latest', or the folder of its reports) everything that it received and that a \
      case of the suite asks for becomes a recording, so that what was looked at is not bought again. \
      A recording that is there is replaced; --dry-run says which, and --filter selects. 'latest' is the \
      run that was begun last, also one that was killed.

      Of a suite, recordings under the names of cases that were renamed get the present names, and \
      the approvals with them. A recording run does the same.
      """)

  @Argument(help: ArgumentHelp("A run, or suite files or folders of them.", valueName: "what"))
  var names: [String]

  @Option(
    help: ArgumentHelp(
      "Adopt these cases of a run only, for example 'outcome=passed'.",
      discussion: FilterReading.help))
  var filter: [String] = []

  @Flag(help: "Say what would be done and write nothing.")
  var dryRun = false

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    guard !names.isEmpty else { throw ValidationError("name a run, or at least one suite") }
  }

  func run() throws {
    let context = CommandContext.current
    guard names.contains(where: { !Self.isSuite($0) }) else {
      guard filter.isEmpty else {
        throw CommandExit.usage("--filter selects cases of a run; a suite is renamed as a whole")
      }
      return try rename(context)
    }
    guard names.count == 1, let name = names.first else {
      throw CommandExit.usage(
        "a run is adopted alone: \(names.filter { !Self.isSuite($0) })",
        hint: "name one run, or suites only")
    }
    try FixtureAdoption(self, run: name, context).carryOut()
  }

  /// Whether an argument names a suite file or a folder, and no run.
  private static func isSuite(_ name: String) -> Bool {
    let path = FilePath(name)
    let isRunFolder = DurableFile.isFile(path.parent.appending(RunStore.fileName))
    return !isRunFolder
      && (DurableFile.isFolder(path)
        || path.lastComponent.map { SuiteSet.isSuite($0.string) } == true)
  }

  private func rename(_ context: CommandContext) throws {
    let prepared = try PreparedSuites(
      names, filter: [], flags: folders.flags, config: folders.config, context)
    let plans = try prepared.set.plans(mode: .replay, settings: prepared.settings, prices: nil)
    var count = 0
    for plan in plans {
      let lock = dryRun ? nil : try FixtureWriting.lock(plan)
      count += try FixtureNames.restore(of: plan, prepared.context, dryRun: dryRun)
      withExtendedLifetime(lock) {}
    }
    if count == 0 { prepared.context.say("every recording has the name of its case") }
  }
}

/// One run on its way into the recordings.
private struct FixtureAdoption {
  let dryRun: Bool
  let store: RunStore
  let run: StoredRun
  let hasEnded: Bool
  let filter: CaseFilter
  let prepared: PreparedSuites

  var context: CommandContext { prepared.context }

  init(_ command: FixturesAdoptCommand, run name: String, _ context: CommandContext) throws {
    dryRun = command.dryRun
    _ = try FilterReading.read(command.filter)
    let (run, hasEnded) = try StoredRuns.begun(name, command.folders, context)
    self.hasEnded = hasEnded
    guard run.header.mode == .live else {
      throw CommandExit.usage(
        "run \(run.header.id) is a \(run.header.mode.rawValue) run; only a live run keeps its answers",
        hint: run.header.mode == .replay
          ? "make one with: proofsheet run … --mode live"
          : "what it bought is recorded already, or will be by the next run with --mode record")
    }
    self.run = run
    store = run.store
    filter = try told { try FilterReading.read(command.filter, for: run) }
    let paths = run.header.suites.map { run.header.locate($0.path, context) }
    for path in paths where !DurableFile.isFile(path) {
      throw CommandExit.usage(
        "the run is of the suite \(path), which is not there",
        hint: "run this command in the folder where the run was made")
    }
    prepared = try PreparedSuites(
      paths.map(\.string), filter: [], flags: command.folders.flags,
      config: command.folders.config, context)
  }

  func carryOut() throws {
    try requireCases()
    let plans = try prepared.set.plans(mode: .replay, settings: prepared.settings, prices: nil)
    var adopted = 0
    do {
      let lock = try StoreLock(folder: store.folder)
      for plan in plans { adopted += try adopt(plan) }
      _ = consume lock
    } catch let exit as CommandExit {
      throw exit
    } catch {
      throw CommandExit.usage(
        "\(error)", hint: "what was listed before is recorded, the rest is still in the run store")
    }
    if !hasEnded {
      context.say(
        "run \(run.header.id) did not come to its end; to go on with it: "
          + prepared.settings.resumption(of: run.header, in: store.folder, context))
    }
    guard adopted > 0 else {
      try requireAnswers()
      context.say("nothing of run \(run.header.id) is left to adopt")
      return
    }
    let verb = dryRun ? "would be recorded" : "recorded"
    context.say("\(Count.of(adopted, "answer")) of run \(run.header.id) \(verb)")
    if !dryRun {
      let options = prepared.settings.folderOptions(of: run.header, in: store.folder, context)
      context.say(
        "hint: replay them with: proofsheet run \(suiteFiles)\(options), and approve what is right")
    }
  }

  /// The suites of the run as a command names them.
  private var suiteFiles: String {
    run.header.suites.map { ShellText.quoted(run.header.locate($0.path, context)) }
      .joined(separator: " ")
  }

  /// Fails where the run is merged: what its shards received lies with them.
  private func requireAnswers() throws {
    do {
      if try store.hasAttempts(of: run.header.id) || run.summary.spending.requests == 0 { return }
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    throw CommandExit.usage(
      "run \(run.header.id) was merged of shards, and what they received lies with each of them",
      hint: "adopt them one by one: proofsheet fixtures adopt latest --reports PART")
  }

  /// Refuses a filter that selects no case, which is not the same as nothing being left to adopt.
  private func requireCases() throws {
    guard !filter.isAll else { return }
    try told {
      var isEmpty = true
      for suite in run.header.suites where isEmpty {
        try run.forEachResult(of: suite.name) { result in
          let isSelected = filter.admits(result.identity, outcome: result.outcome)
          // What a group came to was made of no answer of its own.
          if result.group == nil, isSelected { isEmpty = false }
        }
      }
      guard isEmpty else { return }
      let reason = try FilterReading.emptySelection(of: run, filter, withGroups: false)
      throw FilterReading.nothingSelected(of: run, "\n\(reason)")
    }
  }

  /// - Returns: how many answers became recordings.
  private func adopt(_ plan: Plan) throws -> Int {
    if !dryRun { try DurableFile.createFolder(plan.fixtures.folder) }
    let lock = dryRun ? nil : try FixtureLock(folder: plan.fixtures.folder)
    if !dryRun { try FixtureNames.restore(of: plan, context) }
    defer { withExtendedLifetime(lock) {} }
    let stored = try store.liveCases(of: plan.suite.name, in: run.header.id)
    let selected = try selectedKeys(of: plan.suite.name, among: stored)
    let keys = Set(stored.map(\.recordedCase.caseKey))
    var cases: [CaseKey: SuiteCase] = [:]
    for suiteCase in plan.suite.cases where keys.contains(suiteCase.caseKey) {
      cases[suiteCase.caseKey] = suiteCase
    }
    let promotion = CasePromotion(
      fixtures: plan.fixtures, blobs: store.blobs, toolVersion: Proofsheet.version,
      settle: { [store, id = run.header.id] in try store.adopted($0, of: id) })
    var count = 0
    for one in stored where selected.contains(one.recordedCase.caseKey) {
      let old = one.recordedCase.caseID
      guard let suiteCase = cases[one.recordedCase.caseKey] else {
        context.say("skipped: \(old): no case of \(plan.suite.path) asks for it any more")
        continue
      }
      if try adopt(one, as: suiteCase, of: plan, promotion) { count += 1 }
    }
    return count
  }

  private func adopt(
    _ stored: StoredCase, as suiteCase: SuiteCase, of plan: Plan, _ promotion: CasePromotion
  ) throws -> Bool {
    let path = plan.fixtures.path(of: suiteCase.id)
    let isThere = DurableFile.isFile(path)
    if dryRun {
      let reason = try promotion.obstacle(to: stored, expecting: suiteCase.expectedError)
      context.output(
        reason.map { "would skip \(suiteCase.id): \($0)\n" }
          ?? "would \(isThere ? "replace" : "write") \(path)\n")
      return reason == nil
    }
    let before = try bytes(at: path)
    let reason = try promotion.promote(
      stored, as: suiteCase.id, expecting: suiteCase.expectedError, hasPassed: true)
    if let reason {
      context.say("skipped: \(suiteCase.id): \(reason)")
      return false
    }
    let isSame = try bytes(at: path) == before
    context.output("\(isSame ? "kept" : isThere ? "replaced" : "wrote") \(path)\n")
    return true
  }

  /// The bytes of a recording; `nil` where there is none.
  private func bytes(at path: FilePath) throws -> [UInt8]? {
    guard DurableFile.isFile(path) else { return nil }
    return try DurableFile.read(path, byteCountMax: HARReader.byteCountMax, followsLink: false)
  }

  /// The cases of the run that the filter selects.
  private func selectedKeys(
    of suite: SuiteName, among stored: [StoredCase]
  ) throws -> Set<CaseKey> {
    // A case that was under way when its run was killed has no result.
    if filter.isAll { return Set(stored.map(\.recordedCase.caseKey)) }
    var keys: Set<CaseKey> = []
    try run.forEachResult(of: suite) { result in
      if filter.admits(result.identity, outcome: result.outcome) {
        keys.insert(result.identity.caseKey)
      }
    }
    return keys
  }
}
