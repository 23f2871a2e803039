public import Canonical

/// A decoded picture: upright rows of red, green, blue and alpha.
///
/// Alpha is straight (colours are not multiplied by it), fully transparent pixels are black, and no
/// colour profile was applied. Decoding follows fixed options, so that the same file gives the same
/// ``digest`` on every machine.
public struct Picture: Sendable {
  /// The largest width and height in pixels; sums over a picture rely on it to fit 64 bits.
  public static let sideMax = 32_768

  /// The width in pixels, after the file's orientation was applied.
  public let width: Int
  /// The height in pixels, after the file's orientation was applied.
  public let height: Int
  /// Bits a sample: 8, or 16 for a PNG of 16.
  public let bitDepth: Int
  /// Rows from the top, in each the pixels from the left, in each red, green, blue, alpha.
  ///
  /// A sample takes one byte, or at 16 bits two, the lower first:
  /// `width * height * 4 * bitDepth / 8` bytes in all.
  public let pixels: [UInt8]
  /// The format of the file; `nil` for a picture that was made.
  public let format: PictureFormat?
  /// True when at least one pixel is not fully opaque.
  public let hasAlpha: Bool
  /// The digest of the file's colour profile; `nil` when it has none that can be read.
  public let iccProfileDigest: SHA256Digest?

  /// Makes a picture of 8 bits a sample.
  ///
  /// - Parameters:
  ///   - width: the width in pixels, 1 to ``sideMax``.
  ///   - height: the height in pixels, 1 to ``sideMax``.
  ///   - pixels: rows of red, green, blue, straight alpha: `width * height * 4` bytes. Fully
  ///     transparent pixels become black.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    self.init(width: width, height: height, bitDepth: 8, pixels: pixels)
  }

  /// Makes a picture of 8 or 16 bits a sample; see ``init(width:height:pixels:)``.
  ///
  /// - Parameters:
  ///   - width: the width in pixels, 1 to ``sideMax``.
  ///   - height: the height in pixels, 1 to ``sideMax``.
  ///   - bitDepth: 8 or 16.
  ///   - pixels: rows as ``pixels`` has them.
  public init(width: Int, height: Int, bitDepth: Int, pixels: [UInt8]) {
    precondition(
      (1...Self.sideMax).contains(width) && (1...Self.sideMax).contains(height),
      "a side has 1 to \(Self.sideMax) pixels (was \(width) x \(height))")
    precondition(bitDepth == 8 || bitDepth == 16, "8 or 16 bits a sample (was \(bitDepth))")
    precondition(
      pixels.count == width * height * bitDepth / 2,
      "\(width) x \(height) pixels of \(bitDepth) bits a sample (was \(pixels.count) bytes)")
    var cleared = pixels
    let hasAlpha = Alpha.clearTransparent(&cleared, bitDepth: bitDepth)
    self.init(
      width: width, height: height, bitDepth: bitDepth, cleared: cleared, hasAlpha: hasAlpha)
  }

  /// Takes pixels whose transparent ones are black already.
  init(
    width: Int, height: Int, bitDepth: Int, cleared pixels: [UInt8], hasAlpha: Bool,
    format: PictureFormat? = nil, iccProfileDigest: SHA256Digest? = nil
  ) {
    self.width = width
    self.height = height
    self.bitDepth = bitDepth
    self.pixels = pixels
    self.hasAlpha = hasAlpha
    self.format = format
    self.iccProfileDigest = iccProfileDigest
  }

  /// The bytes of one pixel: 4 or 8.
  var pixelByteCount: Int { bitDepth / 2 }
}

/// The rules for the alpha channel.
enum Alpha {
  /// Makes fully transparent pixels black and tells whether any pixel is not fully opaque.
  static func clearTransparent(_ pixels: inout [UInt8], bitDepth: Int) -> Bool {
    let all = 0..<pixels.count
    var samples = pixels.mutableSpan
    var bytes = unsafe samples.mutableBytes
    return bitDepth == 8 ? clear8(&bytes, all) : clear16(&bytes, all)
  }

  /// The same for 8 bits a sample in a range of bytes.
  static func clear8(_ pixels: inout MutableRawSpan, _ range: Range<Int>) -> Bool {
    let mask = SIMD8<UInt32>(repeating: 0xFF00_0000)
    var common = mask
    var offset = range.lowerBound
    while offset + 32 <= range.upperBound {
      var eight = unsafe pixels.unsafeLoadUnaligned(
        fromByteOffset: offset, as: SIMD8<UInt32>.self)
      common &= eight
      eight.replace(with: 0, where: (eight & mask) .== 0)
      pixels.storeBytes(of: eight, toByteOffset: offset, as: SIMD8<UInt32>.self)
      offset += 32
    }
    var least = UInt32(0xFF00_0000)
    for lane in 0..<8 { least &= common[lane] }
    while offset < range.upperBound {
      let one = unsafe pixels.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
      least &= one
      if one >> 24 == 0 { pixels.storeBytes(of: 0, toByteOffset: offset, as: UInt32.self) }
      offset += 4
    }
    return least != 0xFF00_0000
  }

  private static func clear16(_ pixels: inout MutableRawSpan, _ range: Range<Int>) -> Bool {
    var least = UInt64.max
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
      let one = unsafe pixels.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      least &= one
      if one >> 48 == 0 { pixels.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self) }
    }
    return least >> 48 != 0xFFFF
  }
}
