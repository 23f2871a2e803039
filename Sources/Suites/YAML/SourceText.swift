/// The text of a file that a person wrote, checked before a parser sees it.
enum SourceText {
  /// What is wrong with the bytes of a file, and where.
  struct Problem: Error, Hashable {
    let message: String
    let hint: String
    let place: Place
  }

  /// The byte order mark that some editors write before UTF-8; it is no part of the first line.
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The bytes without a byte order mark before them.
  static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
  }

  /// Checks that bytes are UTF-8 of characters that YAML and editors read alike.
  ///
  /// YAML 1.1 takes U+0085, U+2028 and U+2029 for line breaks (YAML 1.1, chapter 5.4), editors do
  /// not; a line that only the parser sees could hide a key, so that they must be escaped.
  static func check(_ bytes: [UInt8]) throws(Problem) {
    let first = Place(line: 1, column: 1)
    if isUTF16(bytes) {
      throw Problem(
        message: "the file is UTF-16", hint: "save it as UTF-8", place: first)
    }
    var decoder = UTF8.ForwardParser()
    var rest = bytes[...]
    var place = first
    var isAfterReturn = false
    while let byte = rest.first {
      if (0x20...0x7E).contains(byte) {
        rest.removeFirst()
        place.column += 1
        isAfterReturn = false
        continue
      }
      var iterator = rest.makeIterator()
      guard case .valid(let encoded) = decoder.parseScalar(from: &iterator) else {
        throw Problem(
          message: "the file is no valid UTF-8 here", hint: "save it as UTF-8", place: place)
      }
      rest.removeFirst(encoded.count)
      // The parser reads ahead; each scalar starts anew.
      decoder = UTF8.ForwardParser()
      let scalar = UTF8.decode(encoded)
      if let problem = problem(with: scalar, at: place) { throw problem }
      if scalar == "\n", isAfterReturn {
        isAfterReturn = false
      } else if scalar == "\n" || scalar == "\r" {
        place = Place(line: place.line + 1, column: 1)
        isAfterReturn = scalar == "\r"
      } else {
        place.column += 1
        isAfterReturn = false
      }
    }
  }

  private static func isUTF16(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
  }

  private static func problem(with scalar: Unicode.Scalar, at place: Place) -> Problem? {
    let name = VisibleText.name(scalar)
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E: return nil
    case 0x00:
      return Problem(
        message: "the file holds a NUL byte", hint: "save it as UTF-8 text; UTF-16 has such bytes",
        place: place)
    case 0x85, 0x2028, 0x2029:
      return Problem(
        message: "\(name) breaks a line in YAML but not in most editors",
        hint: "write it as \"\\u\(name.dropFirst(2))\" in double quotes", place: place)
    case 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: return nil
    default:
      return Problem(
        message: "the file holds the control character \(name)",
        hint: "write it as \"\\u\(name.dropFirst(2))\" in double quotes", place: place)
    }
  }

  /// The place right behind the last character of UTF-8 without a mark.
  static func end(of bytes: [UInt8]) -> Place {
    var place = Place(line: 1, column: 1)
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
      if byte == 0x0A || byte == 0x0D {
        place = Place(line: place.line + 1, column: 1)
      } else if byte & 0b1100_0000 != 0b1000_0000 {
        // A byte that continues a character starts none.
        place.column += 1
      }
    }
    return place
  }

  /// One line of a text without its break and mark, numbered from 1; invalid UTF-8 is repaired.
  static func line(_ number: Int, of bytes: [UInt8]) -> String? {
    // Of UTF-16 only noise could be shown.
    guard !isUTF16(bytes) else { return nil }
    var line = 1
    var start = bytes.starts(with: mark) ? mark.count : 0
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || byte == 0x0D {
        if line == number { break }
        if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
        line += 1
        start = index + 1
      }
      index += 1
    }
    guard line == number else { return nil }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }
}
