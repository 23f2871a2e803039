internal import Canonical
internal import Experiments
internal import ImageComparison

/// What was found, in sentences.
enum ComparisonWords {
  /// The mark that goes with a verdict.
  static func mark(of verdict: DriftVerdict) -> String {
    switch verdict {
    case .same, .withinNoise: "v-success"
    case .changed: "v-failure"
    case .notEnough: "v-skipped"
    }
  }

  /// The mark that goes with the level of a pair.
  static func mark(of level: ComparisonLevel?) -> String {
    switch level {
    case nil: "v-skipped"
    case .different: "v-failure"
    case .similar: "v-error"
    case .near, .identicalPixels, .identicalBytes: "v-success"
    }
  }

  /// What the levels of pairs ask for.
  static var levels: String {
    let limits = Thresholds.standard
    return
      "near: PDQ at most \(limits.nearDistance), no tile below SSIM \(limits.nearTile), at most "
      + "\(Comparison.fixed(limits.nearChangedShare * 100, 1)) % of the pixels changed, moved by less than "
      + "\(limits.nearShift) px; similar: PDQ at most \(limits.similarDistance)"
  }

  /// What differences are held against.
  static func noise(_ noise: DriftTest.Noise) -> String {
    switch noise {
    case .repeats: "repeats of one request"
    case .seeds: "seeds of one prompt"
    }
  }

  /// What the verdict on a prompt means.
  static func verdict(_ prompt: PromptComparison, against noise: DriftTest.Noise) -> String {
    switch prompt.verdict {
    case .same: return "Every pair shows the same picture."
    case .withinNoise:
      return "Pictures differ, and by no more than \(Self.noise(noise)) do among themselves."
    case .changed:
      return "Pictures differ by more than chance makes of what \(Self.noise(noise)) differ by."
    case .notEnough:
      let needed = prompt.seedsNeeded.map { "; \(Count.of($0, "seed")) would be enough" } ?? ""
      return "Even the clearest difference of so few pictures could be chance\(needed)."
    }
  }

  /// How many seeds have found their own partner first.
  static func kept(_ prompt: PromptComparison) -> String? {
    prompt.fidelity.map {
      "Seeds kept: \($0.kept) of \($0.of). One is kept where its picture in B is nearer to its own in A "
        + "than those of all other seeds are."
    }
  }

  /// A p-value as a sentence has it: `p = 0.016`, or `p < 0.001`.
  static func chance(_ value: Double) -> String {
    let text = NamedComparison.probability(value)
    return text.hasPrefix("<") ? "p < \(text.dropFirst())" : "p = \(text)"
  }

  /// The figures of one metric.
  static func evidence(_ metric: ComparedMetric, against noise: DriftTest.Noise) -> String {
    func number(_ value: Double) -> String { Comparison.fixed(value, 1) }
    let blocks = metric.samples.blocks
    let pictures = blocks.reduce(0) { $0 + $1.first.count + $1.second.count }
    var parts: [String] = []
    if let drift = metric.samples.acrossSides {
      let against = metric.noise(noise).map { ", \(Self.noise(noise)) \(number($0))" } ?? ""
      parts.append("A and B are \(number(drift)) \(metric.unit) apart\(against)")
    }
    parts.append("n = \(Count.of(blocks.count, "seed")) with \(Count.of(pictures, "picture"))")
    if let test = metric.test {
      let interval = test.interval.map { " (95 % \(number($0.low)) to \(number($0.high)))" } ?? ""
      let ways = Count.grouped(test.chance.arrangementCount)
      let how =
        test.chance.isExact ? "exact over \(ways) arrangements" : "by \(ways) drawn arrangements"
      parts.append("excess \(number(test.chance.statistic))\(interval)")
      parts.append("\(chance(test.chance.probability)), \(how)")
      if let holm = metric.holm {
        parts.append("by Holm \(chance(holm))")
      }
    } else {
      parts.append("no test: \(noise == .repeats ? "nothing was repeated" : "there is one seed")")
    }
    return parts.joined(separator: "; ") + "."
  }
}
