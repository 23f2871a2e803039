/// A part of a picture, declared in shares of its width and height.
public enum Region: Sendable {
  /// A rectangle: left edge, top edge, width and height, each 0 to 1.
  case box(x: Double, y: Double, width: Double, height: Double)
  /// The ellipse within such a rectangle.
  case ellipse(x: Double, y: Double, width: Double, height: Double)
  /// The white of a picture, whatever its size: luma 128 and more, where it is not transparent.
  case mask(Picture)

  /// The pixels of the region in a picture of a size.
  ///
  /// A pixel belongs to it where its middle does.
  ///
  /// - Parameters:
  ///   - width: the width of the picture.
  ///   - height: the height of the picture.
  ///   - margin: how many pixels the region is made larger by on each side; negative ones make it
  ///     smaller. Boxes and ellipses grow by their edges, masks by a square around each pixel.
  func pixels(width: Int, height: Int, margin: Int = 0) -> PixelSet {
    switch self {
    case .box(let x, let y, let w, let h):
      let (left, right) = Self.edges(x, w, width, margin)
      let (top, bottom) = Self.edges(y, h, height, margin)
      return PixelSet(width: width, height: height) { column, row in
        let (px, py) = (Double(column) + 0.5, Double(row) + 0.5)
        return px >= left && px < right && py >= top && py < bottom
      }
    case .ellipse(let x, let y, let w, let h):
      let (left, right) = Self.edges(x, w, width, margin)
      let (top, bottom) = Self.edges(y, h, height, margin)
      guard right > left, bottom > top else {
        return PixelSet(width: width, height: height) { _, _ in false }
      }
      return PixelSet(width: width, height: height) { column, row in
        let px = (2 * Double(column) + 1 - left - right) / (right - left)
        let py = (2 * Double(row) + 1 - top - bottom) / (bottom - top)
        return px * px + py * py < 1
      }
    case .mask(let picture):
      let mask = OpaquePixels(picture, on: .black)
      let pixels = mask.pixels.span
      let set = PixelSet(width: width, height: height) { column, row in
        let x = (2 * column + 1) * mask.width / (2 * width)
        let y = (2 * row + 1) * mask.height / (2 * height)
        return Luma.of(pixels.pixel(at: y * mask.width + x)) >= 128
      }
      return margin >= 0 ? set.grown(by: margin) : set.complement.grown(by: -margin).complement
    }
  }

  private static func edges(
    _ start: Double, _ length: Double, _ side: Int, _ margin: Int
  ) -> (Double, Double) {
    (
      start * Double(side) - Double(margin),
      (start + length) * Double(side) + Double(margin)
    )
  }
}

/// A set of pixels of a picture.
struct PixelSet: Hashable, Sendable {
  let width: Int
  let height: Int
  /// True for the pixels of the set, row by row.
  private(set) var members: [Bool]

  init(width: Int, height: Int, contains: (Int, Int) -> Bool) {
    self.width = width
    self.height = height
    members = []
    members.reserveCapacity(width * height)
    for row in 0..<height {
      for column in 0..<width { members.append(contains(column, row)) }
    }
  }

  var count: Int { members.reduce(0) { $0 + ($1 ? 1 : 0) } }

  var complement: PixelSet {
    var set = self
    for index in set.members.indices { set.members[index].toggle() }
    return set
  }

  /// The set with all pixels at most so far away, across and down.
  func grown(by reach: Int) -> PixelSet {
    guard reach > 0 else { return self }
    var set = self
    for row in 0..<height {
      set.grow(start: row * width, step: 1, count: width, reach: reach)
    }
    for column in 0..<width {
      set.grow(start: column, step: width, count: height, reach: reach)
    }
    return set
  }

  /// The pixels whose square of this reach lies wholly in the set; beyond the picture nothing does
  /// harm.
  func shrunk(by reach: Int) -> PixelSet { complement.grown(by: reach).complement }

  private mutating func grow(start: Int, step: Int, count: Int, reach: Int) {
    let line = (0..<count).map { members[start + $0 * step] }
    // How many places the last member lies behind.
    var behind = reach + 1
    for index in 0..<count {
      behind = line[index] ? 0 : behind + 1
      if behind <= reach { members[start + index * step] = true }
    }
    behind = reach + 1
    for index in stride(from: count - 1, through: 0, by: -1) {
      behind = line[index] ? 0 : behind + 1
      if behind <= reach { members[start + index * step] = true }
    }
  }
}
