internal import CImageCodecs

/// JPEG over libjpeg-turbo.
enum JPEGCodec {
  /// The stored rows, as ``Picture/pixels`` has them but for orientation.
  static func decode(
    _ bytes: [UInt8], _ header: PictureHeader, _ limits: PictureLimits
  ) throws(PictureError) -> [UInt8] {
    try JPEGLayout.checkScans(ByteView(bytes), limits)
    let byteCount = header.width * header.height * 4
    var message = CodecMessage()
    var isDecoded = false
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      let result = unsafe bytes.withUnsafeBufferPointer {
        unsafe p_jpeg_decode(
          $0.baseAddress, $0.count, Int32(header.width), Int32(header.height), target.baseAddress,
          &message.raw)
      }
      isDecoded = result == 0
      count = isDecoded ? byteCount : 0
    }
    guard isDecoded else {
      throw PictureError(.damaged, "the JPEG file cannot be decoded: \(message.text)")
    }
    return pixels
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
