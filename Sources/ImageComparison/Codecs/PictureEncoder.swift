/// Writes pictures as files; the same picture and options give the same bytes with the same codecs.
public enum PictureEncoder {
  /// How finely JPEG stores colour.
  public enum Chroma: String, Sendable, CaseIterable {
    /// One colour sample for four pixels (4:2:0), as photographs are mostly stored.
    case quarter
    /// One colour sample for each pixel (4:4:4).
    case full
  }

  /// How much time is spent on a small file.
  public enum Effort: String, Sendable, CaseIterable {
    /// For files that are kept.
    case small
    /// PNG in about a quarter of the time for about a fifth more bytes, WebP in less than half of the time
    /// for a sixteenth more.
    case fast
  }

  /// Writes a baseline JPEG file; transparent pictures are laid on white, 16 bits become 8.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - quality: 1 to 100.
  ///   - chroma: how finely colour is stored.
  /// - Throws: ``PictureError`` of code `not-writable`.
  public static func jpeg(
    _ picture: Picture, quality: Int = 90, chroma: Chroma = .quarter
  ) throws(PictureError) -> [UInt8] {
    precondition((1...100).contains(quality), "quality is 1 to 100 (was \(quality))")
    return try JPEGCodec.encode(picture, quality: quality, isSubsampled: chroma == .quarter)
  }

  /// Writes a PNG file that decodes to exactly the picture's pixels.
  ///
  /// - Parameters:
  ///   - picture: the picture; an opaque one is written without alpha.
  ///   - effort: how much time is spent on a small file.
  /// - Throws: ``PictureError`` of code `not-writable`.
  public static func png(
    _ picture: Picture, effort: Effort = .small
  ) throws(PictureError) -> [UInt8] {
    try PNGCodec.encode(picture, isFast: effort == .fast)
  }

  /// Writes a lossy WebP file, with alpha when the picture has it; 16 bits become 8.
  ///
  /// - Parameters:
  ///   - picture: the picture; at most 16383 pixels a side.
  ///   - quality: 0 to 100.
  ///   - effort: how much time is spent on a small file.
  /// - Throws: ``PictureError`` of code `not-writable`.
  public static func webp(
    _ picture: Picture, quality: Int = 80, effort: Effort = .small
  ) throws(PictureError) -> [UInt8] {
    precondition((0...100).contains(quality), "quality is 0 to 100 (was \(quality))")
    return try WebPCodec.encode(picture, quality: quality, isFast: effort == .fast)
  }
}

extension Picture {
  /// The samples at 8 bits: `value * 255 / 65535` rounded to the nearest.
  func narrowedTo8Bits() -> [UInt8] {
    guard bitDepth == 16 else { return pixels }
    return stride(from: 0, to: pixels.count, by: 2).map { index in
      let value = UInt32(pixels[index]) | UInt32(pixels[index + 1]) << 8
      return UInt8(truncatingIfNeeded: (value * 255 + 32_767) / 65_535)
    }
  }

  /// The samples at 8 bits on a grey ground, white unless told.
  func flattenedTo8Bits(on ground: UInt32 = 255) -> [UInt8] {
    var samples = narrowedTo8Bits()
    guard hasAlpha else { return samples }
    for start in stride(from: 0, to: samples.count, by: 4) {
      let alpha = UInt32(samples[start + 3])
      for index in start..<start + 3 {
        let mixed = UInt32(samples[index]) * alpha + ground * (255 - alpha)
        samples[index] = UInt8(truncatingIfNeeded: (mixed + 127) / 255)
      }
      samples[start + 3] = 255
    }
    return samples
  }
}
