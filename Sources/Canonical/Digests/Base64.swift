internal import FoundationEssentials

/// Base64 as RFC 4648 section 4 defines it: the standard alphabet, padded, without line breaks.
public enum Base64 {
  /// Encodes bytes as ASCII bytes.
  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](Data(bytes).base64EncodedData())
  }

  /// Decodes ASCII bytes; anything that ``encode(_:)`` would not have written gives `nil`.
  ///
  /// Refusing other spellings (missing padding, stray bits, blanks) keeps one text to one value, so
  /// that a body put together again from its parts has the bytes that were recorded.
  public static func decodeExactly(_ text: [UInt8]) -> [UInt8]? {
    guard text.count.isMultiple(of: 4), let data = Data(base64Encoded: Data(text)) else {
      return nil
    }
    let bytes = [UInt8](data)
    return encode(bytes) == text ? bytes : nil
  }

  /// Decodes ASCII bytes as people and gateways spell them: with line breaks, or without padding.
  ///
  /// A picture that was paid for must not be lost to its spelling; anything but blanks, the alphabet
  /// and padding gives `nil` all the same.
  public static func decode(_ text: [UInt8]) -> [UInt8]? {
    if let exact = decodeExactly(text) { return exact }
    var digits = text.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    while digits.last == UInt8(ascii: "=") { digits.removeLast() }
    guard !digits.isEmpty, digits.count % 4 != 1 else { return nil }
    digits += repeatElement(UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
    return Data(base64Encoded: Data(digits)).map { [UInt8]($0) }
  }

  /// The length of the encoded form of that many bytes.
  public static func encodedCount(of byteCount: Int) -> Int {
    (byteCount + 2) / 3 * 4
  }
}
