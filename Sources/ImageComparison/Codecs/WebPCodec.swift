internal import CImageCodecs

/// WebP over libwebp.
enum WebPCodec {
  /// The largest side that a WebP picture can have.
  static let sideMax = 16_383

  /// The stored rows.
  static func decode(
    _ bytes: [UInt8], _ header: PictureHeader
  ) throws(PictureError) -> StoredPixels {
    let byteCount = header.width * header.height * 4
    var status = VP8_STATUS_OK
    var pixels = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      status = unsafe bytes.withUnsafeBufferPointer {
        unsafe p_webp_decode(
          $0.baseAddress, $0.count, Int32(header.width), Int32(header.height), target.baseAddress,
          Int32(header.width * 4), byteCount)
      }
      count = status == VP8_STATUS_OK ? byteCount : 0
    }
    switch status {
    case VP8_STATUS_OK:
      // A header's word about alpha is a hint that the data need not keep.
      let hasAlpha = Alpha.clearTransparent(&pixels, bitDepth: 8)
      return StoredPixels(header, pixels: pixels, hasAlpha: hasAlpha)
    case VP8_STATUS_SUSPENDED, VP8_STATUS_NOT_ENOUGH_DATA:
      throw PictureError(.truncated, "the WebP picture data end too early")
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      throw PictureError(.unsupported, "the WebP picture uses a feature that libwebp does not read")
    default:
      throw PictureError(
        .damaged, "the WebP file cannot be decoded: libwebp gave status \(status.rawValue)")
    }
  }

  /// Writes a lossy WebP file.
  static func encode(
    _ picture: Picture, quality: Int, isFast: Bool
  ) throws(PictureError) -> [UInt8] {
    guard picture.width <= sideMax, picture.height <= sideMax else {
      throw PictureError(
        .notWritable, "WebP has no room for \(picture.width) x \(picture.height) pixels")
    }
    let pixels = picture.narrowedTo8Bits()
    var message = CodecMessage()
    var output = unsafe p_output()
    defer { unsafe p_output_free(&output) }
    let result = unsafe pixels.withUnsafeBufferPointer {
      unsafe p_webp_encode(
        $0.baseAddress, Int32(picture.width), Int32(picture.height), Float(quality),
        isFast ? 1 : 0, &output, &message.raw)
    }
    guard result == 0 else {
      throw PictureError(.notWritable, "the WebP file cannot be written: \(message.text)")
    }
    return unsafe [UInt8](UnsafeBufferPointer(start: output.bytes, count: output.count))
  }
}
