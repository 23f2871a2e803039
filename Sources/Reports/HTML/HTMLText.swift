internal import Canonical
internal import Mustache

/// Puts any text into HTML, where it stays text.
package enum HTMLText {
  /// The name by which templates ask for this escaping.
  static let contentType = "PROOFSHEET"

  /// The text with what means something in HTML written as references.
  ///
  /// It goes by scalars, not by characters: a `<` after U+0600, or a quote before a combining accent, is
  /// part of a longer character and none the less obeyed by a browser. Marks that turn the direction of text are
  /// spelled out. What HTML forbids is replaced by
  /// U+FFFD (HTML Living Standard, section 13.2.3.5).
  package static func escape(_ text: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case "\r": escaped += "&#13;"
      // Within an element of its own, too, it reverses what is read.
      case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        escaped += "&lt;\(TerminalText.name(scalar))&gt;"
      default:
        let isForbidden =
          scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
          || scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
        escaped.unicodeScalars.append(isForbidden ? "\u{FFFD}" : scalar)
      }
    }
    return escaped
  }

  /// A template whose values are put in by ``escape(_:)``.
  ///
  /// - Throws: what the template's parser throws.
  static func template(_ text: String) throws -> MustacheTemplate {
    // Registering twice does no harm, and keeps the order of first uses out of it.
    MustacheContentTypes.register(Escaping(), named: contentType)
    return try MustacheTemplate(string: "{{% CONTENT_TYPE: \(contentType)}}" + text)
  }

  private struct Escaping: MustacheContentType {
    func escapeText(_ text: String) -> String { HTMLText.escape(text) }
  }

  /// A relative path as a URL: every byte but those of RFC 3986's unreserved set and `/` by its number.
  package static func url(ofPath path: String) -> String {
    var url = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        url.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        url += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return url
  }
}
