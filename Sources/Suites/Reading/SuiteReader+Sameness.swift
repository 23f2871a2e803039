internal import Canonical
internal import SeedreamAPI

/// What the included cases so far are called and ask for.
struct IncludedKeys {
  var ids: [String: Place] = [:]
  var requests: [RequestKey: Place] = [:]
}

extension SuiteReader {
  /// Whether an included case has an id of its own and asks for something of its own.
  ///
  /// Cases of the matrix cannot be the same, for their axes set different fields and no axis has
  /// two entries that ask for the same; so only included cases are compared, with each other by key
  /// and with the matrix by looking their values up.
  mutating func isNew(
    _ level: Level, _ draft: IncludeDraft, exclusion: Exclusion?, known: inout IncludedKeys
  ) -> Bool {
    if let same = matrixCase(askingFor: level.request, exclusion: exclusion) {
      error(
        "the included case asks for the same as the case \(VisibleText.quote(same)) of the matrix",
        at: draft.place, hint: "remove it, or exclude the other")
      return false
    }
    if let earlier = known.requests.updateValue(draft.place, forKey: level.request.key) {
      error(
        "the included case asks for the same as an earlier one", at: draft.place,
        notes: [("first here", earlier)])
      return false
    }
    let place = draft.id?.place ?? draft.place
    let shown = VisibleText.quote(level.id)
    if let id = draft.id, isKeptForRepeats(id.text) {
      error("the id \(VisibleText.quote(id.text)) is kept for repeats", at: id.place)
      return false
    }
    if let earlier = known.ids.updateValue(place, forKey: level.id.lowercased()) {
      error(
        "two included cases have the id \(shown)", at: place, hint: "give one of them an 'id'",
        notes: [("first here", earlier)])
      return false
    }
    if isMatrixCase(id: level.id, exclusion: exclusion) {
      error(
        "the included case has the id \(shown) of a case of the matrix", at: place,
        hint: "give it an 'id' of its own")
      return false
    }
    return true
  }

  /// The id of the matrix's case that asks for the same as a request.
  private func matrixCase(askingFor request: EditRequest, exclusion: Exclusion?) -> String? {
    guard let exclusion, !lookups.isEmpty else { return nil }
    var ofMatrix = baseRequest
    var entries: [Int] = []
    var ids: [String] = []
    for lookup in lookups {
      guard let index = lookup.entry(equalTo: request) else { return nil }
      entries.append(index)
      ids.append(lookup.axis.entry(at: index).id)
      for assignment in listedAssignments(index, in: lookup.axis) {
        assignment.set(in: &ofMatrix)
      }
    }
    let isSame = RequestField.allCases.allSatisfy {
      ofMatrix.identity(of: $0) == request.identity(of: $0)
    }
    guard isSame, !exclusion.excludes(entries) else { return nil }
    return ids.joined(separator: "--")
  }

  private func listedAssignments(_ index: Int, in axis: Axis) -> [FieldValue] {
    let block = axis.block(ofEntry: index)
    switch axis.blocks[block] {
    case .listed(let entry): return entry.assignments.map(\.value)
    case .seeds(let range, _):
      return Seed(range.first + (index - axis.starts[block]) * range.step).map { [.seed($0)] } ?? []
    }
  }

  /// Whether an id is that of a case of the matrix, case aside.
  private func isMatrixCase(id: String, exclusion: Exclusion?) -> Bool {
    guard let exclusion, !lookups.isEmpty else { return false }
    let parts = id.lowercased().split(separator: "--", omittingEmptySubsequences: false)
    guard parts.count == lookups.count else { return false }
    var entries: [Int] = []
    for (part, lookup) in zip(parts, lookups) {
      guard let entry = lookup.entry(id: String(part)) else { return false }
      entries.append(entry)
    }
    return !exclusion.excludes(entries)
  }
}
