internal import Canonical
internal import Experiments

/// Plots of a run, drawn here as SVG: with attributes only, for the page allows no style of its own.
struct SheetPlots {
  static let (width, height) = (320, 96)
  /// Suites whose cost is drawn.
  private static let suitesMax = 12

  private let summary: RunSummary
  let survey: SheetSurvey

  init(_ summary: RunSummary, _ survey: SheetSurvey) {
    self.summary = summary
    self.survey = survey
  }

  /// Each plot with its title and what it says in words.
  var all: [[String: Any]] { [outcomes, distances, latencies, costs].compactMap { $0 } }

  /// One bar of all outcomes.
  private var outcomes: [String: Any]? {
    let counts = Outcome.allCases.compactMap { outcome in
      summary.counts[outcome].map { (outcome, $0) }
    }.filter { $0.1 > 0 }
    let total = counts.reduce(0) { $0 + $1.1 }
    guard total > 0 else { return nil }
    var before = 0
    let bars = counts.map { outcome, count in
      defer { before += count }
      let (left, right) = (Self.width * before / total, Self.width * (before + count) / total)
      return bar(
        x: left, y: 24, width: max(1, right - left), height: 32,
        kind: "v-\(outcome.verdict.word)", title: "\(outcome.rawValue): \(count)")
    }
    return plot(
      "Outcomes", counts.map { "\($0.0.rawValue) \(Count.grouped($0.1))" }.joined(separator: ", "),
      bars, left: "", right: "")
  }

  /// How many cases took how long, by a logarithmic scale.
  private var latencies: [String: Any]? {
    guard let first = survey.latencies.keys.min(), let last = survey.latencies.keys.max() else {
      return nil
    }
    let span = max(1, (last - first + SheetSurvey.barCount) / SheetSurvey.barCount)
    var bars = [Int](repeating: 0, count: (last - first) / span + 1)
    for (step, count) in survey.latencies { bars[(step - first) / span] += count }
    let highest = max(1, bars.max() ?? 1)
    let width = Self.width / bars.count
    let drawn = bars.enumerated().filter { $0.element > 0 }.map { place, count in
      let tall = max(2, 80 * count / highest)
      let (low, high) = (first + place * span, first + (place + 1) * span)
      return bar(
        x: place * width, y: 88 - tall, width: max(1, min(width - 2, 48)), height: tall,
        kind: "v-plain",
        title: "\(Self.duration(low - 1)) to \(Self.duration(high - 1)): \(Count.of(count, "case"))"
      )
    }
    let (left, right) = (Self.duration(first - 1), Self.duration(last))
    return plot(
      "Latency", "\(Count.of(bars.reduce(0, +), "case")) between \(left) and \(right)", drawn,
      left: left, right: right)
  }

  /// What each suite cost.
  private var costs: [String: Any]? {
    let spent = survey.costs.filter { $0.value > .zero }
      .sorted { ($1.value, $0.key.text) < ($0.value, $1.key.text) }.prefix(Self.suitesMax)
    guard let most = spent.first?.value.microDollars else { return nil }
    let tall = min(24, 88 / spent.count)
    let bars = spent.enumerated().map { place, item in
      bar(
        x: 0, y: place * tall,
        width: max(2, Int(Int64(Self.width) * item.value.microDollars / most)),
        height: max(1, tall - 3), kind: "v-plain", title: "\(item.key.text): \(item.value)")
    }
    return plot(
      "Cost",
      spent.map { "\($0.key.text) \(Count.grouped($0.value))" }.joined(separator: ", "), bars,
      left: "", right: "")
  }

  func bar(
    x: Int, y: Int, width: Int, height: Int, kind: String, title: String
  ) -> [String: Any] {
    [
      "x": "\(x)", "y": "\(y)", "width": "\(width)", "height": "\(height)", "kind": kind,
      "title": title,
    ]
  }

  func plot(
    _ title: String, _ words: String, _ bars: [[String: Any]], left: String, right: String,
    height: Int = height
  ) -> [String: Any] {
    [
      "title": title, "words": words, "bars": bars, "left": left, "right": right,
      "width": "\(Self.width)", "height": "\(height)", "labels": [[String: Any]](),
    ]
  }

  /// The time at the upper end of a step.
  private static func duration(_ step: Int) -> String {
    var milliseconds = 1.0
    for _ in 0..<max(0, step) { milliseconds *= 1.189_207_115 }
    return milliseconds < 1_000
      ? "\(Int(milliseconds.rounded())) ms" : CaseView.seconds(Int(milliseconds.rounded()))
  }
}
