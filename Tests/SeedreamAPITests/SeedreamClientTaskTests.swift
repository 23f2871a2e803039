import Canonical
import SeedreamAPI
import Testing

@Suite struct `The client and tasks` {
  typealias Client = `The client`

  @Test func `A task is asked after until it has ended`() async throws {
    let done = Scripted.json(
      #"{"data":{"task_id":"t-1","status":"completed","outputs":["https://pictures.example/1.png"]}}"#
    )
    let transport = ScriptedTransport(
      generate: [.task("created")], poll: [.task("in_progress"), .task("in_progress"), done],
      download: [Client.png])
    let outcome = try await Client.order(from: transport)
    let result = try outcome.result.get()
    #expect(result.pictures.map(\.bytes) == [Sample.first])
    #expect(result.latencyMilliseconds == 4 * 321)
    #expect(outcome.waits == Array(repeating: SeedreamClient.pollInterval, count: 3))
    #expect(outcome.exchanges.map(\.id.ordinal) == [0, 0, 1, 2, 0])
    #expect(outcome.roles == [.generate, .poll, .poll, .poll, .download])
    for exchange in outcome.exchanges where exchange.id.role == .poll {
      #expect(exchange.request.method == .get)
      #expect(exchange.request.url.text == "https://api.example/v1/images/tasks/t-1")
      #expect(exchange.request.limits == .poll)
    }
  }

  @Test func `A question that fails is repeated, and never the order`() async throws {
    let transport = ScriptedTransport(
      generate: [.task("created")],
      poll: [
        .json("", status: 500), .failure(.timedOut, .afterSending), .json("<html>"),
        .pictures(#"{"b64_json":"AQ=="}"#),
      ])
    let outcome = try await Client.order(from: transport)
    #expect(try outcome.result.get().failedAttempts.count == 3)
    #expect(outcome.roles == [.generate, .poll, .poll, .poll, .poll])
    #expect(outcome.exchanges.map(\.id.ordinal) == [0, 0, 0, 0, 0])
  }

  @Test func `A task that does not end is given up after five minutes' questions`() async throws {
    let transport = ScriptedTransport(
      generate: [.task("created")],
      poll: Array(repeating: .task("in_progress"), count: 100))
    let outcome = try await Client.order(from: transport)
    let failure = try outcome.failure()
    guard case .transport(let last) = failure.last else { throw Client.Unexpected() }
    #expect(last.code == .timedOut)
    #expect(last.phase == .afterSending)
    #expect(last.message.contains("t-1"))
    #expect(failure.isPossiblyBilled)
    #expect(outcome.waits.reduce(.zero, +) == .seconds(300))
  }

  @Test func `A failed task is a failure and is not ordered again`() async throws {
    let failed = Scripted.json(#"{"data":{"status":"failed","fail_reason":"no luck"}}"#)
    let outcome = try await Client.order(
      from: ScriptedTransport(generate: [.task("created")], poll: [failed]))
    #expect(try outcome.failure().description == "HTTP 200 task-failed: no luck")
    #expect(outcome.roles == [.generate, .poll])
  }

  @Test(arguments: [401, 404, 422])
  func `A task that was begun may be billed although its question is refused`(
    status: Int
  ) async throws {
    let refusal = Scripted.json(#"{"error":{"code":\#(status),"message":"m"}}"#, status: status)
    let outcome = try await Client.order(
      from: ScriptedTransport(generate: [.task("created")], poll: [refusal]))
    let failure = try outcome.failure()
    #expect(!failure.last.isPossiblyBilled)
    #expect(failure.isPossiblyBilled)
  }

  @Test func `A task id that could change the URL is never asked after`() async throws {
    let outcome = try await Client.order(
      from: ScriptedTransport(generate: [.task("created", id: "../../admin")]))
    #expect(try outcome.failure().isPossiblyBilled)
    #expect(outcome.roles == [.generate])
  }

  @Test func `Cancelling while a task runs says that it may be billed`() async throws {
    let outcome = try await Client.order(
      from: ScriptedTransport(generate: [.task("created")], poll: [.task("in_progress")]),
      cancelledAt: 2)
    let failure = try outcome.failure()
    guard case .transport(let last) = failure.last else { throw Client.Unexpected() }
    #expect(last.code == .cancelled)
    #expect(last.phase == .afterSending)
    #expect(failure.isPossiblyBilled)
    #expect(outcome.roles == [.generate, .poll])
  }

  @Test func `Cancelling a wait between attempts ends the order unbilled`() async throws {
    let outcome = try await Client.order(
      from: ScriptedTransport(generate: [Client.busy]), cancelledAt: 1)
    let failure = try outcome.failure()
    guard case .transport(let last) = failure.last else { throw Client.Unexpected() }
    #expect(last.code == .cancelled)
    #expect(last.phase == .beforeSending)
    #expect(failure.earlier.count == 1)
    #expect(!failure.isPossiblyBilled)
  }

  @Test func `Cancelling what the transport sends is not repeated`() async throws {
    let outcome = try await Client.order(
      from: ScriptedTransport(generate: [.failure(.cancelled, .afterSending)]))
    #expect(try outcome.failure().isPossiblyBilled)
    #expect(outcome.waits.isEmpty)
  }

  @Test func `The system's sleeper throws in a task that is cancelled`() async {
    let outcome = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          try await SystemSleeper().sleep(for: .seconds(3_600))
          return false
        } catch {
          return error is CancellationError
        }
      }
      group.cancelAll()
      return await group.next()
    }
    #expect(outcome == true)
  }
}

@Suite struct `The client and downloads` {
  typealias Client = `The client`

  @Test func `A download that fails is repeated without a second order`() async throws {
    let transport = ScriptedTransport(
      generate: [.pictures(Client.first)],
      download: [
        .json("", status: 503, headers: [HTTPHeader("Retry-After", "3")]),
        .failure(.dropped, .afterSending),
        .json("", status: 404), Client.png,
      ])
    let outcome = try await Client.order(from: transport)
    let result = try outcome.result.get()
    #expect(result.pictures.map(\.bytes) == [Sample.first])
    #expect(result.failedAttempts.count == 3)
    #expect(outcome.roles == [.generate, .download, .download, .download, .download])
    #expect(outcome.waits.first == .seconds(3))
  }

  @Test func `A picture that cannot be fetched is missing, the others come`() async throws {
    let transport = ScriptedTransport(
      generate: [
        .pictures(
          Client.first, #"{"error":{"code":"OutputImageSensitiveContentDetected","message":"no"}}"#,
          #"{"b64_json":"AQ=="}"#, Client.second)
      ],
      download: Array(repeating: .json("gone", status: 403), count: 4) + [Client.png])
    let outcome = try await Client.order(from: transport)
    let result = try outcome.result.get()
    #expect(result.pictures.map(\.index) == [2, 3])
    #expect(result.missing.map(\.index) == [0, 1])
    guard case .api(let expired) = result.missing[0].failure,
      case .api(let refused) = result.missing[1].failure
    else {
      throw Client.Unexpected()
    }
    #expect(expired.category == .notFound)
    #expect(expired.message.contains("https://pictures.example/image/generated%2F1.png"))
    #expect(refused.category == .blocked)
    #expect(result.failedAttempts.count == 3)
  }

  @Test(
    arguments: [
      (.json("", status: 200), .malformed, 4), (.json("", status: 204), .malformed, 4),
      (.json("", status: 410), .notFound, 4),
      (.json("", status: 400), .invalidRequest, 1), (.json("", status: 302), .malformed, 4),
      // The media host answers 200 with its error in the body.
      (.json(#"{"code":404,"message":"no such object"}"#), .notFound, 4),
      (.json(#"{"code":403,"message":"expired"}"#), .notFound, 4),
      (.json(#"{"code":400,"message":"bad"}"#), .invalidRequest, 1),
    ] as [(Scripted, APIError.Category, Int)])
  func `An answer that is no picture is told`(
    answer: Scripted, category: APIError.Category, attempts: Int
  ) async throws {
    let transport = ScriptedTransport(
      generate: [.pictures(Client.first)], download: Array(repeating: answer, count: attempts))
    let outcome = try await Client.order(from: transport)
    let result = try outcome.result.get()
    #expect(result.pictures.isEmpty)
    guard case .api(let error)? = result.missing.first?.failure else { throw Client.Unexpected() }
    #expect(error.category == category)
  }

  @Test func `The query of a result URL, which may sign it, is in no message`() async throws {
    let transport = ScriptedTransport(
      generate: [.pictures(#"{"url":"https://pictures.example/1.png?X-Sig=CANARY"}"#)],
      download: [.json("", status: 400)])
    let outcome = try await Client.order(from: transport)
    let failure = try #require(try outcome.result.get().missing.first?.failure)
    #expect(!failure.description.contains("CANARY"))
    #expect(outcome.exchanges[1].request.url.text.hasSuffix("?X-Sig=CANARY"))
  }

  @Test(arguments: [TransportFailure.Code.address, .redirect, .tooLarge, .cancelled, .tls])
  func `A download that can never work is not repeated`(code: TransportFailure.Code) async throws {
    let transport = ScriptedTransport(
      generate: [.pictures(Client.first)], download: [.failure(code, .afterSending)])
    let outcome = try await Client.order(from: transport)
    #expect(try outcome.result.get().missing.count == 1)
    #expect(outcome.waits.isEmpty)
  }

  @Test func `Cancelling a wait for a download leaves the picture missing`() async throws {
    let transport = ScriptedTransport(
      generate: [.pictures(#"{"b64_json":"AQ=="}"#, Client.first)],
      download: [.json("", status: 500)])
    let outcome = try await Client.order(from: transport, cancelledAt: 1)
    let result = try outcome.result.get()
    #expect(result.pictures.map(\.index) == [0])
    #expect(result.missing.map(\.index) == [1])
    #expect(outcome.roles == [.generate, .download])
  }

  @Test func `A request that is not expected is an issue and a failure`() async {
    await withKnownIssue {
      _ = try await UnexpectedTransport().send(
        HTTPRequest(method: .get, url: try HTTPURL("https://a.example")),
        as: ExchangeID(caseKey: Client.caseKey, role: .download, ordinal: 0))
    }
  }
}
