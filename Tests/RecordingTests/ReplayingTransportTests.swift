import Canonical
import Recording
import SeedreamAPI
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct ReplayingTransportTests {
  private let blobs = store()

  private func transport(_ exchanges: Exchange...) throws -> ReplayingTransport {
    let fixture = Fixture(
      caseKey: try Made.key(), canonicalRequest: try Made.request().canonical, origin: .simulator,
      exchanges: exchanges)
    return ReplayingTransport(fixture: fixture, blobs: blobs, redactor: Made.redactor)
  }

  private func send(
    _ transport: ReplayingTransport, _ role: ExchangeRole, _ ordinal: Int,
    method: HTTPMethod = .get, url: String = "https://replay.invalid/x", seed: Int = 7
  ) async throws -> String {
    let response = try await transport.send(
      HTTPRequest(method: method, url: try HTTPURL(url)),
      as: ExchangeID(caseKey: try Made.key(seed: seed), role: role, ordinal: ordinal))
    return String(decoding: response.body, as: UTF8.self)
  }

  private func expect(
    _ code: TransportFailure.Code, at location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> String
  ) async {
    let failure = await #expect(throws: TransportFailure.self, sourceLocation: location) {
      _ = try await body()
    }
    #expect(failure?.code == code, sourceLocation: location)
    #expect(failure?.phase == .beforeSending, sourceLocation: location)
  }

  private func text(_ text: String) -> Body { Body(Array(text.utf8)) }

  @Test func `Orders are served in strict sequence`() async throws {
    let transport = try transport(
      Made.exchange(.generate, 0, body: text("a")), Made.exchange(.generate, 1, body: text("b")))
    #expect(try await send(transport, .generate, 1, method: .post) == "b")
    #expect(try await send(transport, .generate, 0, method: .post) == "a")
    await expect(.exhausted) { try await send(transport, .generate, 2, method: .post) }
  }

  @Test func `Questions after a task go through the recorded ones and stay at the last`()
    async throws
  {
    let transport = try transport(
      Made.exchange(.poll, 0, method: .get, body: text("a")),
      Made.exchange(.poll, 1, method: .get, body: text("b")))
    for (ordinal, expected) in [(0, "a"), (1, "b"), (2, "b"), (90, "b")] {
      #expect(try await send(transport, .poll, ordinal) == expected)
    }
  }

  /// Questions that found the task still running are not part of a recording.
  @Test func `A question is answered by the next one that is recorded`() async throws {
    let transport = try transport(
      Made.exchange(.poll, 2, method: .get, body: text("c")),
      Made.exchange(.poll, 5, method: .get, body: text("f")))
    for (ordinal, expected) in [(0, "c"), (2, "c"), (3, "f"), (6, "f")] {
      #expect(try await send(transport, .poll, ordinal) == expected)
    }
  }

  @Test func `A picture may be fetched again and again, from where the answer said`() async throws {
    let picture = Array("picture".utf8)
    let url = "https://a.example/x.png?sig=REDACTED&w=1"
    let transport = try transport(
      Made.exchange(.download, 1, method: .get, url: url, body: Body(picture)))
    for asked in [url, url, "https://a.example/x.png?sig=other&w=1"] {
      #expect(try await send(transport, .download, 1, url: asked) == "picture")
    }
    await expect(.mismatch) { try await send(transport, .download, 1, url: "https://a.example/y") }
    await expect(.exhausted) { try await send(transport, .download, 0, url: url) }
    await expect(.exhausted) { try await send(transport, .download, 2, url: url) }
  }

  @Test func `Another method or another request is not served`() async throws {
    let transport = try transport(Made.exchange(body: text("a")))
    await expect(.mismatch) { try await send(transport, .generate, 0, method: .get) }
    await expect(.mismatch) { try await send(transport, .generate, 0, method: .post, seed: 8) }
    await expect(.exhausted) { try await send(transport, .poll, 0) }
  }

  @Test func `Parts that do not make the recorded bytes are corrupt`() async throws {
    let bytes = Array(Made.answer(Made.picture()).utf8)
    let split = BodySplitter.split(bytes)
    for blob in split.blobs { try blobs.write(blob.bytes, as: blob.id) }
    let good = split.body
    for body in [
      Body(parts: good.parts, byteCount: good.byteCount - 1, digest: good.digest),
      Body(parts: [], byteCount: good.byteCount, digest: good.digest),
      Body(parts: [.blob(BlobID(of: [1]))], byteCount: 1, digest: SHA256Digest(hashing: [1])),
      Body(
        parts: split.blobs.map { .blob($0.id) }, byteCount: split.blobs[0].bytes.count,
        digest: good.digest),
    ] {
      let transport = try transport(Made.exchange(body: body))
      await expect(.corrupt) { try await send(transport, .generate, 0, method: .post) }
    }
    let literal = text("a")
    let wrong = Body(
      parts: literal.parts, byteCount: literal.byteCount, digest: SHA256Digest(hashing: []))
    let transport = try transport(Made.exchange(body: wrong))
    await expect(.corrupt) { try await send(transport, .generate, 0, method: .post) }
  }

  @Test func `A picture that came as base64 is served beside the answer, not as text`()
    async throws
  {
    let picture = Made.picture()
    let split = BodySplitter.split(Array(Made.answer(picture).utf8))
    for blob in split.blobs { try blobs.write(blob.bytes, as: blob.id) }
    let response = try await transport(Made.exchange(body: split.body)).send(
      HTTPRequest(method: .post, url: try HTTPURL("https://replay.invalid/x")),
      as: ExchangeID(caseKey: try Made.key(), role: .generate, ordinal: 0))
    #expect(response.body.count < 200)
    guard case .pictures(let items, _) = EditAnswer(response) else {
      Issue.record("the answer has no pictures")
      return
    }
    #expect(items.map(\.delivery) == [.bytes(picture)])
  }

  @Test func `A picture that was changed since is corrupt`() async throws {
    let exchange = Made.download(0, Made.picture())
    let blob = try #require(exchange.response.body.blobs.first)
    try DurableFile.createFolder(blobs.folder)
    try DurableFile.write([1, 2, 3], to: blobs.path(of: blob))
    let transport = try transport(exchange)
    await expect(.corrupt) {
      try await send(transport, .download, 0, url: "https://image.example/a.png")
    }
  }
}
