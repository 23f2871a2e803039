import ImageComparison
import PNGSupport
import Testing

@Suite struct HostileTests {
  static let files = [
    "rgb-interlaced-9x1.png", "palette-4bit-transparent-interlaced.png", "grey-alpha-16bit.png",
    "exif-6.png", "rgb-1x1.jpg", "progressive-420.jpg", "restarts.jpg",
    "exif-5.jpg", "profile.jpg", "cmyk.jpg", "lossy-alpha.webp", "lossless-alpha.webp",
    "exif-8.webp",
    "Corpus/filter-4-2-37x19.png", "Corpus/parts-4.png",
  ]

  @Test(arguments: files)
  func `Every shortened file is refused`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    for count in bytes.indices {
      #expect(throws: PictureError.self, "\(count) of \(bytes.count) bytes") {
        try Picture(decoding: Array(bytes.prefix(count)))
      }
    }
  }

  @Test(arguments: files)
  func `A file cut in its middle is called truncated`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    for count in [bytes.count / 2, bytes.count - 1] {
      let error = #expect(throws: PictureError.self) {
        try Picture(decoding: Array(bytes.prefix(count)))
      }
      #expect(error?.code == .truncated)
    }
  }

  @Test(arguments: files)
  func `A file with one bit changed decodes or is refused`(name: String) throws {
    var bytes = try Vectors.bytes(name)
    var refusedCount = 0
    // Every bit of the head, where the sizes are, and every 11th behind it.
    for bit in 0..<bytes.count * 8 where bit < 64 * 8 || bit.isMultiple(of: 11) {
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      defer { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
      do {
        // The limit is that of time: a changed size may be of millions of pixels.
        let picture = try Picture(decoding: bytes, limits: PictureLimits(pixelCountMax: 100_000))
        #expect(picture.pixels.count == picture.width * picture.height * picture.bitDepth / 2)
      } catch {
        refusedCount += 1
      }
    }
    #expect(refusedCount > 20)
  }

  @Test(arguments: files)
  func `A file with four bytes overwritten anywhere decodes or is refused`(name: String) throws {
    let bytes = try Vectors.bytes(name)
    let limits = PictureLimits(pixelCountMax: 100_000)
    var refusedCount = 0
    for start in stride(from: 0, to: bytes.count - 4, by: 3) {
      for value: UInt8 in [0, 0x7F, 0xFF] {
        var file = bytes
        file.replaceSubrange(start..<start + 4, with: [value, 0xFF, value, value])
        // With the checksums made right the damage reaches the decoders.
        if start.isMultiple(of: 2), name.hasSuffix("png") { file = MadePNG.repaired(file) }
        do {
          let picture = try Picture(decoding: file, limits: limits)
          #expect(picture.pixels.count == picture.width * picture.height * picture.bitDepth / 2)
        } catch {
          refusedCount += 1
        }
      }
    }
    #expect(refusedCount > 20)
  }

  @Test(arguments: PictureFormat.allCases, 0..<64)
  func `Noise behind a format's first bytes is refused`(format: PictureFormat, seed: Int) throws {
    let name = ["png": "rgb-31x17.png", "jpeg": "restarts.jpg", "webp": "lossless.webp"]
    let head = try Vectors.bytes(#require(name[format.rawValue])).prefix(12 + seed)
    let file = head + Made.noise(17 + seed, 9).pixels
    #expect(throws: PictureError.self) { try Picture(decoding: Array(file)) }
  }

  @Test(arguments: [0x74_52_4E_53, 0x49_44_41_54])
  func `A PNG chunk whose checksum is wrong is refused, not skipped`(name: UInt32) throws {
    var bytes = try Vectors.bytes("rgb-transparent.png")
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: name >> (24 - 8 * UInt32($0))) }
    let start = try #require(
      bytes.indices.dropLast(12).first { Array(bytes[$0..<$0 + 4]) == letters })
    let count = Int(bytes[start - 1])
    bytes[start + 4 + count] ^= 1
    let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
    #expect(error?.code == .damaged)
  }

  @Test func `Bytes behind the end of a picture are allowed`() throws {
    for name in ["rgb-1x1.png", "rgb-1x1.jpg", "rgb-1x1.webp"] {
      let bytes = try Vectors.bytes(name)
      let expected = try Picture(decoding: bytes).digest
      #expect(try Picture(decoding: bytes + [0, 1, 2, 0xFF, 0xD8]).digest == expected)
    }
  }
}
