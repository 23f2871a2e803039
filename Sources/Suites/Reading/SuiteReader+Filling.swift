internal import Canonical
internal import SeedreamAPI

/// The prompts of the matrix as they are sent.
///
/// Only the axes that set prompts or variables decide about them, so that only their combinations are
/// made: seeds and sizes of a large matrix cost nothing.
struct FilledPrompts {
  /// The axes that set a prompt or a variable.
  let axes: [Int]
  /// The prompt and what else these axes set.
  let fields: [RequestField]
  /// Combinations of entries, one an axis, by what they ask for.
  var combinations: [SHA256Digest: [[Int]]] = [:]

  func digest(of request: EditRequest) -> SHA256Digest {
    let values = JSONValue.array(fields.map { request.identity(of: $0) })
    return SHA256Digest(hashing: values.canonicalBytes)
  }

  func fixed(_ entries: [Int]) -> [Int: Int] {
    Dictionary(zip(axes, entries)) { first, _ in first }
  }
}

extension SuiteReader {
  /// Pairs of combinations that are compared in one suite.
  private static let pairsMax = 1_000_000

  /// Fills in every prompt of the matrix once, judges it, and says where two cases ask for the same.
  ///
  /// Left out are combinations with a mistake of their own, which is told already.
  mutating func fillPrompts(exclusion: Exclusion, isCountable: Bool) {
    let isNeeded =
      baseTemplate != nil
      || lookups.contains { lookup in
        lookup.axis.blocks.contains { block in
          if case .listed(let entry) = block { entry.template != nil } else { false }
        }
      }
    guard isNeeded, owners[.prompt] != nil else { return }
    let axes = lookups.indices.filter {
      lookups[$0].axis.fields.contains(.prompt) || !lookups[$0].axis.variables.isEmpty
    }
    var count = 1
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: lookups[axis].axis.count)
      guard !overflow, product <= limits.filledPromptsMax else {
        // Where there are too many cases, that was told.
        return isCountable ? refuseFilling("too many") : ()
      }
      count = product
    }
    let fields = Set(axes.flatMap { lookups[$0].axis.fields }).union([.prompt])
    var filled = FilledPrompts(
      axes: axes, fields: fields.sorted { Self.order($0) < Self.order($1) })
    var byteCount = 0
    var pairs = Self.pairsMax
    var judged: Set<Place> = []
    var told: Set<Place> = []
    var entries = axes.map { _ in 0 }
    for _ in 0..<count {
      defer { advance(&entries, axes) }
      let level = level(of: filled.fixed(entries))
      guard isSound(level, entries, axes) else { continue }
      let request = level.filledRequest
      byteCount += request.prompt.utf8.count
      guard byteCount <= limits.filledByteCountMax else { return refuseFilling("too long") }
      let place = promptPlace(of: entries, axes)
      judge(request, at: place, told: &judged) {
        exclusion.count(fixed: filled.fixed(entries)) > 0
      }
      let digest = filled.digest(of: request)
      for earlier in filled.combinations[digest] ?? [] where !told.contains(place) {
        pairs -= 1
        guard pairs > 0 else { return refuseFilling("too often the same") }
        guard !isUseless(earlier, entries, axes),
          exclusion.admitsBoth(filled.fixed(earlier), filled.fixed(entries))
        else { continue }
        told.insert(place)
        tellSame(earlier, entries, axes)
      }
      filled.combinations[digest, default: []].append(entries)
    }
    self.filled = filled
  }

  /// Whether combinations differ in an axis that is told to be of no use.
  private func isUseless(_ one: [Int], _ other: [Int], _ axes: [Int]) -> Bool {
    zip(axes, zip(one, other)).contains { axis, pair in
      pair.0 != pair.1 && sound.uselessAxes.contains(lookups[axis].axis.name)
    }
  }

  /// Whether a combination has a prompt whose variables are all set, and no entry that is told to be
  /// a copy of another.
  private func isSound(_ level: Level, _ entries: [Int], _ axes: [Int]) -> Bool {
    let isCopy = zip(axes, entries).contains { lookups[$0].copies.contains($1) }
    let hasPrompt = level.template != nil || !level.request.prompt.isEmpty
    return !isCopy && hasPrompt
      && level.template?.variables.allSatisfy { level.variables[$0] != nil } != false
  }

  private func advance(_ entries: inout [Int], _ axes: [Int]) {
    for place in axes.indices.reversed() {
      entries[place] += 1
      if entries[place] < lookups[axes[place]].axis.count { return }
      entries[place] = 0
    }
  }

  private mutating func refuseFilling(_ what: String) {
    error(
      "the prompts of the matrix are \(what) to be filled in and compared", at: suitePlace,
      hint: "at most \(limits.filledPromptsMax.grouped) combinations of prompts and variables and "
        + "\(limits.filledByteCountMax.grouped) bytes; make it several suites")
  }

  private mutating func tellSame(_ earlier: [Int], _ later: [Int], _ axes: [Int]) {
    let names = [earlier, later].map { entries in
      VisibleText.quote(
        zip(axes, entries).map { lookups[$0].axis.entry(at: $1).id }.joined(separator: "--"))
    }
    error(
      "the cases \(names[0]) and \(names[1]) would send the same request",
      at: promptPlace(of: later, axes),
      hint: "use in the prompt what tells them apart, or exclude one of them",
      notes: [("the first is made here", place(of: earlier, unlike: later, axes))])
  }

  /// The place of the first entry that a combination has and another has not.
  private func place(of entries: [Int], unlike others: [Int], _ axes: [Int]) -> Place {
    for (axis, pair) in zip(axes, zip(entries, others)) where pair.0 != pair.1 {
      return place(ofEntry: pair.0, in: lookups[axis].axis)
    }
    return promptPlace(of: entries, axes)
  }

  /// What some entries make of the request, by axis.
  func level(of entries: [Int: Int]) -> Level {
    var level = Level(
      request: baseRequest, template: baseTemplate, checks: [],
      place: owners[.prompt]?.place ?? suitePlace)
    for (index, lookup) in lookups.enumerated() {
      guard let entry = entries[index] else { continue }
      level.add(entry, of: lookup.axis)
    }
    return level
  }

  private func promptPlace(of entries: [Int], _ axes: [Int]) -> Place {
    for (axis, entry) in zip(axes, entries) where lookups[axis].axis.fields.contains(.prompt) {
      let block = lookups[axis].axis.blocks[lookups[axis].axis.block(ofEntry: entry)]
      guard case .listed(let listed) = block else { continue }
      return listed.assignments.first { $0.field == .prompt }?.place ?? listed.place
    }
    return owners[.prompt]?.place ?? suitePlace
  }

  /// Keeps what the contract has to say about a filled-in prompt, once for each template.
  private mutating func judge(
    _ request: EditRequest, at place: Place, told: inout Set<Place>, ifPlanned: () -> Bool
  ) {
    guard !told.contains(place) else { return }
    let findings = request.promptFindings
    guard !findings.isEmpty, ifPlanned() else { return }
    told.insert(place)
    for finding in findings { report(finding, at: place) }
  }

  /// An included case with its prompt filled in; `nil` after an error.
  mutating func filled(_ level: Level, _ draft: IncludeDraft) -> Level? {
    let used = level.template?.variables ?? []
    let place = draft.assignments.first { $0.field == .prompt }?.place ?? owners[.prompt]?.place
    let settings = draft.variables + draft.entries.flatMap { $0?.variables ?? [] }
    var isSound = true
    for setting in settings
    where variableOwners[setting.name] == nil && !used.contains(setting.name) {
      error(
        "the prompt of the included case does not use the variable "
          + VisibleText.quote(setting.name), at: setting.place)
      isSound = false
    }
    for name in used {
      guard level.variables[name] == nil else { continue }
      isSound = false
      if variableOwners[name] == nil {
        unknownVariable(name, at: place ?? draft.place, own: settings.map(\.name))
      } else {
        error(
          "the included case does not set the variable \(VisibleText.quote(name)), which its "
            + "prompt uses", at: draft.place, hint: "add: vars: {\(name): …}")
      }
    }
    guard isSound, level.template != nil else { return isSound ? level : nil }
    var filled = level
    filled.request = level.filledRequest
    filled.template = nil
    for finding in filled.request.promptFindings {
      report(finding, at: place ?? draft.place)
    }
    return filled
  }
}
