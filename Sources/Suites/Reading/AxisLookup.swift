internal import Canonical
internal import SeedreamAPI

/// Finds the entries of an axis by id, by value as written, and by what they ask for.
struct AxisLookup {
  let axis: Axis
  /// Whether entries are missing because they have mistakes of their own.
  let isPartial: Bool
  /// Entries by id in lower case.
  private(set) var ids: [String: Int] = [:]
  /// Entries by the bytes of the value as it is shown.
  private(set) var values: [[UInt8]: Int] = [:]
  /// Entries by the values of all the axis's fields, defaults filled in.
  private(set) var identities: [JSONValue: Int] = [:]
  /// Seeds that stand alone, and entries that set nothing but one.
  private(set) var seeds: [Int: Int] = [:]
  /// Entries that ask for the same as an earlier one, which is told.
  var copies: Set<Int> = []
  private(set) var ranges: [(range: SeedRange, start: Int)] = []

  /// What a request is that nothing has set yet.
  static let blank = EditRequest(prompt: "", images: [])

  init(axis: Axis, isPartial: Bool) {
    self.axis = axis
    self.isPartial = isPartial
  }

  /// The entry of that id.
  func entry(id: String) -> Int? {
    if let entry = ids[id.lowercased()] { return entry }
    guard id.utf8.first == UInt8(ascii: "s"), Decimal.isWhole(id.dropFirst()),
      let seed = Int(id.dropFirst()), let entry = entry(seed: seed),
      axis.entry(at: entry).id == id
    else { return nil }
    return entry
  }

  /// The entry of that id, else the one whose value is written so.
  func entry(idOrValue text: String) -> Int? {
    entry(id: text) ?? values[Array(text.utf8)]
      ?? (Decimal.isWhole(text) ? Int(text).flatMap { entry(seed: $0) } : nil)
  }

  /// The entry that sets that seed and nothing else.
  func entry(seed: Int) -> Int? {
    if let entry = seeds[seed] { return entry }
    for (range, start) in ranges {
      if let index = range.index(of: seed) { return start + index }
    }
    return nil
  }

  /// The entry that asks for the same as a request, as far as the axis's fields go.
  func entry(equalTo request: EditRequest) -> Int? {
    if let entry = identities[identity(of: request)] { return entry }
    guard let seed = plainSeed(of: request) else { return nil }
    return entry(seed: seed)
  }

  /// The seed of a request that has defaults in the axis's other fields.
  func plainSeed(of request: EditRequest) -> Int? {
    guard let seed = request.seed, axis.fields.contains(.seed) else { return nil }
    let others = axis.fields.filter { $0 != .seed }
    let isPlain = others.allSatisfy {
      request.identity(of: $0) == Self.blank.identity(of: $0)
    }
    return isPlain ? seed.value : nil
  }

  /// The values of all the axis's fields.
  func identity(of request: EditRequest) -> JSONValue {
    .array(axis.fields.map { request.identity(of: $0) })
  }

  /// The values of all the axis's fields and variables, as an entry sets them.
  ///
  /// A template is told from a prompt of the same text.
  func identity(of request: EditRequest, _ entry: ListedEntry) -> JSONValue {
    let plain = identity(of: request)
    guard entry.template != nil || !entry.variables.isEmpty else { return plain }
    let variables = entry.variables.sorted { $0.name < $1.name }
    return .array([
      plain, .bool(entry.template != nil),
      .array(variables.flatMap { [.string($0.name), .string($0.value)] }),
    ])
  }

  /// Words that name entries, for proposals.
  var names: [String] {
    axis.blocks.prefix(NearestName.candidateCountMax).flatMap { block -> [String] in
      guard case .listed(let entry) = block else { return [] }
      let isShort = entry.shown.utf8.count <= NearestName.scalarCountMax
      return isShort && entry.shown != entry.id ? [entry.id, entry.shown] : [entry.id]
    }
  }

  mutating func insert(id: String, _ entry: Int) { ids[id.lowercased()] = entry }

  mutating func insert(value: String, _ entry: Int) {
    if values[Array(value.utf8)] == nil { values[Array(value.utf8)] = entry }
  }

  mutating func insert(identity: JSONValue, _ entry: Int) { identities[identity] = entry }

  mutating func insert(seeds range: SeedRange, _ entry: Int) {
    if range.count == 1 { seeds[range.first] = entry } else { ranges.append((range, entry)) }
  }
}
