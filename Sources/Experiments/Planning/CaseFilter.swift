package import Canonical
internal import SeedreamAPI
package import Suites

/// Selects cases: `id=paper--s7 suite=mugs prompt=paper|linen seed=1..10 tag=background outcome=drifted` and bare words.
package struct CaseFilter: Hashable, Sendable, CustomStringConvertible {
  /// A filter that cannot be read; the message points at the character.
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, with the filter and a caret under the place.
    package let description: String
  }

  /// Terms that a filter may have.
  package static let termsMax = 64
  /// Characters that a message shows on each side of the place that it points at.
  static let shownCountMax = 200

  /// One condition.
  private enum Term: Hashable, Sendable {
    /// The case id holds a text.
    case word(String)
    /// An axis, `tag` or `outcome` has one of several values.
    case field(String, [Value])
  }

  private enum Value: Hashable, Sendable {
    case text(String)
    case range(ClosedRange<Int>)

    func admits(_ candidate: String) -> Bool {
      switch self {
      case .text(let text): text == candidate
      case .range(let range): Int(candidate).map(range.contains) ?? false
      }
    }
  }

  private let terms: [Term]
  /// The filter as it was written.
  package let description: String

  /// A filter that selects everything.
  package static let all = CaseFilter(terms: [], description: "")

  private init(terms: [Term], description: String) {
    self.terms = terms
    self.description = description
  }

  /// Reads a filter: spaces mean and, `|` means or, `a..b` is a range of whole numbers.
  ///
  /// - Throws: ``Problem`` pointing at the character.
  package init(_ text: String) throws(Problem) {
    var terms: [Term] = []
    var column = 0
    for piece in text.split(separator: " ", omittingEmptySubsequences: false) {
      defer { column += piece.count + 1 }
      guard !piece.isEmpty else { continue }
      guard terms.count < Self.termsMax else {
        throw Self.problem("more than \(Self.termsMax) terms", text, at: column)
      }
      terms.append(try Self.term(String(piece), in: text, at: column))
    }
    self.init(terms: terms, description: text)
  }

  private static func term(
    _ piece: String, in text: String, at column: Int
  ) throws(Problem) -> Term {
    guard let sign = piece.firstIndex(of: "=") else { return .word(piece) }
    let name = String(piece[..<sign])
    let list = piece[piece.index(after: sign)...]
    guard !name.isEmpty else { throw problem("expected a name before =", text, at: column) }
    var values: [Value] = []
    var place = column + name.count + 1
    for part in list.split(separator: "|", omittingEmptySubsequences: false) {
      values.append(try value(String(part), in: text, at: place))
      place += part.count + 1
    }
    if name == "outcome" {
      for case .text(let value) in values where Outcome(rawValue: value) == nil {
        let known = Outcome.allCases.map(\.rawValue).joined(separator: ", ")
        throw problem("'\(shown(value))' is no outcome; there are \(known)", text, at: column)
      }
    }
    return .field(name, values)
  }

  private static func value(
    _ part: String, in text: String, at column: Int
  ) throws(Problem) -> Value {
    guard !part.isEmpty else { throw problem("expected a value", text, at: column) }
    let ends = part.split(separator: ".", omittingEmptySubsequences: false)
    if part.hasPrefix("..") || part.hasSuffix("..") {
      throw problem("the range \(shown(part)) lacks an end", text, at: column)
    }
    guard ends.count == 3, ends[1].isEmpty, let low = Int(ends[0]), let high = Int(ends[2]) else {
      return .text(part)
    }
    guard low <= high else {
      throw problem("the range \(shown(part)) ends before it begins", text, at: column)
    }
    return .range(low...high)
  }

  private static func shown(_ text: String) -> String {
    TerminalText.shortened(text, countMax: shownCountMax)
  }

  /// - Parameter column: characters of the text before the place.
  private static func problem(_ message: String, _ text: String, at column: Int) -> Problem {
    let before = text.prefix(column).unicodeScalars
    // A long filter is cut around the place.
    let start = before.index(
      before.endIndex, offsetBy: -shownCountMax, limitedBy: before.startIndex)
    let lead = start.map { "…" + TerminalText.escape(String(before[$0...])) }
    let shownBefore = lead ?? TerminalText.escape(String(before))
    let shownAfter = TerminalText.shortened(
      String(text.dropFirst(column)), countMax: shownCountMax)
    let width = shownBefore.unicodeScalars.reduce(0) { $0 + VisibleText.width($1) }
    return Problem(
      description: "--filter: \(message)\n  \(shownBefore)\(shownAfter)\n"
        + "  \(String(repeating: " ", count: width))^")
  }

  /// Whether the filter asks for outcomes, which only a run that has ended knows.
  package var usesOutcome: Bool {
    terms.contains { if case .field("outcome", _) = $0 { true } else { false } }
  }

  /// Names that are no axes: the case id as a whole, the suite, a tag, the outcome.
  package static let ownNames: Set<String> = ["id", "suite", "tag", "outcome"]

  /// The filter that selects exactly one case.
  package static func exactly(_ id: CaseID, of suite: SuiteName) -> String {
    "'suite=\(suite) id=\(id)'"
  }

  /// The names of axes that the filter uses.
  package var axisNames: [String] {
    terms.compactMap { term in
      guard case .field(let name, _) = term, !Self.ownNames.contains(name) else { return nil }
      return name
    }
  }

  /// Whether a case is selected; an outcome that is not known yet admits every `outcome=`.
  package func admits(
    _ identity: CaseIdentity, outcome: Outcome? = nil
  ) -> Bool {
    admits(
      suite: identity.suite.text, id: identity.id.text, cells: identity.cells,
      tags: identity.tags, outcome: outcome)
  }

  /// Whether a case of those names is selected.
  package func admits(
    suite: String, id: String, cells: [CaseCell], tags: [String], outcome: Outcome? = nil
  ) -> Bool {
    terms.allSatisfy { term in
      switch term {
      case .word(let word): id.contains(word)
      case .field("id", let values): values.contains { $0.admits(id) }
      case .field("suite", let values): values.contains { $0.admits(suite) }
      case .field("tag", let values): tags.contains { tag in values.contains { $0.admits(tag) } }
      case .field("outcome", let values):
        outcome.map { known in values.contains { $0.admits(known.rawValue) } } ?? true
      case .field(let name, let values):
        cells.contains { cell in
          cell.axis == name && values.contains { $0.admits(cell.entry) || $0.admits(cell.value) }
        }
      }
    }
  }
}
