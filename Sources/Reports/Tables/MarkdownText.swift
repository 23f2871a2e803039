internal import Canonical

/// Text of strangers in Markdown, of which nothing becomes markup.
enum MarkdownText {
  /// ASCII punctuation that means something; CommonMark 0.31.2, section 2.4, lets each be escaped.
  private static let special = Set("\\`*_[]<>|~&#!$@".unicodeScalars)

  /// The text on one line, with invisible characters spelled out.
  static func plain(_ text: String, byteCountMax: Int = XMLText.lineByteCountMax) -> String {
    var escaped = ""
    var last: Unicode.Scalar = " "
    for scalar in TerminalText.escape(XMLText.line(text, byteCountMax: byteCountMax)).unicodeScalars
    {
      // An address after a scheme becomes a link by itself.
      if special.contains(scalar) || (scalar == "/" && last == ":") {
        escaped.unicodeScalars.append("\\")
      }
      escaped.unicodeScalars.append(scalar)
      last = scalar
    }
    return escaped
  }

  /// A name of ASCII letters, digits and dots, as code; ``CaseID`` is one.
  static func code(_ name: some CustomStringConvertible) -> String { "`\(name)`" }

  /// A row of a table, of cells that are Markdown already.
  static func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }

  /// A path as the target of a link: everything but plain letters is encoded.
  static func target(_ path: String) -> String {
    var encoded = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return encoded
  }
}
