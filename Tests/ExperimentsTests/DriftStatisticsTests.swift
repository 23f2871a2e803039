import Canonical
import Experiments
import Foundation
import Testing

/// The statistics of comparisons, beside SciPy and statsmodels; the vectors are made by
/// `Tests/Interop/drift_vectors.py`.
struct DriftStatisticsTests {
  /// One vector, read by each test as it needs it.
  struct Vector: Sendable, CustomTestStringConvertible {
    let json: JSONValue
    let testDescription: String

    init(_ json: JSONValue, _ name: String) {
      self.json = json
      testDescription = name
    }

    func number(_ name: String) throws -> Double {
      let value = try #require(json[name])
      return try #require(Double(value.canonicalText))
    }

    func numbers(_ name: String) throws -> [Double] {
      try Self.numbers(json[name])
    }

    func matrix() throws -> [[Double]] {
      try #require(json["distances"]?.array).map { try Self.numbers($0) }
    }

    private static func numbers(_ value: JSONValue?) throws -> [Double] {
      var numbers: [Double] = []
      for element in try #require(value?.array) {
        numbers.append(try #require(Double(element.canonicalText)))
      }
      return numbers
    }
  }

  static func vectors(_ kind: String) throws -> [Vector] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Vectors/drift.json")
    let json = try JSONParser.parse(Array(Data(contentsOf: file)))
    return try #require(json[kind]?.array).enumerated().map { Vector($1, "\(kind) \($0)") }
  }

  @Test(arguments: try vectors("drift"))
  func `A drift's statistic and p-value are those of SciPy`(vector: Vector) throws {
    func places(_ value: JSONValue) throws -> [Int] {
      try #require(value.array).compactMap(\.integer)
    }
    var blocks: [DriftSamples.Block] = []
    for block in try #require(vector.json["blocks"]?.array) {
      let sides = try #require(block.array)
      blocks.append(
        DriftSamples.Block(first: try places(sides[0]), second: try places(sides[1])))
    }
    let noise = try #require(
      vector.json["noise"]?.string.flatMap(DriftTest.Noise.init(rawValue:)))
    let test = try #require(
      DriftTest(DriftSamples(blocks, distances: try vector.matrix()), against: noise))
    #expect(test.chance.isExact)
    #expect(abs(test.chance.statistic - (try vector.number("statistic"))) < 1e-9)
    #expect(abs(test.chance.probability - (try vector.number("p"))) < 1e-12)
    let mean = test.differences.reduce(0, +) / Double(test.differences.count)
    #expect(abs(mean - test.chance.statistic) < 1e-9)
  }

  @Test(arguments: try vectors("signs"))
  func `A sign-flip test's p-value is SciPy's, and the bootstrap's interval near it`(
    vector: Vector
  ) throws {
    let values = try vector.numbers("values")
    #expect(abs(ChanceTest.signFlip(values).probability - (try vector.number("p"))) < 1e-12)
    let interval = try #require(BootstrapInterval(values))
    let (low, high) = (try vector.number("low"), try vector.number("high"))
    // Both draw: the ends of such intervals scatter by a few percent of their width.
    let tolerance = (high - low) * 0.05
    #expect(abs(interval.low - low) <= tolerance)
    #expect(abs(interval.high - high) <= tolerance)
  }

  @Test(arguments: try vectors("energy"))
  func `An energy distance and its p-value are SciPy's`(vector: Vector) throws {
    let first = try #require(vector.json["first"]?.integer)
    let test = PermutationTest(
      try vector.matrix().map { $0.map { Int($0) } }, referenceCount: first)
    #expect(abs(test.energy - (try vector.number("statistic"))) < 1e-9)
    #expect(abs(test.probability - (try vector.number("p"))) < 1e-12)
  }

  @Test(arguments: try vectors("corrections"))
  func `Corrections are those of statsmodels and SciPy`(vector: Vector) throws {
    let values = try vector.numbers("values")
    for (own, other) in zip(Correction.holm(values), try vector.numbers("holm")) {
      #expect(abs(own - other) < 1e-12)
    }
    for (own, other) in zip(Correction.benjaminiHochberg(values), try vector.numbers("bh")) {
      #expect(abs(own - other) < 1e-12)
    }
  }

  // MARK: - Drawn arrangements

  @Test func `Drawn sign flips come near to all of them, and the same each time`() {
    var numbers = SeededNumbers(seed: 5)
    let values = (0..<17).map { _ in numbers.nextShare() - 0.4 }
    let exact = ChanceTest.signFlip(values)
    #expect(exact.isExact)
    // One value of 0 more changes no p-value, and makes too many arrangements.
    let drawn = ChanceTest.signFlip(values + [0])
    #expect(!drawn.isExact)
    #expect(abs(drawn.probability - exact.probability) < 0.02)
    #expect(drawn == ChanceTest.signFlip(values + [0]))
    #expect(drawn != ChanceTest.signFlip(values + [0], seed: 9))
  }

  @Test func `No sign matters where nothing differs`() {
    let nothing = ChanceTest.signFlip([Double](repeating: 0, count: 40))
    #expect(nothing.probability == 1)
    #expect(nothing.arrangementCount == ChanceTest.drawCount)
    #expect(nothing.least == 1 / Double(1 + ChanceTest.drawCount))
  }

  @Test(arguments: DriftTest.Noise.allCases)
  func `Many seeds are drawn from, and a clear drift is found`(noise: DriftTest.Noise) throws {
    var made = MadeDrift(seed: 3)
    let test = try #require(
      DriftTest(made.samples(seeds: 20, repeats: 2, shift: 5, seedNoise: 1), against: noise))
    #expect(!test.chance.isExact)
    #expect(test.chance.probability == test.chance.least)
    #expect(try #require(test.interval).low > 0)
  }

  // MARK: - What cannot be tested

  @Test func `Without repeats there is no test against them`() {
    var made = MadeDrift(seed: 1)
    let samples = made.samples(seeds: 4, repeats: 1, shift: 9, seedNoise: 1)
    #expect(DriftTest(samples, against: .repeats) == nil)
    #expect(samples.acrossRepeats == nil)
    #expect(DriftTest(samples, against: .seeds) != nil)
  }

  @Test func `One seed is no test against seeds`() {
    var made = MadeDrift(seed: 1)
    let samples = made.samples(seeds: 1, repeats: 3, shift: 9, seedNoise: 1)
    #expect(DriftTest(samples, against: .seeds) == nil)
    #expect(samples.acrossSeeds == nil)
  }

  @Test func `Seeds of one side alone are left out`() {
    let samples = DriftSamples(
      [.init(first: [0], second: []), .init(first: [1], second: [2])],
      distances: [[0, 1, 1], [1, 0, 4], [1, 4, 0]])
    #expect(samples.blocks.count == 1)
    #expect(samples.acrossSides == 4)
  }

  @Test(arguments: [
    (DriftTest.Noise.repeats, 2, 1, 3), (.repeats, 2, 4, 4), (.repeats, 4, 1, 1),
    (.repeats, 3, 40, 3), (.seeds, 1, 1, 6), (.seeds, 1, 4, 8), (.seeds, 2, 40, 11),
  ])
  func `So many seeds are just enough`(
    noise: DriftTest.Noise, repeats: Int, tests: Int, expected: Int
  ) throws {
    #expect(DriftTest.seedsNeeded(against: noise, repeats: repeats, tests: tests) == expected)
    var made = MadeDrift(seed: 8)
    func least(_ seeds: Int) throws -> Double {
      let samples = made.samples(seeds: seeds, repeats: repeats, shift: 100, seedNoise: 1)
      return try #require(DriftTest(samples, against: noise)).chance.least
    }
    let level = ChanceTest.significance / Double(tests)
    #expect(try least(expected) <= level)
    if expected > 1 { #expect(try least(expected - 1) > level) }
  }

  @Test func `A true partner among others has the first rank`() {
    var made = MadeDrift(seed: 2)
    #expect(
      made.samples(seeds: 5, repeats: 1, shift: 0, seedNoise: 100).partnerRanks
        == [1, 1, 1, 1, 1])
    let alike = DriftSamples(
      (0..<3).map { .init(first: [2 * $0], second: [2 * $0 + 1]) },
      distances: [[Double]](repeating: [Double](repeating: 1, count: 6), count: 6))
    #expect(alike.partnerRanks == [2, 2, 2])
  }

  // MARK: - Verdicts

  @Test func `Verdicts follow from all tests together`() throws {
    var made = MadeDrift(seed: 4)
    func test(_ seeds: Int, _ shift: Double) throws -> ChanceTest {
      let samples = made.samples(seeds: seeds, repeats: 2, shift: shift, seedNoise: 1)
      return try #require(DriftTest(samples, against: .repeats)).chance
    }
    let verdicts = DriftVerdict.decide(
      [[try test(6, 50)], [try test(6, 0)], [try test(2, 50)], [nil], [try test(6, 0)]],
      areSame: [false, false, false, false, true])
    #expect(
      verdicts.map(\.verdict) == [.changed, .withinNoise, .notEnough, .notEnough, .same])
    #expect(verdicts[3].holm == [nil])
    #expect(verdicts[0].holm == [4 / 729.0])
  }
}

/// Points of a plane that stand for pictures.
struct MadeDrift {
  private var numbers: SeededNumbers

  init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

  /// A number of a normal distribution (Box and Muller 1958).
  private mutating func normal() -> Double {
    let radius = (-2 * log(1 - numbers.nextShare())).squareRoot()
    return radius * cos(2 * .pi * numbers.nextShare())
  }

  /// Pictures around a place that each seed has, those of the second side shifted.
  ///
  /// - Parameters:
  ///   - seeds: how many seeds.
  ///   - repeats: how many pictures of each on each side.
  ///   - shift: how far the second side lies, where 1 is the noise of repeats.
  ///   - seedNoise: how far seeds scatter.
  mutating func samples(
    seeds: Int, repeats: Int, shift: Double, seedNoise: Double
  ) -> DriftSamples {
    var points: [(Double, Double)] = []
    var blocks: [DriftSamples.Block] = []
    for _ in 0..<seeds {
      let place = (seedNoise * normal(), seedNoise * normal())
      var sides: [[Int]] = []
      for side in 0..<2 {
        sides.append(Array(points.count..<points.count + repeats))
        for _ in 0..<repeats {
          points.append((place.0 + normal() + (side == 1 ? shift : 0), place.1 + normal()))
        }
      }
      blocks.append(DriftSamples.Block(first: sides[0], second: sides[1]))
    }
    let distances = points.map { left in
      points.map { hypot(left.0 - $0.0, left.1 - $0.1) }
    }
    return DriftSamples(blocks, distances: distances)
  }
}
