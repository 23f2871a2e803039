/// Resizing of a picture of 8 bits without alpha: the same sums as of any other, eight columns at once.
///
/// Rows are summed first. Their sums are at most 255 times the weights of a target sample, so below 2^23,
/// and those of the columns below 2^38: floats of 32 and of 64 bits hold them exactly.
struct OpaqueResampler {
  private let source: Picture
  private let columns: ResamplingAxis
  private let rows: ResamplingAxis

  init(of source: Picture, _ columns: ResamplingAxis, _ rows: ResamplingAxis) {
    self.source = source
    self.columns = columns
    self.rows = rows
  }

  /// Gives the target rows as ``Picture/pixels`` has them.
  func run() -> [UInt8] {
    var target = [UInt8](repeating: 255, count: columns.count * rows.count * 4)
    // The sums of a target row: all of red, then of green, then of blue.
    var sums = [Float](repeating: 0, count: 3 * source.width)
    for row in 0..<rows.count {
      sumRows(row, &sums)
      sumColumns(sums.span, &target, from: row * columns.count * 4)
    }
    return target
  }

  private func sumRows(_ row: Int, _ sums: inout [Float]) {
    let pixels = source.pixels.span
    var sum = sums.mutableSpan
    let width = source.width
    let start = rows.starts[row]
    for position in start..<rows.starts[row + 1] {
      let weight = Float(rows.weights[position])
      let line = (rows.firsts[row] + position - start) * width
      let isFirst = position == start
      var column = 0
      while column &+ 8 <= width {
        let eight = pixels.pixels(at: line &+ column)
        for channel in 0..<3 {
          let samples = (eight &>> UInt32(8 &* channel)) & Words(repeating: 255)
          let share = Lanes(SIMD8<Int32>(truncatingIfNeeded: samples)) * weight
          let place = channel &* width &+ column
          sum.set(isFirst ? share : sum.lanes(at: place) + share, at: place)
        }
        column &+= 8
      }
      while column < width {
        let pixel = pixels.pixel(at: line &+ column)
        for channel in 0..<3 {
          let share = Float((pixel &>> UInt32(8 &* channel)) & 255) * weight
          let place = channel &* width &+ column
          sum[place] = isFirst ? share : sum[place] + share
        }
        column &+= 1
      }
    }
  }

  private func sumColumns(_ sums: Span<Float>, _ target: inout [UInt8], from start: Int) {
    var samples = target.mutableSpan
    let (width, whole) = (source.width, Double(columns.total * rows.total))
    // Whole numbers so small that a quotient, once rounded, still lies on the right side of each of them.
    let half = (whole / 2).rounded(.down)
    let (firsts, starts, weights) = (columns.firsts.span, columns.starts.span, columns.weights.span)
    for column in 0..<columns.count {
      var (red, green, blue) = (0.0, 0.0, 0.0)
      var place = firsts[column]
      for position in starts[column]..<starts[column &+ 1] {
        let weight = Double(weights[position])
        red += weight * Double(sums[place])
        green += weight * Double(sums[width &+ place])
        blue += weight * Double(sums[2 &* width &+ place])
        place &+= 1
      }
      let pixel = start &+ 4 &* column
      samples[pixel] = UInt8((red + half) / whole)
      samples[pixel &+ 1] = UInt8((green + half) / whole)
      samples[pixel &+ 2] = UInt8((blue + half) / whole)
    }
  }
}
