/// The structural similarity of the luma of two pictures of one size, pooled and in tiles.
///
/// Wang 2004 on luma 601 in 32-bit floats: gaussian window of sigma 1.5 and 11 taps, K1 .01, K2 .03,
/// range 255, population covariance, at the pixels whose window lies within the picture. 1 means equal.
public struct StructuralSimilarity: Hashable, Sendable {
  /// The name of the definition.
  public static let version = "ssim-y601-g11-valid"
  /// The taps of the window; a picture with a shorter side has no similarity.
  public static let windowSide = 11
  /// How far the window reaches from its middle.
  static let reach = 5

  /// The mean in one tile of 64 x 64 pixels.
  public struct Tile: Hashable, Sendable {
    /// Where the tile lies; a rest of less than half a tile belongs to the tile before it.
    public let box: PixelBox
    /// The mean over the pixels of the tile whose window lies within the picture.
    public let mean: Double
  }

  /// The mean over all windows; `nil` for pictures with a side below 11 pixels.
  public let mean: Double?
  /// The tiles, row by row; empty for pictures with a side below 11 pixels.
  public let tiles: [Tile]

  /// The tile of the lowest mean, the first of equals.
  public var worst: Tile? { tiles.min { $0.mean < $1.mean } }

  /// The mean below which one in a hundred tiles lies; with few tiles that of the worst.
  public var firstPercentile: Double? {
    tiles.isEmpty ? nil : tiles.map(\.mean).sorted()[tiles.count / 100]
  }

  /// The tiles with a mean below a limit, the worst first.
  ///
  /// - Parameter limit: the mean that is still good.
  public func tiles(below limit: Double) -> [Tile] {
    tiles.filter { $0.mean < limit }.sorted { $0.mean < $1.mean }
  }

  /// Measures two pictures.
  ///
  /// - Parameters:
  ///   - left: a picture.
  ///   - right: another of the same size.
  ///   - ground: what is shown behind transparent pixels.
  public init(_ left: Picture, _ right: Picture, on ground: Ground = .white) {
    self.init(OpaquePixels(left, on: ground), OpaquePixels(right, on: ground))
  }

  init(_ left: OpaquePixels, _ right: OpaquePixels) {
    self = SimilarityMap.measure(left, right, keepsMap: false).similarity
  }

  init(mean: Double?, tiles: [Tile]) {
    self.mean = mean
    self.tiles = tiles
  }

  /// The lower figure of two everywhere.
  func worse(of other: StructuralSimilarity) -> StructuralSimilarity {
    guard let mean, let otherMean = other.mean else { return self }
    return StructuralSimilarity(
      mean: min(mean, otherMean),
      tiles: zip(tiles, other.tiles).map { Tile(box: $0.box, mean: min($0.mean, $1.mean)) })
  }
}

/// The structural similarity of every window of two pictures.
struct SimilarityMap {
  /// The number of windows across: the width less ten.
  let width: Int
  /// The number of windows down: the height less ten.
  let height: Int
  /// Window by window, row by row; empty unless asked for.
  private(set) var values: [Float]
  private(set) var similarity: StructuralSimilarity

  /// Measures two pictures of one size.
  static func measure(
    _ left: OpaquePixels, _ right: OpaquePixels, keepsMap: Bool
  ) -> SimilarityMap {
    precondition(
      left.width == right.width && left.height == right.height, "pictures of one size")
    let reach = StructuralSimilarity.reach
    let (width, height) = (left.width - 2 * reach, left.height - 2 * reach)
    guard width > 0, height > 0 else {
      return SimilarityMap(
        width: 0, height: 0, values: [],
        similarity: StructuralSimilarity(mean: nil, tiles: []))
    }
    let grid = TileGrid(width: left.width, height: left.height)
    var values = [Float](repeating: 1, count: keepsMap ? width * height : 0)
    var sums = [Double](repeating: 0, count: grid.columns * grid.rows)
    var counts = [Int](repeating: 0, count: grid.columns * grid.rows)
    var strip = SimilarityStrip(left, right)
    for column in 0..<grid.columns {
      let pixels = grid.columnRange(column)
      let first = max(0, pixels.lowerBound - reach)
      let end = min(width, pixels.upperBound - reach)
      strip.begin(first: first, count: end - first)
      for row in 0..<height {
        let tileRow = min(grid.rows - 1, (row + reach) / TileGrid.side)
        let index = tileRow * grid.columns + column
        counts[index] += end - first
        guard strip.measure(row: row) else {
          sums[index] += Double(end - first)
          continue
        }
        sums[index] += strip.sum
        if keepsMap { strip.copy(to: &values, at: row * width + first) }
      }
    }
    let tiles = sums.indices.map { index in
      StructuralSimilarity.Tile(
        box: grid.box(column: index % grid.columns, row: index / grid.columns),
        mean: sums[index] / Double(counts[index]))
    }
    let mean = sums.reduce(0, +) / Double(width * height)
    return SimilarityMap(
      width: width, height: height, values: values,
      similarity: StructuralSimilarity(mean: mean, tiles: tiles))
  }
}
