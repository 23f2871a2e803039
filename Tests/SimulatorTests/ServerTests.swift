import Canonical
import LoopbackServer
import SeedreamAPI
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(10))) struct ServerTests {
  @Test func `It listens on loopback at a port of its own`() async throws {
    try await withSimulator { _, baseURL in
      #expect(baseURL.hasPrefix("http://127.0.0.1:"))
      #expect(!baseURL.hasSuffix(":0"))
    }
  }

  @Test func `A taken port is named with what helps`() async throws {
    try await withSimulator { _, baseURL in
      let port = try #require(baseURL.split(separator: ":").last.flatMap { UInt16($0) })
      let second = SimulatorServer(settings: SimulatorSettings(port: port))
      let error = #expect(throws: LoopbackFailure.portTaken(port)) { try second.start() }
      #expect(try #require(error).description.contains("port \(port)"))
      #expect(try #require(error).description.contains("--port 0"))
    }
  }

  @Test func `It serves only after it was started and only once`() async throws {
    let server = SimulatorServer(settings: SimulatorSettings())
    await #expect(throws: LoopbackFailure.notStarted) { try await server.run() }
    try await server.serving { server, _ in
      _ = #expect(throws: LoopbackFailure.notStarted) { try server.start() }
    }
    #expect(throws: LoopbackFailure.notStarted) { try server.start() }
  }

  @Test func `A port is free again after a stop with idle connections`() async throws {
    let (idle, port) = try await withSimulator { _, baseURL in
      var client = try await TestClient(baseURL)
      try await client.send(TestClient.request("GET", "/_simulator/ledger"))
      #expect(try await client.receive().status == 200)
      return (client, try #require(baseURL.split(separator: ":").last.flatMap { UInt16($0) }))
    }
    var client = idle
    #expect(await client.isEnded())
    try client.close()
    try await withSimulator(SimulatorSettings(port: port)) { server, baseURL in
      #expect(baseURL == "http://127.0.0.1:\(port)")
      #expect(server.connectionCount == 0)
    }
  }

  @Test func `Cancelling the task that runs it ends it`() async throws {
    let server = SimulatorServer(settings: SimulatorSettings())
    let baseURL = try server.start()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      try await expectStatus(200, TestClient.exchange(baseURL, "GET", "/_simulator/ledger"))
      group.cancelAll()
      try await group.waitForAll()
    }
    await #expect(throws: (any Error).self) {
      try await TestClient.exchange(baseURL, "GET", "/_simulator/ledger")
    }
  }

  @Test func `Many clients at once are all served`() async throws {
    try await withSimulator { server, baseURL in
      let body = try SampleOrder(seed: nil).body()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<40 {
          group.addTask { try await post(baseURL, body).status }
        }
        for try await status in group { #expect(status == 200) }
      }
      #expect(server.ledger.entries.count == 40)
      #expect(!server.ledger.entries.map(\.isDelivered).contains(false))
    }
  }

  @Test func `Two simulators give the same bytes`() async throws {
    let body = try SampleOrder(size: .preset(.square)).body()
    let settings = SimulatorSettings(
      codec: .jpeg(quality: 85), now: { Timestamp(milliseconds: 0) })
    var answers: [[UInt8]] = []
    for _ in 0..<2 {
      answers.append(
        try await SimulatorServer.serving(settings) { _, baseURL in
          try await post(baseURL, body).body
        })
    }
    #expect(answers[0] == answers[1])
    let data = try #require(try JSONParser.parse(answers[0])["data"]?.array)
    #expect(data.count == 1)
  }
}
