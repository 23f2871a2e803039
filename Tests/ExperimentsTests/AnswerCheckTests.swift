import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import TestSupport
import Testing

/// Checks of what the service says, rather than of pixels.
struct AnswerCheckTests {
  private func judge(
    _ kinds: [CheckKind], _ outputs: [OutputRecord] = [Sample.output()], prompt: String = "a cup",
    missing: [String] = [], cost: Money? = nil, refusal: String? = nil,
    category: APIError.Category = .blocked
  ) async throws -> [CheckResult] {
    await (try Sample.judge()).judge(
      kinds.map { Check($0) },
      try Sample.evidence(
        EditRequest(prompt: prompt, images: []), outputs, missing: missing, latency: 5, cost: cost,
        refusal: refusal, category: category))
  }

  private func judge(
    _ kind: CheckKind, _ outputs: [OutputRecord] = [Sample.output()], cost: Money? = nil,
    missing: [String] = [], refusal: String? = nil
  ) async throws -> CheckResult {
    try #require(
      try await judge([kind], outputs, missing: missing, cost: cost, refusal: refusal).first)
  }

  /// An output with a rewritten prompt.
  private static func output(_ revised: String?, _ index: Int = 0) -> OutputRecord {
    let plain = Sample.output(index)
    return OutputRecord(
      index: index, blob: plain.blob, byteCount: 1, path: plain.path, picture: plain.picture,
      problem: nil, revisedPrompt: revised)
  }

  @Test(arguments: [
    ([PictureCodec.png], CheckResult.Verdict.passed, "jpeg, png"),
    ([.png, .jpeg], .passed, "jpeg, png"),
    ([.webp, .png], .failed, "picture 1 is jpeg, expected webp or png"),
    ([.jpeg], .failed, "picture 0 is png, expected jpeg"),
  ])
  func `Every picture has one of the codecs`(
    codecs: [PictureCodec], verdict: CheckResult.Verdict, message: String
  ) async throws {
    let outputs =
      codecs == [.png]
      ? [Sample.output()] : [Sample.output(), Sample.output(1, codec: "jpeg")]
    let result = try await judge(.format(codecs), outputs)
    #expect(result.verdict == verdict)
    #expect(result.message == (codecs == [.png] ? "png" : message))
  }

  @Test func `Without a picture that can be decoded there is no codec`() async throws {
    #expect(try await judge(.format([.png]), []).verdict == .skipped)
    #expect(try await judge(.format([.png]), [Sample.output(pixels: nil)]).verdict == .skipped)
  }

  @Test(arguments: [
    (50_000, CheckResult.Verdict.passed, "$0.05, at most $0.05"),
    (50_001, .failed, "cost $0.050001, at most $0.05 is allowed"),
    (0, .passed, "$0.00, at most $0.05"),
  ])
  func `The cost of a case is judged to the millionth`(
    cost: Int64, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let result = try await judge(
      .cost(max: Money(microDollars: 50_000)), cost: Money(microDollars: cost))
    #expect(result.verdict == verdict)
    #expect(result.message == message)
  }

  @Test func `A cost that is not known does not pass`() async throws {
    let result = try await judge(.cost(max: Money(microDollars: 50_000)), cost: nil)
    #expect(result.verdict == .failed)
    #expect(result.message.hasSuffix("is not known; at most $0.05 is allowed"))
  }

  @Test(arguments: [
    (CheckKind.RevisedPromptExpectation.present, ["x", "y"], CheckResult.Verdict.passed, "every"),
    (.present, ["x", nil], .failed, "picture 1 comes without a rewritten prompt"),
    (.absent, [nil, nil], .passed, "no picture comes with a rewritten prompt"),
    (.absent, [nil, "y"], .failed, "picture 1 comes with the rewritten prompt 'y', expected none"),
    (.unchanged, [nil, "a cup"], .passed, "the prompt was not rewritten"),
    (.unchanged, ["a jug"], .failed, "picture 0 was made of another prompt than was sent: 'a jug'"),
    (.contains("cup"), ["one cup"], .passed, "every prompt holds 'cup'"),
    (
      .contains("cup"), ["a jug"], .failed,
      "picture 0 comes with the rewritten prompt 'a jug', expected one with 'cup'"
    ),
    (
      .contains("cup"), [nil], .failed,
      "picture 0 comes without a rewritten prompt, expected one with 'cup'"
    ),
    (.present, [], .skipped, "there is no picture"),
  ])
  func `What the service says of the prompt is judged`(
    expectation: CheckKind.RevisedPromptExpectation, revised: [String?],
    verdict: CheckResult.Verdict, message: String
  ) async throws {
    let outputs = revised.enumerated().map { Self.output($0.element, $0.offset) }
    let result = try await judge(.revisedPrompt(expectation), outputs)
    #expect(result.verdict == verdict)
    #expect(result.message.hasPrefix(message), "\(result.message)")
  }

  @Test func `A rewritten prompt is shown harmless and short`() async throws {
    let result = try await judge(
      .revisedPrompt(.absent),
      [Self.output("\u{1B}[31m" + String(repeating: "x", count: 300))])
    #expect(!result.message.unicodeScalars.contains("\u{1B}"))
    #expect(result.message.count < 300)
  }

  @Test func `A refusal that is expected passes, and no other check of pictures applies`()
    async throws
  {
    let kinds: [CheckKind] = [
      .count(.asRequested), .size(.asRequested), .decodable, .format([.png]), .blocked,
      .revisedPrompt(.present), .baseline(BaselineExpectation(.identicalBytes)),
      .latency(max: .seconds(1)), .cost(max: .zero),
    ]
    let results = try await judge(kinds, [], cost: .zero, refusal: "HTTP 403: no")
    #expect(results.map(\.name) == ["blocked", "latency", "cost"])
    #expect(results.allSatisfy { $0.verdict == .passed })
    #expect(results.first?.message == "refused as expected: HTTP 403: no")
  }

  @Test func `A picture in the place of a refusal fails`() async throws {
    let came = try await judge(.blocked)
    #expect(came.verdict == .failed)
    #expect(came.message == "a picture came back where a safety refusal was expected")
    let nothing = try await judge(.blocked, [], missing: ["it is gone"])
    #expect(nothing.verdict == .failed)
    #expect(
      nothing.message == "expected a safety refusal, got no picture and no refusal: it is gone")
  }

  @Test(arguments: [
    (APIError.Category.server, CheckResult.Verdict.passed, "refused as expected: HTTP 500: no"),
    (
      .unavailable, .failed,
      "expected an error of the kind 'server', got no picture and no such error: HTTP 503: gone"
    ),
  ])
  func `An error of the expected kind passes, and one of another does not`(
    category: APIError.Category, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let results = try await judge(
      [.count(.asRequested), .error(.server), .decodable], [],
      missing: category == .server ? [] : ["HTTP 503: gone"], refusal: "HTTP 500: no",
      category: category)
    #expect(results.map(\.name) == ["error"])
    #expect(results.first?.verdict == verdict)
    #expect(results.first?.message == message)
  }
}

/// Expected refusals and costs, from the request to the outcome.
@Suite(.temporaryFolder)
struct RefusalTests {
  private static let refusal = """
    {"error":{"code":"InputTextSensitiveContentDetected","message":"not with this cup"}}
    """

  @Test func `An expected refusal passes, is recorded and passes in replay`() async throws {
    let bench = try Bench(checks: ", blocked, {baseline: identical-bytes}")
    let bought = try await bench.runOne(.record, .always(Self.refusal, status: 400))
    #expect(bought.outcome == .passed, "\(bought.reason)")
    #expect(bought.reason.contains("refused as expected: HTTP 400"))
    #expect(bought.checks.map(\.name) == ["blocked"])
    #expect(bought.cost == .zero)
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == .passed, "\(replayed.reason)")
    #expect(replayed.source == .replayed)
  }

  @Test func `Without the check a refusal is blocked`() async throws {
    let result = try await Bench().runOne(.record, .always(Self.refusal, status: 400))
    #expect(result.outcome == .blocked)
  }

  @Test func `A picture where a refusal was expected fails`() async throws {
    let bench = try Bench(checks: ", blocked")
    let result = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(result.outcome == .failed)
    #expect(
      result.reason == "blocked: a picture came back where a safety refusal was expected")
    #expect(result.outputs.count == 1)
  }

  @Test func `A refusal of the only picture is one as well`() async throws {
    let text =
      #"{"data":[{"error":{"code":"OutputImageSensitiveContentDetected","message":"no"}}]}"#
    let result = try await Bench(checks: ", blocked").runOne(.record, .always(text))
    #expect(result.outcome == .passed, "\(result.reason)")
  }

  @Test func `Another error is no refusal`() async throws {
    let bench = try Bench(checks: ", blocked")
    let result = try await bench.runOne(
      .live, .always(#"{"error":{"code":"InvalidParameter","message":"no"}}"#, status: 400))
    #expect(result.outcome == .apiError)
  }

  @Test func `An expected refusal may warn only`() async throws {
    let bench = try Bench(checks: ", {blocked: true, severity: warn}")
    let result = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(result.outcome == .passed)
    #expect(result.notices.contains { $0.contains("a safety refusal was expected") })
  }

  @Test(arguments: [("0.06", Outcome.passed), ("0.059999", .failed)])
  func `A case costs what its pictures cost, in replay too`(
    max: String, outcome: Outcome
  ) async throws {
    let bench = try Bench(
      fields: "output_format: b64_json, n: 2", checks: ", {cost: {max: \(max)}}")
    let pictures = Sample.answer(try Sample.png(1), try Sample.png(2))
    let bought = try await bench.runOne(.record, .always(pictures))
    #expect(bought.outcome == outcome, "\(bought.reason)")
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == outcome, "\(replayed.reason)")
    #expect(replayed.cost == .zero)
  }
}
