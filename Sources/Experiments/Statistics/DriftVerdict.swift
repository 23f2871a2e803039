/// What a comparison says of a prompt.
package enum DriftVerdict: String, Hashable, Sendable, CaseIterable {
  /// Every pair shows the same picture: near, or better.
  case same
  /// Pictures differ, and by no more than those of one side do among themselves.
  case withinNoise = "changed within noise"
  /// Pictures differ by more than chance makes of the noise.
  case changed
  /// Even the clearest difference of so few pictures could be chance.
  case notEnough = "not enough samples"

  /// Decides about the prompts of a comparison together.
  ///
  /// - Parameters:
  ///   - tests: of each prompt one a metric; `nil` where there was nothing to exchange.
  ///   - areSame: of each prompt whether all of its pairs show the same picture.
  /// - Returns: of each prompt the verdict and, a metric each, the p-values corrected by Holm and by
  ///   Benjamini and Hochberg. All tests of all prompts are corrected together, so that however the
  ///   metrics depend on each other one false alarm or more is as rare as is stated.
  package static func decide(
    _ tests: [[ChanceTest?]], areSame: [Bool]
  ) -> [(verdict: DriftVerdict, holm: [Double?], benjaminiHochberg: [Double?])] {
    precondition(tests.count == areSame.count, "tests for each prompt")
    let places = tests.indices.flatMap { prompt in
      tests[prompt].indices.filter { tests[prompt][$0] != nil }.map { (prompt: prompt, metric: $0) }
    }
    let tested = tests.joined().compactMap(\.self)
    let holm = Correction.holm(tested.map(\.probability))
    let rates = Correction.benjaminiHochberg(tested.map(\.probability))
    var verdicts = zip(tests, areSame).map { tests, isSame in
      let none = [Double?](repeating: nil, count: tests.count)
      return (verdict: isSame ? DriftVerdict.same : .notEnough, holm: none, benjaminiHochberg: none)
    }
    for (rank, place) in places.enumerated() {
      verdicts[place.prompt].holm[place.metric] = holm[rank]
      verdicts[place.prompt].benjaminiHochberg[place.metric] = rates[rank]
    }
    for prompt in tests.indices where !areSame[prompt] {
      // The clearest difference, beside tests that are no clearer.
      let best = tests[prompt].compactMap { $0.map { $0.least * Double(tested.count) } }
      if verdicts[prompt].holm.contains(where: { $0.map { $0 <= ChanceTest.significance } ?? false }
      ) {
        verdicts[prompt].verdict = .changed
      } else if !best.isEmpty, best.allSatisfy({ $0 <= ChanceTest.significance }) {
        verdicts[prompt].verdict = .withinNoise
      }
    }
    return verdicts
  }
}
