internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// Names that mean something else in filters and entries.
  static let reservedAxes = [
    "id", "value", "vars", "tags", "tag", "checks", "outcome", "case",
  ]

  /// The axes of `matrix`, and `repeat`.
  mutating func matrix(_ node: YAMLNode) {
    guard let members = mapping(node, of: "'matrix'") else {
      sound.isMatrixBroken = true
      return
    }
    let axisMembers = members.filter { $0.key != "repeat" }
    guard axisMembers.count <= limits.axesMax else {
      error(
        "the matrix has \(axisMembers.count) axes", at: node.place,
        hint: "at most \(limits.axesMax) are allowed")
      sound.isMatrixBroken = true
      return
    }
    for member in members {
      if member.key == "repeat" {
        repeatCount =
          wholeNumber(member.value, of: "'repeat'", in: 1...limits.repeatMax) ?? repeatCount
      } else {
        axis(member)
      }
    }
  }

  private mutating func axis(_ member: YAMLNode.Member) {
    let (name, place) = (member.key, member.keyPlace)
    sound.brokenAxes.insert(name)
    let nodes = member.value.elements ?? [member.value]
    guard isAxisName(name, at: place) else { return }
    let kind = Self.kind(of: nodes, name: name)
    guard !nodes.isEmpty else {
      error(
        "the axis \(VisibleText.quote(name)) has no entries", at: member.value.place,
        hint: "remove it, or list what it should try")
      return
    }
    // Each is an entry at least, and reading one takes time.
    guard isAllowed(entryCount: nodes.count, of: name, at: place) else { return }
    var blocks: [Axis.Block] = []
    var count = 0
    for node in nodes {
      guard let block = block(node, of: name, kind: kind) else { continue }
      count += block.count
      blocks.append(block)
    }
    guard isAllowed(entryCount: count, of: name, at: place) else { return }
    guard !blocks.isEmpty else { return }
    let fields = claim(blocks, axis: name)
    let variables = claimVariables(blocks, axis: name)
    claimChecks(blocks, axis: name)
    let axis = Axis(
      name: name, location: place.location(in: path), fields: fields, variables: variables,
      blocks: blocks)
    let lookup = lookup(of: axis, isPartial: blocks.count < nodes.count)
    lookups.append(lookup)
    sound.brokenAxes.remove(name)
  }

  private mutating func isAllowed(entryCount count: Int, of axis: String, at place: Place) -> Bool {
    guard count > limits.entriesPerAxisMax else { return true }
    error(
      "the axis \(VisibleText.quote(axis)) has \(count.grouped) entries", at: place,
      hint: "an axis has at most \(limits.entriesPerAxisMax.grouped) entries")
    return false
  }

  private mutating func isAxisName(_ name: String, at place: Place) -> Bool {
    if let problem = IdentifierProblem.find(in: name) {
      error(
        "\(VisibleText.quote(name)) cannot name an axis: "
          + problem.replacing("an id", with: "a name"), at: place)
      return false
    }
    if Self.reservedAxes.contains(name) {
      error(
        "\(VisibleText.quote(name)) cannot name an axis: it has a meaning of its own", at: place)
      return false
    }
    return true
  }

  /// Whether an axis is named for a field or a variable, or has entries that set what they name.
  private static func kind(of nodes: [YAMLNode], name: String) -> AxisKind {
    if let field = RequestField(rawValue: name) { return .field(field) }
    func holdsValue(_ node: YAMLNode) -> Bool {
      node.members.map { $0.contains { $0.key == "value" } } ?? true
    }
    let setsFields = nodes.contains { node in
      !holdsValue(node)
        && node.members?.contains { $0.key == "vars" || RequestField(rawValue: $0.key) != nil }
          == true
    }
    return !setsFields && nodes.contains(where: holdsValue) ? .variable : .entries
  }

  /// Notes which fields the entries set, each of which nothing else may set.
  private mutating func claim(_ blocks: [Axis.Block], axis: String) -> [RequestField] {
    var fields: [RequestField: Place] = [:]
    for block in blocks {
      switch block {
      case .listed(let entry):
        for assignment in entry.assignments where fields[assignment.field] == nil {
          fields[assignment.field] = assignment.place
        }
      case .seeds(_, let place): fields[.seed] = fields[.seed] ?? place
      }
    }
    let sorted = fields.keys.sorted { Self.order($0) < Self.order($1) }
    for field in sorted {
      guard let place = fields[field] else { continue }
      claim(field, at: place, by: "the axis \(VisibleText.quote(axis))")
    }
    return sorted
  }

  /// Notes who sets a field; a second one is an error that names both.
  mutating func claim(_ field: RequestField, at place: Place, by owner: String) {
    if let earlier = owners[field] {
      error(
        "'\(field.rawValue)' is set by \(earlier.name) and by \(owner)", at: place,
        hint: "each field is set in one place", notes: [("first here", earlier.place)])
      sound.hasConflicts = true
    } else {
      owners[field] = (owner, place)
    }
  }

  /// Notes which checks entries declare; two axes that declare one leave open which holds.
  private mutating func claimChecks(_ blocks: [Axis.Block], axis: String) {
    var declared: [String: SourceLocation] = [:]
    var labels: [String] = []
    for case .listed(let entry) in blocks {
      for check in entry.checks where declared[check.label] == nil {
        declared[check.label] = check.location
        labels.append(check.label)
      }
    }
    for label in labels {
      guard let location = declared[label] else { continue }
      let place = Place(line: location.line, column: location.column)
      if let earlier = checkOwners[label] {
        error(
          "entries of two axes declare the check '\(label)', and a case has one of each",
          at: place, hint: "declare it in one axis, or for the whole suite",
          notes: [("first here", earlier)])
      } else {
        checkOwners[label] = place
      }
    }
  }

  /// Makes an axis searchable, and says what stands in it twice.
  private mutating func lookup(of axis: Axis, isPartial: Bool) -> AxisLookup {
    var lookup = AxisLookup(axis: axis, isPartial: isPartial)
    var stretches: [(range: SeedRange, place: Place)] = []
    for (block, start) in zip(axis.blocks, axis.starts) {
      switch block {
      case .seeds(let range, let place):
        stretches.append((range, place))
        lookup.insert(seeds: range, start)
      case .listed(let entry):
        var request = AxisLookup.blank
        for assignment in entry.assignments { assignment.value.set(in: &request) }
        if entry.variables.isEmpty, let seed = lookup.plainSeed(of: request) {
          let range = SeedRange(first: seed, step: 1, count: 1)
          stretches.append((range, entry.place))
          lookup.insert(seeds: range, start)
        } else {
          let identity = lookup.identity(of: request, entry)
          if let earlier = lookup.identities[identity] {
            error(
              "the entry \(VisibleText.quote(entry.id)) asks for the same as an earlier one",
              at: entry.place, notes: [("first here", place(ofEntry: earlier, in: axis))])
            lookup.copies.insert(start)
            continue
          }
          lookup.insert(identity: identity, start)
        }
        checkID(of: entry, in: lookup)
        lookup.insert(id: entry.id, start)
        lookup.insert(value: entry.shown, start)
      }
    }
    checkSeeds(stretches, axis: axis.name)
    checkSeedIDs(in: lookup)
    return lookup
  }

  private mutating func checkID(of entry: ListedEntry, in lookup: AxisLookup) {
    let id = VisibleText.quote(entry.id)
    if isKeptForRepeats(entry.id) {
      error(
        "the id \(id) is kept for repeats", at: entry.idPlace,
        hint: "give it another: {id: …, value: …}")
    } else if let earlier = lookup.ids[entry.id.lowercased()] {
      let other = lookup.axis.entry(at: earlier).id
      error(
        other == entry.id
          ? "the id \(id) stands for two entries"
          : "the ids \(VisibleText.quote(other)) and \(id) differ in case only, "
            + "as file names may not",
        at: entry.idPlace, hint: "give one of them another: {id: …, value: …}",
        notes: [("first here", place(ofEntry: earlier, in: lookup.axis))])
    }
  }

  /// `r1`, `r2`… end the ids of repeated cases.
  func isKeptForRepeats(_ id: String) -> Bool {
    id.lowercased().hasPrefix("r") && Decimal.isWhole(id.dropFirst())
  }

  /// Says where a chosen id is the one that a seed of the axis makes.
  private mutating func checkSeedIDs(in lookup: AxisLookup) {
    for case .listed(let entry) in lookup.axis.blocks {
      let id = entry.id.lowercased()
      guard id.hasPrefix("s"), Decimal.isWhole(id.dropFirst()), let seed = Int(id.dropFirst()),
        let index = lookup.entry(seed: seed)
      else { continue }
      let block = lookup.axis.blocks[lookup.axis.block(ofEntry: index)]
      guard case .seeds(_, let place) = block else { continue }
      error(
        "the id \(VisibleText.quote(entry.id)) stands for two entries", at: entry.idPlace,
        hint: "the seed \(seed) makes it", notes: [("the seed is here", place)])
    }
  }

  func place(ofEntry index: Int, in axis: Axis) -> Place {
    axis.blocks[axis.block(ofEntry: index)].place
  }
}
