internal import Canonical
internal import Suites

/// Results that wait for their turn: cases end in any order and are told in that of the plan.
struct TellingLine {
  private var planned: [Int: PlannedCase] = [:]
  private var ended: [Int: CaseResult] = [:]
  private var nextToStart = 0
  private var nextToTell = 0
  /// What groups need of the cases that were told.
  var groups: GroupDesk

  init(groups: GroupDesk) { self.groups = groups }

  /// How many cases were started and not told.
  var aheadCount: Int { nextToStart - nextToTell }

  /// Takes a case, and gives its place.
  mutating func start(_ case: PlannedCase) -> Int {
    defer { nextToStart += 1 }
    planned[nextToStart] = `case`
    return nextToStart
  }

  /// The case at a place.
  func planned(_ place: Int) -> PlannedCase {
    guard let found = planned[place] else { preconditionFailure("a case that runs was started") }
    return found
  }

  mutating func end(_ place: Int, _ result: CaseResult) { ended[place] = result }

  /// The next result whose turn it is.
  mutating func next() -> CaseResult? {
    guard let result = ended.removeValue(forKey: nextToTell),
      let planned = planned.removeValue(forKey: nextToTell)
    else { return nil }
    nextToTell += 1
    groups.take(planned, result)
    return result
  }
}

/// What cases give to others, and which of them wait for it.
struct PeerDesk {
  /// The pictures of one request, over its repeats.
  private struct Samples {
    /// Repeats that run.
    var open = 0
    var outputs: [OutputRecord] = []
  }

  /// The cases of this run that others are compared with.
  private let comparedHere: Set<CaseID>
  /// Whether checks may look at all repeats.
  private let countsRepeats: Bool
  private var answers: [CaseID: PeerAnswer] = [:]
  private var samples: [RequestKey: Samples] = [:]
  private var waiting: [Int: PendingCase] = [:]
  /// The request whose repeats may still be starting.
  private var current: RequestKey?

  init(_ plan: Plan) {
    let compared = plan.suite.comparedCases
    comparedHere =
      compared.isEmpty || plan.isWhole
      ? compared : Set(plan.selected.lazy.map(\.id).filter { compared.contains($0) })
    countsRepeats = plan.suite.repeatCount > 1 && plan.probe.map { $0.recommended == nil } ?? false
  }

  var hasWaiting: Bool { !waiting.isEmpty }

  /// Takes a case that starts.
  mutating func enter(_ planned: PlannedCase) {
    guard countsRepeats else { return }
    let key = planned.identity.caseKey.request
    if let current, current != key { drop(current) }
    current = key
    samples[key, default: Samples()].open += 1
  }

  /// Takes a case that never starts.
  mutating func leave(_ planned: PlannedCase) {
    if comparedHere.contains(planned.identity.id) {
      answers[planned.identity.id] = PeerAnswer.none("the run was stopped before it")
    }
  }

  /// Says that no further case starts.
  mutating func close() { current = nil }

  /// Takes what a case has given, judged or not; of one that ends after it waited, nothing is new.
  mutating func ended(_ planned: PlannedCase, _ progress: CaseProgress) {
    let result = progress.result
    let id = planned.identity.id
    if comparedHere.contains(id), answers[id] == nil {
      answers[id] =
        result.outputs.isEmpty
        ? PeerAnswer.none("it ended \(result.outcome.rawValue)") : .outputs(result.outputs)
    }
    guard countsRepeats, !wasCounted(planned) else { return }
    let key = planned.identity.caseKey.request
    samples[key]?.open -= 1
    samples[key]?.outputs += result.outputs
    counted.insert(planned.identity.caseKey)
    drop(key)
  }

  /// Repeats whose pictures were taken, of requests that are still kept.
  private var counted: Set<CaseKey> = []

  private func wasCounted(_ planned: PlannedCase) -> Bool {
    counted.contains(planned.identity.caseKey)
      || samples[planned.identity.caseKey.request] == nil
  }

  /// Forgets the pictures of a request that nobody waits for.
  private mutating func drop(_ key: RequestKey) {
    guard key != current, samples[key]?.open == 0,
      !waiting.values.contains(where: { $0.planned.identity.caseKey.request == key })
    else { return }
    samples[key] = nil
    counted = counted.filter { $0.request != key }
  }

  mutating func wait(_ place: Int, _ pending: PendingCase) { waiting[place] = pending }

  /// The cases for which everything is there, which then wait no longer.
  ///
  /// - Parameter isOver: whether nothing more will come, so that each takes what there is.
  mutating func takeReady(isOver: Bool) -> [(place: Int, pending: PendingCase, peers: PeerOutputs)]
  {
    var ready: [(place: Int, pending: PendingCase, peers: PeerOutputs)] = []
    for (place, pending) in waiting {
      guard let peers = peers(of: pending) ?? (isOver ? PeerOutputs() : nil) else { continue }
      ready.append((place, pending, peers))
    }
    for (place, _, _) in ready { waiting[place] = nil }
    for (_, pending, _) in ready { drop(pending.planned.identity.caseKey.request) }
    return ready
  }

  /// What a case asks for; `nil` while it is not there.
  private func peers(of pending: PendingCase) -> PeerOutputs? {
    var peers = PeerOutputs()
    for id in pending.comparedCases {
      if let answer = answers[id] {
        peers.compared[id] = answer
      } else if comparedHere.contains(id) {
        return nil
      }
    }
    guard pending.looksAtRepeats else { return peers }
    let key = pending.planned.identity.caseKey.request
    guard key != current, let samples = samples[key], samples.open == 0 else { return nil }
    peers.samples = samples.outputs
    return peers
  }
}
