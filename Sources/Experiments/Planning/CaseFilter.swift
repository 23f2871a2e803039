package import Canonical
package import Suites

/// Selects cases: `id=paper--s7 suite=mugs prompt=paper|linen seed=1..10 tag!=slow outcome=drifted`
/// and words that case ids hold.
package struct CaseFilter: Hashable, Sendable, CustomStringConvertible {
  /// Terms that a filter may have.
  package static let termsMax = 64
  /// Values of all terms that a filter may have.
  package static let valuesMax = 10_000
  /// The longest filter in bytes.
  package static let byteCountMax = 262_144

  /// What a term looks at.
  enum Subject: Hashable, Sendable {
    /// The case id holds a text.
    case word
    /// The case id as a whole.
    case id
    /// The suite by name.
    case suite
    /// Any of the tags.
    case tag
    /// How the case ended.
    case outcome
    /// The entry of an axis, by id or by value.
    case axis(String)

    init(name: String) {
      switch name {
      case "id": self = .id
      case "suite": self = .suite
      case "tag": self = .tag
      case "outcome": self = .outcome
      default: self = .axis(name)
      }
    }

    /// The name before the sign.
    var name: String {
      switch self {
      case .word: ""
      case .id: "id"
      case .suite: "suite"
      case .tag: "tag"
      case .outcome: "outcome"
      case .axis(let name): name
      }
    }
  }

  /// One of the values of a term, with its place in the text.
  struct Value: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      case text(String)
      case range(ClosedRange<Int>)
    }

    let kind: Kind
    let place: Range<Int>

    /// The value as a message shows it.
    var shown: String {
      switch kind {
      case .text(let text): VisibleText.quote(text)
      case .range(let range): "\(range.lowerBound)..\(range.upperBound)"
      }
    }
  }

  /// One condition: any of the values, or with `!=` none of them.
  struct Term: Hashable, Sendable {
    let subject: Subject
    let isNegated: Bool
    let values: [Value]
    /// Where the name stands, or for a word the word.
    let place: Range<Int>
    private let texts: Set<String>
    private let ranges: [ClosedRange<Int>]

    init(_ subject: Subject, isNegated: Bool, values: [Value], place: Range<Int>) {
      self.subject = subject
      self.isNegated = isNegated
      self.values = values
      self.place = place
      var texts: Set<String> = []
      var ranges: [ClosedRange<Int>] = []
      for value in values {
        switch value.kind {
        case .text(let text): texts.insert(text)
        case .range(let range): ranges.append(range)
        }
      }
      self.texts = texts
      self.ranges = ranges
    }

    fileprivate func names(_ candidate: String) -> Bool {
      if texts.contains(candidate) { return true }
      guard !ranges.isEmpty, let number = Int(candidate) else { return false }
      return ranges.contains { $0.contains(number) }
    }

    fileprivate func isHeld(by id: String) -> Bool { texts.contains { id.contains($0) } }
  }

  let terms: [Term]
  /// The filter as it was written.
  package let description: String

  /// A filter that selects everything.
  package static let all = CaseFilter(terms: [], description: "")

  private init(terms: [Term], description: String) {
    self.terms = terms
    self.description = description
  }

  /// Reads a filter: spaces mean and, `|` means or, `!=` means none of, `a..b` is a range of whole
  /// numbers, and a value with spaces stands in double quotes.
  ///
  /// - Throws: ``FilterProblem`` pointing at the character.
  package init(_ text: String) throws(FilterProblem) {
    var reader = CaseFilterReader(text)
    self.init(terms: try reader.terms(), description: text)
  }

  /// Whether every case is selected.
  package var isAll: Bool { terms.isEmpty }

  /// Whether the filter asks for outcomes, which only a run that has ended knows.
  package var usesOutcome: Bool { terms.contains { $0.subject == .outcome } }

  /// Names that are no axes: the case id as a whole, the suite, a tag, the outcome.
  package static let ownNames = ["id", "suite", "tag", "outcome"]

  /// The filter that selects exactly one case.
  package static func exactly(_ id: CaseID, of suite: SuiteName) -> String {
    "'suite=\(suite) id=\(id)'"
  }

  /// Whether a case is selected; an outcome that is not known yet admits every `outcome=`.
  package func admits(_ identity: CaseIdentity, outcome: Outcome? = nil) -> Bool {
    admits(
      suite: identity.suite.text, id: identity.id.text, cells: identity.cells,
      tags: identity.tags, outcome: outcome)
  }

  /// Whether a case of those names is selected.
  package func admits(
    suite: String, id: String, cells: [CaseCell], tags: [String], outcome: Outcome? = nil
  ) -> Bool {
    terms.allSatisfy {
      $0.admits(suite: suite, id: id, cells: cells, tags: tags, outcome: outcome)
    }
  }
}

extension CaseFilter.Term {
  /// Whether a case fulfils this condition.
  func admits(
    suite: String, id: String, cells: [CaseCell], tags: [String], outcome: Outcome?
  ) -> Bool {
    let isNamed: Bool
    switch subject {
    case .word: isNamed = isHeld(by: id)
    case .id: isNamed = names(id)
    case .suite: isNamed = names(suite)
    case .tag: isNamed = tags.contains(where: names)
    case .outcome:
      guard let outcome else { return true }
      isNamed = names(outcome.rawValue)
    case .axis(let name):
      isNamed = cells.contains { $0.axis == name && (names($0.entry) || names($0.value)) }
    }
    return isNamed != isNegated
  }
}

/// A filter that cannot be read, or that names what no case has.
package struct FilterProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in one line.
  package let message: String
  /// What was expected, or what helps.
  package let hint: String?
  private let line: MarkedLine

  /// Points at a place.
  ///
  /// - Parameters:
  ///   - message: what is wrong.
  ///   - text: the filter.
  ///   - place: the scalars of the filter that it is about.
  ///   - hint: what was expected, or what helps.
  init(_ message: String, in text: String, at place: Range<Int>, hint: String? = nil) {
    self.message = message
    self.hint = hint
    line = MarkedLine(text, from: place.lowerBound, length: place.count)
  }

  /// The message, the filter with a caret under the place, and the hint.
  package var description: String {
    "--filter: \(message)\n  \(line.shown)\n  \(line.carets)"
      + (hint.map { "\nhint: \($0)" } ?? "")
  }
}
