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

  /// The length of the encoded form of that many bytes.
  public static func encodedCount(of byteCount: Int) -> Int {
    (byteCount + 2) / 3 * 4
  }
}
