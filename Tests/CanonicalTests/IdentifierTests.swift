import Canonical
import Testing

@Suite struct `Identifiers` {
  @Test(arguments: ["a", "A.b_c-9", "...", "-", ".a", "a-", String(repeating: "x", count: 80)])
  func `An id that keeps the rule is taken`(text: String) {
    #expect(IdentifierRule.problem(with: text) == nil)
    #expect(SuiteName(text)?.text == text)
    #expect(RunID(text)?.text == text)
  }

  @Test(arguments: [
    ("", "empty"), (".", "folder"), ("..", "folder"), ("a--b", "'--'"), ("a b", "letters"),
    ("a/b", "letters"),
    ("ä", "letters"), ("a\u{301}", "letters"), ("a\n", "letters"), ("a~b", "letters"),
    ("\u{0}", "letters"),
    (String(repeating: "x", count: 81), "81 bytes"),
  ])
  func `Another is refused with the reason`(text: String, reason: String) {
    #expect(IdentifierRule.problem(with: text)?.contains(reason) == true)
    #expect(SuiteName(text) == nil)
    #expect(RunID(text) == nil)
  }

  @Test func `Names are ordered by bytes`() {
    #expect(
      ["b", "a.b", "B", "a-b", "a_b", "a"].compactMap(SuiteName.init).sorted().map(\.text)
        == ["B", "a", "a-b", "a.b", "a_b", "b"])
  }

  @Test func `The id of a case joins the ids of its entries`() {
    #expect(CaseID(joining: []).text == "only")
    #expect(CaseID(joining: ["v4"]).text == "v4")
    #expect(CaseID(joining: ["v4", "paper", "1"]).text == "v4--paper--1")
  }

  @Test(arguments: [118, 119, 120, 121, 200, 5_000])
  func `A long id is cut and gets a suffix that tells it apart`(count: Int) {
    let ids = [String(repeating: "a", count: count - 3), "b"]
    let id = CaseID(joining: ids)
    let whole = ids.joined(separator: "--")
    #expect(whole.utf8.count == count)
    #expect(id.text.utf8.count <= CaseID.byteCountMax)
    #expect(CaseID(id.text) == id)
    if count <= 120 {
      #expect(id.text == whole)
    } else {
      let digest = SHA256Digest(hashing: Array(whole.utf8)).hex
      #expect(id.text.hasSuffix("~" + digest.prefix(12)))
      #expect(id.text.hasPrefix(whole.prefix(100)))
      #expect(id != CaseID(joining: [String(repeating: "a", count: count - 3), "c"]))
    }
  }

  @Test(arguments: [
    "", ".", "..", "a/b", "a\\b", "ä", "a b", String(repeating: "a", count: 121), "a\u{0}",
  ])
  func `A text that could not be a file name is no case id`(text: String) {
    #expect(CaseID(text) == nil)
  }

  @Test func `The id of a run holds its start and six digits`() {
    let start = Timestamp(milliseconds: 1_795_371_300_123)
    #expect(RunID(start: start, random: 0xFF3F_A9C1).text == "20261122T181500Z-3fa9c1")
    #expect(RunID(start: start, random: 0).text == "20261122T181500Z-000000")
    #expect(RunID(start: start, random: 1) < RunID(start: start, random: 2))
    let later = Timestamp(milliseconds: start.milliseconds + 1_000)
    #expect(RunID(start: start, random: 9) < RunID(start: later, random: 0))
    #expect(RunID("20261122T181500Z-3fa9c1") == RunID(start: start, random: 0x3F_A9C1))
  }
}

@Suite struct `Keys` {
  static let request = RequestKey(canonicalRequest: .members(["a": .integer(1)]))

  @Test func `A request key is the digest of algorithm, line feed and canonical text`() {
    let text = "proofsheet-request-key/1\n{\"a\":1}"
    #expect(Self.request.digest == SHA256Digest(hashing: Array(text.utf8)))
    #expect(RequestKey(Self.request.digest) == Self.request)
    let comparison = ComparisonKey(canonicalRequest: .members(["a": .integer(1)]))
    #expect(
      comparison.digest
        == SHA256Digest(hashing: Array("proofsheet-comparison-key/1\n{\"a\":1}".utf8)))
  }

  @Test(arguments: [0, 1, 9, 10, 1_000_000])
  func `A case key is written and read`(index: Int) {
    let key = CaseKey(request: Self.request, repeatIndex: index)
    #expect(key.description == "\(Self.request.digest.hex).\(index)")
    #expect(CaseKey(key.description) == key)
  }

  @Test(arguments: [
    "", ".", ".0", "#", "#.", "#.-1", "#.+1", "#.01", "#.1.2", "#.-0", "#.1 ",
    "#.99999999999999999999", "x#.0",
  ])
  func `Another text is no case key`(pattern: String) {
    let text = pattern.split(separator: "#", omittingEmptySubsequences: false)
      .joined(separator: Self.request.digest.hex)
    #expect(CaseKey(text) == nil)
  }

  @Test func `Cases order by repeat as a number, outputs by case and index`() {
    let second = CaseKey(request: Self.request, repeatIndex: 2)
    let tenth = CaseKey(request: Self.request, repeatIndex: 10)
    #expect(second < tenth)
    let outputs = [
      OutputID(caseKey: tenth, index: 0), OutputID(caseKey: second, index: 1),
      OutputID(caseKey: second, index: 0),
    ]
    #expect(outputs.sorted().map(\.index) == [0, 1, 0])
    #expect(outputs[1].description == "\(second)/1")
  }

  @Test func `A negative index is a programmer's error`() async {
    await #expect(processExitsWith: .failure) {
      _ = CaseKey(request: RequestKey(SHA256Digest(hashing: [])), repeatIndex: -1)
    }
  }
}
