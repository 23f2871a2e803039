internal import Canonical
package import Suites

/// Finds out whether a filter names what there is: it is shown the names, and then says what is
/// unknown.
package struct FilterJudge: Sendable {
  /// Names that are kept for proposals, of each axis.
  private static let proposalsMax = NearestName.candidateCountMax
  /// Names that a hint lists.
  private static let listedMax = 10

  private struct Subject: Sendable {
    var texts: Set<String> = []
    var ranges: Set<ClosedRange<Int>> = []
    /// Names that were shown, each once, for proposals.
    var names: [String] = []
    var known: Set<String> = []
    /// More names were shown than are kept.
    var hasMore = false

    mutating func see(_ name: String) {
      if !texts.isEmpty { texts.remove(name) }
      if !ranges.isEmpty, let number = Int(name) {
        ranges = ranges.filter { !$0.contains(number) }
      }
    }

    mutating func offer(_ name: String) {
      guard names.count < FilterJudge.proposalsMax else {
        hasMore = hasMore || !known.contains(name)
        return
      }
      if known.insert(name).inserted { names.append(name) }
    }
  }

  private let filter: CaseFilter
  /// What is still to be found, by name of a subject.
  private var subjects: [String: Subject] = [:]
  private var axes: [String] = []
  private var knownAxes: Set<String> = []

  /// Takes the filter to judge.
  package init(_ filter: CaseFilter) {
    self.filter = filter
    for term in filter.terms where term.subject != .word && term.subject != .outcome {
      for value in term.values {
        switch value.kind {
        case .text(let text): subjects[term.subject.name, default: Subject()].texts.insert(text)
        case .range(let range):
          subjects[term.subject.name, default: Subject()].ranges.insert(range)
        }
      }
    }
  }

  /// Whether case ids must be shown for a judgement.
  package var needsIDs: Bool {
    subjects["id"].map { !$0.texts.isEmpty || !$0.ranges.isEmpty } ?? false
  }

  /// Shows the name of a suite.
  package mutating func see(suite: String) { see("suite", suite) }

  /// Shows a case id.
  package mutating func see(id: String) { see("id", id) }

  /// Shows something that cases may be selected by.
  package mutating func see(_ name: SelectableName) {
    switch name {
    case .axis(let axis): if knownAxes.insert(axis).inserted { axes.append(axis) }
    case .tag(let tag): see("tag", tag)
    case .entry(let axis, let id, let value):
      guard !CaseFilter.ownNames.contains(axis), subjects[axis] != nil else { return }
      subjects[axis]?.see(id)
      subjects[axis]?.see(value)
      // The id `s7` of the seed 7 is nothing that a person would look for.
      if id != "s\(value)" { subjects[axis]?.offer(id) }
      if value.utf8.count <= NearestName.scalarCountMax { subjects[axis]?.offer(value) }
    case .seeds(let axis, let span):
      guard let subject = subjects[axis] else { return }
      subjects[axis]?.texts = subject.texts.filter { text in
        guard let seed = Int(text.hasPrefix("s") ? String(text.dropFirst()) : text) else {
          return true
        }
        return !span.contains(seed)
      }
      subjects[axis]?.ranges = subject.ranges.filter { !span.meets($0) }
      subjects[axis]?.offer(span.description)
    }
  }

  /// Shows everything that a case of a run that has ended may be selected by.
  package mutating func see(_ identity: CaseIdentity) {
    see(suite: identity.suite.text)
    see(id: identity.id.text)
    for cell in identity.cells {
      see(.axis(cell.axis))
      see(.entry(axis: cell.axis, id: cell.entry, value: cell.value))
    }
    for tag in identity.tags { see(.tag(tag)) }
  }

  private mutating func see(_ subject: String, _ name: String) {
    guard subjects[subject] != nil else { return }
    subjects[subject]?.see(name)
    subjects[subject]?.offer(name)
  }

  /// The first thing of the filter that nothing shown has; `nil` when all is known.
  package var problem: FilterProblem? {
    for term in filter.terms where term.subject != .word && term.subject != .outcome {
      if case .axis(let name) = term.subject, !knownAxes.contains(name) {
        let near = NearestName.nearest(to: name, among: axes + CaseFilter.ownNames)
        return FilterProblem(
          "no case has the axis \(VisibleText.quote(name))", in: filter.description, at: term.place,
          hint: near.map { "did you mean '\($0)'?" }
            ?? "there are \((axes + CaseFilter.ownNames).joined(separator: ", "))")
      }
      guard let subject = subjects[term.subject.name] else { continue }
      for value in term.values where isMissing(value, of: subject) {
        return FilterProblem(
          "no case has the \(term.subject.name) \(value.shown)", in: filter.description,
          at: value.place, hint: hint(for: value, of: subject))
      }
    }
    return nil
  }

  private func isMissing(_ value: CaseFilter.Value, of subject: Subject) -> Bool {
    switch value.kind {
    case .text(let text): subject.texts.contains(text)
    case .range(let range): subject.ranges.contains(range)
    }
  }

  private func hint(for value: CaseFilter.Value, of subject: Subject) -> String {
    // A number that is near another is not meant by it.
    if case .text(let text) = value.kind, Int(text) == nil,
      let near = NearestName.nearest(to: text, among: subject.names)
    {
      return "did you mean \(VisibleText.quote(near))?"
    }
    guard !subject.names.isEmpty else { return "no case has any" }
    let shown = subject.names.prefix(Self.listedMax).map { VisibleText.escape($0) }
    let more = subject.hasMore || subject.names.count > shown.count
    return "there \(subject.names.count == 1 ? "is" : "are") \(shown.joined(separator: ", "))"
      + (more ? ", …" : "")
  }
}

/// Finds out why a filter selects no case, after it was shown each.
package struct EmptySelection: Sendable {
  private let filter: CaseFilter
  private var isFulfilled: [Bool]

  /// Takes the filter that selects nothing.
  package init(_ filter: CaseFilter) {
    self.filter = filter
    isFulfilled = filter.terms.map { _ in false }
  }

  /// Shows a case.
  package mutating func see(
    suite: String, id: String, cells: [CaseCell], tags: [String], outcome: Outcome? = nil
  ) {
    for (index, term) in filter.terms.enumerated() where !isFulfilled[index] {
      isFulfilled[index] = term.admits(
        suite: suite, id: id, cells: cells, tags: tags, outcome: outcome)
    }
  }

  /// Why no case is selected, pointing at the first condition that none fulfils.
  package var problem: FilterProblem {
    let place = filter.terms.first?.place ?? 0..<1
    guard let index = isFulfilled.firstIndex(of: false) else {
      return FilterProblem(
        "it selects no case: each condition is fulfilled by some case, but never all by one",
        in: filter.description, at: place,
        hint: "conditions that are separated by spaces have to hold together; | means or")
    }
    let term = filter.terms[index]
    if term.subject == .word {
      let words = term.values.map(\.shown).joined(separator: " or ")
      return FilterProblem(
        "it selects no case: no case id holds \(words)", in: filter.description, at: term.place,
        hint: index > 0
          ? "a value that holds spaces stands in double quotes: prompt=\"a b\"" : nil)
    }
    return FilterProblem(
      "it selects no case: no case fulfils this condition", in: filter.description, at: term.place)
  }
}
