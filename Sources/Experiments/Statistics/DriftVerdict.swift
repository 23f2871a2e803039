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
  ///   - tests: one a prompt; `nil` where there was nothing to exchange.
  ///   - areSame: of each prompt whether all of its pairs show the same picture.
  /// - Returns: of each prompt the verdict and the p-values corrected by Holm and by Benjamini and
  ///   Hochberg; prompts without a test are in no correction.
  package static func decide(
    _ tests: [ChanceTest?], areSame: [Bool]
  ) -> [(verdict: DriftVerdict, holm: Double?, benjaminiHochberg: Double?)] {
    precondition(tests.count == areSame.count, "a test for each prompt")
    let places = tests.indices.filter { tests[$0] != nil }
    let tested = tests.compactMap(\.self)
    let holm = Correction.holm(tested.map(\.probability))
    let rates = Correction.benjaminiHochberg(tested.map(\.probability))
    var verdicts = areSame.map { isSame in
      (
        verdict: isSame ? DriftVerdict.same : .notEnough, holm: Double?.none,
        benjaminiHochberg: Double?.none
      )
    }
    for (rank, place) in places.enumerated() {
      verdicts[place].holm = holm[rank]
      verdicts[place].benjaminiHochberg = rates[rank]
      guard !areSame[place] else { continue }
      // The clearest difference, beside tests that are no clearer.
      let best = tested[rank].least * Double(tested.count)
      if holm[rank] <= ChanceTest.significance {
        verdicts[place].verdict = .changed
      } else if best <= ChanceTest.significance {
        verdicts[place].verdict = .withinNoise
      }
    }
    return verdicts
  }
}
