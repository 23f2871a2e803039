/// A SHA-256 digest: 32 bytes, ordered like its lower-case hexadecimal form.
public struct SHA256Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The length of a digest in bytes.
  public static let byteCount = 32

  /// The digest as four big-endian words, so that comparing words compares bytes.
  private let word0: UInt64
  private let word1: UInt64
  private let word2: UInt64
  private let word3: UInt64

  /// Makes a digest from its 32 bytes.
  ///
  /// - Parameter bytes: exactly ``byteCount`` bytes; any other number gives `nil`.
  public init?(bytes: some Collection<UInt8>) {
    // An array is walked without a look at its type for every byte.
    let bytes = Array(bytes)
    guard bytes.count == Self.byteCount else { return nil }
    func word(_ place: Int) -> UInt64 {
      var word: UInt64 = 0
      for index in 8 * place..<8 * place + 8 { word = word << 8 | UInt64(bytes[index]) }
      return word
    }
    (word0, word1, word2, word3) = (word(0), word(1), word(2), word(3))
  }

  /// Reads a digest from 64 lower-case hexadecimal digits; anything else gives `nil`.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hexadecimal.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// Digests bytes that are all in memory.
  public init(hashing bytes: [UInt8]) {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// The 32 bytes in order.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    for word in [word0, word1, word2, word3] {
      for place in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: word &>> UInt64(56 - 8 * place)))
      }
    }
    return bytes
  }

  /// The 64 lower-case hexadecimal digits.
  public var hex: String { Hexadecimal.encode(bytes) }

  /// The first 12 hexadecimal digits, for messages.
  public var short: String { String(hex.prefix(12)) }

  /// The 64 lower-case hexadecimal digits.
  public var description: String { hex }

  /// Orders digests as their hexadecimal forms order.
  public static func < (left: SHA256Digest, right: SHA256Digest) -> Bool {
    (left.word0, left.word1, left.word2, left.word3)
      < (right.word0, right.word1, right.word2, right.word3)
  }
}

/// Lower-case hexadecimal text.
public enum Hexadecimal {
  private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

  /// Writes two lower-case digits a byte.
  public static func encode(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads lower-case digits, two a byte; an odd count or any other character gives `nil`.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let text = String(text)
    let digits = text.utf8.span
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(of: digits[place]), let low = value(of: digits[place + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
