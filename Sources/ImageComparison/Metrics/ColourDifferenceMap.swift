internal import Glibc

/// CIEDE2000 of every pixel of two pictures of one size, each smoothed by a 3 x 3 box.
///
/// The box takes the mean of the 8-bit sRGB samples, edges repeated. A byte a pixel holds the
/// difference in steps of 0.05, rounded up, so that `difference > limit` is exact for every limit that
/// is a whole number of steps; 255 stands for all above 12.7.
public struct ColourDifferenceMap: Hashable, Sendable {
  /// The name of the definition.
  public static let version = "de2000-box3"
  /// Steps of the difference 1.
  public static let stepsPerUnit = 20
  /// The largest limit that can be asked for.
  public static let limitMax = 12.7

  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// Differences up to this one may be stored as 0.
  public let floor: Double
  /// The steps of each pixel, row by row.
  public private(set) var steps: [UInt8]

  /// Measures two pictures.
  ///
  /// - Parameters:
  ///   - left: a picture.
  ///   - right: another of the same size.
  ///   - floor: the lowest limit that will be asked for; a higher one takes less time.
  ///   - ground: what is shown behind transparent pixels.
  public init(_ left: Picture, _ right: Picture, floor: Double = 0, on ground: Ground = .white) {
    self.init(OpaquePixels(left, on: ground), OpaquePixels(right, on: ground), floor: floor)
  }

  init(_ left: OpaquePixels, _ right: OpaquePixels, floor: Double) {
    precondition(
      left.width == right.width && left.height == right.height, "pictures of one size")
    width = left.width
    height = left.height
    self.floor = floor
    var steps = [UInt8](repeating: 0, count: left.width * left.height)
    var rows = BoxRows(left, right, floor: Float(floor))
    for row in 0..<left.height { rows.measure(row: row, into: &steps) }
    self.steps = steps
  }

  /// The number of pixels whose difference lies above a limit.
  ///
  /// - Parameter limit: ``floor`` to ``limitMax``; rounded to a step.
  public func count(above limit: Double) -> Int {
    let step = Self.step(limit)
    return steps.reduce(0) { $0 + ($1 > step ? 1 : 0) }
  }

  /// The share of the pixels whose difference lies above a limit, 0 to 1.
  ///
  /// - Parameter limit: ``floor`` to ``limitMax``; rounded to a step.
  public func share(above limit: Double) -> Double {
    Double(count(above: limit)) / Double(width * height)
  }

  /// The byte above which a difference exceeds a limit.
  static func step(_ limit: Double) -> UInt8 {
    UInt8(min(254, max(0, (limit * Double(stepsPerUnit)).rounded())))
  }

  /// The larger difference of two maps at every pixel.
  mutating func formMaximum(with other: ColourDifferenceMap) {
    for index in steps.indices { steps[index] = max(steps[index], other.steps[index]) }
  }
}

/// Linear light of the sum of nine 8-bit sRGB samples.
enum BoxLight {
  static let sumMax = 9 * 255

  /// The light, 0 to 1, by sum.
  static let table: [Float] = (0...sumMax).map { sum in
    let value = Double(sum) / Double(sumMax)
    let light = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    return Float(light)
  }
}

/// The rows of two pictures under a 3 x 3 box.
private struct BoxRows {
  /// By how much CIEDE2000 grows at most for one level of every sample; 2.36 was the most found
  /// over the cube of colours, with all signs and up to five levels.
  private static let slopeMax: Float = 2.5

  private let left: OpaquePixels
  private let right: OpaquePixels
  private let floor: Float
  /// Differences of sums that are not worth a look.
  private let sumFloor: Int32
  private let width: Int
  /// Sums of three rows: red and blue, green and alpha of the left picture, then of the right one.
  ///
  /// One pixel more stands on each side, and space for a last group of eight.
  private var sums: [UInt32]
  private let stride: Int
  private let light = BoxLight.table

  init(_ left: OpaquePixels, _ right: OpaquePixels, floor: Float) {
    self.left = left
    self.right = right
    self.floor = floor
    width = left.width
    sumFloor = Int32(9 * floor / Self.slopeMax)
    stride = left.width + 18
    sums = [UInt32](repeating: 0, count: 4 * stride)
  }

  mutating func measure(row: Int, into steps: inout [UInt8]) {
    guard let range = differing(around: row) else { return }
    let first = max(0, range.lowerBound - 1)
    let end = min(width, range.upperBound + 1)
    Self.add(left, to: &sums, row, first, end, at: 0)
    Self.add(right, to: &sums, row, first, end, at: 2 * stride)
    var target = steps.mutableSpan
    let sums = sums.span
    let light = light.span
    var column = first
    while column < end {
      let evenLeft = Self.across(sums, column)
      let oddLeft = Self.across(sums, stride &+ column)
      let evenRight = Self.across(sums, 2 &* stride &+ column)
      let oddRight = Self.across(sums, 3 &* stride &+ column)
      if Self.isBeyond(sumFloor, evenLeft, oddLeft, evenRight, oddRight) {
        let a = Self.colour(light, evenLeft, oddLeft)
        let b = Self.colour(light, evenRight, oddRight)
        if any(a.squareBound(to: b) .> floor * floor) {
          store(a.difference(to: b), &target, row &* width &+ column, min(8, end &- column))
        }
      }
      column &+= 8
    }
  }

  /// The columns in which the row or a neighbour differs.
  private func differing(around row: Int) -> Range<Int>? {
    let (a, b) = (left.pixels.span, right.pixels.span)
    var (low, high) = (width, 0)
    for pixelRow in max(0, row - 1)...min(left.height - 1, row + 1) {
      let start = pixelRow * width
      var index = 0
      while index &+ 8 <= width, Self.isEqual(a, b, start &+ index) { index &+= 8 }
      while index < width, a.pixel(at: start &+ index) == b.pixel(at: start &+ index) {
        index &+= 1
      }
      guard index < width else { continue }
      low = min(low, index)
      var end = width
      while end &- 8 >= index, Self.isEqual(a, b, start &+ end &- 8) { end &-= 8 }
      high = max(high, end)
    }
    return low < high ? low..<high : nil
  }

  @inline(__always)
  private static func isEqual(_ a: Span<UInt8>, _ b: Span<UInt8>, _ index: Int) -> Bool {
    let bits = a.pixels(at: index) ^ b.pixels(at: index)
    let four = bits.lowHalf | bits.highHalf
    let two = four.lowHalf | four.highHalf
    return two.x | two.y == 0
  }

  /// Sums each sample with those above and below: two 16-bit fields a word.
  private static func add(
    _ picture: OpaquePixels, to sums: inout [UInt32], _ row: Int, _ first: Int, _ end: Int,
    at base: Int
  ) {
    let pixels = picture.pixels.span
    let (width, stride) = (picture.width, sums.count / 4)
    let above = max(0, row - 1) * width
    let here = row * width
    let below = min(picture.height - 1, row + 1) * width
    var target = sums.mutableSpan
    let fields = Words(repeating: 0x00FF_00FF)
    let field: UInt32 = 0x00FF_00FF
    let (low, high) = (max(0, first - 1), min(width, end + 1))
    var column = low
    while column &+ 8 <= high {
      let (p, q, r) = (
        pixels.pixels(at: above &+ column), pixels.pixels(at: here &+ column),
        pixels.pixels(at: below &+ column)
      )
      let place = base &+ column &+ 1
      target.set((p & fields) &+ (q & fields) &+ (r & fields), at: place)
      target.set(
        ((p &>> 8) & fields) &+ ((q &>> 8) & fields) &+ ((r &>> 8) & fields), at: place &+ stride)
      column &+= 8
    }
    while column < high {
      let (p, q, r) = (
        pixels.pixel(at: above &+ column), pixels.pixel(at: here &+ column),
        pixels.pixel(at: below &+ column)
      )
      let place = base &+ column &+ 1
      target[place] = (p & field) &+ (q & field) &+ (r & field)
      target[place &+ stride] =
        ((p &>> 8) & field) &+ ((q &>> 8) & field) &+ ((r &>> 8) & field)
      column &+= 1
    }
    for start in [base, base + stride] {
      if low == 0 { target[start] = target[start + 1] }
      if high == width { target[start + width + 1] = target[start + width] }
    }
  }

  /// The sums over three columns for eight pixels from a column.
  @inline(__always)
  private static func across(_ sums: Span<UInt32>, _ column: Int) -> Words {
    sums.words(at: column) &+ sums.words(at: column &+ 1) &+ sums.words(at: column &+ 2)
  }

  @inline(__always)
  private static func isBeyond(
    _ floor: Int32, _ evenLeft: Words, _ oddLeft: Words, _ evenRight: Words, _ oddRight: Words
  ) -> Bool {
    let low = Words(repeating: 0xFFFF)
    let limit = SIMD8<Int32>(repeating: floor)
    let red = SIMD8<Int32>(truncatingIfNeeded: (evenLeft & low) &- (evenRight & low))
    let blue = SIMD8<Int32>(truncatingIfNeeded: (evenLeft &>> 16) &- (evenRight &>> 16))
    let green = SIMD8<Int32>(truncatingIfNeeded: (oddLeft & low) &- (oddRight & low))
    // A sign appears where a difference leaves -floor…floor.
    let outside =
      (limit &+ red) | (limit &- red) | (limit &+ green) | (limit &- green) | (limit &+ blue)
      | (limit &- blue)
    return LaneMath.hasSign(outside)
  }

  @inline(__always)
  private static func colour(_ light: Span<Float>, _ even: Words, _ odd: Words) -> LabLanes {
    let low = Words(repeating: 0xFFFF)
    return LabLanes(
      red: look(light, even & low), green: look(light, odd & low), blue: look(light, even &>> 16))
  }

  /// The light of eight sums; written out, since lanes that a loop sets go through memory.
  @inline(__always)
  private static func look(_ light: Span<Float>, _ sums: Words) -> Lanes {
    @inline(__always)
    func look(_ sum: UInt32) -> Float {
      // Lanes beyond the row hold anything.
      light[Int(min(sum, UInt32(BoxLight.sumMax)))]
    }
    return Lanes(
      look(sums[0]), look(sums[1]), look(sums[2]), look(sums[3]),
      look(sums[4]), look(sums[5]), look(sums[6]), look(sums[7]))
  }

  @inline(__always)
  private func store(
    _ difference: Lanes, _ target: inout MutableSpan<UInt8>, _ start: Int, _ count: Int
  ) {
    // The nearest whole number of half a step more is the step rounded up.
    let raised = LaneMath.nearest(difference * Float(ColourDifferenceMap.stepsPerUnit) + 0.499_99)
    for lane in 0..<count {
      let step = UInt8(clamping: raised[lane])
      // A sum or a bound below the floor may say 0 for a neighbour; so does this.
      target[start &+ lane] = difference[lane] > floor ? step : 0
    }
  }
}
