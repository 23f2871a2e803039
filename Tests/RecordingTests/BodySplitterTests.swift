import Canonical
import Testing

@testable import Recording

struct BodySplitterTests {
  private static let picture = Made.picture()
  private static let base64 = Made.base64(picture)
  private static let long = String(repeating: "a", count: BodySplitter.literalByteCountMax)
  /// 1,024 characters, whose last encoded byte has no stray bits.
  private static let shortest = Made.base64([UInt8](repeating: 7, count: 768))

  @Test(arguments: [
    ("", ""),
    ("hello", "text"),
    ("<html><body>502 Bad Gateway</body></html>", "text"),
    (long, "text"),
    (long + "b", "blob bin"),
    ("a\u{0}b", "blob bin"),
    ("GIF89a", "blob gif"),
    ("{", "text"),
    ("[]", "text"),
    (" \r\n\t{}", "text"),
    ("{\"\(long)\":1}", "text"),
    (#"{"b64_json":"\#(base64)"}"#, "text base64 png text"),
    (
      #"[{"b64_json":"\#(base64)"},{"b64_json":"\#(base64)"}]"#,
      "text base64 png text base64 png text"
    ),
    (#"{"url":"data:image/png;base64,\#(base64)"}"#, "text base64 png text"),
    (#"{"url":"data:image/png,\#(base64)"}"#, "text"),
    (#"{"url":"data:\#(String(repeating: "x", count: 200));base64,\#(base64)"}"#, "text"),
    (#"{"b64_json":"\#(shortest)"}"#, "text base64 bin text"),
    (#"{"b64_json":"\#(shortest.dropLast(4))"}"#, "text"),
    (#"{"b64_json":"\#(Made.base64(Made.picture(count: 60)))"}"#, "text base64 png text"),
    (#"{"b64_json":"\#(Made.base64([0xFF, 0xD8, 0xFF]))"}"#, "text"),
    (#"{"b64_json":"\#(base64)="}"#, "text"),
    (#"{"b64_json":"\#(base64.dropLast())"}"#, "text"),
    (#"{"b64_json":"\#(base64)AAAB====AAAA"}"#, "text"),
    (#"{"b64_json":"\#(base64.replacing("/", with: "_"))"}"#, "text"),
    (#"{"b64_json":"\#(base64.replacing("/", with: "\\/"))"}"#, "text"),
    (#"{"b64_json":"\#(base64)\n"}"#, "text"),
    (#"{"\#(base64)":1}"#, "text"),
    (#"{"b64_json":"\#(base64)"#, "text"),
  ])
  func `A body becomes parts that join to the same bytes`(text: String, shape: String) throws {
    try expect(Array(text.utf8), shape)
  }

  @Test(arguments: [
    (picture, "blob png"),
    ([0xFF, 0xD8, 0xFF, 0x00], "blob jpg"),
    ([0xFF, 0xFE], "blob bin"),
    (Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), "blob bin"),
  ])
  func `Bytes that are no text become a blob`(bytes: [UInt8], shape: String) throws {
    try expect(bytes, shape)
  }

  /// Base64 whose last character has bits that decoding drops would not be given back.
  @Test func `Base64 with stray bits stays text`() throws {
    let bytes = [UInt8](repeating: 7, count: 769)
    let encoded = Made.base64(bytes)
    #expect(encoded.hasSuffix("Bw=="))
    try expect(Array(#"{"a":"\#(encoded.dropLast(3))x=="}"#.utf8), "text")
    try expect(Array(#"{"a":"\#(encoded)"}"#.utf8), "text base64 bin text")
  }

  @Test func `Random JSON joins to the same bytes`() throws {
    var generator = SplitMix64(seed: 4)
    let pieces = ["{", "}", "\"", "\\", ":", ",", "é", Self.shortest, "data:;base64,", " "]
    for _ in 0..<300 {
      let text = "{" + (0..<20).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let split = BodySplitter.split(Array(text.utf8))
      var blobs = MemoryBlobs()
      for blob in split.blobs { _ = blobs.insert(blob.bytes) }
      #expect(try split.body.parts.joined(from: blobs) == Array(text.utf8))
    }
  }

  /// A recording that names thousands of blobs for one body could not be read back.
  @Test func `A body has a bounded number of parts`() throws {
    let list = (0..<1_500).map { _ in "\"\(Self.shortest)\"" }.joined(separator: ",")
    let bytes = Array("[\(list)]".utf8)
    let body = BodySplitter.split(bytes).body
    #expect(body.parts.count <= 1_000)
    #expect(body.byteCount == bytes.count)
  }

  private func expect(
    _ bytes: [UInt8], _ shape: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let split = BodySplitter.split(bytes)
    let found = split.body.parts.map { part in
      switch part {
      case .bytes: "text"
      case .blob(let id): "blob \(id.kind.rawValue)"
      case .base64(let id): "base64 \(id.kind.rawValue)"
      }
    }.joined(separator: " ")
    #expect(found == shape, sourceLocation: location)
    #expect(split.body.byteCount == bytes.count, sourceLocation: location)
    #expect(split.body.digest == SHA256Digest(hashing: bytes), sourceLocation: location)
    #expect(split.blobs.map(\.id) == split.body.blobs, sourceLocation: location)
    var blobs = MemoryBlobs()
    for blob in split.blobs {
      #expect(blob.id == BlobID(of: blob.bytes), sourceLocation: location)
      _ = blobs.insert(blob.bytes)
    }
    #expect(try split.body.parts.joined(from: blobs) == bytes, sourceLocation: location)
  }
}

struct JSONStringsTests {
  @Test(arguments: [
    ("", []),
    ("\"", []),
    ("\"abc", []),
    ("\"abc\\", []),
    ("\"abc\\\"", []),
    ("\"\"\"\"", ["value () ", "value () "]),
    (#"{"a":"b"}"#, ["name a", "value (a) b"]),
    ("{\"a\" \r\n\t: \"b\"}", ["name a", "value (a) b"]),
    (
      #"{"a":["b","c"],"d":{"e":"f"}}"#,
      ["name a", "value (a) b", "value (a) c", "name d", "name e", "value (e) f"]
    ),
    (#"{"a":"x\"y"}"#, ["name a", #"escaped (a) x\"y"#]),
    (#"{"a\\":"x"}"#, [#"name a\\"#, #"value (a\\) x"#]),
    (#"no JSON "at all": "but" quotes"#, ["name at all", "value (at all) but"]),
    (#"{"a":"b","c":"#, ["name a", "value (a) b", "name c"]),
  ])
  func `Strings are found with their members`(text: String, expected: [String]) {
    let bytes = Array(text.utf8)
    let found = JSONStrings.scan(bytes).map { string in
      let shown = String(decoding: bytes[string.range], as: UTF8.self)
      let member = String(decoding: string.memberName, as: UTF8.self)
      if string.isName { return "name \(shown)" }
      return "\(string.isEscaped ? "escaped" : "value") (\(member)) \(shown)"
    }
    #expect(found == expected)
  }

  @Test func `Hostile text is walked to its end`() {
    var generator = SplitMix64(seed: 9)
    let alphabet = Array("\"\"\\\\:{}[], a".utf8) + [0, 0xFF]
    for _ in 0..<2_000 {
      let bytes = (0..<24).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      var last = 0
      for string in JSONStrings.scan(bytes) {
        #expect(string.range.lowerBound > last - 1 && string.range.upperBound < bytes.count)
        #expect(bytes[string.range.upperBound] == UInt8(ascii: "\""))
        last = string.range.upperBound + 1
      }
    }
  }
}
