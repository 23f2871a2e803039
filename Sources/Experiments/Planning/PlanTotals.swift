package import Canonical
package import SeedreamAPI
internal import Suites

/// What a plan comes to.
package struct PlanTotals: Hashable, Sendable {
  /// What would be bought of one model.
  package struct Purchase: Hashable, Sendable {
    /// Cases that would be bought.
    package var cases = 0
    /// How many of these have a recording of another request in their place.
    package var stale = 0
    /// Pictures that they ask for.
    package var pictures = 0
    /// The price of one picture; nothing where pictures cost nothing.
    package var price: Money = .zero

    /// What they would cost.
    package var cost: Money { price * pictures }

    static func + (left: Purchase, right: Purchase) -> Purchase {
      Purchase(
        cases: left.cases + right.cases, stale: left.stale + right.stale,
        pictures: left.pictures + right.pictures, price: max(left.price, right.price))
    }
  }

  /// How many cases are selected.
  package var cases = 0
  /// How many are replayed.
  package var replayed = 0
  /// How many of these lie in the file of another case id.
  package var renamed = 0
  /// How many earlier runs have ordered already.
  package var ordered = 0
  /// What these orders may cost at most; no money of this run.
  package var orderedCost = Money.zero
  /// Whether recorded cases are bought again.
  package var buysAnew = false
  /// What would be bought, by model.
  package var purchases: [ModelName: Purchase] = [:]
  /// How many cannot run, by outcome.
  package var stopped: [Outcome: Int] = [:]

  /// Starts at nothing.
  package init() {}

  /// How many cases would be bought.
  package var toBuy: Int { purchases.values.reduce(0) { $0 + $1.cases } }

  /// How many of these have a recording of another request in their place.
  package var stale: Int { purchases.values.reduce(0) { $0 + $1.stale } }

  /// Pictures that would be bought.
  package var pictures: Int { purchases.values.reduce(0) { $0 + $1.pictures } }

  /// What everything would cost.
  package var cost: Money { purchases.values.reduce(.zero) { $0 + $1.cost } }

  /// Adds up a plan, reading each recording once.
  ///
  /// - Parameter visit: told each case with what would become of it, in plan order.
  package init(_ plan: Plan, visit: (CaseID, PlannedState) -> Void = { _, _ in }) {
    buysAnew = plan.mode == .live || plan.mode == .refresh
    var run = (model: ModelName?.none, purchase: Purchase())
    PlanSurvey(plan).forEach { suiteCase, state in
      cases += 1
      switch state {
      case .recorded(let other):
        replayed += 1
        if other != nil { renamed += 1 }
      case .missing: stopped[.fixtureMissing, default: 0] += 1
      case .stale: stopped[.fixtureStale, default: 0] += 1
      case .notFetched: stopped[.fixtureMissing, default: 0] += 1
      case .corrupt: stopped[.fixtureCorrupt, default: 0] += 1
      case .ordered(let amount):
        ordered += 1
        orderedCost += amount
      case .unpriced: stopped[.overBudget, default: 0] += 1
      case .buy(let isStale):
        // Cases of one model mostly follow each other, and looking a name up takes a while.
        if run.model != suiteCase.request.model {
          add(run.purchase, of: run.model)
          run = (suiteCase.request.model, Purchase())
        }
        run.purchase.cases += 1
        run.purchase.stale += isStale ? 1 : 0
        run.purchase.pictures += suiteCase.request.n
      }
      visit(suiteCase.id, state)
    }
    add(run.purchase, of: run.model)
    self = priced(by: plan.prices)
  }

  private mutating func add(_ purchase: Purchase, of model: ModelName?) {
    guard let model else { return }
    purchases[model] = (purchases[model] ?? Purchase()) + purchase
  }

  /// The same totals at other prices; `nil` where pictures cost nothing.
  ///
  /// What has no price is not bought.
  package func priced(by prices: PriceTable?) -> PlanTotals {
    var totals = self
    for (model, purchase) in purchases {
      guard let prices else {
        totals.purchases[model]?.price = .zero
        continue
      }
      if let price = prices.price(of: model) {
        totals.purchases[model]?.price = price
      } else {
        totals.purchases[model] = nil
        totals.stopped[.overBudget, default: 0] += purchase.cases
      }
    }
    return totals
  }

  /// Adds another plan's totals.
  package static func += (left: inout PlanTotals, right: PlanTotals) {
    left.cases += right.cases
    left.replayed += right.replayed
    left.renamed += right.renamed
    left.ordered += right.ordered
    left.orderedCost += right.orderedCost
    left.buysAnew = left.buysAnew || right.buysAnew
    left.purchases.merge(right.purchases, uniquingKeysWith: +)
    left.stopped.merge(right.stopped, uniquingKeysWith: +)
  }
}
