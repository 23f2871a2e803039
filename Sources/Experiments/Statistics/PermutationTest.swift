package import ImageComparison

/// Whether two sets of pictures differ by more than each differs within itself: the energy distance of
/// their perceptual hashes, against all ways to divide the pictures into two sets of these sizes.
package struct PermutationTest: Hashable, Sendable {
  /// Pictures of each set below which nothing can be significant.
  package static let samplesMin = 4
  /// Pictures of each set that are looked at; ten and ten can be arranged in 184,756 ways.
  package static let samplesMax = 10
  /// The probability at which two sets count as different.
  package static let significance = ChanceTest.significance

  /// Pictures of the first set that were looked at.
  package let referenceCount: Int
  /// Pictures of the second set that were looked at.
  package let candidateCount: Int
  /// `2 E|X-Y| - E|X-X'| - E|Y-Y'|` in bits, over all pairs with each picture's own.
  package let energy: Double
  /// The share of arrangements whose distance is at least as large, that of the sets among them.
  package let probability: Double
  /// How many arrangements there are.
  package let arrangementCount: Int

  /// Compares the first pictures of two sets, neither of which is empty.
  ///
  /// The distance is that of Székely and Rizzo, "Energy statistics", 2013, with bits for metric; it is the
  /// same when both sets are exchanged, so that of four and four no probability is below 2 in 70.
  ///
  /// - Parameters:
  ///   - reference: the hashes of the first set.
  ///   - candidates: the hashes of the second set.
  package init(_ reference: [PDQHash], _ candidates: [PDQHash]) {
    let count = min(reference.count, Self.samplesMax)
    let hashes = Array(reference.prefix(count) + candidates.prefix(Self.samplesMax))
    self.init(
      hashes.map { left in hashes.map { left.distance(to: $0) } }, referenceCount: count)
  }

  /// Compares two sets by their distances.
  ///
  /// - Parameters:
  ///   - distances: a symmetric matrix, the first set's pictures first; whole numbers keep ties exact.
  ///   - referenceCount: how many pictures the first set has.
  package init(_ distances: [[Int]], referenceCount count: Int) {
    referenceCount = count
    candidateCount = distances.count - count
    let sums = distances.map { $0.reduce(0, +) }
    let total = sums.reduce(0, +)
    let rest = candidateCount
    /// The distance times both counts squared, which is whole.
    func scaled(_ chosen: [Int]) -> Int {
      var within = 0
      for left in chosen { for right in chosen { within += distances[left][right] } }
      let across = chosen.reduce(0) { $0 + sums[$1] } - within
      let others = total - within - 2 * across
      return 2 * count * rest * across - rest * rest * within - count * count * others
    }
    let observed = scaled(Array(0..<count))
    var (arrangements, asLarge) = (0, 0)
    for chosen in Choices(count, of: distances.count) {
      arrangements += 1
      if scaled(chosen) >= observed { asLarge += 1 }
    }
    let scale = count * count * rest * rest
    energy = scale > 0 ? Double(observed) / Double(scale) : 0
    arrangementCount = arrangements
    probability = Double(asLarge) / Double(arrangements)
  }
}
