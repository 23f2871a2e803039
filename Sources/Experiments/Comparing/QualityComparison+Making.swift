internal import SeedreamAPI

extension QualityComparison {
  /// Cases that count once: a prompt's seed, repeats taken together.
  private struct Unit: Hashable {
    let prompt: Int
    let seed: Seed?
  }

  /// Compares the quality of all prompts, and of those of each tag.
  ///
  /// - Parameters:
  ///   - prompts: of each the pairs, and the sharpness of some of them.
  ///   - seed: decides what is drawn.
  static func all(
    _ prompts: [(pairs: [CaseAlignment.Pair], sharpness: [Int: (Double, Double)])], seed: UInt64
  ) -> [QualityComparison] {
    let tags = Set(prompts.flatMap { $0.pairs.first?.identity?.tags ?? [] }).sorted()
    let found = ([nil] + tags.map(Optional.some)).flatMap { tag in
      Quality.allCases.compactMap { quality in
        made(
          prompts.map { prompt in
            let isMember = tag.map { prompt.pairs.first?.identity?.tags.contains($0) ?? false }
            return isMember ?? true ? prompt : ([], [:])
          }, tag: tag, quality, seed)
      }
    }
    return zip(found, Correction.benjaminiHochberg(found.map(\.probability))).map { quality, rate in
      var quality = quality
      quality.rate = rate
      return quality
    }
  }

  private static func made(
    _ prompts: [(pairs: [CaseAlignment.Pair], sharpness: [Int: (Double, Double)])], tag: String?,
    _ quality: Quality, _ seed: UInt64
  ) -> QualityComparison? {
    var order: [Unit] = []
    var values: [Unit: [(Double, Double)]] = [:]
    for (number, prompt) in prompts.enumerated() {
      for (place, pair) in prompt.pairs.enumerated() {
        let sides: (Double, Double)?
        if quality == .sharpness {
          sides = prompt.sharpness[place]
        } else if let left = pair.left.qualities[quality], let right = pair.right.qualities[quality]
        {
          sides = (left, right)
        } else {
          sides = nil
        }
        guard let sides else { continue }
        let unit = Unit(prompt: number, seed: pair.identity?.seed)
        if values[unit] == nil { order.append(unit) }
        values[unit, default: []].append(sides)
      }
    }
    guard !order.isEmpty else { return nil }
    let means = order.compactMap { values[$0] }.map { pairs in
      (
        pairs.reduce(0) { $0 + $1.0 } / Double(pairs.count),
        pairs.reduce(0) { $0 + $1.1 } / Double(pairs.count)
      )
    }
    let chance = ChanceTest.signFlip(means.map { $0.1 - $0.0 }, seed: seed)
    return QualityComparison(
      tag: tag, quality: quality, left: means.reduce(0) { $0 + $1.0 } / Double(means.count),
      right: means.reduce(0) { $0 + $1.1 } / Double(means.count), count: means.count,
      probability: chance.probability, rate: chance.probability)
  }
}
