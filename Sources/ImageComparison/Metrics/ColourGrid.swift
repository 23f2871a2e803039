internal import Glibc

/// The colours of a picture in 8 x 8 cells, and how far those of two pictures are apart.
///
/// A perceptual hash sees lightness alone; this sees a change of hue. Samples are taken as ``PDQ`` takes
/// them: where a side is above 512 pixels at 512 x 512 points, `floor(i * side / 512)`, on white. A cell
/// holds the rows `floor(r * height / 8)` to below `floor((r + 1) * height / 8)`, at least one, columns
/// likewise, and has the mean of its sRGB samples of 8 bits, rounded to the nearest and halves up. All
/// of it is whole numbers, the same on every machine.
public struct ColourGrid: Hashable, Sendable {
  /// The name of the definition, of the grid and of its distance.
  public static let version = "de2000-grid8"
  /// Cells each way.
  public static let side = 8
  /// The bytes of ``samples``.
  public static let sampleCount = side * side * 3

  /// Red, green and blue of each cell, row by row from the top.
  public let samples: [UInt8]
  /// The colours of each row of cells.
  private let rows: [LabLanes]

  /// Takes the colours of a picture, on white.
  ///
  /// - Parameter picture: the picture.
  public init(_ picture: Picture) {
    let points = PicturePoints(OpaquePixels(picture))
    let pixels = points.pixels.span
    var samples: [UInt8] = []
    samples.reserveCapacity(Self.sampleCount)
    for row in 0..<Self.side {
      let lines = Self.points(of: row, points.height)
      for column in 0..<Self.side {
        let places = Self.points(of: column, points.width)
        var sums = SIMD4<Int>.zero
        for line in lines { sums &+= Self.sums(of: pixels, line &* points.width, places) }
        let count = lines.count * places.count
        for channel in 0..<3 {
          samples.append(UInt8((2 * sums[channel] + count) / (2 * count)))
        }
      }
    }
    self.init(known: samples)
  }

  /// Takes the colours of cells as ``samples`` has them; `nil` for another number of bytes.
  public init?(samples: [UInt8]) {
    guard samples.count == Self.sampleCount else { return nil }
    self.init(known: samples)
  }

  private init(known samples: [UInt8]) {
    self.samples = samples
    rows = (0..<Self.side).map { row in
      func lanes(_ channel: Int) -> Lanes {
        var lanes = Lanes.zero
        for column in 0..<Self.side {
          lanes[column] = Self.light[Int(samples[(row * Self.side + column) * 3 + channel])]
        }
        return lanes
      }
      return LabLanes(red: lanes(0), green: lanes(1), blue: lanes(2))
    }
  }

  /// The mean over the cells of the difference CIEDE2000, 0 for equal colours.
  ///
  /// - Parameter other: the colours of another picture; the distance is the same both ways,
  ///   but for the rounding of 32-bit floats.
  public func distance(to other: ColourGrid) -> Double {
    // Equal colours differ by rounding otherwise.
    guard samples != other.samples else { return 0 }
    var sum = Lanes.zero
    for row in 0..<Self.side { sum += rows[row].difference(to: other.rows[row]) }
    return Double(LaneMath.sum(sum)) / Double(Self.side * Self.side)
  }

  /// Whether the colours of all cells are the same.
  public static func == (left: ColourGrid, right: ColourGrid) -> Bool {
    left.samples == right.samples
  }

  /// Hashes the colours of all cells.
  public func hash(into hasher: inout Hasher) { hasher.combine(samples) }

  /// Linear light, 0 to 1, of 8-bit sRGB samples.
  private static let light: [Float] = (0...255).map { BoxLight.table[9 * $0] }

  /// The points of an axis that fall into a cell.
  private static func points(of cell: Int, _ count: Int) -> Range<Int> {
    let low = cell * count / side
    return low..<max(low + 1, (cell + 1) * count / side)
  }

  /// The sums of red, green and blue over some points of a row, at most 64.
  @inline(__always)
  private static func sums(
    of pixels: Span<UInt32>, _ start: Int, _ places: Range<Int>
  ) -> SIMD4<Int> {
    // Eight points at once, two colours in the halves of a word: eight samples add up to less than 16 bits.
    var (outer, middle) = (Words.zero, Words.zero)
    var place = places.lowerBound
    while place &+ 8 <= places.upperBound {
      let eight = pixels.words(at: start &+ place)
      outer &+= eight & Words(repeating: 0x00FF_00FF)
      middle &+= (eight &>> 8) & Words(repeating: 255)
      place &+= 8
    }
    var (outerSum, middleSum) = (outer.wrappedSum(), middle.wrappedSum())
    while place < places.upperBound {
      let pixel = pixels[start &+ place]
      outerSum &+= pixel & 0x00FF_00FF
      middleSum &+= (pixel &>> 8) & 255
      place &+= 1
    }
    return SIMD4(Int(outerSum & 0xFFFF), Int(middleSum), Int(outerSum >> 16), 0)
  }
}
