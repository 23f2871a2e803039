internal import Canonical
internal import SeedreamAPI

/// A declaration of `groups` while it is read.
private struct GroupDraft {
  var across: GroupAxis?
  var expectation: GroupExpectation?
  var severity = CheckSeverity.fail
  var scope: YAMLNode?
  var isSound = true
}

/// What makes two declarations of `groups` one.
private struct GroupIdentity: Hashable {
  let across: GroupAxis
  let expectation: GroupExpectation
  let scope: CaseScope
}

/// The cases of a suite, as groups are made of them.
private struct GroupedCases {
  let included: [IncludedCase]
  let entries: IncludedEntries
  /// What leaves cases of the matrix; `nil` where it makes none.
  let exclusion: Exclusion?
}

/// What a declaration of `groups` makes.
private struct GroupTally {
  var groups = 0
  var singles = 0
  /// The name of the first case that is alone.
  var alone: String?
}

extension SuiteReader {
  static let groupNames = ["across", "expect"]

  /// The declarations of `groups`, as far as they are sound.
  ///
  /// - Parameters:
  ///   - exclusion: what leaves cases of the matrix; `nil` where it makes none.
  ///   - isCountable: whether there are not too many cases.
  mutating func groups(
    _ node: YAMLNode, _ included: [IncludedCase], _ entries: IncludedEntries,
    exclusion: Exclusion?, isCountable: Bool
  ) -> [CaseGroup] {
    guard let elements = list(node, of: "'groups'") else { return [] }
    guard elements.count <= limits.groupsMax else {
      error(
        "\(elements.count.grouped) declarations of groups", at: node.place,
        hint: "at most \(limits.groupsMax.grouped) are allowed")
      return []
    }
    let cases = GroupedCases(included: included, entries: entries, exclusion: exclusion)
    var places: [GroupIdentity: Place] = [:]
    var groups: [CaseGroup] = []
    for element in elements {
      guard let members = mapping(element, of: "a declaration of groups") else { continue }
      let draft = groupDraft(members, at: element.place, entries)
      var resolved = ResolvedScope()
      if let scope = draft.scope {
        resolved = resolve(scope, entries, consequence: "there is no such group")
        resolved.scope.terms.sort { $0.axis < $1.axis }
      }
      guard draft.isSound, resolved.isSound, let across = draft.across,
        let expectation = draft.expectation
      else { continue }
      let identity = GroupIdentity(
        across: across, expectation: expectation, scope: resolved.scope)
      if let earlier = places.updateValue(element.place, forKey: identity) {
        error(
          "the groups across '\(across)' are declared twice", at: element.place,
          notes: [("first here", earlier)])
        continue
      }
      guard isMatrixSound, sound.areIncludesSound, !sound.hasConflicts, isCountable else {
        continue
      }
      let count = count(across, resolved, draft, cases, at: element.place)
      groups.append(
        CaseGroup(
          across: across, expectation: expectation, severity: draft.severity, groupCount: count,
          location: element.place.location(in: path), scope: resolved.scope,
          setsPrompt: setsPrompt(across)))
    }
    return groups
  }

  private mutating func groupDraft(
    _ members: [YAMLNode.Member], at place: Place, _ entries: IncludedEntries
  ) -> GroupDraft {
    var draft = GroupDraft()
    for member in members {
      switch member.key {
      case "across":
        draft.across = groupAxis(member.value, entries)
        draft.isSound = draft.isSound && draft.across != nil
      case "expect":
        let words = GroupExpectation.allCases.map(\.rawValue)
        draft.expectation = word(member.value, of: "'expect'", among: words)
          .flatMap { GroupExpectation(rawValue: $0) }
        draft.isSound = draft.isSound && draft.expectation != nil
      case "severity":
        let words = CheckSeverity.allCases.map(\.rawValue)
        let severity = word(member.value, of: "'severity'", among: words)
          .flatMap { CheckSeverity(rawValue: $0) }
        draft.severity = severity ?? draft.severity
        draft.isSound = draft.isSound && severity != nil
      case "where": draft.scope = member.value
      default:
        unknown(
          "key", member.key, at: member.keyPlace, among: Self.groupNames + Self.optionNames)
        draft.isSound = false
      }
    }
    let names = Set(members.map(\.key))
    for name in Self.groupNames where !names.contains(name) {
      error(
        "a declaration of groups has no '\(name)'", at: place,
        hint: "write {across: repeat, expect: near}")
    }
    return draft
  }

  private mutating func groupAxis(_ node: YAMLNode, _ entries: IncludedEntries) -> GroupAxis? {
    guard let name = text(node, of: "'across'") else { return nil }
    if name == "repeat" { return .repeats }
    let names = lookups.map(\.axis.name)
    if names.contains(name) || entries.axes[name] != nil { return .axis(name) }
    if sound.isBroken(name) || mayBeIncluded(name) { return nil }
    let others = entries.axes.keys.filter { !names.contains($0) }.sorted()
    unknown("axis", name, at: node.place, among: axisNames + others + ["repeat"])
    return nil
  }

  /// Whether what tells the cases of a group apart decides about their prompts.
  private func setsPrompt(_ across: GroupAxis) -> Bool {
    guard case .axis(let name) = across else { return false }
    guard let axis = lookups.first(where: { $0.axis.name == name })?.axis else {
      return name == RequestField.prompt.rawValue
    }
    return axis.fields.contains(.prompt) || !axis.variables.isEmpty
  }

  /// Counts the groups of a declaration, and says where one has fewer than two cases.
  private mutating func count(
    _ across: GroupAxis, _ resolved: ResolvedScope, _ draft: GroupDraft, _ cases: GroupedCases,
    at place: Place
  ) -> Int {
    let tally =
      switch across {
      case .repeats: repeatTally(resolved, cases)
      case .axis(let name): tally(name, resolved, cases)
      }
    if tally.groups == 0 {
      error(
        draft.scope == nil ? "there is no case to make groups of" : "no case matches this 'where'",
        at: draft.scope?.place ?? place,
        hint: "its cases are excluded, or there is no such combination")
    } else if across == .repeats, repeatCount == 1 {
      error(
        "each group across 'repeat' has one case", at: place,
        hint: "set repeat: 2 or more in the matrix, or remove the group")
    } else if across != .repeats, tally.singles > 0 {
      tellSingles(tally, across, at: place)
    }
    return across == .repeats ? tally.groups : tally.groups.clampedTimes(repeatCount)
  }

  private mutating func tellSingles(_ tally: GroupTally, _ across: GroupAxis, at place: Place) {
    let hint = "a group has at least two cases; 'where' says which cases are meant"
    guard tally.singles < tally.groups, let alone = tally.alone else {
      return error("each group across '\(across)' has one case", at: place, hint: hint)
    }
    error(
      "the group of the case \(VisibleText.quote(alone)) across '\(across)' has no other case",
      at: place, hint: hint)
  }

  /// Groups of repeats: one for each case that is meant, before repeats.
  private func repeatTally(_ resolved: ResolvedScope, _ cases: GroupedCases) -> GroupTally {
    var tally = GroupTally()
    if let exclusion = cases.exclusion, resolved.entries.count == resolved.scope.terms.count {
      tally.groups = GroupCounter(exclusion, across: nil, scope: resolved.entries).tally().groups
    }
    tally.groups += cases.included.count { resolved.scope.admits($0.level.cells) }
    return tally
  }

  /// Groups across an axis, before repeats.
  private func tally(
    _ name: String, _ resolved: ResolvedScope, _ cases: GroupedCases
  ) -> GroupTally {
    let axis = lookups.firstIndex { $0.axis.name == name }
    var counter: GroupCounter?
    if let exclusion = cases.exclusion, resolved.entries.count == resolved.scope.terms.count {
      counter = GroupCounter(exclusion, across: axis, scope: resolved.entries)
    }
    let product = counter?.tally() ?? GroupCounter.Tally()
    var joined: Set<[Int: Int]> = []
    var alone: [GroupKey: (count: Int, id: String)] = [:]
    var order: [GroupKey] = []
    for included in cases.included where resolved.scope.admits(included.level.cells) {
      if let counter, let entries = matrixEntries(of: included.level.cells, but: name) {
        let size = counter.size(ofGroup: entries)
        if size == 1 { joined.insert(entries) }
        if size > 0 { continue }
      }
      let key = GroupKey(
        cells: included.level.cells, prompt: included.level.filledRequest.prompt,
        repeatIndex: nil, across: .axis(name), setsPrompt: setsPrompt(.axis(name)))
      if alone[key] == nil { order.append(key) }
      alone[key] = ((alone[key]?.count ?? 0) + 1, alone[key]?.id ?? included.level.id)
    }
    let singles = order.filter { alone[$0]?.count == 1 }
    var tally = GroupTally(
      groups: product.groups.clampedPlus(alone.count),
      singles: product.singles - joined.count + singles.count)
    if product.singles > joined.count {
      tally.alone = counter?.firstSingle { !joined.contains($0) }.map { level(of: $0).id }
    } else {
      tally.alone = singles.first.flatMap { alone[$0]?.id }
    }
    return tally
  }

  /// The entries of the matrix that an included case has of all axes but one; `nil` where it has one
  /// that is not of the matrix, or a cell that no case of the matrix has.
  private func matrixEntries(of cells: [CaseCell], but name: String) -> [Int: Int]? {
    var entries: [Int: Int] = [:]
    for cell in cells where cell.axis != name {
      guard let axis = lookups.firstIndex(where: { $0.axis.name == cell.axis }),
        let entry = lookups[axis].entry(id: cell.entry)
      else { return nil }
      entries[axis] = entry
    }
    return entries
  }

  /// The checks that start a program, in order of place.
  var programUses: [ProgramUse] {
    programs.sorted { $0.place < $1.place }.map { use in
      ProgramUse(
        arguments: use.arguments, location: use.place.location(in: path), length: use.place.length)
    }
  }
}
