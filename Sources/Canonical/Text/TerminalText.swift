/// Text of strangers, made fit for a terminal.
package enum TerminalText {
  /// The text with characters that a terminal obeys, or that reorder what is read, spelled out.
  package static func escape(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    return text.unicodeScalars.map(escape).joined()
  }

  /// One scalar as it is shown: itself, or `<U+202E>`.
  package static func escape(_ scalar: Unicode.Scalar) -> String {
    guard isHidden(scalar) else { return String(scalar) }
    return "<\(name(scalar))>"
  }

  /// The start of a text, made fit to be shown; what is left out is told by `…`.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - countMax: how many of its Unicode scalars are shown.
  package static func shortened(_ text: String, countMax: Int) -> String {
    let scalars = text.unicodeScalars
    let end = scalars.index(scalars.startIndex, offsetBy: countMax, limitedBy: scalars.endIndex)
    guard let end, end < scalars.endIndex else { return escape(text) }
    return escape(String(scalars[..<end])) + "…"
  }

  /// `U+` and at least four hexadecimal digits.
  package static func name(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Whether a scalar is a control, a line separator, a mark of text direction or otherwise unseen.
  package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
    default: false
    }
  }
}
