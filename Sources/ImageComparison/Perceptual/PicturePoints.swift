/// The points of a picture that its perceptual hash and its colours are taken from.
///
/// A picture with a side above 512 pixels is seen at exactly 512 x 512 points by nearest neighbour,
/// `floor(i * side / 512)`; of any other each pixel is a point.
struct PicturePoints: Sendable {
  /// The side that larger pictures are brought to.
  static let sideMax = 512

  /// Points in a row.
  let width: Int
  /// Rows of points.
  let height: Int
  /// Rows from the top: red in the lowest byte, green, blue, 255.
  let pixels: [UInt32]
  /// The shorter side of the picture itself.
  let shorterSide: Int

  init(_ picture: OpaquePixels) {
    shorterSide = min(picture.width, picture.height)
    let isLarge = max(picture.width, picture.height) > Self.sideMax
    let (width, height) = isLarge ? (Self.sideMax, Self.sideMax) : (picture.width, picture.height)
    let places = (0..<width).map { $0 * picture.width / width }
    var points = [UInt32](repeating: 0, count: width * height)
    Self.fill(&points, from: picture, at: places, height: height)
    (self.width, self.height, pixels) = (width, height, points)
  }

  private static func fill(
    _ points: inout [UInt32], from picture: OpaquePixels, at places: [Int], height: Int
  ) {
    let width = places.count
    let source = picture.pixels.span
    let columns = places.span
    var target = points.mutableSpan
    for row in 0..<height {
      let start = (row * picture.height / height) * picture.width
      for column in 0..<width {
        target[row &* width &+ column] = source.pixel(at: start &+ columns[column])
      }
    }
  }
}
