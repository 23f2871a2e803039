internal import Glibc

/// One column of tiles of two pictures, measured row by row from the top.
///
/// With s = x + y and d = x - y all that the formula needs are the windowed means of s, d, s² and d²:
/// four where x, y, x², y² and xy are five. Luma is taken less 128, which leaves variances as they are
/// and keeps the squares small enough for 32-bit floats. Where d is 0 in the whole window numerator
/// and denominator are the same numbers, and the result is exactly 1.
struct SimilarityStrip {
  /// Space for the widest strip (a tile and a half), its margins and a last group of eight.
  private static let stride = 128
  private static let taps = StructuralSimilarity.windowSide
  private static let c1: Float = (0.01 * 255) * (0.01 * 255)
  private static let c2: Float = (0.03 * 255) * (0.03 * 255)

  /// The weights of the window from its edge to its middle; they sum up to 1 both halves counted.
  private static let weights: [Float] = {
    let raw = (0...5).map { exp(-Double(($0 - 5) * ($0 - 5)) / (2 * 1.5 * 1.5)) }
    let sum = 2 * raw[..<5].reduce(0, +) + raw[5]
    return raw.map { Float($0 / sum) }
  }()

  private let left: OpaquePixels
  private let right: OpaquePixels
  private var first = 0
  private var count = 0
  /// For each of the last eleven rows of pixels: s, d, s² and d².
  private var ring = [Float](repeating: 0, count: taps * 4 * stride)
  /// Which row each slot of the ring holds.
  private var ringRows = [Int](repeating: -1, count: taps)
  /// s, d, s² and d² weighted down the columns.
  private var columns = [Float](repeating: 0, count: 4 * stride)
  private var row = [Float](repeating: 0, count: stride)
  private var luma = [Float](repeating: 0, count: 2 * stride)
  /// The last row looked at, and the last of those in which the pictures differ.
  private var looked = -1
  private var differing = -1

  init(_ left: OpaquePixels, _ right: OpaquePixels) {
    self.left = left
    self.right = right
  }

  /// Starts over with other columns of windows.
  mutating func begin(first: Int, count: Int) {
    self.first = first
    self.count = count
    for index in ringRows.indices { ringRows[index] = -1 }
    looked = -1
    differing = -1
  }

  /// Measures one row of windows; false where all of them hold equal pixels and are 1.
  mutating func measure(row: Int) -> Bool {
    while looked < row + Self.taps - 1 {
      looked += 1
      if differs(looked) { differing = looked }
    }
    guard differing >= row else { return false }
    for pixelRow in row..<row + Self.taps where ringRows[pixelRow % Self.taps] != pixelRow {
      fill(pixelRow)
    }
    Self.weightColumns(ring, &columns, top: row, used: count + Self.taps - 1)
    Self.weightRow(columns, &self.row, count: count)
    return true
  }

  /// The sum of the row that was measured last.
  var sum: Double {
    let values = row.span
    var lanes = Lanes.zero
    var index = 0
    while index &+ 8 <= count {
      lanes += values.lanes(at: index)
      index &+= 8
    }
    var sum = Double(LaneMath.sum(lanes))
    while index < count {
      sum += Double(values[index])
      index += 1
    }
    return sum
  }

  func copy(to values: inout [Float], at start: Int) {
    for index in 0..<count { values[start + index] = row[index] }
  }

  private func differs(_ pixelRow: Int) -> Bool {
    let (a, b) = (left.pixels.span, right.pixels.span)
    var index = pixelRow * left.width + first
    let end = index + count + Self.taps - 1
    while index &+ 8 <= end {
      let bits = a.pixels(at: index) ^ b.pixels(at: index)
      let four = bits.lowHalf | bits.highHalf
      let two = four.lowHalf | four.highHalf
      if two.x | two.y != 0 { return true }
      index &+= 8
    }
    while index < end {
      if a.pixel(at: index) != b.pixel(at: index) { return true }
      index += 1
    }
    return false
  }

  private mutating func fill(_ pixelRow: Int) {
    let slot = pixelRow % Self.taps
    ringRows[slot] = pixelRow
    let start = pixelRow * left.width + first
    let used = count + Self.taps - 1
    Self.fill(&luma, at: 0, from: left.pixels, start: start, count: used)
    Self.fill(&luma, at: Self.stride, from: right.pixels, start: start, count: used)
    Self.combine(luma, &ring, at: slot * 4 * Self.stride, used: used)
  }

  private static func fill(
    _ luma: inout [Float], at place: Int, from pixels: [UInt8], start: Int, count: Int
  ) {
    var target = luma.mutableSpan
    Luma.fill(&target, at: place, from: pixels.span, start: start, count: count)
  }

  private static func combine(
    _ luma: [Float], _ ring: inout [Float], at base: Int, used: Int
  ) {
    let source = luma.span
    var target = ring.mutableSpan
    var index = 0
    while index < used {
      let x = source.lanes(at: index) - 128
      let y = source.lanes(at: index &+ stride) - 128
      let (s, d) = (x + y, x - y)
      target.set(s, at: base &+ index)
      target.set(d, at: base &+ index &+ stride)
      target.set(s * s, at: base &+ index &+ 2 &* stride)
      target.set(d * d, at: base &+ index &+ 3 &* stride)
      index &+= 8
    }
  }

  private static func weightColumns(
    _ ring: [Float], _ columns: inout [Float], top: Int, used: Int
  ) {
    let source = ring.span
    var target = columns.mutableSpan
    let step = 4 * stride
    let (w0, w1, w2) = (weights[0], weights[1], weights[2])
    let (w3, w4, w5) = (weights[3], weights[4], weights[5])
    let r0 = top % 11 * step
    let (r1, r2) = ((top + 1) % 11 * step, (top + 2) % 11 * step)
    let (r3, r4) = ((top + 3) % 11 * step, (top + 4) % 11 * step)
    let (r5, r6) = ((top + 5) % 11 * step, (top + 6) % 11 * step)
    let (r7, r8) = ((top + 7) % 11 * step, (top + 8) % 11 * step)
    let (r9, r10) = ((top + 9) % 11 * step, (top + 10) % 11 * step)
    for field in 0..<4 {
      var at = field * stride
      let end = at + used
      while at < end {
        var sum = source.lanes(at: r5 &+ at) * w5
        sum += (source.lanes(at: r4 &+ at) + source.lanes(at: r6 &+ at)) * w4
        sum += (source.lanes(at: r3 &+ at) + source.lanes(at: r7 &+ at)) * w3
        sum += (source.lanes(at: r2 &+ at) + source.lanes(at: r8 &+ at)) * w2
        sum += (source.lanes(at: r1 &+ at) + source.lanes(at: r9 &+ at)) * w1
        sum += (source.lanes(at: r0 &+ at) + source.lanes(at: r10 &+ at)) * w0
        target.set(sum, at: at)
        at &+= 8
      }
    }
  }

  private static func weightRow(_ columns: [Float], _ row: inout [Float], count: Int) {
    let source = columns.span
    var target = row.mutableSpan
    let weights = weights.span
    var at = 0
    while at < count {
      let s = window(source, at, weights)
      let d = window(source, at &+ stride, weights)
      let ss = window(source, at &+ 2 &* stride, weights)
      let dd = window(source, at &+ 3 &* stride, weights)
      // The means' own product needs the 128 of both again.
      let sum = (s + 256) * (s + 256)
      let difference = d * d
      let sumVariance = ss - s * s
      let differenceVariance = dd - d * d
      let above =
        ((sum - difference) * 0.5 + c1)
        * ((sumVariance - differenceVariance) * 0.5 + c2)
      let below =
        ((sum + difference) * 0.5 + c1)
        * ((sumVariance + differenceVariance) * 0.5 + c2)
      target.set(above / below, at: at)
      at &+= 8
    }
  }

  @inline(__always)
  private static func window(_ source: Span<Float>, _ at: Int, _ weights: Span<Float>) -> Lanes {
    var sum = source.lanes(at: at &+ 5) * weights[5]
    sum += (source.lanes(at: at &+ 4) + source.lanes(at: at &+ 6)) * weights[4]
    sum += (source.lanes(at: at &+ 3) + source.lanes(at: at &+ 7)) * weights[3]
    sum += (source.lanes(at: at &+ 2) + source.lanes(at: at &+ 8)) * weights[2]
    sum += (source.lanes(at: at &+ 1) + source.lanes(at: at &+ 9)) * weights[1]
    sum += (source.lanes(at: at) + source.lanes(at: at &+ 10)) * weights[0]
    return sum
  }
}
