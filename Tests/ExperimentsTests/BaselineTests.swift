import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

struct BaselineTests {
  private func suite() throws -> SuiteName { try #require(SuiteName("mug")) }

  @Test func `The same decision about the same bytes changes nothing`() throws {
    var baseline = Baseline(suite: try suite())
    #expect(baseline.insert(try Sample.entry(.approved)))
    let before = baseline
    #expect(!baseline.insert(try Sample.entry(.approved, by: "bob")))
    #expect(baseline == before)
  }

  @Test func `The same note again changes nothing, another one does`() throws {
    var baseline = Baseline(
      suite: try suite(), entries: [try Sample.entry(.rejected, note: "dark")])
    #expect(!baseline.insert(try Sample.entry(.rejected, note: "dark", by: "bob")))
    #expect(!baseline.insert(try Sample.entry(.rejected)))
    #expect(baseline.insert(try Sample.entry(.rejected, note: "too dark")))
    #expect(baseline.entries.map(\.note) == ["too dark"])
  }

  @Test func `A later decision about the same bytes replaces the earlier one`() throws {
    var baseline = Baseline(suite: try suite(), entries: [try Sample.entry(.approved)])
    #expect(baseline.insert(try Sample.entry(.rejected)))
    #expect(baseline.entries.map(\.decision) == [.rejected])
    #expect(baseline.insert(try Sample.entry(.approved)))
    #expect(baseline.entries.map(\.decision) == [.approved])
  }

  @Test func `Other bytes, and other outputs, are added`() throws {
    var baseline = Baseline(suite: try suite(), entries: [try Sample.entry(.approved)])
    #expect(baseline.insert(try Sample.entry(.approved, bytes: 2)))
    #expect(baseline.insert(try Sample.entry(.approved, index: 1)))
    #expect(baseline.insert(try Sample.entry(.approved, seed: 2)))
    #expect(baseline.entries.count == 4)
    let output = OutputID(caseKey: Sample.caseKey(), index: 0)
    #expect(baseline.entries(for: output).count == 2)
    baseline.removeApproved(of: output)
    #expect(baseline.entries(for: output).isEmpty)
    #expect(baseline.entries.count == 2)
  }

  @Test func `Removing approvals keeps what was rejected`() throws {
    var baseline = Baseline(
      suite: try suite(),
      entries: [try Sample.entry(.approved), try Sample.entry(.rejected, bytes: 2)])
    baseline.removeApproved(of: OutputID(caseKey: Sample.caseKey(), index: 0))
    #expect(baseline.entries.map(\.decision) == [.rejected])
  }
}

@Suite(.temporaryFolder)
struct BaselineFileTests {
  private let path = TemporaryFolder.path.appending("mug.baseline.json")

  private func suite() throws -> SuiteName { try #require(SuiteName("mug")) }

  private func full() throws -> Baseline {
    Baseline(
      suite: try suite(),
      entries: [
        try Sample.entry(.approved, seed: 2),
        try Sample.entry(.rejected, bytes: 2, pixels: "px1:b", note: "\u{0} \"é\u{301}\" ]]>"),
        try Sample.entry(.approved, index: 1), try Sample.entry(.approved),
      ])
  }

  @Test func `A baseline is read back exactly as it was written, in any order`() throws {
    let baseline = try full()
    try DurableFile.write(BaselineFile.bytes(of: baseline), to: path)
    let read = try BaselineFile.read(path, suite: suite())
    #expect(read.entries == baseline.entries)
    let reversed = Baseline(suite: try suite(), entries: baseline.entries.reversed())
    #expect(BaselineFile.bytes(of: reversed) == BaselineFile.bytes(of: read))
  }

  @Test func `The file stays what it is, a sorted line an entry`() throws {
    let text = String(decoding: BaselineFile.bytes(of: try full()), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.count == 7)
    #expect(lines.first == #"{"format":"proofsheet-baseline/1","suite":"mug","outputs":["#)
    #expect(lines.suffix(2) == ["]}", ""])
    let blob = "\(SHA256Digest(hashing: [1])).bin"
    let line = #"""
        {"at":"2026-11-22T18:15:00.123Z","blob":"\#(blob)","by":"ada","case":"s1",\#
      "decision":"approved","image":0,"key":"\#(Sample.caseKey())","origin":"simulator",\#
      "pixels":"px1:a","run":"20261122T181500Z-000001","size":{"height":8,"width":8}},
      """#
    #expect(lines[1] == line)
    let empty = BaselineFile.bytes(of: Baseline(suite: try suite()))
    #expect(
      String(decoding: empty, as: UTF8.self) == """
        {"format":"proofsheet-baseline/1","suite":"mug","outputs":[
        ]}

        """)
  }

  @Test func `A file that is not there is an empty baseline`() throws {
    #expect(try BaselineFile.read(path, suite: suite()).entries.isEmpty)
    #expect(BaselineFile.path(forSuite: "suites/mug.yaml") == "suites/mug.baseline.json")
    #expect(BaselineFile.path(forSuite: "mug.v2.yaml") == "./mug.v2.baseline.json")
  }

  @Test(arguments: [
    ("", "1:1: error"), ("{\n,", "2:1: error"),
    ("<<<<<<< HEAD\n", "restore the baseline with: git checkout -- '"),
    ("[]", "expected the format"),
    (#"{"format":"proofsheet-baseline/2","suite":"mug","outputs":[]}"#, "expected the format"),
    (#"{"format":"proofsheet-baseline/1","suite":"mug"}"#, "expected the format"),
    (#"{"format":"proofsheet-baseline/1","suite":"cup","outputs":[]}"#, "of the suite 'cup'"),
    (#"{"format":"proofsheet-baseline/1","suite":"mug","outputs":[1]}"#, "at /outputs/0"),
    (
      #"{"format":"proofsheet-baseline/1","suite":"mug","outputs":[1]}"#,
      "restore the line with: git checkout -- '"
    ),
  ])
  func `A file that is no baseline is refused`(text: String, message: String) throws {
    try DurableFile.write(Array(text.utf8), to: path)
    try expectRefusal(message)
  }

  @Test(arguments: [
    ("decision", nil), ("decision", JSONValue.string("maybe")), ("case", .string("../x")),
    ("key", .string("0.0")), ("image", .integer(-1)), ("image", .integer(64)),
    ("image", .string("0")), ("blob", .string("../../etc/passwd")), ("pixels", nil),
    ("size", .members(["width": .integer(0), "height": .integer(1)])),
    ("size", .members(["width": .integer(1 << 40), "height": .integer(1)])),
    ("origin", .null), ("run", .string("a/b")), ("at", .string("today")), ("by", nil),
    ("note", .integer(5)), ("model", .bool(true)), ("hash", .array([])),
    (
      "carried",
      .members(["from": .string("../x"), "summary": .string("s"), "metrics": .array([])])
    ),
    ("carried", .members(["from": .integer(1)])),
  ])
  func `A malformed line is refused with its member`(name: String, value: JSONValue?) throws {
    let good = BaselineFile.bytes(
      of: Baseline(
        suite: try suite(),
        entries: [try Sample.entry(.approved), try Sample.entry(.approved, seed: 2)]))
    var root = try #require(try JSONParser.parse(good).object)
    var list = try #require(root["outputs"]?.array)
    var entry = try #require(list[1].object)
    entry[name] = value
    list[1] = .object(entry)
    root["outputs"] = .array(list)
    try DurableFile.write(JSONValue.object(root).canonicalBytes, to: path)
    // The place is the member's, or where one is missing that of the line, which is said to lack it.
    try expectRefusal(
      value == nil
        ? "at /outputs/1: expected an object with the member '\(name)'" : "at /outputs/1/\(name)")
  }

  private func expectRefusal(_ message: String) throws {
    let failure = #expect(throws: BaselineFailure.self) {
      try BaselineFile.read(path, suite: suite())
    }
    #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
    #expect(failure?.description.contains("\(path)") == true)
  }
}

@Suite(.temporaryFolder)
struct ApprovalTests {
  private let blobs = BlobStore(folder: TemporaryFolder.path.appending("fixtures"))
  private let bought = BlobStore(folder: TemporaryFolder.path.appending("bought"))

  private func approval(
    _ decision: BaselineEntry.Decision = .approved, replaces: Bool = false
  ) throws -> Approval {
    Approval(
      decision, run: try Sample.run(), by: "ada", note: nil, at: Sample.start, replaces: replaces)
  }

  private func result(_ outputs: [OutputRecord]) throws -> CaseResult {
    let request = EditRequest(prompt: "a", images: [], seed: Seed(1))
    return CaseResult(
      identity: CaseIdentity(
        suite: try #require(SuiteName("mug")), position: 0, id: CaseID(joining: ["s1"]),
        caseKey: Sample.caseKey(), cells: [], tags: [],
        location: .init(path: "mug.yaml", line: 1, column: 1), model: request.model,
        seed: request.seed, size: request.size, prompt: request.prompt),
      outcome: .unapproved, reason: "", outputs: outputs, origin: .simulator)
  }

  private func output(
    _ index: Int, _ bytes: [UInt8], pixels: String? = "px1:a"
  ) throws -> OutputRecord {
    let blob = BlobID(of: bytes)
    try bought.write(bytes, as: blob)
    return OutputRecord(
      index: index, blob: blob, byteCount: bytes.count, path: bought.path(of: blob),
      picture: pixels.map {
        PictureRecord(codec: "png", size: PixelSize(width: 8, height: 8), pixelDigest: $0)
      }, problem: pixels == nil ? "damaged" : nil, revisedPrompt: nil)
  }

  private func decide(
    _ approval: Approval, _ outputs: [OutputRecord], _ baseline: inout Baseline
  ) throws -> Approval.Result {
    var tally = Approval.Result()
    var changes = Approval.Changes(baseline)
    try approval.decide(try result(outputs), in: &changes, tally: &tally)
    try changes.keepPictures(in: blobs)
    baseline = changes.baseline
    return tally
  }

  @Test func `Approving copies the pictures and adds a line each, once`() throws {
    var baseline = Baseline(suite: try #require(SuiteName("mug")))
    let outputs = [try output(0, [1]), try output(1, [2])]
    let first = try decide(approval(), outputs, &baseline)
    #expect(first.decided == 2 && first.unchanged == 0 && first.skipped.isEmpty)
    #expect(baseline.entries.map(\.output.index) == [0, 1])
    #expect(baseline.entries.first?.origin == .simulator)
    for output in outputs { #expect(try blobs.bytes(of: output.blob).count == 1) }
    let second = try decide(approval(), outputs, &baseline)
    #expect(second.decided == 0 && second.unchanged == 2)
  }

  @Test(arguments: [(true, [[9]] as [[UInt8]]), (false, [[1], [9]])])
  func `An approval is added, or becomes the only one`(
    replaces: Bool, approved: [[UInt8]]
  ) throws {
    var baseline = Baseline(suite: try #require(SuiteName("mug")))
    _ = try decide(approval(), [try output(0, [1])], &baseline)
    _ = try decide(approval(.rejected), [try output(0, [5])], &baseline)
    let tally = try decide(approval(replaces: replaces), [try output(0, [9])], &baseline)
    #expect(tally.decided == 1)
    let entries = baseline.entries
    #expect(
      Set(entries.filter { $0.decision == .approved }.map(\.blob))
        == Set(approved.map { BlobID(of: $0) }))
    #expect(entries.filter { $0.decision == .rejected }.map(\.blob) == [BlobID(of: [5])])
  }

  @Test func `Cases without pictures and pictures without pixels are skipped`() throws {
    var baseline = Baseline(suite: try #require(SuiteName("mug")))
    #expect(try decide(approval(), [], &baseline).skipped == ["s1: unapproved, no picture"])
    #expect(
      try decide(approval(), [try output(0, [1], pixels: nil)], &baseline).skipped
        == ["s1: picture 0 cannot be decoded"])
    #expect(baseline.entries.isEmpty)
  }

  @Test func `A picture whose bytes are gone is not approved`() throws {
    var baseline = Baseline(suite: try #require(SuiteName("mug")))
    let output = try output(0, [1])
    try DurableFile.remove(output.path)
    #expect(throws: BlobFailure.self) { try decide(approval(), [output], &baseline) }
    #expect(baseline.entries.isEmpty)
  }
}
