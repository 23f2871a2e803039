import Canonical
import FoundationEssentials
import Recording
import SeedreamAPI
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Requests, answers and recordings that tests make.
enum Made {
  /// The key that must not appear in anything that is written.
  static let secret = "sk/Live+4f9a\"1c77=e2d0"
  static let redactor = Redactor(secrets: [Secret(secret)])
  static let start = Timestamp(milliseconds: 1_795_371_300_123)

  /// Bytes that start as a PNG does, and differ by seed.
  static func picture(_ seed: UInt64 = 1, count: Int = 3_000) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  static func base64(_ bytes: [UInt8]) -> String {
    String(decoding: Base64.encode(bytes), as: UTF8.self)
  }

  static let input = picture(99)

  static func request(seed: Int = 7) throws -> EditRequest {
    EditRequest(
      prompt: "a cup", images: [.local(BlobID(of: input))], seed: Seed(seed))
  }

  static func key(seed: Int = 7, repeatIndex: Int = 0) throws -> CaseKey {
    CaseKey(request: try request(seed: seed).key, repeatIndex: repeatIndex)
  }

  static func id(_ text: String) throws -> CaseID { try #require(CaseID(text)) }

  static func timing(_ wait: Int = 900) -> HTTPTiming {
    HTTPTiming(start: start, sendMilliseconds: 1, waitMilliseconds: wait, receiveMilliseconds: 30)
  }

  static func response(
    _ body: [UInt8], status: Int = 200, headers: [HTTPHeader] = []
  ) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: body, timing: timing())
  }

  static func response(_ text: String, status: Int = 200) -> HTTPResponse {
    response(
      Array(text.utf8), status: status,
      headers: [HTTPHeader("Content-Type", "application/json")])
  }

  /// The body of an answer with pictures in base64.
  static func answer(_ pictures: [UInt8]..., created: Int = 1) -> String {
    let items = pictures.map { #"{"b64_json":"\#(base64($0))"}"# }.joined(separator: ",")
    return #"{"created":\#(created),"data":[\#(items)]}"#
  }

  /// The body of an answer with URLs.
  static func answer(urls: String..., created: Int = 1) -> String {
    let items = urls.map { #"{"url":"\#($0)"}"# }.joined(separator: ",")
    return #"{"created":\#(created),"data":[\#(items)]}"#
  }

  static func exchange(
    _ role: ExchangeRole = .generate, _ ordinal: Int = 0, method: HTTPMethod = .post,
    url: String = "https://image.example/v1/images/edits", request: Body? = nil,
    status: Int = 200, headers: [HTTPHeader] = [], body: Body
  ) -> Exchange {
    Exchange(
      role: role, ordinal: ordinal,
      request: RecordedRequest(
        method: method, url: url,
        headers: request == nil ? [] : [HTTPHeader("content-type", "application/json")],
        body: request),
      response: RecordedResponse(status: status, headers: headers, body: body), timing: timing())
  }

  /// A download of a picture.
  static func download(
    _ ordinal: Int = 0, _ picture: [UInt8], url: String = "https://image.example/a.png"
  ) -> Exchange {
    exchange(
      .download, ordinal, method: .get, url: url,
      headers: [HTTPHeader("content-type", "image/png")],
      body: BodySplitter.split(picture).body)
  }

  static func fixture(
    seed: Int = 7, repeatIndex: Int = 0, origin: Origin = .api("https://image.example"),
    _ exchanges: Exchange...
  ) throws -> Fixture {
    Fixture(
      caseKey: try key(seed: seed, repeatIndex: repeatIndex),
      canonicalRequest: try request(seed: seed).canonical, origin: origin, exchanges: exchanges)
  }

  /// A recording of one picture in base64, with its blobs in a store.
  static func recording(
    seed: Int = 7, repeatIndex: Int = 0, picture: [UInt8] = Made.picture(), created: Int = 1,
    origin: Origin = .api("https://image.example"), in store: BlobStore
  ) throws -> Fixture {
    let split = BodySplitter.split(Array(answer(picture, created: created).utf8))
    for blob in split.blobs { try store.write(blob.bytes, as: blob.id) }
    let sent = Body(
      parts: try request(seed: seed).wireParts, byteCount: 0, digest: SHA256Digest(hashing: []))
    try store.write(input, as: BlobID(of: input))
    return try fixture(
      seed: seed, repeatIndex: repeatIndex, origin: origin,
      exchange(request: sent, body: split.body))
  }

  /// Writes a recording as promotion does.
  static func write(_ fixture: Fixture, as id: String, in folder: FixtureFolder) throws {
    try DurableFile.createFolder(folder.folder)
    try DurableFile.write(
      HARWriter.bytes(of: fixture, creatorVersion: "1.0"), to: folder.path(of: try self.id(id)))
    folder.refresh()
  }
}

/// The folder of fixtures of the running test.
func fixtures() -> FixtureFolder {
  FixtureFolder(folder: TemporaryFolder.path.appending("fixtures"))
}

/// The store of paid answers of the running test.
func store() -> BlobStore { BlobStore(folder: TemporaryFolder.path.appending("blobs")) }

/// What happened, in order.
final class Journal: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func note(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Gives scripted answers and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
  typealias Step = Result<HTTPResponse, TransportFailure>

  private let steps: Mutex<[Step]>
  private let seen = Mutex<[HTTPRequest]>([])
  private let journal: Journal

  init(_ steps: [Step], journal: Journal = Journal()) {
    self.steps = Mutex(steps)
    self.journal = journal
  }

  var requests: [HTTPRequest] { seen.withLock { $0 } }

  func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    journal.note("send \(id.role.rawValue) \(id.ordinal)")
    seen.withLock { $0.append(request) }
    let step = steps.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let step else {
      throw TransportFailure(.other, .beforeSending, "nothing was expected to be sent")
    }
    return try step.get()
  }
}

/// A meter that notes what it is told.
struct NotingMeter: SpendingMeter {
  let journal: Journal
  var refusal: TransportFailure?

  func reserve(_ amount: Money) throws(TransportFailure) {
    journal.note("reserve \(amount)")
    if let refusal { throw refusal }
  }

  func settle(_ cost: Money) { journal.note("settle \(cost)") }
  func release() { journal.note("release") }
  func doubt() { journal.note("doubt") }
}

struct LedgerFailure: Error, CustomStringConvertible { let description = "the disk is full" }

/// A ledger in memory that notes each step, and whether the blobs of an answer are on disk by then.
final class MemoryLedger: ExchangeLedger {
  private struct State {
    var attempts: [(id: ExchangeID, received: ReceivedExchange?)] = []
    var urls: [Int: String] = [:]
  }

  private let state = Mutex(State())
  private let journal: Journal
  private let blobs: BlobStore
  private let failing: String?

  /// - Parameter failing: the name of the step that fails.
  init(journal: Journal = Journal(), blobs: BlobStore, failing: String? = nil) {
    self.journal = journal
    self.blobs = blobs
    self.failing = failing
  }

  var received: [ReceivedExchange] { state.withLock { $0.attempts.compactMap(\.received) } }

  private func note(_ step: String, _ line: String) throws {
    journal.note(line)
    if failing == step { throw LedgerFailure() }
  }

  func stored(_ id: ExchangeID) throws -> Exchange? {
    state.withLock { state in
      state.attempts.last { $0.id == id && $0.received?.isUsable == true }?.received?.exchange
    }
  }

  func pendingURL(of caseKey: CaseKey, index: Int) throws -> String? {
    state.withLock { $0.urls[index] }
  }

  func begin(
    _ id: ExchangeID, of recordedCase: RecordedCase, reservation: Money
  ) throws -> AttemptID {
    try note("begin", "begin \(id.role.rawValue) \(id.ordinal) \(reservation)")
    return state.withLock { state in
      state.attempts.append((id, nil))
      return AttemptID(number: Int64(state.attempts.count - 1))
    }
  }

  func received(_ attempt: AttemptID, _ received: ReceivedExchange) throws {
    let areThere = received.exchange.blobs.allSatisfy { blobs.contains($0) }
    try note("received", "received, blobs on disk: \(areThere)")
    state.withLock { state in
      state.attempts[Int(attempt.number)].received = received
      state.urls.merge(received.pendingURLs) { $1 }
    }
  }

  func failed(_ attempt: AttemptID, failure: TransportFailure) throws {
    try note("failed", "failed \(failure.phase.rawValue): \(failure.message)")
  }

  func storedCase(_ caseKey: CaseKey) throws -> StoredCase? { nil }
  func storedCases(of suite: SuiteName) throws -> [StoredCase] { [] }
  func promoted(_ caseKey: CaseKey) throws { state.withLock { $0.urls = [:] } }
  func giveUp(_ caseKey: CaseKey, isCertain: Bool) throws -> Bool { false }

  func inDoubt(of suite: SuiteName) throws -> [DoubtfulAttempt] { [] }
}

/// The bytes of a file.
func read(_ path: FilePath) throws -> [UInt8] {
  try DurableFile.read(path, byteCountMax: 1 << 24)
}
