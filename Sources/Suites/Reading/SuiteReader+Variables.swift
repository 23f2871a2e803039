internal import SeedreamAPI

/// What the entries of an axis are.
enum AxisKind {
  /// Values of the field that the axis is named for.
  case field(RequestField)
  /// Values of the variable that the axis is named for.
  case variable
  /// Entries that each set what they name.
  case entries

  var field: RequestField? { if case .field(let field) = self { field } else { nil } }
  var isVariable: Bool { if case .variable = self { true } else { false } }
}

extension SuiteReader {
  /// The variables of `vars`; `false` after an error.
  mutating func variables(_ node: YAMLNode, into settings: inout [VariableSetting]) -> Bool {
    guard let members = mapping(node, of: "'vars'") else { return false }
    guard members.count <= limits.variablesMax else {
      error(
        "\(members.count) variables; at most \(limits.variablesMax) are allowed", at: node.place)
      return false
    }
    var isSound = true
    for member in members {
      let shown = VisibleText.quote(member.key)
      if let problem = IdentifierProblem.find(in: member.key) {
        error(
          "\(shown) is no name of a variable: \(problem.replacing("an id", with: "a name"))",
          at: member.keyPlace)
        isSound = false
      } else if RequestField(rawValue: member.key) != nil {
        error(
          "\(shown) is a field of the request and no variable", at: member.keyPlace,
          hint: "set it beside 'vars'")
        isSound = false
      } else if !add(setting(member.key, member.value), to: &settings) {
        isSound = false
      }
    }
    return isSound
  }

  /// Adds a setting; `false` after an error.
  mutating func add(_ setting: VariableSetting?, to settings: inout [VariableSetting]) -> Bool {
    guard let setting else { return false }
    if let earlier = settings.first(where: { $0.name == setting.name }) {
      error(
        "the entry sets the variable \(VisibleText.quote(setting.name)) twice", at: setting.place,
        notes: [("first here", earlier.place)])
      return false
    }
    settings.append(setting)
    return true
  }

  /// The value of a variable, which is put in as it is.
  mutating func setting(_ name: String, _ node: YAMLNode) -> VariableSetting? {
    guard let value = text(node, of: "the variable '\(name)'") else { return nil }
    guard !PromptTemplate.isMarked(value) else {
      error(
        "the value of a variable holds '{{'", at: node.place,
        hint: "values are put in as they are; only prompts have variables")
      return nil
    }
    return VariableSetting(name: name, value: value, place: node.place)
  }

  /// The id that a variable's value makes, or an error that asks for one.
  mutating func derivedID(for setting: VariableSetting) -> String? {
    if let id = EntryIdentifier.slug(setting.value), IdentifierProblem.find(in: id) == nil {
      return id
    }
    error(
      "\(VisibleText.quote(setting.value)) makes no id for its cases", at: setting.place,
      hint: "give it one: {id: …, value: …}")
    return nil
  }

  /// Notes which variables the entries of an axis set, each of which nothing else may set.
  mutating func claimVariables(_ blocks: [Axis.Block], axis: String) -> [String] {
    var places: [String: Place] = [:]
    for case .listed(let entry) in blocks {
      for variable in entry.variables where places[variable.name] == nil {
        places[variable.name] = variable.place
      }
    }
    let names = places.keys.sorted()
    for name in names {
      guard let place = places[name] else { continue }
      if let earlier = variableOwners[name] {
        error(
          "the variable \(VisibleText.quote(name)) is set by the axis "
            + "\(VisibleText.quote(earlier.axis)) and by the axis \(VisibleText.quote(axis))",
          at: place, hint: "each variable is set in one place",
          notes: [("first here", earlier.place)])
        sound.hasConflicts = true
      } else {
        variableOwners[name] = (axis, place)
      }
    }
    return names
  }

  /// Judges the templates of `request` and the matrix: every variable is there where it is used.
  mutating func judgeTemplates() {
    if let template = baseTemplate {
      judge(template, at: owners[.prompt]?.place ?? suitePlace, own: nil)
    }
    for (index, lookup) in lookups.enumerated() {
      for case .listed(let entry) in lookup.axis.blocks {
        guard let template = entry.template else { continue }
        let place = entry.assignments.first { $0.field == .prompt }?.place ?? entry.place
        judge(template, at: place, own: (index, entry))
      }
    }
  }

  private mutating func judge(
    _ template: PromptTemplate, at place: Place, own: (axis: Int, entry: ListedEntry)?
  ) {
    for name in template.variables {
      usedVariables.insert(name)
      let ownerName = variableOwners[name]?.axis
      guard let ownerName, let owner = lookups.firstIndex(where: { $0.axis.name == ownerName })
      else {
        unknownVariable(name, at: place)
        continue
      }
      if let own, own.axis == owner {
        if !own.entry.variables.contains(where: { $0.name == name }) {
          error(
            "the prompt uses the variable \(VisibleText.quote(name)), which its entry does not set",
            at: place, hint: "other entries do: {vars: {\(name): …}}")
        }
      } else if let block = blockWithout(name, axis: owner) {
        error(
          "an entry of \(VisibleText.quote(lookups[owner].axis.name)) does not set the variable "
            + "\(VisibleText.quote(name)), which a prompt uses", at: block,
          notes: [("the prompt is here", place)])
      }
    }
  }

  /// The first entry of an axis that does not set a variable.
  private mutating func blockWithout(_ name: String, axis: Int) -> Place? {
    if let known = incompleteVariables[name] { return known }
    let block = lookups[axis].axis.blocks.first { block in
      guard case .listed(let entry) = block else { return true }
      return !entry.variables.contains { $0.name == name }
    }
    incompleteVariables[name] = .some(block?.place)
    return block?.place
  }

  /// Says that a template uses a variable that nothing sets.
  mutating func unknownVariable(_ name: String, at place: Place, own: [String] = []) {
    // What it was meant to be would be told as unused.
    hasBrokenTemplate = true
    guard !hasPartialVariables else { return }
    if RequestField(rawValue: name) != nil {
      error(
        "\(VisibleText.quote(name)) is a field of the request and no variable", at: place,
        hint: "an axis of another name, or 'vars' of an entry, makes a variable")
      return
    }
    // Nobody sees more errors, and looking through thousands of names for each is what takes time.
    guard log.counts[.error, default: 0] < limits.diagnosticsMax else {
      log.overflow += 1
      return
    }
    let isSmall = variableOwners.count <= NearestName.candidateCountMax
    let names = (isSmall ? variableOwners.keys.sorted() : []) + own
    if names.isEmpty {
      error(
        "unknown variable \(VisibleText.quote(name))", at: place,
        hint: "add an axis of that name to the matrix, or 'vars' to an entry")
    } else {
      unknown("variable", name, at: place, among: names)
    }
  }

  /// Whether an entry that could not be read may have set a variable.
  private var hasPartialVariables: Bool {
    sound.hasBrokenAxes || lookups.contains { $0.isPartial }
  }

  /// Says which variables no prompt of the matrix uses.
  mutating func judgeUnused() {
    guard !hasBrokenTemplate, !hasPartialVariables else { return }
    for (name, owner) in variableOwners.sorted(by: { $0.key < $1.key })
    where !usedVariables.contains(name) {
      sound.uselessAxes.insert(owner.axis)
      guard owner.axis == name, let lookup = lookups.first(where: { $0.axis.name == name }) else {
        error(
          "no prompt uses the variable \(VisibleText.quote(name))", at: owner.place,
          hint: "write {{\(name)}} in a prompt, or remove it")
        continue
      }
      let place = Place(lookup.axis.location, length: name.unicodeScalars.count)
      let names = RequestField.allCases.map(\.rawValue) + ["repeat"]
      // One letter is near to every other.
      if name.unicodeScalars.count > 2, isNear(name, names) {
        unknown("axis", name, at: place, among: names)
      } else {
        error(
          "the axis \(VisibleText.quote(name)) is no field of the request, and no prompt uses it",
          at: place, hint: "write {{\(name)}} in a prompt, or give its entries fields to set")
      }
    }
  }
}
