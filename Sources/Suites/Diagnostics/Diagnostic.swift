package import SystemPackage

/// Something about a file that its author should know: what, where, and what helps.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  /// How bad it is.
  package enum Severity: String, Hashable, Sendable {
    /// The file cannot be used.
    case error
    /// The file is used, and may not mean what was meant.
    case warning
    /// Something worth knowing.
    case note
  }

  /// Another place that explains the first.
  package struct Note: Hashable, Sendable {
    /// What is there.
    package let message: String
    /// Where; `nil` when it is no place in a file.
    package let location: SourceLocation?

    /// Puts a note together.
    package init(_ message: String, at location: SourceLocation? = nil) {
      self.message = message
      self.location = location
    }
  }

  /// How bad it is.
  package let severity: Severity
  /// One sentence without a full stop, with the value that it is about.
  package let message: String
  /// Where it starts.
  package let location: SourceLocation
  /// How many scalars of the line it is about, at least 1.
  package let length: Int
  /// What was expected, or what helps.
  package let hint: String?
  /// Other places that belong to it.
  package let notes: [Note]
  /// Whether the line may hold a key and is never shown.
  package let hidesLine: Bool

  /// Puts a diagnostic together.
  package init(
    _ severity: Severity, _ message: String, at location: SourceLocation, length: Int = 1,
    hint: String? = nil, notes: [Note] = [], hidesLine: Bool = false
  ) {
    self.severity = severity
    self.message = message
    self.location = location
    self.length = max(1, length)
    self.hint = hint
    self.notes = notes
    self.hidesLine = hidesLine
  }

  /// The same without its line, where the line may hold a key.
  func hidingLine() -> Diagnostic {
    Diagnostic(
      severity, message, at: location, length: length, hint: hint, notes: notes, hidesLine: true)
  }

  /// `path:line:column: error: message`.
  package var description: String { "\(location): \(severity.rawValue): \(message)" }
}

extension Diagnostic {
  /// The diagnostic for a terminal: the line of the file with a caret under the place, then `hint:`
  /// and `note:` lines.
  ///
  /// - Parameter source: the bytes of the file; without them, or where they do not reach that far,
  ///   the line is left out. Control characters and marks of text direction are shown as
  ///   `<U+202E>`.
  /// - Returns: lines without a line feed at the end.
  package func rendered(source: [UInt8]?) -> String {
    var lines = [description]
    if !hidesLine, let source,
      let excerpt = SourceText.excerpt(line: location.line, column: location.column, of: source)
    {
      lines += snippet(of: excerpt)
    }
    if let hint { lines.append("hint: \(hint)") }
    for note in notes {
      lines.append("note: \(note.location.map { "\($0): " } ?? "")\(note.message)")
    }
    return lines.joined(separator: "\n")
  }

  private func snippet(of excerpt: SourceText.Excerpt) -> [String] {
    let marked = MarkedLine(
      excerpt.text, from: location.column - 1 - excerpt.cutCount, length: length)
    let number = String(location.line)
    let margin = String(repeating: " ", count: number.count)
    return ["  \(number) | \(marked.shown)", "  \(margin) | \(marked.carets)"]
  }
}

/// Everything that is wrong with a file, in order of place.
package struct SuiteFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let path: FilePath
  /// At least one error, and what else was found.
  package let diagnostics: [Diagnostic]
  /// The pictures that would be sent and could be read, so that they can be looked at as well.
  package let inputs: [InputFile]
  /// The files that checks compare with and that could be read.
  package let references: [InputFile]

  /// Puts a failure together.
  package init(
    path: FilePath, diagnostics: [Diagnostic], inputs: [InputFile] = [],
    references: [InputFile] = []
  ) {
    precondition(!diagnostics.isEmpty, "a failure says why")
    self.path = path
    self.diagnostics = diagnostics
    self.inputs = inputs
    self.references = references
  }

  /// One line a diagnostic.
  package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
