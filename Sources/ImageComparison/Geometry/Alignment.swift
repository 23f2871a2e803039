/// How the content of one picture lies moved and enlarged in another of the same size.
///
/// Up to 8 x 8 blocks of 32 pixels are followed from one picture into the other, down a pyramid of
/// halved luma, starting where the phases of the spectra of the smallest halves agree; a shift and a
/// scale about the middle are fitted to those found, leaving out those that do not join in.
public struct Alignment: Hashable, Sendable {
  /// The name of the definition.
  public static let version = "shift-blocks8"
  /// Blocks that must agree for an answer, and the share of all blocks.
  static let agreementMin = 0.5
  private static let blocksMin = 3
  /// How far a block may lie from the fit, in pixels, to agree with it.
  private static let tolerance = 0.75

  /// How far the middle of the content moved to the right, in pixels.
  public let dx: Double
  /// How far the middle of the content moved down, in pixels.
  public let dy: Double
  /// How many times larger the content became.
  public let scale: Double
  /// The share of the blocks with texture that moved in this way, 0.5 to 1.
  public let agreement: Double
  /// The farthest that a corner of the picture moved, in pixels.
  public let displacement: Double

  /// Finds how one picture lies in another; `nil` where most blocks do not agree on anything.
  ///
  /// - Parameters:
  ///   - reference: a picture.
  ///   - candidate: another of the same size.
  ///   - ground: what is shown behind transparent pixels.
  public init?(of reference: Picture, in candidate: Picture, on ground: Ground = .white) {
    self.init(OpaquePixels(reference, on: ground), OpaquePixels(candidate, on: ground))
  }

  init?(_ reference: OpaquePixels, _ candidate: OpaquePixels) {
    precondition(
      reference.width == candidate.width && reference.height == candidate.height,
      "pictures of one size")
    guard min(reference.width, reference.height) >= LumaPyramid.shortestSide else { return nil }
    if reference.pixels == candidate.pixels {
      self.init(dx: 0, dy: 0, k: 0, agreement: 1, reference.width, reference.height)
      return
    }
    let tracker = BlockTracker(first: LumaPyramid(reference), second: LumaPyramid(candidate))
    let top = tracker.first.levelCount - 1
    let size = tracker.first.size(0)
    // Pictures that hardly moved need no search.
    let near = Self.fit(tracker.tracks(from: min(1, top), shift: (0, 0)), size)
    if let near, near.agreement >= 0.75, near.displacement < 4 {
      self = near
      return
    }
    let still = Self.fit(tracker.tracks(from: top, shift: (0, 0)), size)
    var moved: Alignment?
    if let first = tracker.first.halves.last, let second = tracker.second.halves.last,
      max(first.width, first.height) <= PhaseCorrelation.side
    {
      let shift = PhaseCorrelation.shift(first, second)
      let unit = Double(1 << top)
      moved = Self.fit(
        tracker.tracks(from: top, shift: (Double(shift.x) * unit, Double(shift.y) * unit)), size)
    }
    let best = [near, still, moved].compactMap(\.self).max { $0.agreement < $1.agreement }
    guard let best else { return nil }
    self = best
  }

  private init(dx: Double, dy: Double, k: Double, agreement: Double, _ width: Int, _ height: Int) {
    self.dx = dx
    self.dy = dy
    scale = 1 + k
    self.agreement = agreement
    let (x, y) = (Double(width) / 2 * k, Double(height) / 2 * k)
    let (farX, farY) = (dx.magnitude + x.magnitude, dy.magnitude + y.magnitude)
    displacement = (farX * farX + farY * farY).squareRoot()
  }

  /// Fits a shift and a scale to most of the blocks.
  private static func fit(
    _ all: [BlockTracker.Track], _ size: (width: Int, height: Int)
  ) -> Alignment? {
    let tracks = all.filter(\.isFound)
    guard tracks.count >= blocksMin, tracks.count * 2 >= all.count else { return nil }
    let (middleX, middleY) = (Double(size.width) / 2, Double(size.height) / 2)
    var k = medianSlope(tracks)
    var dx = median(tracks.map { $0.dx - k * ($0.x - middleX) })
    var dy = median(tracks.map { $0.dy - k * ($0.y - middleY) })
    var agreeing: [BlockTracker.Track] = []
    for _ in 0..<4 {
      agreeing = tracks.filter { track in
        let x = track.dx - dx - k * (track.x - middleX)
        let y = track.dy - dy - k * (track.y - middleY)
        return (x * x + y * y).squareRoot() <= tolerance
      }
      guard agreeing.count >= blocksMin else { return nil }
      // Least squares over those that agree, about their own middle.
      let count = Double(agreeing.count)
      let (x, y) = (
        agreeing.reduce(0) { $0 + $1.x } / count, agreeing.reduce(0) { $0 + $1.y } / count
      )
      let (u, v) = (
        agreeing.reduce(0) { $0 + $1.dx } / count, agreeing.reduce(0) { $0 + $1.dy } / count
      )
      var (above, below) = (0.0, 0.0)
      for track in agreeing {
        above += (track.dx - u) * (track.x - x) + (track.dy - v) * (track.y - y)
        below += (track.x - x) * (track.x - x) + (track.y - y) * (track.y - y)
      }
      k = below > 0 ? above / below : 0
      (dx, dy) = (u - k * (x - middleX), v - k * (y - middleY))
    }
    let agreement = Double(agreeing.count) / Double(all.count)
    guard agreement >= agreementMin else { return nil }
    return Alignment(dx: dx, dy: dy, k: k, agreement: agreement, size.width, size.height)
  }

  /// The median over pairs of how much farther apart they lie afterwards (Theil 1950, Sen 1968).
  private static func medianSlope(_ tracks: [BlockTracker.Track]) -> Double {
    var slopes: [Double] = []
    for (index, first) in tracks.enumerated() {
      for second in tracks[(index + 1)...] {
        let (x, y) = (second.x - first.x, second.y - first.y)
        let length = x * x + y * y
        guard length > 0 else { continue }
        slopes.append(((second.dx - first.dx) * x + (second.dy - first.dy) * y) / length)
      }
    }
    return slopes.isEmpty ? 0 : median(slopes)
  }

  private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
