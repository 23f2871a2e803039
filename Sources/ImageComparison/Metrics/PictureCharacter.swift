/// What one picture is like: whether it shows anything, and how sharp it is.
public struct PictureCharacter: Hashable, Sendable {
  /// The name of the definition of ``sharpness``.
  public static let sharpnessVersion = "laplacian-y601-valid"
  /// The name of the definition of ``emptiness``.
  public static let emptinessVersion = "empty-middle99"
  /// By how many levels the samples of a uniform picture may differ.
  private static let uniformRangeMax = 6
  /// The darkest and the brightest level that still count as black and white.
  private static let (blackMax, whiteMin) = (16, 239)

  /// A picture that shows nothing.
  public enum Emptiness: String, Sendable, CaseIterable {
    /// Every pixel is fully transparent.
    case transparent
    /// The middle 99 % of each colour's samples lie at 16 or below.
    case black
    /// The middle 99 % of each colour's samples lie at 239 or above.
    case white
    /// The middle 99 % of each colour's samples lie within 6 levels.
    case uniform
  }

  /// Why the picture shows nothing; `nil` when it shows something.
  public let emptiness: Emptiness?
  /// The variance of the Laplacian of luma 601: `4 y - left - right - above - below` at the pixels
  /// that have all four neighbours, population variance; `nil` with a side below 3 pixels.
  public let sharpness: Double?

  /// Looks at a picture; transparent pixels are seen on white.
  ///
  /// - Parameter picture: the picture.
  public init(_ picture: Picture) {
    let pixels = OpaquePixels(picture)
    let isVisible = !picture.hasAlpha || Self.isVisible(picture)
    emptiness = isVisible ? Self.emptiness(pixels) : .transparent
    sharpness = Self.sharpness(pixels)
  }

  /// Why a picture shows nothing, as ``emptiness``; measures nothing else.
  ///
  /// Looks at some rows first: what they hold is enough for most pictures to be sure of the rest.
  ///
  /// - Parameter picture: the picture.
  public static func emptiness(of picture: Picture) -> Emptiness? {
    guard !picture.hasAlpha || isVisible(picture) else { return .transparent }
    let pixels = OpaquePixels(picture)
    return showsSomething(pixels) ? nil : emptiness(pixels)
  }

  /// Rows of which one is looked at first.
  private static let rowStride = 16

  /// Whether some rows alone show that the picture is not empty: `true` is certain, `false` is not.
  ///
  /// A level that more than half a percent of all pixels are at or above within these rows is one that
  /// the middle 99 % of the picture reach, and so it is below.
  private static func showsSomething(_ picture: OpaquePixels) -> Bool {
    var counts = [Int](repeating: 0, count: 3 * 256)
    let pixels = picture.pixels.span
    for row in stride(from: 0, to: picture.height, by: rowStride) {
      for index in row * picture.width..<(row + 1) * picture.width {
        let pixel = pixels.pixel(at: index)
        counts[Int(pixel & 255)] += 1
        counts[256 + Int((pixel >> 8) & 255)] += 1
        counts[512 + Int((pixel >> 16) & 255)] += 1
      }
    }
    let most = picture.width * picture.height / 200
    var (isWide, isBright, isDark) = (false, false, false)
    for colour in 0..<3 {
      let levels = counts[colour * 256..<(colour + 1) * 256]
      // The lowest level that enough pixels are at or below, and the highest that enough reach.
      guard let low = reached(levels, most), let high = reached(levels.reversed(), most) else {
        continue
      }
      isWide = isWide || 255 - high - low > uniformRangeMax
      isBright = isBright || 255 - high > blackMax
      isDark = isDark || low < whiteMin
    }
    return isWide && isBright && isDark
  }

  /// After how many levels more pixels than a number were counted; `nil` where there are too few.
  private static func reached(_ counts: some Sequence<Int>, _ most: Int) -> Int? {
    var total = 0
    for (level, count) in counts.enumerated() {
      total += count
      if total > most { return level }
    }
    return nil
  }

  private static func isVisible(_ picture: Picture) -> Bool {
    // Transparent pixels are black, so that a sample that is not 0 belongs to a visible one.
    picture.pixels.contains { $0 != 0 }
  }

  private static func emptiness(_ picture: OpaquePixels) -> Emptiness? {
    var counts = [Int](repeating: 0, count: 3 * 256)
    let pixels = picture.pixels.span
    let total = picture.width * picture.height
    for index in 0..<total {
      let pixel = pixels.pixel(at: index)
      counts[Int(pixel & 255)] += 1
      counts[256 + Int((pixel >> 8) & 255)] += 1
      counts[512 + Int((pixel >> 16) & 255)] += 1
    }
    let ranges = (0..<3).map { middle(counts[$0 * 256..<($0 + 1) * 256], total) }
    if ranges.allSatisfy({ $0.upperBound <= blackMax }) { return .black }
    if ranges.allSatisfy({ $0.lowerBound >= whiteMin }) { return .white }
    return ranges.allSatisfy { $0.upperBound - $0.lowerBound <= uniformRangeMax } ? .uniform : nil
  }

  /// The levels left when half a percent of the pixels is taken off at each end.
  private static func middle(_ counts: ArraySlice<Int>, _ total: Int) -> ClosedRange<Int> {
    let most = total / 200
    var (low, high) = (0, 255)
    var below = counts[counts.startIndex]
    while below <= most, low < 255 {
      low += 1
      below += counts[counts.startIndex + low]
    }
    var above = counts[counts.startIndex + 255]
    while above <= most, high > low {
      high -= 1
      above += counts[counts.startIndex + high]
    }
    return low...high
  }

  private static func sharpness(_ picture: OpaquePixels) -> Double? {
    let (width, height) = (picture.width, picture.height)
    guard min(width, height) >= 3 else { return nil }
    let pixels = picture.pixels.span
    var luma = [Float](repeating: 0, count: 3 * width)
    var rows = luma.mutableSpan
    for row in 0..<2 {
      Luma.fill(&rows, at: row * width, from: pixels, start: row * width, count: width)
    }
    var (sum, squares) = (0.0, 0.0)
    for row in 1..<height - 1 {
      let next = (row + 1) % 3 * width
      Luma.fill(&rows, at: next, from: pixels, start: (row + 1) * width, count: width)
      let (above, here) = ((row - 1) % 3 * width, row % 3 * width)
      for column in 1..<width - 1 {
        let around =
          rows[above + column] + rows[next + column] + rows[here + column - 1]
          + rows[here + column + 1]
        let value = Double(4 * rows[here + column] - around)
        sum += value
        squares += value * value
      }
    }
    let count = Double((width - 2) * (height - 2))
    return max(0, squares / count - (sum / count) * (sum / count))
  }
}
