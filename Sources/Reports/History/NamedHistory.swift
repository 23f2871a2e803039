package import Canonical
package import Experiments
internal import ImageComparison

/// What a history tells, with the names that it needs.
package struct NamedHistory: Sendable {
  /// The version of JSON documents and of the columns of CSV.
  package static let version = 1
  /// Runs that a line of bars shows; more are told together, the farthest of each few.
  static let barsMax = 48

  /// What is told.
  package enum Matter: Sendable {
    /// A line a run.
    case runs
    /// A line a case.
    case cases([CaseTrend])
    /// The cases that ended in different ways though everything was the same.
    case flaky([FlakyCase])
    /// The cases whose picture has changed.
    case changes([CaseChange])
  }

  /// The suite.
  package let suite: SuiteName
  /// What pictures are held against, in words.
  package let reference: String
  /// The runs, the earliest first.
  package let lines: [HistoryLine]
  /// What is told.
  package let matter: Matter

  /// Puts a history together.
  package init(suite: SuiteName, reference: String, lines: [HistoryLine], matter: Matter) {
    self.suite = suite
    self.reference = reference
    self.lines = lines
    self.matter = matter
  }

  /// Whether any picture is of the simulator.
  package var isSimulated: Bool { lines.contains(where: \.run.isSimulated) }

  // MARK: - Rows

  /// The titles of the table.
  package var titles: [String] {
    switch matter {
    case .runs:
      [
        "run", "begun", "mode", "cases", "passed", "failed", "errors", "skipped", "drift", "max",
        "colour", "latency", "p95", "cost", "changed",
      ]
    case .cases:
      ["case", "runs", "passed", "distance over runs", "last", "max", "changed", "latency", "cost"]
    case .flaky: ["case", "runs", "otherwise", "95 %", "outcomes"]
    case .changes:
      ["case", "first changed in", "begun", "before it", "PDQ", "colour", "changed", "note"]
    }
  }

  /// Which columns hold names and text; the others hold numbers.
  package var textColumns: Set<Int> {
    switch matter {
    case .runs: [0, 1, 2]
    case .cases: [0, 3]
    case .flaky: [0, 4]
    case .changes: [0, 1, 2, 3, 7]
    }
  }

  /// The rows under ``titles``.
  ///
  /// - Parameter last: how many of the latest runs have a row; `nil` for all.
  package func rows(last: Int? = nil) -> [[String]] {
    switch matter {
    case .runs: lines.suffix(last ?? lines.count).map(Self.row)
    case .cases(let trends): trends.map(Self.row)
    case .flaky(let cases): cases.map(Self.row)
    case .changes(let changes): changes.map(row)
    }
  }

  private static func row(_ line: HistoryLine) -> [String] {
    [
      line.run.id.text, Self.minutes(line.run.startedAt), line.run.mode.rawValue,
      "\(line.caseCount)", "\(line.count(.success))", "\(line.count(.failure))",
      "\(line.count(.error))", "\(line.count(.skipped))", number(line.drift?.median),
      number(line.drift?.max), number(line.colour?.max, 2), time(line.latency?.median),
      time(line.latency?.high), "\(line.cost)", "\(line.changedCount)",
    ]
  }

  private static func row(_ trend: CaseTrend) -> [String] {
    let points = trend.points
    let distances = points.compactMap(\.distance)
    return [
      trend.caseID.text, "\(points.count)", "\(points.count { $0.outcome == .passed })",
      bars(points.map { $0.distance.map { Double($0.bits) } }),
      number(points.last?.distance.map { Double($0.bits) }),
      number(distances.map { Double($0.bits) }.max()), "\(points.count(where: \.isChanged))",
      time(Spread(points.compactMap { $0.latencyMilliseconds.map(Double.init) })?.median),
      "\(points.reduce(Money.zero) { $0 + $1.cost })",
    ]
  }

  private static func row(_ flaky: FlakyCase) -> [String] {
    [
      flaky.caseID.text, "\(flaky.total)", share(flaky.rate),
      "\(share(flaky.interval.low))..\(share(flaky.interval.high))", outcomes(flaky),
    ]
  }

  private func row(_ change: CaseChange) -> [String] {
    let (first, before) = (lines[change.first].run, lines[change.before].run)
    return [
      change.caseID.text, first.id.text, Self.minutes(first.startedAt), before.id.text,
      Self.number(change.distance.map { Double($0.bits) }), Self.number(change.distance?.colour, 2),
      change.count == 1 ? "once" : "\(change.count) times", Self.note(change),
    ]
  }

  static func note(_ change: CaseChange) -> String {
    var notes: [String] = []
    if change.isOtherRequest { notes.append("it asked for something else") }
    if !change.lasts {
      notes.append("the last run shows the first picture again")
    } else if change.returns {
      notes.append("the first picture came back in between")
    }
    return notes.joined(separator: "; ")
  }

  static func outcomes(_ flaky: FlakyCase) -> String {
    flaky.counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
  }

  // MARK: - Figures

  static func minutes(_ time: Timestamp) -> String {
    String(time.seconds.prefix(16)).replacing("T", with: " ")
  }

  static func number(_ value: Double?, _ decimals: Int = 1) -> String {
    value.map { Comparison.fixed($0, decimals) } ?? "-"
  }

  static func time(_ milliseconds: Double?) -> String {
    milliseconds.map {
      $0 < 1_000 ? "\(Int($0.rounded())) ms" : "\(Comparison.fixed($0 / 1_000, 1)) s"
    }
      ?? "-"
  }

  static func share(_ value: Double) -> String { "\(Comparison.fixed(value * 100, 1)) %" }

  /// Numbers as bars of eight heights, the largest the highest; a point where there is none.
  static func bars(_ values: [Double?]) -> String {
    let size = max(1, (values.count + barsMax - 1) / barsMax)
    let few = stride(from: 0, to: values.count, by: size).map { start in
      values[start..<min(start + size, values.count)].compactMap(\.self).max()
    }
    let largest = few.compactMap(\.self).max() ?? 0
    let heights = Array("▁▂▃▄▅▆▇█")
    return String(
      few.map { value in
        guard let value else { return "·" }
        guard largest > 0 else { return heights[0] }
        return heights[min(heights.count - 1, Int((value / largest * 7).rounded(.up)))]
      })
  }

  // MARK: - Text

  /// What is told before the table.
  package var heading: [String] {
    var lines = ["suite: \(suite), \(Count.of(self.lines.count, "run"))"]
    if isSimulated {
      lines.insert("some pictures are of the simulator, a stand-in and no model", at: 0)
    }
    switch matter {
    case .runs, .cases:
      lines.append("distance from: \(reference); in bits of PDQ (of 256), of colour in CIEDE2000")
    case .flaky: lines.append("the same request, suite, baseline and recording, and other outcomes")
    case .changes:
      if let first = self.lines.first, let last = self.lines.last, self.lines.count > 1 {
        lines.append("from run \(first.run.id) to run \(last.run.id)")
      }
    }
    return lines
  }

  /// What is told after the table.
  package var remarks: [String] {
    var remarks: [String] = []
    switch matter {
    case .runs, .cases:
      let unknown = lines.reduce(0) { $0 + $1.unknownCount }
      if unknown > 0 {
        remarks.append(
          "\(Count.of(unknown, "picture")) have no known distance: they are gone, or nothing is "
            + "approved of them")
      }
      remarks += lines.filter { !$0.run.hasEnded }.map { line in
        "run \(line.run.id) has not come to its end: \(line.cost) spent, "
          + "\(line.possiblyBilled) possibly billed; its results are not counted"
      }
    case .flaky(let cases):
      if cases.isEmpty { remarks.append("no case is flaky") }
    case .changes(let changes):
      guard let earliest = changes.first else { return ["no picture has changed"] }
      let count = changes.count { $0.first == earliest.first }
      remarks.append(
        "the first run with a change is \(lines[earliest.first].run.id): \(Count.of(count, "case"))"
      )
      let wavering = changes.count { !$0.lasts || $0.returns }
      if wavering > 0 {
        remarks.append(
          "of \(Count.of(wavering, "case")) the first picture came back: no one run is to blame")
      }
    }
    return remarks
  }

  /// The history as Markdown.
  package var markdown: String {
    func row(_ cells: [String]) -> String {
      MarkdownText.row(cells.map { MarkdownText.plain($0) })
    }
    var text = heading.map { "- \(MarkdownText.plain($0))" } + [""]
    text += [row(titles), MarkdownText.row(titles.map { _ in "---" })] + rows().map(row)
    text += remarks.isEmpty ? [] : [""] + remarks.map { "- \(MarkdownText.plain($0))" }
    return text.joined(separator: "\n") + "\n"
  }
}
