import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// Cases from the request to the outcome, over recordings that the same code has made.
@Suite(.temporaryFolder)
struct CaseRunnerTests {
  private let baselineCheck = ", {baseline: identical-bytes}"

  /// Everything that one run has returned, approved.
  private func approved(_ results: [CaseResult], in bench: Bench) throws -> Baseline {
    var changes = Approval.Changes(Baseline(suite: bench.suite.name))
    var tally = Approval.Result()
    let approval = Approval(
      .approved, run: try Sample.run(), by: "ada", note: nil, at: Sample.start, replaces: false)
    for result in results {
      try approval.decide(result, in: &changes, tally: &tally)
    }
    try changes.keepPictures(in: bench.fixtures.blobs)
    return changes.baseline
  }

  @Test func `What was recorded passes in replay without a network`() async throws {
    let bench = try Bench(seeds: "[1, 2]", checks: baselineCheck + ", {latency: {max: 1s}}")
    let gateway = Gateway.always(Sample.answer(try Sample.png()))
    let recorded = try await bench.run(.record, gateway, failsUnapproved: false)
    #expect(recorded.map(\.outcome) == [.passed, .passed])
    #expect(recorded.map(\.source) == [.bought, .bought])
    #expect(recorded[0].cost == Money(microDollars: 30_000))
    #expect(recorded[0].notices.first?.contains("approve it") == true)
    #expect(recorded[0].outputs.first?.path.starts(with: bench.fixtures.folder) == true)
    let baseline = try approved(recorded, in: bench)
    for mode in [RunMode.replay, .record] {
      let gateway = mode == .replay ? nil : Gateway.unexpected
      let replayed = try await bench.run(mode, gateway, baseline: baseline)
      #expect(replayed.map(\.outcome) == [.passed, .passed])
      #expect(replayed.map(\.source) == [.replayed, .replayed])
      #expect(replayed.map(\.cost) == [.zero, .zero])
      #expect(replayed[0].latencyMilliseconds == 1_000)
      #expect(replayed[0].startedAt == Sample.start)
      #expect(replayed[0].origin == .api("https://image.example"))
      #expect(replayed[0].outputs == recorded[0].outputs)
    }
  }

  @Test func `A picture unlike the approved one has drifted`() async throws {
    let bench = try Bench(checks: baselineCheck)
    let first = try await bench.run(.live, .always(Sample.answer(try Sample.png(1))))
    let baseline = try approved(first, in: bench)
    // A store of its own: a run is not given what another has bought live.
    let second = try await Bench(checks: baselineCheck).runOne(
      .live, .always(Sample.answer(try Sample.png(2))), baseline: baseline)
    #expect(second.outcome == .drifted)
    #expect(second.reason.contains("other pixels"))
    #expect(second.hint?.contains("proofsheet approve") == true)
    #expect(try bench.fixtures.caseIDs().isEmpty)
  }

  @Test func `What 'auto' lacks beside an approval is told in the place of one`() async throws {
    let bench = try Bench(checks: ", {baseline: auto}")
    let result = try await bench.runOne(.live, .always(Sample.answer(try Sample.png())))
    #expect(result.outcome == .unapproved)
    #expect(result.hint?.contains("proofsheet probe '") == true)
    #expect(result.hint?.contains("approve") == false)
  }

  @Test func `The first check that fails speaks, and the others are named`() async throws {
    let bench = try Bench(
      checks: ", {count: 2}, {format: webp}, {latency: {max: 1ms, severity: warn}}, "
        + "{revised-prompt: present}")
    let result = try await bench.runOne(.live, .always(Sample.answer(try Sample.png())))
    #expect(result.outcome == .failed)
    #expect(
      result.reason == "count: expected 2 pictures, got 1; and 2 more: format, revised-prompt")
  }

  @Test(arguments: [(true, Outcome.unapproved), (false, .passed)])
  func `An output without approval fails or warns`(fails: Bool, outcome: Outcome) async throws {
    let bench = try Bench(checks: baselineCheck)
    let result = try await bench.runOne(
      .live, .always(Sample.answer(try Sample.png())), failsUnapproved: fails)
    #expect(result.outcome == outcome)
    #expect(result.notices.isEmpty == fails)
    #expect(result.checks.last?.verdict == .unapproved)
  }

  @Test func `Pictures by URL are fetched, recorded and replayed`() async throws {
    let bench = try Bench(fields: "output_format: url, n: 2")
    let pictures = [try Sample.png(1), try Sample.png(2)]
    // As a writer in Go escapes it.
    let items = (0..<2).map {
      #"{"url":"https://cdn.example/\#($0).png?w=1\u0026X-Tos-Signature=abc\u0026h=2"}"#
    }
    let gateway = Gateway { (request, id) throws(TransportFailure) in
      guard id.role == .download else {
        return Sample.response(#"{"data":[\#(items.joined(separator: ","))]}"#)
      }
      #expect(request.url.text.contains("&X-Tos-Signature=abc&h=2"))
      #expect(request.authorization == nil)
      return Sample.response(pictures[id.ordinal])
    }
    let bought = try await bench.runOne(.record, gateway)
    #expect(bought.outcome == .passed, "\(bought.reason)")
    let har = try DurableFile.read(
      bench.fixtures.path(of: bought.identity.id), byteCountMax: 1 << 20)
    #expect(!String(decoding: har, as: UTF8.self).contains("abc"))
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == .passed, "\(replayed.reason)")
    #expect(replayed.outputs.map(\.blob) == pictures.map { BlobID(of: $0) })
  }

  @Test func `A task is asked after, recorded and replayed`() async throws {
    let bench = try Bench()
    let picture = Sample.base64(try Sample.png())
    let gateway = Gateway { (_, id) throws(TransportFailure) in
      if id.role == .poll, id.ordinal == 3 {
        return Sample.response(
          #"{"data":{"status":"completed","outputs":[{"b64_json":"\#(picture)"}]}}"#)
      }
      return Sample.response(#"{"data":{"task_id":"t-1","status":"running"}}"#)
    }
    let bought = try await bench.runOne(.record, gateway)
    #expect(bought.outcome == .passed, "\(bought.reason)")
    #expect(bought.cost == Money(microDollars: 30_000))
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == .passed, "\(replayed.reason)")
    #expect(replayed.outputs == bought.outputs)
  }

  @Test func `Without a recording a case is missing, never bought`() async throws {
    let result = try await Bench().runOne(.replay)
    #expect(result.outcome == .fixtureMissing)
    #expect(result.source == .none)
  }

  @Test func `A recording that lies under another id is used with a notice`() async throws {
    let bench = try Bench()
    let bought = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    let path = bench.fixtures.path(of: bought.identity.id)
    let bytes = try DurableFile.read(path, byteCountMax: 1 << 20)
    try DurableFile.write(bytes, to: bench.fixtures.path(of: CaseID(joining: ["old"])))
    try DurableFile.remove(path)
    let result = try await bench.runOne(.replay)
    #expect(result.outcome == .passed)
    #expect(result.notices == ["its recording lies under the case id old"])
  }

  @Test(arguments: [true, false])
  func `A damaged recording is corrupt and is not bought anew`(isPicture: Bool) async throws {
    let bench = try Bench()
    let bought = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    let input = try #require(bench.suite.inputs.first)
    let path =
      isPicture
      ? bench.fixtures.blobs.path(of: input.blob) : bench.fixtures.path(of: bought.identity.id)
    var bytes = try DurableFile.read(path, byteCountMax: 1 << 20)
    bytes[bytes.count / 2] ^= 1
    try DurableFile.write(bytes, to: path)
    for mode in [RunMode.replay, .record] {
      let result = try await bench.runOne(mode, mode == .record ? .unexpected : nil)
      #expect(result.outcome == .fixtureCorrupt)
      #expect(result.hint?.contains("git checkout -- '\(bench.fixtures.folder)'") == true)
    }
  }

  @Test(arguments: [
    (
      400, #"{"error":{"code":"InputImageSensitiveContentDetected","message":"no"}}"#,
      Outcome.blocked
    ),
    (403, #"{"error":{"message":"not allowed"}}"#, .blocked),
    (400, #"{"error":{"code":"InvalidParameter","message":"no"}}"#, .apiError),
  ])
  func `A final refusal is recorded and replayed as what it is`(
    status: Int, text: String, outcome: Outcome
  ) async throws {
    let bench = try Bench()
    let bought = try await bench.runOne(.record, .always(text, status: status))
    #expect(bought.outcome == outcome)
    #expect(bought.cost == .zero)
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == outcome)
    #expect(replayed.reason == bought.reason)
    #expect(replayed.source == .replayed)
  }

  @Test(arguments: [
    (429, Outcome.rateLimited, 5), (503, .apiError, 5), (500, .apiError, 1), (402, .apiError, 1),
  ])
  func `A passing error is repeated where it is free, and never recorded`(
    status: Int, outcome: Outcome, attempts: Int
  ) async throws {
    let bench = try Bench()
    let gateway = Gateway.always("{}", status: status)
    let result = try await bench.runOne(.record, gateway)
    #expect(result.outcome == outcome)
    #expect(gateway.seen.count == attempts)
    #expect(result.failedAttempts.count == attempts - 1)
    #expect(result.possiblyBilled == (status == 500 ? Money(microDollars: 30_000) : .zero))
    #expect(try bench.fixtures.caseIDs().isEmpty)
    #expect((bench.guardian.stopReason != nil) == (status == 402))
  }

  @Test func `Over the cap, or the number of requests, nothing is sent`() async throws {
    let bench = try Bench(seeds: "[1..3]", cap: Money(microDollars: 60_000))
    let gateway = Gateway.always(Sample.answer(try Sample.png()))
    #expect(
      try await bench.run(.live, gateway).map(\.outcome) == [.passed, .passed, .overBudget])
    #expect(gateway.seen.count == 2)
    let few = try Bench(seeds: "[1, 2]", requestsMax: 1)
    #expect(try await few.run(.live, gateway).map(\.outcome) == [.passed, .overBudget])
  }

  @Test func `Fewer pictures than were asked for fail`() async throws {
    let bench = try Bench(fields: "output_format: b64_json, n: 2")
    let text =
      #"{"data":[{"b64_json":"\#(Sample.base64(try Sample.png()))"},"#
      + #"{"error":{"code":"OutputImageSensitiveContentDetected","message":"no"}}]}"#
    let bought = try await bench.runOne(.record, .always(text))
    #expect(bought.outcome == .failed)
    #expect(bought.reason.contains("expected 2 pictures, got 1: HTTP"))
    #expect(bought.cost == Money(microDollars: 30_000))
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == .failed)
    #expect(replayed.reason == bought.reason)
  }

  @Test func `A picture that cannot be decoded fails, and is kept`() async throws {
    let bench = try Bench()
    let broken = Array(try Sample.png().prefix(40))
    let bought = try await bench.runOne(.record, .always(Sample.answer(broken)))
    #expect(bought.outcome == .failed)
    #expect(bought.reason.hasPrefix("decodable: picture 0 cannot be decoded"))
    #expect(bought.outputs.first?.problem != nil)
    #expect(try await bench.runOne(.replay).outcome == .failed)
  }

  /// The order was paid for; running again fetches the picture, so that it is no failure of a picture.
  @Test func `A picture that could not be fetched is a transport error and is fetched later`()
    async throws
  {
    let bench = try Bench(fields: "output_format: url")
    let order = #"{"data":[{"url":"https://cdn.example/a.png?sig=abc"}]}"#
    let failing = Gateway { (_, id) throws(TransportFailure) in
      guard id.role == .generate else {
        throw TransportFailure(.timedOut, .afterSending, "no answer")
      }
      return Sample.response(order)
    }
    let first = try await bench.runOne(.record, failing)
    #expect(first.outcome == .transportError)
    #expect(first.reason.contains("no answer"))
    #expect(first.cost == Money(microDollars: 30_000))
    #expect(first.notices.contains { $0.contains("picture 0 is still to be fetched") })
    let picture = try Sample.png()
    let later = Gateway { (request, id) throws(TransportFailure) in
      #expect(id.role == .download)
      #expect(request.url.text.hasSuffix("?sig=abc"))
      return Sample.response(picture)
    }
    let second = try await bench.runOne(.record, later)
    #expect(second.outcome == .passed, "\(second.reason)")
    #expect(second.cost == .zero)
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }

  /// Every further answer would be paid for and lost as well.
  @Test func `Where answers cannot be kept the run stops`() async throws {
    let bench = try Bench(seeds: "[1, 2]", isFull: true)
    let gateway = Gateway.always(Sample.answer(try Sample.png()))
    let results = try await bench.run(.record, gateway)
    #expect(results.map(\.outcome) == [.transportError, .cancelled])
    #expect(gateway.seen.count == 1)
    #expect(bench.guardian.stopReason?.contains("the disk is full") == true)
  }

  @Test(arguments: [
    (TransportFailure.Phase.beforeSending, Money.zero),
    (.afterSending, Money(microDollars: 30_000)),
  ])
  func `A request without an answer is a transport error`(
    phase: TransportFailure.Phase, possiblyBilled: Money
  ) async throws {
    let bench = try Bench()
    let failure = TransportFailure(.dropped, phase, "the connection broke at \(Sample.key)")
    let result = try await bench.runOne(.record, .failing(failure))
    #expect(result.outcome == .transportError)
    #expect(result.possiblyBilled == possiblyBilled)
    #expect(!result.reason.contains(Sample.key))
    #expect(!result.failedAttempts.joined().contains(Sample.key))
  }

  @Test func `A refresh replaces a recording by pictures, not by a refusal`() async throws {
    let bench = try Bench()
    _ = try await bench.runOne(.record, .always(Sample.answer(try Sample.png(1))))
    let refused = try await bench.runOne(.refresh, .always("{}", status: 403))
    #expect(refused.outcome == .blocked)
    #expect(refused.notices.contains { $0.contains("recording") })
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }

  @Test func `A refresh replaces a recording`() async throws {
    let bench = try Bench()
    _ = try await bench.runOne(.record, .always(Sample.answer(try Sample.png(1))))
    let again = try Bench()
    let result = try await again.runOne(.refresh, .always(Sample.answer(try Sample.png(2))))
    let replayed = try await again.runOne(.replay)
    #expect(replayed.outputs == result.outputs)
    #expect(replayed.outputs.first?.blob == BlobID(of: try Sample.png(2)))
  }

  @Test func `A live run leaves recordings alone`() async throws {
    let bench = try Bench()
    let result = try await bench.runOne(.live, .always(Sample.answer(try Sample.png())))
    #expect(result.outcome == .passed)
    #expect(try bench.fixtures.caseIDs().isEmpty)
    #expect(result.outputs.first?.path.starts(with: bench.blobs.folder) == true)
  }

  @Test func `What an interrupted run has left becomes a recording`() async throws {
    let bench = try Bench()
    _ = try await bench.runOne(.live, .always(Sample.answer(try Sample.png())))
    let promotion = CasePromotion(
      fixtures: bench.fixtures, blobs: bench.blobs, toolVersion: "1.0",
      settle: bench.ledger.promoted)
    #expect(try promotion.promoteAll(bench.ledger.storedCases(of: bench.suite.name)) == 1)
    #expect(try promotion.promoteAll(bench.ledger.storedCases(of: bench.suite.name)) == 0)
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }

  @Test func `A picture with the key in it is kept out of recordings`() async throws {
    let bench = try Bench()
    let picture = try Sample.png() + Array(Sample.key.utf8)
    let result = try await bench.runOne(.record, .always(Sample.answer(picture)))
    #expect(result.notices.contains { $0.contains("a secret stands in one of its pictures") })
    #expect(try bench.fixtures.caseIDs().isEmpty)
    #expect(try bench.blobs.bytes(of: BlobID(of: picture)) == picture)
  }
}
