import ImageComparison
import Testing

@Suite struct EncoderTests {
  @Test(arguments: [(1, 1), (31, 17), (64, 3)], [8, 16])
  func `PNG gives back exactly the pixels`(size: (Int, Int), bitDepth: Int) throws {
    let transparent = Made.noise(size.0, size.1, bitDepth: bitDepth)
    let opaque = Made.noise(size.0, size.1, bitDepth: bitDepth, opaque: true)
    for picture in [transparent, opaque] {
      let file = try PictureEncoder.png(picture)
      let header = try PictureHeader(reading: file)
      #expect(header.colour == (picture.hasAlpha ? .rgba : .rgb))
      #expect(header.bitDepth == bitDepth)
      #expect(try Picture(decoding: file).digest == picture.digest)
    }
  }

  @Test func `A photograph survives PNG`() throws {
    let picture = try Picture(decoding: Vectors.bytes("fixtures/inputs/chelsea.png"))
    #expect(try Picture(decoding: PictureEncoder.png(picture)).digest == picture.digest)
  }

  @Test func `PNG with less effort gives the same pixels`() throws {
    let picture = try Picture(decoding: Vectors.bytes("fixtures/inputs/chelsea.png"))
    let small = try PictureEncoder.png(picture)
    let fast = try PictureEncoder.png(picture, effort: .fast)
    #expect(try Picture(decoding: fast).digest == picture.digest)
    #expect(fast.count > small.count)
  }

  @Test(arguments: PictureEncoder.Chroma.allCases)
  func `JPEG is deterministic and near the picture`(chroma: PictureEncoder.Chroma) throws {
    let picture = try Picture(decoding: Vectors.bytes("baseline-444.jpg"))
    let file = try PictureEncoder.jpeg(picture, quality: 95, chroma: chroma)
    #expect(try PictureEncoder.jpeg(picture, quality: 95, chroma: chroma) == file)
    #expect(file.count < picture.pixels.count / 4)
    let decoded = try Picture(decoding: file)
    #expect(decoded.format == .jpeg)
    #expect((decoded.width, decoded.height) == (picture.width, picture.height))
    let mean = Made.meanDifference(decoded, picture)
    #expect(mean < 4)
    #expect(mean > 0)
  }

  @Test func `A lower JPEG quality gives a smaller file`() throws {
    let picture = try Picture(decoding: Vectors.bytes("baseline-444.jpg"))
    let sizes = try [20, 60, 95].map { try PictureEncoder.jpeg(picture, quality: $0).count }
    #expect(sizes == sizes.sorted())
    #expect(sizes[0] < sizes[2])
  }

  @Test func `JPEG lays transparent pictures on white`() throws {
    let clear = Made.picture(16, 16) { _, _ in [0, 0, 0, 0] }
    let decoded = try Picture(decoding: PictureEncoder.jpeg(clear, quality: 90))
    #expect(decoded.pixels.allSatisfy { $0 == 255 })
    let half = Made.picture(16, 16) { _, _ in [0, 0, 0, 127] }
    let grey = try Picture(decoding: PictureEncoder.jpeg(half, quality: 100))
    #expect(grey.pixels.prefix(4) == [128, 128, 128, 255])
  }

  @Test func `WebP keeps size and alpha`() throws {
    let picture = try Picture(decoding: Vectors.bytes("rgba-31x17.png"))
    let file = try PictureEncoder.webp(picture, quality: 90)
    #expect(try PictureEncoder.webp(picture, quality: 90) == file)
    let decoded = try Picture(decoding: file)
    #expect(decoded.format == .webp)
    #expect(decoded.hasAlpha)
    #expect((decoded.width, decoded.height) == (31, 17))
  }

  @Test func `WebP with less effort is a somewhat larger file of the same quality`() throws {
    let picture = try Picture(decoding: Vectors.bytes("fixtures/inputs/chelsea.png"))
    let small = try PictureEncoder.webp(picture, quality: 70)
    let fast = try PictureEncoder.webp(picture, quality: 70, effort: .fast)
    #expect(fast.count > small.count)
    #expect(fast.count < small.count * 5 / 4)
    #expect(Made.meanDifference(try Picture(decoding: fast), picture) < 5)
  }

  @Test func `16 bits become 8 by the nearest value`() throws {
    let wide = Made.picture(16, 16, bitDepth: 16) { _, _ in
      // 0x7F80 is 127.0019 of 255, 0x7FFF 127.498, 0x8000 127.502.
      [0x80, 0x7F, 0xFF, 0x7F, 0x00, 0x80, 0xFF, 0xFF]
    }
    let file = try PictureEncoder.jpeg(wide, quality: 100, chroma: .full)
    let narrow = Made.picture(16, 16) { _, _ in [127, 127, 128, 255] }
    #expect(try PictureEncoder.jpeg(narrow, quality: 100, chroma: .full) == file)
  }

  @Test func `A side beyond what WebP can name is refused`() throws {
    let long = Made.picture(16_384, 1) { _, _ in [1, 2, 3, 255] }
    let error = #expect(throws: PictureError.self) { try PictureEncoder.webp(long) }
    #expect(error?.code == .notWritable)
    #expect(try Picture(decoding: PictureEncoder.jpeg(long)).width == 16_384)
  }
}
