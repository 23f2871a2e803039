import Canonical
import Experiments
import Foundation
import Testing

/// Whether a seed has an effect, beside SciPy's permutation test.
struct SeedEffectTests {
  /// Distances, with the p-value that SciPy gives.
  struct Vector: Sendable, CustomTestStringConvertible {
    let sameCount: Int
    let distances: [[Int]]
    let probability: Double

    var testDescription: String { "\(sameCount) of \(distances.count), p = \(probability)" }
  }

  /// Made by `Tests/Interop/seed_effect_vectors.py`.
  static func vectors() throws -> [Vector] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Vectors/seed-effect.json")
    let json = try JSONParser.parse(Array(Data(contentsOf: file)))
    var vectors: [Vector] = []
    for vector in try #require(json["vectors"]?.array) {
      var rows: [[Int]] = []
      for row in try #require(vector["distances"]?.array) {
        rows.append(try #require(row.array).compactMap(\.integer))
      }
      let probability = try #require(vector["p"]).canonicalText
      vectors.append(
        Vector(
          sameCount: try #require(vector["same"]?.integer), distances: rows,
          probability: try #require(Double(probability))))
    }
    return vectors
  }

  @Test(arguments: try vectors())
  func `The p-value is SciPy's`(vector: Vector) {
    let effect = SeedEffect(vector.distances, sameCount: vector.sameCount)
    #expect(abs(effect.probability - vector.probability) < 1e-9)
  }

  @Test func `There are vectors of significant and of other effects`() throws {
    let effects = try Self.vectors().map { SeedEffect($0.distances, sameCount: $0.sameCount) }
    #expect(effects.contains { $0.isSignificant })
    #expect(effects.contains { !$0.isSignificant })
  }

  @Test(arguments: [(3, 20), (4, 70), (8, 12_870)])
  func `The clearest of so many choices is one of all`(count: Int, choices: Int) {
    let distances = (0..<2 * count).map { row in
      (0..<2 * count).map { column in row < count && column < count ? 0 : 30 }
    }
    let effect = SeedEffect(distances, sameCount: count)
    #expect(effect.choices == choices)
    #expect(effect.asLarge == 1)
    #expect(effect.isSignificant)
  }

  @Test func `Pictures that are all alike have no seed's effect`() {
    let effect = SeedEffect(
      [[Int]](repeating: [Int](repeating: 0, count: 8), count: 8), sameCount: 4)
    #expect(effect.asLarge == effect.choices)
    #expect(!effect.isSignificant)
  }

  @Test func `Counts that cannot be are no effect`() {
    #expect(SeedEffect(asLarge: 0, of: 70) == nil)
    #expect(SeedEffect(asLarge: 71, of: 70) == nil)
    #expect(SeedEffect(asLarge: 70, of: 70)?.probability == 1)
  }
}
