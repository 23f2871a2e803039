/// A request that breaks the rules of HTTP/1.1 or a limit, and the status that says so.
package struct WireRefusal: Error, Hashable, Sendable {
  /// The status of the answer; the connection ends after it.
  package let status: Int
  /// What was found and what was expected.
  package let message: String

  /// Refuses with a status and a sentence.
  package init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }
}

/// How a request's body is delimited (RFC 9112 section 6).
package enum BodyFraming: Hashable, Sendable {
  /// So many bytes.
  case length(Int)
  /// Chunks that say their sizes.
  case chunked
}

/// The start line and the fields of a request.
package struct RequestHead: Sendable {
  /// The longest head in bytes, blank line included.
  package static let byteCountMax = 16_384
  /// The most fields.
  package static let fieldsMax = 100

  /// The method, as it was sent.
  package let method: String
  /// The target as it was sent: nothing is decoded, so that `%2F` stays apart from `/`.
  package let target: String
  /// Whether it is of HTTP/1.0.
  package let isVersion10: Bool
  /// Names in lower case.
  package let fields: [(name: String, value: String)]

  /// The values of a field, in the order in which they came.
  package func values(_ name: String) -> [String] {
    fields.filter { $0.name == name }.map(\.value)
  }

  /// The target without its query.
  package var path: String {
    String(target.prefix { $0 != "?" })
  }

  /// Whether the client wants the connection to end after the answer.
  package var closesConnection: Bool {
    let tokens = values("connection").flatMap { $0.lowercased().split(separator: ",") }
      .map { $0.trimmingBlanks }
    return isVersion10 ? !tokens.contains("keep-alive") : tokens.contains("close")
  }

  /// Whether the client waits for leave before it sends the body.
  package var expectsContinue: Bool {
    values("expect").contains { $0.lowercased() == "100-continue" }
  }

  /// Reads a head.
  ///
  /// - Parameter bytes: the lines with their CRLF, without the blank line that ends them.
  package init(reading bytes: ArraySlice<UInt8>) throws(WireRefusal) {
    var lines = Self.lines(of: bytes)[...]
    guard let start = lines.popFirst() else { throw WireRefusal(400, "the start line is missing") }
    let words = start.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isVisible) })
    else {
      throw WireRefusal(400, "the start line is not 'METHOD TARGET HTTP/1.1'")
    }
    switch String(decoding: words[2], as: UTF8.self) {
    case "HTTP/1.1": isVersion10 = false
    case "HTTP/1.0": isVersion10 = true
    default: throw WireRefusal(505, "HTTP/1.1 is spoken here")
    }
    method = String(decoding: words[0], as: UTF8.self)
    target = String(decoding: words[1], as: UTF8.self)
    guard lines.count <= Self.fieldsMax else {
      throw WireRefusal(431, "\(lines.count) fields; \(Self.fieldsMax) are allowed")
    }
    var fields: [(name: String, value: String)] = []
    for line in lines { fields.append(try Self.field(line)) }
    self.fields = fields
  }

  private static func lines(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    for index in bytes.indices
    where bytes[index] == 0x0A && index > start && bytes[index - 1] == 0x0D {
      lines.append(bytes[start..<index - 1])
      start = index + 1
    }
    if start < bytes.endIndex { lines.append(bytes[start...]) }
    return lines
  }

  private static func field(
    _ line: ArraySlice<UInt8>
  ) throws(WireRefusal) -> (name: String, value: String) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isTokenByte)
    else { throw WireRefusal(400, "a field is not 'name: value'") }
    let value = line[(colon + 1)...]
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw WireRefusal(400, "a field holds control characters")
    }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    return (name, String(decoding: value, as: UTF8.self).trimmingBlanks)
  }

  private static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

  /// The bytes of RFC 9110's `token`.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// How the body is delimited; a request without a length has none.
  ///
  /// - Parameter byteCountMax: the longest body in bytes.
  /// - Throws: ``WireRefusal``.
  package func framing(byteCountMax: Int) throws(WireRefusal) -> BodyFraming {
    let codings = values("transfer-encoding")
    let lengths = values("content-length")
    guard codings.isEmpty else {
      guard lengths.isEmpty else {
        throw WireRefusal(400, "Content-Length and Transfer-Encoding exclude each other")
      }
      guard codings.count == 1, codings[0].lowercased() == "chunked", !isVersion10 else {
        throw WireRefusal(501, "no transfer coding but chunked is known")
      }
      return .chunked
    }
    guard let text = lengths.first else { return .length(0) }
    guard lengths.allSatisfy({ $0 == text }), !text.isEmpty,
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { throw WireRefusal(400, "Content-Length is no number") }
    guard let length = Int(text), length <= byteCountMax else {
      throw WireRefusal(413, "a body may have \(byteCountMax) bytes")
    }
    return .length(length)
  }
}

/// A whole request.
package struct WireRequest: Sendable {
  /// The start line and the fields.
  package let head: RequestHead
  /// The body.
  package let body: [UInt8]

  /// Puts a request together.
  package init(head: RequestHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  package var trimmingBlanks: String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(self[first...last])
  }
}
