import Canonical
import ImageComparison
import SeedreamAPI
import Testing

@testable import Simulator

@Suite(.timeLimit(.minutes(10))) struct LedgerTests {
  @Test func `Every picture is billed under the client's own request key`() async throws {
    let at = Timestamp(milliseconds: 1_760_177_063_999)
    try await withSimulator(SimulatorSettings(now: { at })) { _, baseURL in
      let orders = [
        try SampleOrder(n: 2), try SampleOrder(prompt: "\u{e9}", seed: nil, outputFormat: .url),
        try SampleOrder(size: .custom(PixelSize(width: 1_280, height: 960))),
        try SampleOrder(pictures: [PictureEncoder.jpeg(samplePicture())], size: .preset(.auto)),
      ]
      for order in orders {
        try await expectStatus(200, post(baseURL, order.body()))
      }
      let ledger = try await TestClient.exchange(baseURL, "GET", "/_simulator/ledger").json()
      #expect(ledger["simulator"]?.bool == true)
      #expect(ledger["images"]?.integer == 5)
      let entries = try #require(ledger["entries"]?.array)
      let keys = orders.map { JSONValue.string($0.request.key.description) }
      #expect(entries.map { $0["request_key"] } == [keys[0], keys[0], keys[1], keys[2], keys[3]])
      #expect(entries.map { $0["image_index"]?.integer } == [0, 1, 0, 0, 0])
      #expect(entries.allSatisfy { $0["delivered"]?.bool == true })
      #expect(entries.allSatisfy { $0["model"]?.string == ModelName.seedreamV4.text })
      #expect(entries.allSatisfy { $0["at"]?.string == "2025-10-11T10:04:23.999Z" })
    }
  }

  @Test func `Who breaks off before reading pays for what was not delivered`() async throws {
    try await withSimulator { server, baseURL in
      let body = try SampleOrder(n: 2).body()
      let client = try await TestClient(baseURL)
      try await client.send(
        TestClient.request("POST", EditRequest.path, fields: orderFields, body: body))
      // The answer is in the client's socket, or will be; closing it unread breaks the connection off.
      while server.ledger.entries.isEmpty { await Task.yield() }
      try client.close()
      while server.connectionCount > 0 { await Task.yield() }
      #expect(server.ledger.entries.map(\.isDelivered) == [false, false])
    }
  }

  @Test func `A large answer is delivered to who reads it and not to who stops reading`()
    async throws
  {
    let server = SimulatorServer(settings: SimulatorSettings(), painter: NoisePainter())
    try await server.serving { server, baseURL in
      let request = TestClient.request(
        "POST", EditRequest.path, fields: orderFields, body: try SampleOrder(n: 6).body())
      let silent = try await TestClient(baseURL)
      try await silent.send(request)
      while server.ledger.entries.isEmpty { await Task.yield() }
      var reading = try await TestClient(baseURL)
      try await reading.send(request)
      #expect(try await reading.receive().body.count > 6_000_000)
      let delivered = server.ledger.entries.map(\.isDelivered)
      #expect(delivered == [Bool](repeating: false, count: 6) + [Bool](repeating: true, count: 6))
      try silent.close()
      try reading.close()
      while server.connectionCount > 0 { await Task.yield() }
      #expect(server.ledger.entries.map(\.isDelivered) == delivered)
    }
  }

  @Test func `Who reads and then closes has got it`() async throws {
    try await withSimulator { server, baseURL in
      try await expectStatus(200, post(baseURL, SampleOrder().body()))
      while server.connectionCount > 0 { await Task.yield() }
      #expect(server.ledger.entries.map(\.isDelivered) == [true])
    }
  }

  @Test func `A half sent order bills nothing`() async throws {
    try await withSimulator { server, baseURL in
      let bytes = TestClient.request(
        "POST", EditRequest.path, fields: orderFields, body: try SampleOrder().body())
      let client = try await TestClient(baseURL)
      try await client.send(Array(bytes.dropLast()))
      try client.close()
      while server.connectionCount > 0 { await Task.yield() }
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `An answer is delivered with its last byte and not before`() throws {
    struct Stop: Error {}
    let ledger = BillingLedger()
    let key = try SampleOrder().request.key
    let at = Timestamp(milliseconds: 0)
    let receipt = ledger.bill(2, of: key, model: .seedreamV4, at: at)
    let other = ledger.bill(1, of: key, model: .seedreamV4, at: at)
    func deliver(_ receipt: BillingLedger.Receipt?, isLast: Bool) -> Bool {
      ledger.deliver(receipt) { () throws(Never) in isLast }
    }
    let isFirstLast = deliver(receipt, isLast: false)
    #expect(!isFirstLast)
    #expect(ledger.entries.map(\.isDelivered) == [false, false, false])
    #expect(throws: Stop.self) {
      _ = try ledger.deliver(receipt) { () throws(Stop) -> Bool in throw Stop() }
    }
    #expect(ledger.entries.map(\.isDelivered) == [false, false, false])
    let isSecondLast = deliver(receipt, isLast: true)
    #expect(isSecondLast)
    #expect(ledger.entries.map(\.isDelivered) == [true, true, false])
    ledger.withdraw(receipt)
    _ = deliver(other, isLast: true)
    #expect(ledger.entries.map(\.isDelivered) == [false, false, true])
  }
}
