internal import Canonical
internal import Experiments
internal import Glibc
internal import ImageComparison

/// How far pictures of one prompt are apart, drawn as SVG: across the sides beside within each.
///
/// A row each for all pictures, then a row a seed, the farthest first. Every distance is a mark; a row of many
/// is drawn as bars.
struct SpreadPlot {
  /// Distances of a row that are drawn as marks.
  static let marksMax = 240
  /// Seeds that have a row of their own.
  static let seedRowsMax = 40
  /// Bars of a row with more distances.
  static let barCount = 48

  private static let (width, left, right) = (360.0, 92.0, 12.0)
  private static let (tall, low, gap) = (22.0, 16.0, 8.0)

  /// What is drawn alike.
  private enum Kind: String, CaseIterable {
    case across = "d-across"
    case first = "d-first"
    case second = "d-second"
  }

  private struct Row {
    let label: String
    let height: Double
    let distances: [(kind: Kind, values: [Double])]
  }

  private let metric: ComparedMetric
  private let noise: DriftTest.Noise
  private let totals: [(kind: Kind, values: [Double])]
  private let spreads: [SeedSpread]

  init(_ metric: ComparedMetric, against noise: DriftTest.Noise) {
    self.metric = metric
    self.noise = noise
    spreads = metric.samples.blocks.map { metric.spread(of: $0) }
    let within: (first: [Double], second: [Double]) =
      switch noise {
      case .repeats: (spreads.flatMap(\.withinFirst), spreads.flatMap(\.withinSecond))
      case .seeds: (Self.between(metric.samples, \.first), Self.between(metric.samples, \.second))
      }
    totals = [
      (.across, spreads.flatMap(\.across)), (.first, within.first), (.second, within.second),
    ]
  }

  /// The distances of pictures of one side and different seeds.
  private static func between(
    _ samples: DriftSamples, _ side: KeyPath<DriftSamples.Block, [Int]>
  ) -> [Double] {
    samples.blocks.indices.flatMap { place in
      samples.blocks[(place + 1)...].flatMap { other in
        samples.blocks[place][keyPath: side].flatMap { row in
          other[keyPath: side].map { samples.distance(row, $0) }
        }
      }
    }
  }

  /// What the template shows; `nil` where there is no distance.
  var view: [String: Any]? {
    guard totals.contains(where: { !$0.values.isEmpty }) else { return nil }
    let step = Self.step(totals.flatMap(\.values).max() ?? 0)
    let scale = step * max(1, ((totals.flatMap(\.values).max() ?? 0) / step).rounded(.up))
    var (shapes, labels, means) = ([Kind: String](), [[String: Any]](), "")
    var top = 0.0
    for (number, row) in rows.enumerated() {
      if number == totals.count { top += Self.gap }
      labels.append(["y": Self.text(top + row.height / 2 + 3), "text": row.label])
      for (kind, values) in row.distances where !values.isEmpty {
        shapes[kind, default: ""] +=
          values.count > Self.marksMax
          ? Self.bars(values, scale, top, row.height) : Self.marks(values, kind, scale, top, row)
        if kind == .across || number < totals.count {
          let x = Self.text(Self.place(values.reduce(0, +) / Double(values.count), scale))
          means += "M\(x) \(Self.text(top + 1))v\(Self.text(row.height - 2))"
        }
      }
      top += row.height
    }
    return [
      "title": metric.title, "words": words, "width": Self.text(Self.width),
      "height": Self.text(top + 18), "bottom": Self.text(top), "base": Self.text(top + 13),
      "labels": labels, "means": means,
      "shapes": Kind.allCases.compactMap { kind in
        shapes[kind].map { ["kind": kind.rawValue, "d": $0] }
      },
      "ticks": stride(from: 0, through: scale + step / 2, by: step).map {
        [
          "x": Self.text(Self.place($0, scale)),
          "text": step < 1 ? Self.text($0) : "\(Int($0.rounded()))",
        ]
      },
      "inFirst": noise == .repeats ? "repeats in A" : "seeds of A",
      "inSecond": noise == .repeats ? "repeats in B" : "seeds of B",
    ]
  }

  /// What the picture shows, in words.
  private var words: String {
    let names =
      noise == .repeats
      ? ["one seed in A and in B", "repeats of one seed in A", "repeats of one seed in B"]
      : ["one seed in A and in B", "different seeds of A", "different seeds of B"]
    var parts = zip(names, totals.map(\.values)).map { name, values in
      guard let least = values.min(), let most = values.max() else { return "\(name): none" }
      let mean = values.reduce(0, +) / Double(values.count)
      return "\(name): mean \(Comparison.fixed(mean, 1)) \(metric.unit), "
        + "\(Comparison.fixed(least, 1)) to \(Comparison.fixed(most, 1)), n = \(values.count)"
    }
    if let test = metric.test {
      parts.append(
        "n = \(Count.of(spreads.count, "seed")), \(ComparisonWords.chance(test.chance.probability))"
          + (metric.holm.map { ", by Holm \(ComparisonWords.chance($0))" } ?? ""))
    }
    if spreads.count > Self.seedRowsMax {
      parts.append(
        "rows of the \(Self.seedRowsMax) farthest of \(spreads.count) seeds are drawn")
    }
    return parts.joined(separator: "; ")
  }

  private var rows: [Row] {
    let names =
      noise == .repeats ? ["A to B", "in A", "in B"] : ["A to B", "seeds of A", "seeds of B"]
    func mean(_ spread: SeedSpread) -> Double {
      spread.across.reduce(0, +) / Double(max(1, spread.across.count))
    }
    let seeds = spreads.sorted {
      (mean($1), SeedName($0.seed)) < (mean($0), SeedName($1.seed))
    }
    return zip(names, totals).map { Row(label: $0, height: Self.tall, distances: [$1]) }
      + seeds.prefix(Self.seedRowsMax).map { spread in
        Row(
          label: SeedName(spread.seed).text, height: Self.low,
          distances: [
            (.first, spread.withinFirst), (.second, spread.withinSecond), (.across, spread.across),
          ])
      }
  }

  // MARK: - Marks

  private static func place(_ distance: Double, _ scale: Double) -> Double {
    left + distance / scale * (width - left - right)
  }

  private static func text(_ number: Double) -> String { Comparison.fixed(number, 1) }

  /// A mark for each distance: a disc, a triangle or a square; several of a row lie at several heights.
  private static func marks(
    _ values: [Double], _ kind: Kind, _ scale: Double, _ top: Double, _ row: Row
  ) -> String {
    let span = row.height - 10
    return values.enumerated().map { place, value in
      let (x, y) = (
        Self.place(value, scale),
        top + 5 + (values.count > 1 ? span * Double(place % 5) / 4 : span / 2)
      )
      return switch kind {
      case .across: "M\(text(x - 2.6)) \(text(y))a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z"
      case .first: "M\(text(x)) \(text(y - 3))l3 5.4h-6z"
      case .second: "M\(text(x - 2.3)) \(text(y - 2.3))h4.6v4.6h-4.6z"
      }
    }.joined()
  }

  /// How many distances lie where, as bars upon the row's lower edge.
  private static func bars(
    _ values: [Double], _ scale: Double, _ top: Double, _ height: Double
  ) -> String {
    var counts = [Int](repeating: 0, count: barCount)
    for value in values { counts[min(barCount - 1, Int(value / scale * Double(barCount)))] += 1 }
    let most = Double(max(1, counts.max() ?? 1))
    let wide = (width - left - right) / Double(barCount)
    return counts.enumerated().filter { $0.element > 0 }.map { place, count in
      let tall = max(1, (height - 4) * Double(count) / most)
      return "M\(text(left + Double(place) * wide)) \(text(top + height - 1))"
        + "v-\(text(tall))h\(text(wide - 0.6))v\(text(tall))z"
    }.joined()
  }

  /// The distance of two ticks: 1, 2 or 5 times a power of ten, at most five of them.
  private static func step(_ most: Double) -> Double {
    let rough = max(most, 1) / 5
    let power = pow(10, log10(rough).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= rough { return factor * power }
    return 10 * power
  }
}
