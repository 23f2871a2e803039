/// Corrects the p-values of several tests that are looked at together.
package enum Correction {
  /// The p-values by Holm's step-down method: with them the chance of one false alarm or more among all
  /// tests stays at the level (Holm, "A simple sequentially rejective multiple test procedure", 1979).
  package static func holm(_ probabilities: [Double]) -> [Double] {
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    var corrected = probabilities
    var least = 0.0
    for (rank, place) in order.enumerated() {
      least = max(least, min(1, probabilities[place] * Double(order.count - rank)))
      corrected[place] = least
    }
    return corrected
  }

  /// The p-values by Benjamini and Hochberg's step-up method: with them the share of false alarms among
  /// all alarms stays at the level ("Controlling the false discovery rate", 1995).
  package static func benjaminiHochberg(_ probabilities: [Double]) -> [Double] {
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    var corrected = probabilities
    var most = 1.0
    for (rank, place) in order.enumerated().reversed() {
      most = min(most, probabilities[place] * Double(order.count) / Double(rank + 1))
      corrected[place] = most
    }
    return corrected
  }
}

/// Where a mean lies by the bootstrap: the percentile interval of the means of samples drawn from the
/// sample, with replacement (Efron 1979).
package struct BootstrapInterval: Hashable, Sendable {
  /// Samples that are drawn.
  package static let drawCount = 9_999
  /// How often such an interval is meant to hold the mean.
  package static let confidence = 0.95
  /// The least number of values; fewer give no interval.
  package static let countMin = 2

  /// The lower end.
  package let low: Double
  /// The upper end.
  package let high: Double

  /// Draws samples; `nil` for fewer than ``countMin`` values.
  ///
  /// - Parameters:
  ///   - values: the sample.
  ///   - seed: decides what is drawn.
  package init?(_ values: [Double], seed: UInt64 = SeededNumbers.standardSeed) {
    guard values.count >= Self.countMin else { return nil }
    var numbers = SeededNumbers(seed: seed)
    let means = (0..<Self.drawCount).map { _ in
      var sum = 0.0
      for _ in values.indices { sum += values[numbers.next(below: values.count)] }
      return sum / Double(values.count)
    }.sorted()
    let tail = (1 - Self.confidence) / 2
    low = Self.quantile(means, tail)
    high = Self.quantile(means, 1 - tail)
  }

  /// The quantile of sorted values, between two of them by their distance (Hyndman and Fan 1996, type 7).
  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}
