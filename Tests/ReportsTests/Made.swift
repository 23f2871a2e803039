import Canonical
import Experiments
import Glibc
import Recording
import Reports
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// Runs that tests make.
enum Made {
  /// Half past six in the evening.
  static let start = Timestamp(milliseconds: 1_795_372_200_000)

  static func result(
    _ outcome: Outcome, _ position: Int = 0, suite: String = "mug", id: String? = nil,
    reason: String = "as approved", hint: String? = nil, details: [String] = [],
    notices: [String] = [], checks: [CheckResult] = [], outputs: [OutputRecord] = [],
    origin: Origin? = nil, startedAt: Timestamp? = nil, latency: Int = 1_002,
    attempts: [String] = [], prompt: String = "Put the cup on linen paper",
    cells: [CaseCell] = [], path: FilePath? = nil
  ) throws -> CaseResult {
    let identity = CaseIdentity(
      suite: try #require(SuiteName(suite)), position: position,
      id: try #require(CaseID(id ?? "paper--\(outcome.rawValue)")),
      caseKey: CaseKey(request: RequestKey(SHA256Digest(hashing: [])), repeatIndex: position),
      cells: cells, tags: [],
      location: SourceLocation(
        path: path ?? FilePath("suites/\(suite).yaml"), line: 10 + position, column: 7),
      model: ModelName("seedream-v4"), seed: Seed(7), size: .preset(.squareHD), prompt: prompt)
    return CaseResult(
      identity: identity, outcome: outcome, reason: reason, hint: hint, details: details,
      notices: notices, checks: checks, outputs: outputs, source: .replayed, origin: origin,
      startedAt: startedAt, latencyMilliseconds: latency, failedAttempts: attempts)
  }

  static func output(
    _ index: Int, path: FilePath, problem: String? = nil
  ) -> OutputRecord {
    OutputRecord(
      index: index, blob: BlobID(digest: SHA256Digest(hashing: []), kind: .png),
      byteCount: 1_234, path: path,
      picture: problem == nil
        ? PictureRecord(
          codec: "png", size: PixelSize(width: 1_024, height: 768), pixelDigest: "px1:0a")
        : nil,
      problem: problem, revisedPrompt: nil)
  }

  static func run(
    _ results: [CaseResult],
    suites: [(name: String, path: FilePath)] = [("mug", "suites/mug.yaml")],
    mode: RunMode = .replay, id: String = "20261122T183000Z-3fa9c1", start: Timestamp = start,
    spending: Spending = Spending(), wall: Int = 12_345, isSimulated: Bool = false
  ) throws -> MemoryRun {
    let headers = try suites.map { suite in
      SuiteHeader(
        name: try #require(SuiteName(suite.name)), path: suite.path,
        digest: SHA256Digest(hashing: []),
        caseCount: results.count { $0.identity.suite.text == suite.name })
    }
    var counts: [Outcome: Int] = [:]
    for result in results { counts[result.outcome, default: 0] += 1 }
    return MemoryRun(
      header: RunHeader(
        id: try #require(RunID(id)), startedAt: start, mode: mode, toolVersion: "1.2.3",
        endpoint: mode == .replay ? nil : "https://api.example.com", suites: headers),
      summary: RunSummary(
        counts: counts, spending: spending, wallMilliseconds: wall, isSimulated: isSimulated),
      results: results)
  }

  /// One case of every outcome, with everything that a report shows.
  static func everyOutcome() throws -> [CaseResult] {
    let cells = [
      CaseCell(axis: "edit", entry: "paper", value: "…"),
      CaseCell(axis: "seed", entry: "7", value: "7"),
    ]
    let approved = CheckResult(name: "baseline", verdict: .passed, message: "equal to 1 of 2")
    let drifted = CheckResult(
      name: "baseline", verdict: .drifted, message: "PDQ distance 34, at most 10")
    return try Outcome.allCases.enumerated().map { position, outcome in
      switch outcome {
      case .passed:
        try result(
          outcome, position, notices: ["found under another case id"], checks: [approved],
          outputs: [output(0, path: "fixtures/mug/blobs/a.png")],
          origin: .simulator, startedAt: Timestamp(milliseconds: 1_795_300_000_999),
          attempts: ["HTTP 429"])
      case .drifted:
        try result(
          outcome, position, reason: "unlike every approved output",
          hint: "proofsheet review latest", details: ["nearest: blob 12ab"], checks: [drifted],
          outputs: [
            output(0, path: "fixtures/mug/blobs/b.png"),
            output(1, path: "fixtures/mug/blobs/c.png", problem: "the picture is cut off"),
          ], attempts: ["HTTP 503 after 2 s"], cells: cells)
      case .apiError:
        try result(outcome, position, reason: "HTTP 500", latency: 0, attempts: ["HTTP 500"])
      default:
        try result(outcome, position, reason: "because of \(outcome.rawValue)", latency: 10)
      }
    }
  }
}

/// Runs a body with a folder of its own, which is removed when it ends.
func withFolder<Value>(_ body: (FilePath) throws -> Value) throws -> Value {
  let folder = FilePath("/tmp").appending("proofsheet-\(UInt64.random(in: .min ... .max))")
  try DurableFile.createFolder(folder)
  defer {
    #expect(throws: Never.self) {
      for name in try DurableFile.names(in: folder) {
        try DurableFile.remove(folder.appending(name))
      }
    }
    #expect(unsafe rmdir(folder.string) == 0)
  }
  return try body(folder)
}
