internal import CImageCodecs

/// JPEG over libjpeg-turbo.
enum JPEGCodec {
  /// The stored rows.
  ///
  /// Of four inks each colour is the light that its ink and black let through,
  /// `(255 - ink) * (255 - black) / 255` to the nearest. Samples are taken as `255 - ink`, which is
  /// how Adobe's programs write them and viewers read them, whether or not a marker says so.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - header: its header.
  ///   - divisor: 1; or 2, 4 or 8 for sides of that part, rounded up, which need less of the inverse
  ///     transform.
  ///   - limits: what the file may ask for.
  static func decode(
    _ bytes: [UInt8], _ header: PictureHeader, dividedBy divisor: Int = 1, _ limits: PictureLimits
  ) throws(PictureError) -> StoredPixels {
    try JPEGLayout.checkScans(ByteView(bytes), limits)
    let width = (header.width + divisor - 1) / divisor
    let height = (header.height + divisor - 1) / divisor
    let byteCount = width * height * 4
    var message = CodecMessage()
    var isDecoded = false
    var pixels = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      let result = unsafe bytes.withUnsafeBufferPointer {
        unsafe p_jpeg_decode(
          $0.baseAddress, $0.count, Int32(width), Int32(height),
          header.colour == .cmyk ? 1 : 0, target.baseAddress, &message.raw)
      }
      isDecoded = result == 0
      count = isDecoded ? byteCount : 0
    }
    guard isDecoded else {
      throw PictureError(.damaged, "the JPEG file cannot be decoded: \(message.text)")
    }
    if header.colour == .cmyk { mixInks(&pixels) }
    return StoredPixels(width: width, height: height, pixels: pixels, hasAlpha: false)
  }

  /// The largest divisor that leaves the longer side at least so many pixels.
  static func divisor(_ header: PictureHeader, longerSide side: Int) -> Int {
    let longer = max(header.width, header.height)
    return [8, 4, 2].first { (longer + $0 - 1) / $0 >= side } ?? 1
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
