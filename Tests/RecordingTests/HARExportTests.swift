import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct HARExportTests {
  private let folder = fixtures()
  private let target = TemporaryFolder.path.appending("all.har")

  @discardableResult
  private func export(embeds: Bool) throws -> HARExport.Summary {
    var export = try HARExport(
      to: target, embeds: embeds, workingFolder: TemporaryFolder.path, creatorVersion: "1.0")
    let suite = try #require(SuiteName("cups"))
    try export.add(
      try Made.sound(in: folder), suite: suite, id: try Made.id("paper"), blobs: folder.blobs)
    try export.add(
      try Made.fetched(seed: 8, in: folder), suite: suite, id: try Made.id("slate"),
      blobs: folder.blobs)
    return try export.finish()
  }

  private func entries() throws -> [JSONValue] {
    try #require(try JSONParser.parse(try read(target))["log"]?["entries"]?.array)
  }

  /// The bytes that a reader of HAR 1.2 makes of a body.
  private func body(_ content: JSONValue?) throws -> [UInt8] {
    let text = Array(try #require(content?["text"]?.string).utf8)
    return content?["encoding"] == .string("base64") ? try #require(Base64.decode(text)) : text
  }

  @Test func `An embedded export holds every body with its recorded digest`() throws {
    let summary = try export(embeds: true)
    #expect(summary.cases == 2)
    #expect(summary.exchanges == 3)
    let written = try read(target)
    #expect(summary.byteCount == written.count)
    var bodies = 0
    for entry in try entries() {
      for content in [entry["request"]?["postData"], entry["response"]?["content"]] {
        guard let content else { continue }
        bodies += 1
        let bytes = try body(content)
        #expect(SHA256Digest(hashing: bytes).hex == content["_sha256"]?.string)
        #expect(bytes.count == content["size"]?.integer)
        #expect(!bytes.isEmpty)
        #expect(content["_file"] == nil)
        #expect(content["_parts"] == nil)
      }
    }
    #expect(bodies == 4)
    #expect(try body(try entries()[2]["response"]?["content"]) == Made.picture(8))
  }

  @Test func `The other form names pictures by paths as seen from the file`() throws {
    try export(embeds: false)
    let entries = try entries()
    let picture = BlobID(of: Made.picture(8))
    #expect(
      entries[2]["response"]?["content"]?["_file"]?.string == "fixtures/blobs/\(picture.fileName)")
    let parts = try #require(entries[0]["request"]?["postData"]?["_parts"]?.array)
    #expect(
      parts[1]["base64_file"]?.string
        == "fixtures/blobs/\(BlobID(of: Made.input).fileName)")
    // A reader that knows nothing of parts is still served what was received.
    let answer = try body(entries[0]["response"]?["content"])
    #expect(String(decoding: answer, as: UTF8.self) == Made.answer(Made.picture(7)))
  }

  @Test func `A path that does not lie below the file goes up first`() throws {
    let below = TemporaryFolder.path.appending("out")
    try DurableFile.createFolder(below)
    var export = try HARExport(
      to: below.appending("all.har"), embeds: false, workingFolder: "/", creatorVersion: "1.0")
    let fixture = try Made.fetched(seed: 8, in: folder)
    try export.add(
      fixture, suite: try #require(SuiteName("cups")), id: try Made.id("slate"),
      blobs: folder.blobs)
    _ = try export.finish()
    let json = try JSONParser.parse(try read(below.appending("all.har")))
    let content = json["log"]?["entries"]?.array?.last?["response"]?["content"]
    #expect(
      content?["_file"]?.string
        == "../fixtures/blobs/\(BlobID(of: Made.picture(8)).fileName)")
  }

  @Test func `Equal fixtures give equal bytes, and what HAR asks for is there`() throws {
    try export(embeds: true)
    let first = try read(target)
    try export(embeds: true)
    #expect(try read(target) == first)
    let log = try #require(try JSONParser.parse(first)["log"])
    #expect(log["version"] == .string("1.2"))
    #expect(log["creator"]?["name"] == .string("proofsheet"))
    #expect(log["_proofsheet"]?["format"] == .string(HARExport.format))
    for entry in try entries() {
      #expect(entry["time"]?.integer != nil)
      #expect(entry["startedDateTime"]?.string.flatMap { Timestamp($0) } != nil)
      #expect(entry["_proofsheet"]?["suite"] == .string("cups"))
    }
  }

  @Test func `An export of nothing is a HAR too`() throws {
    let export = try HARExport(
      to: target, embeds: true, workingFolder: "/", creatorVersion: "1.0")
    #expect(try export.finish().exchanges == 0)
    #expect(try entries() == [])
  }

  @Test(arguments: [true, false])
  func `A body that is not as recorded ends the export, and no file is left`(embeds: Bool) throws {
    let fixture = try Made.recording(in: folder.blobs)
    let id = try Made.id("paper")
    let suite = try #require(SuiteName("cups"))
    let failure = #expect(throws: HARExport.Failure.self) {
      var export = try HARExport(
        to: target, embeds: embeds, workingFolder: "/", creatorVersion: "1.0")
      try export.add(fixture, suite: suite, id: id, blobs: folder.blobs)
      _ = try export.finish()
    }
    #expect(
      failure?.description
        == "cups: paper: at /log/entries/0: its parts make more bytes, 0 were recorded")
    #expect(try DurableFile.names(in: TemporaryFolder.path) == ["fixtures"])
  }
}
