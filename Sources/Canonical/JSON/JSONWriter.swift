extension JSONValue {
  /// The canonical form: names sorted by bytes, no blanks, shortest escapes, canonical numbers.
  ///
  /// Two values are equal exactly when their canonical forms have the same bytes.
  public var canonicalBytes: [UInt8] {
    var writer = JSONWriter()
    writer.write(self, layout: .compact, depth: 0)
    return writer.bytes
  }

  /// The canonical form as text on one line.
  public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// The canonical form with every line separator of Unicode escaped: one line to every reader, whatever it
  /// takes for the end of one.
  ///
  /// Not canonical: digests are of ``canonicalBytes``.
  public var lineBytes: [UInt8] {
    let bytes = canonicalBytes
    // U+0085 is C2 85 and U+2028 and U+2029 are E2 80 A8 and A9 in UTF-8; all stand in strings only.
    guard bytes.contains(where: { $0 == 0xC2 || $0 == 0xE2 }) else { return bytes }
    var line: [UInt8] = []
    line.reserveCapacity(bytes.count + 16)
    var index = 0
    while index < bytes.count {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      let third = index + 2 < bytes.count ? bytes[index + 2] : 0
      switch (bytes[index], next, third) {
      case (0xC2, 0x85, _):
        line += "\\u0085".utf8
        index += 2
      case (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9):
        line += (third == 0xA8 ? "\\u2028" : "\\u2029").utf8
        index += 3
      default:
        line.append(bytes[index])
        index += 1
      }
    }
    return line
  }

  /// The form for files that people diff: two spaces a level, sorted names, a line feed at the end.
  public var prettyBytes: [UInt8] {
    var writer = JSONWriter()
    writer.write(self, layout: .indented, depth: 0)
    return writer.bytes + [0x0A]
  }

  /// A string as a JSON literal, quotes included.
  public static func literal(_ text: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.writeString(text)
    return writer.bytes
  }
}

/// Writes JSON values as bytes.
private struct JSONWriter {
  enum Layout { case compact, indented }

  var bytes: [UInt8] = []

  private static let hexadecimal: [UInt8] = Array("0123456789abcdef".utf8)

  mutating func write(_ value: JSONValue, layout: Layout, depth: Int) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .number(let number): bytes += number.text.utf8
    case .string(let text): writeString(text)
    case .array(let elements):
      writeList("[", "]", elements, layout: layout, depth: depth) { writer, element in
        writer.write(element, layout: layout, depth: depth + 1)
      }
    case .object(let object):
      writeList("{", "}", object.members, layout: layout, depth: depth) { writer, member in
        writer.writeString(member.name)
        writer.bytes += (layout == .indented ? ": " : ":").utf8
        writer.write(member.value, layout: layout, depth: depth + 1)
      }
    }
  }

  private mutating func writeList<Element>(
    _ open: String, _ close: String, _ elements: [Element], layout: Layout, depth: Int,
    each: (inout JSONWriter, Element) -> Void
  ) {
    bytes += open.utf8
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if layout == .indented { breakLine(depth: depth + 1) }
      each(&self, element)
    }
    if layout == .indented, !elements.isEmpty { breakLine(depth: depth) }
    bytes += close.utf8
  }

  private mutating func breakLine(depth: Int) {
    bytes.append(0x0A)
    bytes += repeatElement(0x20, count: depth * 2)
  }

  mutating func writeString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    if UTF8Order.isPlain(text) {
      bytes.append(contentsOf: text.utf8)
    } else {
      writeEscaped(text)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func writeEscaped(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: bytes += "\\b".utf8
      case 0x09: bytes += "\\t".utf8
      case 0x0A: bytes += "\\n".utf8
      case 0x0C: bytes += "\\f".utf8
      case 0x0D: bytes += "\\r".utf8
      case 0..<0x20, 0x7F:
        // DEL needs no escape in JSON, but a file that people open on a terminal should not hold it.
        bytes += "\\u00".utf8
        bytes.append(Self.hexadecimal[Int(byte >> 4)])
        bytes.append(Self.hexadecimal[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
  }
}
