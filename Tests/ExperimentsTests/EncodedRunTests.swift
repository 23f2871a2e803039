import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import Testing

struct EncodedRunTests {
  @Test(arguments: try Made.results())
  func `A result is read back exactly as it was written`(result: CaseResult) throws {
    let text = EncodedCase.encode(result).canonicalBytes
    #expect(!text.contains(0x0A))
    let read = try EncodedCase.decode(JSONParser.parse(text))
    #expect(read == result)
    // Swift compares strings by canonical equivalence; the written forms compare bytes.
    #expect(EncodedCase.encode(read).canonicalBytes == text)
  }

  @Test(arguments: Outcome.allCases)
  func `Every outcome survives`(outcome: Outcome) throws {
    let result = CaseResult(identity: try Made.identity(), outcome: outcome, reason: "so")
    #expect(try EncodedCase.decode(EncodedCase.encode(result)).outcome == outcome)
  }

  @Test func `The form of a minimal result stays what it is`() throws {
    let result = CaseResult(identity: try Made.identity(), outcome: .passed, reason: "as approved")
    let zeros = String(repeating: "0", count: 64)
    #expect(
      EncodedCase.encode(result).canonicalText == """
        {"cells":[],"checks":[],"cost":"0.00","details":[],"failed_attempts":[],"id":"paper--s1",\
        "key":"\(zeros).2","latency_ms":0,"location":{"column":5,"line":12,"path":"suites/mug.yaml"},\
        "model":"m","notices":[],"outcome":"passed","outputs":[],"position":0,\
        "possibly_billed":"0.00","prompt":"","reason":"as approved","size":"auto_2K",\
        "source":"none","suite":"mug","tags":[],"version":1}
        """)
  }

  @Test(arguments: [nil, "https://api.example.com"])
  func `A header is read back exactly as it was written`(endpoint: String?) throws {
    let header = RunHeader(
      id: try #require(RunID("20261122T181500Z-3fa9c1")),
      startedAt: Timestamp(milliseconds: 1_795_371_300_123), mode: .record, toolVersion: "1.0",
      endpoint: endpoint,
      suites: [
        SuiteHeader(
          name: try #require(SuiteName("mug")), path: "suites/mug.yaml",
          digest: SHA256Digest(hashing: [1]), caseCount: 1_000_000)
      ])
    let text = EncodedHeader.encode(header).canonicalBytes
    #expect(try EncodedHeader.decode(JSONParser.parse(text)) == header)
  }

  @Test(arguments: [
    RunSummary(),
    RunSummary(
      counts: [.passed: 7, .drifted: 1, .known: 0],
      spending: Spending(
        spent: Money(microDollars: 3_120_000), possiblyBilled: Money(microDollars: 90_000),
        cap: Money(microDollars: 5_000_001), requests: 107),
      wallMilliseconds: 61_001, isSimulated: true, isInterrupted: true),
  ])
  func `A summary is read back exactly as it was written`(summary: RunSummary) throws {
    let text = EncodedSummary.encode(summary).canonicalBytes
    #expect(try EncodedSummary.decode(JSONParser.parse(text)) == summary)
  }

  @Test(arguments: [
    ("version", JSONValue.integer(2), "at /version: expected version 1"),
    ("outcome", .string("fine"), "at /outcome: expected an outcome, found 'fine'"),
    ("key", .string("12.0"), "at /key: expected a request digest"),
    ("cost", .string("-1"), "at /cost: expected dollars"),
    ("cost", .integer(1), "at /cost: expected a string, found a number"),
    ("latency_ms", .integer(-1), "at /latency_ms: expected a whole number of 0 to"),
    ("size", .string("huge"), "at /size: expected the name of a size"),
    ("size", .members(["width": .integer(0), "height": .integer(1)]), "at /size/width: expected"),
    ("seed", .integer(-1), "at /seed: expected a whole number of 0 to 2147483647"),
    ("tags", .array([.string("a"), .null]), "at /tags/1: expected a string, found null"),
    ("outputs", .array([.members([:])]), "at /outputs/0: expected an object with the member"),
    ("location", .null, "at /location: expected an object with the member 'path', found null"),
    ("started_at", .string("2026-02-31T00:00:00.000Z"), "at /started_at: expected a time like"),
  ])
  func `A damaged result is refused with its place`(
    name: String, value: JSONValue, message: String
  ) throws {
    let result = CaseResult(identity: try Made.identity(), outcome: .passed, reason: "")
    var object = try #require(EncodedCase.encode(result).object)
    object[name] = value
    let failure = #expect(throws: EncodedRunFailure.self) {
      try EncodedCase.decode(.object(object))
    }
    #expect(failure?.description.hasPrefix(message) == true, "\(failure?.description ?? "nothing")")
  }

  @Test func `A check of a document without severities is one that fails`() throws {
    let result = CaseResult(
      identity: try Made.identity(), outcome: .passed, reason: "",
      checks: [CheckResult(name: "latency", verdict: .failed, severity: .warn, message: "slow")])
    var object = try #require(EncodedCase.encode(result).object)
    object["checks"] = .array([
      .members([
        "name": .string("latency"), "verdict": .string("failed"), "message": .string("slow"),
      ])
    ])
    #expect(try EncodedCase.decode(.object(object)).checks.map(\.severity) == [.fail])
  }

  @Test func `Counts that would overflow a sum are refused`() throws {
    var object = try #require(EncodedSummary.encode(RunSummary()).object)
    object["counts"] = .members(["passed": .integer(Int.max), "failed": .integer(Int.max)])
    #expect(throws: EncodedRunFailure.self) { try EncodedSummary.decode(.object(object)) }
  }
}

/// Results that tests make.
private enum Made {
  static func identity(
    seed: Int? = nil, size: ImageSize = .preset(.auto2K), prompt: String = "",
    cells: [CaseCell] = [], tags: [String] = [], request: RequestRecord? = nil
  ) throws -> CaseIdentity {
    CaseIdentity(
      suite: try #require(SuiteName("mug")), position: 0, id: CaseID(joining: ["paper", "s1"]),
      caseKey: CaseKey(
        request: RequestKey(
          try #require(SHA256Digest(bytes: [UInt8](repeating: 0, count: 32)))),
        repeatIndex: 2),
      cells: cells, tags: tags,
      location: SourceLocation(path: "suites/mug.yaml", line: 12, column: 5),
      model: ModelName("m"), seed: try seed.map { try #require(Seed($0)) }, size: size,
      prompt: prompt, request: request)
  }

  static func results() throws -> [CaseResult] {
    let hostile = "\u{0}\u{1B}[31m \u{FFFE} ]]> \"\\\r\n e\u{301} é \u{202E} 😀"
    let output = OutputRecord(
      index: 0, blob: BlobID(of: [1, 2]), byteCount: 2, path: "fixtures/mug/blobs/a.png",
      picture: PictureRecord(
        codec: "png", size: PixelSize(width: 2_048, height: 1_536), pixelDigest: "px1:00"),
      problem: nil, revisedPrompt: hostile)
    let broken = OutputRecord(
      index: 1, blob: BlobID(of: []), byteCount: 0, path: "", picture: nil, problem: hostile,
      revisedPrompt: nil)
    let full = CaseResult(
      identity: try identity(
        seed: Int(Int32.max), size: .custom(PixelSize(width: 1_280, height: 960)),
        prompt: hostile, cells: [CaseCell(axis: "seed", entry: "s1", value: hostile)],
        tags: ["background", "x"],
        request: RequestRecord(
          images: [.local(BlobID(of: [1])), .remote("https://a/" + hostile)], count: 3,
          enhancement: .fast, isSafetyChecked: true, delivery: .base64)),
      outcome: .rateLimited, reason: hostile, hint: "run again", details: ["a", ""],
      notices: [hostile],
      checks: [
        CheckResult(name: "baseline", verdict: .drifted, message: hostile),
        CheckResult(name: "latency", verdict: .failed, severity: .warn, message: "slow"),
      ],
      outputs: [output, broken], source: .bought, origin: .api("https://api.example.com"),
      startedAt: Timestamp(milliseconds: 1_795_371_300_123), latencyMilliseconds: 60_123,
      cost: Money(microDollars: 30_001), possiblyBilled: Money(microDollars: 1),
      failedAttempts: ["429", "503"])
    let simulated = CaseResult(
      identity: try identity(), outcome: .passed, reason: "", origin: .simulator)
    return [full, simulated]
  }
}
