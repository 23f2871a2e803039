/// Which cases something is about: of each axis that it names, those with one of some entries.
struct CaseScope: Hashable, Sendable {
  /// The entries of one axis.
  struct Term: Hashable, Sendable {
    let axis: String
    var ids: Set<String> = []
    var seeds: [SeedRange] = []

    func admits(_ cell: CaseCell) -> Bool {
      if ids.contains(cell.entry) { return true }
      guard !seeds.isEmpty, let seed = Int(cell.value) else { return false }
      return seeds.contains { $0.index(of: seed) != nil }
    }
  }

  var terms: [Term] = []

  /// Whether a case of these entries is meant.
  func admits(_ cells: [CaseCell]) -> Bool {
    terms.allSatisfy { term in cells.contains { $0.axis == term.axis && term.admits($0) } }
  }
}

extension [Check] {
  /// The checks that hold for a case: of several of one name, the last that is about it, and with it
  /// those of its kind that say the same of where they hold.
  ///
  /// - Parameter scopes: what the indices of the checks' scopes stand for.
  func applying(to cells: [CaseCell], _ scopes: [CaseScope]) -> [Check] {
    guard contains(where: { $0.scope != nil }) else { return self }
    var applying: [Check] = []
    for check in self {
      guard let scope = check.scope else {
        applying.append(check)
        continue
      }
      guard scopes[scope].admits(cells) else { continue }
      let isReplaced = { (earlier: Check) in
        guard earlier.label == check.label else { return false }
        guard check.name.mayRepeat, let other = earlier.scope else { return true }
        return scopes[other] != scopes[scope]
      }
      let index = applying.firstIndex(where: isReplaced)
      applying.removeAll(where: isReplaced)
      applying.insert(check, at: index ?? applying.endIndex)
    }
    return applying
  }
}
