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
  /// Words that make a query parameter or a JSON member secret when its name holds one.
  static let secretWords = [
    "apikey", "api_key", "api-key", "accesskey", "access_key", "token", "secret", "password",
    "authorization", "signature", "credential", "x-amz-", "x-goog-", "x-tos-",
  ]
  /// Names of query parameters that are secret as a whole.
  static let secretNames: Set<String> = ["sig", "auth", "key", "policy", "expires", "sign"]
  /// Known values shorter than this are not searched for: they would hit by chance.
  static let valueByteCountMin = 6

  /// The known secrets in every form in which they are searched for, longest first.
  private let values: [[UInt8]]

  /// Takes the secrets that the process holds.
  package init(secrets: [Secret]) {
    var forms: Set<[UInt8]> = []
    for secret in secrets {
      let plain = Array(secret.reveal().utf8)
      guard plain.count >= Self.valueByteCountMin else { continue }
      forms.insert(plain)
      forms.insert(Self.percentEncoded(plain))
      forms.insert(Array(JSONValue.literal(secret.reveal()).dropFirst().dropLast()))
      forms.formUnion(Self.base64Forms(plain))
    }
    values = forms.sorted { left, right in
      left.count == right.count
        ? left.lexicographicallyPrecedes(right) : left.count > right.count
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
  }

  /// Redacts the values of a URL's query by the names of its parameters.
  ///
  /// Everything that is derived from a URL is derived from the redacted one.
  package func url(_ url: String) -> String {
    guard let mark = url.firstIndex(of: "?") else { return text(url) }
    let parameters = url[url.index(after: mark)...].split(
      separator: "&", omittingEmptySubsequences: false)
    let redacted = parameters.map { parameter -> String in
      let pieces = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2, Self.isSecret(queryName: String(pieces[0])) else {
        return String(parameter)
      }
      return "\(pieces[0])=\(Self.replacement)"
    }
    return text(url[...mark] + redacted.joined(separator: "&"))
  }

  /// Redacts a JSON text, byte for byte apart from what is secret: members by name at any depth, the
  /// queries of URLs, and known values.
  package func json(_ bytes: [UInt8]) -> [UInt8] {
    var redacted: [UInt8] = []
    var copied = 0
    for string in JSONStrings.scan(bytes) where !string.isName {
      let value = bytes[string.range]
      let replaced: [UInt8]
      if Self.isSecret(memberName: String(decoding: string.memberName, as: UTF8.self)) {
        replaced = Array(Self.replacement.utf8)
      } else if value.starts(with: "http".utf8), value.contains(UInt8(ascii: "?")) {
        replaced = Array(url(String(decoding: value, as: UTF8.self)).utf8)
      } else {
        continue
      }
      redacted += bytes[copied..<string.range.lowerBound]
      redacted += replaced
      copied = string.range.upperBound
    }
    redacted += bytes[copied...]
    return self.bytes(redacted)
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
    values.contains { Self.firstRange(of: $0, in: bytes, from: 0) != nil }
  }

  private static func isSecret(queryName: String) -> Bool {
    let name = queryName.lowercased()
    return secretNames.contains(name) || isSecret(memberName: name)
  }

  private static func isSecret(memberName: String) -> Bool {
    let name = memberName.lowercased()
    return secretWords.contains { name.contains($0) }
  }

  private static func replace(_ value: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while let range = firstRange(of: value, in: bytes, from: position) {
      result += bytes[position..<range.lowerBound]
      result += replacement.utf8
      position = range.upperBound
    }
    return position == 0 ? bytes : result + bytes[position...]
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

  private static func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      let isPlain = IdentifierRule.isAllowed(byte) || byte == UInt8(ascii: "~")
      return isPlain ? [byte] : Array("%\(Hexadecimal.encode([byte]).uppercased())".utf8)
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
