package import Canonical

/// A run as a history sees it.
package struct HistoryRun: Hashable, Sendable {
  /// The run.
  package let id: RunID
  /// When it was started.
  package let startedAt: Timestamp
  /// Where its answers came from.
  package let mode: RunMode
  /// Whether it was interrupted.
  package let isInterrupted: Bool
  /// Whether any picture is of the simulator.
  package let isSimulated: Bool
  /// Whether it has come to its end; one that was killed tells its money and nothing else.
  package let hasEnded: Bool

  /// Puts a run together.
  package init(
    id: RunID, startedAt: Timestamp, mode: RunMode, isInterrupted: Bool = false,
    isSimulated: Bool = false, hasEnded: Bool = true
  ) {
    self.hasEnded = hasEnded
    self.id = id
    self.startedAt = startedAt
    self.mode = mode
    self.isInterrupted = isInterrupted
    self.isSimulated = isSimulated
  }
}

/// What pictures of a history are held against.
package enum HistoryReference: Sendable {
  /// What is approved of each output now and, where nothing is, the first picture of the case.
  case approved([OutputID: [PictureLooks]])
  /// The first picture of each case in the history.
  case first
  /// The picture of the case in the run before.
  case before
}

/// What a run of a history came to.
package struct HistoryLine: Sendable {
  /// The run.
  package let run: HistoryRun
  /// How many cases ended how.
  package fileprivate(set) var counts: [Outcome: Int] = [:]
  /// How far pictures are from the reference; `nil` where no distance is known.
  package fileprivate(set) var drift: Spread?
  /// How far their colours are, in CIEDE2000.
  package fileprivate(set) var colour: Spread?
  /// Cases with pictures whose distance is not known.
  package fileprivate(set) var unknownCount = 0
  /// Milliseconds until answers were complete.
  package fileprivate(set) var latency: Spread?
  /// What the cases cost in the run.
  package fileprivate(set) var cost: Money = .zero
  /// What orders of a run that did not end may have cost beside that.
  package fileprivate(set) var possiblyBilled: Money = .zero
  /// Cases that show something else than in the last run before that had pictures of them.
  package fileprivate(set) var changedCount = 0

  /// How many cases it has.
  package var caseCount: Int { counts.values.reduce(0, +) }

  /// How many cases ended with a verdict.
  package func count(_ verdict: Outcome.Verdict) -> Int {
    counts.filter { $0.key.verdict == verdict }.values.reduce(0, +)
  }
}

/// Some numbers in few.
package struct Spread: Hashable, Sendable {
  /// The middle one, or the mean of the middle two.
  package let median: Double
  /// The least that at most a twentieth lies above (nearest rank).
  package let high: Double
  /// The largest.
  package let max: Double

  /// Takes numbers in any order; `nil` for none.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    median =
      sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    high = sorted[(sorted.count * 95 + 99) / 100 - 1]
    max = sorted[sorted.count - 1]
  }
}

/// When a case began to show something else.
package struct CaseChange: Sendable {
  /// The case.
  package let caseID: CaseID
  /// The first run whose picture differs, by its place in the history.
  package let first: Int
  /// The last run before it that has pictures of the case.
  package let before: Int
  /// How far the pictures of both are apart, where that is known.
  package let distance: PictureDistance?
  /// Whether the case asked for something else by then.
  package let isOtherRequest: Bool
  /// How often the picture changed in the history.
  package fileprivate(set) var count = 1
  /// Whether a later run shows the first picture again, so that there is no one run to blame.
  package fileprivate(set) var returns = false
  /// Whether the last run with pictures shows another picture than the first.
  package fileprivate(set) var lasts = true
}

/// A case over the runs of a history.
package struct CaseTrend: Sendable {
  /// A run of it.
  package struct Point: Sendable {
    /// The run by its place in the history.
    package let run: Int
    /// How the case ended.
    package let outcome: Outcome
    /// How far its pictures are from the reference, where that is known.
    package let distance: PictureDistance?
    /// Whether it shows something else than the time before.
    package let isChanged: Bool
    /// Milliseconds until the answer was complete; `nil` without an answer.
    package let latencyMilliseconds: Int?
    /// What it cost.
    package let cost: Money
  }

  /// The case.
  package let caseID: CaseID
  /// Its runs, the earliest first.
  package fileprivate(set) var points: [Point] = []
}

/// Adds up runs in the order in which they were begun; of a run it keeps a line, of a case what it showed
/// first and last, and of a case that is followed a point a run.
package struct HistoryTally: Sendable {
  private struct State {
    let first: SHA256Digest
    let firstLooks: [PictureLooks]
    var last: SHA256Digest
    var lastLooks: [PictureLooks]
    var lastRun: Int
    var caseKey: CaseKey
    var change: CaseChange?
  }

  private let reference: HistoryReference
  private let follows: Bool
  private var states: [CaseID: State] = [:]
  private var trendPlaces: [CaseID: Int] = [:]
  private var (distances, latencies): ([PictureDistance], [Double]) = ([], [])

  /// The runs, the earliest first.
  package private(set) var lines: [HistoryLine] = []
  /// The cases that are followed, in the order in which they came.
  package private(set) var trends: [CaseTrend] = []

  /// Starts a history.
  ///
  /// - Parameters:
  ///   - reference: what pictures are held against.
  ///   - follows: whether each case is followed.
  package init(reference: HistoryReference, follows: Bool = false) {
    self.reference = reference
    self.follows = follows
  }

  /// Takes a run with its cases.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - facts: calls its body for each case.
  package mutating func add(
    _ run: HistoryRun, _ facts: ((CaseFact) -> Void) throws -> Void
  ) rethrows {
    var line = HistoryLine(run: run)
    (distances, latencies) = ([], [])
    try facts { take($0, in: &line) }
    line.drift = Spread(distances.map { Double($0.bits) })
    line.colour = Spread(distances.compactMap(\.colour))
    line.latency = Spread(latencies)
    lines.append(line)
  }

  /// Takes a run that did not come to its end: what it has ordered, for no result tells of all of it.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - spent: what its orders did cost.
  ///   - possiblyBilled: what they may have cost beside that.
  package mutating func add(unended run: HistoryRun, spent: Money, possiblyBilled: Money) {
    var line = HistoryLine(run: run)
    (line.cost, line.possiblyBilled) = (spent, possiblyBilled)
    lines.append(line)
  }

  private mutating func take(_ fact: CaseFact, in line: inout HistoryLine) {
    line.counts[fact.outcome, default: 0] += 1
    line.cost += fact.cost
    if fact.isAnswered { latencies.append(Double(fact.latencyMilliseconds)) }
    var distance: PictureDistance?
    var isChanged = false
    if let shown = fact.shown {
      distance = distanceFromReference(fact)
      if let distance { distances.append(distance) } else { line.unknownCount += 1 }
      isChanged = note(fact, shown)
      if isChanged { line.changedCount += 1 }
    }
    guard follows else { return }
    let place = trendPlaces[fact.caseID] ?? trends.count
    if place == trends.count {
      trends.append(CaseTrend(caseID: fact.caseID))
      trendPlaces[fact.caseID] = place
    }
    trends[place].points.append(
      CaseTrend.Point(
        run: lines.count, outcome: fact.outcome, distance: distance, isChanged: isChanged,
        latencyMilliseconds: fact.isAnswered ? fact.latencyMilliseconds : nil, cost: fact.cost))
  }

  private func distanceFromReference(_ fact: CaseFact) -> PictureDistance? {
    let state = states[fact.caseID]
    switch reference {
    case .before: return fact.distance(to: state?.lastLooks ?? fact.looks)
    case .first: return fact.distance(to: state?.firstLooks ?? fact.looks)
    case .approved(let approved):
      var own: [Int: [PictureLooks]] = [:]
      for index in fact.looks.indices {
        own[index] = approved[OutputID(caseKey: fact.caseKey, index: index)]
      }
      return own.isEmpty
        ? fact.distance(to: state?.firstLooks ?? fact.looks) : fact.distance(toApproved: own)
    }
  }

  /// Takes note of what a case shows.
  ///
  /// - Returns: whether it is something else than the time before.
  private mutating func note(_ fact: CaseFact, _ shown: SHA256Digest) -> Bool {
    guard var state = states[fact.caseID] else {
      states[fact.caseID] = State(
        first: shown, firstLooks: fact.looks, last: shown, lastLooks: fact.looks,
        lastRun: lines.count, caseKey: fact.caseKey)
      return false
    }
    let isChanged = shown != state.last
    if isChanged {
      if state.change != nil {
        state.change?.count += 1
        if shown == state.first { state.change?.returns = true }
      } else {
        state.change = CaseChange(
          caseID: fact.caseID, first: lines.count, before: state.lastRun,
          distance: fact.distance(to: state.lastLooks),
          isOtherRequest: fact.caseKey != state.caseKey)
      }
      state.change?.lasts = shown != state.first
    }
    (state.last, state.lastLooks, state.lastRun) = (shown, fact.looks, lines.count)
    state.caseKey = fact.caseKey
    states[fact.caseID] = state
    return isChanged
  }

  /// The cases whose picture has changed, those of the earliest runs first.
  package var changes: [CaseChange] {
    states.values.compactMap(\.change).sorted {
      $0.first == $1.first ? $0.caseID.text < $1.caseID.text : $0.first < $1.first
    }
  }

  /// How many cases have had a picture.
  package var picturedCount: Int { states.count }
}

/// A case that ended in different ways though everything was the same.
package struct FlakyCase: Sendable {
  /// The case.
  package let caseID: CaseID
  /// How often it ended how.
  package let counts: [Outcome: Int]

  /// Puts counts together.
  package init(caseID: CaseID, counts: [Outcome: Int]) {
    self.caseID = caseID
    self.counts = counts
  }

  /// How often it ran.
  package var total: Int { counts.values.reduce(0, +) }
  /// How often it did not end as it does most often; of outcomes that are equally frequent one that is
  /// green counts as that.
  package var otherCount: Int {
    let greens = counts.filter { $0.key.verdict == .success }.values.max() ?? 0
    let most = counts.values.max() ?? 0
    return total - (greens == most ? greens : most)
  }
  /// The share of runs in which it did not.
  package var rate: Double { Double(otherCount) / Double(total) }
  /// Where that share lies.
  package var interval: WilsonInterval { WilsonInterval(otherCount, of: total) }
}
