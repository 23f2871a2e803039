/// Decoded pixels in the order in which the file stores them.
struct StoredPixels {
  /// The width in pixels: the file's, or what the decoder brought it to.
  let width: Int
  /// The height in pixels, likewise.
  let height: Int
  /// Rows as ``Picture/pixels`` has them but for orientation; fully transparent ones are black.
  let pixels: [UInt8]
  /// True when at least one pixel is not fully opaque.
  let hasAlpha: Bool
}

extension StoredPixels {
  /// Takes the pixels of a file that was decoded at its own size.
  init(_ header: PictureHeader, pixels: [UInt8], hasAlpha: Bool) {
    self.init(width: header.width, height: header.height, pixels: pixels, hasAlpha: hasAlpha)
  }
}
