/// Makes any text fit for an XML 1.0 document: allowed characters only, and not too many.
///
/// libxml2 writes forbidden characters without a word, and then every reader refuses the whole file.
package enum XMLText {
  /// The longest text of an element in bytes; readers refuse 10,000,000.
  package static let nodeByteCountMax = 1 << 20
  /// The longest text of an attribute that is shown in one line, in bytes.
  package static let lineByteCountMax = 4_096

  /// The text with characters that XML 1.0 forbids made visible, as `#x1B` or `#xFFFE`.
  ///
  /// Allowed are tab, line feed, carriage return and everything from U+0020 but for U+FFFE and U+FFFF
  /// (XML 1.0, fifth edition, section 2.2, production 2); surrogates cannot occur in a string.
  package static func clean(_ text: String) -> String {
    guard needsCleaning(text) else { return text }
    var cleaned = ""
    for scalar in text.unicodeScalars {
      if isForbidden(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        cleaned += "#x" + (digits.count < 2 ? "0" : "") + digits
      } else {
        cleaned.unicodeScalars.append(scalar)
      }
    }
    return cleaned
  }

  /// A clean text of at most so many bytes; of a longer one the middle is left out, and how much.
  package static func node(_ text: String, byteCountMax: Int = nodeByteCountMax) -> String {
    let cleaned = clean(text)
    let count = cleaned.utf8.count
    guard count > byteCountMax else { return cleaned }
    let notice = "\n[\(count) bytes in all; the middle is left out]\n"
    let kept = max(0, byteCountMax - notice.utf8.count)
    return prefix(of: cleaned, byteCount: kept / 2) + notice
      + suffix(of: cleaned, byteCount: kept - kept / 2)
  }

  /// A clean text on one line: line breaks and tabs in a row become one blank, those at the ends none.
  ///
  /// One that is too long is cut and ends with an ellipsis.
  package static func line(_ text: String, byteCountMax: Int = lineByteCountMax) -> String {
    if text.utf8.count <= byteCountMax, !mayBreakLine(text) { return text }
    var line = ""
    var isBroken = false
    for scalar in text.unicodeScalars {
      if breaksLine(scalar) {
        isBroken = true
        continue
      }
      if isBroken, !line.isEmpty { line += " " }
      isBroken = false
      line.unicodeScalars.append(scalar)
      // What follows the limit is not shown, so that the rest of a huge text is not walked.
      if line.utf8.count > byteCountMax { break }
    }
    let cleaned = clean(line)
    guard cleaned.utf8.count > byteCountMax else { return cleaned }
    return prefix(of: cleaned, byteCount: byteCountMax - "…".utf8.count) + "…"
  }

  private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\u{B}", "\u{C}", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// Whether a text may hold a break or a forbidden character, told by bytes.
  private static func mayBreakLine(_ text: String) -> Bool {
    // U+0085, U+2028 and U+FFFE start with these bytes in UTF-8.
    text.utf8.contains { $0 < 0x20 || $0 == 0xC2 || $0 == 0xE2 || $0 == 0xEF }
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\r": false
    case "\u{FFFE}", "\u{FFFF}": true
    default: scalar.value < 0x20
    }
  }

  /// Whether a text may hold a forbidden character, told by bytes because nearly none does.
  private static func needsCleaning(_ text: String) -> Bool {
    for byte in text.utf8 {
      // U+FFFE and U+FFFF start with EF in UTF-8.
      if byte < 0x20 ? byte != 0x0A && byte != 0x09 && byte != 0x0D : byte == 0xEF { return true }
    }
    return false
  }

  private static func prefix(of text: String, byteCount: Int) -> Substring {
    let bytes = text.utf8
    var end = bytes.index(bytes.startIndex, offsetBy: max(0, byteCount))
    while end < bytes.endIndex, isContinuation(bytes[end]) { end = bytes.index(before: end) }
    return text[..<end]
  }

  private static func suffix(of text: String, byteCount: Int) -> Substring {
    let bytes = text.utf8
    var start = bytes.index(bytes.endIndex, offsetBy: -max(0, byteCount))
    while start < bytes.endIndex, isContinuation(bytes[start]) { start = bytes.index(after: start) }
    return text[start...]
  }

  /// Whether a byte of UTF-8 continues a scalar.
  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
