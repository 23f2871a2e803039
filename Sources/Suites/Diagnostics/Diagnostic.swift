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
  /// Scalars of a source line that are shown; a longer line is cut around the place.
  static let shownCountMax = 160

  /// The diagnostic for a terminal: the line of the file with a caret under the place, then `hint:`
  /// and `note:` lines.
  ///
  /// - Parameter source: the bytes of the file; without them, or where they do not reach that far,
  ///   the line is left out. Control characters and marks of text direction are shown as
  ///   `<U+202E>`.
  /// - Returns: lines without a line feed at the end.
  package func rendered(source: [UInt8]?) -> String {
    var lines = [description]
    if !hidesLine, let source, let text = SourceText.line(location.line, of: source) {
      lines += snippet(of: text)
    }
    if let hint { lines.append("hint: \(hint)") }
    for note in notes {
      lines.append("note: \(note.location.map { "\($0): " } ?? "")\(note.message)")
    }
    return lines.joined(separator: "\n")
  }

  private func snippet(of line: String) -> [String] {
    let scalars = Array(line.unicodeScalars)
    let start = min(location.column - 1, scalars.count)
    let end = min(max(start + length, start + 1), max(scalars.count, start + 1))
    let from = start > Self.shownCountMax / 2 ? start - Self.shownCountMax / 2 : 0
    let to = min(scalars.count, from + Self.shownCountMax)
    var shown = from > 0 ? "…" : ""
    var carets = from > 0 ? " " : ""
    for index in from..<max(to, start + 1) {
      let scalar: Unicode.Scalar = index < scalars.count ? scalars[index] : " "
      // A tab's width depends on the terminal; one blank keeps the caret under its place.
      let isTab = scalar == "\t"
      if index < to { shown += isTab ? " " : VisibleText.escape(scalar) }
      let width = isTab ? 1 : VisibleText.width(scalar)
      let mark = index == start ? "^" : (start..<end).contains(index) ? "~" : " "
      carets += String(repeating: index == start ? "~" : mark, count: max(0, width))
      if index == start { carets = carets.dropLast(max(0, width)) + caret(width: width) }
    }
    if to < scalars.count { shown += "…" }
    while carets.last == " " { carets.removeLast() }
    let number = String(location.line)
    let margin = String(repeating: " ", count: number.count)
    return ["  \(number) | \(shown)", "  \(margin) | \(carets)"]
  }

  private func caret(width: Int) -> String {
    "^" + String(repeating: "~", count: max(0, width - 1))
  }
}

/// Everything that is wrong with a file, in order of place.
package struct SuiteFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let path: FilePath
  /// At least one error, and what else was found.
  package let diagnostics: [Diagnostic]

  /// Puts a failure together.
  package init(path: FilePath, diagnostics: [Diagnostic]) {
    precondition(!diagnostics.isEmpty, "a failure says why")
    self.path = path
    self.diagnostics = diagnostics
  }

  /// One line a diagnostic.
  package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
