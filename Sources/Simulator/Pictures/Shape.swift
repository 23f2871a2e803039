/// A translucent shape with a soft edge.
struct Shape: Sendable {
  /// The outline.
  enum Outline: Sendable {
    /// A disc around a point.
    case disc(x: Int, y: Int, radius: Int)
    /// A straight band through a point; the normal is a vector of length 256.
    case band(x: Int, y: Int, normalX: Int, normalY: Int, halfWidth: Int)
    /// All below a wave; `rise` is how far it swings to each side of `top`.
    case hill(top: Int, rise: Int, period: Int, phase: Int)
  }

  /// The kinds of decoration among which a prompt chooses.
  enum Kind: Int, CaseIterable, Sendable {
    case discs, bands, hills
  }

  /// The outline.
  let outline: Outline
  /// The colour.
  let colour: Colour
  /// How much of the colour is laid on, in 256ths.
  let opacity: Int
  /// The width of the edge in pixels.
  let softness: Int

  /// Draws the decoration of a picture.
  ///
  /// - Parameters:
  ///   - kind: what it is made of.
  ///   - width: the picture's width in pixels.
  ///   - height: the picture's height in pixels.
  ///   - accents: the colours, at least one.
  ///   - isSparse: true for half as much.
  ///   - dice: draws places and sizes.
  static func decoration(
    _ kind: Kind, width: Int, height: Int, accents: [Colour], isSparse: Bool, dice: inout Dice
  ) -> [Shape] {
    let unit = min(width, height)
    let count: Int
    switch kind {
    case .discs: count = dice.next(9...14)
    case .bands: count = dice.next(4...6)
    case .hills: count = dice.next(3...4)
    }
    return (0..<(isSparse ? count / 2 : count)).map { order in
      let outline: Outline
      switch kind {
      case .discs:
        let place = edgePlace(width: width, height: height, dice: &dice)
        outline = .disc(
          x: place.x, y: place.y, radius: max(2, unit * dice.next(34...150) / 1_000))
      case .bands:
        let normals = [(256, 0), (247, 66), (222, 128), (181, 181), (128, 222), (66, 247)]
        let normal = normals[dice.next(0...normals.count - 1)]
        let place = edgePlace(width: width, height: height, dice: &dice)
        outline = .band(
          x: place.x, y: place.y,
          normalX: normal.0 * (dice.next(0...1) * 2 - 1), normalY: normal.1,
          halfWidth: max(1, unit * dice.next(14...64) / 1_000))
      case .hills:
        outline = .hill(
          top: height * (62 + 11 * order + dice.next(-4...4)) / 100,
          rise: unit * dice.next(25...70) / 1_000,
          period: max(8, width * dice.next(60...140) / 100), phase: dice.next(0...width * 2))
      }
      return Shape(
        outline: outline, colour: accents[dice.next(0...accents.count - 1)],
        opacity: dice.next(84...158),
        softness: max(1, unit * (kind == .discs ? dice.next(6...30) : dice.next(3...9)) / 1_000))
    }
  }

  /// A place near one of the edges: in the middle a shape would not show.
  private static func edgePlace(
    width: Int, height: Int, dice: inout Dice
  ) -> (x: Int, y: Int) {
    let depth = dice.next(0...17)
    let along = dice.next(0...100)
    switch dice.next(0...3) {
    case 0: return (width * along / 100, height * depth / 100)
    case 1: return (width * along / 100, height * (100 - depth) / 100)
    case 2: return (width * depth / 100, height * along / 100)
    default: return (width * (100 - depth) / 100, height * along / 100)
    }
  }

  /// The columns that a row of the shape can reach; `nil` when it reaches none.
  private func columns(y: Int, width: Int) -> Range<Int>? {
    guard case .disc(let x, let centre, let radius) = outline else { return 0..<width }
    let reach = radius + softness
    guard abs(y - centre) <= reach else { return nil }
    let columns = max(0, x - reach)..<max(0, min(width, x + reach + 1))
    return columns.isEmpty ? nil : columns
  }

  /// Lays the shape over a row of red, green and blue.
  ///
  /// - Parameters:
  ///   - row: three numbers a pixel.
  ///   - y: the row's place.
  ///   - width: the pixels of the row.
  func lay(over row: inout MutableSpan<Int32>, y: Int, width: Int) {
    guard let columns = columns(y: y, width: width) else { return }
    for x in columns {
      let coverage = coverage(x: x, y: y)
      guard coverage > 0 else { continue }
      let share = Int32((coverage * opacity) >> 8)
      let first = x * 3
      row[first] = row[first].mixed(with: Int32(colour.red), by: share)
      row[first + 1] = row[first + 1].mixed(with: Int32(colour.green), by: share)
      row[first + 2] = row[first + 2].mixed(with: Int32(colour.blue), by: share)
    }
  }

  /// How much of a pixel the shape covers, in 256ths.
  private func coverage(x: Int, y: Int) -> Int {
    let inside: Int
    switch outline {
    case .disc(let centreX, let centreY, let radius):
      let (dx, dy) = (x - centreX, y - centreY)
      // (r² - d²) / 2r is the distance to the edge, near it.
      inside = (radius * radius - dx * dx - dy * dy) * 256 / (2 * radius)
    case .band(let pointX, let pointY, let normalX, let normalY, let halfWidth):
      let distance = abs(normalX * (x - pointX) + normalY * (y - pointY))
      inside = halfWidth * 256 - distance
    case .hill(let top, let rise, let period, let phase):
      let turn = (x + phase) % period * 1_024 / period
      let half = turn % 512
      // A parabola through 0, 1 and 0 in place of a sine.
      let bow = half * (512 - half) / 128
      inside = (y - top) * 256 + (turn < 512 ? bow : -bow) * rise / 2
    }
    return min(256, max(0, inside / softness + 128))
  }
}
