/// The rules of `exclude`, made ready for asking about prefixes of axes.
///
/// Each entry of an axis has a signature: the set of rules that it does not contradict. A rule
/// matches a case when it is in the signatures of all the case's entries, so that whole stretches
/// of the matrix are counted and skipped by intersecting sets of rules from the first axis inwards.
struct Exclusion: Sendable {
  /// One rule: for each axis that it names, the entries that it matches, sorted and disjoint.
  struct Rule: Sendable {
    let entries: [Int: [Range<Int>]]
    let place: Place
  }

  /// A set of rules, 64 to a word.
  typealias RuleSet = [UInt64]

  /// The entries of one axis, grouped by signature.
  struct Signatures: Sendable {
    /// Where stretches of one signature start, and which it is.
    var stretches: [(start: Int, kind: Int)] = []
    var kinds: [RuleSet] = []
    var counts: [Int] = []

    func kind(of entry: Int) -> Int { stretches[stretch(of: entry)].kind }

    /// The kinds of the entries of some ranges, none twice.
    func kinds(in ranges: [Range<Int>]) -> [Int] {
      var found: Set<Int> = []
      for range in ranges where !range.isEmpty {
        var index = stretch(of: range.lowerBound)
        while index < stretches.count, stretches[index].start < range.upperBound,
          found.count < kinds.count
        {
          found.insert(stretches[index].kind)
          index += 1
        }
      }
      return found.sorted()
    }

    func stretch(of entry: Int) -> Int {
      var low = 0
      var high = stretches.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if stretches[middle].start <= entry { low = middle } else { high = middle }
      }
      return low
    }
  }

  let axisCounts: [Int]
  let signatures: [Signatures]
  /// Rules that name no axis after this one.
  let complete: [RuleSet]
  /// All rules.
  let all: RuleSet

  init(rules: [Rule], axisCounts: [Int]) {
    let wordCount = (rules.count + 63) / 64
    self.axisCounts = axisCounts
    var all = RuleSet(repeating: 0, count: wordCount)
    for index in rules.indices { all.insert(index) }
    self.all = all
    complete = axisCounts.indices.map { axis in
      var set = RuleSet(repeating: 0, count: wordCount)
      for (index, rule) in rules.enumerated() where rule.entries.keys.allSatisfy({ $0 <= axis }) {
        set.insert(index)
      }
      return set
    }
    signatures = axisCounts.indices.map { axis in
      Self.signatures(of: axis, count: axisCounts[axis], rules: rules, all: all)
    }
  }

  /// Sweeps over the ends of the rules' stretches and groups what lies between by its set of rules.
  private static func signatures(
    of axis: Int, count: Int, rules: [Rule], all: RuleSet
  ) -> Signatures {
    var current = all
    var changes: [(at: Int, rule: Int)] = []
    for (index, rule) in rules.enumerated() {
      guard let ranges = rule.entries[axis] else { continue }
      current.toggle(index)
      for range in ranges {
        changes.append((range.lowerBound, index))
        changes.append((range.upperBound, index))
      }
    }
    changes.sort { $0.at < $1.at }
    var result = Signatures()
    var kinds: [RuleSet: Int] = [:]
    var next = 0
    var start = 0
    while start < count {
      while next < changes.count, changes[next].at <= start {
        current.toggle(changes[next].rule)
        next += 1
      }
      let end = next < changes.count ? min(changes[next].at, count) : count
      let kind = kinds[current] ?? result.kinds.count
      if kind == result.kinds.count {
        kinds[current] = kind
        result.kinds.append(current)
        result.counts.append(0)
      }
      result.counts[kind] += end - start
      result.stretches.append((start, kind))
      start = end
    }
    return result
  }

  /// Leaves the rules that an entry does not contradict.
  ///
  /// - Returns: `false` when one of them is complete with this axis: every case with these entries
  ///   is excluded.
  func narrow(_ rules: inout RuleSet, axis: Int, entry: Int) -> Bool {
    let signature = signatures[axis].kinds[signatures[axis].kind(of: entry)]
    return narrow(&rules, signature, complete: complete[axis])
  }

  private func narrow(_ rules: inout RuleSet, _ signature: RuleSet, complete: RuleSet) -> Bool {
    var isComplete: UInt64 = 0
    for word in rules.indices {
      rules[word] &= signature[word]
      isComplete |= rules[word] & complete[word]
    }
    return isComplete == 0
  }

  /// The number of cases that no rule matches, without walking over them.
  ///
  /// Groups of entries with one signature are taken together, and a stretch that no rule reaches
  /// any more is a product; results are remembered by axis and set of rules.
  ///
  /// - Parameter fixed: entries that are given, by axis.
  func count(fixed: [Int: Int] = [:]) -> Int {
    var known: [Int: [RuleSet: Int]] = [:]
    return count(from: 0, all, fixed: fixed, known: &known)
  }

  private func count(
    from axis: Int, _ rules: RuleSet, fixed: [Int: Int], known: inout [Int: [RuleSet: Int]]
  ) -> Int {
    if axis == axisCounts.count { return 1 }
    if rules.allSatisfy({ $0 == 0 }) {
      return (axis..<axisCounts.count).reduce(1) { product, axis in
        product.clampedTimes(fixed[axis] == nil ? axisCounts[axis] : 1)
      }
    }
    if let count = known[axis]?[rules] { return count }
    let group = signatures[axis]
    let kinds = fixed[axis].map { [group.kind(of: $0)] } ?? Array(group.kinds.indices)
    var total = 0
    for kind in kinds {
      var rest = rules
      guard narrow(&rest, group.kinds[kind], complete: complete[axis]) else { continue }
      let weight = fixed[axis] == nil ? group.counts[kind] : 1
      let inner = count(from: axis + 1, rest, fixed: fixed, known: &known)
      total = total.clampedPlus(weight.clampedTimes(inner))
    }
    known[axis, default: [:]][rules] = total
    return total
  }

  /// Whether the rules leave a case that has, of each axis named, one of some entries.
  ///
  /// - Parameters:
  ///   - entries: the entries by axis, sorted and disjoint.
  ///   - axisCount: how many axes are meant; where one of them is not of the matrix, there is none.
  func admitsAny(of entries: [Int: [Range<Int>]], among axisCount: Int) -> Bool {
    guard entries.count == axisCount else { return false }
    let kinds = axisCounts.indices.map { axis in
      entries[axis].map { signatures[axis].kinds(in: $0) } ?? Array(signatures[axis].kinds.indices)
    }
    var refused: Set<Pair> = []
    return admitsAny(Pair(axis: 0, first: all, second: []), kinds, refused: &refused)
  }

  private func admitsAny(
    _ pair: Pair, _ kinds: [[Int]], refused: inout Set<Pair>
  ) -> Bool {
    if pair.axis == axisCounts.count { return true }
    guard !refused.contains(pair) else { return false }
    for kind in kinds[pair.axis] {
      var rules = pair.first
      guard narrow(&rules, signatures[pair.axis].kinds[kind], complete: complete[pair.axis]) else {
        continue
      }
      let rest = Pair(axis: pair.axis + 1, first: rules, second: [])
      if admitsAny(rest, kinds, refused: &refused) { return true }
    }
    refused.insert(pair)
    return false
  }

  /// A place in the walk of ``admitsBoth(_:_:)``.
  private struct Pair: Hashable {
    let axis: Int
    let first: RuleSet
    let second: RuleSet
  }

  /// Whether two cases that differ in the given entries only are both left by the rules.
  ///
  /// - Parameters:
  ///   - first: entries of the one, by axis.
  ///   - second: entries of the other, of the same axes.
  func admitsBoth(_ first: [Int: Int], _ second: [Int: Int]) -> Bool {
    var refused: Set<Pair> = []
    return admitsBoth(Pair(axis: 0, first: all, second: all), first, second, refused: &refused)
  }

  private func admitsBoth(
    _ pair: Pair, _ first: [Int: Int], _ second: [Int: Int], refused: inout Set<Pair>
  ) -> Bool {
    if pair.axis == axisCounts.count { return true }
    guard !refused.contains(pair) else { return false }
    let group = signatures[pair.axis]
    let kinds: [(Int, Int)]
    if let one = first[pair.axis], let other = second[pair.axis] {
      kinds = [(group.kind(of: one), group.kind(of: other))]
    } else {
      kinds = group.kinds.indices.map { ($0, $0) }
    }
    for (one, other) in kinds {
      var rules = (pair.first, pair.second)
      let reach = complete[pair.axis]
      guard narrow(&rules.0, group.kinds[one], complete: reach),
        narrow(&rules.1, group.kinds[other], complete: reach)
      else { continue }
      let rest = Pair(axis: pair.axis + 1, first: rules.0, second: rules.1)
      if admitsBoth(rest, first, second, refused: &refused) { return true }
    }
    refused.insert(pair)
    return false
  }

  /// Whether a rule matches the case of these entries, one an axis.
  func excludes(_ entries: [Int]) -> Bool {
    var rules = all
    for (axis, entry) in entries.enumerated() {
      guard narrow(&rules, axis: axis, entry: entry) else { return true }
    }
    return false
  }
}

extension Int {
  /// The product of two counts; past the range of `Int` its end.
  func clampedTimes(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }

  /// The sum of two counts, with the same rule.
  func clampedPlus(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension Exclusion.RuleSet {
  fileprivate mutating func insert(_ rule: Int) { self[rule / 64] |= 1 << UInt64(rule % 64) }

  fileprivate mutating func toggle(_ rule: Int) { self[rule / 64] ^= 1 << UInt64(rule % 64) }
}
