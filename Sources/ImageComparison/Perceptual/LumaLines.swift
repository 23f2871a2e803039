/// Lines of luma, rows or columns of a picture, and PDQ's way of making them fewer.
///
/// Boxes always slide from line to line, for eight places of a line at once; between a box along the rows
/// and one along the columns the lines are turned. Each sum is of the same numbers in the same order as
/// in Meta's program, on which the bits of 32-bit floats depend.
struct LumaLines {
  /// How many lines there are.
  private let count: Int
  /// The values of one line.
  private let length: Int
  /// Line after line.
  private let values: [Float]

  private init(count: Int, length: Int, values: [Float]) {
    (self.count, self.length, self.values) = (count, length, values)
  }

  /// The rows of a picture.
  init(_ points: PicturePoints) {
    var luma = [Float](repeating: 0, count: points.pixels.count)
    Self.fill(&luma, from: points.pixels.span)
    self.init(count: points.height, length: points.width, values: luma)
  }

  private static func fill(_ luma: inout [Float], from points: Span<UInt32>) {
    var target = luma.mutableSpan
    var index = 0
    while index &+ 8 <= points.count {
      target.set(Luma.of(points.words(at: index)), at: index)
      index &+= 8
    }
    while index < points.count {
      target[index] = Luma.of(points[index])
      index &+= 1
    }
  }

  /// Two passes of a box along the rows and one along the columns, seen at `side` x `side` places.
  ///
  /// The places are `floor((i + 0.5) * length / side)`; what has that size already is left as it is.
  func block(side: Int) -> [Float] {
    guard count != side || length != side else { return values }
    let (rowWindow, columnWindow) = ((length + 127) / 128, (count + 127) / 128)
    func places(_ length: Int) -> [Int] {
      (0..<side).map { Int((Double($0) + 0.5) * Double(length) / Double(side)) }
    }
    let once = turned().means(window: rowWindow, at: Array(0..<length))
      .turned().means(window: columnWindow, at: Array(0..<count))
    // Of the second pass only the places that are looked at are computed.
    return once.turned().means(window: rowWindow, at: places(length))
      .turned().means(window: columnWindow, at: places(count)).values
  }

  /// The lines of the places of these lines.
  private func turned() -> LumaLines {
    var turned = [Float](repeating: 0, count: values.count)
    Self.turn(values.span, &turned, count: count, length: length)
    return LumaLines(count: length, length: count, values: turned)
  }

  private static func turn(
    _ source: Span<Float>, _ turned: inout [Float], count: Int, length: Int
  ) {
    var target = turned.mutableSpan
    let (lines, places) = (count & ~3, length & ~3)
    // In squares of 16, so that what is read and what is written is in the cache until all of it was.
    for top in stride(from: 0, to: lines, by: 16) {
      for left in stride(from: 0, to: places, by: 16) {
        for place in stride(from: left, to: min(left &+ 16, places), by: 4) {
          for line in stride(from: top, to: min(top &+ 16, lines), by: 4) {
            turnSquare(
              source, &target, from: line &* length &+ place, length, to: place &* count &+ line,
              count)
          }
        }
      }
    }
    for line in 0..<count {
      for place in (line < lines ? places : 0)..<length {
        target[place &* count &+ line] = source[line &* length &+ place]
      }
    }
  }

  /// Turns 4 x 4 values, whose lines have `length` values and get `count`.
  @inline(__always)
  private static func turnSquare(
    _ source: Span<Float>, _ target: inout MutableSpan<Float>, from start: Int, _ length: Int,
    to end: Int, _ count: Int
  ) {
    let first = source.four(at: start)
    let second = source.four(at: start &+ length)
    let third = source.four(at: start &+ 2 &* length)
    let fourth = source.four(at: start &+ 3 &* length)
    target.set(SIMD4(first[0], second[0], third[0], fourth[0]), at: end)
    target.set(SIMD4(first[1], second[1], third[1], fourth[1]), at: end &+ count)
    target.set(SIMD4(first[2], second[2], third[2], fourth[2]), at: end &+ 2 &* count)
    target.set(SIMD4(first[3], second[3], third[3], fourth[3]), at: end &+ 3 &* count)
  }

  /// The means of boxes around some lines, over fewer lines at the ends.
  ///
  /// The sum slides: the next line is added before the last one is taken off.
  ///
  /// - Parameters:
  ///   - window: the lines of a box, at least 1.
  ///   - kept: the lines whose means are wanted, in ascending order.
  private func means(window: Int, at kept: [Int]) -> LumaLines {
    var means = [Float](repeating: 0, count: kept.count * length)
    var sums = [Float](repeating: 0, count: length)
    slide(window, &sums, &means, at: kept.span)
    return LumaLines(count: kept.count, length: length, values: means)
  }

  private func slide(
    _ window: Int, _ sums: inout [Float], _ means: inout [Float], at kept: Span<Int>
  ) {
    let source = values.span
    var sum = sums.mutableSpan
    var target = means.mutableSpan
    let ahead = min((window + 2) / 2 - 1, count)
    for line in 0..<ahead { Self.add(source, from: line * length, to: &sum) }
    var size = ahead
    var next = 0
    for line in 0..<count where next < kept.count {
      if line + ahead < count {
        Self.add(source, from: (line + ahead) * length, to: &sum)
        size += 1
      }
      if line + ahead - window >= 0 {
        Self.subtract(source, from: (line + ahead - window) * length, of: &sum)
        size -= 1
      }
      // A picture of fewer lines is looked at several times.
      while next < kept.count, kept[next] == line {
        Self.divide(sum, by: Float(size), into: &target, at: next * length)
        next += 1
      }
    }
  }

  private static func add(_ source: Span<Float>, from start: Int, to sum: inout MutableSpan<Float>)
  {
    var place = 0
    while place &+ 8 <= sum.count {
      sum.set(sum.lanes(at: place) + source.lanes(at: start &+ place), at: place)
      place &+= 8
    }
    while place < sum.count {
      sum[place] += source[start &+ place]
      place &+= 1
    }
  }

  private static func subtract(
    _ source: Span<Float>, from start: Int, of sum: inout MutableSpan<Float>
  ) {
    var place = 0
    while place &+ 8 <= sum.count {
      sum.set(sum.lanes(at: place) - source.lanes(at: start &+ place), at: place)
      place &+= 8
    }
    while place < sum.count {
      sum[place] -= source[start &+ place]
      place &+= 1
    }
  }

  private static func divide(
    _ sum: borrowing MutableSpan<Float>, by size: Float, into target: inout MutableSpan<Float>,
    at start: Int
  ) {
    var place = 0
    while place &+ 8 <= sum.count {
      target.set(sum.lanes(at: place) / size, at: start &+ place)
      place &+= 8
    }
    while place < sum.count {
      target[start &+ place] = sum[place] / size
      place &+= 1
    }
  }
}
