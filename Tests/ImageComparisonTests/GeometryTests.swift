import ImageComparison
import Testing

/// How a picture was moved, for tests.
struct Motion: Sendable, CustomTestStringConvertible {
  var dx: Double
  var dy: Double
  var scale: Double

  var testDescription: String { "\(dx),\(dy) x \(scale)" }

  static let all = [
    Motion(dx: 0, dy: 0, scale: 1), Motion(dx: 0.4, dy: -0.3, scale: 1),
    Motion(dx: 2, dy: 0, scale: 1), Motion(dx: -5.25, dy: 3.5, scale: 1),
    Motion(dx: 41, dy: -23, scale: 1), Motion(dx: 0, dy: 0, scale: 1.01),
    Motion(dx: 3, dy: 2, scale: 0.985),
  ]
}

@Suite struct GeometryTests {
  @Test(arguments: Motion.all, [(384, 256), (200, 330)])
  func `Shift and scale are found to a fraction of a pixel`(
    motion: Motion, size: (Int, Int)
  ) throws {
    let reference = Made.texture(size.0, size.1)
    let moved = Made.brighter(
      Made.texture(size.0, size.1, dx: motion.dx, dy: motion.dy, scale: motion.scale), by: 4)
    let alignment = try #require(Alignment(of: reference, in: moved))
    #expect(abs(alignment.dx - motion.dx) < 0.15)
    #expect(abs(alignment.dy - motion.dy) < 0.15)
    #expect(abs(alignment.scale - motion.scale) < 0.001)
  }

  @Test(arguments: ["coffee noise", "coffee brighter", "chelsea q90", "coffee disc", "rocket disc"])
  func `Noise, codecs and local edits are no shift`(name: String) throws {
    let (left, right) = try MetricVectors.pictures(name)
    let alignment = try #require(Alignment(of: left, in: right))
    #expect(alignment.displacement < 0.25)
  }

  @Test func `A photograph that moved by two pixels is told so`() throws {
    let (left, right) = try MetricVectors.pictures("coffee shift")
    let alignment = try #require(Alignment(of: left, in: right))
    #expect(abs(alignment.dx - 2) < 0.1)
    #expect(abs(alignment.dy - 2) < 0.1)
    #expect(Comparison(of: left, with: right).summary.contains("shift 2.0,2.0 px"))
  }

  @Test func `Pictures that have nothing in common have no shift`() throws {
    let (left, right) = try MetricVectors.pictures("coffee crop")
    #expect(Alignment(of: left, in: right) == nil)
  }

  @Test func `Pictures without texture have no shift`() {
    let grey = Made.picture(200, 100) { _, _ in [128, 128, 128, 255] }
    let white = Made.picture(200, 100) { _, _ in [255, 255, 255, 255] }
    #expect(Alignment(of: grey, in: white) == nil)
  }
}
