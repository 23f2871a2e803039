/// The tiles of 64 x 64 pixels that a picture is divided into.
///
/// A rest of less than half a tile at the right or the bottom belongs to the tile before it.
struct TileGrid: Hashable, Sendable {
  /// The side of a tile in pixels.
  static let side = 64

  let columns: Int
  let rows: Int
  let width: Int
  let height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    columns = max(1, (width + Self.side / 2) / Self.side)
    rows = max(1, (height + Self.side / 2) / Self.side)
  }

  /// The pixels of a tile of this column, from the left.
  func columnRange(_ column: Int) -> Range<Int> {
    column * Self.side..<(column == columns - 1 ? width : (column + 1) * Self.side)
  }

  /// The pixels of a tile of this row, from the top.
  func rowRange(_ row: Int) -> Range<Int> {
    row * Self.side..<(row == rows - 1 ? height : (row + 1) * Self.side)
  }

  /// Where a tile lies.
  func box(column: Int, row: Int) -> PixelBox {
    let (x, y) = (columnRange(column), rowRange(row))
    return PixelBox(x: x.lowerBound, y: y.lowerBound, width: x.count, height: y.count)
  }
}

/// A rectangle of pixels.
public struct PixelBox: Hashable, Sendable, CustomStringConvertible {
  /// The leftmost column.
  public var x: Int
  /// The topmost row.
  public var y: Int
  /// The number of columns.
  public var width: Int
  /// The number of rows.
  public var height: Int

  /// Makes a rectangle.
  ///
  /// - Parameters:
  ///   - x: the leftmost column.
  ///   - y: the topmost row.
  ///   - width: the number of columns.
  ///   - height: the number of rows.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The number of pixels.
  public var area: Int { width * height }

  /// The share of this and another rectangle's pixels that both hold: 1 when they are equal.
  ///
  /// - Parameter other: the other rectangle.
  public func overlap(with other: PixelBox) -> Double {
    let across = min(x + width, other.x + other.width) - max(x, other.x)
    let down = min(y + height, other.y + other.height) - max(y, other.y)
    guard across > 0, down > 0 else { return 0 }
    let both = across * down
    return Double(both) / Double(area + other.area - both)
  }

  /// `width x height at x,y`.
  public var description: String { "\(width)x\(height) at \(x),\(y)" }
}
