internal import Canonical
internal import SeedreamAPI

/// Writes the element of `include` by which a suite asks for a given request.
struct CaseElement {
  let axes: [Axis]
  /// Fields that `request` of the suite sets.
  let fixed: Set<RequestField>
  let wanted: WantedCase

  /// Entries of an axis that are looked through.
  static let entriesMax = 100_000

  /// The element in flow style, on one line.
  ///
  /// - Throws: ``PlacementProblem`` for an axis that no entry can be written for.
  func text() throws(PlacementProblem) -> String {
    var members = ["id: \(wanted.id)"]
    for axis in axes {
      guard let value = try value(on: axis) else { continue }
      members.append("\(axis.name): \(value)")
    }
    let owned = fixed.union(axes.flatMap(\.fields))
    let blank = AxisLookup.blank
    for field in RequestField.allCases where !owned.contains(field) {
      guard wanted.request.identity(of: field) != blank.identity(of: field) else { continue }
      members.append("\(field.rawValue): \(literal(field))")
    }
    return "{\(members.joined(separator: ", "))}"
  }

  /// What the element says of an axis; `nil` where its only entry is meant.
  private func value(on axis: Axis) throws(PlacementProblem) -> String? {
    if let found = agreeing(on: axis) ?? named(on: axis) {
      return axis.count == 1 ? nil : found
    }
    guard axis.variables.isEmpty else {
      throw PlacementProblem(
        "no entry of the axis '\(axis.name)' gives the prompt's words, and a new one would set "
          + "the variable '\(axis.variables[0])' of a template")
    }
    if axis.fields == [.seed], axis.name == RequestField.seed.rawValue { return literal(.seed) }
    let id = entryID(for: axis)
    if let field = RequestField(rawValue: axis.name) {
      return "{id: \(id), value: \(literal(field))}"
    }
    let fields = axis.fields.map { "\($0.rawValue): \(literal($0))" }
    return "{\((["id: \(id)"] + fields).joined(separator: ", "))}"
  }

  /// The entry that asks for the same as far as the axis's fields go.
  private func agreeing(on axis: Axis) -> String? {
    var seen = 0
    for block in axis.blocks {
      switch block {
      case .seeds(let range, _):
        if let seed = wanted.request.seed, range.index(of: seed.value) != nil {
          return "\(seed.value)"
        }
      case .listed(let entry):
        let isPlain = entry.template == nil && entry.variables.isEmpty
        if isPlain, entry.assignments.allSatisfy(agrees) { return entry.id }
      }
      seen += 1
      if seen >= Self.entriesMax { break }
    }
    return nil
  }

  private func agrees(_ assignment: Assignment) -> Bool {
    var request = wanted.request
    assignment.value.set(in: &request)
    return request.identity(of: assignment.field)
      == wanted.request.identity(of: assignment.field)
  }

  /// The entry of the name that the case has on an axis of the same name, where it fills in prompts.
  private func named(on axis: Axis) -> String? {
    guard let id = wanted.entries[axis.name] else { return nil }
    for case .listed(let entry) in axis.blocks where entry.id == id {
      let isTemplate = entry.template != nil || !entry.variables.isEmpty
      return isTemplate ? entry.id : nil
    }
    return nil
  }

  /// The id of a new entry: that of the case, unless the axis has it for something else.
  private func entryID(for axis: Axis) -> String {
    let taken = Set(
      axis.blocks.compactMap { block -> String? in
        guard case .listed(let entry) = block else { return nil }
        return entry.id.lowercased()
      })
    if let id = wanted.entries[axis.name], !taken.contains(id.lowercased()) { return id }
    return "p\(wanted.request.key.digest.short)"
  }

  /// A value as YAML; strings in double quotes, as JSON writes them.
  private func literal(_ field: RequestField) -> String {
    let request = wanted.request
    return switch field {
    case .model: JSONValue.string(request.model.text).canonicalText
    case .prompt: JSONValue.string(request.prompt).canonicalText
    case .images:
      "[\(wanted.images.map { JSONValue.string($0).canonicalText }.joined(separator: ", "))]"
    case .size:
      request.size.custom.map { "{width: \($0.width), height: \($0.height)}" }
        ?? request.size.preset?.rawValue ?? "auto"
    case .seed: request.seed.map { "\($0.value)" } ?? "0"
    case .enableSafetyChecker: "\(request.enableSafetyChecker)"
    case .enhancePromptMode: request.enhancePromptMode.rawValue
    case .n: "\(request.n)"
    case .outputFormat: request.outputFormat.rawValue
    }
  }
}
