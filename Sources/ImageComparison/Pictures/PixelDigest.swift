public import Canonical

/// The digest of a picture's decoded pixels: equal pixels, however they were stored, give equals.
///
/// Version 1 is SHA-256 over `"px1\0"`, the width and the height as 32-bit little-endian words, one
/// byte of channels (4), one byte of bits a sample (8 or 16), and the rows of ``Picture/pixels``.
/// Those pixels are upright, have straight alpha, are black where they are fully transparent, and
/// went through no colour profile. A picture of 16 bits a sample never equals one of 8 bits.
public struct PixelDigest: Hashable, Sendable, CustomStringConvertible {
  /// What every text of a version 1 digest begins with.
  public static let prefix = "px1:"

  /// The SHA-256 digest.
  public let digest: SHA256Digest

  /// Reads `px1:` and 64 lower-case hexadecimal digits; anything else gives `nil`.
  public init?(_ text: some StringProtocol) {
    guard text.hasPrefix(Self.prefix),
      let digest = SHA256Digest(hex: text.dropFirst(Self.prefix.count))
    else { return nil }
    self.digest = digest
  }

  init(of picture: Picture) {
    var hasher = SHA256Hasher()
    var head: [UInt8] = Array("px1\0".utf8)
    for side in [picture.width, picture.height] {
      let word = UInt32(truncatingIfNeeded: side)
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        head.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    head.append(4)
    head.append(UInt8(truncatingIfNeeded: picture.bitDepth))
    hasher.update(head)
    hasher.update(picture.pixels)
    digest = hasher.finish()
  }

  /// `px1:` and 64 lower-case hexadecimal digits.
  public var description: String { Self.prefix + digest.hex }
}

extension Picture {
  /// The digest of the pixels; computed at each call.
  public var digest: PixelDigest { PixelDigest(of: self) }
}
