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
  /// Cases of the matrix cannot be the same, for their axes set different fields, no axis has two
  /// entries that ask for the same, and prompts were compared as they are filled in; so only included
  /// cases are compared, with each other by key and with the matrix by looking their values up.
  mutating func isNew(
    _ level: Level, _ draft: IncludeDraft, exclusion: Exclusion?, known: inout IncludedKeys
  ) -> Bool {
    if let same = matrixCase(askingFor: level.request, exclusion: exclusion) {
      error(
        "the included case asks for the same as the case \(VisibleText.quote(same.id)) of the matrix",
        at: draft.place, hint: "remove it, or exclude the other",
        notes: [("the other is made here", same.place)])
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
    if let other = matrixCase(id: level.id, exclusion: exclusion) {
      error(
        "the included case has the id \(shown) of a case of the matrix", at: place,
        hint: "give it an 'id' of its own", notes: [("the other is made here", other)])
      return false
    }
    return true
  }

  /// The id of the matrix's case that asks for the same as a request, and where it is made.
  private func matrixCase(
    askingFor request: EditRequest, exclusion: Exclusion?
  ) -> (id: String, place: Place)? {
    guard let exclusion, !lookups.isEmpty else { return nil }
    // Where prompts are filled in, what they ask for tells the entries of their axes.
    let candidates = filled.map { filled in
      (filled.combinations[filled.digest(of: request)] ?? []).map { filled.fixed($0) }
    }
    for fixed in candidates ?? [[:]] {
      var entries: [Int] = []
      for (index, lookup) in lookups.enumerated() {
        guard let entry = fixed[index] ?? lookup.entry(equalTo: request) else { return nil }
        entries.append(entry)
      }
      let ofMatrix = level(
        of: Dictionary(zip(entries.indices, entries)) { first, _ in first })
      let other = ofMatrix.filledRequest
      let isSame = RequestField.allCases.allSatisfy {
        other.identity(of: $0) == request.identity(of: $0)
      }
      if isSame, !exclusion.excludes(entries) { return (ofMatrix.id, ofMatrix.place) }
    }
    return nil
  }

  /// Where the case of the matrix that has an id, case aside, is made.
  private func matrixCase(id: String, exclusion: Exclusion?) -> Place? {
    guard let exclusion, !lookups.isEmpty, let entries = matrixEntries(ofID: id) else { return nil }
    guard !exclusion.excludes(entries) else { return nil }
    return level(of: Dictionary(zip(entries.indices, entries)) { first, _ in first }).place
  }

  /// The entries that the parts of an id name, one an axis, case aside.
  func matrixEntries(ofID id: String) -> [Int]? {
    let parts = id.lowercased().split(separator: "--", omittingEmptySubsequences: false)
    guard parts.count == lookups.count else { return nil }
    var entries: [Int] = []
    for (part, lookup) in zip(parts, lookups) {
      guard let entry = lookup.entry(id: String(part)) else { return nil }
      entries.append(entry)
    }
    return entries
  }
}
