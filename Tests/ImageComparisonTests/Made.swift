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

extension Made {
  /// The mean difference of the samples of two pictures of one size.
  static func meanDifference(_ left: Picture, _ right: Picture) -> Double {
    let sum = zip(left.pixels, right.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(left.pixels.count)
  }

  /// The picture with other colours, whose function gets red, green and blue one by one.
  static func changed(_ source: Picture, sample: (Int) -> Int) -> Picture {
    var pixels = source.pixels
    for index in pixels.indices where index % 4 != 3 {
      pixels[index] = UInt8(clamping: sample(Int(pixels[index])))
    }
    return Picture(width: source.width, height: source.height, pixels: pixels)
  }

  /// -1, 0, 0 or 1 more for every sample, by bits 13 and 14 of one step of xorshift each.
  static func noisy(_ source: Picture) -> Picture {
    var state: UInt32 = 2_463_534_242
    return changed(source) { sample in
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      return sample + [-1, 0, 0, 1][Int(state >> 13 & 3)]
    }
  }

  static func brighter(_ source: Picture, by levels: Int) -> Picture {
    changed(source) { $0 + levels }
  }

  /// A disc of one colour, 1/12 of the width in radius, at a third of both sides.
  static func disc(_ source: Picture) -> Picture {
    let radius = source.width / 12
    return picture(source.width, source.height) { column, row in
      let (x, y) = (column - source.width / 3, row - source.height / 3)
      if x * x + y * y <= radius * radius { return [200, 30, 90, 255] }
      let start = (row * source.width + column) * 4
      return Array(source.pixels[start..<start + 4])
    }
  }

  /// A smooth picture with texture, so that blocks can be followed in it; moved and enlarged.
  static func texture(
    _ width: Int, _ height: Int, dx: Double = 0, dy: Double = 0, scale: Double = 1
  ) -> Picture {
    picture(width, height) { column, row in
      let x = (Double(column) - Double(width) / 2 - dx) / scale
      let y = (Double(row) - Double(height) / 2 - dy) / scale
      let waves = [
        (0.051, 0.023), (-0.034, 0.078), (0.13, -0.11), (0.21, 0.17), (-0.29, 0.31),
        (0.007, -0.012),
      ]
      let sum = waves.enumerated().reduce(0.0) { sum, wave in
        let phase = (wave.element.0 * x + wave.element.1 * y + Double(wave.offset)) * 2
        return sum + wavelet(phase)
      }
      let level = UInt8(clamping: Int((128 + sum * 20).rounded()))
      return [level, level, 255 - level, 255]
    }
  }

  /// A wave of parabolas, near to a sine.
  private static func wavelet(_ phase: Double) -> Double {
    let turn = phase / 3.14159265 - (phase / 3.14159265 / 2).rounded(.down) * 2 - 1
    return 4 * turn * (1 - turn.magnitude)
  }
}

extension Made {
  /// The picture turned, pixel by pixel.
  static func turned(_ source: Picture, _ turn: Turn) -> Picture {
    let (width, height) = (source.width, source.height)
    let swaps = [.clockwise, .counterclockwise, .transposed, .transversed].contains(turn)
    return picture(swaps ? height : width, swaps ? width : height) { column, row in
      let (x, y) =
        switch turn {
        case .none: (column, row)
        case .clockwise: (row, height - 1 - column)
        case .half: (width - 1 - column, height - 1 - row)
        case .counterclockwise: (width - 1 - row, column)
        case .mirrored: (width - 1 - column, row)
        case .upsideDown: (column, height - 1 - row)
        case .transposed: (row, column)
        case .transversed: (width - 1 - row, height - 1 - column)
        }
      let start = (y * width + x) * 4
      return Array(source.pixels[start..<start + 4])
    }
  }
}
