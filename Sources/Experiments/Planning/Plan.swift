package import Canonical
package import Recording
package import SeedreamAPI
package import Suites

/// What a case needs to be judged.
package enum PlannedAction: Sendable {
  /// Its recording is replayed; the second names the file where it lies under another case id.
  case replay(Fixture, renamedFrom: CaseID?)
  /// It is bought; the second says why, where something of it is recorded.
  case buy(RecordingTransport.Pricing, notice: String?)
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
  /// Cases that an interrupted refresh or live run has bought already; they are not bought again.
  package private(set) var refreshed: Set<CaseKey>
  /// What the orders may cost that earlier runs have placed and whose pictures are still to come; these
  /// cases are asked after and not ordered again.
  package private(set) var ordered: [CaseKey: Money] = [:]
  /// Prices; `nil` where pictures cost nothing, as those of the simulator.
  package private(set) var prices: PriceTable?
  /// Cases of an earlier run that are repeated; `nil` where the filter alone selects.
  package private(set) var repeated: RepeatedCases?
  /// The part of the plan that is run; `nil` for all of it.
  package private(set) var part: ShardPart?
  /// What is known of the endpoint; `nil` where it was not probed.
  package let probe: ProbeFinding?
  /// Options that commands in messages repeat.
  private var commandOptions = ""
  /// Options of them that commands need which buy nothing.
  private(set) var folderOptions = ""
  /// The one that commands need which look for the run; empty for a shard, which has a folder of its own, of
  /// which the merged run must say nothing.
  private(set) var reportsOption = ""

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

  /// The plan for going on with an interrupted refresh or live run.
  package func resuming(_ refreshed: Set<CaseKey>) -> Plan {
    var plan = self
    plan.refreshed = refreshed
    return plan
  }

  /// The plan for going on with orders that earlier runs have placed.
  package func awaiting(_ ordered: [CaseKey: Money]) -> Plan {
    var plan = self
    plan.ordered = ordered
    return plan
  }

  /// The plan for repeating some cases of an earlier run.
  package func repeating(_ repeated: RepeatedCases) -> Plan {
    var plan = self
    plan.repeated = repeated
    return plan
  }

  /// The same plan where everything is replayed.
  package var replaying: Plan {
    Plan(
      suite: suite, mode: .replay, fixtures: fixtures, baseline: baseline, inputs: inputs,
      filter: filter, prices: prices)
  }

  /// The plan of a command line with options that a further command needs as well.
  ///
  /// - Parameters:
  ///   - options: the options as they are written, with a blank before each.
  ///   - folders: those of them that say where things lie.
  ///   - reports: the one that leads to the run where it is not looked for.
  package func commanded(
    with options: String, folders: String = "", reports: String = ""
  ) -> Plan {
    var plan = self
    plan.commandOptions = options
    plan.folderOptions = folders
    plan.reportsOption = reports
    return plan
  }

  /// The same plan at other prices; `nil` where pictures cost nothing.
  package func priced(by prices: PriceTable?) -> Plan {
    var plan = self
    plan.prices = prices
    return plan
  }

  /// One of the parts of the plan.
  ///
  /// What an earlier run says plays no role in which part a case belongs to: each shard has its own.
  ///
  /// - Parameter dealt: how many bundles of cases the plans before this one have.
  package func sharded(by shard: Shard, after dealt: Int = 0) -> Plan {
    let cases = SelectedCases(suite: suite, filter: filter, repeated: nil, part: nil)
    var plan = self
    plan.part = ShardPart(shard, dealing: cases, of: suite, after: dealt)
    plan.reportsOption = ""
    return plan
  }

  /// All parts of the plan.
  package var unsharded: Plan {
    var plan = self
    plan.part = nil
    return plan
  }

  /// Where what is recorded came from; `nil` where nothing is.
  package var recordedOrigin: Origin? {
    do {
      return try fixtures.recordedOrigin()
    } catch {
      // A folder that cannot be listed is told of by every case.
      return nil
    }
  }

  /// Whether every case of the suite is selected.
  package var isWhole: Bool { filter.isAll && repeated == nil && part == nil }

  /// Whether every case of the suite is selected, by this part or another.
  package var isPartOfWhole: Bool { filter.isAll && repeated == nil && part != nil }

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
    SelectedCases(suite: suite, filter: filter, repeated: repeated, part: part)
  }

  /// The cases of a suite that a filter selects.
  package struct SelectedCases: Sequence, Sendable {
    fileprivate let suite: LoadedSuite
    fileprivate let filter: CaseFilter
    fileprivate let repeated: RepeatedCases?
    fileprivate let part: ShardPart?

    /// How many there are; of a filter's every case is looked at.
    package var count: Int {
      filter.isAll && repeated == nil && part == nil
        ? suite.cases.count : reduce(0) { count, _ in count + 1 }
    }

    /// Starts with the first case.
    package func makeIterator() -> Iterator {
      Iterator(of: self, cases: suite.cases.makeIterator())
    }

    /// Walks the cases.
    package struct Iterator: IteratorProtocol, Sendable {
      fileprivate let of: SelectedCases
      fileprivate var cases: CaseIterator

      /// The next selected case.
      package mutating func next() -> SuiteCase? {
        while let suiteCase = cases.next() {
          let isSelected = of.filter.admits(
            suite: of.suite.name.text, id: suiteCase.id.text, cells: suiteCase.cells,
            tags: suiteCase.tags)
          if isSelected, of.repeated?.admits(suiteCase) ?? true,
            of.part?.holds(suiteCase) ?? true
          {
            return suiteCase
          }
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
      size: request.size, prompt: request.prompt, request: RequestRecord(request))
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
      guard mode == .replay else {
        return purchase(planned.suiteCase.request, notice: Self.change(found))
      }
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
        hint:
          "restore it with: git checkout -- \(ShellText.quoted(fixtures.folder)); where pictures lie in a "
          + "store: proofsheet fixtures pull \(ShellText.quoted(suite.path))\(folderOptions); or "
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
      return .stop(
        .fixtureStale,
        reason: "\(fixtures.path(of: fileID)) was recorded for another request: "
          + FieldChange.names(changes),
        hint: hint, miss: miss)
    default:
      return .stop(
        .fixtureMissing, reason: "none: there is no recording at \(fixtures.path(of: identity.id))",
        hint: hint, miss: miss)
    }
  }

  /// The commands that buy pictures of the suite.
  package var purchaseCommands: PurchaseCommands {
    PurchaseCommands(for: suite, options: commandOptions)
  }

  /// What to run to buy a case's recording.
  func hint(for identity: CaseIdentity, mode: RunMode) -> String {
    "\(mode == .refresh ? "buy it anew" : "record it") with: "
      + purchaseCommands.run(
        mode, filter: " --filter id=\(identity.id)", addingTo: recordedOrigin)
  }

  /// Why a case is bought although there is a recording in its place.
  private static func change(_ lookup: FixtureLookup) -> String? {
    guard case .stale(_, let changes) = lookup else { return nil }
    return "bought anew, for it was recorded for another request: \(FieldChange.names(changes))"
  }

  private func purchase(_ request: EditRequest, notice: String? = nil) -> PlannedAction {
    guard let prices else {
      return .buy(
        RecordingTransport.Pricing(
          reservation: .zero, pricePerPicture: .zero, pictureCount: request.n), notice: notice)
    }
    guard let price = prices.price(of: request.model) else {
      return .stop(
        .overBudget, reason: "the price of the model '\(request.model)' is not known",
        hint: "name a model whose name holds one of: "
          + prices.entries.map(\.namePart).joined(separator: ", "))
    }
    return .buy(
      RecordingTransport.Pricing(
        reservation: price * request.n, pricePerPicture: price, pictureCount: request.n),
      notice: notice)
  }
}
