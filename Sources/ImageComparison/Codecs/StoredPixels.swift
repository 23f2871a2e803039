/// Decoded pixels in the order in which the file stores them.
struct StoredPixels {
  /// Rows as ``Picture/pixels`` has them but for orientation; fully transparent ones are black.
  var pixels: [UInt8]
  /// True when at least one pixel is not fully opaque.
  var hasAlpha: Bool
}
