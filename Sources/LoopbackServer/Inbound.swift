/// Reads requests from a connection, one after the other.
package struct Inbound: Sendable {
  /// The longest line of a chunked body: a size or a trailing field.
  package static let chunkLineByteCountMax = 1_024
  /// Lines that may follow the last chunk.
  package static let trailerLinesMax = 100

  private let socket: ClientSocket
  private let bodyByteCountMax: Int
  /// Bytes that came and were not used; those before ``start`` were.
  private var bytes: [UInt8] = []
  private var start = 0

  /// Starts on a connection.
  ///
  /// - Parameters:
  ///   - socket: the connection.
  ///   - bodyByteCountMax: the longest body in bytes; a longer one is refused with 413.
  package init(socket: ClientSocket, bodyByteCountMax: Int) {
    self.socket = socket
    self.bodyByteCountMax = bodyByteCountMax
  }

  /// Waits for the next request's head.
  ///
  /// - Throws: ``WireEnd`` when there is none, ``WireRefusal`` when it breaks a rule.
  package mutating func nextHead() async throws -> RequestHead {
    var scanned = start
    while true {
      if let end = headEnd(from: scanned) {
        let head = bytes[start..<end]
        guard head.count + 4 <= RequestHead.byteCountMax else { throw Self.headTooLong }
        start = end + 4
        return try RequestHead(reading: head)
      }
      guard bytes.count - start <= RequestHead.byteCountMax else { throw Self.headTooLong }
      // The blank line may have begun in the bytes that were scanned.
      let behind = max(0, bytes.count - start - 3)
      try await fill()
      scanned = start + behind
    }
  }

  private static let headTooLong = WireRefusal(
    431, "a head may have \(RequestHead.byteCountMax) bytes")

  private func headEnd(from scanned: Int) -> Int? {
    guard scanned + 4 <= bytes.count else { return nil }
    for index in scanned...(bytes.count - 4)
    where bytes[index] == 0x0D && bytes[index + 1] == 0x0A && bytes[index + 2] == 0x0D
      && bytes[index + 3] == 0x0A
    {
      return index
    }
    return nil
  }

  /// Reads the body that a head announces.
  package mutating func body(_ framing: BodyFraming) async throws -> [UInt8] {
    switch framing {
    case .length(let count): try await take(count)
    case .chunked: try await chunkedBody()
    }
  }

  private mutating func chunkedBody() async throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = String(decoding: try await takeLine(), as: UTF8.self)
      let digits = line.prefix { $0 != ";" }.trimmingBlanks
      guard !digits.isEmpty, digits.utf8.count <= 15, digits.allSatisfy(\.isHexDigit),
        let count = Int(digits, radix: 16)
      else { throw WireRefusal(400, "a chunk's size is no hexadecimal number") }
      if count == 0 { break }
      guard count <= bodyByteCountMax - body.count else {
        throw WireRefusal(413, "a body may have \(bodyByteCountMax) bytes")
      }
      body += try await take(count)
      guard try await take(2) == [0x0D, 0x0A] else {
        throw WireRefusal(400, "a chunk is longer than its size says")
      }
    }
    for _ in 0..<Self.trailerLinesMax where try await takeLine().isEmpty { return body }
    throw WireRefusal(431, "more than \(Self.trailerLinesMax) fields follow the body")
  }

  private mutating func takeLine() async throws -> [UInt8] {
    while true {
      let seen = bytes[start...]
      if let end = seen.firstIndex(of: 0x0A), end > start, bytes[end - 1] == 0x0D {
        let line = Array(bytes[start..<end - 1])
        start = end + 1
        return line
      }
      guard seen.count <= Self.chunkLineByteCountMax else {
        throw WireRefusal(400, "a line of a chunked body is too long")
      }
      try await fill()
    }
  }

  private mutating func take(_ count: Int) async throws -> [UInt8] {
    while bytes.count - start < count { try await fill() }
    let taken = Array(bytes[start..<start + count])
    start += count
    return taken
  }

  /// Reads on; what was used is let go.
  private mutating func fill() async throws(WireEnd) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += try await socket.read()
  }

  /// Reads and forgets what a client still sends, so that it gets to read the answer.
  ///
  /// Closing a connection with unread bytes resets it, and a reset may overtake the answer.
  package mutating func drain() async {
    var drained = 0
    bytes = []
    start = 0
    do {
      while drained <= bodyByteCountMax { drained += try await socket.read().count }
    } catch {
      // However it ends, nothing is owed any more.
    }
  }
}
