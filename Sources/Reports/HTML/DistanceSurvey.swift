internal import Experiments
internal import ImageComparison
internal import SeedreamAPI
internal import Suites

/// How far the outputs of a run are from what is approved of them, by model and seed; bounded, however large the run.
struct DistanceSurvey: Hashable, Sendable {
  /// Models that have a row.
  static let modelsMax = 8
  /// Seeds that are told apart; distances of later ones are counted only.
  static let seedsMax = 2_000
  /// Distances that are kept one by one; of more only the spread of each seed is.
  static let pointsMax = 600

  /// The distances of one model and seed.
  struct Spread: Hashable, Sendable {
    var count = 0
    var sum = 0.0
    var least = Double.infinity
    var most = 0.0

    var mean: Double { sum / Double(max(1, count)) }

    mutating func add(_ other: Spread) {
      count += other.count
      sum += other.sum
      least = min(least, other.least)
      most = max(most, other.most)
    }
  }

  /// One distance.
  struct Point: Hashable, Sendable {
    let seed: SeedName
    let distance: Double
  }

  /// One row.
  struct Model: Hashable, Sendable {
    let name: String
    var seeds: [SeedName: Spread] = [:]
    var points: [Point] = []
  }

  /// The rows in the order in which cases name them.
  private(set) var models: [Model] = []
  /// All seeds.
  private(set) var seeds: Set<SeedName> = []
  /// How many distances there are.
  private(set) var count = 0
  /// How many of them are of models and seeds beyond the limits.
  private(set) var leftOutCount = 0

  /// Whether ``Model/points`` hold every distance.
  var holdsPoints: Bool { count <= Self.pointsMax }

  /// Takes what the checks of a case have measured.
  mutating func add(_ result: CaseResult) {
    let distances = Self.distances(of: result)
    guard !distances.isEmpty else { return }
    count += distances.count
    let identity = result.identity
    let seed = SeedName(identity.seed)
    let name = identity.cells.first { $0.axis == "model" }?.entry ?? identity.model.text
    let place = models.firstIndex { $0.name == name } ?? models.count
    guard place < Self.modelsMax, seeds.contains(seed) || seeds.count < Self.seedsMax else {
      leftOutCount += distances.count
      return
    }
    if place == models.count { models.append(Model(name: name)) }
    seeds.insert(seed)
    for distance in distances {
      models[place].seeds[seed, default: Spread()].add(
        Spread(count: 1, sum: distance, least: distance, most: distance))
      if holdsPoints { models[place].points.append(Point(seed: seed, distance: distance)) }
    }
  }

  /// The bits between each output and the nearest approved one, or what else it was compared with; none for a
  /// case without such a check.
  private static func distances(of result: CaseResult) -> [Double] {
    guard result.group == nil else { return [] }
    let check =
      result.checks.first { $0.name == "baseline" }
      ?? result.checks.first { check in check.measures.contains { distance($0) != nil } }
    guard let check else { return [] }
    let measured = check.measures.compactMap(distance)
    // Pictures of the same bytes or pixels need no measuring, and are at no distance.
    let isSame = check.name == "baseline" && check.verdict == .passed
    guard isSame, check.measures.count == measured.count else { return measured }
    return measured
      + [Double](repeating: 0, count: max(0, result.outputs.count - measured.count))
  }

  private static func distance(_ measure: Measure) -> Double? {
    measure.figures.first { $0.name == PDQ.version }?.value
  }
}
