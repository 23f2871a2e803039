package import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites

/// What the answers of a probe say of an endpoint.
package struct ProbeAnalysis: Sendable {
  /// The finding.
  package let finding: ProbeFinding
  /// What to know of it beside the figures.
  package let notices: [String]

  /// One picture and what it was asked for.
  private struct Taken {
    let group: ProbeDesign.Group
    let output: OutputRecord
  }

  /// Compares and classifies.
  ///
  /// - Parameters:
  ///   - design: what was asked for.
  ///   - results: the answers, in the order of the design; each has its pictures.
  ///   - suite: the suite.
  ///   - at: the time.
  ///   - concurrency: how many comparisons are made at once.
  /// - Throws: ``ProbeFailure`` for answers without pictures, of several origins, or that cannot be
  ///   read.
  package static func analyse(
    _ design: ProbeDesign, _ results: [CaseResult], suite: SuiteName, at: Timestamp,
    concurrency: Int
  ) async throws -> ProbeAnalysis {
    var taken: [Taken] = []
    for (sample, result) in zip(design.samples, results) {
      // Of the request for several the first picture counts.
      guard let output = result.outputs.first(where: { $0.index == 0 }), output.picture != nil
      else {
        throw ProbeFailure(
          description: "\(result.identity.id) has no picture that can be compared: "
            + (result.outputs.first?.problem ?? result.reason))
      }
      taken.append(Taken(group: sample.group, output: output))
    }
    let origins = Set(results.compactMap(\.origin))
    guard origins.count == 1, let origin = origins.first else {
      throw ProbeFailure(
        description: "the pictures come from \(origins.map(\.description).sorted()); "
          + "a probe is of one endpoint")
    }
    let plan = PairPlan(taken.map(\.group))
    let compared = try await ProbePictures(taken.map(\.output)).compare(
      plan.all, concurrency: concurrency)
    return ProbeAnalysis(
      design, plan, compared, suite: suite, origin: origin, at: at)
  }

  private init(
    _ design: ProbeDesign, _ plan: PairPlan, _ compared: [ProbePictures.Pair: ProbePictures.Result],
    suite: SuiteName, origin: Origin, at: Timestamp
  ) {
    let measurements = plan.conditions.compactMap { condition, count, pairs in
      pairs.isEmpty
        ? nil
        : ProbeFinding.Measurement(
          condition, sampleCount: count, distances: pairs.compactMap { compared[$0]?.distance })
    }
    let effect = SeedEffect(plan.matrix(compared), sameCount: plan.same.count)
    let same = measurements.first { $0.condition == .sameSeed }?.distances.map(\.level) ?? []
    let endpointClass = Self.classify(same, effect)
    finding = ProbeFinding(
      suite: suite, at: at, origin: origin, endpointClass: endpointClass,
      recommended: Self.recommendation(endpointClass, same), measurements: measurements,
      model: design.base.request.model, caseID: design.base.id, seedEffect: effect)
    var notices = design.notices
    if compared.values.contains(where: { !$0.isClear }) {
      notices.append(
        "some pictures hold too little for their hashes to be relied on; whether a seed has an "
          + "effect is better asked with a picture that shows more")
    }
    self.notices = notices
  }

  /// The strictest class that all pairs of the same request allow.
  static func classify(
    _ same: [ImageComparison.ComparisonLevel], _ effect: SeedEffect
  ) -> EndpointClass {
    switch same.min() ?? .different {
    case .identicalBytes: .byte
    case .identicalPixels: .pixel
    case .near: .near
    case .similar, .different: effect.isSignificant ? .seedEffective : .free
    }
  }

  /// The level that single outputs can be held to.
  ///
  /// Where a seed fixes no more than the composition, outputs can be held to that if it was met by
  /// every pair; else only many samples together say anything.
  static func recommendation(
    _ endpointClass: EndpointClass, _ same: [ImageComparison.ComparisonLevel]
  ) -> Suites.ComparisonLevel? {
    switch endpointClass {
    case .byte: .identicalBytes
    case .pixel: .identicalPixels
    case .near: .near
    case .seedEffective: same.allSatisfy { $0 >= .similar } ? .similar : nil
    case .free: nil
    }
  }
}

/// Which pictures of a probe are compared with which.
private struct PairPlan {
  typealias Pair = ProbePictures.Pair

  let same: [Int]
  let other: [Int]
  let batch: [Int]
  let delivery: [Int]
  let zero: [Int]

  init(_ groups: [ProbeDesign.Group]) {
    func places(_ group: ProbeDesign.Group) -> [Int] {
      groups.indices.filter { groups[$0] == group }
    }
    same = places(.same)
    other = places(.other)
    batch = places(.batch)
    delivery = places(.delivery)
    zero = places(.zero)
  }

  private static func among(_ places: [Int]) -> [Pair] {
    places.enumerated().flatMap { index, first in
      places[(index + 1)...].map { Pair(first: first, second: $0) }
    }
  }

  private static func between(_ first: [Int], _ second: [Int]) -> [Pair] {
    first.flatMap { left in second.map { Pair(first: min(left, $0), second: max(left, $0)) } }
  }

  /// Each condition with the number of its pictures and its pairs.
  var conditions: [(ProbeFinding.Condition, count: Int, pairs: [Pair])] {
    [
      (.sameSeed, same.count, Self.among(same)),
      (
        .otherSeeds, same.count + other.count, Self.between(same, other) + Self.among(other)
      ),
      (.firstOfFour, same.count + batch.count, Self.between(same, batch)),
      (.delivery, same.count + delivery.count, Self.between(same, delivery)),
      (.seedZero, zero.count, Self.among(zero)),
    ]
  }

  /// All pairs, none twice.
  var all: [Pair] { conditions.flatMap(\.pairs) }

  /// The bits between all pictures of one seed and of others, those of one seed first.
  func matrix(_ compared: [Pair: ProbePictures.Result]) -> [[Int]] {
    let places = same + other
    return places.map { row in
      places.map { column in
        row == column
          ? 0
          : compared[Pair(first: min(row, column), second: max(row, column))]?.distance.bits ?? 0
      }
    }
  }
}
