internal import SeedreamAPI

/// The header fields of an answer, collected line by line within limits.
struct ResponseHead {
  /// The most bytes of all header lines together, those of interim answers included.
  static let byteCountMax = 64 << 10
  /// The most header lines, those of interim answers included.
  static let lineCountMax = 256

  /// Why no more lines are taken.
  enum Excess: Hashable, Sendable {
    /// More bytes than ``byteCountMax``.
    case bytes
    /// More lines than ``lineCountMax``.
    case lines
  }

  /// The fields of the last answer so far.
  private(set) var headers: [HTTPHeader] = []
  private var byteCount = 0
  private var lineCount = 0
  private var isInterim = false
  private var isComplete = false

  /// Takes one line with its line end.
  ///
  /// - Returns: the limit that it exceeds, if any.
  mutating func add(line bytes: [UInt8]) -> Excess? {
    byteCount += bytes.count
    lineCount += 1
    guard byteCount <= Self.byteCountMax else { return .bytes }
    guard lineCount <= Self.lineCountMax else { return .lines }
    // What follows the final head are trailers, which nobody here asks for.
    guard !isComplete else { return nil }
    let line = String(decoding: bytes, as: UTF8.self)
    let text = Self.trimmed(line[...])
    if line.hasPrefix("HTTP/") {
      headers = []
      let code = text.split(separator: " ", maxSplits: 2).dropFirst().first
      isInterim = code?.hasPrefix("1") ?? false
    } else if text.isEmpty {
      isComplete = !isInterim
    } else if let first = line.first, first == " " || first == "\t", let last = headers.popLast() {
      // A folded line goes on with the value before it (RFC 9112 section 5.2).
      headers.append(HTTPHeader(last.name, last.value + " " + text))
    } else if let colon = text.firstIndex(of: ":") {
      let value = Self.trimmed(text[text.index(after: colon)...])
      headers.append(HTTPHeader(String(text[..<colon]), String(value)))
    }
    return nil
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let isBlank = { (character: Character) in
      character == " " || character == "\t" || character.isNewline
    }
    var text = text.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
