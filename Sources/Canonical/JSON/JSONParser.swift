/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was found and what was expected.
  public let message: String
  /// The position in bytes from the start of the text.
  public let offset: Int
  /// The line, from 1.
  public let line: Int
  /// The column in bytes, from 1.
  public let column: Int

  /// One sentence with the place.
  public var description: String { "line \(line), column \(column): \(message)" }
}

/// Limits that a JSON text must keep.
public struct JSONLimits: Hashable, Sendable {
  /// The length of the text in bytes.
  public var byteCountMax: Int
  /// How deep arrays and objects may nest.
  public var depthMax: Int
  /// How many values the text may hold in all.
  public var valueCountMax: Int

  /// Limits for a text from outside: 128 MiB, 64 levels, a million values.
  public init(
    byteCountMax: Int = 128 << 20, depthMax: Int = 64, valueCountMax: Int = 1_000_000
  ) {
    self.byteCountMax = byteCountMax
    self.depthMax = depthMax
    self.valueCountMax = valueCountMax
  }
}

/// A strict reader of RFC 8259: one spelling of each thing, no name twice in an object.
///
/// Stricter than the common libraries on purpose: which of two members of one name wins differs
/// between readers, so that a recording that has both could replay another answer than was paid for.
public struct JSONParser {
  /// Characters of a number or name that a message shows.
  static let shownCountMax = 40
  /// Members of an object that are compared one by one.
  private static let comparedMax = 16

  private let bytes: [UInt8]
  private let limits: JSONLimits
  private var position = 0
  private var valueCount = 0

  /// Reads a whole text.
  ///
  /// - Throws: ``JSONError`` at the first thing that is wrong.
  public static func parse(
    _ bytes: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes, limits: limits)
    guard bytes.count <= limits.byteCountMax else {
      throw parser.failure("the text has \(bytes.count) bytes; \(limits.byteCountMax) are allowed")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw parser.failure("expected a value, found a byte order mark; save it without one")
    }
    parser.skipBlanks()
    let value = try parser.parseValue(depth: 0)
    parser.skipBlanks()
    guard parser.position == bytes.count else {
      throw parser.failure("expected the end of the text, found more after the value")
    }
    return value
  }

  private init(bytes: [UInt8], limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  private func failure(_ message: String, at offset: Int? = nil) -> JSONError {
    let place = min(offset ?? position, bytes.count)
    var line = 1
    var lineStart = 0
    for index in 0..<place where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return JSONError(message: message, offset: place, line: line, column: place - lineStart + 1)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    valueCount += 1
    guard valueCount <= limits.valueCountMax else {
      throw failure("more than \(limits.valueCountMax) values")
    }
    switch current {
    case UInt8(ascii: "{") where depth >= limits.depthMax,
      UInt8(ascii: "[") where depth >= limits.depthMax:
      throw failure("nested deeper than \(limits.depthMax) levels")
    case nil: throw failure("expected a value, found the end of the text")
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: return try parseNumber()
    }
  }

  private mutating func parseWord(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let expected = Array("\(word)".utf8)
    guard bytes[position...].starts(with: expected) else {
      throw failure("expected \(word)")
    }
    position += expected.count
    return value
  }

  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    while let byte = current, Self.isNumberByte(byte) { position += 1 }
    guard start < position else { throw failure("expected a value") }
    guard let number = JSONNumber(text: bytes[start..<position]) else {
      let shown = String(
        decoding: bytes[start..<min(position, start + Self.shownCountMax)], as: UTF8.self)
      throw failure("'\(shown)' is no number that JSON allows or that fits the limits", at: start)
    }
    return .number(number)
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var elements: [JSONValue] = []
    skipBlanks()
    if current == UInt8(ascii: "]") {
      position += 1
      return .array([])
    }
    while true {
      skipBlanks()
      elements.append(try parseValue(depth: depth + 1))
      skipBlanks()
      switch current {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "]"):
        position += 1
        return .array(elements)
      default: throw failure("expected , or ] in an array")
      }
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
    position += 1
    var members: [(String, JSONValue)] = []
    // A name that comes after all others is new, as each does in what was written canonically. Else of
    // few members each is compared; a set is made once there are many.
    var isOrdered = true
    var names: Set<[UInt8]> = []
    skipBlanks()
    if current == UInt8(ascii: "}") {
      position += 1
      return .object(JSONObject())
    }
    while true {
      skipBlanks()
      let start = position
      guard current == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
      let name = try parseString()
      isOrdered = isOrdered && members.last.map { UTF8Order.precedes($0.0, name) } ?? true
      guard isOrdered || Self.isNew(name, beside: members, &names) else {
        let shown = TerminalText.shortened(name, countMax: Self.shownCountMax)
        throw failure("the name \"\(shown)\" stands twice in one object", at: start)
      }
      skipBlanks()
      guard current == UInt8(ascii: ":") else { throw failure("expected : after a name") }
      position += 1
      skipBlanks()
      members.append((name, try parseValue(depth: depth + 1)))
      skipBlanks()
      switch current {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return .object(JSONObject(members))
      default: throw failure("expected , or } in an object")
      }
    }
  }

  /// Whether no member has a name yet.
  ///
  /// - Parameter names: the names of all members, where these are many and it was asked before.
  private static func isNew(
    _ name: String, beside members: [(String, JSONValue)], _ names: inout Set<[UInt8]>
  ) -> Bool {
    guard members.count >= comparedMax else {
      return !members.contains { UTF8Order.areEqual($0.0, name) }
    }
    if names.isEmpty { names = Set(members.map { Array($0.0.utf8) }) }
    return names.insert(Array(name.utf8)).inserted
  }

  private mutating func parseString() throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    var copied = position
    while true {
      guard let byte = current else { throw failure("a string is not closed", at: start) }
      switch byte {
      case UInt8(ascii: "\""):
        let end = position
        position += 1
        // Most strings have no escape, and need no copy.
        if !text.isEmpty { text += bytes[copied..<end] }
        let string =
          text.isEmpty ? Self.string(bytes.span.extracting(copied..<end)) : Self.string(text.span)
        guard let string else { throw failure("a string is not valid UTF-8", at: start) }
        return string
      case UInt8(ascii: "\\"):
        text += bytes[copied..<position]
        text += try parseEscape()
        copied = position
      case 0..<0x20:
        throw failure("a control character (\(byte)) in a string must be escaped")
      default: position += 1
      }
    }
  }

  /// The text of some bytes; `nil` where they are no UTF-8.
  private static func string(_ bytes: Span<UInt8>) -> String? {
    do {
      return String(copying: try UTF8Span(validating: bytes))
    } catch {
      return nil
    }
  }

  private mutating func parseEscape() throws(JSONError) -> [UInt8] {
    let start = position
    position += 1
    guard let byte = current else { throw failure("a string is not closed", at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try parseUnicodeEscape(from: start)).utf8)
    default: throw failure("an unknown escape in a string", at: start)
    }
  }

  private mutating func parseUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try parseFourDigits(from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A high surrogate must be followed by a low one (RFC 8259 section 7).
    if first < 0xDC00, bytes[position...].starts(with: [0x5C, 0x75]) {
      position += 2
      let second = try parseFourDigits(from: start)
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw failure("half of a surrogate pair is no character", at: start)
  }

  private mutating func parseFourDigits(from start: Int) throws(JSONError) -> UInt32 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits after \\u", at: start) }
    position += 4
    return value
  }
}
