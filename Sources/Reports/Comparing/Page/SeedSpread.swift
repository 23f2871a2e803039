internal import SeedreamAPI

/// A seed as the page names it, in the order of its columns.
struct SeedName: Hashable, Comparable {
  /// The seed; `nil` where it was left to the service.
  let seed: Seed?

  init(_ seed: Seed?) { self.seed = seed }

  /// As people read it.
  var text: String { seed.map { "seed \($0)" } ?? "no seed" }
  /// As a column is headed.
  var short: String { seed.map { "\($0)" } ?? "none" }
  /// As a part of an anchor.
  var anchor: String { seed.map { "s\($0)" } ?? "none" }

  static func < (left: SeedName, right: SeedName) -> Bool {
    (left.seed?.value ?? -1) < (right.seed?.value ?? -1)
  }
}

/// The distances of the answers of one seed.
struct SeedSpread {
  /// The seed; `nil` where it was left to the service.
  let seed: Seed?
  /// Those of a picture of the first side and one of the second.
  let across: [Double]
  /// Those of two pictures of the first side.
  let withinFirst: [Double]
  /// Those of two pictures of the second side.
  let withinSecond: [Double]
}
