internal import Canonical
package import SeedreamAPI

/// Takes secrets out of exchanges before anything is written.
///
/// One versioned policy serves requests and answers, recordings, the run store and reports alike; it
/// is idempotent, so that a request can be redacted before it is compared with a recorded one.
package struct Redactor: Sendable {
  /// The version of the rules below.
  package static let policy = "proofsheet-redaction/1"
  /// What stands in the place of a secret.
  package static let replacement = "REDACTED"

  /// Request fields that are recorded; a list of what is allowed cannot forget a new credential.
  static let requestHeaders: Set<String> = ["accept", "content-type"]
  /// Answer fields that are recorded.
  static let responseHeaders: Set<String> = [
    "content-type", "location", "retry-after", "x-simulator", "ratelimit-limit",
    "ratelimit-remaining", "ratelimit-reset",
  ]
  /// Fields of one message that are recorded; a server that repeats a field loses the rest.
  static let headersMax = 100

  /// The known secrets in every form in which they are searched for, longest first.
  private let values: [Form]

  /// A known secret as it may stand in text.
  private struct Form {
    let bytes: [UInt8]
    /// Whether it is base64, whose characters at its ends hold bits of its neighbours as well.
    let isEncoded: Bool
  }

  /// Takes the secrets that the process holds.
  package init(secrets: [Secret]) {
    var forms: Set<[UInt8]> = []
    var encoded: Set<[UInt8]> = []
    for secret in secrets {
      let plain = Array(secret.reveal().utf8)
      guard plain.count >= Secret.searchedByteCountMin else { continue }
      forms.insert(plain)
      forms.insert(Self.percentEncoded(plain, Hexadecimal.encode([UInt8](0...255)).uppercased()))
      forms.insert(Self.percentEncoded(plain, Hexadecimal.encode([UInt8](0...255))))
      forms.insert(Array(JSONValue.literal(secret.reveal()).dropFirst().dropLast()))
      encoded.formUnion(Self.base64Forms(plain))
    }
    let all =
      forms.map { Form(bytes: $0, isEncoded: false) }
      + encoded.subtracting(forms).map { Form(bytes: $0, isEncoded: true) }
    values = all.sorted { left, right in
      left.bytes.count == right.bytes.count
        ? left.bytes.lexicographicallyPrecedes(right.bytes) : left.bytes.count > right.bytes.count
    }
  }

  /// Redacts a request's fields: those of the allow-list stay.
  package func requestHeaders(_ headers: [HTTPHeader]) -> [HTTPHeader] {
    headers.filter { Self.requestHeaders.contains($0.name.lowercased()) }
      .map { HTTPHeader($0.name.lowercased(), text($0.value)) }
      .sorted { $0.name < $1.name }
  }

  /// Redacts an answer's fields: those of the allow-list stay, URLs in them are redacted.
  package func responseHeaders(_ headers: [HTTPHeader]) -> [HTTPHeader] {
    headers.filter { Self.responseHeaders.contains($0.name.lowercased()) }
      .map { field in
        let name = field.name.lowercased()
        return HTTPHeader(name, name == "location" ? url(field.value) : text(field.value))
      }
      .sorted { $0.name < $1.name }
      .prefix(Self.headersMax) + []
  }

  /// Redacts the user of a URL, and the values of its query by the names of its parameters.
  ///
  /// Everything that is derived from a URL is derived from the redacted one.
  package func url(_ url: String) -> String {
    let url = Self.withoutUser(url)
    guard let mark = url.firstIndex(of: "?") else { return text(url) }
    let parameters = url[url.index(after: mark)...].split(
      separator: "&", omittingEmptySubsequences: false)
    let redacted = parameters.map { parameter -> String in
      let pieces = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2, SecretName.covers(parameter: String(pieces[0])) else {
        return String(parameter)
      }
      return "\(pieces[0])=\(Self.replacement)"
    }
    return text(url[...mark] + redacted.joined(separator: "&"))
  }

  /// Redacts a JSON text, byte for byte apart from what is secret: members by name at any depth, URLs
  /// wherever they stand, and known values; what ``BodySplitter`` makes a blob of stays as it is.
  package func json(_ bytes: [UInt8]) -> [UInt8] {
    var redacted: [UInt8] = []
    // What stands between two blobs; known values are looked for in all of it.
    var text: [UInt8] = []
    var copied = 0
    for string in JSONStrings.scan(bytes) where !string.isName {
      if SecretName.covers(member: Self.meaning(of: string.memberName)) {
        text += bytes[copied..<string.range.lowerBound] + Array(Self.replacement.utf8)
      } else if let (range, _) = BodySplitter.blob(in: bytes, of: string) {
        text += bytes[copied..<range.lowerBound]
        redacted += self.bytes(text) + bytes[range]
        text = []
        copied = range.upperBound
        continue
      } else if let value = redactedValue(of: string, in: bytes) {
        text += bytes[copied..<string.range.lowerBound] + value
      } else {
        continue
      }
      copied = string.range.upperBound
    }
    return redacted + self.bytes(text + bytes[copied...])
  }

  /// The value of a string without what is secret, as it is to be written; `nil` where nothing is.
  ///
  /// Writers in Go escape `&` and those in PHP `/`; what counts is what a reader makes of the string.
  private func redactedValue(of string: JSONStrings.Found, in bytes: [UInt8]) -> [UInt8]? {
    let written = Array(bytes[string.range])
    guard string.isEscaped else {
      let redacted = urls(in: written)
      return redacted == written ? nil : redacted
    }
    let meaning = Self.meaning(of: written)
    let redacted = self.bytes(urls(in: Array(meaning.utf8)))
    guard !redacted.elementsEqual(meaning.utf8) else { return nil }
    return Array(
      JSONValue.literal(String(decoding: redacted, as: UTF8.self)).dropFirst().dropLast())
  }

  /// Redacts every URL that stands in a text.
  package func urls(in text: [UInt8]) -> [UInt8] {
    var redacted: [UInt8] = []
    var copied = 0
    var position = 0
    while let mark = Self.firstRange(of: Array("://".utf8), in: text, from: position) {
      position = mark.upperBound
      let scheme = ["https", "http"].first { scheme in
        text[copied..<mark.lowerBound].suffix(scheme.utf8.count).map { $0 | 0x20 }
          == Array(scheme.utf8)
      }
      guard let scheme else { continue }
      let start = mark.lowerBound - scheme.utf8.count
      let end =
        text[position...].firstIndex { $0 <= 0x20 || "\"<>\\".utf8.contains($0) } ?? text.count
      redacted += text[copied..<start]
      redacted += url(String(decoding: text[start..<end], as: UTF8.self)).utf8
      copied = end
      position = end
    }
    return redacted + text[copied...]
  }

  /// Replaces known secrets in a text.
  package func text(_ text: String) -> String {
    String(decoding: bytes(Array(text.utf8)), as: UTF8.self)
  }

  /// Replaces known secrets in bytes of text.
  package func bytes(_ bytes: [UInt8]) -> [UInt8] {
    values.reduce(bytes) { Self.replace($1, in: $0) }
  }

  /// Whether bytes hold a known secret in any form.
  package func finds(in bytes: [UInt8]) -> Bool {
    values.contains { Self.firstRange(of: $0.bytes, in: bytes, from: 0) != nil }
  }

  /// Where known secrets stand in bytes, in any form, sorted; of two that overlap the longer.
  ///
  /// - Parameter max: the search ends with that many.
  package func ranges(in bytes: [UInt8], max: Int) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for value in values {
      var position = 0
      while found.count < max,
        let range = Self.firstRange(of: value.bytes, in: bytes, from: position)
      {
        if !found.contains(where: { $0.overlaps(range) }) { found.append(range) }
        position = range.upperBound
      }
    }
    return found.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// A URL whose user name and password, if it has any, are replaced.
  private static func withoutUser(_ url: String) -> String {
    guard let slashes = url.firstRange(of: "://") else { return url }
    let authority = url[slashes.upperBound...].prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@") else { return url }
    return url[..<slashes.upperBound] + replacement + url[at...]
  }

  /// What a JSON string means, its escapes undone; where they are no JSON, what is written.
  private static func meaning(of written: [UInt8]) -> String {
    let plain = String(decoding: written, as: UTF8.self)
    guard written.contains(UInt8(ascii: "\\")) else { return plain }
    let quote = [UInt8(ascii: "\"")]
    do {
      return try JSONParser.parse(quote + written + quote).string ?? plain
    } catch {
      return plain
    }
  }

  private static func replace(_ value: Form, in bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while let found = firstRange(of: value.bytes, in: bytes, from: position) {
      let range = value.isEncoded ? widened(found, in: bytes, from: position) : found
      result += bytes[position..<range.lowerBound]
      result += replacement.utf8
      position = range.upperBound
    }
    return position == 0 ? bytes : result + bytes[position...]
  }

  /// A place of base64 with the characters at its ends that hold bits of it and of its neighbours.
  private static func widened(
    _ range: Range<Int>, in bytes: [UInt8], from start: Int
  ) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower > start, range.lowerBound - lower < edgeMax, isBase64(bytes[lower - 1]) {
      lower -= 1
    }
    while upper < bytes.count, upper - range.upperBound < edgeMax, isBase64(bytes[upper]) {
      upper += 1
    }
    return lower..<upper
  }

  /// Characters of base64 that may share bits with a secret at each of its ends, padding included.
  private static let edgeMax = 4

  private static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
      UInt8(ascii: "="):
      true
    default: false
    }
  }

  private static func firstRange(
    of value: [UInt8], in bytes: [UInt8], from start: Int
  ) -> Range<Int>? {
    guard let first = value.first else { return nil }
    var position = start
    while let index = bytes[position...].firstIndex(of: first) {
      if bytes[index...].starts(with: value) { return index..<(index + value.count) }
      position = index + 1
    }
    return nil
  }

  /// - Parameter digits: the two digits of each byte, in capitals or not.
  private static func percentEncoded(_ bytes: [UInt8], _ digits: String) -> [UInt8] {
    let digits = Array(digits.utf8)
    return bytes.flatMap { byte -> [UInt8] in
      let isPlain = IdentifierRule.isAllowed(byte) || byte == UInt8(ascii: "~")
      let place = Int(byte) * 2
      return isPlain ? [byte] : [UInt8(ascii: "%"), digits[place], digits[place + 1]]
    }
  }

  /// What base64 of a longer text looks like where the secret stands in it, at each of the three
  /// alignments, without the characters that neighbours share.
  private static func base64Forms(_ bytes: [UInt8]) -> [[UInt8]] {
    (0..<3).compactMap { shift in
      let encoded = Base64.encode([UInt8](repeating: 0, count: shift) + bytes)
      let start = shift == 0 ? 0 : shift + 1
      let end = (shift + bytes.count) / 3 * 4
      return end - start >= 8 ? Array(encoded[start..<end]) : nil
    }
  }
}
