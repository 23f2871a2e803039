import ImageComparison
import Testing

/// Properties of metrics and the ladder.
@Suite struct ComparisonTests {
  static let sizes = [
    (1, 1), (2, 3), (4, 9), (5, 5), (8, 8), (11, 10), (13, 11), (31, 33), (97, 65),
  ]

  @Test(arguments: sizes, [8, 16])
  func `A picture is equal to itself in every metric`(size: (Int, Int), bitDepth: Int) {
    let picture = Made.noise(size.0, size.1, bitDepth: bitDepth)
    let comparison = Comparison(of: picture, with: picture)
    #expect(comparison.level == .identicalPixels)
    #expect(comparison.summary == "identical-pixels")
    #expect(PixelDifference(picture, picture).psnr == .infinity)
    let similarity = StructuralSimilarity(picture, picture)
    #expect(similarity.mean == (min(size.0, size.1) < 11 ? nil : 1))
    #expect(similarity.tiles.allSatisfy { $0.mean == 1 })
    let map = ColourDifferenceMap(picture, picture)
    #expect(map.steps.allSatisfy { $0 == 0 })
    #expect(ChangedRegions(map).count == 0)
  }

  @Test(arguments: sizes)
  func `Metrics of hostile sizes are the same both ways`(size: (Int, Int)) {
    let left = Made.noise(size.0, size.1)
    let right = Made.mirrored(left)
    let (there, back) = (Comparison(of: left, with: right), Comparison(of: right, with: left))
    #expect(there.level == back.level)
    #expect(there.figures?.psnr == back.figures?.psnr)
    #expect(there.figures?.distance == back.figures?.distance)
    #expect(there.figures?.changes == back.figures?.changes)
    #expect(there.figures?.similarity == back.figures?.similarity)
  }

  @Test(arguments: [
    ("coffee noise", ComparisonLevel.near), ("coffee brighter", .near), ("chelsea q90", .near),
    ("rocket noise", .near), ("rocket disc", .similar), ("coffee disc", .different),
    ("coffee shift", .similar), ("coffee mirrored", .different), ("coffee crop", .different),
  ])
  func `Each kind of change lands on its level`(name: String, level: ComparisonLevel) throws {
    let (left, right) = try MetricVectors.pictures(name)
    let comparison = Comparison(of: left, with: right)
    #expect(comparison.level == level, "\(comparison.summary)")
    #expect(comparison.summary.hasPrefix("\(level.rawValue): "))
  }

  @Test func `The outcome names each term`() throws {
    let (left, right) = try MetricVectors.pictures("coffee mirrored")
    let summary = Comparison(of: left, with: right).summary
    #expect(summary.hasPrefix("different: mirrored (PDQ "))
    let (first, second) = try MetricVectors.pictures("coffee noise")
    #expect(
      Comparison(of: first, with: second).summary
        == "near: PDQ 0, worst tile 0.996, changed 0.00 %")
  }

  @Test func `Each threshold can be set`() throws {
    let (left, right) = try MetricVectors.pictures("coffee noise")
    var strict = Thresholds()
    strict.nearTile = 0.9999
    #expect(Comparison(of: left, with: right, thresholds: strict).level == .similar)
    var strictest = strict
    strictest.similarDistance = -1
    #expect(Comparison(of: left, with: right, thresholds: strictest).level == .different)
  }

  @Test func `Levels are ordered`() {
    #expect(ComparisonLevel.allCases == ComparisonLevel.allCases.sorted())
    #expect(Comparison.identicalBytes.level > .identicalPixels)
  }

  @Test func `Pictures of different sizes are at most similar`() throws {
    let picture = try MetricVectors.load("coffee.png")
    let half = picture.resized(width: 300, height: 200)
    let comparison = Comparison(of: picture, with: half)
    #expect(comparison.level == .similar)
    #expect(comparison.summary.hasPrefix("similar: size 300x200 not 600x400, PDQ "))
  }

  @Test func `A difference in alpha alone is seen`() {
    let opaque = Made.picture(64, 64) { _, _ in [255, 255, 255, 255] }
    let clear = Made.picture(64, 64) { column, _ in
      column < 32 ? [255, 255, 255, 255] : [0, 0, 0, 0]
    }
    let comparison = Comparison(of: opaque, with: clear)
    #expect(comparison.level == .different)
    #expect(comparison.figures?.changes.changedShare ?? 0 > 0.49)
  }

  @Test func `16 bits are near to the same picture of 8`() throws {
    let narrow = try MetricVectors.load("chelsea.png")
    let wide = Picture(
      width: narrow.width, height: narrow.height, bitDepth: 16,
      pixels: narrow.pixels.flatMap { [$0, $0] })
    let comparison = Comparison(of: narrow, with: wide)
    #expect(comparison.level == .near)
    #expect(comparison.figures?.psnr == .infinity)
  }

  @Test(arguments: Turn.allCases)
  func `A turned picture is told by its turn`(turn: Turn) throws {
    let picture = try MetricVectors.load("astronaut.png")
    let turned = Made.turned(picture, turn)
    let nearest = PDQ(picture).nearestTurn(to: PDQ(turned))
    #expect(nearest.turn == turn)
    // PDQ's points lie half a pixel beside the middle, so that a turned picture differs a little.
    #expect(nearest.distance <= 16)
  }

  @Test func `Without structure colours decide`() {
    let red = Made.picture(128, 128) { _, _ in [200, 0, 0, 255] }
    // The same luma.
    let green = Made.picture(128, 128) { _, _ in [0, 102, 0, 255] }
    #expect(Comparison(of: red, with: green).level == .different)
    let almost = Made.picture(128, 128) { _, _ in [201, 0, 0, 255] }
    #expect(Comparison(of: red, with: almost).level == .near)
  }

  @Test(arguments: [
    "0", "z" + String(repeating: "0", count: 63), String(repeating: "A", count: 64),
  ])
  func `Text that is no hash is refused`(text: String) {
    #expect(PDQHash(hex: text) == nil)
  }

  @Test func `A hash survives its text`() throws {
    let hash = PDQ(try MetricVectors.load("coffee.png")).hash
    #expect(PDQHash(hex: hash.hex) == hash)
    #expect(hash.distance(to: PDQHash()) == 128)
  }

  @Test(arguments: [0, 25, 120, 230], [2, 4, 12, 30])
  func `A floor leaves out nothing above it`(level: Int, range: Int) {
    // Dark greys are where a level of difference shows most.
    let noise = Made.noise(67, 41, opaque: true)
    let left = Made.changed(noise) { level + $0 % range }
    let right = Made.changed(noise) { level + $0 / 7 % range }
    let exact = ColourDifferenceMap(left, right)
    for limit in [1, 2.3, 5, 10] {
      let quick = ColourDifferenceMap(left, right, floor: limit)
      #expect(quick.count(above: limit) == exact.count(above: limit))
    }
  }
}
