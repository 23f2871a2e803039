/// The orientation field of EXIF data (tag 0x0112 of the first TIFF directory).
enum ExifOrientation {
  /// The number that means "as stored".
  static let upright = 1

  /// Reads a TIFF block; a block that cannot be read, or lacks the field, gives upright.
  ///
  /// Viewers treat it so, and a picture is no worse for a broken description of its camera.
  static func read(_ block: ByteView) -> Int {
    var tiff = block
    // "Exif\0\0" belongs to JPEG, but writers of the other formats put it there too.
    if block.big32(at: 0) == 0x4578_6966, block.big16(at: 4) == 0,
      let rest = block.part(at: 6, count: block.count - 6)
    {
      tiff = rest
    }
    let isLittle: Bool
    switch tiff.big32(at: 0) {
    case 0x4949_2A00: isLittle = true
    case 0x4D4D_002A: isLittle = false
    default: return upright
    }
    func word16(_ offset: Int) -> Int? {
      isLittle ? tiff.little16(at: offset) : tiff.big16(at: offset)
    }
    func word32(_ offset: Int) -> Int? {
      isLittle ? tiff.little32(at: offset) : tiff.big32(at: offset)
    }
    guard let directory = word32(4), let entryCount = word16(directory) else { return upright }
    for index in 0..<entryCount {
      let entry = directory + 2 + 12 * index
      guard let tag = word16(entry) else { return upright }
      guard tag == 0x0112 else { continue }
      // Type 3 is an unsigned 16-bit number.
      guard word16(entry + 2) == 3, word32(entry + 4) == 1, let value = word16(entry + 8),
        (1...8).contains(value)
      else { return upright }
      return value
    }
    return upright
  }
}
