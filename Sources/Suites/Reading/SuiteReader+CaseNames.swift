internal import Canonical
internal import SeedreamAPI

/// A check that names a case.
struct CaseUse {
  let id: CaseID
  /// The name as it is written.
  let written: String
  let place: Place
  /// The check's own place; `nil` where it has a mistake.
  var check: SourceLocation?
}

extension SuiteReader {
  /// The id of a case, kept until all cases are known.
  mutating func caseName(_ node: YAMLNode) -> CaseID? {
    guard let text = text(node, of: "'case'") else { return nil }
    let isAllowed = text.utf8.allSatisfy {
      IdentifierRule.isAllowed($0) || $0 == UInt8(ascii: "~")
    }
    // An id that is written in full may be longer than the one that is used.
    guard isAllowed, !text.isEmpty, let id = CaseID(text) ?? CaseID(whole: text) else {
      error(
        "\(VisibleText.quote(text)) is no case id", at: node.place,
        hint: "case ids are listed by: proofsheet plan SUITE --list")
      return nil
    }
    caseUses.append(CaseUse(id: id, written: text, place: node.place))
    return id
  }

  /// Says which checks name a case that is not there, or the one that they are about.
  mutating func judgeCaseUses(_ expansion: Expansion, isCountable: Bool) {
    guard !caseUses.isEmpty else { return }
    var ids: [String: Int] = [:]
    for (index, included) in expansion.included.enumerated() { ids[included.level.id] = index }
    for use in caseUses {
      guard let level = level(of: use, expansion, ids, isCountable: isCountable) else {
        guard isMatrixSound, sound.areIncludesSound, isCountable, !sound.hasConflicts else {
          continue
        }
        error(
          "the suite has no case \(VisibleText.quote(use.written))", at: use.place,
          hint: hint(for: use, expansion, ids))
        continue
      }
      let own = level.checks.applying(to: level.cells, expansion.scopes).first {
        $0.name == .similarTo && $0.location == use.check
      }
      guard own != nil else { continue }
      error(
        "the check compares the case \(VisibleText.quote(use.written)) with itself", at: use.place,
        hint: "say with 'where' which cases it is for, and leave that one out")
    }
  }

  /// What is known of the case that a check names; `nil` where there is none.
  private func level(
    of use: CaseUse, _ expansion: Expansion, _ ids: [String: Int], isCountable: Bool
  ) -> Level? {
    for stem in stems(of: use.written) {
      if let index = ids[stem] { return expansion.included[index].level }
      if let level = matrixLevel(stem, expansion) { return level }
    }
    guard use.written.contains("~"), isCountable else { return nil }
    // What an id was cut from cannot be told from it.
    var cases = CaseSequence(expansion).prefix(limits.cutIDsMax).makeIterator()
    while let suiteCase = cases.next() {
      guard suiteCase.id == use.id else { continue }
      var level = expansion.base
      level.checks = suiteCase.checks
      level.cells = suiteCase.cells
      return level
    }
    return nil
  }

  /// The id without its repeat, and as it is.
  private func stems(of id: String) -> [String] {
    var stems = [id]
    let parts = id.split(separator: "--", omittingEmptySubsequences: false)
    if let last = parts.last, last.first == "r", let index = Int(last.dropFirst()),
      (1..<max(1, repeatCount)).contains(index), last == "r\(index)"
    {
      stems.append(parts.dropLast().joined(separator: "--"))
    }
    return stems
  }

  private func matrixLevel(_ stem: String, _ expansion: Expansion) -> Level? {
    guard expansion.hasProduct else { return nil }
    var level = expansion.base
    guard !lookups.isEmpty else { return stem == "only" || stem.isEmpty ? level : nil }
    guard let entries = matrixEntries(ofID: stem), !expansion.exclusion.excludes(entries) else {
      return nil
    }
    for (entry, lookup) in zip(entries, lookups) { level.add(entry, of: lookup.axis) }
    return level.id == stem ? level : nil
  }

  private func hint(
    for use: CaseUse, _ expansion: Expansion, _ ids: [String: Int]
  ) -> String {
    let listed = "case ids are listed by: proofsheet plan SUITE --list"
    if let near = nearMatrixCase(use.written, expansion) {
      return "did you mean \(VisibleText.quote(near))?"
    }
    let some = CaseSequence(expansion).prefix(NearestName.candidateCountMax).map(\.id.text)
    return NearestName.nearest(to: use.written, among: ids.keys.sorted() + some)
      .map { "did you mean \(VisibleText.quote($0))?" } ?? listed
  }

  /// The case of the matrix whose parts are each the nearest.
  private func nearMatrixCase(_ id: String, _ expansion: Expansion) -> String? {
    let parts = id.split(separator: "--", omittingEmptySubsequences: false)
    guard !lookups.isEmpty, parts.count == lookups.count else { return nil }
    var found: [String] = []
    for (part, lookup) in zip(parts, lookups) {
      let text = String(part)
      let entry =
        lookup.entry(id: text)
        ?? NearestName.nearest(to: text, among: lookup.names).flatMap {
          lookup.entry(idOrValue: $0)
        }
      guard let entry else { return nil }
      found.append(lookup.axis.entry(at: entry).id)
    }
    let near = found.joined(separator: "--")
    return matrixLevel(near, expansion).map(\.id)
  }
}

extension CaseID {
  /// Takes an id that is written in full, cut where it is too long.
  fileprivate init?(whole text: String) {
    guard !text.contains("~") else { return nil }
    self.init(joining: [text])
  }
}

extension Level {
  /// Adds the entry at an index of an axis.
  mutating func add(_ index: Int, of axis: Axis) {
    let block = axis.block(ofEntry: index)
    switch axis.blocks[block] {
    case .listed(let listed): add(listed, of: axis.name)
    case .seeds(let range, let place):
      add(seed: range.first + (index - axis.starts[block]) * range.step, of: axis.name, at: place)
    }
  }
}
