package import Canonical

/// Splits bodies into parts, so that a picture is stored once, however often it is sent.
package enum BodySplitter {
  /// Base64 shorter than this stays in the text, unless it is a picture's.
  static let base64ByteCountMin = 1_024
  /// Base64 shorter than this is no picture's.
  static let pictureByteCountMin = 16
  /// Blobs of one body; base64 after that many stays in the text, which can be read back all the same.
  static let blobsMax = 400
  /// Bytes that are no text and at most this long still become a blob; text up to here stays text.
  static let literalByteCountMax = 64 << 10

  /// The parts of a body, and the blobs that they name.
  package struct Split: Sendable {
    /// The body.
    package let body: Body
    /// The blobs' bytes.
    package let blobs: [(id: BlobID, bytes: [UInt8])]
  }

  /// Splits a body that was received or sent.
  ///
  /// A long string of base64 in a JSON text becomes a blob where encoding the decoded bytes gives the
  /// same text; a body that is no UTF-8, or no JSON and long, becomes a blob as a whole.
  package static func split(_ bytes: [UInt8]) -> Split {
    let digest = SHA256Digest(hashing: bytes)
    guard isJSON(bytes) else {
      let isText = bytes.count <= literalByteCountMax && isPrintable(bytes)
      if isText || bytes.isEmpty {
        let parts: [BodyPart] = bytes.isEmpty ? [] : [.bytes(bytes)]
        return Split(body: Body(parts: parts, byteCount: bytes.count, digest: digest), blobs: [])
      }
      let id = BlobID(digest: digest, kind: BlobKind(sniffing: bytes))
      return Split(
        body: Body(parts: [.blob(id)], byteCount: bytes.count, digest: digest),
        blobs: [(id, bytes)])
    }
    var parts: [BodyPart] = []
    var blobs: [(id: BlobID, bytes: [UInt8])] = []
    var copied = 0
    for string in JSONStrings.scan(bytes) {
      guard blobs.count < blobsMax, let (range, decoded) = blob(in: bytes, of: string) else {
        continue
      }
      let id = BlobID(of: decoded)
      parts.append(.bytes(Array(bytes[copied..<range.lowerBound])))
      parts.append(.base64(id))
      blobs.append((id, decoded))
      copied = range.upperBound
    }
    parts.append(.bytes(Array(bytes[copied...])))
    return Split(body: Body(parts: parts, byteCount: bytes.count, digest: digest), blobs: blobs)
  }

  /// Where a string holds base64 that becomes a blob, and the blob's bytes; `nil` for other strings.
  static func blob(
    in bytes: [UInt8], of string: JSONStrings.Found
  ) -> (range: Range<Int>, bytes: [UInt8])? {
    guard string.range.count >= pictureByteCountMin,
      let range = base64Range(in: bytes, of: string),
      let decoded = Base64.decodeExactly(Array(bytes[range]))
    else { return nil }
    // However small, an output is looked for among the blobs.
    let isBlob =
      string.range.count >= base64ByteCountMin || BlobKind(sniffing: decoded) != .data
    guard isBlob else { return nil }
    return (range, decoded)
  }

  private static func isJSON(_ bytes: [UInt8]) -> Bool {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return (first == UInt8(ascii: "{") || first == UInt8(ascii: "["))
      && String(validating: bytes, as: UTF8.self) != nil
  }

  /// Whether a short body can stand in a JSON string and be read by people.
  private static func isPrintable(_ bytes: [UInt8]) -> Bool {
    BlobKind(sniffing: bytes) == .data && !bytes.contains(0)
      && String(validating: bytes, as: UTF8.self) != nil
  }

  /// Where base64 stands in a string: all of it, or what follows `data:…;base64,`.
  private static func base64Range(in bytes: [UInt8], of string: JSONStrings.Found) -> Range<Int>? {
    guard !string.isEscaped, !string.isName else { return nil }
    let text = bytes[string.range]
    guard text.starts(with: "data:".utf8) else { return string.range }
    guard let comma = text.prefix(200).firstIndex(of: UInt8(ascii: ",")),
      text[..<comma].reversed().starts(with: ";base64".utf8.reversed())
    else { return nil }
    return (comma + 1)..<string.range.upperBound
  }
}
