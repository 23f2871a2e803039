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
    bitDepth == 8 ? clear8(&pixels) : clear16(&pixels)
  }

  private static func clear8(_ pixels: inout [UInt8]) -> Bool {
    var least: UInt8 = 255
    var samples = pixels.mutableSpan
    for alpha in stride(from: 3, to: samples.count, by: 4) {
      least = min(least, samples[alpha])
      if samples[alpha] == 0 {
        samples[alpha - 3] = 0
        samples[alpha - 2] = 0
        samples[alpha - 1] = 0
      }
    }
    return least < 255
  }

  private static func clear16(_ pixels: inout [UInt8]) -> Bool {
    var isOpaque = true
    var samples = pixels.mutableSpan
    for alpha in stride(from: 6, to: samples.count, by: 8) {
      let value = UInt16(samples[alpha]) | UInt16(samples[alpha + 1]) << 8
      if value < 0xFFFF { isOpaque = false }
      if value == 0 {
        for index in alpha - 6..<alpha { samples[index] = 0 }
      }
    }
    return !isOpaque
  }
}
