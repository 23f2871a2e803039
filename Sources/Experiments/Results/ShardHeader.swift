internal import Canonical

/// Which part of a plan a run had.
package struct ShardHeader: Hashable, Sendable {
  /// The part.
  package let shard: Shard
  /// How many cases each suite has over all parts, in order of the suites.
  package let caseCounts: [Int]
  /// How many cases each suite has without filters, which is the place of its first group.
  package let suiteCounts: [Int]

  /// Puts a header together.
  package init(_ shard: Shard, caseCounts: [Int], suiteCounts: [Int]) {
    precondition(caseCounts.count == suiteCounts.count, "both count the same suites")
    self.shard = shard
    self.caseCounts = caseCounts
    self.suiteCounts = suiteCounts
  }
}

/// The part of a run's header that says which shard it was.
///
/// Members: `index`, `count`, and of each suite a number in `cases` and in `suite_cases`.
enum EncodedShard {
  static func encode(_ header: ShardHeader) -> JSONValue {
    .members([
      "index": .integer(header.shard.index), "count": .integer(header.shard.count),
      "cases": .array(header.caseCounts.map { .integer($0) }),
      "suite_cases": .array(header.suiteCounts.map { .integer($0) }),
    ])
  }

  static func decode(_ place: EncodedPlace) throws(EncodedRunFailure) -> ShardHeader {
    let index = try place.member("index").integer(EncodedRun.countRange)
    let count = try place.member("count").integer(EncodedRun.countRange)
    guard let shard = Shard(index: index, of: count) else {
      throw place.failure("\(index) of \(count) is no shard")
    }
    let cases = try counts(place.member("cases"))
    let suiteCases = try counts(place.member("suite_cases"))
    guard cases.count == suiteCases.count else {
      throw place.failure("'cases' and 'suite_cases' are of different suites")
    }
    return ShardHeader(shard, caseCounts: cases, suiteCounts: suiteCases)
  }

  private static func counts(_ place: EncodedPlace) throws(EncodedRunFailure) -> [Int] {
    var counts: [Int] = []
    for element in try place.elements(max: EncodedRun.elementsMax) {
      counts.append(try element.integer(EncodedRun.countRange))
    }
    return counts
  }
}
