import Canonical
import Testing

@Suite struct `SHA-256` {
  // FIPS 180-4 examples and the NIST vectors of "SHA Test Vectors for Hashing Byte-Oriented Messages".
  static let vectors: [(text: String, hex: String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]

  @Test(arguments: [0, 1, 2, 3])
  func `NIST's vectors come out`(index: Int) {
    let vector = Self.vectors[index]
    #expect(SHA256Digest(hashing: Array(vector.text.utf8)).hex == vector.hex)
  }

  @Test(arguments: [1, 3, 63, 64, 65, 1_000])
  func `Pieces give the digest of the whole`(pieceCount: Int) {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var hasher = SHA256Hasher()
    for start in stride(from: 0, to: bytes.count, by: pieceCount) {
      hasher.update(Array(bytes[start..<min(start + pieceCount, bytes.count)]))
    }
    #expect(hasher.finish() == SHA256Digest(hashing: bytes))
  }

  @Test func `No bytes and no update give the digest of nothing`() {
    var updated = SHA256Hasher()
    updated.update([])
    #expect(updated.finish() == SHA256Digest(hashing: []))
    #expect(SHA256Hasher().finish() == SHA256Digest(hashing: []))
  }

  @Test func `Hexadecimal digits and bytes give the digest back`() throws {
    let digest = SHA256Digest(hashing: Array("round".utf8))
    #expect(SHA256Digest(hex: digest.hex) == digest)
    #expect(SHA256Digest(bytes: digest.bytes) == digest)
    #expect(digest.bytes.count == SHA256Digest.byteCount)
    #expect(digest.short == String(digest.hex.prefix(12)))
    #expect("\(digest)" == digest.hex)
  }

  @Test(arguments: [
    "", "ab", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
    String(repeating: "A", count: 64), String(repeating: "g", count: 64),
    String(repeating: "a", count: 62) + "é", " " + String(repeating: "a", count: 63),
  ])
  func `Other texts are no digest`(text: String) {
    #expect(SHA256Digest(hex: text) == nil)
  }

  @Test(arguments: [0, 31, 33])
  func `Other counts of bytes are no digest`(count: Int) {
    #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
  }

  @Test func `Digests order as their hexadecimal forms order`() {
    let digests = (0..<200).map { SHA256Digest(hashing: [UInt8($0)]) }
    #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
  }
}

@Suite struct `Hexadecimal text` {
  @Test func `Every byte comes back`() {
    let bytes = (0...255).map { UInt8($0) }
    let text = Hexadecimal.encode(bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
    #expect(Hexadecimal.decode(text) == bytes)
  }

  @Test(arguments: ["0", "0g", "AB", "0x10", " 00", "é"])
  func `Anything but pairs of lower-case digits is refused`(text: String) {
    #expect(Hexadecimal.decode(text) == nil)
  }
}

@Suite struct `Base64 text` {
  // RFC 4648 section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func `The RFC's vectors come out and go in`(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == Array(encoded.utf8))
    #expect(Base64.decodeExactly(Array(encoded.utf8)) == Array(plain.utf8))
    #expect(Base64.encodedCount(of: plain.utf8.count) == encoded.utf8.count)
  }

  @Test(arguments: [
    "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm9v\n", "Zm 9v", "Zm9v====", "====", "=",
    "Z",
    "Zm-_", "Zm9é", "Zg==Zg==", "\u{0}m9v",
  ])
  func `Another spelling is refused`(text: String) {
    #expect(Base64.decodeExactly(Array(text.utf8)) == nil)
  }

  @Test(arguments: ["Zg", "Zg=", "Zg==", "Z g\r\n==", " Zg\t"])
  func `Blanks and missing padding lose no picture`(text: String) {
    #expect(Base64.decode(Array(text.utf8)) == [0x66])
  }

  @Test(arguments: ["=", "Z", "Zm9vY", "Zm-_", "Zm9é", "Zg==Zg==", "\u{0}m9v"])
  func `What is no base64 gives nothing`(text: String) {
    #expect(Base64.decode(Array(text.utf8)) == nil)
  }

  @Test func `All bytes at all lengths come back`() {
    var generator = SplitMix64(seed: 7)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let text = Base64.encode(bytes)
      #expect(text.count == Base64.encodedCount(of: count))
      #expect(Base64.decodeExactly(text) == bytes)
    }
  }
}
