package import Canonical
package import Recording
package import SeedreamAPI
package import Suites

/// What a case needs to be judged.
package enum PlannedAction: Sendable {
  /// Its recording is replayed; the second names the file where it lies under another case id.
  case replay(Fixture, renamedFrom: CaseID?)
  /// It is bought.
  case buy(RecordingTransport.Pricing)
  /// It cannot run: why, what helps, and what comes near where it has no recording.
  case stop(Outcome, reason: String, hint: String?, miss: Miss? = nil)
}

/// One case of a plan.
package struct PlannedCase: Sendable {
  /// The case as the suite declares it.
  package let suiteCase: SuiteCase
  /// What reports say of it.
  package let identity: CaseIdentity
}

/// A suite with what decides about its cases: a value, made before anything runs.
package struct Plan: Sequence, Sendable {
  /// The suite.
  package let suite: LoadedSuite
  /// Where answers come from.
  package let mode: RunMode
  /// Its recordings.
  package let fixtures: FixtureFolder
  /// What was approved.
  package let baseline: Baseline
  /// Facts of its input pictures.
  package let inputs: [SHA256Digest: InputFacts]
  /// Which cases are selected.
  package let filter: CaseFilter
  /// Cases that an interrupted refresh has bought already; they are replayed.
  package let refreshed: Set<CaseKey>
  /// Prices; `nil` where pictures cost nothing, as those of the simulator.
  package let prices: PriceTable?
  /// What is known of the endpoint; `nil` where it was not probed.
  package let probe: ProbeFinding?

  /// Puts a plan together.
  package init(
    suite: LoadedSuite, mode: RunMode, fixtures: FixtureFolder, baseline: Baseline,
    inputs: [SHA256Digest: InputFacts], filter: CaseFilter, prices: PriceTable?,
    refreshed: Set<CaseKey> = [], probe: ProbeFinding? = nil
  ) {
    self.probe = probe
    self.suite = suite
    self.mode = mode
    self.fixtures = fixtures
    self.baseline = baseline
    self.inputs = inputs
    self.filter = filter
    self.prices = prices
    self.refreshed = refreshed
  }

  /// The plan for going on with an interrupted refresh.
  package func resuming(_ refreshed: Set<CaseKey>) -> Plan {
    Plan(
      suite: suite, mode: mode, fixtures: fixtures, baseline: baseline, inputs: inputs,
      filter: filter, prices: prices, refreshed: refreshed, probe: probe)
  }

  /// The same plan where everything is replayed.
  package var replaying: Plan {
    Plan(
      suite: suite, mode: .replay, fixtures: fixtures, baseline: baseline, inputs: inputs,
      filter: filter, prices: prices)
  }

  /// The same plan at other prices; `nil` where pictures cost nothing.
  package func priced(by prices: PriceTable?) -> Plan {
    Plan(
      suite: suite, mode: mode, fixtures: fixtures, baseline: baseline, inputs: inputs,
      filter: filter, prices: prices, refreshed: refreshed, probe: probe)
  }

  /// Makes the selected cases one at a time, in plan order.
  package func makeIterator() -> Iterator { Iterator(plan: self, cases: selected.makeIterator()) }

  /// Walks the selected cases of a plan.
  package struct Iterator: IteratorProtocol, Sendable {
    fileprivate let plan: Plan
    fileprivate var cases: SelectedCases.Iterator

    /// The next selected case.
    package mutating func next() -> PlannedCase? { cases.next().map { plan.planned($0) } }
  }

  /// The selected cases as the suite declares them: no request is digested.
  package var selected: SelectedCases {
    SelectedCases(cases: suite.cases, suite: suite.name.text, filter: filter)
  }

  /// The cases of a suite that a filter selects.
  package struct SelectedCases: Sequence, Sendable {
    fileprivate let cases: CaseSequence
    fileprivate let suite: String
    fileprivate let filter: CaseFilter

    /// How many there are; of a filter's every case is looked at.
    package var count: Int { filter.isAll ? cases.count : reduce(0) { count, _ in count + 1 } }

    /// Starts with the first case.
    package func makeIterator() -> Iterator { Iterator(of: self, cases: cases.makeIterator()) }

    /// Walks the cases.
    package struct Iterator: IteratorProtocol, Sendable {
      fileprivate let of: SelectedCases
      fileprivate var cases: CaseIterator

      /// The next selected case.
      package mutating func next() -> SuiteCase? {
        while let suiteCase = cases.next() {
          let isSelected = of.filter.admits(
            suite: of.suite, id: suiteCase.id.text, cells: suiteCase.cells, tags: suiteCase.tags)
          if isSelected { return suiteCase }
        }
        return nil
      }
    }
  }

  private func planned(_ suiteCase: SuiteCase) -> PlannedCase {
    let request = suiteCase.request
    var identity = CaseIdentity(
      suite: suite.name, position: suiteCase.position, id: suiteCase.id,
      caseKey: suiteCase.caseKey, cells: suiteCase.cells, tags: suiteCase.tags,
      location: suiteCase.location, model: request.model, seed: request.seed,
      size: request.size, prompt: request.prompt)
    identity.comparisonKey = request.comparisonKey
    return PlannedCase(suiteCase: suiteCase, identity: identity)
  }

  /// Decides about a case; reads its recording and no more.
  package func action(for planned: PlannedCase) -> PlannedAction {
    let identity = planned.identity
    if mode == .live || (mode == .refresh && !refreshed.contains(identity.caseKey)) {
      return purchase(planned.suiteCase.request)
    }
    let found = fixtures.lookup(
      identity.id, caseKey: identity.caseKey,
      canonicalRequest: planned.suiteCase.request.canonical)
    switch found {
    case .found(let fixture, let fileID):
      return .replay(fixture, renamedFrom: fileID == identity.id ? nil : fileID)
    case .missing, .exhausted, .stale:
      guard mode == .replay else { return purchase(planned.suiteCase.request) }
      return absent(found, identity, planned.suiteCase.request.canonical)
    case .notFetched(let path):
      // Buying what lies in a store already would pay for it twice.
      return .stop(
        .fixtureMissing, reason: "not fetched: \(path) is a Git LFS pointer",
        hint: "fetch it with: \(GitLFSPointer.fetchCommand(for: path)); all of the suite with: "
          + GitLFSPointer.fetchCommand(forFolder: fixtures.folder))
    case .corrupt(let description):
      return .stop(
        .fixtureCorrupt, reason: description,
        hint: "restore it with 'git checkout -- \(fixtures.folder)', or "
          + hint(for: identity, mode: .refresh))
    }
  }

  private func absent(
    _ lookup: FixtureLookup, _ identity: CaseIdentity, _ asked: JSONValue
  ) -> PlannedAction {
    let hint = hint(for: identity, mode: .record)
    let miss = Miss(
      asked: asked,
      nearest: fixtures.nearest(
        to: asked, repeatIndex: identity.caseKey.repeatIndex, id: identity.id))
    switch lookup {
    case .exhausted(let recorded):
      return .stop(
        .fixtureMissing,
        reason: "exhausted: the request is recorded \(Count.of(recorded, "time")), this is repeat "
          + "\(identity.caseKey.repeatIndex + 1)", hint: hint, miss: miss)
    case .stale(let fileID, let changes):
      let fields = changes.map { String($0.pointer.dropFirst()) }.joined(separator: ", ")
      return .stop(
        .fixtureStale,
        reason:
          "\(fixtures.path(of: fileID)) was recorded for another request: \(fields) "
          + (changes.count == 1 ? "differs" : "differ"),
        hint: hint, miss: miss)
    default:
      return .stop(
        .fixtureMissing, reason: "none: there is no recording at \(fixtures.path(of: identity.id))",
        hint: hint, miss: miss)
    }
  }

  /// What to run to buy a case's recording.
  func hint(for identity: CaseIdentity, mode: RunMode) -> String {
    "\(mode == .refresh ? "buy it anew" : "record it") with: proofsheet run '\(suite.path)' --mode \(mode.rawValue) --filter id=\(identity.id) "
      + "--yes --max-cost 1"
  }

  private func purchase(_ request: EditRequest) -> PlannedAction {
    guard let prices else {
      return .buy(RecordingTransport.Pricing(reservation: .zero, pricePerPicture: .zero))
    }
    guard let price = prices.price(of: request.model) else {
      return .stop(
        .overBudget, reason: "the price of the model '\(request.model)' is not known",
        hint: "name a model whose name holds one of: "
          + prices.entries.map(\.namePart).joined(separator: ", "))
    }
    return .buy(
      RecordingTransport.Pricing(reservation: price * request.n, pricePerPicture: price))
  }
}
