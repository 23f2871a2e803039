internal import Canonical
internal import Experiments
internal import ImageComparison
internal import Recording
internal import Suites

/// What a probe has found, in plain words.
enum ProbeText {
  /// The class, what each condition showed, and what follows for baselines.
  static func lines(of finding: ProbeFinding) -> [String] {
    var lines = ["\(finding.endpointClass.rawValue): \(meaning(of: finding.endpointClass))"]
    if finding.origin == .simulator {
      lines.append("  the pictures are of the simulator, a stand-in and no model")
    }
    for measurement in finding.measurements {
      let name = measurement.condition.rawValue
      let padding = String(repeating: " ", count: max(1, 15 - name.count))
      lines.append("  \(name)\(padding)\(figures(measurement))")
      lines.append("                 \(meaning(of: measurement, in: finding))")
    }
    if let effect = finding.seedEffect {
      lines.append(
        "  seeds          \(effect.isSignificant ? "have an effect" : "have no effect that shows"): "
          + "p = \(effect.asLarge)/\(effect.choices) by exact permutation of PDQ distances")
    }
    lines.append(recommendation(of: finding))
    return lines
  }

  private static func meaning(of endpointClass: EndpointClass) -> String {
    switch endpointClass {
    case .byte: "the same request gives the same bytes"
    case .pixel: "the same request gives the same pixels in other bytes"
    case .near: "the same request gives the same picture but for noise and encoding"
    case .seedEffective:
      "the same request gives other pictures, nearer to each other than those of other seeds"
    case .free: "the same request gives any picture; a seed has no effect that shows"
    }
  }

  private static func figures(_ measurement: ProbeFinding.Measurement) -> String {
    let levels = ImageComparison.ComparisonLevel.allCases.reversed().compactMap { level in
      let count = measurement.distances.count { $0.level == level }
      return count == 0 ? nil : "\(count) \(level.rawValue)"
    }
    let bits = measurement.distances.map(\.bits)
    let range =
      bits.min() == bits.max()
      ? "PDQ \(bits.min() ?? 0)" : "PDQ \(bits.min() ?? 0) to \(bits.max() ?? 0)"
    return "\(Count.of(measurement.sampleCount, "picture")), "
      + "\(Count.of(measurement.distances.count, "pair")): \(levels.joined(separator: ", ")); \(range)"
  }

  private static func meaning(
    of measurement: ProbeFinding.Measurement, in finding: ProbeFinding
  ) -> String {
    let worst = measurement.distances.map(\.level).min() ?? .different
    let same = finding.measurements.first { $0.condition == .sameSeed }?
      .distances.map(\.level).min()
    // Below near a level says too little for one pair to be like another.
    let isTold = same.map { $0 >= .near } ?? false
    let keeps = same.map { worst >= $0 } ?? false
    guard isTold || [.sameSeed, .otherSeeds].contains(measurement.condition) else {
      return "nothing can be told: the same request differs as much"
    }
    switch measurement.condition {
    case .sameSeed: return "one request, made \(measurement.sampleCount) times"
    case .otherSeeds:
      return worst >= .near
        ? "other seeds give the same picture: a seed has no effect"
        : "requests that differ in their seeds only"
    case .firstOfFour:
      return keeps
        ? "the first of four pictures is the picture of a request for one"
        : "the first of four pictures is another than that of a request for one"
    case .delivery:
      return keeps
        ? "both deliveries bring the same picture"
        : "a picture by URL and one in Base64 differ more than repeats do"
    case .seedZero:
      return keeps
        ? "the seed 0 repeats as other seeds do"
        : "the seed 0 does not repeat: it asks for any picture, so leave it out of suites"
    }
  }

  private static func recommendation(of finding: ProbeFinding) -> String {
    guard let level = finding.recommended else {
      return "recommended: no level for single pictures. Check properties (size, preserve, change, "
        + "not-blank), and with 'baseline: auto' at least 4 approved and 4 new pictures of a case"
    }
    return "recommended: baseline: \(level.rawValue) ('baseline: auto' follows this finding)"
  }
}
