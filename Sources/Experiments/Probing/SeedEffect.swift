/// Whether pictures of one seed lie nearer to each other than pictures of different seeds: an exact
/// permutation test.
///
/// The statistic is the mean distance of all other pairs less the mean distance of the pairs of one
/// seed. If a seed says nothing, each choice of so many pictures out of all is as likely as the one that
/// the seed made; the p-value is the share of choices whose statistic is at least as large (Fisher 1935,
/// one-sided, the observed choice included).
package struct SeedEffect: Hashable, Sendable {
  /// Up to this share of choices is taken for an effect.
  package static let significance = 0.05

  /// Choices with a statistic at least as large, the observed one among them.
  package let asLarge: Int
  /// All choices.
  package let choices: Int

  /// Takes counts, as a file states them; `nil` for counts that cannot be.
  package init?(asLarge: Int, of choices: Int) {
    guard asLarge >= 1, asLarge <= choices else { return nil }
    self.asLarge = asLarge
    self.choices = choices
  }

  /// Tests distances.
  ///
  /// - Parameters:
  ///   - distances: a symmetric matrix, the pictures of one seed first.
  ///   - sameCount: how many pictures have one seed; at least two, and fewer than all.
  package init(_ distances: [[Int]], sameCount: Int) {
    precondition(
      sameCount >= 2 && sameCount < distances.count && distances.count <= 16,
      "2 or more of at most 16 pictures have one seed")
    // With the sum of all pairs fixed, a larger statistic is a smaller sum within the choice; whole
    // numbers keep ties exact.
    let observed = Self.sum(within: Array(0..<sameCount), distances)
    var (asLarge, choices) = (0, 0)
    for chosen in Choices(sameCount, of: distances.count) {
      choices += 1
      if Self.sum(within: chosen, distances) <= observed { asLarge += 1 }
    }
    self.asLarge = asLarge
    self.choices = choices
  }

  private static func sum(within chosen: [Int], _ distances: [[Int]]) -> Int {
    var sum = 0
    for (place, first) in chosen.enumerated() {
      for second in chosen[(place + 1)...] { sum += distances[first][second] }
    }
    return sum
  }

  /// The p-value, above 0 and at most 1.
  package var probability: Double { Double(asLarge) / Double(choices) }

  /// Whether the seed is taken to have an effect.
  package var isSignificant: Bool { probability <= Self.significance }
}
