import Canonical
import SeedreamAPI
import Testing

@testable import Simulator

/// A message that breaks a rule, and the status that refuses it.
struct BrokenMessage: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let status: Int

  init(_ name: String, _ text: String, _ status: Int) {
    (testDescription, self.text, self.status) = (name, text, status)
  }
}

@Suite(.timeLimit(.minutes(10))) struct WireTests {
  static let brokenHeads: [BrokenMessage] = [
    BrokenMessage("no version", "GET /\r\n\r\n", 400),
    BrokenMessage("two blanks", "GET  / HTTP/1.1\r\n\r\n", 400),
    BrokenMessage("no start line", "\r\n\r\n", 400),
    BrokenMessage("HTTP/2.0", "GET / HTTP/2.0\r\n\r\n", 505),
    BrokenMessage("no colon", "GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
    BrokenMessage("no name", "GET / HTTP/1.1\r\n: x\r\n\r\n", 400),
    BrokenMessage("folded field", "GET / HTTP/1.1\r\n folded: x\r\n\r\n", 400),
    BrokenMessage("blank in a name", "GET / HTTP/1.1\r\nX Y: x\r\n\r\n", 400),
    BrokenMessage("control character", "GET / HTTP/1.1\r\nX: a\u{1}b\r\n\r\n", 400),
    BrokenMessage("negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    BrokenMessage(
      "two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    BrokenMessage("list of lengths", "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", 400),
    BrokenMessage(
      "length beyond integers", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
      413),
    BrokenMessage(
      "length and chunks",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400),
    BrokenMessage(
      "unknown coding", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    BrokenMessage(
      "chunk without size", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    BrokenMessage(
      "chunk longer than its size", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
      400),
    BrokenMessage(
      "chunk over the limit",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", 413),
    BrokenMessage(
      "too many fields", "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n",
      431),
    BrokenMessage("endless start line", "GET /" + String(repeating: "x", count: 20_000), 431),
    BrokenMessage(
      "endless field", "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 16_400) + "\r\n\r\n",
      431),
  ]

  @Test(arguments: brokenHeads)
  func `A message that breaks a rule is refused and the connection ends`(
    message: BrokenMessage
  ) async throws {
    try await withSimulator { _, baseURL in
      var client = try await TestClient(baseURL)
      try await client.send(message.text)
      let answer = try await client.receive()
      #expect(answer.status == message.status)
      #expect(try answer.error("code").integer == message.status)
      #expect(answer.fields["connection"] == "close")
      #expect(await client.isEnded())
      try client.close()
    }
  }

  @Test func `A body over the limit is refused and the next connection is served`() async throws {
    try await withSimulator(SimulatorSettings(bodyByteCountMax: 1_000)) { server, baseURL in
      let answer = try await post(baseURL, [UInt8](repeating: 0x20, count: 1_001))
      #expect(answer.status == 413)
      try await expectStatus(400, post(baseURL, [UInt8](repeating: 0x20, count: 1_000)))
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `One connection serves requests one after the other`() async throws {
    try await withSimulator { _, baseURL in
      var client = try await TestClient(baseURL)
      let order = TestClient.request(
        "POST", EditRequest.path, fields: orderFields, body: try SampleOrder().body())
      let ledger = TestClient.request("GET", "/_simulator/ledger")
      // Two at once, the second before the first is answered.
      try await client.send(order + ledger)
      #expect(try await client.receive().status == 200)
      #expect(try await client.receive().json()["images"]?.integer == 1)
      try await client.send(ledger)
      #expect(try await client.receive().json()["images"]?.integer == 1)
      try client.close()
    }
  }

  @Test(arguments: [
    "GET /_simulator/ledger HTTP/1.1\r\nConnection: close\r\n\r\n",
    "GET /_simulator/ledger HTTP/1.1\r\nConnection: x, Close\r\n\r\n",
    "GET /_simulator/ledger HTTP/1.0\r\n\r\n",
  ])
  func `A connection ends after the answer when the client wants it`(text: String) async throws {
    try await withSimulator { _, baseURL in
      var client = try await TestClient(baseURL)
      try await client.send(text)
      let answer = try await client.receive()
      #expect(answer.status == 200)
      #expect(answer.fields["connection"] == "close")
      #expect(await client.isEnded())
      try client.close()
    }
  }

  @Test func `A chunked order is taken`() async throws {
    try await withSimulator { server, baseURL in
      let body = try SampleOrder().body()
      let half = body.count / 2
      var client = try await TestClient(baseURL)
      var bytes = TestClient.request(
        "POST", EditRequest.path, fields: orderFields + [("Transfer-Encoding", "chunked")])
      bytes += Array("\(String(half, radix: 16));x=y\r\n".utf8) + body[..<half] + [0x0D, 0x0A]
      bytes += Array("\(String(body.count - half, radix: 16, uppercase: true))\r\n".utf8)
      bytes += body[half...] + Array("\r\n0\r\nX-Trailer: 1\r\n\r\n".utf8)
      try await client.send(bytes)
      #expect(try await client.receive().status == 200)
      try await client.send(TestClient.request("GET", "/_simulator/ledger"))
      #expect(try await client.receive().json()["images"]?.integer == 1)
      try client.close()
    }
  }

  @Test func `A client that waits for leave gets it`() async throws {
    try await withSimulator { _, baseURL in
      let body = try SampleOrder().body()
      var client = try await TestClient(baseURL)
      let fields = [("Expect", "100-continue"), ("Content-Length", "\(body.count)")]
      try await client.send(
        TestClient.request("POST", EditRequest.path, fields: orderFields + fields))
      #expect(try await client.receive().status == 100)
      try await client.send(body)
      #expect(try await client.receive().status == 200)
      try client.close()
    }
  }

  @Test func `A request that comes in single bytes is read`() async throws {
    try await withSimulator { _, baseURL in
      var client = try await TestClient(baseURL)
      for byte in "GET /_simulator/ledger HTTP/1.1\r\nHost: x\r\n\r\n".utf8 {
        try await client.send([byte])
      }
      #expect(try await client.receive().status == 200)
      try client.close()
    }
  }

  @Test func `Too many connections are refused`() async throws {
    let settings = SimulatorSettings(connectionsMax: 1)
    try await withSimulator(settings) { server, baseURL in
      var first = try await TestClient(baseURL)
      try await first.send(TestClient.request("GET", "/_simulator/ledger"))
      #expect(try await first.receive().status == 200)
      let second = try await TestClient.exchange(baseURL, "GET", "/_simulator/ledger")
      #expect(second.status == 503)
      try first.close()
      while server.connectionCount > 0 { await Task.yield() }
      try await expectStatus(200, TestClient.exchange(baseURL, "GET", "/_simulator/ledger"))
    }
  }
}
