import Experiments
import Testing

/// What the tests of comparisons do on simulated pictures: without an effect false alarms stay at the
/// stated level, and an effect is found as often as is stated here.
struct DriftSimulationTests {
  static let trialCount = 2_000
  /// The most alarms of a test at 5 % in 2,000 trials: the mean and three standard deviations.
  static let alarmsMax = 129

  /// How often a test alarms.
  ///
  /// - Parameter shift: how far the second side lies, where 1 is the noise of repeats.
  static func alarms(
    _ noise: DriftTest.Noise, seeds: Int, repeats: Int, shift: Double, seedNoise: Double = 3
  ) throws -> Int {
    var made = MadeDrift(seed: 20_261_126)
    var count = 0
    for _ in 0..<trialCount {
      let samples = made.samples(
        seeds: seeds, repeats: repeats, shift: shift, seedNoise: seedNoise)
      let test = try #require(DriftTest(samples, against: noise))
      if test.chance.probability <= ChanceTest.significance { count += 1 }
    }
    return count
  }

  @Test(arguments: [
    (DriftTest.Noise.repeats, 4, 2), (.repeats, 5, 2), (.repeats, 1, 4), (.seeds, 6, 1),
    (.seeds, 8, 2),
  ])
  func `Without an effect false alarms stay at the level`(
    noise: DriftTest.Noise, seeds: Int, repeats: Int
  ) throws {
    let alarms = try Self.alarms(noise, seeds: seeds, repeats: repeats, shift: 0)
    #expect(alarms <= Self.alarmsMax, "\(alarms) of \(Self.trialCount)")
    // A test that never alarms would be of no use.
    #expect(alarms > 0)
  }

  @Test(arguments: [
    (DriftTest.Noise.repeats, 5, 2, 2.0, 0.5), (.repeats, 5, 2, 4.0, 0.95),
    (.repeats, 3, 3, 3.0, 0.8), (.seeds, 8, 1, 12.0, 0.9), (.seeds, 10, 1, 6.0, 0.6),
  ])
  func `With an effect at least this share is found`(
    noise: DriftTest.Noise, seeds: Int, repeats: Int, shift: Double, power: Double
  ) throws {
    let alarms = try Self.alarms(noise, seeds: seeds, repeats: repeats, shift: shift)
    #expect(
      Double(alarms) >= power * Double(Self.trialCount), "\(alarms) of \(Self.trialCount)")
  }

  @Test func `Over a family of prompts without an effect one false alarm or more is as rare`()
    throws
  {
    var made = MadeDrift(seed: 77)
    var families = 0
    for _ in 0..<Self.trialCount {
      let tests = (0..<6).map { _ in
        [
          DriftTest(
            made.samples(seeds: 5, repeats: 2, shift: 0, seedNoise: 3), against: .repeats)?.chance
        ]
      }
      let verdicts = DriftVerdict.decide(
        tests, areSame: [Bool](repeating: false, count: tests.count))
      if verdicts.contains(where: { $0.verdict == .changed }) { families += 1 }
    }
    #expect(families <= Self.alarmsMax, "\(families) of \(Self.trialCount)")
    #expect(families > 0)
  }

  /// How the two metrics of a prompt depend on each other.
  enum Dependence: CaseIterable { case none, same }

  @Test(arguments: Dependence.allCases)
  func `With two metrics a prompt one false alarm or more is as rare`(
    dependence: Dependence
  ) throws {
    var made = MadeDrift(seed: 78)
    var families = 0
    for _ in 0..<Self.trialCount {
      let tests = (0..<4).map { _ in
        func test() -> ChanceTest? {
          DriftTest(
            made.samples(seeds: 5, repeats: 2, shift: 0, seedNoise: 3), against: .repeats)?.chance
        }
        let first = test()
        return [first, dependence == .same ? first : test()]
      }
      let verdicts = DriftVerdict.decide(
        tests, areSame: [Bool](repeating: false, count: tests.count))
      if verdicts.contains(where: { $0.verdict == .changed }) { families += 1 }
    }
    #expect(families <= Self.alarmsMax, "\(families) of \(Self.trialCount)")
    #expect(families > 0)
  }

  @Test func `A change that one of two metrics sees is found beside the other's noise`() throws {
    var made = MadeDrift(seed: 79)
    var found = 0
    for _ in 0..<Self.trialCount {
      let tests = [0.0, 6.0].map { shift in
        DriftTest(
          made.samples(seeds: 5, repeats: 2, shift: shift, seedNoise: 3), against: .repeats)?.chance
      }
      if DriftVerdict.decide([tests], areSame: [false])[0].verdict == .changed { found += 1 }
    }
    #expect(Double(found) >= 0.95 * Double(Self.trialCount), "\(found) of \(Self.trialCount)")
  }
}
