/// The luma of a picture at its own size and at halves of it.
struct LumaPyramid {
  /// Halving ends where no side is longer.
  static let coarsestSide = 128
  /// Halving ends where a side would be shorter.
  static let shortestSide = 32

  /// One size.
  struct Level {
    var width: Int
    var height: Int
    var luma: [Float]
  }

  private let picture: OpaquePixels
  /// The halves; element k is 2^(k+1) times smaller than the picture.
  private(set) var halves: [Level] = []

  init(_ picture: OpaquePixels) {
    self.picture = picture
    var (width, height) = (picture.width, picture.height)
    while max(width, height) > Self.coarsestSide, min(width, height) / 2 >= Self.shortestSide {
      let level = halves.last.map(Self.halved) ?? Self.halved(picture)
      halves.append(level)
      (width, height) = (level.width, level.height)
    }
  }

  /// The number of sizes: level 0 is the picture's own.
  var levelCount: Int { halves.count + 1 }

  /// The width and height of a level.
  func size(_ level: Int) -> (width: Int, height: Int) {
    level == 0
      ? (picture.width, picture.height) : (halves[level - 1].width, halves[level - 1].height)
  }

  /// A square of luma with its top left corner at x, y; beyond the picture edges are repeated.
  func patch(level: Int, x: Int, y: Int, side: Int) -> [Float] {
    var patch: [Float] = []
    patch.reserveCapacity(side * side)
    let (width, height) = size(level)
    let isInside = x >= 0 && x + side <= width
    for row in y..<y + side {
      let start = min(max(row, 0), height - 1) * width
      for column in x..<x + side {
        let index = start + (isInside ? column : min(max(column, 0), width - 1))
        patch.append(
          level == 0
            ? Luma.of(picture.pixels.span.pixel(at: index)) : halves[level - 1].luma[index])
      }
    }
    return patch
  }

  /// Means of 2 x 2 pixels; an odd last row or column is left out.
  private static func halved(_ picture: OpaquePixels) -> Level {
    let (width, height) = (picture.width / 2, picture.height / 2)
    var luma = [Float](repeating: 0, count: width * height)
    var target = luma.mutableSpan
    let pixels = picture.pixels.span
    for row in 0..<height {
      let upper = 2 * row * picture.width
      let lower = upper + picture.width
      var column = 0
      while column &+ 8 <= width {
        let x = 2 &* column
        let a = Luma.of(pixels.pixels(at: upper &+ x)) + Luma.of(pixels.pixels(at: lower &+ x))
        let b =
          Luma.of(pixels.pixels(at: upper &+ x &+ 8)) + Luma.of(pixels.pixels(at: lower &+ x &+ 8))
        let sum = Lanes(lowHalf: a.evenHalf + a.oddHalf, highHalf: b.evenHalf + b.oddHalf)
        target.set(sum * 0.25, at: row &* width &+ column)
        column &+= 8
      }
      while column < width {
        let x = 2 * column
        let above = Luma.of(pixels.pixel(at: upper + x)) + Luma.of(pixels.pixel(at: upper + x + 1))
        let below = Luma.of(pixels.pixel(at: lower + x)) + Luma.of(pixels.pixel(at: lower + x + 1))
        target[row * width + column] = (above + below) * 0.25
        column += 1
      }
    }
    return Level(width: width, height: height, luma: luma)
  }

  private static func halved(_ level: Level) -> Level {
    let (width, height) = (level.width / 2, level.height / 2)
    var luma = [Float](repeating: 0, count: width * height)
    var target = luma.mutableSpan
    let source = level.luma.span
    for row in 0..<height {
      for column in 0..<width {
        let upper = 2 * row * level.width + 2 * column
        let lower = upper + level.width
        let sum = source[upper] + source[upper + 1] + source[lower] + source[lower + 1]
        target[row * width + column] = sum * 0.25
      }
    }
    return Level(width: width, height: height, luma: luma)
  }
}
