import ImageComparison
import PNGSupport
import Testing

@Suite struct PNGFastPathTests {
  /// Files of the vectors that the fast path must take.
  static let taken = Vectors.pictures.map(\.name).filter { name in
    name.contains("/filter-") || name.contains("/parts-")
      || name.contains("/png-0-8bit-33x17") || name.contains("/png-2-8bit-33x17")
      || name.contains("/png-4-8bit-33x17") || name.contains("/png-6-8bit-33x17")
      || name.contains("/words-about-colour") || name.hasSuffix("inputs/coffee.png")
  }

  /// A file of rows that are noise behind filters in turn.
  static func noise(_ width: Int, _ height: Int, colourType: UInt8) -> MadePNG {
    var png = MadePNG(width: width, height: height, colourType: colourType)
    let samples = Made.noise(width, height).pixels
    for row in 0..<height {
      png.rows.append(UInt8((row &* 7 &+ width) % 5))
      png.rows += (0..<png.rowByteCount).map { samples[(row &* 31 &+ $0) % samples.count] }
    }
    return png
  }

  static func verdict(_ bytes: [UInt8]) -> Result<PixelDigest, PictureError> {
    Result { () throws(PictureError) in try Picture(decoding: bytes).digest }
  }

  @Test func `The plain files of the vectors are many`() {
    #expect(Self.taken.count == 30)
  }

  @Test(arguments: taken)
  func `A plain file is read without libpng, into its pixels`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    let quick = try #require(try Picture(decoding: bytes, by: .libdeflate))
    let slow = try #require(try Picture(decoding: bytes, by: .libpng))
    #expect(quick.digest == slow.digest)
    #expect(quick.hasAlpha == slow.hasAlpha)
  }

  @Test(
    arguments: [
      "grey-1bit.png", "grey-16bit.png", "palette-31x17.png", "rgb-transparent.png",
      "rgb-interlaced-23x17.png", "Corpus/suggested-palette.png",
    ])
  func `A file that is not plain is left to libpng`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    #expect(try Picture(decoding: bytes, by: .libdeflate) == nil)
    #expect(try Picture(decoding: bytes, by: .libpng)?.digest == Picture(decoding: bytes).digest)
  }

  @Test(arguments: [UInt8]([0, 2, 4, 6]), 1...18)
  func `Rows of any width and filter become libpng's pixels`(
    colourType: UInt8, width: Int
  ) throws {
    for height in [1, 2, 3, 11] {
      let bytes = Self.noise(width, height, colourType: colourType).bytes
      let quick = try #require(try Picture(decoding: bytes, by: .libdeflate))
      let slow = try #require(try Picture(decoding: bytes, by: .libpng))
      #expect(quick.digest == slow.digest)
      #expect(quick.hasAlpha == slow.hasAlpha)
    }
  }

  @Test(arguments: [1, 2, 100])
  func `Picture data may come in parts of any length`(splitByteCount: Int) throws {
    var png = Self.noise(9, 7, colourType: 2)
    let expected = try Picture(decoding: png.bytes).digest
    png.splitByteCount = splitByteCount
    #expect(try Picture(decoding: png.bytes, by: .libdeflate)?.digest == expected)
    #expect(try Picture(decoding: png.bytes, by: .libpng)?.digest == expected)
  }

  @Test(arguments: [UInt8]([0, 2, 4, 6]), [5, 255])
  func `A filter that PNG does not define is refused`(colourType: UInt8, filter: UInt8) {
    var png = Self.noise(5, 3, colourType: colourType)
    png.rows[2 * (1 + png.rowByteCount)] = filter
    expectDamaged(png, "bad adaptive filter value")
  }

  @Test(arguments: 1...3)
  func `Picture data without a byte are refused`(chunkCount: Int) {
    var png = Self.noise(5, 3, colourType: 2)
    png.dataChunks = [[UInt8]](repeating: [], count: chunkCount)
    expectDamaged(png, "Not enough image data")
  }

  @Test func `Rows that end early are refused`() {
    var png = Self.noise(5, 3, colourType: 2)
    png.rows.removeLast()
    expectDamaged(png, "Not enough")
  }

  @Test func `Rows beyond the last are refused`() {
    var png = Self.noise(5, 3, colourType: 2)
    png.rows.append(0)
    expectDamaged(png, "Too much image data")
  }

  @Test(arguments: ["IHDR", "tEXt", "IDAT", "IEND"])
  func `A wrong checksum of any chunk is refused`(name: String) throws {
    var png = Self.noise(5, 3, colourType: 6)
    png.chunksBefore = MadePNG.chunk("tEXt", Array("a\0b".utf8))
    var bytes = png.bytes
    #expect(try Picture(decoding: bytes, by: .libdeflate) != nil)
    let place = try #require(
      bytes.indices.dropLast(7).first { Array(bytes[$0..<$0 + 4]) == Array(name.utf8) })
    bytes[place + 4 + Int(bytes[place - 1])] ^= 0x10
    #expect(try Picture(decoding: bytes, by: .libdeflate) == nil)
    let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
    #expect(error?.code == .damaged)
    #expect(error?.message.contains("CRC error") == true, "\(error?.message ?? "")")
  }

  @Test func `A zlib checksum that is wrong is refused`() {
    var png = Self.noise(5, 3, colourType: 6)
    png.checksumError = 1
    expectDamaged(png, "incorrect data check")
  }

  @Test func `Bytes behind the zlib stream are refused`() {
    var png = Self.noise(5, 3, colourType: 6)
    png.excess = [1, 2, 3]
    expectDamaged(png, "Extra compressed data")
  }

  @Test func `A chunk between those of the picture data is refused`() {
    var png = Self.noise(5, 3, colourType: 6)
    png.chunksAfter = MadePNG.chunk("tEXt", Array("a\0b".utf8)) + MadePNG.chunk("IDAT", [0])
    let error = #expect(throws: PictureError.self) { try PictureHeader(reading: png.bytes) }
    #expect(
      error?.description
        == "damaged: the PNG file has other chunks between those of picture data")
  }

  @Test func `An unknown chunk that must be understood is refused`() {
    var png = Self.noise(5, 3, colourType: 6)
    png.chunksBefore = MadePNG.chunk("ABCD", [])
    expectDamaged(png, "unhandled critical chunk")
  }

  @Test func `A transparency chunk that does not fit is refused`() {
    var png = Self.noise(5, 3, colourType: 6)
    png.chunksBefore = MadePNG.chunk("tRNS", [0, 1, 0, 1, 0, 1])
    expectDamaged(png, "tRNS: invalid with alpha channel")
  }

  @Test func `A window smaller than the rows is left to libpng`() throws {
    var png = Self.noise(30, 30, colourType: 6)
    let expected = try Picture(decoding: png.bytes).digest
    png.window = 0x18
    #expect(try Picture(decoding: png.bytes, by: .libdeflate) == nil)
    #expect(try Picture(decoding: png.bytes).digest == expected)
  }

  private func expectDamaged(_ png: MadePNG, _ words: String) {
    #expect(throws: Never.self) {
      try #expect(Picture(decoding: png.bytes, by: .libdeflate) == nil)
    }
    let error = #expect(throws: PictureError.self) { try Picture(decoding: png.bytes) }
    #expect(error?.code == .damaged)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
