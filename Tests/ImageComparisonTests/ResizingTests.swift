import ImageComparison
import Testing

/// Sizes to resize from and to.
struct Resizing: Sendable, CustomTestStringConvertible {
  var from: (Int, Int)
  var to: (Int, Int)

  var testDescription: String { "\(from.0)x\(from.1) to \(to.0)x\(to.1)" }

  static let all = [
    Resizing(from: (7, 5), to: (3, 2)), Resizing(from: (8, 8), to: (4, 4)),
    Resizing(from: (3, 9), to: (7, 4)), Resizing(from: (1, 1), to: (5, 4)),
    Resizing(from: (6, 4), to: (6, 4)), Resizing(from: (5, 6), to: (1, 1)),
    Resizing(from: (4, 3), to: (9, 11)), Resizing(from: (17, 13), to: (16, 14)),
  ]
}

@Suite struct ResizingTests {
  @Test(arguments: Resizing.all, [8, 16])
  func `One colour stays that colour`(sizes: Resizing, bitDepth: Int) {
    let sample: [UInt8] =
      bitDepth == 8 ? [3, 77, 255, 200] : [3, 1, 77, 2, 255, 255, 9, 200]
    let source = Made.picture(sizes.from.0, sizes.from.1, bitDepth: bitDepth) { _, _ in sample }
    let target = source.resized(width: sizes.to.0, height: sizes.to.1)
    #expect(target.width == sizes.to.0)
    #expect(target.height == sizes.to.1)
    #expect(target.bitDepth == bitDepth)
    #expect(target.hasAlpha)
    let expected = Made.picture(sizes.to.0, sizes.to.1, bitDepth: bitDepth) { _, _ in sample }
    #expect(target.pixels == expected.pixels)
  }

  @Test(arguments: [(7, 5, 3, 2), (8, 8, 4, 4), (17, 13, 16, 11), (5, 6, 1, 1), (9, 4, 9, 3)])
  func `Shrinking gives the mean of the stretch a pixel covers`(
    width: Int, height: Int, toWidth: Int, toHeight: Int
  ) {
    let source = Made.noise(width, height, opaque: true)
    let target = source.resized(width: toWidth, height: toHeight)
    // Repeat each pixel so often that every target pixel covers whole ones, and count them.
    let expected = Made.picture(toWidth, toHeight) { column, row in
      var sums = [0, 0, 0]
      for y in row * height..<(row + 1) * height {
        for x in column * width..<(column + 1) * width {
          let start = (y / toHeight * width + x / toWidth) * 4
          for index in 0..<3 { sums[index] += Int(source.pixels[start + index]) }
        }
      }
      let count = width * height
      return sums.map { UInt8(($0 * 2 + count) / (2 * count)) } + [255]
    }
    #expect(target.pixels == expected.pixels)
  }

  @Test(
    arguments: [
      (37, 21, 12, 50), (100, 9, 33, 40), (20, 30, 41, 7), (8, 8, 8, 3), (64, 5, 9, 5),
      (7, 90, 7, 11),
    ])
  func `Opaque samples of 8 bits are mixed as the same numbers of 16 bits are`(
    width: Int, height: Int, toWidth: Int, toHeight: Int
  ) {
    let narrow = Made.noise(width, height, opaque: true)
    let wide = Made.picture(width, height, bitDepth: 16) { column, row in
      let start = (row * width + column) * 4
      let colours: [UInt8] = narrow.pixels[start..<start + 3].flatMap { [$0, 0] }
      return colours + [255, 255]
    }
    let expected = wide.resized(width: toWidth, height: toHeight)
    let target = narrow.resized(width: toWidth, height: toHeight)
    #expect(!target.hasAlpha)
    for place in stride(from: 0, to: target.pixels.count, by: 4) {
      let colours: [UInt8] = target.pixels[place..<place + 3].flatMap { [$0, 0] }
      let found = Array(expected.pixels[place * 2..<place * 2 + 8])
      #expect(found == colours + [255, 255])
    }
  }

  @Test func `Growing mixes neighbours linearly and repeats edges`() {
    let source = Made.picture(2, 1) { column, _ in [column == 0 ? 0 : 255, 10, 20, 255] }
    let target = source.resized(width: 4, height: 2)
    let reds = stride(from: 0, to: target.pixels.count, by: 4).map { target.pixels[$0] }
    #expect(reds == [0, 64, 191, 255, 0, 64, 191, 255])
    #expect(!target.hasAlpha)
  }

  @Test(arguments: Resizing.all)
  func `Mirroring before or after gives the same`(sizes: Resizing) {
    let source = Made.noise(sizes.from.0, sizes.from.1)
    let after = Made.mirrored(source.resized(width: sizes.to.0, height: sizes.to.1))
    let before = Made.mirrored(source).resized(width: sizes.to.0, height: sizes.to.1)
    #expect(after.digest == before.digest)
  }

  @Test func `The same size gives the same pixels`() {
    let source = Made.noise(19, 11)
    #expect(source.resized(width: 19, height: 11).digest == source.digest)
  }

  @Test func `Transparent pixels lend no colour`() {
    let source = Made.picture(2, 2) { column, _ in
      column == 0 ? [200, 100, 50, 255] : [0, 0, 0, 0]
    }
    #expect(source.resized(width: 1, height: 1).pixels == [200, 100, 50, 128])
  }

  @Test(arguments: [8, 16])
  func `The largest sums do not overflow`(bitDepth: Int) {
    let white = [UInt8](repeating: 255, count: Picture.sideMax * bitDepth / 2)
    let line = Picture(width: Picture.sideMax, height: 1, bitDepth: bitDepth, pixels: white)
    let small = line.resized(width: 3, height: 16_384)
    #expect(small.pixels.allSatisfy { $0 == 255 })
  }

  @Test func `A photograph shrinks to the recorded pixels`() throws {
    let photograph = try Picture(decoding: Vectors.bytes("fixtures/inputs/rocket.jpg"))
    let small = photograph.resized(width: 64, height: 43)
    // Recorded with version 1: what is stored beside it must not change under its name.
    #expect(Picture.resamplingVersion == "area-bilinear-1")
    #expect(
      small.digest.description
        == "px1:c9a222c0b47e1ded6bed77480608d4d8a1c5683cf86771b88ddd1d0427527a05")
  }

  @Test(arguments: [(256, 200, 133), (100, 100, 67), (30, 30, 20), (1, 1, 1)])
  func `A JPEG file that is decoded small is the picture made small`(
    side: Int, width: Int, height: Int
  ) throws {
    let whole = try Picture(decoding: Vectors.bytes("fixtures/inputs/rocket.jpg"))
    let photograph = try PictureEncoder.jpeg(whole.resized(width: 200, height: 133), quality: 95)
    let small = try Picture(decoding: photograph, longerSide: side)
    #expect((small.width, small.height) == (width, height))
    let expected = try Picture(decoding: photograph).fitted(longerSide: side)
    #expect((expected.width, expected.height) == (width, height))
    #expect(Made.meanDifference(small, expected) < 2)
  }

  @Test(arguments: 1...8)
  func `A picture that is decoded small stands upright`(orientation: Int) throws {
    let file = try Vectors.bytes("exif-\(orientation).jpg")
    let small = try Picture(decoding: file, longerSide: 8)
    let expected = try Picture(decoding: file).fitted(longerSide: 8)
    #expect((small.width, small.height) == (expected.width, expected.height))
    #expect(Made.meanDifference(small, expected) < 8)
  }

  @Test(
    arguments: [
      "chelsea-q90.jpg", "cmyk.jpg", "grey-33x21.jpg", "progressive-420.jpg", "rgb-1x1.jpg",
      "text.png",
      "rgba-31x17.png", "lossy-alpha.webp",
    ])
  func `A file of any kind is decoded small`(name: String) throws {
    let file = try Vectors.bytes(name)
    let small = try Picture(decoding: file, longerSide: 10)
    let expected = try Picture(decoding: file).fitted(longerSide: 10)
    #expect((small.width, small.height) == (expected.width, expected.height))
    #expect(small.hasAlpha == expected.hasAlpha)
    #expect(Made.meanDifference(small, expected) < 8)
  }

  @Test func `A damaged file is as damaged when it is decoded small`() throws {
    let file = try Vectors.bytes("baseline-444.jpg")
    let cut = Array(file.prefix(file.count * 2 / 3))
    #expect(throws: PictureError.self) { try Picture(decoding: cut, longerSide: 4) }
    #expect(throws: PictureError.self) { try Picture(decoding: cut) }
  }
}
