internal import Canonical
internal import Experiments

/// How far a run is, and the line that says so.
struct ConsoleProgress {
  /// The widest bar in columns, brackets included.
  static let barColumnsMax = 32
  /// The narrowest bar that is worth its place.
  static let barColumnsMin = 12

  var total = 0
  var counts: [Outcome: Int] = [:]
  var spending = Spending()
  /// How many orders may be under way; `nil` where nothing is ordered.
  var limit: Int?
  /// Milliseconds since the run was started.
  var elapsedMilliseconds = 0

  var done: Int { counts.values.reduce(0, +) }

  /// Counts in order of the outcomes: `117 passed, 2 drifted`.
  static func list(_ counts: [Outcome: Int]) -> String {
    Outcome.allCases.compactMap { outcome in
      guard let count = counts[outcome], count > 0 else { return nil }
      return "\(count) \(outcome.rawValue)"
    }.joined(separator: ", ")
  }

  private var percent: Int { total > 0 ? Int(Double(done) / Double(total) * 100) : 100 }

  /// What is left at the pace so far; `nil` before the first case and after the last.
  private var left: String? {
    guard done > 0, done < total else { return nil }
    let estimate = Double(elapsedMilliseconds) / Double(done) * Double(total - done)
    guard estimate < 1e12 else { return nil }
    return ConsoleFigure.time(Int(estimate), hasTenths: false)
  }

  private var money: String? {
    guard spending.spent > .zero || spending.possiblyBilled > .zero else { return nil }
    return ConsoleFigure.money(spending.spent)
      + (spending.cap.map { " of \(ConsoleFigure.money($0))" } ?? "")
  }

  private var pace: String? { limit.map { "\($0) at once" } }

  /// The line where nothing can be drawn over.
  var plainLine: String {
    var pieces = ["\(done) of \(ConsoleFigure.count(total, "case")) (\(percent) %)"]
    if !counts.isEmpty { pieces.append(Self.list(counts)) }
    if let money { pieces.append("\(money) spent") }
    if let pace { pieces.append(pace) }
    if let left { pieces.append("about \(left) left") }
    return pieces.joined(separator: ", ")
  }

  /// The line of a terminal: what fits, the most important first to stay.
  ///
  /// The last column stays empty, for some terminals go to the next line when it is filled.
  func line(_ style: ConsoleStyle) -> String {
    let columns = style.columns - 1
    let verdicts = verdictCounts
    // In order of the line, each with the order in which pieces are given up: the highest first.
    let candidates: [(rank: Int, text: String?)] = [
      (0, "\(done)/\(total)"), (4, "\(percent)%"), (1, verdicts.isEmpty ? nil : verdicts),
      (2, money), (5, pace), (3, left.map { "\($0) left" }),
    ]
    var pieces = candidates.compactMap { candidate in
      candidate.text.map { (rank: candidate.rank, text: $0) }
    }
    func width() -> Int { pieces.reduce(0) { $0 + $1.text.count + 2 } - 2 }
    while width() > columns, pieces.count > 1,
      let last = pieces.indices.max(by: { pieces[$0].rank < pieces[$1].rank })
    {
      pieces.remove(at: last)
    }
    let text = pieces.map(\.text).joined(separator: "  ")
    let room = min(Self.barColumnsMax, columns - width() - 2)
    guard room >= Self.barColumnsMin else { return text }
    return bar(columns: room, style) + "  " + text
  }

  private func bar(columns: Int, _ style: ConsoleStyle) -> String {
    let inner = columns - 2
    let filled = total > 0 ? min(inner, Int(Double(done) / Double(total) * Double(inner))) : inner
    let full = String(repeating: "=", count: filled)
    let isGood = !counts.keys.contains { $0.verdict == .failure || $0.verdict == .error }
    return "[" + style.paint(full, isGood ? .green : .red)
      + String(repeating: " ", count: inner - filled) + "]"
  }

  /// Counts by what dashboards call them, those that passed left out.
  private var verdictCounts: String {
    let names: [(Outcome.Verdict, String)] = [
      (.failure, "failed"), (.error, "in error"), (.skipped, "skipped"),
    ]
    return names.compactMap { verdict, name in
      let count = counts.reduce(0) { $0 + ($1.key.verdict == verdict ? $1.value : 0) }
      return count > 0 ? "\(count) \(name)" : nil
    }.joined(separator: ", ")
  }
}
