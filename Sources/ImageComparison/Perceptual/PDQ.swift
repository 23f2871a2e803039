internal import Glibc

/// The perceptual hash PDQ of a picture, with its quality and the hashes of the turned picture.
///
/// A picture with a side above 512 pixels is first brought to exactly 512 x 512 by nearest
/// neighbour, `floor(i * side / 512)`. Its luma 601 is blurred by two passes of box filters, taken at
/// 64 x 64 points, and transformed by cosines of order 1 to 16 each way; a bit is set where a
/// coefficient lies above the lower median. All in 32-bit floats, in the order of Meta's program, so
/// that the bits are the same.
public struct PDQ: Hashable, Sendable {
  /// The name of the definition.
  public static let version = "pdq-nn512"
  /// The side that larger pictures are brought to.
  static let sideMax = 512
  /// Pictures with a shorter side have no hash.
  static let sideMin = 5
  private static let blockSide = 64
  private static let orderCount = 16

  /// How much there is to tell pictures apart by, 0 to 100; below 50 the hash says little.
  public let quality: Int
  /// The 16 x 16 coefficients; empty where there is no hash.
  private let coefficients: [Float]

  /// The hash.
  public var hash: PDQHash { hash(turned: .none) }

  /// Hashes a picture.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - ground: what is shown behind transparent pixels.
  public init(_ picture: Picture, on ground: Ground = .white) {
    self.init(OpaquePixels(picture, on: ground))
  }

  init(_ picture: OpaquePixels) {
    guard min(picture.width, picture.height) >= Self.sideMin else {
      quality = 0
      coefficients = []
      return
    }
    var luma = LumaPlane(nearest: picture, sideMax: Self.sideMax)
    if luma.width != Self.blockSide || luma.height != Self.blockSide { luma.blur() }
    let block = luma.decimated(to: Self.blockSide)
    quality = Self.quality(of: block)
    coefficients = Self.transform(block)
  }

  /// The hash that the picture has once it is turned.
  ///
  /// It is computed from the coefficients of the picture as it is. As PDQ takes its points half a
  /// pixel beside the middle, the hash of turned pixels differs from it by up to some 16 bits.
  ///
  /// - Parameter turn: how the picture is turned.
  public func hash(turned turn: Turn) -> PDQHash {
    guard !coefficients.isEmpty else { return PDQHash() }
    let count = Self.orderCount
    var turned = coefficients
    for row in 0..<count {
      for column in 0..<count {
        let source =
          turn.isTransposing
          ? coefficients[column * count + row] : coefficients[row * count + column]
        turned[row * count + column] =
          turn.isNegated(row: row, column: column) ? -source : source
      }
    }
    let median = turned.sorted()[turned.count / 2 - 1]
    var hash = PDQHash()
    for (bit, value) in turned.enumerated() where value > median { hash.set(bit) }
    return hash
  }

  /// How this picture must be turned to come nearest to another, with the bits that then differ.
  ///
  /// - Parameter other: the hash of the other picture, which is left as it is.
  public func nearestTurn(to other: PDQ) -> (turn: Turn, distance: Int) {
    let target = other.hash
    var best = (turn: Turn.none, distance: hash.distance(to: target))
    for turn in Turn.allCases {
      let distance = hash(turned: turn).distance(to: target)
      if distance < best.distance { best = (turn, distance) }
    }
    return best
  }

  /// Gradients in steps of a hundredth of the range, a ninetieth of their sum.
  private static func quality(of block: [Float]) -> Int {
    var sum = 0
    for row in 0..<blockSide {
      for column in 0..<blockSide {
        let own = block[row * blockSide + column]
        if row + 1 < blockSide {
          sum += abs(Int((own - block[(row + 1) * blockSide + column]) * 100 / 255))
        }
        if column + 1 < blockSide {
          sum += abs(Int((own - block[row * blockSide + column + 1]) * 100 / 255))
        }
      }
    }
    return min(100, sum / 90)
  }

  /// `sqrt(2 / 64) cos(pi / 128 (i + 1)(2 j + 1))` for 16 orders i and 64 places j.
  private static let cosines: [Float] = {
    let scale = Float((2.0 / Double(blockSide)).squareRoot())
    return (0..<orderCount * blockSide).map { index in
      let (order, place) = index.quotientAndRemainder(dividingBy: blockSide)
      let unit = Double.pi / 2 / Double(blockSide)
      return Float(Double(scale) * cos(unit * Double(order + 1) * Double(2 * place + 1)))
    }
  }()

  private static func transform(_ block: [Float]) -> [Float] {
    let side = blockSide
    var rows = [Float](repeating: 0, count: orderCount * side)
    for order in 0..<orderCount {
      for column in 0..<side {
        var sum: Float = 0
        for place in 0..<side {
          sum += cosines[order * side + place] * block[place * side + column]
        }
        rows[order * side + column] = sum
      }
    }
    var coefficients = [Float](repeating: 0, count: orderCount * orderCount)
    for row in 0..<orderCount {
      for order in 0..<orderCount {
        var sum: Float = 0
        for place in 0..<side { sum += rows[row * side + place] * cosines[order * side + place] }
        coefficients[row * orderCount + order] = sum
      }
    }
    return coefficients
  }
}

/// The luma of a picture of at most 512 pixels a side, and PDQ's way of making it smaller.
private struct LumaPlane {
  let width: Int
  let height: Int
  private var luma: [Float]
  private var other: [Float]

  init(nearest picture: OpaquePixels, sideMax: Int) {
    let isLarge = picture.width > sideMax || picture.height > sideMax
    let width = isLarge ? sideMax : picture.width
    let height = isLarge ? sideMax : picture.height
    (self.width, self.height) = (width, height)
    other = [Float](repeating: 0, count: width * height)
    luma = []
    luma.reserveCapacity(width * height)
    let pixels = picture.pixels.span
    let places = (0..<width).map { $0 * picture.width / width }
    for row in 0..<height {
      let start = (row * picture.height / height) * picture.width
      for place in places { luma.append(Luma.of(pixels.pixel(at: start &+ place))) }
    }
  }

  /// Two passes of a box along the rows and one along the columns.
  mutating func blur() {
    let rowWindow = (width + 127) / 128
    let columnWindow = (height + 127) / 128
    for _ in 0..<2 {
      Self.boxAlong(luma, &other, width: width, window: rowWindow)
      Self.boxAcross(other, &luma, width: width, window: columnWindow)
    }
  }

  func decimated(to side: Int) -> [Float] {
    var block = [Float](repeating: 0, count: side * side)
    for row in 0..<side {
      let y = Int((Double(row) + 0.5) * Double(height) / Double(side))
      for column in 0..<side {
        let x = Int((Double(column) + 0.5) * Double(width) / Double(side))
        block[row * side + column] = luma[y * width + x]
      }
    }
    return block
  }

  /// The means along each row, over fewer samples at its ends.
  ///
  /// The sum slides: the next sample is added before the last one is taken off, as the bits of
  /// 32-bit floats depend on it.
  private static func boxAlong(
    _ values: [Float], _ means: inout [Float], width: Int, window: Int
  ) {
    let source = values.span
    var target = means.mutableSpan
    let ahead = min((window + 2) / 2 - 1, width)
    var begun = 0
    while begun + 8 * width <= source.count {
      boxAlongEight(source, &target, from: begun, width: width, window: window, ahead: ahead)
      begun += 8 * width
    }
    for start in stride(from: begun, to: source.count, by: width) {
      var sum: Float = 0
      for index in 0..<ahead { sum += source[start + index] }
      var size = ahead
      for index in 0..<width {
        if index + ahead < width {
          sum += source[start + index + ahead]
          size += 1
        }
        if index + ahead - window >= 0 {
          sum -= source[start + index + ahead - window]
          size -= 1
        }
        target[start + index] = sum / Float(size)
      }
    }
  }

  /// The same along eight rows at once, since each sum waits for the one before it.
  private static func boxAlongEight(
    _ source: Span<Float>, _ target: inout MutableSpan<Float>, from start: Int, width: Int,
    window: Int, ahead: Int
  ) {
    func lanes(_ column: Int) -> Lanes {
      var lanes = Lanes()
      for row in 0..<8 { lanes[row] = source[start &+ row &* width &+ column] }
      return lanes
    }
    var sum = Lanes()
    for index in 0..<ahead { sum += lanes(index) }
    var size = ahead
    for index in 0..<width {
      if index + ahead < width {
        sum += lanes(index + ahead)
        size += 1
      }
      if index + ahead - window >= 0 {
        sum -= lanes(index + ahead - window)
        size -= 1
      }
      let means = sum / Float(size)
      for row in 0..<8 { target[start &+ row &* width &+ index] = means[row] }
    }
  }

  /// The same along all columns, eight at once.
  private static func boxAcross(
    _ values: [Float], _ means: inout [Float], width: Int, window: Int
  ) {
    let source = values.span
    let height = source.count / width
    var target = means.mutableSpan
    let ahead = min((window + 2) / 2 - 1, height)
    var sums = [Float](repeating: 0, count: width)
    var sum = sums.mutableSpan
    for index in 0..<ahead {
      for column in 0..<width { sum[column] += source[index * width + column] }
    }
    var size = ahead
    for index in 0..<height {
      let added = index + ahead < height
      let removed = index + ahead - window >= 0
      size += (added ? 1 : 0) - (removed ? 1 : 0)
      let divisor = Float(size)
      let (addRow, removeRow) = ((index + ahead) * width, (index + ahead - window) * width)
      var column = 0
      while column &+ 8 <= width {
        var lanes = sum.lanes(at: column)
        if added { lanes += source.lanes(at: addRow &+ column) }
        if removed { lanes -= source.lanes(at: removeRow &+ column) }
        sum.set(lanes, at: column)
        target.set(lanes / divisor, at: index &* width &+ column)
        column &+= 8
      }
      while column < width {
        if added { sum[column] += source[addRow + column] }
        if removed { sum[column] -= source[removeRow + column] }
        target[index * width + column] = sum[column] / divisor
        column += 1
      }
    }
  }
}
