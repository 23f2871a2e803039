import Canonical
import Testing

@Suite struct `Bodies and blobs` {
  static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2]

  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
      (Array("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ".utf8), .webp), (Array("GIF89a".utf8), .gif),
      (Array("GIF87a".utf8), .gif),
      ([], .data), ([0x89, 0x50], .data), (Array("RIFF1234WAVE".utf8), .data),
      (Array("RIFF".utf8), .data),
      (Array("{}".utf8), .data), ([0xFF, 0xD8], .data),
    ] as [([UInt8], BlobKind)])
  func `The kind is told by the first bytes`(bytes: [UInt8], kind: BlobKind) {
    #expect(BlobKind(sniffing: bytes) == kind)
  }

  @Test(arguments: BlobKind.allCases)
  func `A blob's file name is written and read`(kind: BlobKind) {
    let blob = BlobID(digest: SHA256Digest(hashing: [1]), kind: kind)
    #expect(blob.fileName == "\(blob.digest.hex).\(kind.rawValue)")
    #expect(BlobID(fileName: blob.fileName) == blob)
    #expect(blob.kind.mediaType.contains("/"))
  }

  @Test(arguments: [
    "", ".png", "#", "#.", "#.PNG", "#.jpeg", "#.png.png", "../#.png", "#.exe", "#png",
  ])
  func `Another file name is no blob`(pattern: String) {
    let text = pattern.split(separator: "#", omittingEmptySubsequences: false)
      .joined(separator: SHA256Digest(hashing: [1]).hex)
    #expect(BlobID(fileName: text) == nil)
  }

  @Test func `Parts are joined to the bytes that were sent`() throws {
    var blobs = MemoryBlobs()
    let blob = blobs.insert(Self.png)
    let parts: [BodyPart] = [
      .bytes(Array("<".utf8)), .base64(blob), .bytes([]), .bytes(Array("|".utf8)), .blob(blob),
    ]
    #expect(try parts.joined(from: blobs) == Array("<iVBORw0KGgoBAg==|".utf8) + Self.png)
    #expect(try [BodyPart]().joined(from: blobs) == [])
    #expect(Body(parts: parts, byteCount: 28, digest: blob.digest).blobs == [blob, blob])
  }

  @Test func `A blob that is missing is named`() {
    let blob = BlobID(of: Self.png)
    let error = #expect(throws: MemoryBlobs.Missing.self) {
      try [BodyPart.base64(blob)].joined(from: MemoryBlobs())
    }
    #expect(error?.description.contains(blob.fileName) == true)
  }

  @Test func `A literal body knows its length and digest`() {
    let body = Body(Array("abc".utf8))
    #expect(body.byteCount == 3)
    #expect(body.digest == SHA256Digest(hashing: Array("abc".utf8)))
    #expect(Body([]).parts.isEmpty)
  }
}
