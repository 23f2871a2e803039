/// Turning stored rows upright (EXIF 2.32, table 6, tag 0x0112).
enum Orientation {
  /// Gives the rows of the upright picture.
  ///
  /// - Parameters:
  ///   - pixels: the stored rows.
  ///   - width: the stored width in pixels.
  ///   - height: the stored height in pixels.
  ///   - pixelByteCount: the bytes of one pixel, 4 or 8.
  ///   - orientation: 2 to 8; the stored picture is mirrored, turned or both.
  static func upright(
    _ pixels: [UInt8], width: Int, height: Int, pixelByteCount: Int, orientation: Int
  ) -> [UInt8] {
    let walk = Walk(width: width, height: height, orientation: orientation)
    return pixelByteCount == 8
      ? upright(pixels, walk, of: UInt64.self) : upright(pixels, walk, of: UInt32.self)
  }

  /// The order in which stored pixels make the upright rows.
  private struct Walk {
    let columnCount: Int
    let rowCount: Int
    let first: Int
    let columnStep: Int
    let rowStep: Int

    init(width: Int, height: Int, orientation: Int) {
      (columnCount, rowCount) = orientation >= 5 ? (height, width) : (width, height)
      let (right, bottom) = (width - 1, (height - 1) * width)
      (first, columnStep, rowStep) =
        switch orientation {
        case 2: (right, -1, width)
        case 3: (bottom + right, -1, -width)
        case 4: (bottom, 1, -width)
        case 5: (0, width, 1)
        case 6: (bottom, -width, 1)
        case 7: (bottom + right, -width, -1)
        case 8: (right, width, -1)
        default: (0, 1, width)
        }
    }
  }

  private static func upright<Pixel: FixedWidthInteger & BitwiseCopyable>(
    _ pixels: [UInt8], _ walk: Walk, of: Pixel.Type
  ) -> [UInt8] {
    let size = MemoryLayout<Pixel>.size
    return unsafe [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, count in
      let source = unsafe pixels.span.bytes
      var target = unsafe UnsafeMutableRawBufferPointer(buffer).mutableBytes
      for row in 0..<walk.rowCount {
        var read = walk.first + row * walk.rowStep
        for column in 0..<walk.columnCount {
          let pixel = unsafe source.unsafeLoadUnaligned(
            fromByteOffset: read * size, as: Pixel.self)
          target.storeBytes(
            of: pixel, toByteOffset: (row * walk.columnCount + column) * size, as: Pixel.self)
          read += walk.columnStep
        }
      }
      count = pixels.count
    }
  }
}
