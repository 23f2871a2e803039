internal import Experiments

/// The cases that are worth a look first, as many as a list has room for.
struct RankedCases {
  /// The most that are kept.
  let max: Int
  /// The worst first; of equals, those that came first.
  private(set) var results: [CaseResult] = []
  private var ranks: [Int] = []

  init(max: Int) { self.max = max }

  /// What to look at first: what makes the exit code, then what is plainly wrong.
  static func rank(_ outcome: Outcome) -> Int {
    let statuses = ExitStatus.precedence
    let status = statuses.firstIndex(of: outcome.exitStatus) ?? statuses.count
    let outcomes = Outcome.allCases
    return status * outcomes.count + (outcomes.firstIndex(of: outcome) ?? 0)
  }

  /// Keeps a case when it is among the worst so far.
  mutating func add(_ result: CaseResult) {
    let rank = Self.rank(result.outcome)
    let place = ranks.firstIndex { $0 > rank } ?? ranks.count
    guard place < max else { return }
    results.insert(result, at: place)
    ranks.insert(rank, at: place)
    if results.count > max {
      results.removeLast()
      ranks.removeLast()
    }
  }
}

extension Outcome.Verdict {
  /// The word for it in tables and pages.
  var word: String {
    switch self {
    case .success: "success"
    case .failure: "failure"
    case .error: "error"
    case .skipped: "skipped"
    }
  }
}
