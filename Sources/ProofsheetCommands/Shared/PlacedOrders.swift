internal import Canonical
internal import Experiments
internal import RunStore
internal import Suites
internal import SystemPackage

/// What earlier runs have ordered and not got yet.
enum PlacedOrders {
  /// Lines about single orders that are written for one suite.
  private static let shownMax = 20

  /// The plans with what earlier runs have ordered, where recordings are made of it.
  ///
  /// - Throws: ``StoreFailure``.
  static func awaited(by plans: [Plan], in store: RunStore) throws(StoreFailure) -> [Plan] {
    var awaiting: [Plan] = []
    for plan in plans {
      let orders = try store.orders(of: plan.suite.name)
      awaiting.append(
        plan.awaiting(
          Dictionary(orders.map { ($0.caseKey, $0.amount) }, uniquingKeysWith: { $1 })))
    }
    return awaiting
  }

  /// The same for a command that only looks, and without what an interrupted refresh has bought: a store that
  /// is not there knows of nothing.
  ///
  /// - Throws: ``StoreFailure``.
  static func awaited(by plans: [Plan], below reports: FilePath) throws -> [Plan] {
    guard plans.contains(where: { $0.mode == .record || $0.mode == .refresh }),
      DurableFile.isFile(reports.appending(RunStore.fileName))
    else { return plans }
    let store = try RunStore(folder: reports, spends: false)
    let left = try plans.map { plan in
      guard plan.mode == .refresh else { return plan }
      return plan.resuming(try store.refreshed(of: plan.suite.name))
    }
    return try awaited(by: left, in: store)
  }

  /// Lists the orders that a run goes on with.
  ///
  /// - Throws: ``StoreFailure``.
  static func tell(
    _ plans: [Plan], in store: RunStore, _ context: CommandContext
  ) throws(StoreFailure) {
    for plan in plans where !plan.ordered.isEmpty {
      let survey = PlanSurvey(plan)
      var awaited: Set<CaseKey> = []
      for suiteCase in plan.selected {
        if case .ordered = survey.state(of: suiteCase) { awaited.insert(suiteCase.caseKey) }
      }
      let orders = try store.orders(of: plan.suite.name).filter { awaited.contains($0.caseKey) }
      for order in orders.prefix(shownMax) {
        context.say(
          "already ordered: \(order.caseID) by run \(order.run), up to \(order.amount); "
            + "it is asked after, and not ordered again")
      }
      if orders.count > shownMax {
        context.say("and \(Count.grouped(orders.count - shownMax)) more that are ordered already")
      }
    }
  }
}
