/// Follows blocks of one picture into another, from coarse to fine (Lucas and Kanade 1981).
struct BlockTracker {
  /// The side of a block in pixels of each level.
  static let side = 32
  /// How far a block may move on one level.
  private static let reach = 6
  /// Blocks a side of the picture.
  private static let gridMax = 8
  private static let stepsMax = 8
  /// The least mean square of the gradient, in the direction where it is least, to follow a block.
  private static let gradientMin: Float = 2
  /// The correlation from which on a block counts as found.
  private static let correlationMin: Float = 0.8

  /// Where a block of the first picture lies in the second.
  struct Track {
    /// The middle of the block.
    let x: Double
    let y: Double
    /// How far it moved.
    var dx: Double
    var dy: Double
    /// False where it was lost.
    var isFound: Bool
  }

  let first: LumaPyramid
  let second: LumaPyramid

  /// Follows a grid of blocks.
  ///
  /// - Parameters:
  ///   - coarsest: the level to start at.
  ///   - shift: where to look first, in pixels of the picture.
  /// - Returns: blocks that have texture in both directions.
  func tracks(from coarsest: Int, shift: (x: Double, y: Double)) -> [Track] {
    let (width, height) = first.size(0)
    let (columns, rows) = (Self.gridCount(width), Self.gridCount(height))
    var tracks: [Track] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let x = (Double(column) + 0.5) * Double(width) / Double(columns)
        let y = (Double(row) + 0.5) * Double(height) / Double(rows)
        var track = Track(x: x, y: y, dx: shift.x, dy: shift.y, isFound: true)
        var hasTexture = true
        for level in stride(from: coarsest, through: 0, by: -1) {
          let scale = Double(1 << level)
          let result = follow(
            level: level, x: x / scale, y: y / scale, dx: track.dx / scale, dy: track.dy / scale)
          if let (dx, dy, isFound) = result {
            (track.dx, track.dy) = (dx * scale, dy * scale)
            track.isFound = isFound
            hasTexture = true
          } else {
            hasTexture = false
          }
        }
        if hasTexture { tracks.append(track) }
      }
    }
    return tracks
  }

  private static func gridCount(_ length: Int) -> Int { min(gridMax, max(1, length / side)) }

  /// Follows one block on one level; `nil` without texture.
  private func follow(
    level: Int, x: Double, y: Double, dx: Double, dy: Double
  ) -> (Double, Double, Bool)? {
    let side = Self.side
    let (left, top) = (Int(x) - side / 2, Int(y) - side / 2)
    let template = Template(
      first.patch(level: level, x: left - 1, y: top - 1, side: side + 2), side: side)
    guard template.leastGradient >= Self.gradientMin else { return nil }
    let (startX, startY) = (Int(dx.rounded()), Int(dy.rounded()))
    let reach = Self.reach
    let (width, height) = second.size(level)
    // A block that has left the picture cannot be found.
    let (newLeft, newTop) = (left + startX, top + startY)
    guard newLeft > -side / 2, newTop > -side / 2, newLeft < width - side / 2,
      newTop < height - side / 2
    else { return (dx, dy, false) }
    let target = second.patch(
      level: level, x: newLeft - reach, y: newTop - reach, side: side + 2 * reach + 1)
    var (u, v) = (Float(dx - Double(startX)), Float(dy - Double(startY)))
    for _ in 0..<Self.stepsMax {
      let sample = Self.sample(target, side: side, u: u + Float(reach), v: v + Float(reach))
      let (stepX, stepY) = template.step(to: sample)
      (u, v) = (u + stepX, v + stepY)
      guard abs(u) < Float(reach) - 0.5, abs(v) < Float(reach) - 0.5 else {
        return (dx, dy, false)
      }
      if abs(stepX) + abs(stepY) < 0.01 { break }
    }
    let last = Self.sample(target, side: side, u: u + Float(reach), v: v + Float(reach))
    return (
      Double(startX) + Double(u), Double(startY) + Double(v),
      template.correlation(with: last) >= Self.correlationMin
    )
  }

  /// The block at a place between pixels, mixed linearly.
  private static func sample(_ patch: [Float], side: Int, u: Float, v: Float) -> [Float] {
    let width = side + 2 * reach + 1
    let (column, row) = (Int(u.rounded(.down)), Int(v.rounded(.down)))
    let (p, q) = (u - Float(column), v - Float(row))
    let source = patch.span
    var result = [Float](repeating: 0, count: side * side)
    var target = result.mutableSpan
    for y in 0..<side {
      let start = (y + row) * width + column
      for x in stride(from: 0, to: side, by: 8) {
        let a = source.lanes(at: start &+ x)
        let b = source.lanes(at: start &+ x &+ 1)
        let c = source.lanes(at: start &+ x &+ width)
        let d = source.lanes(at: start &+ x &+ width &+ 1)
        let upper = a + (b - a) * p
        let lower = c + (d - c) * p
        target.set(upper + (lower - upper) * q, at: y &* side &+ x)
      }
    }
    return result
  }
}

/// A block that is followed, with its gradients.
private struct Template {
  private let values: [Float]
  /// Gradients less their means, so that an even change of brightness moves nothing.
  private let across: [Float]
  private let down: [Float]
  private let xx: Float
  private let xy: Float
  private let yy: Float

  /// Takes a block with a margin of one pixel.
  init(_ patch: [Float], side: Int) {
    let width = side + 2
    var (values, across, down) = ([Float](), [Float](), [Float]())
    for row in 1...side {
      for column in 1...side {
        let index = row * width + column
        values.append(patch[index])
        across.append((patch[index + 1] - patch[index - 1]) / 2)
        down.append((patch[index + width] - patch[index - width]) / 2)
      }
    }
    let count = Float(values.count)
    let (meanX, meanY) = (across.reduce(0, +) / count, down.reduce(0, +) / count)
    var (xx, xy, yy) = (Float(0), Float(0), Float(0))
    for index in values.indices {
      across[index] -= meanX
      down[index] -= meanY
      xx += across[index] * across[index]
      xy += across[index] * down[index]
      yy += down[index] * down[index]
    }
    (self.values, self.across, self.down) = (values, across, down)
    (self.xx, self.xy, self.yy) = (xx, xy, yy)
  }

  /// The mean square of the gradient in the direction where it is least.
  var leastGradient: Float {
    let half = (xx - yy) / 2
    return ((xx + yy) / 2 - (half * half + xy * xy).squareRoot()) / Float(values.count)
  }

  /// How far a sample of the other picture has to move to look more like the block.
  func step(to sample: [Float]) -> (Float, Float) {
    var (x, y) = (Float(0), Float(0))
    for index in values.indices {
      let difference = values[index] - sample[index]
      x += across[index] * difference
      y += down[index] * difference
    }
    let determinant = xx * yy - xy * xy
    return ((yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant)
  }

  /// The correlation of the block and a sample, -1 to 1.
  func correlation(with sample: [Float]) -> Float {
    let count = Float(values.count)
    let (meanA, meanB) = (values.reduce(0, +) / count, sample.reduce(0, +) / count)
    var (aa, ab, bb) = (Float(0), Float(0), Float(0))
    for index in values.indices {
      let (a, b) = (values[index] - meanA, sample[index] - meanB)
      aa += a * a
      ab += a * b
      bb += b * b
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
  }
}
