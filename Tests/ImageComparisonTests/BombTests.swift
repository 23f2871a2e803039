import ImageComparison
import PNGSupport
import Testing

/// Files that ask for far more than they hold.
@Suite struct BombTests {
  /// Ten gigapixels of one bit in 1.2 MB, as they were found in the wild.
  static let png: [UInt8] = {
    var png = MadePNG(width: 100_000, height: 100_000, colourType: 0)
    png.bitDepth = 1
    png.rows = [UInt8](repeating: 0, count: 1_200_000)
    return png.bytes
  }()

  /// A JPEG header of four gigapixels before a megabyte.
  static func jpeg() throws -> [UInt8] {
    var bytes = try Vectors.bytes("rgb-1x1.jpg")
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    return Array(bytes[..<(frame + 19)]) + [UInt8](repeating: 0, count: 1 << 20)
  }

  @Test func `Of a PNG bomb nothing behind the header is looked at`() {
    #expect(Self.png.count > 1_200_000)
    let whole = #expect(throws: PictureError.self) { try Picture(decoding: Self.png) }
    let head = #expect(throws: PictureError.self) {
      try Picture(decoding: Array(Self.png.prefix(33)))
    }
    #expect(whole?.code == .tooLarge)
    #expect(
      whole?.message
        == "the PNG header gives 100000 x 100000 pixels; at most 16384 a side are read")
    #expect(whole == head)
  }

  @Test func `Of a JPEG bomb nothing behind the frame header is looked at`() throws {
    let bytes = try Self.jpeg()
    let whole = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
    let head = #expect(throws: PictureError.self) {
      try Picture(decoding: Array(bytes.dropLast(1 << 20)))
    }
    #expect(whole?.code == .tooLarge)
    #expect(whole == head)
  }

  @Test func `A WebP whose canvas is too large is refused by its first chunk`() throws {
    var bytes = try Vectors.bytes("exif-8.webp")
    bytes.replaceSubrange(24..<30, with: [0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0x00])
    let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
    #expect(error?.code == .tooLarge)
    #expect(error?.message.contains("65536 x 65536") == true)
  }

  @Test func `Picture data that inflate to more than the header says are refused`() {
    var png = MadePNG(width: 1, height: 1, colourType: 2)
    png.rows = [UInt8](repeating: 0, count: 4 << 20)
    let error = #expect(throws: PictureError.self) { try Picture(decoding: png.bytes) }
    #expect(error?.code == .damaged)
  }

  @Test func `A JPEG of ten thousand scans is refused before it is decoded`() throws {
    let bytes = try Vectors.bytes("progressive-444.jpg")
    let last = try #require(
      bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    let scan = bytes[last..<bytes.count - 2]
    var many = Array(bytes[..<last])
    for _ in 0..<10_000 { many += scan }
    many += [0xFF, 0xD9]
    let error = #expect(throws: PictureError.self) { try Picture(decoding: many) }
    #expect(
      error?.description
        == "too-large: the JPEG file has more than 100 scans; that many are read")
  }

  @Test func `A picture of no pixels is refused`() throws {
    let png = MadePNG(width: 0, height: 7, colourType: 2).bytes
    var jpeg = try Vectors.bytes("rgb-1x1.jpg")
    let frame = try #require(
      jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 7, with: [0, 0])
    var webp = try Vectors.bytes("lossy.webp")
    webp.replaceSubrange(26..<28, with: [0, 0])
    for (bytes, words) in [(png, "0 x 7"), (jpeg, "1 x 0"), (webp, "0 x 65")] {
      let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
      #expect(error?.code == .damaged)
      #expect(error?.message.contains("gives \(words) pixels") == true)
    }
  }

  @Test(arguments: [0xFFFF_FFFF, 0x8000_0000, 0x7FFF_FFFF, 0x7FFF_FFF4])
  func `A chunk longer than any file is refused`(count: Int) throws {
    let big = (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
    var png = try Vectors.bytes("rgb-31x17.png")
    png.replaceSubrange(33..<37, with: big)
    var riff = try Vectors.bytes("exif-8.webp")
    riff.replaceSubrange(4..<8, with: big.reversed())
    var webp = try Vectors.bytes("exif-8.webp")
    webp.replaceSubrange(34..<38, with: big.reversed())
    for (bytes, code) in [(png, "truncated"), (riff, "truncated"), (webp, "damaged")] {
      let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
      #expect(error?.code.description == code)
    }
  }
}
