internal import Canonical

/// Text of a stranger's file, made fit for a terminal.
package enum VisibleText {
  /// Scalars of a quoted value that a message shows.
  static let quotedCountMax = 60

  /// A value in quotes, shortened, with invisible characters spelled out.
  static func quote(_ text: String) -> String {
    "'\(TerminalText.shortened(text, countMax: quotedCountMax))'"
  }

  /// The text with characters that a terminal obeys, or that reorder what is read, spelled out.
  package static func escape(_ text: String) -> String { TerminalText.escape(text) }

  /// One scalar as it is shown: itself, or `<U+202E>`.
  static func escape(_ scalar: Unicode.Scalar) -> String { TerminalText.escape(scalar) }

  /// `U+` and at least four hexadecimal digits.
  static func name(_ scalar: Unicode.Scalar) -> String { TerminalText.name(scalar) }

  /// Whether a scalar is a control, a line separator, a mark of text direction or otherwise unseen.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool { TerminalText.isHidden(scalar) }

  /// Columns that a scalar takes on a terminal.
  ///
  /// East Asian wide characters and pictographs take two (Unicode Standard Annex 11, the blocks that
  /// people write), marks that combine take none.
  package static func width(_ scalar: Unicode.Scalar) -> Int {
    if isHidden(scalar) { return escape(scalar).unicodeScalars.count }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
