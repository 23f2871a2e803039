/// Turning stored rows upright (EXIF 2.32, table 6, tag 0x0112).
enum Orientation {
  /// Gives the rows of the upright picture.
  ///
  /// - Parameters:
  ///   - pixels: the stored rows.
  ///   - width: the stored width in pixels.
  ///   - height: the stored height in pixels.
  ///   - pixelByteCount: the bytes of one pixel.
  ///   - orientation: 2 to 8; the stored picture is mirrored, turned or both.
  static func upright(
    _ pixels: [UInt8], width: Int, height: Int, pixelByteCount: Int, orientation: Int
  ) -> [UInt8] {
    let isTransposed = orientation >= 5
    let (uprightWidth, uprightHeight) = isTransposed ? (height, width) : (width, height)
    var upright = [UInt8](repeating: 0, count: pixels.count)
    let source = pixels.span
    var target = upright.mutableSpan
    var written = 0
    for row in 0..<uprightHeight {
      for column in 0..<uprightWidth {
        let (x, y) = stored(
          column: column, row: row, width: width, height: height, orientation: orientation)
        let read = (y * width + x) * pixelByteCount
        for index in 0..<pixelByteCount { target[written + index] = source[read + index] }
        written += pixelByteCount
      }
    }
    return upright
  }

  /// Where the pixel of an upright place is stored.
  private static func stored(
    column: Int, row: Int, width: Int, height: Int, orientation: Int
  ) -> (x: Int, y: Int) {
    switch orientation {
    case 2: (width - 1 - column, row)
    case 3: (width - 1 - column, height - 1 - row)
    case 4: (column, height - 1 - row)
    case 5: (row, column)
    case 6: (row, height - 1 - column)
    case 7: (width - 1 - row, height - 1 - column)
    case 8: (width - 1 - row, column)
    default: (column, row)
    }
  }
}
