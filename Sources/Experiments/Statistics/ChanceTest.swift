/// How likely it is that chance alone makes a statistic as large as the observed one.
///
/// Labels of samples that chance might as well have given otherwise are exchanged in every way, or where
/// there are too many ways, in ``drawCount`` ways that a seed draws. The p-value is the share of
/// arrangements whose statistic is at least as large, the observed one among them (Fisher 1935; with
/// draws `(1 + asLarge) / (1 + draws)`, Phipson and Smyth 2010).
package struct ChanceTest: Hashable, Sendable {
  /// Arrangements up to which all are looked at.
  package static let exactMax = 65_536
  /// Arrangements that are drawn where there are more.
  package static let drawCount = 9_999
  /// The probability up to which a difference is taken for one, after correction.
  package static let significance = 0.05

  /// The observed statistic.
  package let statistic: Double
  /// The p-value, above 0 and at most 1.
  package let probability: Double
  /// The smallest p-value that any values of these samples could have.
  package let least: Double
  /// How many arrangements were looked at.
  package let arrangementCount: Int
  /// Whether these are all.
  package let isExact: Bool

  /// Looks at all arrangements.
  ///
  /// - Parameters:
  ///   - statistic: the observed statistic.
  ///   - values: the statistic of every arrangement, the observed one among them.
  init(_ statistic: Double, of values: some Sequence<Double>) {
    let limit = Self.limit(statistic)
    var (count, asLarge) = (0, 0)
    for value in values {
      count += 1
      if value >= limit { asLarge += 1 }
    }
    precondition(asLarge > 0, "the observed arrangement is among all")
    self.statistic = statistic
    probability = Double(asLarge) / Double(count)
    least = 1 / Double(count)
    arrangementCount = count
    isExact = true
  }

  /// Looks at arrangements that are drawn.
  ///
  /// - Parameters:
  ///   - statistic: the observed statistic.
  ///   - draw: gives the statistic of an arrangement, drawn from all.
  init(_ statistic: Double, drawing draw: () -> Double) {
    let limit = Self.limit(statistic)
    var asLarge = 0
    for _ in 0..<Self.drawCount where draw() >= limit { asLarge += 1 }
    self.statistic = statistic
    probability = Double(1 + asLarge) / Double(1 + Self.drawCount)
    least = 1 / Double(1 + Self.drawCount)
    arrangementCount = Self.drawCount
    isExact = false
  }

  /// What counts as large: sums of the same numbers in another order may differ in their last digits.
  private static func limit(_ statistic: Double) -> Double {
    statistic - 1e-9 * max(1, abs(statistic))
  }

  /// Whether paired differences have a mean other than 0: the sign of each is as likely as the other
  /// (two-sided sign-flip test of the absolute mean).
  ///
  /// - Parameters:
  ///   - differences: at least one.
  ///   - seed: decides what is drawn.
  package static func signFlip(
    _ differences: [Double], seed: UInt64 = SeededNumbers.standardSeed
  ) -> ChanceTest {
    precondition(!differences.isEmpty, "there are differences")
    let count = differences.count
    func mean(_ signs: (Int) -> Bool) -> Double {
      var sum = 0.0
      for (place, difference) in differences.enumerated() {
        sum += signs(place) ? -difference : difference
      }
      return abs(sum) / Double(count)
    }
    let observed = mean { _ in false }
    // The absolute mean is the same with all signs turned, so the first may stay.
    if count - 1 < Int.bitWidth - 2, 1 << (count - 1) <= exactMax {
      return ChanceTest(
        observed,
        of: (0..<(1 << (count - 1))).lazy.map { bits in mean { ((bits << 1) >> $0) & 1 == 1 } })
    }
    // Where nothing differs, no sign changes anything.
    guard differences.contains(where: { $0 != 0 }) else {
      return ChanceTest(observed) { observed }
    }
    var numbers = SeededNumbers(seed: seed)
    return ChanceTest(observed) { mean { _ in numbers.next() & 1 == 1 } }
  }
}
