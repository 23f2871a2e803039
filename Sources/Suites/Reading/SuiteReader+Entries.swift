internal import SeedreamAPI

extension SuiteReader {
  /// Keys of an entry beside fields of the request.
  private static let entryKeys = ["id", "value", "tags", "checks"]

  /// One element of an axis.
  ///
  /// - Parameter field: the field that the axis is named for.
  mutating func block(_ node: YAMLNode, of axis: String, field: RequestField?) -> Axis.Block? {
    if field == .seed, node.scalar != nil {
      return seeds(node).map { .seeds($0, place: node.place) }
    }
    return entry(node, of: axis, field: field).map { .listed($0) }
  }

  /// An entry: a value, `{id, value}`, or `{id, field: …, tags, checks}`.
  mutating func entry(_ node: YAMLNode, of axis: String, field: RequestField?) -> ListedEntry? {
    if let members = node.members, field != .size || !Self.isSize(members) {
      return entry(members, at: node.place, of: axis, field: field)
    }
    guard let field else {
      error(
        "an entry of \(VisibleText.quote(axis)) must be a mapping, found \(node.kind)",
        at: node.place, hint: "write {id: …, prompt: …}")
      return nil
    }
    return assignment(field, node).flatMap { entry(for: $0) }
  }

  /// The entry that one value makes by itself.
  mutating func entry(for assignment: Assignment) -> ListedEntry? {
    guard let id = derivedID(for: assignment) else { return nil }
    return ListedEntry(
      id: id, assignments: [assignment], shown: assignment.shown, tags: [], checks: [],
      place: assignment.place, idPlace: assignment.place)
  }

  private static func isSize(_ members: [YAMLNode.Member]) -> Bool {
    let keys = members.map(\.key)
    return (keys.contains("width") || keys.contains("height"))
      && !keys.contains("value") && !keys.contains("size")
  }

  private mutating func entry(
    _ members: [YAMLNode.Member], at place: Place, of axis: String, field: RequestField?
  ) -> ListedEntry? {
    let shownAxis = VisibleText.quote(axis)
    var draft = EntryDraft()
    for member in members { read(member, of: field, into: &draft) }
    guard draft.isSound else { return nil }
    guard let first = draft.assignments.first else {
      if let value = draft.value {
        refuseForNow(
          "the axis \(shownAxis) is no field of the request, so that its values would be variables "
            + "of templates", at: value)
      } else {
        error("an entry of \(shownAxis) sets no field of the request", at: place)
      }
      return nil
    }
    if let field, !draft.assignments.contains(where: { $0.field == field }) {
      error(
        "an entry of \(shownAxis) has no 'value'", at: place, hint: "write {id: …, value: …}")
      return nil
    }
    draft.assignments.sort { Self.order($0.field) < Self.order($1.field) }
    let main = draft.assignments.first { $0.field == field ?? .prompt }
    let id: (text: String, place: Place)
    if let chosen = draft.id {
      id = chosen
    } else if let main, field != nil {
      guard let derived = derivedID(for: main) else { return nil }
      id = (derived, main.place)
    } else {
      error("an entry of \(shownAxis) has no 'id'", at: place, hint: "write {id: …, prompt: …}")
      return nil
    }
    let shown =
      main?.shown
      ?? (draft.assignments.count == 1
        ? first.shown
        : draft.assignments.map { "\($0.field.rawValue)=\($0.shown)" }.joined(separator: ", "))
    return ListedEntry(
      id: id.text, assignments: draft.assignments, shown: shown, tags: draft.tags,
      checks: draft.checks, place: place, idPlace: id.place)
  }

  /// What has been read of an entry.
  private struct EntryDraft {
    var id: (text: String, place: Place)?
    var value: Place?
    var assignments: [Assignment] = []
    var tags: [String] = []
    var checks: [Check] = []
    var isSound = true
  }

  private mutating func read(
    _ member: YAMLNode.Member, of axisField: RequestField?, into draft: inout EntryDraft
  ) {
    switch member.key {
    case "id":
      guard let id = self.id(member.value) else { return draft.isSound = false }
      draft.id = (id, member.value.place)
    case "tags": draft.tags = tags(member.value)
    case "checks": draft.checks = checks(member.value)
    case "value":
      draft.value = member.value.place
      if let axisField { add(axisField, member, to: &draft) }
    default:
      guard let field = RequestField(rawValue: member.key) else {
        unknown(
          "key", member.key, at: member.keyPlace,
          among: Self.entryKeys + RequestField.allCases.map(\.rawValue))
        draft.isSound = false
        return
      }
      add(field, member, to: &draft)
    }
  }

  private mutating func add(
    _ field: RequestField, _ member: YAMLNode.Member, to draft: inout EntryDraft
  ) {
    if let earlier = draft.assignments.first(where: { $0.field == field }) {
      error(
        "the entry sets '\(field.rawValue)' twice", at: member.keyPlace,
        notes: [("first here", earlier.place)])
      draft.isSound = false
    } else if let assignment = assignment(field, member.value) {
      draft.assignments.append(assignment)
    } else {
      draft.isSound = false
    }
  }

  /// The id that a value makes, or an error that asks for one.
  mutating func derivedID(for assignment: Assignment) -> String? {
    if let id = EntryIdentifier.made(of: assignment), IdentifierProblem.find(in: id) == nil {
      return id
    }
    error(
      "\(VisibleText.quote(assignment.shown)) makes no id for its cases", at: assignment.place,
      hint: "give it one: {id: …, value: …}")
    return nil
  }

  /// The place of a field in the contract.
  static func order(_ field: RequestField) -> Int {
    RequestField.allCases.firstIndex(of: field) ?? 0
  }
}
