import ImageComparison

/// Pictures that tests make.
enum Made {
  /// A picture of the bytes that a function gives for each column and row.
  static func picture(
    _ width: Int, _ height: Int, bitDepth: Int = 8, pixel: (Int, Int) -> [UInt8]
  ) -> Picture {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width { pixels += pixel(column, row) }
    }
    return Picture(width: width, height: height, bitDepth: bitDepth, pixels: pixels)
  }

  /// A picture of unrelated samples that are the same in every run.
  static func noise(
    _ width: Int, _ height: Int, bitDepth: Int = 8, opaque: Bool = false
  ) -> Picture {
    var state: UInt32 = 2_463_534_242
    return picture(width, height, bitDepth: bitDepth) { _, _ in
      var bytes: [UInt8] = (0..<bitDepth / 2).map { _ in
        // George Marsaglia, "Xorshift RNGs", 2003.
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return UInt8(truncatingIfNeeded: state >> 11)
      }
      if opaque {
        for index in bitDepth / 8 * 3..<bytes.count { bytes[index] = 255 }
      }
      return bytes
    }
  }

  /// The picture with its columns from the right.
  static func mirrored(_ source: Picture) -> Picture {
    let size = source.bitDepth / 2
    return picture(source.width, source.height, bitDepth: source.bitDepth) { column, row in
      let start = (row * source.width + source.width - 1 - column) * size
      return Array(source.pixels[start..<start + size])
    }
  }
}
