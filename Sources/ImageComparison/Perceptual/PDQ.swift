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

  init(_ picture: OpaquePixels) { self.init(PicturePoints(picture)) }

  private init(_ points: PicturePoints) {
    guard points.shorterSide >= Self.sideMin else {
      quality = 0
      coefficients = []
      return
    }
    let block = LumaLines(points).block(side: Self.blockSide)
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
