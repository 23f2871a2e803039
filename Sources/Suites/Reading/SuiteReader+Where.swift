internal import Canonical
internal import SeedreamAPI

/// What a `where` means, in two forms.
struct ResolvedScope {
  var scope = CaseScope()
  /// The entries of the matrix, by axis; an axis that only included cases reach has an empty list.
  var entries: [Int: [Range<Int>]] = [:]
  var isSound = true
}

/// The entries of included cases, by axis.
struct IncludedEntries {
  /// What included cases have of one axis.
  struct Entries {
    var ids: [String: String] = [:]
    var values: [[UInt8]: Set<String>] = [:]
    var seeds: Set<Int> = []
  }

  private(set) var axes: [String: Entries] = [:]

  init(_ cases: [IncludedCase]) {
    for cell in cases.lazy.flatMap(\.level.cells) {
      axes[cell.axis, default: Entries()].ids[cell.entry.lowercased()] = cell.entry
      axes[cell.axis]?.values[Array(cell.value.utf8), default: []].insert(cell.entry)
      if let seed = Int(cell.value) { axes[cell.axis]?.seeds.insert(seed) }
    }
  }
}

extension SuiteReader {
  /// Keeps a `where` until all entries are known.
  ///
  /// - Returns: the index of its scope.
  mutating func keepScope(_ node: YAMLNode) -> Int {
    pendingScopes.append(node)
    return pendingScopes.count - 1
  }

  /// What the kept ones mean, by index.
  mutating func resolveScopes(_ included: IncludedEntries) -> [CaseScope] {
    pendingScopes.map { node in
      resolve(node, included, consequence: "the check applies to no case").scope
    }
  }

  /// What a `where` means.
  ///
  /// - Parameter consequence: what follows when it matches nothing, for messages.
  mutating func resolve(
    _ node: YAMLNode, _ included: IncludedEntries, consequence: String
  ) -> ResolvedScope {
    var resolved = ResolvedScope()
    guard let members = mapping(node, of: "'where'") else {
      resolved.isSound = false
      return resolved
    }
    if members.isEmpty {
      error("'where' names no axis", at: node.place, hint: "write {axis: entry}")
      resolved.isSound = false
    }
    for member in members {
      guard isScopeAxis(member, included) else {
        resolved.isSound = false
        continue
      }
      var term = CaseScope.Term(axis: member.key)
      var ranges: [Range<Int>] = []
      let values = member.value.elements ?? [member.value]
      if values.isEmpty { error("'where' names an empty list", at: member.value.place) }
      for value in values {
        let isFound = match(value, included, &term, &ranges, consequence: consequence)
        resolved.isSound = resolved.isSound && isFound
      }
      resolved.scope.terms.append(term)
      if let axis = lookups.firstIndex(where: { $0.axis.name == member.key }) {
        resolved.entries[axis] = Self.merged(ranges)
      }
    }
    return resolved
  }

  private mutating func isScopeAxis(
    _ member: YAMLNode.Member, _ included: IncludedEntries
  ) -> Bool {
    let names = lookups.map(\.axis.name)
    if names.contains(member.key) || included.axes[member.key] != nil { return true }
    if sound.isBroken(member.key) || mayBeIncluded(member.key) { return false }
    if member.key == "repeat" {
      error("'where' takes no repeats", at: member.keyPlace, hint: "it names axes and entries")
    } else {
      let others = included.axes.keys.filter { !names.contains($0) }.sorted()
      unknown(
        "axis", member.key, at: member.keyPlace, among: names + others + sound.brokenAxes.sorted())
    }
    return false
  }

  /// Finds the entries that one value names; `false` after an error.
  private mutating func match(
    _ node: YAMLNode, _ included: IncludedEntries, _ term: inout CaseScope.Term,
    _ ranges: inout [Range<Int>], consequence: String
  ) -> Bool {
    let lookup = lookups.first { $0.axis.name == term.axis }
    let others = included.axes[term.axis] ?? IncludedEntries.Entries()
    let text: String
    if node.members != nil {
      guard let size = pixels(node, of: "a value of 'where'") else { return false }
      text = size.description
    } else {
      guard let word = self.text(node, of: "a value of 'where'") else { return false }
      text = word
    }
    var isFound = false
    if let lookup, let entry = lookup.entry(idOrValue: text) {
      ranges.append(entry..<entry + 1)
      term.ids.insert(lookup.axis.entry(at: entry).id)
      isFound = true
    }
    let ids = others.ids[text.lowercased()].map { [$0] } ?? others.values[Array(text.utf8)] ?? []
    term.ids.formUnion(ids)
    if isFound || !ids.isEmpty { return true }
    if text.contains(".."), lookup.map({ $0.axis.fields == [.seed] }) ?? (term.axis == "seed") {
      guard let range = seeds(node) else { return false }
      term.seeds.append(range)
      let found = lookup?.axis.stretches(of: range, budget: &scopeBudget) ?? []
      scopeBudget -= others.seeds.count
      guard scopeBudget > 0 else {
        error(
          "the ranges of 'where' are compared with too many entries", at: node.place,
          hint: "name fewer of them, or larger ranges")
        return false
      }
      ranges += found
      if !found.isEmpty || others.seeds.contains(where: { range.index(of: $0) != nil }) {
        return true
      }
    }
    let isUnknown = lookup == nil && sound.isBroken(term.axis)
    if isUnknown || lookup?.isPartial == true || mayBeIncluded(term.axis) { return false }
    let nearest = NearestName.nearest(to: text, among: (lookup?.names ?? []) + others.ids.values)
    error(
      "\(VisibleText.quote(text)) matches no entry of the axis \(VisibleText.quote(term.axis)), "
        + "so that \(consequence)", at: node.place,
      hint: nearest.map { "did you mean \(VisibleText.quote($0))?" },
      notes: lookup.map { [("the axis is here", Place($0.axis.location))] } ?? [])
    return false
  }
}
