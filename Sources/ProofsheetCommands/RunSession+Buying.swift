internal import Canonical
internal import Experiments
internal import LoopbackServer
internal import Recording
internal import RunStore
internal import SeedreamAPI
internal import Simulator
internal import Suites
internal import SystemPackage

extension RunSession {
  /// Plans with what each comes to.
  private struct Purchase {
    var plans: [Plan]
    var totals: [PlanTotals]

    init(_ plans: [Plan]) {
      self.plans = plans
      totals = plans.map { PlanTotals($0) }
    }

    var total: PlanTotals { totals.reduce(into: PlanTotals()) { $0 += $1 } }

    func priced(by prices: PriceTable?) -> Purchase {
      var priced = self
      priced.plans = plans.map { $0.priced(by: prices) }
      priced.totals = totals.map { $0.priced(by: prices) }
      return priced
    }
  }

  /// Runs in a mode that may spend: guarded, locked, and with what an earlier run has left first.
  func buy() async throws -> ExitStatus {
    let unpriced = Purchase(
      try selected(try set.plans(mode: command.mode, settings: settings, prices: nil)))
    // Nobody needs a key to record what is recorded.
    let needsKey = unpriced.total.toBuy > 0
    switch try EndpointChoice(settings, userFile: userFile, context, needsKey: needsKey) {
    case .server(let endpoint):
      try refuseUnpriced(unpriced.total)
      return try await buy(
        unpriced.priced(by: settings.prices.value), from: endpoint, isSimulator: false)
    case .simulator:
      do {
        return try await SimulatorServer.serving(SimulateCommand.settingsOfRun(context)) { _, url in
          try await buyFromSimulator(unpriced, at: url)
        }
      } catch let error as LoopbackFailure {
        throw CommandExit(.service, "error: the simulator cannot be started: \(error)")
      }
    }
  }

  private func buyFromSimulator(_ purchase: Purchase, at url: String) async throws -> ExitStatus {
    let endpoint = Endpoint(
      base: try HTTPURL(url), authorization: try Authorization(scheme: .bearer, key: "simulator"))
    return try await buy(purchase, from: endpoint, isSimulator: true)
  }

  private func takeLock() throws -> StoreLock {
    do {
      return try StoreLock(folder: reports)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Takes the right to write the recordings of each suite, where the mode writes any.
  private func lockFixtures(of plans: [Plan]) throws -> [FixtureLock] {
    guard command.mode != .live else { return [] }
    do {
      return try plans.map { plan in
        try DurableFile.createFolder(plan.fixtures.folder)
        return try FixtureLock(folder: plan.fixtures.folder)
      }
    } catch {
      throw CommandExit.usage("\(error)", hint: "nothing was sent; name a folder with --fixtures")
    }
  }

  private func makeLedger(
    _ store: RunStore, _ lock: borrowing StoreLock
  ) throws -> StoreLedger {
    do {
      return try StoreLedger(
        store: store, run: id, mode: command.mode, startedAt: startedAt,
        resuming: try liveRunToResume(store), lock: lock)
    } catch let exit as CommandExit {
      throw exit
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Refuses a cap that cannot be kept, for nobody knows what a model costs.
  private func refuseUnpriced(_ totals: PlanTotals) throws {
    guard let cap = settings.maxCost.value else { return }
    let models = totals.purchases.keys.filter { settings.prices.value.price(of: $0) == nil }
    guard let model = models.min(by: { $0.text < $1.text }) else { return }
    throw CommandExit.usage(
      "the price of the model '\(VisibleText.escape(model.text))' is not known, so that the cap of "
        + "\(cap) (\(settings.maxCost.origin)) cannot be kept; nothing was sent",
      hint: "state what a picture costs in \(ConfigFiles.projectFileName): "
        + "prices: {as_of: 2026-11-01, models: {\(VisibleText.escape(model.text)): 0.03}}")
  }

  private func buy(
    _ planned: Purchase, from endpoint: Endpoint, isSimulator: Bool
  ) async throws -> ExitStatus {
    let store = try open(spends: true)
    let lock = try takeLock()
    let fixtureLocks = try lockFixtures(of: planned.plans)
    let ledger = try makeLedger(store, lock)
    let purchase = try continued(planned, ledger, store)
    let plans = purchase.plans
    tellDoubt(plans, ledger)
    try refuseOtherOrigin(purchase, endpoint, isSimulator: isSimulator)
    try tellAdoptable(purchase.plans, store)
    let agreed = try agree(purchase.total, isSimulator: isSimulator)
    if command.mode != .live { try tryFolders(of: purchase) }
    try told { try ledger.start() }
    let guardian = SpendGuard(
      cap: isSimulator ? nil : settings.maxCost.value ?? agreed,
      requestsMax: settings.maxRequests.value)
    let environment = environment(
      store,
      purchasing: try settings.purchasing(
        from: endpoint, keeping: ledger, in: store.blobs, guardian, context))
    let status = try await run(
      plans, environment, store: store,
      endpoint: isSimulator ? EndpointName.simulatorWord : endpoint.base.origin)
    // The right to spend is held until the last report is written.
    withExtendedLifetime((store, fixtureLocks)) {}
    _ = consume lock
    return status
  }

  /// Goes on where an interrupted run has ended; adds up again only where that changes something.
  private func continued(
    _ purchase: Purchase, _ ledger: StoreLedger, _ store: RunStore
  ) throws -> Purchase {
    guard command.mode != .live else {
      return command.resume ? Purchase(try resumeLive(purchase.plans, ledger)) : purchase
    }
    let recovered = try recover(purchase.plans, ledger, store)
    for plan in purchase.plans { try FixtureNames.restore(of: plan, context) }
    let left = command.mode == .refresh ? try resume(purchase.plans, ledger) : purchase.plans
    let plans: [Plan]
    do {
      plans = try PlacedOrders.awaited(by: left, in: store)
      try PlacedOrders.tell(plans, in: store, context)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    let isResumed = plans.contains { !$0.refreshed.isEmpty || !$0.ordered.isEmpty }
    return recovered > 0 || isResumed ? Purchase(plans) : purchase
  }

  /// Makes recordings of what an interrupted run has paid for.
  ///
  /// - Returns: how many cases are recorded now.
  private func recover(
    _ plans: [Plan], _ ledger: StoreLedger, _ store: RunStore
  ) throws -> Int {
    var recovered = 0
    for plan in plans {
      let promotion = CasePromotion(
        fixtures: plan.fixtures, blobs: store.blobs, toolVersion: Proofsheet.version,
        settle: ledger.promoted)
      do {
        let count = try promotion.promoteAll(ledger.storedCases(of: plan.suite.name))
        recovered += count
        if count > 0 {
          context.say(
            "\(plan.suite.name): \(Count.of(count, "case")) that an earlier run has paid for "
              + "\(count == 1 ? "is" : "are") recorded now")
        }
      } catch {
        throw CommandExit(
          .usage,
          "error: what an earlier run has paid for cannot be recorded: \(error)\n"
            + "hint: nothing is lost; mend the cause and run again")
      }
    }
    return recovered
  }

  /// Lists what earlier runs have sent and not seen answered, where it is about to be sent again.
  private func tellDoubt(_ plans: [Plan], _ ledger: StoreLedger) {
    for plan in plans {
      do {
        let attempts = try ledger.inDoubt(of: plan.suite.name)
        guard !attempts.isEmpty else { continue }
        let again = toBuy(Set(attempts.map(\.caseID)), of: plan)
        for attempt in attempts where again.contains(attempt.caseID) {
          context.say(
            "in doubt: \(attempt.caseID) was sent by run \(attempt.run) and never answered; "
              + "up to \(attempt.amount) may have been billed")
        }
      } catch {
        context.say("warning: \(error)")
      }
    }
  }

  /// Those of some cases that would be bought.
  private func toBuy(_ ids: Set<CaseID>, of plan: Plan) -> Set<CaseID> {
    let survey = PlanSurvey(plan)
    var bought: Set<CaseID> = []
    for suiteCase in plan.selected where ids.contains(suiteCase.id) {
      if case .buy = survey.state(of: suiteCase) { bought.insert(suiteCase.id) }
    }
    return bought
  }

  /// Leaves out what an interrupted refresh has bought already.
  private func resume(_ plans: [Plan], _ ledger: StoreLedger) throws -> [Plan] {
    do {
      return try plans.map { plan in
        let refreshed = try ledger.refreshed(of: plan.suite.name)
        if !refreshed.isEmpty {
          context.say(
            "\(plan.suite.name): \(Count.of(refreshed.count, "case")) "
              + "\(refreshed.count == 1 ? "was" : "were") bought by a refresh that did "
              + "not come to its end, and \(refreshed.count == 1 ? "is" : "are") not bought again")
        }
        return plan.resuming(refreshed)
      }
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Tries the step that will write recordings, before anything is bought.
  private func tryFolders(of purchase: Purchase) throws {
    for (plan, totals) in zip(purchase.plans, purchase.totals) where totals.toBuy > 0 {
      do {
        try DurableFile.createFolder(plan.fixtures.folder)
        _ = try PartialFile(replacing: plan.fixtures.folder.appending("trial"))
      } catch {
        throw CommandExit.usage("\(error)", hint: "nothing was sent; name a folder with --fixtures")
      }
    }
  }

  /// Refuses to buy what could not be recorded beside what is there, where that is certain: only the
  /// answers of a server on this machine tell whether it is a simulator.
  private func refuseOtherOrigin(
    _ purchase: Purchase, _ endpoint: Endpoint, isSimulator: Bool
  ) throws {
    guard command.mode != .live, isSimulator || !HostRule.isLoopback(endpoint.base.host) else {
      return
    }
    let asked = isSimulator ? Origin.simulator : .api(endpoint.base.origin)
    for (plan, totals) in zip(purchase.plans, purchase.totals) where totals.toBuy > 0 {
      let recorded: Origin?
      do {
        recorded = try plan.fixtures.recordedOrigin()
      } catch {
        throw CommandExit(.usage, "error: \(error)")
      }
      guard let recorded, !recorded.mixes(with: asked) else { continue }
      let same =
        recorded == .simulator
        ? "buy from the simulator too, with --endpoint simulator; record"
        : "buy from \(recorded) too, with --endpoint \(recorded); record"
      throw CommandExit.usage(
        "\(plan.fixtures.folder) holds recordings of \(recorded), and this run would add some of "
          + "\(asked), which do not mix; nothing was sent",
        hint: "\(same) into another folder with --fixtures; or remove the old recordings")
    }
  }

  /// Says what is recorded and what would be bought, and asks where it has to.
  ///
  /// - Returns: the amount that was agreed to, which caps a run without `--max-cost`.
  private func agree(_ totals: PlanTotals, isSimulator: Bool) throws -> Money {
    if totals.toBuy > 0 || totals.stopped[.overBudget] != nil {
      for line in totals.lines { context.say(line) }
      if isSimulator { context.say("  from the simulator, which costs nothing and is no model") }
    }
    if !isSimulator {
      settings.loweredPrices(of: totals.purchases.keys).forEach { context.say($0) }
    }
    try command.spending.approve(totals, settings, context)
    return totals.cost
  }
}
