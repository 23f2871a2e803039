import Canonical
import ImageComparison
import SeedreamAPI
import Synchronization
import Testing

@testable import Simulator

@Suite("A simulator with faults")
struct FaultTests {
  /// What an order with a fault comes to.
  struct Expectation: Sendable, CustomTestStringConvertible {
    let fault: String
    let answer: EditAnswer.Kind
    let billed: Int
    var testDescription: String { fault }
  }

  static let answered: [Expectation] = [
    Expectation(fault: "status:402", answer: .refused(.noCredit, 402), billed: 0),
    Expectation(fault: "status:408", answer: .refused(.server, 408), billed: 0),
    Expectation(fault: "status:500", answer: .refused(.server, 500), billed: 0),
    Expectation(fault: "status:502", answer: .refused(.server, 502), billed: 0),
    Expectation(fault: "status:503", answer: .refused(.unavailable, 503), billed: 0),
    Expectation(fault: "status:504", answer: .refused(.server, 504), billed: 0),
    Expectation(fault: "rate-limited", answer: .refused(.rateLimited, 429), billed: 0),
    Expectation(fault: "error-in-200:403", answer: .refused(.blocked, 403), billed: 0),
    Expectation(fault: "empty-data", answer: .refused(.malformed, 200), billed: 0),
    Expectation(fault: "truncated-json", answer: .refused(.malformed, 200), billed: 3),
    Expectation(fault: "fewer", answer: .pictures(whole: 2, failed: 0), billed: 2),
    Expectation(fault: "fewer:9", answer: .pictures(whole: 1, failed: 0), billed: 1),
    Expectation(fault: "item-error", answer: .pictures(whole: 2, failed: 1), billed: 2),
    Expectation(fault: "no-picture", answer: .pictures(whole: 3, failed: 0), billed: 3),
    Expectation(fault: "slow:5", answer: .pictures(whole: 3, failed: 0), billed: 3),
    Expectation(fault: "task", answer: .task, billed: 3),
    Expectation(fault: "task-failed", answer: .task, billed: 0),
    Expectation(fault: "task-endless", answer: .task, billed: 3),
  ]

  @Test("answers as the fault in its prompt says, and bills what is made", arguments: answered)
  func answers(expected: Expectation) async throws {
    let order = try SampleOrder(prompt: "A cup simulate:\(expected.fault)", n: 3)
    try await withSimulator(SimulatorSettings(pause: { _ in })) { server, url in
      let answer = try await post(url, order.body())
      let read = EditAnswer(status: answer.status, headers: [], body: answer.body)
      #expect(read.kind == expected.answer)
      #expect(server.ledger.entries.count == expected.billed)
    }
  }

  @Test(
    "ends the connection where the fault says so, and bills what was made before",
    arguments: [("drop-before", 0), ("drop-after", 1), ("cut", 1)])
  func breaks(fault: String, billed: Int) async throws {
    let body = try SampleOrder().body()
    try await withSimulator { server, url in
      await #expect(throws: (any Error).self) {
        try await post(url, body, fields: orderFields + [("X-Simulator-Fault", fault)])
      }
      #expect(server.ledger.entries.count == billed)
      #expect(server.ledger.entries.allSatisfy { !$0.isDelivered })
    }
  }

  @Test("lets a stalled client go and serves on")
  func stalls() async throws {
    let body = try SampleOrder(prompt: "A cup simulate:stall*1").body()
    try await withSimulator { server, url in
      var client = try await TestClient(url)
      try await client.send(
        TestClient.request("POST", EditRequest.path, fields: orderFields, body: body))
      #expect(await client.isEnded() == false)
      try client.close()
      #expect(try await post(url, body).status == 200)
      #expect(server.ledger.entries.map(\.isDelivered) == [false, true])
    }
  }

  @Test("meets the first orders of each request only, where the rule says how many")
  func times() async throws {
    let bodies = [try SampleOrder(seed: 1).body(), try SampleOrder(seed: 2).body()]
    let settings = SimulatorSettings(faults: [try FaultRule("status:503*2")])
    try await withSimulator(settings) { _, url in
      var statuses: [Int] = []
      for _ in 0..<3 {
        for body in bodies { statuses.append(try await post(url, body).status) }
      }
      #expect(statuses == [503, 503, 503, 503, 200, 200])
    }
  }

  @Test("meets the stated share of orders, the same ones in every process with its seed")
  func shares() async throws {
    let bodies = try (0..<200).map { try SampleOrder(seed: $0).body() }
    func refused(seed: Int) async throws -> [Int] {
      let settings = SimulatorSettings(faults: [try FaultRule("status:500=0.25")], faultSeed: seed)
      return try await withSimulator(settings) { _, url in
        var refused: [Int] = []
        for (index, body) in bodies.enumerated() where try await post(url, body).status == 500 {
          refused.append(index)
        }
        return refused
      }
    }
    let first = try await refused(seed: 1)
    #expect((30...70).contains(first.count))
    #expect(try await refused(seed: 1) == first)
    #expect(try await refused(seed: 2) != first)
  }

  @Test("refuses an order whose fault it cannot read")
  func unreadable() async throws {
    let body = try SampleOrder(prompt: "A cup simulate:sleepy").body()
    try await withSimulator { server, url in
      let answer = try await post(url, body)
      #expect(answer.status == 400)
      #expect(try answer.error("message").string?.contains("'sleepy' is no fault") == true)
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test("says when to come back only where it is asked to")
  func retryAfter() async throws {
    let body = try SampleOrder().body()
    try await withSimulator { _, url in
      let plain = try await post(
        url, body, fields: orderFields + [("X-Simulator-Fault", "rate-limited")])
      let polite = try await post(
        url, body, fields: orderFields + [("X-Simulator-Fault", "rate-limited:7")])
      #expect(plain.fields["retry-after"] == nil)
      #expect(polite.fields["retry-after"] == "7")
    }
  }

  @Test("takes the stated number of orders a minute")
  func pace() async throws {
    let clock = Mutex(Timestamp(milliseconds: 1_000_000))
    let settings = SimulatorSettings(
      ordersPerMinute: 2, now: { clock.withLock { $0 } })
    let body = try SampleOrder().body()
    try await withSimulator(settings) { _, url in
      var statuses: [Int] = []
      for _ in 0..<3 { statuses.append(try await post(url, body).status) }
      clock.withLock { $0 = Timestamp(milliseconds: 1_030_000) }
      for _ in 0..<2 { statuses.append(try await post(url, body).status) }
      #expect(statuses == [200, 200, 429, 200, 429])
    }
  }

  @Test("takes the stated number of images a minute, an order whole or not at all")
  func imagePace() async throws {
    let clock = Mutex(Timestamp(milliseconds: 1_000_000))
    let settings = SimulatorSettings(imagesPerMinute: 4, now: { clock.withLock { $0 } })
    let (one, three) = (try SampleOrder(n: 1).body(), try SampleOrder(n: 3).body())
    try await withSimulator(settings) { server, url in
      var statuses: [Int] = []
      for body in [three, three, one, one] { statuses.append(try await post(url, body).status) }
      clock.withLock { $0 = Timestamp(milliseconds: 1_045_000) }
      for body in [three, one] { statuses.append(try await post(url, body).status) }
      #expect(statuses == [200, 429, 200, 429, 200, 429])
      #expect(server.ledger.entries.count == 7)
    }
  }

  @Test("takes an order of more images than a minute has, once, when it took none before")
  func largeOrder() async throws {
    let clock = Mutex(Timestamp(milliseconds: 1_000_000))
    let settings = SimulatorSettings(imagesPerMinute: 2, now: { clock.withLock { $0 } })
    let body = try SampleOrder(n: 3).body()
    try await withSimulator(settings) { _, url in
      var statuses = [try await post(url, body).status]
      for second in [1_060, 1_090] {
        clock.withLock { $0 = Timestamp(milliseconds: Int64(second * 1_000)) }
        statuses.append(try await post(url, body).status)
      }
      #expect(statuses == [200, 429, 200])
    }
  }

  @Test(
    "says when a limit lets the next order in only where it is asked to",
    arguments: [
      (SimulatorSettings(ordersPerMinute: 2), "30"), (SimulatorSettings(imagesPerMinute: 4), "30"),
    ])
  func limitsRetryAfter(limited: SimulatorSettings, seconds: String) async throws {
    let body = try SampleOrder(n: 2).body()
    for isTold in [false, true] {
      var settings = limited
      settings.now = { Timestamp(milliseconds: 1_000_000) }
      settings.sendsRetryAfter = isTold
      try await withSimulator(settings) { _, url in
        for _ in 0..<2 { expectStatus(200, try await post(url, body)) }
        let refused = try await post(url, body)
        expectStatus(429, refused)
        #expect(refused.fields["retry-after"] == (isTold ? seconds : nil))
      }
    }
  }

  @Test("lets a result link go after its time")
  func links() async throws {
    let clock = Mutex(Timestamp(milliseconds: 1_000_000))
    let settings = SimulatorSettings(
      linkSeconds: 60, now: { clock.withLock { $0 } })
    let body = try SampleOrder(outputFormat: .url).body()
    try await withSimulator(settings) { _, url in
      let answer = try await post(url, body)
      let link = try #require(try answer.json()["data"]?.array?.first?["url"]?.string)
      let path = String(link.dropFirst(url.count))
      #expect(try await TestClient.exchange(url, "GET", path).status == 200)
      clock.withLock { $0 = Timestamp(milliseconds: 1_060_000) }
      #expect(try await TestClient.exchange(url, "GET", path).status == 404)
    }
  }

  @Test("gives a link that was never there for one that has expired")
  func expired() async throws {
    let body = try SampleOrder(prompt: "A cup simulate:expired-link", outputFormat: .url).body()
    try await withSimulator { _, url in
      let answer = try await post(url, body)
      let link = try #require(try answer.json()["data"]?.array?.first?["url"]?.string)
      let path = String(link.dropFirst(url.count))
      expectStatus(404, try await TestClient.exchange(url, "GET", path))
    }
  }

  @Test("takes as long as the contract says, times its factor")
  func latency() async throws {
    let waits = Mutex<[Duration]>([])
    let settings = SimulatorSettings(
      timeFactor: 0.5, pause: { wait in waits.withLock { $0.append(wait) } })
    let body = try SampleOrder().body()
    try await withSimulator(settings) { _, url in _ = try await post(url, body) }
    let wait = try #require(waits.withLock { $0.first })
    #expect((.milliseconds(7_000)...(.milliseconds(17_000))).contains(wait))
  }
}

@Suite("A simulator of canned pictures")
struct CannedTests {
  @Test("draws once a size, and gives every order bytes of its own and the same pixels")
  func draws() async throws {
    let painter = NotingPainter()
    let settings = SimulatorSettings(codec: .jpeg(quality: 80), isCanned: true)
    let files = try await withSimulator(settings, painter: painter) { _, url in
      var files: [[UInt8]] = []
      for seed in 1...3 {
        let answer = try await post(url, try SampleOrder(seed: seed).body())
        let base64 = try #require(try answer.json()["data"]?.array?.first?["b64_json"]?.string)
        files.append(try #require(Base64.decode(Array(base64.utf8))))
      }
      return files
    }
    #expect(painter.edits.count == 1)
    #expect(Set(files).count == 3)
    #expect(try Set(files.map { try Picture(decoding: $0).digest }).count == 1)
  }
}

@Suite("A task of the simulator")
struct TaskDeskTests {
  private func states(_ fault: String, questions: Int) async throws -> [String] {
    let body = try SampleOrder(prompt: "A cup simulate:\(fault)").body()
    return try await withSimulator { server, url in
      let answer = try await post(url, body)
      let id = try #require(try answer.json()["data"]?["task_id"]?.string)
      var states = [try #require(try answer.json()["data"]?["status"]?.string)]
      for _ in 0..<questions {
        let next = try await TestClient.exchange(
          url, "GET", "/v1/images/tasks/\(id)", fields: orderFields)
        states.append(try #require(try next.json()["data"]?["status"]?.string))
      }
      states.append("\(server.ledger.entries.filter(\.isDelivered).count) delivered")
      return states
    }
  }

  @Test("runs for the stated number of questions, and ends with its pictures again and again")
  func runs() async throws {
    #expect(
      try await states("task:2", questions: 4) == [
        "created", "in_progress", "in_progress", "completed", "completed", "1 delivered",
      ])
  }

  @Test("fails after one question, or never ends, where it is asked to")
  func fails() async throws {
    #expect(
      try await states("task-failed", questions: 2) == [
        "created", "in_progress", "failed", "0 delivered",
      ])
    #expect(
      try await states("task-endless", questions: 2) == [
        "created", "in_progress", "in_progress", "0 delivered",
      ])
  }

  @Test("is known by its id only, and to who has a key")
  func unknown() async throws {
    try await withSimulator { _, url in
      let path = "/v1/images/tasks/task-1"
      let known = try await TestClient.exchange(url, "GET", path, fields: orderFields)
      expectStatus(404, known)
      expectStatus(401, try await TestClient.exchange(url, "GET", path))
    }
  }
}

extension EditAnswer {
  /// What an answer says, without its pictures.
  enum Kind: Hashable, Sendable {
    case pictures(whole: Int, failed: Int)
    case task
    case refused(APIError.Category, Int)
  }

  var kind: Kind {
    switch self {
    case .pictures(let items, _):
      let failed = items.filter { if case .failed = $0.delivery { true } else { false } }.count
      return .pictures(whole: items.count - failed, failed: failed)
    case .task: return .task
    case .refused(let error): return .refused(error.category, error.status)
    }
  }
}
