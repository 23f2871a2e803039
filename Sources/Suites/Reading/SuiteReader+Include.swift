internal import Canonical
internal import SeedreamAPI

/// An element of `include` while it is read.
struct IncludeDraft {
  let place: Place
  /// One entry an axis, of the matrix or new; `nil` until a member names it.
  ///
  /// What stays so to the end is the one entry of its axis, or a mistake.
  var entries: [ListedEntry?]
  /// Fields that are no axis.
  var extras: [Assignment] = []
  var variables: [VariableSetting] = []
  var id: (text: String, place: Place)?
  var tags: [String] = []
  var checks: [Check] = []
  var isSound = true

  /// Everything that the case sets beside `request`.
  var assignments: [Assignment] { entries.flatMap { $0?.assignments ?? [] } + extras }
}

extension SuiteReader {
  /// The cases of `include`, as far as they are sound.
  mutating func include(_ node: YAMLNode, base: Level, exclusion: Exclusion?) -> [IncludedCase] {
    let before = log.errorCount
    // A case that collides with another is known as well as any other, and hides no mistake.
    var collisionCount = 0
    defer { if log.errorCount > before + collisionCount { sound.areIncludesSound = false } }
    guard let elements = list(node, of: "'include'") else { return [] }
    guard elements.count <= limits.includesMax else {
      error(
        "\(elements.count.grouped) included cases", at: node.place,
        hint: "at most \(limits.includesMax.grouped) are allowed; a matrix takes more")
      return []
    }
    var known = IncludedKeys()
    var cases: [IncludedCase] = []
    for element in elements {
      guard let members = mapping(element, of: "an included case") else { continue }
      var draft = IncludeDraft(place: element.place, entries: lookups.map { _ in nil })
      for member in members { read(member, into: &draft) }
      complete(&draft)
      guard draft.isSound, let drafted = level(of: draft, base: base),
        let level = filled(drafted, draft)
      else {
        sound.areIncludesSound = false
        continue
      }
      judgePairs(of: draft, request: level.request)
      if !isNew(level, draft, exclusion: exclusion, known: &known) { collisionCount += 1 }
      cases.append(IncludedCase(level: level))
    }
    return cases
  }

  private mutating func read(_ member: YAMLNode.Member, into draft: inout IncludeDraft) {
    if let axis = lookups.firstIndex(where: { $0.axis.name == member.key }) {
      draft.entries[axis] = entry(member.value, of: lookups[axis])
      if draft.entries[axis] == nil { draft.isSound = false }
      return
    }
    switch member.key {
    case "id":
      draft.id = id(member.value).map { ($0, member.value.place) }
      if draft.id == nil { draft.isSound = false }
    case "vars": readVariables(member.value, into: &draft)
    case "tags": draft.tags = tags(member.value)
    case "checks": draft.checks = checks(member.value)
    case let key where sound.brokenAxes.contains(key): draft.isSound = false
    case "repeat":
      error(
        "'repeat' is no part of an included case", at: member.keyPlace,
        hint: "'repeat' of the matrix holds for every case")
      draft.isSound = false
    default: readExtra(member, into: &draft)
    }
  }

  private mutating func readVariables(_ node: YAMLNode, into draft: inout IncludeDraft) {
    if !variables(node, into: &draft.variables) { draft.isSound = false }
    for setting in draft.variables {
      guard let owner = variableOwners[setting.name] else { continue }
      tellTwice(setting, owner)
      draft.isSound = false
    }
  }

  private mutating func tellTwice(
    _ setting: VariableSetting, _ owner: (axis: String, place: Place)
  ) {
    error(
      "the variable \(VisibleText.quote(setting.name)) is set by the axis "
        + "\(VisibleText.quote(owner.axis)) and by the included case", at: setting.place,
      hint: "each variable is set in one place", notes: [("first here", owner.place)])
  }

  private mutating func readExtra(_ member: YAMLNode.Member, into draft: inout IncludeDraft) {
    guard let field = RequestField(rawValue: member.key) else {
      draft.isSound = false
      guard !sound.isMatrixBroken else { return }
      unknown(
        "key", member.key, at: member.keyPlace,
        among: lookups.map(\.axis.name) + Self.entryNames
          + RequestField.allCases.map(\.rawValue))
      return
    }
    if let owner = owners[field] {
      error(
        "'\(field.rawValue)' is set by \(owner.name) and by the included case",
        at: member.keyPlace, hint: "each field is set in one place",
        notes: [("first here", owner.place)])
      draft.isSound = false
    } else if let assignment = assignment(field, member.value) {
      draft.extras.append(assignment)
    } else {
      draft.isSound = false
    }
  }

  /// The entry that a value of an included case names, or a new one that it gives.
  ///
  /// - Returns: `nil` for a value of which a mistake was told, or which an axis that could not be read in full may
  ///   hold: its own mistake was told then.
  private mutating func entry(_ node: YAMLNode, of lookup: AxisLookup) -> ListedEntry? {
    let axis = lookup.axis
    let field = RequestField(rawValue: axis.name)
    let kind: AxisKind =
      field.map { .field($0) } ?? (axis.variables.contains(axis.name) ? .variable : .entries)
    if let text = node.scalar, let index = lookup.entry(idOrValue: text) {
      return listed(index, in: axis, at: node.place)
    }
    if let text = node.scalar {
      if lookup.isPartial { return nil }
      let names = lookup.names
      // A slip in an id must not be bought as a new prompt or model.
      let isName = field == nil || [.prompt, .model].contains(field)
      let isEntry = field == nil && !kind.isVariable
      if isName, isEntry || isNear(text, names) {
        unknown("entry of the axis '\(axis.name)'", text, at: node.place, among: names)
        return nil
      }
    }
    if field == .seed, node.scalar != nil {
      return assignment(.seed, node).flatMap { entry(for: $0) }
    }
    guard let entry = entry(node, of: axis.name, kind: kind) else { return nil }
    return isFit(entry, for: lookup) ? entry : nil
  }

  /// Whether a new entry sets what its axis may set, under an id of its own.
  private mutating func isFit(_ entry: ListedEntry, for lookup: AxisLookup) -> Bool {
    var isFit = true
    for assignment in entry.assignments where !lookup.axis.fields.contains(assignment.field) {
      guard let owner = owners[assignment.field] else { continue }
      error(
        "'\(assignment.field.rawValue)' is set by \(owner.name) and by the included case",
        at: assignment.place, hint: "each field is set in one place",
        notes: [("first here", owner.place)])
      isFit = false
    }
    for setting in entry.variables where !lookup.axis.variables.contains(setting.name) {
      guard let owner = variableOwners[setting.name] else { continue }
      tellTwice(setting, owner)
      isFit = false
    }
    if isKeptForRepeats(entry.id) {
      error("the id \(VisibleText.quote(entry.id)) is kept for repeats", at: entry.idPlace)
      isFit = false
    }
    if let earlier = lookup.entry(id: entry.id) {
      error(
        "the id \(VisibleText.quote(entry.id)) stands for another entry of the axis "
          + VisibleText.quote(lookup.axis.name), at: entry.idPlace,
        hint: "name that entry by its id alone, or give the new one another",
        notes: [("the entry is here", place(ofEntry: earlier, in: lookup.axis))])
      isFit = false
    }
    return isFit
  }

  private func listed(_ index: Int, in axis: Axis, at place: Place) -> ListedEntry {
    let block = axis.block(ofEntry: index)
    switch axis.blocks[block] {
    case .listed(let entry): return entry
    case .seeds(let range, let seedsPlace):
      let seed = Seed(range.first + (index - axis.starts[block]) * range.step)
      let shown = seed.map(\.description) ?? ""
      let value = seed.map { FieldValue.seed($0) }
      let assignments = value.map {
        [Assignment(field: .seed, value: $0, shown: shown, place: seedsPlace)]
      }
      return ListedEntry(
        id: "s\(shown)", assignments: assignments ?? [], shown: shown, tags: [], checks: [],
        place: place, idPlace: place)
    }
  }

  /// Fills in the axes of one entry, and says what is missing.
  private mutating func complete(_ draft: inout IncludeDraft) {
    var missing: [String] = []
    for (index, lookup) in lookups.enumerated() where draft.entries[index] == nil {
      if lookup.axis.count == 1 {
        draft.entries[index] = listed(0, in: lookup.axis, at: draft.place)
      } else {
        missing.append(VisibleText.quote(lookup.axis.name))
      }
    }
    guard draft.isSound else { return }
    if !missing.isEmpty {
      error(
        "the included case lacks \(missing.joined(separator: ", "))", at: draft.place,
        hint: "it names every axis of more than one entry")
      draft.isSound = false
    }
    for field in [RequestField.prompt, .images] where owners[field]?.name != "request" {
      guard draft.isSound, !draft.assignments.contains(where: { $0.field == field }),
        owners[field] != nil || !mayBeSet
      else { continue }
      error("the included case sets no '\(field.rawValue)'", at: draft.place)
      draft.isSound = false
    }
  }

  private mutating func level(of draft: IncludeDraft, base: Level) -> Level? {
    var level = base
    for (entry, lookup) in zip(draft.entries, lookups) {
      if let entry { level.add(entry, of: lookup.axis.name) }
    }
    for extra in draft.extras.sorted(by: { Self.order($0.field) < Self.order($1.field) }) {
      let made = draft.id == nil ? derivedID(for: extra) : EntryIdentifier.made(of: extra) ?? "-"
      guard let made else { return nil }
      level.add(
        ListedEntry(
          id: made, assignments: [extra], shown: extra.shown, tags: [], checks: [],
          place: extra.place, idPlace: extra.place), of: extra.field.rawValue)
    }
    for setting in draft.variables { level.variables[setting.name] = setting.value }
    level.add(tags: draft.tags)
    level.checks = level.checks.replaced(by: draft.checks)
    if let id = draft.id { level.id = id.text }
    level.place = draft.place
    return level
  }
}
