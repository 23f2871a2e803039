internal import SeedreamAPI

extension SuiteReader {
  /// Entries that rules may be compared with in one suite, so that no file takes minutes to read.
  static let comparisonsMax = 100_000_000

  /// The rules of `exclude`.
  mutating func exclude(_ node: YAMLNode) -> [Exclusion.Rule] {
    let before = log.errorCount
    defer { if log.errorCount > before { sound.areRulesSound = false } }
    guard let elements = list(node, of: "'exclude'") else { return [] }
    guard elements.count <= limits.excludesMax else {
      error(
        "\(elements.count.grouped) rules of 'exclude'", at: node.place,
        hint: "at most \(limits.excludesMax.grouped) are allowed; a rule takes lists of values")
      return []
    }
    var budget = Self.comparisonsMax
    var stretchCount = 0
    var places: [[Int: [Range<Int>]]: Place] = [:]
    var rules: [Exclusion.Rule] = []
    for element in elements {
      guard let rule = rule(element, budget: &budget) else {
        sound.areRulesSound = false
        continue
      }
      if let earlier = places[rule.entries] {
        error(
          "the rule excludes the same as an earlier one", at: rule.place,
          notes: [("first here", earlier)])
        continue
      }
      places[rule.entries] = rule.place
      stretchCount += rule.entries.values.reduce(0) { $0 + $1.count }
      guard stretchCount <= limits.excludedStretchesMax, budget > 0 else {
        error(
          "the rules of 'exclude' name too many single entries", at: rule.place,
          hint: "at most \(limits.excludedStretchesMax.grouped); ranges without a step count as one"
        )
        return rules
      }
      rules.append(rule)
    }
    return rules
  }

  private mutating func rule(_ node: YAMLNode, budget: inout Int) -> Exclusion.Rule? {
    guard let members = mapping(node, of: "a rule of 'exclude'") else { return nil }
    guard !members.isEmpty else {
      error("a rule of 'exclude' names no axis", at: node.place, hint: "write {axis: entry}")
      return nil
    }
    var entries: [Int: [Range<Int>]] = [:]
    var isSound = true
    for member in members {
      guard let axis = axisIndex(member, in: "exclude") else {
        isSound = false
        continue
      }
      var ranges: [Range<Int>] = []
      for value in member.value.elements ?? [member.value] {
        if let found = match(value, in: lookups[axis], budget: &budget) {
          ranges += found
        } else {
          isSound = false
        }
      }
      if ranges.isEmpty, isSound {
        error("a rule of 'exclude' names an empty list", at: member.value.place)
        isSound = false
      }
      entries[axis] = Self.merged(ranges)
    }
    return isSound ? Exclusion.Rule(entries: entries, place: node.place) : nil
  }

  /// The axis that a key of `exclude` names; `nil` after an error, or where the axis has its own.
  private mutating func axisIndex(_ member: YAMLNode.Member, in section: String) -> Int? {
    if let index = lookups.firstIndex(where: { $0.axis.name == member.key }) { return index }
    if sound.isBroken(member.key) { return nil }
    if member.key == "repeat" {
      error("repeats cannot be excluded", at: member.keyPlace, hint: "lower 'repeat' in the matrix")
    } else {
      unknown("axis", member.key, at: member.keyPlace, among: axisNames)
    }
    return nil
  }

  private mutating func match(
    _ node: YAMLNode, in lookup: AxisLookup, budget: inout Int
  ) -> [Range<Int>]? {
    if node.members != nil {
      guard lookup.axis.fields.contains(.size), let size = pixels(node, of: "'size'") else {
        if !lookup.axis.fields.contains(.size) {
          error("a value of 'exclude' must be an id or a value, found a mapping", at: node.place)
        }
        return nil
      }
      if let entry = lookup.entry(idOrValue: size.description) { return [entry..<entry + 1] }
      return missing(size.description, node, lookup)
    }
    guard let text = text(node, of: "a value of 'exclude'") else { return nil }
    if let entry = lookup.entry(idOrValue: text) { return [entry..<entry + 1] }
    let isRange = text.contains("..") && lookup.axis.fields == [.seed]
    guard isRange else { return missing(text, node, lookup) }
    guard let range = seeds(node) else { return nil }
    let found = lookup.axis.stretches(of: range, budget: &budget)
    return found.isEmpty ? missing(text, node, lookup) : found
  }

  private mutating func missing(
    _ text: String, _ node: YAMLNode, _ lookup: AxisLookup
  ) -> [Range<Int>]? {
    if lookup.isPartial { return nil }
    let nearest = NearestName.nearest(to: text, among: lookup.names)
    error(
      "\(VisibleText.quote(text)) matches no entry of the axis "
        + "\(VisibleText.quote(lookup.axis.name)), so that the rule excludes nothing",
      at: node.place, hint: nearest.map { "did you mean \(VisibleText.quote($0))?" },
      notes: [("the axis is here", Place(lookup.axis.location))])
    return nil
  }

  /// Sorted ranges without overlaps or neighbours that touch.
  static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var merged: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}

extension Place {
  /// The place of a location, whose path all places share.
  init(_ location: SourceLocation, length: Int = 1) {
    self.init(line: location.line, column: location.column, length: length)
  }
}

extension Axis {
  /// The entries whose seeds lie in a range; each visited one takes from a budget.
  func stretches(of range: SeedRange, budget: inout Int) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for (block, start) in zip(blocks, starts) {
      budget -= 1
      guard budget > 0 else { return found }
      let own: SeedRange
      switch block {
      case .seeds(let seeds, _): own = seeds
      case .listed(let entry):
        guard case .seed(let seed)? = entry.assignments.first?.value else { continue }
        own = SeedRange(first: seed.value, step: 1, count: 1)
      }
      guard own.first <= range.last, own.last >= range.first else { continue }
      let low = max(0, (range.first - own.first + own.step - 1) / own.step)
      let high = min(own.count - 1, (range.last - own.first) / own.step)
      guard low <= high else { continue }
      if range.step == 1 {
        found.append(start + low..<start + high + 1)
        continue
      }
      budget -= high - low
      guard budget > 0 else { return found }
      for index in low...high where range.index(of: own.first + index * own.step) != nil {
        found.append(start + index..<start + index + 1)
      }
    }
    return found
  }
}
