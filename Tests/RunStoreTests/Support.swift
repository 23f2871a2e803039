import Canonical
import Experiments
import FoundationEssentials
import Recording
import RunStore
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// Cases, exchanges and results that tests make.
enum Made {
  static let start = Timestamp(milliseconds: 1_795_371_300_123)
  static let price = Money(microDollars: 30_000)

  static func run(_ number: Int) throws -> RunID {
    try #require(RunID("20261122T181500Z-00000\(number)"))
  }

  static func suite(_ name: String = "mug") throws -> SuiteName { try #require(SuiteName(name)) }

  static func request(_ seed: Int) -> EditRequest {
    EditRequest(prompt: "a cup", images: [], seed: Seed(seed))
  }

  static func key(_ seed: Int) -> CaseKey { CaseKey(request: request(seed).key, repeatIndex: 0) }

  static func recordedCase(_ seed: Int, suite: String = "mug") throws -> RecordedCase {
    RecordedCase(
      suite: try self.suite(suite), caseID: CaseID(joining: ["s\(seed)"]), caseKey: key(seed),
      canonicalRequest: request(seed).canonical)
  }

  static func id(_ seed: Int, _ role: ExchangeRole = .generate, _ ordinal: Int = 0) -> ExchangeID {
    ExchangeID(caseKey: key(seed), role: role, ordinal: ordinal)
  }

  static func exchange(
    _ role: ExchangeRole = .generate, _ ordinal: Int = 0, _ text: String = "{}",
    headers: [HTTPHeader] = [], status: Int = 200
  ) -> Exchange {
    Exchange(
      role: role, ordinal: ordinal,
      request: RecordedRequest(
        method: role == .generate ? .post : .get, url: "https://image.example/\(role)",
        headers: [], body: nil),
      response: RecordedResponse(status: status, headers: headers, body: Body(Array(text.utf8))),
      timing: HTTPTiming(
        start: start, sendMilliseconds: 1, waitMilliseconds: 2, receiveMilliseconds: 3))
  }

  static func received(
    _ exchange: Exchange, cost: Money = Made.price, isUsable: Bool = true,
    isPromotable: Bool = true,
    urls: [Int: String] = [:], endsOrder: Bool = false, isGone: Bool = false,
    isDoubtful: Bool = false
  ) -> ReceivedExchange {
    ReceivedExchange(
      exchange: exchange, cost: cost, pendingURLs: urls, isUsable: isUsable,
      isPromotable: isPromotable, endsOrder: endsOrder, isGone: isGone, isDoubtful: isDoubtful)
  }

  static func header(
    _ run: Int, mode: RunMode = .replay, startedAfter: Int64 = 0
  ) throws -> RunHeader {
    RunHeader(
      id: try self.run(run),
      startedAt: Timestamp(milliseconds: start.milliseconds + startedAfter), mode: mode,
      toolVersion: "1.0", endpoint: nil,
      suites: [
        SuiteHeader(
          name: try suite(), path: "suites/mug.yaml", digest: SHA256Digest(hashing: []),
          caseCount: 1)
      ])
  }

  static func result(_ position: Int, suite: String = "mug") throws -> CaseResult {
    let request = request(position)
    return CaseResult(
      identity: CaseIdentity(
        suite: try self.suite(suite), position: position, id: CaseID(joining: ["s\(position)"]),
        caseKey: key(position), cells: [], tags: [],
        location: SourceLocation(path: "suites/mug.yaml", line: 1, column: 1),
        model: request.model, seed: request.seed, size: request.size, prompt: request.prompt),
      outcome: .passed, reason: "picture \(position)")
  }
}

/// A run that may spend, as long as it lives.
struct Session: ~Copyable {
  let store: RunStore
  let ledger: StoreLedger
  private let lock: StoreLock

  static func begin(
    _ run: Int, mode: RunMode = .record, resuming: Int? = nil
  ) throws -> Session {
    let folder = TemporaryFolder.path
    let store = try RunStore(folder: folder, spends: true)
    let lock = try StoreLock(folder: folder)
    let ledger = try StoreLedger(
      store: store, run: try Made.run(run), mode: mode, startedAt: Made.start,
      resuming: try resuming.map { try Made.run($0) }, lock: lock)
    try ledger.start()
    return Session(store: store, ledger: ledger, lock: lock)
  }

  /// Sends one exchange and stores its answer.
  func buy(_ id: ExchangeID, suite: String = "mug", _ received: ReceivedExchange) throws {
    let seed = try #require((0...9).first { Made.key($0) == id.caseKey })
    let attempt = try ledger.begin(
      id, of: try Made.recordedCase(seed, suite: suite), reservation: Made.price)
    try ledger.received(attempt, received)
  }

  /// Ends as a process does that is killed.
  consuming func crash() {}
}
