import Canonical
import Experiments
import FoundationEssentials
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Carries requests to a script and keeps how many were under way at once.
final class Gateway: HTTPTransport {
  typealias Script =
    @Sendable (HTTPRequest, ExchangeID) async throws(TransportFailure) -> HTTPResponse

  private struct State {
    var running = 0
    var peak = 0
    var seen: [ExchangeID] = []
  }

  private let state = Mutex(State())
  private let script: Script

  init(_ script: @escaping Script) { self.script = script }

  /// The most requests that were under way at once.
  var peak: Int { state.withLock { $0.peak } }
  /// What was asked for, in order.
  var seen: [ExchangeID] { state.withLock { $0.seen } }

  func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    state.withLock { state in
      state.running += 1
      state.peak = max(state.peak, state.running)
      state.seen.append(id)
    }
    defer { state.withLock { $0.running -= 1 } }
    return try await script(request, id)
  }

  /// Answers every request with the same text.
  static func always(_ text: String, status: Int = 200) -> Gateway {
    Gateway { (_, _) throws(TransportFailure) in Sample.response(text, status: status) }
  }

  /// Fails every request.
  static func failing(_ failure: TransportFailure) -> Gateway {
    Gateway { (_, _) throws(TransportFailure) in throw failure }
  }

  /// A way to the network that must not be taken.
  static let unexpected = Gateway { (_, id) throws(TransportFailure) in
    Issue.record("\(id) was sent")
    throw TransportFailure(.other, .beforeSending, "nothing was expected to be sent")
  }
}

struct LedgerFailure: Error, CustomStringConvertible { let description = "the disk is full" }

/// A ledger in memory.
final class MemoryLedger: ExchangeLedger {
  private struct State {
    var attempts: [(id: ExchangeID, recordedCase: RecordedCase, received: ReceivedExchange?)] = []
    /// Attempts of earlier runs.
    var earlier = 0
  }

  private let state = Mutex(State())
  /// Whether answers cannot be stored.
  let isFull: Bool

  init(isFull: Bool = false) { self.isFull = isFull }

  func stored(_ id: ExchangeID) throws -> Exchange? {
    state.withLock { state in
      state.attempts.last { $0.id == id && $0.received?.isUsable == true }?.received?
        .exchange
    }
  }

  func pendingURLs(of caseKey: CaseKey, index: Int) throws -> [String] {
    state.withLock { state in
      state.attempts.reversed().filter { $0.id.caseKey == caseKey }
        .compactMap { $0.received?.pendingURLs[index] }
    }
  }

  func begin(
    _ id: ExchangeID, of recordedCase: RecordedCase, reservation: Money
  ) throws -> AttemptID {
    state.withLock { state in
      state.attempts.append((id, recordedCase, nil))
      return AttemptID(number: Int64(state.attempts.count - 1))
    }
  }

  func received(_ attempt: AttemptID, _ received: ReceivedExchange) throws {
    if isFull { throw LedgerFailure() }
    state.withLock { $0.attempts[Int(attempt.number)].received = received }
  }

  func failed(_ attempt: AttemptID, failure: TransportFailure) throws {}

  func storedCase(_ caseKey: CaseKey) throws -> StoredCase? {
    state.withLock { state in
      let usable = state.attempts.filter {
        $0.id.caseKey == caseKey && $0.received?.isUsable == true
      }
      guard let first = usable.first else { return nil }
      return StoredCase(
        recordedCase: first.recordedCase, exchanges: usable.compactMap(\.received?.exchange),
        isPromotable: usable.allSatisfy { $0.received?.isPromotable == true })
    }
  }

  func storedCases(of suite: SuiteName) throws -> [StoredCase] {
    let keys = state.withLock { $0.attempts.map(\.id.caseKey) }
    return try Set(keys).sorted().compactMap { try storedCase($0) }
  }

  func promoted(_ caseKey: CaseKey) throws {
    state.withLock { state in
      for index in state.attempts.indices where state.attempts[index].id.caseKey == caseKey {
        state.attempts[index].received = nil
      }
    }
  }

  /// Begins another run.
  func nextRun() { state.withLock { $0.earlier = $0.attempts.count } }

  func giveUp(_ caseKey: CaseKey, isCertain: Bool) throws -> Bool {
    if isFull { throw LedgerFailure() }
    return state.withLock { state in
      let order = state.attempts.lastIndex {
        $0.id.caseKey == caseKey && $0.id.role == .generate && $0.received?.isUsable == true
      }
      guard let order, order < state.earlier else { return false }
      let isGone = state.attempts.prefix(state.earlier).contains {
        $0.id.caseKey == caseKey && $0.received?.isGone == true
      }
      guard isCertain || isGone else { return false }
      for index in state.attempts.indices where state.attempts[index].id.caseKey == caseKey {
        state.attempts[index].received = nil
      }
      return true
    }
  }

  func inDoubt(of suite: SuiteName) throws -> [DoubtfulAttempt] { [] }
}

/// Counts calls from 0.
final class Counter: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock { count in
      defer { count += 1 }; return count
    }
  }
}

/// Waits for nothing.
struct NoWait: Sleeper {
  func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}

/// Keeps the events that it is told.
final class EventLog: RunSink {
  private let events = Mutex<[RunEvent]>([])

  func receive(_ event: RunEvent) throws { events.withLock { $0.append(event) } }

  var all: [RunEvent] { events.withLock { $0 } }

  var results: [CaseResult] {
    all.compactMap { if case .caseFinished(let result, _) = $0 { result } else { nil } }
  }

  /// The positions of cases that began or ended, in order: `+3` began, `-3` ended.
  var course: [String] {
    all.compactMap { event in
      switch event {
      case .caseStarted(let id): "+\(id.text.dropFirst())"
      case .caseFinished(let result, _): "-\(result.identity.id.text.dropFirst())"
      default: nil
      }
    }
  }
}

/// Pictures, answers and results that tests make.
enum Sample {
  static let key = "sk-live-4f9a1c77e2d0"
  static let start = Timestamp(milliseconds: 1_795_371_300_123)

  /// A PNG of a slope in two colours, which differs by number.
  static func png(_ colour: UInt8 = 1, width: Int = 8, height: Int = 8) throws -> [UInt8] {
    let pixels = (0..<width * height).flatMap { index -> [UInt8] in
      let (x, y) = (
        UInt8(truncatingIfNeeded: index % width), UInt8(truncatingIfNeeded: index / width)
      )
      return [colour &+ x &* 20, 255 - colour, y &* 20, 255]
    }
    return try PictureEncoder.png(Picture(width: width, height: height, pixels: pixels))
  }

  static func base64(_ bytes: [UInt8]) -> String {
    String(decoding: Base64.encode(bytes), as: UTF8.self)
  }

  /// The body of an answer with pictures in base64.
  static func answer(_ pictures: [UInt8]...) -> String {
    let items = pictures.map { #"{"b64_json":"\#(base64($0))"}"# }.joined(separator: ",")
    return #"{"created":1,"data":[\#(items)]}"#
  }

  static func response(_ text: String, status: Int = 200) -> HTTPResponse {
    response(Array(text.utf8), status: status)
  }

  static func response(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: [],
      body: bytes,
      timing: HTTPTiming(
        start: start, sendMilliseconds: 1, waitMilliseconds: 899, receiveMilliseconds: 100))
  }

  static func run(_ number: Int = 1) throws -> RunID {
    try #require(RunID("20261122T181500Z-00000\(number)"))
  }

  static func header() throws -> RunHeader {
    RunHeader(
      id: try run(), startedAt: start, mode: .replay, toolVersion: "1.0", endpoint: nil, suites: [])
  }

  static func caseKey(_ seed: Int = 1) -> CaseKey {
    CaseKey(
      request: EditRequest(prompt: "a", images: [], seed: Seed(seed)).key, repeatIndex: 0)
  }

  static func identity(_ request: EditRequest? = nil, seed: Int = 1) throws -> CaseIdentity {
    let request = request ?? EditRequest(prompt: "a", images: [], seed: Seed(seed))
    return CaseIdentity(
      suite: try #require(SuiteName("mug")), position: 0, id: CaseID(joining: ["s\(seed)"]),
      caseKey: caseKey(seed), cells: [CaseCell(axis: "seed", entry: "s\(seed)", value: "\(seed)")],
      tags: [], location: SourceLocation(path: "mug.yaml", line: 1, column: 1),
      model: request.model, seed: request.seed, size: request.size, prompt: request.prompt)
  }

  static func evidence(
    _ request: EditRequest, _ outputs: [OutputRecord], lastInput: PixelSize? = nil,
    missing: [String] = [], latency: Int = 1_000, cost: Money? = nil, refusal: String? = nil,
    category: APIError.Category = .blocked
  ) throws -> CheckJudge.Evidence {
    CheckJudge.Evidence(
      identity: try identity(request), request: request, lastInput: lastInput, outputs: outputs,
      missing: missing, latencyMilliseconds: latency, cost: cost, refusal: refusal,
      refusalCategory: category)
  }

  /// A judge of a suite without pictures of its own.
  static func judge(_ entries: [BaselineEntry] = []) throws -> CheckJudge {
    let text = """
      version: 1
      name: mug
      request: {prompt: a, images: https://picture.example/a.png}
      """
    let suite = try SuiteLoader.load(bytes: Array(text.utf8), path: "mug.yaml")
    return CheckJudge(
      baseline: Baseline(suite: suite.name, entries: entries),
      tools: JudgeTools(suite: suite, approved: BlobStore(folder: "blobs")))
  }

  /// An output whose bytes and pixels are told by numbers.
  static func output(
    _ index: Int = 0, bytes: UInt8 = 1, pixels: String? = "px1:a", width: Int = 8, height: Int = 8,
    codec: String = "png"
  ) -> OutputRecord {
    OutputRecord(
      index: index, blob: BlobID(of: [bytes]), byteCount: 1, path: "blobs/x",
      picture: pixels.map {
        PictureRecord(
          codec: codec, size: PixelSize(width: width, height: height), pixelDigest: $0)
      },
      problem: pixels == nil ? "damaged: no picture" : nil, revisedPrompt: nil)
  }

  static func entry(
    _ decision: BaselineEntry.Decision, bytes: UInt8 = 1, pixels: String = "px1:a",
    index: Int = 0, width: Int = 8, seed: Int = 1, note: String? = nil, by: String = "ada"
  ) throws -> BaselineEntry {
    BaselineEntry(
      decision: decision, caseID: CaseID(joining: ["s\(seed)"]),
      output: OutputID(caseKey: caseKey(seed), index: index), blob: BlobID(of: [bytes]),
      pixelDigest: pixels, size: PixelSize(width: width, height: 8), origin: .simulator,
      run: try run(), at: start, by: by, note: note)
  }
}

/// A suite in the folder of the running test, with what running it needs.
struct Bench {
  let suite: LoadedSuite
  let fixtures: FixtureFolder
  let blobs: BlobStore
  let ledger: MemoryLedger
  let guardian: SpendGuard

  /// - Parameters:
  ///   - seeds: the seeds of the cases.
  ///   - fields: further fields of the request.
  ///   - checks: further checks; the pictures of tests have 8x8 pixels.
  ///   - cap: what may be spent.
  init(
    seeds: String = "[1]", fields: String = "output_format: b64_json", checks: String = "",
    cap: Money? = Money(microDollars: 100_000_000), requestsMax: Int? = nil, isFull: Bool = false,
    ledger: MemoryLedger? = nil
  ) throws {
    let folder = TemporaryFolder.path
    try DurableFile.write(
      try Sample.png(width: 32, height: 32), to: folder.appending("cup.png"))
    let text = """
      version: 1
      name: mug
      request: {prompt: a cup, images: cup.png, \(fields)}
      matrix: {seed: \(seeds)}
      checks: [{size: {width: 8, height: 8}}\(checks)]
      """
    suite = try SuiteLoader.load(bytes: Array(text.utf8), path: folder.appending("mug.yaml"))
    fixtures = FixtureFolder(folder: folder.appending("fixtures"))
    blobs = BlobStore(folder: folder.appending("blobs"))
    self.ledger = ledger ?? MemoryLedger(isFull: isFull)
    guardian = SpendGuard(cap: cap, requestsMax: requestsMax)
  }

  func plan(
    _ mode: RunMode, baseline: Baseline? = nil, filter: String = "",
    prices: PriceTable? = .listed
  ) throws -> Plan {
    Plan(
      suite: suite, mode: mode,
      fixtures: FixtureFolder(folder: fixtures.folder),
      baseline: baseline ?? Baseline(suite: suite.name),
      inputs: InputInspector.inspect(suite.inputs).facts, filter: try CaseFilter(filter),
      prices: prices)
  }

  func environment(
    _ gateway: Gateway?, failsUnapproved: Bool = true, pace: PaceGate? = nil, daysLater: Int = 0,
    repeatsDoubtful: Bool = false
  ) throws -> RunEnvironment {
    let endpoint = Endpoint(
      base: try HTTPURL("https://image.example"),
      authorization: try Authorization(scheme: .bearer, key: Sample.key))
    return RunEnvironment(
      redactor: Redactor(secrets: [Secret(Sample.key)]), toolVersion: "1.0",
      failsUnapproved: failsUnapproved,
      purchasing: gateway.map {
        RunEnvironment.Purchasing(
          endpoint: endpoint, transport: $0, ledger: ledger, blobs: blobs, guardian: guardian,
          policy: RetryPolicy(attemptsMaxWhenPossiblyBilled: repeatsDoubtful ? 2 : 1),
          sleeper: NoWait(), pace: pace)
      },
      clock: { Timestamp(milliseconds: 1_795_371_300_000 + Int64(daysLater) * 86_400_000) })
  }

  /// Runs every case in order, one at a time.
  func run(
    _ mode: RunMode, _ gateway: Gateway? = nil, baseline: Baseline? = nil,
    failsUnapproved: Bool = true, daysLater: Int = 0,
    repeatsDoubtful: Bool = false
  ) async throws -> [CaseResult] {
    let plan = try plan(mode, baseline: baseline)
    let runner = CaseRunner(
      plan: plan,
      environment: try environment(
        gateway, failsUnapproved: failsUnapproved, daysLater: daysLater,
        repeatsDoubtful: repeatsDoubtful))
    var results: [CaseResult] = []
    for planned in plan { results.append(await runner.run(planned)) }
    return results
  }

  /// Runs the only case.
  func runOne(
    _ mode: RunMode, _ gateway: Gateway? = nil, baseline: Baseline? = nil,
    failsUnapproved: Bool = true, daysLater: Int = 0,
    repeatsDoubtful: Bool = false
  ) async throws -> CaseResult {
    try #require(
      try await run(
        mode, gateway, baseline: baseline, failsUnapproved: failsUnapproved, daysLater: daysLater,
        repeatsDoubtful: repeatsDoubtful
      ).first)
  }
}
