import Canonical
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@testable import Recording

@Suite(.temporaryFolder)
struct HARTests {
  private func bytes(_ fixture: Fixture) -> [UInt8] {
    HARWriter.bytes(of: fixture, creatorVersion: "1.0")
  }

  /// A recording with each kind of exchange and of body.
  private func rich() throws -> Fixture {
    let sent = Body(
      parts: try Made.request().wireParts, byteCount: 4_321, digest: SHA256Digest(hashing: [1]))
    let hostile = "\u{0}\u{1B}[31m ]]> \"\\\r\n e\u{301} é \u{202E} 😀"
    return try Made.fixture(
      origin: .simulator,
      Made.exchange(
        request: sent, headers: [HTTPHeader("content-type", "application/json")],
        body: Body(Array(#"{"data":{"task_id":"t-1","status":"pending","m":"\#(hostile)"}}"#.utf8))),
      Made.exchange(
        .poll, 3, method: .get, url: "https://image.example/v1/images/tasks/t-1?a=1&b",
        body: BodySplitter.split(Array(Made.answer(Made.picture(), Made.picture(2)).utf8)).body),
      Made.exchange(.poll, 4, method: .get, status: 503, body: Body([])),
      Made.download(2, Made.picture(3)))
  }

  @Test func `A recording is read back exactly as it was written`() throws {
    let fixture = try rich()
    let read = try HARReader.fixture(from: bytes(fixture))
    #expect(read == fixture)
    // Swift compares strings by canonical equivalence; the written forms compare bytes.
    #expect(bytes(read) == bytes(fixture))
  }

  @Test func `The file of a recording stays what it is`() throws {
    let picture = [UInt8](repeating: 7, count: 768)
    let fixture = try Made.fixture(
      Made.exchange(
        request: Body(Array(#"{"prompt":"a cup"}"#.utf8)),
        headers: [HTTPHeader("content-type", "application/json")],
        body: BodySplitter.split(Array(Made.answer(picture).utf8)).body),
      Made.download(0, Made.picture(), url: "https://image.example/a.png?w=1&sig=REDACTED"))
    #expect(String(decoding: bytes(fixture), as: UTF8.self) == Golden.har)
  }

  /// A changed byte is found by the seal, or by the parser, or stands outside of what is meant, as a
  /// blank does.
  @Test(arguments: [0x01, 0x20, 0x80] as [UInt8])
  func `No single changed byte goes unnoticed`(mask: UInt8) throws {
    let fixture = try Made.fixture(Made.exchange(body: Body(Array("{}".utf8))))
    let good = bytes(fixture)
    var refused = 0
    for position in good.indices {
      var bad = good
      bad[position] ^= mask
      do {
        #expect(try HARReader.fixture(from: bad) == fixture, "at byte \(position)")
      } catch {
        refused += 1
      }
    }
    #expect(refused > good.count / 2)
  }

  @Test(arguments: [0, 1, 10, 100, 500])
  func `A truncated file is refused`(kept: Int) throws {
    let good = bytes(try Made.fixture(Made.exchange(body: Body([]))))
    #expect(throws: FixtureFailure.self) { try HARReader.fixture(from: Array(good.prefix(kept))) }
    #expect(throws: FixtureFailure.self) { try HARReader.fixture(from: good.dropLast(3) + []) }
  }

  @Test func `A pointer of Git LFS is named with the command that fetches the recording`() {
    let pointer = Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".utf8)
    let failure = #expect(throws: FixtureFailure.self) { try HARReader.fixture(from: pointer) }
    #expect(failure?.description.contains("git lfs pull") == true)
  }

  @Test(arguments: [
    ("{\"log\":1,\"log\":2}", "it is no JSON"),
    (String(repeating: "[", count: 100), "it is no JSON"),
    ("[]", "at /: expected an object with the member 'log'"),
    (#"{"log":[]}"#, "at /log: expected an object with the member '_proofsheet'"),
    (#"{"log":{"_proofsheet":{"format":"proofsheet-fixture/2"}}}"#, "at /log/_proofsheet/format"),
    (
      #"{"log":{"_proofsheet":{"format":"proofsheet-fixture/1"}}}"#, "at /log/_proofsheet: expected"
    ),
    (#"{"log":{"_proofsheet":{"format":"proofsheet-fixture/1","seal":"00"}}}"#, "the seal is not"),
  ])
  func `A text that is no recording is refused`(text: String, message: String) {
    let failure = #expect(throws: FixtureFailure.self) {
      try HARReader.fixture(from: Array(text.utf8))
    }
    #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
  }

  @Test(arguments: [
    ("../../etc/passwd", "expected blobs/<sha-256>"),
    ("/etc/passwd", "expected blobs/<sha-256>"),
    ("blobs/../../secret.png", "expected blobs/<sha-256>"),
    ("blobs/\(String(repeating: "0", count: 64)).exe", "expected blobs/<sha-256>"),
    ("blobs/\(String(repeating: "A", count: 64)).png", "expected blobs/<sha-256>"),
  ])
  func `A file elsewhere cannot be named`(file: String, message: String) throws {
    try expectRefusal(message) { entry in
      entry["response"]?["content"]?["_file"] = .string(file)
    }
    try expectRefusal(message) { entry in
      entry["response"]?["content"]?["_parts"] = .array([.members(["base64_file": .string(file)])])
    }
  }

  /// Values of the wrong type or size, in a file whose seal is right.
  @Test(arguments: [
    (["response", "status"], JSONValue.integer(99), "at /log/entries/0/response/status"),
    (["response", "status"], .string("200"), "at /log/entries/0/response/status"),
    (["response", "content", "size"], .integer(-1), "/content/size: expected a whole number"),
    (["response", "content", "size"], .integer(Int.max), "/content/size: expected a whole number"),
    (["response", "content", "_sha256"], .string("00"), "expected 64 hexadecimal digits"),
    (["response", "content", "text"], .null, "/content/text: expected a string, found null"),
    (
      ["response", "content", "encoding"], .string("base64"),
      "/content/encoding: a body of another encoding is not understood"
    ),
    (["response", "content", "_parts"], .members([:]), "/content/_parts: expected a list"),
    (
      ["response", "content", "_parts"], .array(Array(repeating: .null, count: 1_001)),
      "1001 elements; 1000 are allowed"
    ),
    (
      ["response", "headers"], .array(Array(repeating: .null, count: 101)),
      "101 elements; 100 are allowed"
    ),
    (["response", "headers"], .array([.members(["name": .string("a")])]), "the member 'value'"),
    (["request", "method"], .string("DELETE"), "expected GET or POST"),
    (["request", "url"], .integer(1), "/request/url: expected a string"),
    (["startedDateTime"], .string("yesterday"), "expected a time like"),
    (["timings", "wait"], .integer(86_400_001), "/timings/wait"),
    (["_proofsheet", "role"], .string("steal"), "expected generate, poll or download"),
    (["_proofsheet", "ordinal"], .integer(501), "/_proofsheet/ordinal"),
    (["_proofsheet", "ordinal"], .decimal(0.5, decimals: 1), "/_proofsheet/ordinal"),
  ])
  func `A sealed value of the wrong kind is refused at its place`(
    path: [String], value: JSONValue, message: String
  ) throws {
    try expectRefusal(message) { entry in entry.set(path, value) }
  }

  @Test(arguments: [
    ("case_key", JSONValue.string("0"), "expected a request digest"),
    ("case_key", .string("\(String(repeating: "0", count: 64)).0"), "it is not the key of"),
    ("key_algorithm", .string("proofsheet-request-key/0"), "is not understood"),
    ("request", .members(["path": .string("/")]), "it is not the key of"),
    ("origin", .null, "at /log/_proofsheet/origin"),
    ("redaction", .integer(1), "at /log/_proofsheet/redaction"),
  ])
  func `A sealed identity that does not fit is refused`(
    name: String, value: JSONValue, message: String
  ) throws {
    try expectRefusal(log: { $0["_proofsheet"]?[name] = value }, message)
  }

  @Test(arguments: [
    ([] as [JSONValue], "expected at least one exchange"),
    (Array(repeating: .null, count: 501), "501 elements; 500 are allowed"),
  ])
  func `A recording has a bounded number of exchanges`(
    entries: [JSONValue], message: String
  ) throws {
    try expectRefusal(log: { $0["entries"] = .array(entries) }, message)
  }

  private func expectRefusal(_ message: String, _ change: (inout JSONValue) -> Void) throws {
    try expectRefusal(
      log: { log in
        guard var entry = log["entries"]?.array?.first else { return }
        change(&entry)
        log["entries"] = .array([entry])
      }, message)
  }

  /// Changes a log, seals it anew as somebody who means harm could, and expects to be told.
  private func expectRefusal(log change: (inout JSONValue) -> Void, _ message: String) throws {
    let good = bytes(try Made.fixture(Made.exchange(body: Body(Array("{}".utf8)))))
    var log = try #require(try JSONParser.parse(good)["log"])
    change(&log)
    let seal = HARWriter.seal(of: try #require(log.object))
    log["_proofsheet"]?["seal"] = .string(seal.hex)
    let bad = JSONValue.members(["log": log]).prettyBytes
    let failure = #expect(throws: FixtureFailure.self) { try HARReader.fixture(from: bad) }
    #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
  }
}

extension JSONValue {
  /// The member of that name, which is set only where the value is an object.
  subscript(name: String) -> JSONValue? {
    get { object?[name] }
    set {
      guard var object else { return }
      object[name] = newValue
      self = .object(object)
    }
  }

  /// Sets a value along a path of members.
  mutating func set(_ path: [String], _ value: JSONValue) {
    guard let name = path.first else {
      self = value
      return
    }
    var member = self[name] ?? .null
    member.set(Array(path.dropFirst()), value)
    self[name] = member
  }
}
