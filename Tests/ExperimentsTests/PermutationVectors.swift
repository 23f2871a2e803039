import Experiments
import ImageComparison
import Testing

/// The test of many samples against the figures of scipy, by `Tests/Interop/energy_vectors.py`.
struct PermutationTests {
  /// A hash whose first bits are set, so that two of them differ by the difference of their numbers.
  private static func hash(_ bits: Int) throws -> PDQHash {
    let digits = (0..<64).reversed().map { digit -> String in
      let filled = min(4, max(0, bits - digit * 4))
      return String((1 << filled) - 1, radix: 16)
    }
    return try #require(PDQHash(hex: digits.joined()))
  }

  @Test(arguments: [
    ([0, 2, 5, 9], [1, 3, 4, 8], 0.5, 1.0, 70),
    ([0, 1, 2, 3], [120, 121, 123, 126], 238.25, 0.028571429, 70),
    ([0, 0, 0, 0], [0, 0, 0, 0], 0.0, 1.0, 70),
    ([10, 12, 17, 30], [20, 22, 24, 26, 28], 8.175, 0.095238095, 126),
    ([3, 50, 77, 90, 140], [5, 51, 70, 95, 141], 1.28, 1.0, 252),
    ([0, 5, 9, 14, 20, 31], [40, 44, 13, 60, 81, 12], 24.5, 0.036796537, 924),
    ([0, 255, 0, 255], [127, 128, 127, 128], 127.0, 0.2, 70),
  ])
  func `Distance and probability are those of scipy`(
    left: [Int], right: [Int], energy: Double, probability: Double, count: Int
  ) throws {
    let (one, two) = (try left.map(Self.hash), try right.map(Self.hash))
    #expect(one[0].distance(to: two[0]) == abs(left[0] - right[0]))
    let test = PermutationTest(one, two)
    #expect(abs(test.energy - energy) < 1e-9)
    #expect(abs(test.probability - probability) < 1e-9)
    #expect(test.arrangementCount == count)
    #expect(PermutationTest(two, one).probability == test.probability)
  }

  @Test func `No more than ten and ten are looked at`() throws {
    let many = try (0..<12).map { try Self.hash($0 * 3) }
    let test = PermutationTest(many, try (0..<11).map { try Self.hash(200 + $0) })
    #expect(test.referenceCount == 10 && test.candidateCount == 10)
    #expect(test.arrangementCount == 184_756)
    #expect(test.probability <= 2.0 / 184_756 + 1e-12)
  }
}
