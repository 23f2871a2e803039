import Canonical
import Experiments
import SeedreamAPI
import SystemPackage
import Testing

/// `decisions.json`, which anybody may have written.
struct DecisionFileTests {
  private static let digest = String(repeating: "a", count: 64)
  private static let key = "\(digest).0"

  private static func line(_ changes: [(String, String)] = []) -> String {
    changes.reduce(
      """
      {"suite":"mug","case":"s1","key":"\(key)","image":0,"decision":"approved","digest":"\(digest)",\
      "pixels":"px1:0a","note":"whole"}
      """
    ) { $0.replacing($1.0, with: $1.1) }
  }

  private static func text(
    _ lines: String..., changes: [(String, String)] = []
  ) -> String {
    changes.reduce(
      """
      {"format":"proofsheet-decisions/1","run":"20261122T181500Z-3fa9c1",
      "suites":[{"name":"mug","baseline":"\(digest)"},{"name":"cup","baseline":null}],
      "decisions":[\(lines.joined(separator: ","))]}
      """
    ) { $0.replacing($1.0, with: $1.1) }
  }

  private func read(_ text: String) throws -> DecisionFile {
    try DecisionFile(reading: Array(text.utf8), from: "decisions.json")
  }

  @Test func `A file is read as the page writes it`() throws {
    let rejected = Self.line([
      ("\"image\":0", "\"image\":1"), ("approved", "rejected"), (",\"note\":\"whole\"", ""),
    ])
    let file = try read(Self.text(Self.line(), rejected))
    #expect(file.run.text == "20261122T181500Z-3fa9c1")
    let mug = try #require(SuiteName("mug"))
    let cup = try #require(SuiteName("cup"))
    #expect(file.baselines == [mug: SHA256Digest(hex: Self.digest), cup: nil])
    #expect(file.decisions.map(\.decision) == [.approved, .rejected])
    #expect(file.decisions.map(\.output.index) == [0, 1])
    #expect(file.decisions.map(\.note) == ["whole", nil])
    #expect(file.decisions[0].digest.hex == Self.digest)
    #expect(file.decisions[0].pixelDigest == "px1:0a")
  }

  @Test(arguments: [
    ("\"key\":\"a", "\"key\":\"zz", "/decisions/0/key: expected a request digest"),
    ("\"image\":0", "\"image\":-1", "/decisions/0/image: expected a whole number"),
    ("\"image\":0", "\"image\":0.5", "/decisions/0/image: expected a whole number"),
    ("\"image\":0", "\"image\":99", "/decisions/0/image: expected a whole number of 0 to"),
    ("\"case\":\"s1\"", "\"case\":\"../s1\"", "/decisions/0/case: expected a case id"),
    ("\"case\":\"s1\",", "", "/decisions/0: expected an object with the member 'case'"),
    ("\"approved\"", "\"maybe\"", "/decisions/0/decision: expected approved or rejected"),
    ("\"digest\":\"a", "\"digest\":\"", "/decisions/0/digest: expected a digest of 64"),
    ("\"pixels\":\"px1:0a\"", "\"pixels\":7", "/decisions/0/pixels: expected a string"),
    ("\"note\":\"whole\"", "\"note\":\"a\\nb\"", "/decisions/0/note: expected a line of text"),
    (
      "\"note\":\"whole\"", "\"note\":\"a\\u001b[2J\"", "/decisions/0/note: expected a line of text"
    ),
    ("\"note\":\"whole\"", "\"note\":\"a\\u202eb\"", "/decisions/0/note: expected a line of text"),
    ("\"note\":\"whole\"", "\"by\":\"eve\"", "/decisions/0/by: the member is not known"),
    (
      "\"suite\":\"mug\"", "\"suite\":\"jar\"", "/decisions/0/suite: expected a name that stands in"
    ),
  ])
  func `A decision that is malformed is refused with its place`(
    old: String, new: String, message: String
  ) throws {
    let text = Self.text(Self.line([(old, new)]))
    let failure = #expect(throws: DecisionFileFailure.self) { try read(text) }
    #expect(
      failure?.description.contains("decisions.json: error: at \(message)") == true,
      "\(failure as Any)")
  }

  @Test(arguments: [
    ("/1\"", "/2\"", "at /format: expected the format 'proofsheet-decisions/1'"),
    ("\"run\":\"2", "\"run\":\"../2", "at /run: expected a run's id"),
    ("\"baseline\":null", "\"baseline\":\"ab\"", "at /suites/1/baseline: expected a digest"),
    (",\"baseline\":null", "", "at /suites/1: expected an object with the member 'baseline'"),
    ("\"cup\"", "\"mug\"", "at /suites/1: the suite 'mug' stands twice"),
    ("\"decisions\":[", "\"decision\":[", "at /decision: the member is not known"),
    ("\"suites\":[", "\"suites\":5,\"x\":[", "at /x: the member is not known"),
    ("\"run\"", "\"run", "decisions.json:1:"),
    ("\"format\"", "\"run\":\"1\",\"format\"", "decisions.json:"),
  ])
  func `A file that is malformed is refused with its place`(
    old: String, new: String, message: String
  ) throws {
    let text = Self.text(Self.line(), changes: [(old, new)])
    let failure = #expect(throws: DecisionFileFailure.self) { try read(text) }
    #expect(failure?.description.contains(message) == true, "\(failure as Any)")
  }

  @Test(arguments: [
    "", "[]", "null", "7", "\u{FEFF}{}",
    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}",
  ])
  func `Anything else is no file of decisions`(text: String) {
    #expect(throws: DecisionFileFailure.self) { try read(text) }
  }

  @Test func `No output is decided about twice, and notes have a length`() throws {
    let twice = #expect(throws: DecisionFileFailure.self) {
      try read(Self.text(Self.line(), Self.line([("approved", "rejected")])))
    }
    #expect(
      twice?.description.contains(
        "at /decisions/1: the same output is decided about at /decisions/0") == true)
    let note = String(repeating: "é", count: WantedDecision.noteByteCountMax / 2)
    let long = Self.line([("whole", note)])
    #expect(try read(Self.text(long)).decisions[0].note == note)
    #expect(throws: DecisionFileFailure.self) {
      try read(Self.text(Self.line([("whole", note + "x")])))
    }
  }
}
