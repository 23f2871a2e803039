import Canonical
import ImageComparison
import PNGSupport
import Testing

@Suite struct PictureTests {
  @Test func `The pixel digest is that of the documented bytes`() {
    let picture = Picture(width: 2, height: 1, pixels: [1, 2, 3, 255, 9, 9, 9, 0])
    let head: [UInt8] = [0x70, 0x78, 0x31, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 8]
    let digest = SHA256Digest(hashing: head + [1, 2, 3, 255, 0, 0, 0, 0])
    #expect(picture.digest.description == "px1:\(digest.hex)")
    #expect(picture.hasAlpha)
    #expect(picture.format == nil)
  }

  @Test func `A digest reads back from its text and from no other`() throws {
    let digest = Made.noise(3, 3).digest
    let text = digest.description
    #expect(PixelDigest(text) == digest)
    #expect(PixelDigest(text.uppercased()) == nil)
    #expect(PixelDigest(String(text.dropFirst(4))) == nil)
    #expect(PixelDigest(text + "0") == nil)
    #expect(PixelDigest("px2:" + text.dropFirst(4)) == nil)
  }

  @Test func `Two shapes of the same samples have two digests`() {
    let pixels = [UInt8](repeating: 255, count: 24)
    let wide = Picture(width: 3, height: 2, pixels: pixels)
    let high = Picture(width: 2, height: 3, pixels: pixels)
    let deep = Picture(width: 3, height: 1, bitDepth: 16, pixels: pixels)
    #expect(Set([wide.digest, high.digest, deep.digest]).count == 3)
  }

  @Test func `Pixels of another count than the size stop the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = Picture(width: 2, height: 2, pixels: [0, 0, 0, 0])
    }
  }

  @Test func `A header says what the file says`() throws {
    let exif = try PictureHeader(reading: Vectors.bytes("exif-6.jpg"))
    #expect((exif.width, exif.height, exif.orientation) == (21, 10, 6))
    #expect((exif.uprightWidth, exif.uprightHeight) == (10, 21))
    #expect(try PictureHeader(reading: Vectors.bytes("progressive-420.jpg")).isProgressive)
    #expect(try !PictureHeader(reading: Vectors.bytes("baseline-420.jpg")).isProgressive)
    #expect(try PictureHeader(reading: Vectors.bytes("rgb-interlaced-23x17.png")).isProgressive)
    #expect(try PictureHeader(reading: Vectors.bytes("cmyk.jpg")).colour == .cmyk)
    let palette = try PictureHeader(
      reading: Vectors.bytes("palette-4bit-transparent-interlaced.png"))
    #expect(palette.colour == .palette)
    #expect(palette.bitDepth == 4)
    #expect(try PictureHeader(reading: Vectors.bytes("grey-33x21.jpg")).colour == .grey)
    #expect(try PictureHeader(reading: Vectors.bytes("lossless-alpha.webp")).colour == .rgba)
  }

  @Test(arguments: UInt8(1)...8)
  func `A picture of 16 bits is turned as one of 8 is`(orientation: UInt8) throws {
    let exif =
      Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]
    var plain = MadePNG(width: 3, height: 2, colourType: 6)
    plain.chunksBefore = MadePNG.chunk("eXIf", exif + [0, 0, 0, 0])
    var deep = plain
    deep.bitDepth = 16
    for row in UInt8(0)..<2 {
      let samples = (1...12).map { row * 100 + $0 }
      plain.rows += [0] + samples
      deep.rows += [0] + samples.flatMap { [$0, $0] }
    }
    let expected = try Picture(decoding: plain.bytes)
    let picture = try Picture(decoding: deep.bytes)
    #expect((picture.width, picture.height) == (expected.width, expected.height))
    #expect(picture.width == (orientation >= 5 ? 2 : 3))
    #expect(picture.pixels == expected.pixels.flatMap { [$0, $0] })
  }

  @Test(arguments: [
    ("\u{1F}\u{8B}\u{8}\u{0}", "no picture"), ("<!DOCTYPE html><p>", "HTML"),
    ("{\"error\": 1}", "JSON"), ("<?xml version='1.0'?><a/>", "XML"), ("%PDF-1.7", "PDF"),
    ("\u{0}\u{0}\u{0}\u{1C}ftypavif", "AVIF"), ("\u{0}\u{0}\u{0}\u{1C}ftypheic", "HEIC"),
    ("RIFF\u{0}\u{0}\u{0}\u{0}WAVE", "RIFF"), ("ab", "2 bytes"), ("    \n  ", "blank"),
  ])
  func `Bytes that are no picture are called what they look like`(
    text: String, words: String
  ) {
    let error = #expect(throws: PictureError.self) {
      try PictureHeader(reading: Array(text.utf8))
    }
    #expect(error?.code == .notAPicture)
    #expect(error?.message.contains(words) == true)
  }
}
