internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import SeedreamAPI
internal import Simulator
internal import Suites
internal import SystemPackage

extension RunSession {
  /// Runs in a mode that may spend: guarded, locked, and with what an earlier run has left first.
  func buy() async throws -> ExitStatus {
    // Nobody needs a key to record what is recorded.
    let unpriced = try set.plans(mode: command.mode, settings: settings, prices: nil)
    let needsKey = unpriced.contains { PlanTotals($0).toBuy > 0 }
    switch try EndpointChoice(settings, userFile: userFile, context, needsKey: needsKey) {
    case .server(let endpoint):
      return try await buy(from: endpoint, prices: settings.prices.value, isSimulator: false)
    case .simulator:
      do {
        return try await SimulatorServer.serving(SimulatorSettings()) { _, url in
          try await buyFromSimulator(at: url)
        }
      } catch let error as SimulatorError {
        throw CommandExit(.service, "error: the simulator cannot be started: \(error)")
      }
    }
  }

  private func buyFromSimulator(at url: String) async throws -> ExitStatus {
    let endpoint = Endpoint(
      base: try HTTPURL(url), authorization: try Authorization(scheme: .bearer, key: "simulator"))
    return try await buy(from: endpoint, prices: nil, isSimulator: true)
  }

  private func takeLock() throws -> StoreLock {
    do {
      return try StoreLock(folder: reports)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  private func makeLedger(
    _ store: RunStore, _ lock: borrowing StoreLock
  ) throws -> StoreLedger {
    do {
      return try StoreLedger(
        store: store, run: id, mode: command.mode, startedAt: startedAt, lock: lock)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  private func buy(
    from endpoint: Endpoint, prices: PriceTable?, isSimulator: Bool
  ) async throws -> ExitStatus {
    let store = try open(spends: true)
    let lock = try takeLock()
    let ledger = try makeLedger(store, lock)
    var plans = try set.plans(mode: command.mode, settings: settings, prices: prices)
    if command.mode != .live { try recover(plans, ledger, store) }
    if command.mode == .refresh { plans = try resume(plans, ledger) }
    tellDoubt(plans, ledger)
    let agreed = try agree(plans, isSimulator: isSimulator)
    if command.mode != .live { try tryFolders(of: plans) }
    let guardian = SpendGuard(
      cap: prices == nil ? nil : settings.maxCost.value ?? agreed,
      requestsMax: settings.maxRequests.value)
    let environment = RunEnvironment(
      redactor: context.redactor, toolVersion: Proofsheet.version, failsUnapproved: failsUnapproved,
      purchasing: RunEnvironment.Purchasing(
        endpoint: endpoint, transport: try context.makeTransport(), ledger: ledger,
        blobs: store.blobs, guardian: guardian, sleeper: context.sleeper,
        limits: settings.requestLimits, keyVariable: settings.keyVariable.value),
      clock: context.clock)
    let status = try await run(
      plans, environment, store: store,
      endpoint: isSimulator ? EndpointName.simulatorWord : endpoint.base.origin)
    // The right to spend is held until the last report is written.
    withExtendedLifetime(store) {}
    _ = consume lock
    return status
  }

  /// Makes recordings of what an interrupted run has paid for.
  private func recover(_ plans: [Plan], _ ledger: StoreLedger, _ store: RunStore) throws {
    for plan in plans {
      let promotion = CasePromotion(
        fixtures: plan.fixtures, ledger: ledger, blobs: store.blobs,
        toolVersion: Proofsheet.version)
      do {
        let count = try promotion.promoteAll(of: plan.suite.name)
        if count > 0 {
          context.say(
            "\(plan.suite.name): \(count) case(s) that an earlier run has paid for are recorded now"
          )
        }
      } catch {
        throw CommandExit(
          .usage,
          "error: what an earlier run has paid for cannot be recorded: \(error)\n"
            + "hint: nothing is lost; mend the cause and run again")
      }
    }
  }

  /// Lists what earlier runs have sent and not seen answered, where it is about to be sent again.
  private func tellDoubt(_ plans: [Plan], _ ledger: StoreLedger) {
    for plan in plans {
      do {
        let attempts = try ledger.inDoubt(of: plan.suite.name)
        guard !attempts.isEmpty else { continue }
        let again = Set(
          plan.lazy.filter { planned in
            if case .buy = plan.action(for: planned) { true } else { false }
          }.map(\.identity.id))
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

  /// Leaves out what an interrupted refresh has bought already.
  private func resume(_ plans: [Plan], _ ledger: StoreLedger) throws -> [Plan] {
    do {
      return try plans.map { plan in
        let refreshed = try ledger.refreshed(of: plan.suite.name)
        if !refreshed.isEmpty {
          context.say(
            "\(plan.suite.name): \(refreshed.count) case(s) were bought by a refresh that was "
              + "interrupted, and are not bought again")
        }
        return plan.resuming(refreshed)
      }
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// Tries the step that will write recordings, before anything is bought.
  private func tryFolders(of plans: [Plan]) throws {
    for plan in plans where PlanTotals(plan).toBuy > 0 {
      do {
        try DurableFile.createFolder(plan.fixtures.folder)
        _ = try PartialFile(replacing: plan.fixtures.folder.appending("trial"))
      } catch {
        throw CommandExit.usage("\(error)", hint: "nothing was sent; name a folder with --fixtures")
      }
    }
  }

  /// Says what is recorded and what would be bought, and asks where it has to.
  ///
  /// - Returns: the amount that was agreed to, which caps a run without `--max-cost`.
  private func agree(_ plans: [Plan], isSimulator: Bool) throws -> Money {
    var totals = PlanTotals()
    for plan in plans { totals += PlanTotals(plan) }
    if totals.toBuy > 0 || totals.stopped[.overBudget] != nil {
      for line in totals.lines { context.say(line) }
      if isSimulator { context.say("  from the simulator, which costs nothing and is no model") }
    }
    if !isSimulator {
      settings.loweredPrices(of: totals.picturesByModel.keys).forEach { context.say($0) }
    }
    try command.spending.approve(totals, settings, context)
    return totals.cost
  }
}
