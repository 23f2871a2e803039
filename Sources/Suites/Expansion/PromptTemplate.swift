/// A prompt with marks `{{name}}`, each of which a case replaces by the value of a variable.
///
/// `\{{` stands for two braces; every other character stands for itself. Values are put in as they are
/// and never read again, so that no value can reach another.
struct PromptTemplate: Hashable, Sendable {
  /// What a template is made of.
  enum Piece: Hashable, Sendable {
    case text(String)
    case variable(String)
  }

  /// A template that cannot be read.
  struct Problem: Error {
    let message: String
    let hint: String?
  }

  let pieces: [Piece]
  /// The template as it is written.
  let source: String

  private static let opening = Array("{{".unicodeScalars)
  private static let closing = Array("}}".unicodeScalars)
  private static let escape = "put \\ before braces that are part of the text: \\{{"

  /// Reads a template.
  init(_ source: String) throws(Problem) {
    self.source = source
    var pieces: [Piece] = []
    var text = ""
    // Scalars, for a brace with an accent is no character '{' and still two bytes of the mark.
    var rest = source.unicodeScalars[...]
    while let mark = rest.firstRange(of: Self.opening) {
      let before = rest[..<mark.lowerBound]
      rest = rest[mark.upperBound...]
      if before.last == "\\" {
        text.unicodeScalars += before.dropLast()
        text += "{{"
        continue
      }
      text.unicodeScalars += before
      guard let end = rest.firstRange(of: Self.closing) else {
        throw Problem(message: "'{{' is never closed", hint: Self.escape)
      }
      let name = Self.trimmed(rest[..<end.lowerBound])
      if let problem = IdentifierProblem.find(in: name) {
        throw Problem(
          message: "\(VisibleText.quote(name)) is no name of a variable: "
            + problem.replacing("an id", with: "a name"), hint: Self.escape)
      }
      if !text.isEmpty { pieces.append(.text(text)) }
      text = ""
      pieces.append(.variable(name))
      rest = rest[end.upperBound...]
    }
    text.unicodeScalars += rest
    if !text.isEmpty { pieces.append(.text(text)) }
    self.pieces = pieces
  }

  /// Whether a text holds the mark that starts a variable.
  static func isMarked(_ text: String) -> Bool {
    text.unicodeScalars.firstRange(of: opening) != nil
  }

  private static func trimmed(_ scalars: String.UnicodeScalarView.SubSequence) -> String {
    guard let first = scalars.firstIndex(where: { $0 != " " }),
      let last = scalars.lastIndex(where: { $0 != " " })
    else { return "" }
    return String(scalars[first...last])
  }

  /// The variables in order, none twice.
  var variables: [String] {
    var seen: Set<String> = []
    return pieces.compactMap { piece in
      guard case .variable(let name) = piece, seen.insert(name).inserted else { return nil }
      return name
    }
  }

  /// The text without variables; `nil` for a template that has some.
  var literal: String? {
    switch pieces.count {
    case 0: ""
    case 1: if case .text(let text) = pieces[0] { text } else { nil }
    default: nil
    }
  }

  /// The prompt with the values of variables; one that has none is left out.
  func filled(_ values: [String: String]) -> String {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let literal): text += literal
      case .variable(let name): text += values[name] ?? ""
      }
    }
    return text
  }
}

/// A variable that an entry or an included case sets.
struct VariableSetting: Sendable {
  let name: String
  let value: String
  let place: Place
}
