import Canonical
import SeedreamAPI
import Testing

@Suite struct `The client` {
  static let caseKey = CaseKey(request: Sample.request.key, repeatIndex: 0)
  static let first =
    #"{"url":"https://pictures.example/image/generated%2F1.png","b64_json":"","revised_prompt":"r"}"#
  static let second = #"{"url":"https://pictures.example/image/generated%2F2.png","b64_json":""}"#
  static let busy = Scripted.json(#"{"error":{"code":429,"message":"slow"}}"#, status: 429)
  static let png = Scripted.response(body: Sample.first)

  /// What an order ended in, with what was sent and waited.
  struct Outcome {
    let result: Result<EditResult, EditFailure>
    let exchanges: [ScriptedTransport.Exchange]
    let waits: [Duration]

    var roles: [ExchangeRole] { exchanges.map(\.id.role) }

    func failure() throws -> EditFailure {
      guard case .failure(let failure) = result else { throw Unexpected() }
      return failure
    }
  }

  struct Unexpected: Error {}

  /// Orders the pictures of a request; every answer of the script must be used.
  static func order(
    _ request: EditRequest = Sample.request, from transport: ScriptedTransport,
    base: String = "https://api.example", key: String? = "sk-CANARY",
    policy: RetryPolicy = RetryPolicy(),
    cancelledAt: Int? = nil
  ) async throws -> Outcome {
    let authorization = try key.map { try Authorization(scheme: .bearer, key: $0) }
    let sleeper = RecordingSleeper(cancelledAt: cancelledAt)
    let client = SeedreamClient(
      endpoint: Endpoint(base: try HTTPURL(base), authorization: authorization),
      transport: transport,
      policy: policy, sleeper: sleeper)
    let result: Result<EditResult, EditFailure>
    do throws(EditFailure) {
      result = .success(try await client.edit(request, blobs: Sample.blobs, as: caseKey))
    } catch {
      result = .failure(error)
    }
    #expect(await transport.unused == 0)
    return Outcome(result: result, exchanges: await transport.exchanges, waits: await sleeper.waits)
  }

  @Test func `Pictures are ordered by one POST and fetched by their URLs as written`() async throws
  {
    let transport = ScriptedTransport(
      generate: [.pictures(Self.first, Self.second)],
      download: [Self.png, .response(body: Sample.second)])
    let outcome = try await Self.order(from: transport)
    let result = try outcome.result.get()
    #expect(result.pictures.map(\.bytes) == [Sample.first, Sample.second])
    #expect(result.pictures.map(\.index) == [0, 1])
    #expect(result.pictures.map(\.revisedPrompt) == ["r", nil])
    #expect(result.missing.isEmpty && result.failedAttempts.isEmpty)
    #expect(result.latencyMilliseconds == 321)
    #expect(result.downloadMilliseconds == 642)
    #expect(outcome.waits.isEmpty)
    #expect(
      outcome.exchanges.map(\.id.description)
        == ["generate/0", "download/0", "download/1"].map { "\(Self.caseKey)/\($0)" })
    #expect(
      outcome.exchanges.map(\.request.url.text) == [
        "https://api.example/v1/images/edits", "https://pictures.example/image/generated%2F1.png",
        "https://pictures.example/image/generated%2F2.png",
      ])
    #expect(outcome.exchanges.map(\.request.method) == [.post, .get, .get])
    let post = try #require(outcome.exchanges.first?.request)
    #expect(try post.body?.bytes() == Sample.request.wireParts.joined(from: Sample.blobs))
    #expect(post.headers["Content-Type"] == "application/json")
    #expect(post.headers["Accept"] == "application/json")
    #expect(post.limits == HTTPLimits())
  }

  @Test func `Pictures within the answer need no second request`() async throws {
    let transport = ScriptedTransport(
      generate: [
        .pictures(#"{"b64_json":"AQID","url":""}"#, #"{"url":"data:image/png;base64,BA=="}"#)
      ])
    let outcome = try await Self.order(
      Sample.changed { $0.outputFormat = .base64 }, from: transport)
    #expect(try outcome.result.get().pictures.map(\.bytes) == [[1, 2, 3], [4]])
    #expect(outcome.roles == [.generate])
  }

  @Test func `The key goes to the API and never to where pictures lie`() async throws {
    let transport = ScriptedTransport(
      generate: [Self.busy, .task("created")], poll: [Self.busy, .pictures(Self.first)],
      download: [.json("", status: 500), Self.png])
    let outcome = try await Self.order(from: transport, base: "https://pictures.example/api/")
    _ = try outcome.result.get()
    for exchange in outcome.exchanges {
      let isDownload = exchange.id.role == .download
      #expect((exchange.request.authorization == nil) == isDownload)
      #expect(
        exchange.request.authorization?.revealHeaderValue()
          == (isDownload ? nil : "Bearer sk-CANARY"))
      #expect(!"\(exchange.request)".contains("CANARY"))
      #expect(exchange.request.headers["Authorization"] == nil)
      #expect((exchange.request.body == nil) == (exchange.id.role != .generate))
    }
    #expect(outcome.exchanges[0].request.url.text == "https://pictures.example/api/v1/images/edits")
    #expect(
      outcome.exchanges[2].request.url.text == "https://pictures.example/api/v1/images/tasks/t-1")
  }

  @Test func `An endpoint without a key is sent none`() async throws {
    let outcome = try await Self.order(
      from: ScriptedTransport(generate: [.pictures(#"{"b64_json":"AQ=="}"#)]), key: nil)
    #expect(outcome.exchanges.first?.request.authorization == nil)
  }

  @Test func `A download may reach public addresses and those of the endpoint's kind only`()
    async throws
  {
    let outcome = try await Self.order(
      from: ScriptedTransport(generate: [.pictures(Self.first)], download: [Self.png]))
    let base = try HTTPURL("https://api.example")
    #expect(
      outcome.exchanges.map(\.request.addresses) == [.any, .publicOnly(unlessEndpoint: base)])
    #expect(outcome.exchanges[1].request.limits == .download)
  }

  @Test func `A full endpoint is waited for as long as it asks`() async throws {
    let asking = Scripted.json(
      #"{"error":{"code":429,"message":"m"}}"#, status: 429,
      headers: [HTTPHeader("Retry-After", "7")])
    let transport = ScriptedTransport(
      generate: [
        asking, Self.busy, .failure(.refused, .beforeSending), .pictures(#"{"b64_json":"AQ=="}"#),
      ])
    let outcome = try await Self.order(from: transport)
    let result = try outcome.result.get()
    #expect(result.failedAttempts.count == 3)
    #expect(outcome.waits.count == 3)
    #expect(outcome.waits[0] == .seconds(7))
    #expect((.zero ... .seconds(4)).contains(outcome.waits[1]))
    #expect((.zero ... .seconds(8)).contains(outcome.waits[2]))
    #expect(outcome.exchanges.map(\.id.ordinal) == [0, 0, 0, 0])
  }

  @Test func `A wait that is too long ends the order`() async throws {
    let asking = Scripted.json("{}", status: 429, headers: [HTTPHeader("retry-after", "100000")])
    let outcome = try await Self.order(from: ScriptedTransport(generate: [asking]))
    #expect(
      try outcome.failure().last
        == .api(
          APIError(
            .rateLimited, status: 429,
            message: "the answer has no error body that the contract knows",
            retryAfter: .seconds(86_400))))
    #expect(outcome.waits.isEmpty)
  }

  @Test func `A full endpoint is given up after five attempts`() async throws {
    let outcome = try await Self.order(
      from: ScriptedTransport(generate: Array(repeating: Self.busy, count: 5)))
    let failure = try outcome.failure()
    #expect(failure.earlier.count == 4)
    #expect(failure.latencyMilliseconds == 321)
    #expect(failure.description == "HTTP 429: slow (after 5 attempts)")
    #expect(!failure.isPossiblyBilled)
  }

  @Test(
    arguments: [
      .json("<html>", status: 502), .json("", status: 500), .json("", status: 504),
      .json("", status: 408),
      .json(#"{"data":[],"created":1}"#), .json(#"{"data":[{"url":"https://pic"#), .json("<html>"),
      .failure(.timedOut, .afterSending), .failure(.dropped, .afterSending),
      .failure(.tooLarge, .afterSending),
    ] as [Scripted])
  func `After a failure that may have been billed there is no second POST`(
    answer: Scripted
  ) async throws {
    let outcome = try await Self.order(from: ScriptedTransport(generate: [answer]))
    let failure = try outcome.failure()
    #expect(outcome.roles == [.generate])
    #expect(failure.last.isPossiblyBilled && failure.isPossiblyBilled)
    #expect(failure.earlier.isEmpty)
  }

  @Test(arguments: [400, 401, 402, 403, 404, 422])
  func `A refusal is not repeated and not billed`(status: Int) async throws {
    let outcome = try await Self.order(
      from: ScriptedTransport(generate: [.json(#"{"error":{"code":\#(status),"message":"m"}}"#)]))
    #expect(outcome.roles == [.generate])
    #expect(try !outcome.failure().isPossiblyBilled)
  }

  @Test func `A repeat that is allowed remembers the possibly billed attempt`() async throws {
    let transport = ScriptedTransport(
      generate: [
        .json("", status: 500), .json(#"{"error":{"code":400,"message":"m"}}"#, status: 400),
      ])
    let outcome = try await Self.order(
      from: transport, policy: RetryPolicy(attemptsMaxWhenPossiblyBilled: 2))
    let failure = try outcome.failure()
    #expect(!failure.last.isPossiblyBilled)
    #expect(failure.isPossiblyBilled)
  }

  @Test func `Fewer or more pictures than asked for are taken as they come`() async throws {
    let item = #"{"b64_json":"AQ=="}"#
    for count in 1...3 {
      let body = Scripted.json(
        "{\"data\":[\(Array(repeating: item, count: count).joined(separator: ","))]}")
      let outcome = try await Self.order(
        Sample.changed { $0.n = 2 }, from: ScriptedTransport(generate: [body]))
      #expect(try outcome.result.get().pictures.count == count)
    }
  }
}
