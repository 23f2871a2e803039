import ImageComparison
import Testing

@Suite struct RegionTests {
  private func patched(_ boxes: [PixelBox]) -> (Picture, Picture) {
    let base = Made.picture(160, 120) { _, _ in [90, 120, 150, 255] }
    let other = Made.picture(160, 120) { column, row in
      let isIn = boxes.contains {
        column >= $0.x && column < $0.x + $0.width && row >= $0.y && row < $0.y + $0.height
      }
      return isIn ? [250, 20, 20, 255] : [90, 120, 150, 255]
    }
    return (base, other)
  }

  @Test func `Two changes far apart are two boxes, the larger first`() {
    let boxes = [
      PixelBox(x: 8, y: 8, width: 10, height: 10), PixelBox(x: 100, y: 60, width: 40, height: 30),
    ]
    let (left, right) = patched(boxes)
    let changes = ChangedRegions(ColourDifferenceMap(left, right))
    // The box of 3 x 3 reaches one pixel further.
    #expect(
      changes.regions.map(\.box) == [
        PixelBox(x: 99, y: 59, width: 42, height: 32), PixelBox(x: 7, y: 7, width: 12, height: 12),
      ])
    #expect(changes.regions.map(\.area) == [42 * 32, 12 * 12])
    #expect(changes.count == 2)
    #expect(changes.changedShare == Double(42 * 32 + 12 * 12) / (160 * 120))
  }

  @Test func `A gap of two cells is bridged`() {
    let (left, right) = patched([
      PixelBox(x: 9, y: 9, width: 6, height: 6), PixelBox(x: 33, y: 9, width: 6, height: 6),
    ])
    #expect(ChangedRegions(ColourDifferenceMap(left, right)).count == 1)
  }

  @Test func `No more than the largest regions are kept`() {
    let (left, right) = patched(
      (0..<24).flatMap { row in
        (0..<4).map { PixelBox(x: $0 * 40 + 2, y: row / 4 * 32, width: 3 + row % 4, height: 3) }
      })
    let changes = ChangedRegions(ColourDifferenceMap(left, right))
    #expect(changes.count <= 96)
    #expect(changes.regions.count == min(changes.count, ChangedRegions.countMax))
    #expect(changes.regions.map(\.area) == changes.regions.map(\.area).sorted(by: >))
  }

  static let regions: [(String, Region)] = [
    ("box", .box(x: 0.25, y: 0.25, width: 0.5, height: 0.5)),
    ("ellipse", .ellipse(x: 0.1, y: 0.1, width: 0.8, height: 0.8)),
    (
      "mask",
      .mask(
        Made.picture(16, 12) { column, row in
          (4..<12).contains(column) && (3..<9).contains(row)
            ? [255, 255, 255, 255] : [0, 0, 0, 255]
        })
    ),
  ]

  @Test(arguments: regions)
  func `A change inside a region leaves the outside perfect`(name: String, region: Region) throws {
    let (left, right) = patched([PixelBox(x: 60, y: 45, width: 40, height: 30)])
    let locality = Locality(left, right, region: region)
    #expect(locality.outside.psnr == .infinity)
    #expect(locality.outside.similarity == 1)
    #expect(locality.outside.changedShare == 0)
    #expect(locality.outside.noticeableShare == 0)
    #expect(try #require(locality.inside.changedShare) > 0.1)
    #expect(try #require(locality.inside.psnr) < 25)
  }

  @Test func `The outside of an edit does not depend on its size`() throws {
    let photograph = try MetricVectors.load("coffee.png")
    let noisy = Made.noisy(photograph)
    let whole = PixelDifference(photograph, noisy).psnr
    for share in [0.2, 0.9] {
      let locality = Locality(
        photograph, noisy, region: .box(x: 0, y: 0, width: share, height: share))
      #expect(abs(try #require(locality.outside.psnr) - whole) < 0.5)
    }
  }

  @Test func `A region of everything has no outside`() {
    let (left, right) = patched([])
    let locality = Locality(left, right, region: .box(x: 0, y: 0, width: 1, height: 1))
    #expect(locality.outside.pixelCount == 0)
    #expect(locality.outside.psnr == nil)
    #expect(locality.outside.similarity == nil)
    #expect(locality.outside.changedShare == nil)
    #expect(locality.inside.pixelCount == 160 * 120)
  }

  @Test(arguments: [
    ([0, 0, 0, 0], PictureCharacter.Emptiness.transparent), ([3, 9, 12, 255], .black),
    ([240, 255, 250, 255], .white), ([10, 90, 30, 255], .uniform),
  ])
  func `A picture that shows nothing is told so`(
    pixel: [UInt8], emptiness: PictureCharacter.Emptiness
  ) {
    let empty = Made.picture(60, 40) { _, _ in pixel }
    #expect(PictureCharacter(empty).emptiness == emptiness)
    // A speck is not a picture either.
    let speck = Made.picture(60, 40) { column, row in
      column < 3 && row < 3 && pixel[3] > 0 ? [128, 200, 30, 255] : pixel
    }
    #expect(PictureCharacter(speck).emptiness == emptiness)
  }

  /// Specks in some rows: whether there are enough of them, and in which rows, must not matter.
  @Test(arguments: [0, 1, 2, 3, 7, 8, 9, 31], [0, 16, 17, 90, 238, 239, 255] as [UInt8])
  func `A first look at some rows never changes what a picture is`(
    rows: Int, level: UInt8
  ) {
    for other in [0, 6, 7, 200] {
      let picture = Made.picture(40, 32) { column, row in
        let isSpeck = row < rows && column % 3 == 0
        let value = isSpeck ? UInt8(clamping: Int(level) + other) : level
        return [value, level, value, 255]
      }
      #expect(PictureCharacter.emptiness(of: picture) == PictureCharacter(picture).emptiness)
    }
  }

  @Test func `Photographs show something, and blur makes them less sharp`() throws {
    let photograph = try MetricVectors.load("coffee.png")
    let character = PictureCharacter(photograph)
    #expect(character.emptiness == nil)
    let blurred = photograph.resized(width: 200, height: 133).resized(width: 600, height: 400)
    let (sharp, soft) = try (
      #require(character.sharpness), #require(PictureCharacter(blurred).sharpness)
    )
    #expect(soft < sharp / 4)
  }

  @Test func `Pictures of a comparison show where it differs`() {
    let (left, right) = patched([PixelBox(x: 64, y: 64, width: 40, height: 30)])
    let heat = DifferencePictures.heatMap(ColourDifferenceMap(left, right, floor: 1), over: left)
    let gross = DifferencePictures.legend[3].colour
    let inside = (80 * 160 + 80) * 4
    #expect(Array(heat.pixels[inside..<inside + 3]) == gross)
    #expect(heat.pixels[0] == heat.pixels[1])
    let tiles = DifferencePictures.tileMap(StructuralSimilarity(left, right), over: left)
    #expect(tiles.pixels[inside] > tiles.pixels[inside + 1])
    let beside = DifferencePictures.sideBySide([left, right, heat])
    #expect((beside.width, beside.height) == (3 * 160 + 32, 120))
    let second = (80 * beside.width + 176 + 80) * 4
    #expect(Array(beside.pixels[second..<second + 4]) == [250, 20, 20, 255])
  }
}
