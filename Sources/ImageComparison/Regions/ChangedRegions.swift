/// Where two pictures differ, as boxes.
///
/// Pixels whose ``ColourDifferenceMap`` lies above a limit mark cells of 8 x 8 pixels. Marks are
/// closed, so that a gap of up to two cells is bridged, and cells that touch, corners too, are one
/// region. Its box is the smallest around its changed pixels.
public struct ChangedRegions: Hashable, Sendable {
  /// The name of the definition.
  public static let version = "regions-cell8"
  /// The side of a cell in pixels.
  static let cell = 8
  /// Regions that are kept; the largest.
  public static let countMax = 64

  /// One region.
  public struct Region: Hashable, Sendable {
    /// The smallest box around the changed pixels.
    public let box: PixelBox
    /// The number of changed pixels.
    public let area: Int
  }

  /// At most ``countMax`` regions, those with most changed pixels first.
  public let regions: [Region]
  /// The number of regions, kept or not.
  public let count: Int
  /// The share of the picture's pixels that changed, 0 to 1.
  public let changedShare: Double

  /// Finds the regions of a map.
  ///
  /// - Parameters:
  ///   - map: the differences of two pictures.
  ///   - limit: the difference above which a pixel has changed.
  public init(_ map: ColourDifferenceMap, above limit: Double = 5) {
    let (columns, rows) = (
      (map.width + Self.cell - 1) / Self.cell, (map.height + Self.cell - 1) / Self.cell
    )
    var cells = Cells(columns: columns, rows: rows)
    let step = ColourDifferenceMap.step(limit)
    var changed = 0
    for y in 0..<map.height {
      let row = y / Self.cell * columns
      for x in 0..<map.width where map.steps[y * map.width + x] > step {
        cells.add(x: x, y: y, to: row + x / Self.cell)
        changed += 1
      }
    }
    let found = cells.components().sorted {
      ($1.area, $0.box.y, $0.box.x) < ($0.area, $1.box.y, $1.box.x)
    }
    regions = Array(found.prefix(Self.countMax))
    count = found.count
    changedShare = Double(changed) / Double(map.width * map.height)
  }

  /// Cells, each with the bounds and number of its changed pixels.
  private struct Cells {
    let columns: Int
    let rows: Int
    var counts: [Int]
    var bounds: [SIMD4<Int>]

    init(columns: Int, rows: Int) {
      self.columns = columns
      self.rows = rows
      counts = [Int](repeating: 0, count: columns * rows)
      bounds = [SIMD4<Int>](repeating: SIMD4(.max, .max, -1, -1), count: columns * rows)
    }

    mutating func add(x: Int, y: Int, to cell: Int) {
      counts[cell] += 1
      let old = bounds[cell]
      bounds[cell] = SIMD4(min(old.x, x), min(old.y, y), max(old.z, x), max(old.w, y))
    }

    /// Marks all around a mark, or takes off all around a gap; beyond the edges nothing counts.
    private func spread(_ marks: [Bool], value: Bool) -> [Bool] {
      var result = marks
      for row in 0..<rows {
        for column in 0..<columns where marks[row * columns + column] == value {
          for y in max(0, row - 1)...min(rows - 1, row + 1) {
            for x in max(0, column - 1)...min(columns - 1, column + 1) {
              result[y * columns + x] = value
            }
          }
        }
      }
      return result
    }

    func components() -> [Region] {
      var open = spread(spread(counts.map { $0 > 0 }, value: true), value: false)
      var regions: [Region] = []
      for seed in open.indices where open[seed] {
        open[seed] = false
        var waiting = [seed]
        var (area, bound) = (0, SIMD4<Int>(.max, .max, -1, -1))
        while let cell = waiting.popLast() {
          area += counts[cell]
          let own = bounds[cell]
          bound = SIMD4(
            min(bound.x, own.x), min(bound.y, own.y), max(bound.z, own.z), max(bound.w, own.w))
          let (row, column) = cell.quotientAndRemainder(dividingBy: columns)
          for y in max(0, row - 1)...min(rows - 1, row + 1) {
            for x in max(0, column - 1)...min(columns - 1, column + 1)
            where open[y * columns + x] {
              open[y * columns + x] = false
              waiting.append(y * columns + x)
            }
          }
        }
        // Closing leaves every mark, so that a region holds changed pixels.
        let box = PixelBox(
          x: bound.x, y: bound.y, width: bound.z - bound.x + 1, height: bound.w - bound.y + 1)
        regions.append(Region(box: box, area: area))
      }
      return regions
    }
  }
}
