/// Counts the groups that the cases of a product make across one axis, without walking over them.
///
/// Entries that the rules of `exclude` treat alike are taken together, as ``Exclusion`` does when it
/// counts cases: what remains of the rules once all other axes are known says how many entries of the
/// group's own axis are left.
struct GroupCounter {
  /// What was counted.
  struct Tally: Hashable {
    /// Groups of at least one case.
    var groups = 0
    /// Groups of one case only.
    var singles = 0
  }

  /// Entries next to each other that the rules treat alike.
  private struct Stretch {
    let entries: Range<Int>
    let kind: Int
  }

  private let exclusion: Exclusion
  /// The axis across which groups are made; `nil` where no case of the product has it.
  private let axis: Int?
  /// The other axes in order.
  private let others: [Int]
  /// The entries that are meant, by axis.
  private let stretches: [[Stretch]]
  /// How many entries there are of each kind, by axis.
  private let counts: [[(kind: Int, count: Int)]]
  /// Rules that exclude a case whatever its entry of the group's axis is, by how many of the other
  /// axes are known.
  private let deadly: [Exclusion.RuleSet]

  /// - Parameters:
  ///   - axis: the axis across which groups are made; `nil` where no case of the product has it.
  ///   - scope: the entries that are meant, by axis; of an axis that is not named, all.
  init(_ exclusion: Exclusion, across axis: Int?, scope: [Int: [Range<Int>]]) {
    self.exclusion = exclusion
    self.axis = axis
    let axes = exclusion.axisCounts.indices
    let others = axes.filter { $0 != axis }
    let stretches = axes.map { index in
      (scope[index] ?? [0..<exclusion.axisCounts[index]]).flatMap {
        Self.stretches(of: exclusion.signatures[index], in: $0)
      }
    }
    self.others = others
    self.stretches = stretches
    counts = stretches.map { stretches in
      var counts: [Int: Int] = [:]
      for stretch in stretches { counts[stretch.kind, default: 0] += stretch.entries.count }
      return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    // Rules that no entry of the group's axis contradicts.
    var always = exclusion.all
    if let axis {
      for kind in exclusion.signatures[axis].kinds { always = always.common(with: kind) }
    }
    deadly = others.map { exclusion.complete[$0].common(with: always) }
  }

  private static func stretches(
    of signatures: Exclusion.Signatures, in range: Range<Int>
  ) -> [Stretch] {
    var found: [Stretch] = []
    var index = signatures.stretch(of: range.lowerBound)
    while index < signatures.stretches.count, signatures.stretches[index].start < range.upperBound {
      let stretch = signatures.stretches[index]
      let isLast = index + 1 == signatures.stretches.count
      let end = isLast ? range.upperBound : signatures.stretches[index + 1].start
      let entries = max(stretch.start, range.lowerBound)..<min(end, range.upperBound)
      found.append(Stretch(entries: entries, kind: stretch.kind))
      index += 1
    }
    return found
  }

  /// Counts all groups.
  func tally() -> Tally {
    var known: [[Exclusion.RuleSet: Tally]] = others.map { _ in [:] }
    return tally(0, exclusion.all, &known)
  }

  private func tally(
    _ depth: Int, _ rules: Exclusion.RuleSet, _ known: inout [[Exclusion.RuleSet: Tally]]
  ) -> Tally {
    guard depth < others.count else { return Self.tally(ofGroups: 1, size: size(rules)) }
    if rules.isNone {
      let groups = others[depth...].reduce(1) { product, axis in
        product.clampedTimes(counts[axis].reduce(0) { $0.clampedPlus($1.count) })
      }
      return Self.tally(ofGroups: groups, size: size(rules))
    }
    if let tally = known[depth][rules] { return tally }
    var total = Tally()
    for (kind, count) in counts[others[depth]] {
      guard let rest = narrowed(rules, depth, kind) else { continue }
      let inner = tally(depth + 1, rest, &known)
      total.groups = total.groups.clampedPlus(count.clampedTimes(inner.groups))
      total.singles = total.singles.clampedPlus(count.clampedTimes(inner.singles))
    }
    known[depth][rules] = total
    return total
  }

  private static func tally(ofGroups groups: Int, size: Int) -> Tally {
    Tally(groups: size > 0 ? groups : 0, singles: size == 1 ? groups : 0)
  }

  /// The rules that entries of a kind leave; `nil` where they exclude every case.
  private func narrowed(
    _ rules: Exclusion.RuleSet, _ depth: Int, _ kind: Int
  ) -> Exclusion.RuleSet? {
    let rest = rules.common(with: exclusion.signatures[others[depth]].kinds[kind])
    return rest.common(with: deadly[depth]).isNone ? rest : nil
  }

  /// How many cases a group has whose other entries leave some rules.
  private func size(_ rules: Exclusion.RuleSet) -> Int {
    guard let axis else { return rules.isNone ? 1 : 0 }
    let kinds = exclusion.signatures[axis].kinds
    return counts[axis].reduce(0) { total, next in
      rules.common(with: kinds[next.kind]).isNone ? total.clampedPlus(next.count) : total
    }
  }

  /// How many cases of the product a group has.
  ///
  /// - Parameter entries: the entries of the other axes, by axis.
  func size(ofGroup entries: [Int: Int]) -> Int {
    var rules = exclusion.all
    for (depth, other) in others.enumerated() {
      guard let entry = entries[other],
        let rest = narrowed(rules, depth, exclusion.signatures[other].kind(of: entry))
      else { return 0 }
      rules = rest
    }
    return size(rules)
  }

  /// The only case of the first group that has one only, as its entries by axis.
  ///
  /// - Parameter isMeant: whether a group counts, by the entries of its other axes.
  func firstSingle(where isMeant: ([Int: Int]) -> Bool) -> [Int: Int]? {
    var known: [[Exclusion.RuleSet: Tally]] = others.map { _ in [:] }
    return firstSingle(0, exclusion.all, [:], &known, isMeant)
  }

  private func firstSingle(
    _ depth: Int, _ rules: Exclusion.RuleSet, _ entries: [Int: Int],
    _ known: inout [[Exclusion.RuleSet: Tally]], _ isMeant: ([Int: Int]) -> Bool
  ) -> [Int: Int]? {
    guard depth < others.count else {
      guard size(rules) == 1, isMeant(entries) else { return nil }
      guard let axis else { return entries }
      let left = stretches[axis].first { stretch in
        rules.common(with: exclusion.signatures[axis].kinds[stretch.kind]).isNone
      }
      return left.map { entries.merging([axis: $0.entries.lowerBound]) { $1 } }
    }
    for stretch in stretches[others[depth]] {
      guard let rest = narrowed(rules, depth, stretch.kind),
        tally(depth + 1, rest, &known).singles > 0
      else { continue }
      for entry in stretch.entries {
        let next = entries.merging([others[depth]: entry]) { $1 }
        if let found = firstSingle(depth + 1, rest, next, &known, isMeant) { return found }
      }
    }
    return nil
  }
}

extension Exclusion.RuleSet {
  /// Whether no rule is in the set.
  fileprivate var isNone: Bool { allSatisfy { $0 == 0 } }

  /// The rules that are in both sets.
  fileprivate func common(with other: Self) -> Self {
    Self(zip(self, other).lazy.map { $0 & $1 })
  }
}
