import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct RecordingTransportTests {
  private let journal = Journal()
  private let blobs = store()

  /// What a transport under test needs, and what it leaves behind.
  private struct Bench {
    let transport: RecordingTransport
    let base: ScriptedTransport
    let ledger: MemoryLedger
  }

  private func bench(
    _ steps: [ScriptedTransport.Step], failing: String? = nil, refusal: TransportFailure? = nil,
    ledger: MemoryLedger? = nil, prompt: String = "a cup"
  ) throws -> Bench {
    let ledger = ledger ?? MemoryLedger(journal: journal, blobs: blobs, failing: failing)
    let base = ScriptedTransport(steps, journal: journal)
    let recordedCase = RecordedCase(
      suite: try #require(SuiteName("mug")), caseID: try Made.id("paper"),
      caseKey: try Made.key(),
      canonicalRequest: EditRequest(prompt: prompt, images: []).canonical)
    let transport = RecordingTransport(
      base: base, ledger: ledger, blobs: blobs, redactor: Made.redactor,
      recordedCase: recordedCase,
      pricing: RecordingTransport.Pricing(
        reservation: Money(microDollars: 60_000), pricePerPicture: Money(microDollars: 30_000)),
      meter: NotingMeter(journal: journal, refusal: refusal))
    return Bench(transport: transport, base: base, ledger: ledger)
  }

  private func send(
    _ transport: RecordingTransport, _ role: ExchangeRole = .generate, _ ordinal: Int = 0,
    url: String = "https://image.example/v1/images/edits?key=abc"
  ) async throws -> HTTPResponse {
    var inputs = MemoryBlobs()
    _ = inputs.insert(Made.input)
    let isOrder = role == .generate
    let request = HTTPRequest(
      method: isOrder ? .post : .get, url: try HTTPURL(url),
      headers: [HTTPHeader("Accept", "application/json"), HTTPHeader("X-Key", Made.secret)],
      body: isOrder
        ? RequestBody(parts: try Made.request().wireParts, source: inputs) : nil)
    return try await transport.send(
      request, as: ExchangeID(caseKey: try Made.key(), role: role, ordinal: ordinal))
  }

  private func failure(
    at location: SourceLocation = #_sourceLocation, _ body: () async throws -> HTTPResponse
  ) async -> TransportFailure? {
    await #expect(throws: TransportFailure.self, sourceLocation: location) { _ = try await body() }
  }

  @Test func `An answer is stored, pictures first, before it is handed on`() async throws {
    let text = Made.answer(Made.picture())
    let bench = try bench([.success(Made.response(text))])
    let response = try await send(bench.transport)
    #expect(response.body == Array(text.utf8))
    #expect(
      journal.all == [
        "reserve $0.06", "begin generate 0 $0.06", "send generate 0", "settle $0.03",
        "received, blobs on disk: true",
      ])
    let received = try #require(bench.ledger.received.first)
    #expect(received.isUsable && received.isPromotable)
    #expect(received.cost == Money(microDollars: 30_000))
    let request = received.exchange.request
    #expect(request.url == "https://image.example/v1/images/edits?key=REDACTED")
    #expect(request.headers == [HTTPHeader("accept", "application/json")])
    #expect(try request.body?.parts == Made.request().wireParts)
    let sent = try #require(try request.body?.parts.joined(from: blobs))
    #expect(request.body?.digest == SHA256Digest(hashing: sent))
    #expect(received.exchange.blobs.contains(BlobID(of: Made.input)))
  }

  @Test func `A stored answer is not bought again, and costs nothing`() async throws {
    let text = Made.answer(Made.picture())
    let first = try bench([.success(Made.response(text))])
    _ = try await send(first.transport)
    let before = journal.all
    let second = try bench([], ledger: first.ledger)
    #expect(try await send(second.transport).body == Array(text.utf8))
    #expect(journal.all == before)
  }

  @Test func `Over budget nothing is noted or sent`() async throws {
    let refusal = TransportFailure(.overBudget, .beforeSending, "too much")
    let bench = try bench([], refusal: refusal)
    #expect(await failure { try await send(bench.transport) } == refusal)
    #expect(journal.all == ["reserve $0.06"])
  }

  @Test(arguments: [
    (TransportFailure.Phase.beforeSending, "release"), (.afterSending, "doubt"),
  ])
  func `What was set aside is given back only when nothing was sent`(
    phase: TransportFailure.Phase, booking: String
  ) async throws {
    let bench = try bench([.failure(TransportFailure(.dropped, phase, "at \(Made.secret)"))])
    let failure = await failure { try await send(bench.transport) }
    #expect(failure == TransportFailure(.dropped, phase, "at REDACTED"))
    #expect(
      journal.all == [
        "reserve $0.06", "begin generate 0 $0.06", "send generate 0", booking,
        "failed \(phase.rawValue): at REDACTED",
      ])
  }

  @Test func `Where the note cannot be made nothing is sent`() async throws {
    let bench = try bench([], failing: "begin")
    let failure = await failure { try await send(bench.transport) }
    #expect(failure?.code == .storage)
    #expect(failure?.phase == .beforeSending)
    #expect(failure?.message.contains("the disk is full") == true)
    #expect(journal.all == ["reserve $0.06", "begin generate 0 $0.06", "release"])
  }

  @Test func `An answer that cannot be stored is not handed on`() async throws {
    let bench = try bench(
      [.success(Made.response(Made.answer(Made.picture())))], failing: "received")
    let failure = await failure { try await send(bench.transport) }
    #expect(failure?.code == .storage)
    #expect(failure?.phase == .afterSending)
  }

  @Test func `Nothing is sent where a picture could not be stored`() async throws {
    // A file in the place of the folder of blobs.
    try DurableFile.write([], to: blobs.folder)
    let bench = try bench([.success(Made.response(Made.answer(Made.picture())))])
    let failure = await failure { try await send(bench.transport) }
    #expect(failure?.code == .storage)
    #expect(failure?.phase == .beforeSending)
    #expect(bench.ledger.received.isEmpty)
    #expect(journal.all.isEmpty)
  }

  @Test func `A disk without space for an answer is told with what helps`() throws {
    let failure = #expect(throws: FileFailure.self) { try blobs.requireSpace(.max) }
    #expect(failure?.reason.contains("--reports") == true)
    try blobs.requireSpace(1)
  }

  @Test func `A redacted URL is fetched by what it was before`() async throws {
    let raw = "https://a.example/x.png?w=1&X-Tos-Signature=abc"
    let picture = Made.picture()
    let first = try bench([.success(Made.response(Made.answer(urls: raw)))])
    _ = try await send(first.transport)
    // A later process takes the URL from the stored answer.
    let second = try bench([.success(Made.response(picture))], ledger: first.ledger)
    let stored = String(decoding: try await send(second.transport).body, as: UTF8.self)
    #expect(!stored.contains("abc"))
    let redacted = Made.redactor.url(raw)
    #expect(stored.contains(redacted))
    _ = try await send(second.transport, .download, url: redacted)
    #expect(second.base.requests.map(\.url.text) == [raw])
    #expect(second.ledger.received.last?.exchange.request.url == redacted)
    #expect(second.ledger.received.last?.cost == .zero)
  }

  @Test func `A redacted URL whose link is not kept any more is not fetched`() async throws {
    let bench = try bench([.success(Made.response(Made.picture()))])
    let failure = await failure {
      try await send(
        bench.transport, .download, url: "https://a.example/x.png?w=1&X-Tos-Signature=REDACTED")
    }
    #expect(failure?.code == .invalidRequest && failure?.phase == .beforeSending)
    #expect(failure?.message.contains("not kept any more") == true)
    #expect(bench.base.requests.isEmpty)
  }

  @Test func `A pending URL is not used for another picture`() async throws {
    let first = try bench([.success(Made.response(Made.answer(urls: "https://a.example/x?sig=1")))])
    _ = try await send(first.transport)
    let second = try bench([.success(Made.response([1]))], ledger: first.ledger)
    _ = try await send(second.transport, .download, url: "https://b.example/x?sig=2")
    #expect(second.base.requests.map(\.url.text) == ["https://b.example/x?sig=2"])
  }

  @Test(arguments: [
    (
      ExchangeRole.generate, 200,
      #"{"data":[{"url":"https://a.example/0"},{"b64_json":"aGVsbG8="}]}"#,
      "settle $0.06", true
    ),
    (
      .generate, 200, #"{"data":[{"url":"https://a.example/0"},{"error":{"code":"x"}}]}"#,
      "settle $0.03", true
    ),
    (.generate, 200, #"{"data":{"task_id":"t","status":"pending"}}"#, "", true),
    (.generate, 400, #"{"error":{"code":"InvalidParameter"}}"#, "settle $0.00", true),
    (.generate, 403, #"{"error":{"code":"x"}}"#, "settle $0.00", true),
    (.generate, 429, "{}", "settle $0.00", false),
    (.generate, 401, "{}", "settle $0.00", false),
    (.generate, 500, "{}", "doubt", false),
    (.generate, 200, "<html>", "doubt", false),
    (.generate, 200, "", "doubt", false),
    (.poll, 200, #"{"data":{"task_id":"t","status":"running"}}"#, "", false),
    (
      .poll, 200, #"{"data":{"status":"completed","outputs":["https://a.example/0"]}}"#,
      "settle $0.03", true
    ),
    (.poll, 200, #"{"data":{"status":"failed","fail_reason":"x"}}"#, "doubt", false),
    (.poll, 503, "{}", "", false),
    (.poll, 429, "{}", "", false),
    (.poll, 404, "{}", "", false),
    // A question may be asked again, and must be: the page of a proxy is no answer.
    (.poll, 200, "<html>", "", false),
    (.poll, 502, "<html>", "", false),
    (.download, 200, "\u{1}picture", "", true),
    (.download, 200, "<html>be right back</html>", "", false),
    (.download, 200, "", "", false),
    (.download, 404, "gone", "", false),
    (.download, 503, "", "", false),
  ])
  func `What an answer cost and whether it is kept follows from what it says`(
    role: ExchangeRole, status: Int, text: String, booking: String, isUsable: Bool
  ) async throws {
    let bench = try bench([.success(Made.response(text, status: status))])
    _ = try await send(bench.transport, role, url: "https://a.example/0")
    let bookings = journal.all.filter {
      $0 == "doubt" || $0 == "release" || $0.hasPrefix("settle")
    }
    #expect(bookings == [booking].filter { !$0.isEmpty })
    #expect(bench.ledger.received.map(\.isUsable) == [isUsable])
  }

  @Test func `A failed task ends its order`() async throws {
    let failed = #"{"data":{"status":"failed","fail_reason":"x"}}"#
    let bench = try bench([.success(Made.response(failed))])
    _ = try await send(bench.transport, .poll, url: "https://a.example/0")
    #expect(bench.ledger.received.map(\.endsOrder) == [true])
  }

  @Test func `A secret in a picture is kept, but not for a recording`() async throws {
    let picture = Made.picture() + Array(Made.secret.utf8)
    for (role, body) in [
      (ExchangeRole.generate, Array(Made.answer(picture).utf8)), (.download, picture),
    ] {
      let bench = try bench([.success(Made.response(body))])
      let response = try await send(bench.transport, role, url: "https://a.example/0")
      #expect(response.body == body)
      let received = try #require(bench.ledger.received.first)
      #expect(!received.isPromotable)
      #expect(received.isUsable)
      #expect(try received.exchange.response.body.parts.joined(from: blobs) == body)
      #expect(try blobs.bytes(of: BlobID(of: picture)) == picture)
    }
  }

  @Test func `A request that holds the key is not sent`() async throws {
    let bench = try bench([], prompt: "use \(Made.secret)")
    let failure = await failure { try await send(bench.transport) }
    #expect(failure?.code == .invalidRequest)
    #expect(failure?.phase == .beforeSending)
    #expect(failure?.message.contains(Made.secret) == false)
    #expect(journal.all.isEmpty)
  }

  @Test func `A secret in an answer's text is replaced in what is stored only`() async throws {
    let text = #"{"error":{"code":"InvalidParameter","message":"bad key \#("sk/Live+4f9a")"}}"#
      .replacing("sk/Live+4f9a", with: #"sk/Live+4f9a\"1c77=e2d0"#)
    let bench = try bench([.success(Made.response(text, status: 400))])
    #expect(try await send(bench.transport).body == Array(text.utf8))
    let stored = try #require(bench.ledger.received.first?.exchange.response.body)
    let kept = try stored.parts.joined(from: blobs)
    #expect(String(decoding: kept, as: UTF8.self).contains("bad key REDACTED"))
    #expect(stored.digest == SHA256Digest(hashing: kept))
    #expect(stored.byteCount == kept.count)
    #expect(bench.ledger.received.first?.isPromotable == true)
  }

  /// What could be stored but not read back would be lost, and would stop every later run.
  @Test(arguments: [
    (200, Array(repeating: HTTPHeader("Location", "https://a.example"), count: 1_000)),
    (999, []), (600, []),
  ])
  func `Whatever is stored can be read back`(status: Int, headers: [HTTPHeader]) async throws {
    let bench = try bench([
      .success(Made.response(Array("{}".utf8), status: status, headers: headers))
    ])
    _ = try await send(bench.transport)
    let exchange = try #require(bench.ledger.received.first?.exchange)
    #expect(try HARReader.exchange(from: HARWriter.json(of: exchange)) == exchange)
  }
}
