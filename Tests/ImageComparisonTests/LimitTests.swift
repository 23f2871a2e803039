import ImageComparison
import Testing

@Suite struct LimitTests {
  @Test func `A PNG that claims ten gigapixels is refused by its header`() throws {
    var bytes = try Vectors.bytes("rgb-1x1.png")
    bytes.replaceSubrange(16..<24, with: [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0])
    let error = #expect(throws: PictureError.self) { try PictureHeader(reading: bytes) }
    #expect(error?.code == .tooLarge)
    #expect(error?.message.contains("100000 x 100000") == true)
    #expect(error?.message.contains("16384") == true)
    #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
  }

  @Test(arguments: ["rgb-31x17.png", "baseline-420.jpg", "lossy.webp", "lossless.webp"])
  func `Each limit of size is kept to the pixel`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    let header = try PictureHeader(reading: bytes)
    let (side, count) = (max(header.width, header.height), header.width * header.height)
    let enough = PictureLimits(
      fileByteCountMax: bytes.count, pixelCountMax: count, sideMax: side)
    #expect(try PictureHeader(reading: bytes, limits: enough) == header)
    var limits = [enough, enough, enough]
    limits[0].fileByteCountMax -= 1
    limits[1].pixelCountMax -= 1
    limits[2].sideMax -= 1
    for limit in limits {
      let error = #expect(throws: PictureError.self) {
        try PictureHeader(reading: bytes, limits: limit)
      }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test func `The limits of size hold whatever a caller gives`() throws {
    var bytes = try Vectors.bytes("rgb-1x1.png")
    bytes.replaceSubrange(16..<24, with: [0x7F, 255, 255, 255, 0x7F, 255, 255, 255])
    let limits = PictureLimits(pixelCountMax: .max, sideMax: .max)
    let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes, limits: limits) }
    #expect(error?.code == .tooLarge)
  }

  @Test func `A JPEG of more scans than allowed is refused`() throws {
    let bytes = try Vectors.bytes("progressive-444.jpg")
    let scanCount = zip(bytes, bytes.dropFirst()).count { $0 == (0xFF, 0xDA) }
    #expect(scanCount > 1)
    let enough = PictureLimits(scanCountMax: scanCount)
    #expect(try Picture(decoding: bytes, limits: enough).width > 0)
    let error = #expect(throws: PictureError.self) {
      try Picture(decoding: bytes, limits: PictureLimits(scanCountMax: scanCount - 1))
    }
    #expect(error?.code == .tooLarge)
  }

  @Test(arguments: ["text.png", "exif-8.webp"])
  func `A chunk or a number of chunks beyond the limit is refused`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    for limits in [PictureLimits(chunkByteCountMax: 10), PictureLimits(chunkCountMax: 1)] {
      let error = #expect(throws: PictureError.self) {
        try PictureHeader(reading: bytes, limits: limits)
      }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test(arguments: ["profile.png", "profile.jpg", "profile.webp"])
  func `Of a profile beyond the limit no digest is kept`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    let whole = try Picture(decoding: bytes)
    let limited = try Picture(decoding: bytes, limits: PictureLimits(profileByteCountMax: 100))
    #expect(whole.iccProfileDigest != nil)
    #expect(limited.iccProfileDigest == nil)
    #expect(limited.digest == whole.digest)
  }

  @Test(arguments: [
    (0xC3, "lossless"), (0xC9, "arithmetic"), (0xC5, "hierarchical"),
  ])
  func `A JPEG process that is not read is refused by name`(marker: UInt8, word: String) throws {
    var bytes = try Vectors.bytes("rgb-1x1.jpg")
    bytes[try frameOffset(bytes) + 1] = marker
    let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains(word) == true)
  }

  @Test(arguments: [(4, 12, "unsupported"), (6, 0, "damaged"), (9, 7, "damaged")])
  func `An impossible JPEG frame header is refused`(
    offset: Int, value: UInt8, code: String
  ) throws {
    var bytes = try Vectors.bytes("rgb-1x1.jpg")
    bytes[try frameOffset(bytes) + offset] = value
    let error = #expect(throws: PictureError.self) { try PictureHeader(reading: bytes) }
    #expect(error?.code.description == code)
  }

  private func frameOffset(_ bytes: [UInt8]) throws -> Int {
    try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
  }
}
