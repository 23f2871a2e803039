internal import Glibc
package import SeedreamAPI

/// Pictures of one prompt on two sides, by seed, and how far each two of them are apart.
package struct DriftSamples: Sendable {
  /// The answers of one seed, as rows of the matrix.
  package struct Block: Hashable, Sendable {
    /// Those of the first side.
    package let first: [Int]
    /// Those of the second side.
    package let second: [Int]
    /// The seed; `nil` where it was left to the service.
    package let seed: Seed?

    /// Names rows.
    package init(first: [Int], second: [Int], seed: Seed? = nil) {
      self.first = first
      self.second = second
      self.seed = seed
    }
  }

  /// Repeats of one seed and side that are looked at; of twice so many there are 462 divisions.
  package static let repeatsMax = 6

  /// One block a seed; only seeds with pictures on both sides.
  package let blocks: [Block]
  /// The rows of the matrix up to its diagonal, one after the other: the other half is the same.
  private let distances: [Double]

  /// Takes seeds and distances.
  ///
  /// - Parameters:
  ///   - blocks: one a seed; the first ``repeatsMax`` pictures of each side are looked at, and seeds
  ///     without a picture on either side are left out.
  ///   - distances: a symmetric matrix.
  package init(_ blocks: [Block], distances: [[Double]]) {
    self.blocks = blocks.filter { !$0.first.isEmpty && !$0.second.isEmpty }.map {
      Block(
        first: Array($0.first.prefix(Self.repeatsMax)),
        second: Array($0.second.prefix(Self.repeatsMax)), seed: $0.seed)
    }
    self.distances = distances.enumerated().flatMap { $1.prefix($0 + 1) }
  }

  /// How far two pictures are apart, by their rows.
  package func distance(_ row: Int, _ column: Int) -> Double {
    let (low, high) = (min(row, column), max(row, column))
    return distances[high * (high + 1) / 2 + low]
  }

  /// The mean distance over all pairs of two sets; `nil` where either is empty.
  private func mean(_ left: [Int], _ right: [Int]) -> Double {
    var sum = 0.0
    for row in left { for column in right { sum += distance(row, column) } }
    return sum / Double(left.count * right.count)
  }

  /// The sum over the pairs within a set, and how many pairs it has.
  private func within(_ places: [Int]) -> (sum: Double, count: Int) {
    var sum = 0.0
    for (rank, row) in places.enumerated() {
      for column in places[(rank + 1)...] { sum += distance(row, column) }
    }
    return (sum, places.count * (places.count - 1) / 2)
  }

  // MARK: - What is told beside the test

  /// The mean distance of the two sides' pictures of one seed; `nil` without seeds.
  package var acrossSides: Double? {
    Self.mean(blocks.map { mean($0.first, $0.second) })
  }

  /// The mean distance of pictures of one side and one seed; `nil` without repeats.
  package var acrossRepeats: Double? {
    let parts = blocks.flatMap { [within($0.first), within($0.second)] }
    let count = parts.reduce(0) { $0 + $1.count }
    return count > 0 ? parts.reduce(0) { $0 + $1.sum } / Double(count) : nil
  }

  /// The mean distance of pictures of one side and different seeds; `nil` for fewer than two seeds.
  package var acrossSeeds: Double? {
    var means: [Double] = []
    for (rank, left) in blocks.enumerated() {
      for right in blocks[(rank + 1)...] {
        means.append((mean(left.first, right.first) + mean(left.second, right.second)) / 2)
      }
    }
    return Self.mean(means)
  }

  /// Of each seed the rank of its own picture of the second side among those of all seeds, by the
  /// distance from its picture of the first; 1 is the nearest, and equal ones share their ranks.
  package var partnerRanks: [Double] {
    blocks.map { block in
      let own = mean(block.first, block.second)
      var rank = 1.0
      for other in blocks where other != block {
        let distance = mean(block.first, other.second)
        if distance < own { rank += 1 } else if distance == own { rank += 0.5 }
      }
      return rank
    }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  // MARK: - Against repeats

  /// The statistic of one seed: the mean distance across the sides less the mean distance within them.
  private func difference(_ first: [Int], _ second: [Int]) -> Double {
    let (left, right) = (within(first), within(second))
    return mean(first, second) - (left.sum + right.sum) / Double(left.count + right.count)
  }

  /// The statistic of one seed for every way to divide its pictures into sides of these sizes, the
  /// observed one first; equal halves are not counted twice.
  private func divisions(of block: Block) -> [Double] {
    let all = block.first + block.second
    var values: [Double] = []
    for choice in Choices(block.first.count, of: all.count) {
      // Sides of one size exchanged as a whole are the same division.
      if block.first.count == block.second.count, choice[0] != 0 { break }
      let chosen = Set(choice)
      values.append(
        difference(
          choice.map { all[$0] }, all.indices.filter { !chosen.contains($0) }.map { all[$0] }))
    }
    return values
  }

  /// Seeds of which a side has two pictures or more.
  private var repeated: [Block] { blocks.filter { $0.first.count + $0.second.count > 2 } }

  // MARK: - Against seeds

  /// How much farther the sides are apart than each in itself, for two seeds.
  private func excess(_ left: Block, _ right: Block) -> Double {
    (mean(left.first, right.second) + mean(left.second, right.first)
      - mean(left.first, right.first) - mean(left.second, right.second)) / 2
  }
}

/// Whether the pictures of two sides differ by more than those of one side do among themselves.
///
/// Two questions are told apart by the noise that the difference is held against:
/// - ``Noise/repeats``: do the sides give other pictures of the same seed than repeats of one side give?
///   The statistic is the mean over seeds of (mean distance across sides - mean distance within sides);
///   within each seed the pictures are divided anew.
/// - ``Noise/seeds``: are the sides farther apart than the seeds of one side? The statistic is the same
///   over pairs of different seeds; all pictures of a seed exchange their sides together, so that it is
///   a sign-flip test.
package struct DriftTest: Sendable {
  /// What a difference is held against.
  package enum Noise: String, Hashable, Sendable, CaseIterable {
    /// What repeats of one request differ by.
    case repeats
    /// What seeds of one prompt differ by.
    case seeds
  }

  /// What it was held against.
  package let noise: Noise
  /// The test; its statistic is the mean of ``differences``.
  package let chance: ChanceTest
  /// Of each seed how much farther the sides are apart than one side in itself.
  package let differences: [Double]
  private let seed: UInt64

  /// Where the mean of ``differences`` lies, by the bootstrap over seeds; drawn when it is asked for.
  package var interval: BootstrapInterval? { BootstrapInterval(differences, seed: seed) }

  /// Tests samples; `nil` where there is nothing to exchange: no repeats, or fewer than two seeds.
  ///
  /// - Parameters:
  ///   - samples: the pictures.
  ///   - noise: what the difference is held against.
  ///   - seed: decides what is drawn.
  package init?(
    _ samples: DriftSamples, against noise: Noise, seed: UInt64 = SeededNumbers.standardSeed
  ) {
    self.noise = noise
    self.seed = seed
    switch noise {
    case .repeats:
      let divisions = samples.divisions()
      guard !divisions.isEmpty else { return nil }
      differences = divisions.map { $0[0] }
      chance = Self.repeats(divisions, seed)
    case .seeds:
      let excesses = samples.excesses()
      guard excesses.count > 1 else { return nil }
      differences = excesses.map { $0.reduce(0, +) / Double(excesses.count - 1) }
      chance = Self.seeds(excesses, seed)
    }
  }

  private static func repeats(_ divisions: [[Double]], _ seed: UInt64) -> ChanceTest {
    let observed = divisions.reduce(0) { $0 + $1[0] } / Double(divisions.count)
    let count = divisions.reduce(1) { product, values in
      product > ChanceTest.exactMax ? product : product * values.count
    }
    guard count > ChanceTest.exactMax else {
      return ChanceTest(
        observed,
        of: (0..<count).lazy.map { number in
          var rest = number
          var sum = 0.0
          for values in divisions {
            sum += values[rest % values.count]
            rest /= values.count
          }
          return sum / Double(divisions.count)
        })
    }
    var numbers = SeededNumbers(seed: seed)
    return ChanceTest(observed) {
      var sum = 0.0
      for values in divisions { sum += values[numbers.next(below: values.count)] }
      return sum / Double(divisions.count)
    }
  }

  private static func seeds(_ excesses: [[Double]], _ seed: UInt64) -> ChanceTest {
    let count = excesses.count
    func statistic(_ isTurned: [Bool]) -> Double {
      var sum = 0.0
      for row in 0..<count {
        for column in row + 1..<count {
          sum += isTurned[row] == isTurned[column] ? excesses[row][column] : -excesses[row][column]
        }
      }
      return sum * 2 / Double(count * (count - 1))
    }
    let observed = statistic([Bool](repeating: false, count: count))
    if count - 1 < Int.bitWidth - 2, 1 << (count - 1) <= ChanceTest.exactMax {
      // Turning all seeds changes nothing, so the first may stay.
      return ChanceTest(
        observed,
        of: (0..<(1 << (count - 1))).lazy.map { bits in
          statistic((0..<count).map { ((bits << 1) >> $0) & 1 == 1 })
        })
    }
    var numbers = SeededNumbers(seed: seed)
    return ChanceTest(observed) {
      statistic((0..<count).map { _ in numbers.next() & 1 == 1 })
    }
  }

  // MARK: - Enough samples

  /// How many seeds let a difference be significant beside so many other tests.
  ///
  /// - Parameters:
  ///   - noise: what the difference is held against.
  ///   - repeats: the pictures of a seed on each side; at least two where they are the noise.
  ///   - tests: how many tests are corrected together.
  package static func seedsNeeded(against noise: Noise, repeats: Int, tests: Int) -> Int {
    let arrangements = Double(max(1, tests)) / ChanceTest.significance
    switch noise {
    case .repeats:
      let count = min(max(2, repeats), DriftSamples.repeatsMax)
      // Half of the ways to choose so many of twice so many.
      let ways = (1...count).reduce(1.0) { $0 * Double(count + $1) / Double($1) } / 2
      return max(1, Int((log(arrangements) / log(ways)).rounded(.up)))
    case .seeds:
      return 1 + Int(log2(arrangements).rounded(.up))
    }
  }
}

extension DriftSamples {
  /// The statistic of each seed with repeats for every division, the observed one first.
  fileprivate func divisions() -> [[Double]] { repeated.map { divisions(of: $0) } }

  /// The excess of each two seeds, 0 of each with itself.
  fileprivate func excesses() -> [[Double]] {
    blocks.indices.map { row in
      blocks.indices.map { row == $0 ? 0 : excess(blocks[row], blocks[$0]) }
    }
  }
}
