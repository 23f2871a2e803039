internal import SeedreamAPI

extension SuiteReader {
  /// Keys of an entry beside fields of the request.
  static let entryNames = ["id", "vars", "tags", "checks"]

  /// One element of an axis.
  mutating func block(_ node: YAMLNode, of axis: String, kind: AxisKind) -> Axis.Block? {
    if kind.field == .seed, node.scalar != nil {
      return seeds(node).map { .seeds($0, place: node.place) }
    }
    return entry(node, of: axis, kind: kind).map { .listed($0) }
  }

  /// An entry: a value, `{id, value}`, or `{id, field: …, vars, tags, checks}`.
  mutating func entry(_ node: YAMLNode, of axis: String, kind: AxisKind) -> ListedEntry? {
    if let members = node.members, kind.field != .size || !Self.isSize(members) {
      return entry(members, at: node.place, of: axis, kind: kind)
    }
    switch kind {
    case .field(let field): return assignment(field, node).flatMap { entry(for: $0) }
    case .variable: return setting(axis, node).flatMap { entry(for: $0) }
    case .entries:
      error(
        "an entry of \(VisibleText.quote(axis)) must be a mapping, found \(node.kind)",
        at: node.place, hint: "write {id: …, prompt: …}")
      return nil
    }
  }

  /// The entry that one value of a variable makes by itself.
  private mutating func entry(for setting: VariableSetting) -> ListedEntry? {
    guard let id = derivedID(for: setting) else { return nil }
    return ListedEntry(
      id: id, assignments: [], variables: [setting], shown: setting.value, tags: [], checks: [],
      place: setting.place, idPlace: setting.place)
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
    _ members: [YAMLNode.Member], at place: Place, of axis: String, kind: AxisKind
  ) -> ListedEntry? {
    let shownAxis = VisibleText.quote(axis)
    var draft = EntryDraft()
    for member in members { read(member, of: axis, kind, into: &draft) }
    guard draft.isSound else { return nil }
    guard !draft.assignments.isEmpty || !draft.variables.isEmpty else {
      error("an entry of \(shownAxis) sets no field of the request and no variable", at: place)
      return nil
    }
    let main = draft.assignments.first { $0.field == kind.field ?? .prompt }
    let own = draft.variables.first { kind.isVariable && $0.name == axis }
    guard kind.field == nil || main != nil, !kind.isVariable || own != nil else {
      error(
        "an entry of \(shownAxis) has no 'value'", at: place, hint: "write {id: …, value: …}")
      return nil
    }
    draft.assignments.sort { Self.order($0.field) < Self.order($1.field) }
    let id: (text: String, place: Place)
    if let chosen = draft.id {
      id = chosen
    } else if let own {
      guard let derived = derivedID(for: own) else { return nil }
      id = (derived, own.place)
    } else if let main, kind.field != nil {
      guard let derived = derivedID(for: main) else { return nil }
      id = (derived, main.place)
    } else {
      error("an entry of \(shownAxis) has no 'id'", at: place, hint: "write {id: …, prompt: …}")
      return nil
    }
    return ListedEntry(
      id: id.text, assignments: draft.assignments, variables: draft.variables,
      shown: own?.value ?? main?.shown ?? draft.shown, tags: draft.tags, checks: draft.checks,
      place: place, idPlace: id.place)
  }

  /// What has been read of an entry.
  private struct EntryDraft {
    var id: (text: String, place: Place)?
    var assignments: [Assignment] = []
    var variables: [VariableSetting] = []
    var tags: [String] = []
    var checks: [Check] = []
    var isSound = true

    /// What it sets, for people.
    var shown: String {
      if assignments.count == 1, variables.isEmpty { return assignments[0].shown }
      let fields = assignments.map { "\($0.field.rawValue)=\($0.shown)" }
      return (fields + variables.map { "\($0.name)=\($0.value)" }).joined(separator: ", ")
    }
  }

  private mutating func read(
    _ member: YAMLNode.Member, of axis: String, _ kind: AxisKind, into draft: inout EntryDraft
  ) {
    switch member.key {
    case "id":
      guard let id = self.id(member.value) else { return draft.isSound = false }
      draft.id = (id, member.value.place)
    case "tags": draft.tags = tags(member.value)
    case "checks": draft.checks = checks(member.value)
    case "value":
      switch kind {
      case .field(let field): add(field, member, to: &draft)
      case .variable: draft.isSound = add(setting(axis, member.value), to: &draft.variables)
      case .entries:
        error(
          "'value' stands for nothing, for other entries of \(VisibleText.quote(axis)) set fields",
          at: member.keyPlace, hint: "name what it sets: {id: …, prompt: …}")
        draft.isSound = false
      }
    case "vars":
      if !variables(member.value, into: &draft.variables) { draft.isSound = false }
    default:
      guard let field = RequestField(rawValue: member.key) else {
        unknown(
          "key", member.key, at: member.keyPlace,
          among: ["value"] + Self.entryNames + RequestField.allCases.map(\.rawValue))
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
