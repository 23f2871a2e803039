package import ImageComparison

/// Whether two sets of pictures differ by more than each differs within itself: the energy distance of
/// their perceptual hashes, against all ways to divide the pictures into two sets of these sizes.
package struct PermutationTest: Hashable, Sendable {
  /// Pictures of each set below which nothing can be significant.
  package static let samplesMin = 4
  /// Pictures of each set that are looked at; ten and ten can be arranged in 184,756 ways.
  package static let samplesMax = 10
  /// The probability at which two sets count as different.
  package static let significance = 0.05

  /// How many pictures of the first set were looked at.
  package let referenceCount: Int
  /// How many pictures of the second set were looked at.
  package let candidateCount: Int
  /// `2 E|X-Y| - E|X-X'| - E|Y-Y'|` in bits, over all pairs with each picture's own.
  package let energy: Double
  /// The share of arrangements whose distance is at least as large, that of the sets among them.
  package let probability: Double
  /// The number of arrangements.
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
    let all = reference.prefix(Self.samplesMax) + candidates.prefix(Self.samplesMax)
    let count = min(reference.count, Self.samplesMax)
    referenceCount = count
    candidateCount = all.count - count
    let hashes = Array(all)
    let distances = hashes.map { left in hashes.map { left.distance(to: $0) } }
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
    var chosen = Array(0..<count)
    while true {
      arrangements += 1
      if scaled(chosen) >= observed { asLarge += 1 }
      // The next combination in order.
      guard let place = chosen.indices.last(where: { chosen[$0] < hashes.count - count + $0 })
      else { break }
      chosen[place] += 1
      for later in chosen.indices where later > place { chosen[later] = chosen[later - 1] + 1 }
    }
    let scale = count * count * rest * rest
    energy = scale > 0 ? Double(observed) / Double(scale) : 0
    arrangementCount = arrangements
    probability = Double(asLarge) / Double(arrangements)
  }
}
