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
    guard bytes.count == Self.byteCount else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    (word0, word1, word2, word3) = (words[0], words[1], words[2], words[3])
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
    [word0, word1, word2, word3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
    }
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
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads lower-case digits, two a byte; an odd count or any other character gives `nil`.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in text.utf8 {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }
}
