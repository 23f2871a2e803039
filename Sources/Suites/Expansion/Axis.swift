internal import SeedreamAPI
internal import SystemPackage

/// A place in a suite file, without the path that all places of a suite share.
struct Place: Hashable, Sendable, Comparable {
  /// The line and the column, from 1, and the scalars that it covers.
  var line: Int
  var column: Int
  var length = 1

  static func < (left: Place, right: Place) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }

  func location(in path: FilePath) -> SourceLocation {
    SourceLocation(path: path, line: line, column: column)
  }
}

/// A field that an entry, an included case or `request` sets.
struct Assignment: Sendable {
  let field: RequestField
  let value: FieldValue
  /// The value as it is shown to people.
  let shown: String
  let place: Place
}

/// An entry that stands in the file by itself.
struct ListedEntry: Sendable {
  let id: String
  let assignments: [Assignment]
  var variables: [VariableSetting] = []
  let shown: String
  let tags: [String]
  let checks: [Check]
  let place: Place
  /// Where the id stands, or the value that it was made of.
  let idPlace: Place

  /// The prompt that cases fill in, where the entry sets one.
  var template: PromptTemplate? {
    for assignment in assignments {
      if case .template(let template) = assignment.value { return template }
    }
    return nil
  }
}

/// Seeds written as `first..last step k`; a single seed is a range of one.
struct SeedRange: Hashable, Sendable {
  let first: Int
  let step: Int
  let count: Int

  var last: Int { first + (count - 1) * step }

  func index(of seed: Int) -> Int? {
    guard seed >= first, seed <= last, (seed - first) % step == 0 else { return nil }
    return (seed - first) / step
  }
}

/// A named list of the matrix; ranges stay ranges.
package struct Axis: Sendable {
  /// Entries that stand together.
  enum Block: Sendable {
    case listed(ListedEntry)
    case seeds(SeedRange, place: Place)

    var count: Int {
      switch self {
      case .listed: 1
      case .seeds(let range, _): range.count
      }
    }

    var place: Place {
      switch self {
      case .listed(let entry): entry.place
      case .seeds(_, let place): place
      }
    }
  }

  /// The name in the matrix.
  package let name: String
  /// The fields that its entries set, in the order of the contract.
  package let fields: [RequestField]
  /// The variables of templates that its entries set, sorted.
  package let variables: [String]
  /// Where the name stands.
  package let location: SourceLocation
  /// The number of entries.
  package let count: Int
  let blocks: [Block]
  /// The index of each block's first entry.
  let starts: [Int]

  init(
    name: String, location: SourceLocation, fields: [RequestField], variables: [String],
    blocks: [Block]
  ) {
    self.name = name
    self.location = location
    self.fields = fields
    self.variables = variables
    self.blocks = blocks
    var starts: [Int] = []
    var count = 0
    for block in blocks {
      starts.append(count)
      count += block.count
    }
    self.starts = starts
    self.count = count
  }

  /// The block of an entry.
  func block(ofEntry index: Int) -> Int {
    var low = 0
    var high = blocks.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }

  /// The entry at an index below ``count``.
  package func entry(at index: Int) -> AxisEntry {
    precondition((0..<count).contains(index), "an entry's index is below \(count) (was \(index))")
    let block = block(ofEntry: index)
    let path = location.path
    switch blocks[block] {
    case .listed(let entry):
      return AxisEntry(
        id: entry.id, value: entry.shown, tags: entry.tags, checks: entry.checks,
        location: entry.place.location(in: path))
    case .seeds(let range, let place):
      let seed = range.first + (index - starts[block]) * range.step
      return AxisEntry(
        id: "s\(seed)", value: "\(seed)", tags: [], checks: [], location: place.location(in: path))
    }
  }
}

/// One element of an axis.
package struct AxisEntry: Hashable, Sendable {
  /// What it adds to case ids.
  package let id: String
  /// What it stands for, as shown to people.
  package let value: String
  /// Its tags.
  package let tags: [String]
  /// The checks that it declares.
  package let checks: [Check]
  /// Where it stands; for a seed of a range, the range.
  package let location: SourceLocation
}
