internal import CImageCodecs

/// PNG over libpng, and over libdeflate where that suffices.
enum PNGCodec {
  /// The stored rows.
  static func decode(
    _ bytes: [UInt8], _ layout: PictureLayout, _ limits: PictureLimits
  ) throws(PictureError) -> StoredPixels {
    if let stored = PNGFastPath.decode(bytes, layout) { return stored }
    return try decodeByLibpng(bytes, layout, limits)
  }

  /// The stored rows by libpng alone.
  static func decodeByLibpng(
    _ bytes: [UInt8], _ layout: PictureLayout, _ limits: PictureLimits
  ) throws(PictureError) -> StoredPixels {
    let header = layout.header
    let bitDepth = header.decodedBitDepth
    let byteCount = header.width * header.height * bitDepth / 2
    var message = CodecMessage()
    var isDecoded = false
    var pixels = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      let result = unsafe bytes.withUnsafeBufferPointer {
        unsafe p_png_decode(
          $0.baseAddress, $0.count, UInt32(header.width), UInt32(header.height), Int32(bitDepth),
          limits.chunkByteCountMax, target.baseAddress, &message.raw)
      }
      isDecoded = result == 0
      count = isDecoded ? byteCount : 0
    }
    guard isDecoded else {
      throw PictureError(.damaged, "the PNG file cannot be decoded: \(message.text)")
    }
    let canHaveAlpha =
      header.colour == .greyAlpha || header.colour == .rgba
      || layout.chunks?.haveTransparency == true
    let hasAlpha = canHaveAlpha && Alpha.clearTransparent(&pixels, bitDepth: bitDepth)
    return StoredPixels(header, pixels: pixels, hasAlpha: hasAlpha)
  }

  /// Writes a PNG file without alpha when the picture has none.
  static func encode(_ picture: Picture, isFast: Bool) throws(PictureError) -> [UInt8] {
    let (width, height) = (UInt32(picture.width), UInt32(picture.height))
    var message = CodecMessage()
    var output = unsafe p_output()
    defer { unsafe p_output_free(&output) }
    let result = unsafe picture.pixels.withUnsafeBufferPointer {
      unsafe p_png_encode(
        $0.baseAddress, width, height, Int32(picture.bitDepth), picture.hasAlpha ? 0 : 1,
        isFast ? 1 : 0, &output, &message.raw)
    }
    guard result == 0 else {
      throw PictureError(.notWritable, "the PNG file cannot be written: \(message.text)")
    }
    return unsafe [UInt8](UnsafeBufferPointer(start: output.bytes, count: output.count))
  }
}
