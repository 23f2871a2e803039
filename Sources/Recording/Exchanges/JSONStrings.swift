/// Finds the strings of a JSON text without changing or copying the text.
///
/// Bodies are recorded byte for byte; a parser and a writer between would change spelling. Where the
/// text is not JSON the scanner still ends, and finds whatever stands in quotes.
struct JSONStrings {
  /// One string.
  struct Found {
    /// The bytes between the quotes, as written.
    let range: Range<Int>
    /// Whether it names a member.
    let isName: Bool
    /// The name of the member whose value it is, or within whose list it stands.
    let memberName: [UInt8]
    /// Whether it holds a backslash.
    let isEscaped: Bool
  }

  /// The strings of a text, in order.
  static func scan(_ bytes: [UInt8]) -> [Found] {
    var found: [Found] = []
    var memberName: [UInt8] = []
    var position = 0
    while let quote = bytes[position...].firstIndex(of: UInt8(ascii: "\"")) {
      let start = quote + 1
      var end = start
      var isEscaped = false
      while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
        if bytes[end] == UInt8(ascii: "\\") {
          isEscaped = true
          end += 1
        }
        end += 1
      }
      guard end < bytes.count else { break }
      let next = bytes[(end + 1)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
      let isName = next == UInt8(ascii: ":")
      if isName { memberName = Array(bytes[start..<end]) }
      found.append(
        Found(
          range: start..<end, isName: isName, memberName: isName ? [] : memberName,
          isEscaped: isEscaped))
      position = end + 1
    }
    return found
  }
}
