package import Canonical
internal import Recording
internal import SeedreamAPI
package import Suites

/// What would become of a case, as far as a plan says it.
package enum PlannedState: Hashable, Sendable {
  /// It is replayed; the case id of the file where that is another's.
  case recorded(as: CaseID?)
  /// It is bought; whether a recording of another request lies in its place.
  case buy(isStale: Bool)
  /// An earlier run has ordered it, for that amount at most; it is asked after.
  case ordered(Money)
  /// It cannot be bought, for its model has no price.
  case unpriced
  /// It is not recorded, and nothing is bought.
  case missing
  /// It is recorded for another request, and nothing is bought.
  case stale
  /// It is recorded, or may be, in a file whose bytes were not fetched; nothing is bought.
  case notFetched(String)
  /// Its recording is damaged: what is wrong.
  case corrupt(String)

  /// The word for lists that scripts read.
  package var word: String {
    switch self {
    case .recorded: "recorded"
    case .buy: "buy"
    case .ordered: "ordered"
    case .unpriced: "unpriced"
    case .missing: "missing"
    case .stale: "stale"
    case .notFetched: "not-fetched"
    case .corrupt: "corrupt"
    }
  }

  /// What else there is to know, on one line.
  package var note: String? {
    switch self {
    case .recorded(let other): other.map { "in the file of \($0)" }
    case .buy(let isStale): isStale ? "stale" : nil
    case .ordered(let amount): "up to \(amount)"
    case .corrupt(let description): description
    case .notFetched(let path): "\(path) is a Git LFS pointer"
    case .unpriced, .missing, .stale: nil
    }
  }
}

/// Says what would become of the cases of a plan, reading each recording once however many cases
/// are asked about.
package struct PlanSurvey: Sendable {
  private let plan: Plan
  private let fixtures: FixtureSurvey?

  /// Looks through the recordings, where the mode makes use of any.
  package init(_ plan: Plan) {
    self.plan = plan
    fixtures = Self.needsRecordings(plan) ? FixtureSurvey(plan.fixtures) : nil
  }

  private static func needsRecordings(_ plan: Plan) -> Bool {
    switch plan.mode {
    case .replay, .record: true
    case .refresh: !plan.refreshed.isEmpty
    case .live: false
    }
  }

  /// What would become of a case; a price is not looked for.
  package func state(of suiteCase: SuiteCase) -> PlannedState {
    let state = stateByRecording(of: suiteCase)
    guard case .buy = state, !plan.ordered.isEmpty, let amount = plan.ordered[suiteCase.caseKey]
    else { return state }
    return .ordered(amount)
  }

  private func stateByRecording(of suiteCase: SuiteCase) -> PlannedState {
    if plan.mode == .live, !plan.refreshed.isEmpty, plan.refreshed.contains(suiteCase.caseKey) {
      return .recorded(as: nil)
    }
    guard let fixtures else { return .buy(isStale: false) }
    if plan.mode == .refresh, !plan.refreshed.contains(suiteCase.caseKey) {
      return .buy(isStale: false)
    }
    let status = fixtures.status(
      of: suiteCase.id, request: suiteCase.request, repeatIndex: suiteCase.repeatIndex)
    switch status {
    case .recorded(let fileID): return .recorded(as: fileID == suiteCase.id ? nil : fileID)
    case .notFetched(let path): return .notFetched("\(path)")
    case .corrupt(let description): return .corrupt(description)
    case .stale: return plan.mode == .replay ? .stale : .buy(isStale: true)
    case .missing, .exhausted: return plan.mode == .replay ? .missing : .buy(isStale: false)
    }
  }

  /// What would become of each selected case, in plan order.
  package func forEach(_ body: (SuiteCase, PlannedState) -> Void) {
    var prices = PriceMemo(plan.prices)
    for suiteCase in plan.selected {
      var state = state(of: suiteCase)
      if case .buy = state, !prices.isBuyable(suiteCase.request.model) { state = .unpriced }
      body(suiteCase, state)
    }
  }
}

/// Remembers whether models have a price: asking a table compares many texts.
private struct PriceMemo {
  private let prices: PriceTable?
  private var known: [ModelName: Bool] = [:]
  private var last: (model: ModelName, isBuyable: Bool)?

  init(_ prices: PriceTable?) { self.prices = prices }

  mutating func isBuyable(_ model: ModelName) -> Bool {
    guard let prices else { return true }
    if let last, last.model == model { return last.isBuyable }
    let isBuyable = known[model] ?? (prices.price(of: model) != nil)
    known[model] = isBuyable
    last = (model, isBuyable)
    return isBuyable
  }
}
