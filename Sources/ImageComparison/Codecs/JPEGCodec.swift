internal import CImageCodecs

/// JPEG over libjpeg-turbo.
enum JPEGCodec {
  /// The stored rows.
  ///
  /// Of four inks each colour is the light that its ink and black let through,
  /// `(255 - ink) * (255 - black) / 255` to the nearest. Samples are taken as `255 - ink`, which is
  /// how Adobe's programs write them and viewers read them, whether or not a marker says so.
  static func decode(
    _ bytes: [UInt8], _ header: PictureHeader, _ limits: PictureLimits
  ) throws(PictureError) -> StoredPixels {
    try JPEGLayout.checkScans(ByteView(bytes), limits)
    let byteCount = header.width * header.height * 4
    var message = CodecMessage()
    var isDecoded = false
    var pixels = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      let result = unsafe bytes.withUnsafeBufferPointer {
        unsafe p_jpeg_decode(
          $0.baseAddress, $0.count, Int32(header.width), Int32(header.height),
          header.colour == .cmyk ? 1 : 0, target.baseAddress, &message.raw)
      }
      isDecoded = result == 0
      count = isDecoded ? byteCount : 0
    }
    guard isDecoded else {
      throw PictureError(.damaged, "the JPEG file cannot be decoded: \(message.text)")
    }
    if header.colour == .cmyk { mixInks(&pixels) }
    return StoredPixels(pixels: pixels, hasAlpha: false)
  }

  /// Turns samples of `255 - ink` into opaque colours.
  private static func mixInks(_ pixels: inout [UInt8]) {
    var samples = pixels.mutableSpan
    for start in stride(from: 0, to: samples.count, by: 4) {
      let light = UInt32(samples[start + 3])
      for index in start..<start + 3 {
        samples[index] = UInt8(truncatingIfNeeded: (UInt32(samples[index]) * light + 127) / 255)
      }
      samples[start + 3] = 255
    }
  }

  /// Writes a baseline JPEG file; alpha is not written.
  static func encode(
    _ picture: Picture, quality: Int, isSubsampled: Bool
  ) throws(PictureError) -> [UInt8] {
    let (width, height) = (Int32(picture.width), Int32(picture.height))
    let subsampled: Int32 = isSubsampled ? 1 : 0
    let pixels = picture.flattenedTo8Bits()
    let capacity = p_jpeg_byte_count_max(width, height, subsampled)
    var message = CodecMessage()
    var written = -1
    let room = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      written = unsafe pixels.withUnsafeBufferPointer {
        unsafe p_jpeg_encode(
          $0.baseAddress, width, height, Int32(quality), subsampled, target.baseAddress, capacity,
          &message.raw)
      }
      count = max(0, written)
    }
    guard written > 0 else {
      throw PictureError(.notWritable, "the JPEG file cannot be written: \(message.text)")
    }
    // The room is several times the file; a copy gives it back.
    return Array(room[...])
  }
}
