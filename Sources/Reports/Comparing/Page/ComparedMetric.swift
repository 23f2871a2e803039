internal import Experiments
internal import ImageComparison

/// What one distance says of a prompt, as the page tells it.
///
/// The page goes through ``all(of:)`` and knows no metric by name, so that a further one is one more element.
struct ComparedMetric {
  /// What people call it.
  let title: String
  /// What a distance is counted in.
  let unit: String
  /// The pictures by seed and their distances.
  let samples: DriftSamples
  /// The test; `nil` where there was nothing to exchange.
  let test: DriftTest?
  /// The p-value corrected by Holm.
  let holm: Double?

  /// The metrics of a prompt, in the order in which they are told.
  static func all(of prompt: PromptComparison) -> [ComparedMetric] {
    prompt.metrics.map { found in
      let (title, unit) =
        switch found.metric {
        case .shape: ("Distance of perceptual hashes", "bits")
        case .colour: ("Difference of colours", "ΔE")
        }
      return ComparedMetric(
        title: "\(title) (\(found.metric.version))", unit: unit, samples: found.samples,
        test: found.test, holm: found.holm)
    }
  }

  /// The mean distance of what differences are held against; `nil` where there is none of it.
  func noise(_ noise: DriftTest.Noise) -> Double? {
    switch noise {
    case .repeats: samples.acrossRepeats
    case .seeds: samples.acrossSeeds
    }
  }

  /// The distances of one seed.
  func spread(of block: DriftSamples.Block) -> SeedSpread {
    func within(_ rows: [Int]) -> [Double] {
      rows.enumerated().flatMap { place, row in
        rows[(place + 1)...].map { samples.distance(row, $0) }
      }
    }
    return SeedSpread(
      seed: block.seed,
      across: block.first.flatMap { row in block.second.map { samples.distance(row, $0) } },
      withinFirst: within(block.first), withinSecond: within(block.second))
  }

  /// The mean distance across the sides by seed, all places in the answer together.
  var driftBySeed: [SeedName: Double] {
    var sums: [SeedName: (sum: Double, count: Int)] = [:]
    for block in samples.blocks {
      var (sum, count) = sums[SeedName(block.seed)] ?? (0, 0)
      for row in block.first {
        for column in block.second { sum += samples.distance(row, column) }
      }
      count += block.first.count * block.second.count
      sums[SeedName(block.seed)] = (sum, count)
    }
    return sums.mapValues { $0.sum / Double(max(1, $0.count)) }
  }
}
