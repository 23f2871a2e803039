internal import CImageCodecs

/// WebP over libwebp.
enum WebPCodec {
  /// The largest side that a WebP picture can have.
  static let sideMax = 16_383

  /// The stored rows, as ``Picture/pixels`` has them but for orientation and alpha.
  ///
  /// Of an animation it is the first frame on a transparent canvas.
  static func decode(
    _ bytes: [UInt8], _ layout: PictureLayout
  ) throws(PictureError) -> [UInt8] {
    let header = layout.header
    let rowByteCount = header.width * 4
    let byteCount = rowByteCount * header.height
    let still = layout.frame.map(stillFile) ?? bytes
    let (width, height) =
      layout.frame.map { ($0.width, $0.height) } ?? (header.width, header.height)
    let start = layout.frame.map { $0.top * rowByteCount + $0.left * 4 } ?? 0
    let isWhole = width == header.width && height == header.height
    var status = VP8_STATUS_OK
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      if !isWhole { unsafe target.initialize(repeating: 0) }
      guard let base = target.baseAddress else { return }
      status = unsafe still.withUnsafeBufferPointer {
        unsafe p_webp_decode(
          $0.baseAddress, $0.count, Int32(width), Int32(height), base + start,
          Int32(rowByteCount), byteCount - start)
      }
      count = status == VP8_STATUS_OK ? byteCount : 0
    }
    switch status {
    case VP8_STATUS_OK: return pixels
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
  static func encode(_ picture: Picture, quality: Int) throws(PictureError) -> [UInt8] {
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
        $0.baseAddress, Int32(picture.width), Int32(picture.height), Float(quality), &output,
        &message.raw)
    }
    guard result == 0 else {
      throw PictureError(.notWritable, "the WebP file cannot be written: \(message.text)")
    }
    return unsafe [UInt8](UnsafeBufferPointer(start: output.bytes, count: output.count))
  }

  /// A file of its own around a frame's chunks (RFC 9649, section 2.7).
  private static func stillFile(_ frame: WebPFrame) -> [UInt8] {
    func little(_ value: Int, _ byteCount: Int) -> [UInt8] {
      (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let hasAlphaChunk = frame.data.big32(at: 0) == FourCC.alph
    var extended = Array("WEBPVP8X".utf8) + little(10, 4)
    extended += [hasAlphaChunk ? 0x10 : 0, 0, 0, 0]
    extended += little(frame.width - 1, 3) + little(frame.height - 1, 3)
    let padding = [UInt8](repeating: 0, count: frame.data.count % 2)
    let body = extended + frame.data.copy + padding
    return Array("RIFF".utf8) + little(body.count, 4) + body
  }
}
