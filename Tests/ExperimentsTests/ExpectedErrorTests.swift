import Canonical
import Experiments
import Recording
import SeedreamAPI
import TestSupport
import Testing

/// What becomes part of a recording when the service fails, and what a case can expect of it.
@Suite(.temporaryFolder)
struct ExpectedErrorTests {
  /// An error in the body of an answer with status 200, or with its own.
  private static func error(_ code: Int) -> String {
    #"{"error":{"code":\#(code),"message":"no","param":"","type":""}}"#
  }

  @Test(arguments: [200, 503])
  func `A passing error that is expected is asked for once, recorded and replayed`(
    status: Int
  ) async throws {
    let bench = try Bench(checks: ", {error: unavailable}, {baseline: identical-bytes}")
    let gateway = Gateway.always(Self.error(503), status: status)
    let bought = try await bench.runOne(.record, gateway)
    #expect(bought.outcome == .passed, "\(bought.reason)")
    #expect(bought.checks.map(\.name) == ["error"])
    #expect(bought.reason.contains("refused as expected: HTTP 503"))
    #expect(gateway.seen.count == 1)
    #expect(bought.cost == .zero && bought.possiblyBilled == .zero)
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == .passed, "\(replayed.reason)")
    #expect(replayed.source == .replayed)
  }

  @Test(arguments: [422, 403])
  func `A final error inside a 200 is recorded, expected or not`(code: Int) async throws {
    let bench = try Bench()
    let bought = try await bench.runOne(.record, .always(Self.error(code)))
    #expect(bought.outcome == (code == 403 ? .blocked : .apiError))
    #expect(try await bench.runOne(.replay).reason == bought.reason)
  }

  @Test(arguments: [401, 404, 429, 500, 503])
  func `A passing error inside a 200 is not recorded where it is not expected`(
    code: Int
  ) async throws {
    let bench = try Bench(checks: ", {error: malformed}")
    let result = try await bench.runOne(.record, .always(Self.error(code)))
    #expect(result.outcome != .passed)
    #expect(try bench.fixtures.caseIDs().isEmpty)
  }

  @Test(arguments: ["not JSON", #"{"created":1,"data":[]}"#])
  func `An answer that breaks the contract can be expected`(text: String) async throws {
    let bench = try Bench(checks: ", {error: malformed}")
    let bought = try await bench.runOne(.record, .always(text))
    #expect(bought.outcome == .passed, "\(bought.reason)")
    // Whether it was billed, nobody can tell.
    #expect(bought.possiblyBilled == Money(microDollars: 30_000))
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }

  @Test func `A task that fails as expected is recorded with its end`() async throws {
    let bench = try Bench(checks: ", {error: server}")
    let gateway = Gateway { (_, id) throws(TransportFailure) in
      switch (id.role, id.ordinal) {
      case (.poll, 1): Sample.response(#"{"data":{"status":"failed","fail_reason":"no"}}"#)
      default: Sample.response(#"{"data":{"task_id":"t-1","status":"running"}}"#)
      }
    }
    let bought = try await bench.runOne(.record, gateway)
    #expect(bought.outcome == .passed, "\(bought.reason)")
    let fixture = try #require(try bench.fixtures.fixture(of: bought.identity.id))
    #expect(fixture.exchanges.map(\.role) == [.generate, .poll])
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }

  @Test func `Retries before the expected picture are no part of a recording`() async throws {
    let bench = try Bench()
    let picture = Sample.answer(try Sample.png())
    let count = Counter()
    let gateway = Gateway { (_, _) throws(TransportFailure) in
      count.next() < 2 ? Sample.response(Self.error(503)) : Sample.response(picture)
    }
    let bought = try await bench.runOne(.record, gateway)
    #expect(bought.outcome == .passed, "\(bought.reason)")
    #expect(bought.failedAttempts.count == 2)
    let fixture = try #require(try bench.fixtures.fixture(of: bought.identity.id))
    #expect(fixture.exchanges.count == 1)
  }

  @Test func `An error that was stored as expected is asked for anew once it is not`()
    async throws
  {
    let bench = try Bench(checks: ", {error: unavailable}")
    let stored = try await bench.runOne(.live, .always(Self.error(503)))
    #expect(stored.outcome == .passed)
    // The same store and the same request, of a suite that no longer expects the error.
    let later = try Bench(ledger: bench.ledger)
    let result = try await later.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(result.outcome == .passed, "\(result.reason)")
    #expect(result.source == .bought)
  }

  // MARK: - Fewer pictures

  private static let fields = "output_format: b64_json, n: 2"

  @Test(arguments: ["", #",{"error":{"code":"InternalServiceError","message":"no"}}"#])
  func `Fewer pictures are recorded, and no refresh puts them in the place of more`(
    rest: String
  ) async throws {
    let one = try Sample.png(1)
    let short = #"{"data":[{"b64_json":"\#(Sample.base64(one))"}\#(rest)]}"#
    let bench = try Bench(fields: Self.fields)
    #expect(try await bench.runOne(.record, .always(short)).outcome == .failed)
    #expect(try await bench.runOne(.replay).outputs.count == 1)
    let whole = Sample.answer(one, try Sample.png(2))
    #expect(try await bench.runOne(.refresh, .always(whole)).outcome == .passed)
    let again = try await bench.runOne(.refresh, .always(short))
    #expect(again.outcome == .failed)
    #expect(
      again.notices == ["only 1 picture came; the recording, which has more, stays"])
    #expect(try await bench.runOne(.replay).outcome == .passed)
    // What was paid for is still there.
    #expect(try bench.blobs.bytes(of: BlobID(of: one)) == one)
  }

  @Test func `Fewer pictures take the place of more where the case expects them`() async throws {
    let short = Sample.answer(try Sample.png(1))
    let bench = try Bench(fields: Self.fields)
    let whole = Sample.answer(try Sample.png(1), try Sample.png(2))
    _ = try await bench.runOne(.record, .always(whole))
    let expecting = try Bench(fields: Self.fields, checks: ", {count: 1}")
    #expect(try await expecting.runOne(.refresh, .always(short)).outcome == .passed)
    #expect(try await expecting.runOne(.replay).outputs.count == 1)
  }

  @Test func `An expected refusal takes the place of pictures`() async throws {
    _ = try await Bench().runOne(.record, .always(Sample.answer(try Sample.png())))
    let bench = try Bench(checks: ", blocked")
    #expect(try await bench.runOne(.replay).outcome == .failed)
    let refreshed = try await bench.runOne(.refresh, .always(Self.error(403)))
    #expect(refreshed.outcome == .passed, "\(refreshed.reason)")
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }
}
