internal import Canonical
internal import Experiments
internal import LoopbackServer
internal import Recording
internal import RunStore
internal import SeedreamAPI
internal import Simulator
internal import Suites
internal import SystemPackage

/// One probe from its checked command line to its file.
struct ProbeSession {
  let command: ProbeCommand
  let settings: Settings
  let userFile: String
  let context: CommandContext
  let suite: LoadedSuite
  let reports: FilePath
  let plan: Plan
  let base: SuiteCase

  /// Chooses the case, and refuses what would fail after something was bought.
  init(
    command: ProbeCommand, _ prepared: PreparedSuites, _ member: SuiteSet.Member
  ) throws {
    self.command = command
    settings = prepared.settings
    userFile = prepared.sources.userFile
    context = prepared.context
    suite = member.suite
    reports = member.folders.reports(prepared.settings)
    let plans = try prepared.set.plans(mode: .live, settings: settings, prices: nil)
    guard let plan = plans.first, let base = plan.selected.first(where: { _ in true }) else {
      throw CommandExit.usage("\(suite.path) has no case to probe with")
    }
    self.plan = plan
    self.base = base
    do {
      // A trial of the same step that will write the finding at the end.
      _ = try PartialFile(replacing: ProbeFile.path(forSuite: suite.path))
    } catch {
      throw CommandExit.usage("\(error)", hint: "nothing was sent")
    }
  }

  func run() async throws -> ExitStatus {
    tellChoice()
    switch try EndpointChoice(settings, userFile: userFile, context, needsKey: true) {
    case .server(let endpoint):
      return try await buy(from: endpoint, named: endpoint.base.origin, isSimulator: false)
    case .simulator:
      do {
        let name = "simulator \(context.environment[SimulateCommand.variable] ?? "")"
        return try await SimulatorServer.serving(SimulateCommand.settingsOfRun(context)) { _, url in
          let endpoint = Endpoint(
            base: try HTTPURL(url),
            authorization: try Authorization(scheme: .bearer, key: "simulator"))
          return try await buy(from: endpoint, named: name, isSimulator: true)
        }
      } catch let error as LoopbackFailure {
        throw CommandExit(.service, "error: the simulator cannot be started: \(error)")
      }
    }
  }

  private func tellChoice() {
    context.say("probing with \(base.id) of \(suite.name), model \(base.request.model)")
    let others = Set(plan.selected.lazy.map(\.request.model)).subtracting([base.request.model])
    guard !others.isEmpty else { return }
    let names = others.map(\.text).sorted().joined(separator: ", ")
    context.say(
      "notice: the finding will say nothing of \(names); choose another case with --filter")
  }

  // MARK: - Buying

  private func buy(
    from endpoint: Endpoint, named name: String, isSimulator: Bool
  ) async throws -> ExitStatus {
    let design = ProbeDesign(
      of: base, in: suite.name, count: command.samples, endpoint: name)
    let store = try told { try RunStore(folder: reports, spends: true) }
    let lock = try takeLock()
    let ledger = try makeLedger(store, lock)
    let totals = try agree(design, ledger, isSimulator: isSimulator)
    try told { try ledger.start() }
    let guardian = SpendGuard(
      cap: isSimulator ? nil : settings.maxCost.value ?? totals.cost,
      requestsMax: settings.maxRequests.value)
    let environment = RunEnvironment(
      redactor: context.redactor, toolVersion: Proofsheet.version, failsUnapproved: false,
      purchasing: try settings.purchasing(
        from: endpoint, keeping: ledger, in: store.blobs, guardian, context),
      clock: context.clock)
    let status = try await ask(
      design, environment, guardian, prices: isSimulator ? nil : settings.prices.value, ledger)
    // The right to spend is held until the finding is written.
    withExtendedLifetime(store) {}
    _ = consume lock
    return status
  }

  private func takeLock() throws -> StoreLock {
    do {
      return try StoreLock(folder: reports)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// The answers are kept like those of a recording, so that an interrupted probe goes on.
  private func makeLedger(_ store: RunStore, _ lock: borrowing StoreLock) throws -> StoreLedger {
    let startedAt = context.clock()
    let run = RunID(start: startedAt, random: .random(in: .min ... .max))
    do {
      return try StoreLedger(
        store: store, run: run, mode: .record, startedAt: startedAt, lock: lock)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Says what would be bought, and asks where it has to.
  private func agree(
    _ design: ProbeDesign, _ ledger: StoreLedger, isSimulator: Bool
  ) throws -> PlanTotals {
    let kept = try told {
      for attempt in try ledger.inDoubt(of: design.ledgerName) {
        context.say(
          "in doubt: \(attempt.caseID) was sent by run \(attempt.run) and never answered; "
            + "up to \(attempt.amount) may have been billed")
      }
      return Set(try ledger.storedCases(of: design.ledgerName).map(\.recordedCase.caseKey))
    }
    let totals = design.totals(kept: kept, prices: isSimulator ? nil : settings.prices.value)
    if totals.stopped[.overBudget] != nil {
      throw CommandExit(
        .incomplete,
        "error: the price of the model '\(base.request.model)' is not known; nothing was sent\n"
          + "hint: state it under 'prices:' in \(ConfigFiles.projectFileName)")
    }
    if totals.replayed > 0 {
      context.say(
        "\(Count.of(totals.replayed, "request")) of an interrupted probe "
          + "\(totals.replayed == 1 ? "is" : "are") kept and not bought again")
    }
    let cost = isSimulator ? "from the simulator, which costs nothing" : "up to \(totals.cost)"
    context.say(
      "to buy: \(Count.of(totals.pictures, "picture")) in \(Count.of(totals.toBuy, "request")), "
        + cost)
    if !isSimulator {
      settings.loweredPrices(of: totals.purchases.keys).forEach { context.say($0) }
    }
    try command.spending.approve(totals, settings, context)
    return totals
  }

  private func ask(
    _ design: ProbeDesign, _ environment: RunEnvironment, _ guardian: SpendGuard,
    prices: PriceTable?, _ ledger: StoreLedger
  ) async throws -> ExitStatus {
    let interrupts = InterruptCounter(
      guardian, goingOn: "run the same command again to go on", context)
    let registration = context.onInterrupt { interrupts.count() }
    let say = context
    let results = await ProbeRunner(plan: plan.priced(by: prices), environment: environment).run(
      design, concurrency: settings.concurrency(inReplay: false)
    ) { result in
      guard result.outcome != .passed else { return }
      say.say("\(result.identity.id): \(result.outcome.rawValue): \(result.reason)")
    }
    withExtendedLifetime(registration) {}
    if prices != nil { context.say("spent: \(guardian.spending.spent)") }
    for failure in guardian.failures { context.say("error: \(failure)") }
    let summary = RunSummary(
      counts: results.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 },
      isInterrupted: interrupts.isInterrupted)
    let useless = results.filter(Self.isUseless)
    // Kept, they would be given again and never lead anywhere.
    try told { for result in useless { try ledger.promoted(result.identity.caseKey) } }
    if let first = useless.first {
      context.say(
        "\(Count.of(useless.count, "sample")) brought no picture that can be compared, the first "
          + "\(first.identity.id): \(first.outputs.first?.problem ?? first.reason)\n"
          + "hint: the same command asks for \(useless.count == 1 ? "it" : "them") anew")
      return ExitStatus.worst([.service, summary.exitStatus])
    }
    guard summary.exitStatus == .success else {
      context.say(
        "the probe is not complete, and nothing was found\n"
          + "hint: what is paid for is kept; the same command buys only the rest")
      return summary.exitStatus
    }
    return try await conclude(design, results, ledger)
  }

  /// Whether an answer is complete and holds nothing to compare: asking again is the only way on.
  private static func isUseless(_ result: CaseResult) -> Bool {
    switch result.outcome {
    case .apiError, .blocked: true
    case .passed: result.outputs.first { $0.index == 0 }?.picture == nil
    default: false
    }
  }

  // MARK: - Finding

  private func conclude(
    _ design: ProbeDesign, _ results: [CaseResult], _ ledger: StoreLedger
  ) async throws -> ExitStatus {
    let path = ProbeFile.path(forSuite: suite.path)
    let analysis: ProbeAnalysis
    do {
      analysis = try await ProbeAnalysis.analyse(
        design, results, suite: suite.name, at: context.clock(),
        concurrency: ProcessorCount.available)
      try DurableFile.write(ProbeFile.bytes(of: analysis.finding), to: path)
      // The next probe measures anew.
      for sample in design.samples { try ledger.promoted(sample.planned.identity.caseKey) }
    } catch {
      throw CommandExit(
        .failure,
        "error: \(error)\nhint: what is paid for is kept; the same command goes on with it")
    }
    for notice in analysis.notices { context.say("notice: \(notice)") }
    switch command.format {
    case .text:
      for line in ProbeText.lines(of: analysis.finding) { context.output("\(line)\n") }
    case .json:
      context.output(String(decoding: ProbeFile.bytes(of: analysis.finding), as: UTF8.self))
    }
    context.say("written: \(path)")
    return .success
  }
}
