import SeedreamAPI
import Testing

/// How long one request may take.
@Suite struct RequestTimeTests {
  @Test func `A request may be silent as long as it may take`() {
    let limits = HTTPLimits(requestTimeout: .seconds(900))
    #expect(limits.total == .seconds(900))
    #expect(limits.idle == .seconds(900))
    #expect(limits.connect == HTTPLimits().connect)
    #expect(HTTPLimits(requestTimeout: .seconds(2)).connect == .seconds(2))
  }

  @Test func `Questions and downloads take no longer than an order may`() async throws {
    let transport = ScriptedTransport(
      generate: [.task("queued")],
      poll: [.pictures(#"{"url":"https://pictures.example/1.png","b64_json":""}"#)],
      download: [.response(body: Sample.first)])
    let client = SeedreamClient(
      endpoint: Endpoint(base: try HTTPURL("https://api.example"), authorization: nil),
      transport: transport, sleeper: RecordingSleeper(cancelledAt: nil),
      limits: HTTPLimits(requestTimeout: .seconds(20)))
    _ = try await client.edit(
      Sample.request, blobs: Sample.blobs, as: `The client`.caseKey)
    let limits = await transport.exchanges.map(\.request.limits)
    #expect(limits.map(\.total) == [.seconds(20), .seconds(20), .seconds(20)])
    #expect(limits.map(\.idle) == [.seconds(20), .seconds(20), .seconds(20)])
    #expect(limits.map(\.redirectsMax) == [0, 0, 5])
  }
}
