import Canonical
import Experiments
import SeedreamAPI
import Suites
import SystemPackage
import Testing

struct CheckJudgeTests {
  private func judge(
    _ kind: CheckKind, _ outputs: [OutputRecord], n: Int = 1, size: ImageSize = .preset(.squareHD),
    missing: [String] = [], latency: Int = 1_000, lastInput: PixelSize? = nil,
    baseline: [BaselineEntry] = []
  ) async throws -> CheckResult {
    let evidence = try Sample.evidence(
      EditRequest(prompt: "a", images: [], size: size, n: n), outputs, lastInput: lastInput,
      missing: missing, latency: latency)
    let results = await (try Sample.judge(baseline)).judge([Check(kind)], evidence)
    #expect(results.count == 1)
    let result = try #require(results.first)
    #expect(result.name == kind.name.rawValue)
    return result
  }

  @Test(arguments: [
    (CheckKind.CountExpectation.asRequested, 1, 1, CheckResult.Verdict.passed),
    (.asRequested, 2, 1, .failed), (.asRequested, 1, 2, .failed), (.asRequested, 1, 0, .failed),
    (.exactly(2), 1, 2, .passed), (.exactly(2), 2, 1, .failed),
  ])
  func `The number of pictures is counted`(
    expectation: CheckKind.CountExpectation, asked: Int, came: Int, verdict: CheckResult.Verdict
  ) async throws {
    let outputs = (0..<came).map { Sample.output($0) }
    #expect(try await judge(.count(expectation), outputs, n: asked).verdict == verdict)
  }

  @Test func `Several checks of one name are numbered in the results`() async throws {
    let evidence = try Sample.evidence(EditRequest(prompt: "a", images: []), [], missing: [])
    let checks = [1, 2, 3].map {
      Check(.command(CommandExpectation(arguments: ["judge\($0)"])))
    }
    let results = await (try Sample.judge([])).judge(checks + [Check(.decodable)], evidence)
    #expect(results.map(\.name) == ["command", "command-2", "command-3", "decodable"])
  }

  @Test func `A missing picture is told with the reason`() async throws {
    let result = try await judge(.count(.asRequested), [], missing: ["it is gone", "so is this"])
    #expect(result.message == "expected 1 picture, got 0: it is gone; so is this")
  }

  @Test(arguments: [
    (ImageSize.preset(.squareHD), 1_024, 1_024, nil, CheckResult.Verdict.passed),
    (.preset(.squareHD), 1_024, 1_023, nil, .failed),
    (.preset(.square), 960, 960, nil, .passed),
    (.preset(.portrait43), 832, 1_109, nil, .passed),
    (.preset(.landscape169), 1_280, 720, nil, .passed),
    (.custom(PixelSize(width: 1_280, height: 960)), 1_280, 960, nil, .passed),
    (.custom(PixelSize(width: 1_280, height: 960)), 960, 1_280, nil, .failed),
    (.preset(.auto2K), 2_048, 2_048, nil, .passed),
    (.preset(.auto2K), 1_024, 1_024, nil, .failed),
    (.preset(.auto2K), 2_048, 2_048, PixelSize(width: 300, height: 100), .failed),
    (.preset(.auto2K), 2_496, 1_664, PixelSize(width: 600, height: 400), .passed),
  ])
  func `Every picture has the size that was asked for`(
    size: ImageSize, width: Int, height: Int, lastInput: PixelSize?, verdict: CheckResult.Verdict
  ) async throws {
    let output = Sample.output(width: width, height: height)
    let result = try await judge(.size(.asRequested), [output], size: size, lastInput: lastInput)
    #expect(result.verdict == verdict, "\(result.message)")
  }

  @Test func `A stated size stands in the place of the one that was asked for`() async throws {
    let kind = CheckKind.size(.exactly(PixelSize(width: 8, height: 8)))
    #expect(try await judge(kind, [Sample.output()]).verdict == .passed)
    let two = [Sample.output(0), Sample.output(1, width: 9)]
    let result = try await judge(kind, two)
    #expect(result.verdict == .failed)
    #expect(result.message == "picture 1 is 9x8, expected 8x8")
  }

  @Test func `Without a picture there is no size, no codec and nothing to compare`() async throws {
    for kind in [
      CheckKind.size(.asRequested), .decodable, .baseline(BaselineExpectation(.identicalBytes)),
    ] {
      #expect(try await judge(kind, []).verdict == .skipped)
    }
    #expect(try await judge(.size(.asRequested), [Sample.output(pixels: nil)]).verdict == .skipped)
  }

  @Test func `A picture that cannot be decoded fails, wherever it stands`() async throws {
    let outputs = [Sample.output(0), Sample.output(1, pixels: nil)]
    let result = try await judge(.decodable, outputs)
    #expect(result.verdict == .failed)
    #expect(result.message == "picture 1 cannot be decoded: damaged: no picture")
    #expect(try await judge(.decodable, [Sample.output()]).message == "png")
  }

  @Test(arguments: [(999, CheckResult.Verdict.passed), (1_000, .passed), (1_001, .failed)])
  func `The time of an answer is judged to the millisecond`(
    latency: Int, verdict: CheckResult.Verdict
  ) async throws {
    #expect(
      try await judge(.latency(max: .seconds(1)), [], latency: latency).verdict == verdict)
  }

  /// A row: approved and rejected pictures as bytes and pixels, the level, and the verdict about a
  /// picture of bytes 1 and pixels a.
  @Test(arguments: [
    ("", BaselineLevel.identicalBytes, CheckResult.Verdict.unapproved, "no approved picture"),
    ("+1a", .identicalBytes, .passed, "same bytes"),
    ("+1a", .identicalPixels, .passed, "same bytes"),
    ("+2a", .identicalBytes, .drifted, "re-encoded"),
    ("+2a", .identicalPixels, .passed, "same pixels"),
    ("+2b", .identicalPixels, .drifted, "has other pixels than the approved one"),
    ("+2b +3c", .identicalBytes, .drifted, "has other pixels than any of 2 approved ones"),
    ("+2b +1a +3c", .identicalBytes, .passed, "same bytes"),
    ("-1a", .identicalBytes, .failed, "equals one that was rejected: too dark"),
    ("-2a", .identicalBytes, .failed, "equals one that was rejected"),
    ("-2b", .identicalBytes, .unapproved, "no approved picture"),
    ("-2b +1a", .identicalBytes, .passed, "same bytes"),
    ("+2a -3a", .identicalPixels, .failed, "equals one that was rejected"),
    ("-3a +2a", .identicalPixels, .failed, "equals one that was rejected"),
    // What was decided about exactly these bytes goes before what was decided about others.
    ("+1a -3a", .identicalPixels, .passed, "same bytes"),
    ("-3a +1a", .identicalPixels, .passed, "same bytes"),
    ("-1a +1a", .identicalBytes, .failed, "rejected"),
    ("+1a -1a", .identicalBytes, .failed, "rejected"),
    ("+1b", .identicalBytes, .drifted, "changed by hand"),
  ])
  func `A picture is compared with what was decided`(
    decisions: String, level: BaselineLevel, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let entries = try decisions.split(separator: " ").map { text in
      let signs = Array(text)
      return try Sample.entry(
        signs[0] == "+" ? .approved : .rejected, bytes: try #require(UInt8(String(signs[1]))),
        pixels: "px1:\(signs[2])", note: signs[0] == "-" ? "too dark" : nil)
    }
    let result = try await judge(
      .baseline(BaselineExpectation(level)), [Sample.output()], baseline: entries)
    #expect(result.verdict == verdict, "\(result.message)")
    #expect(result.message.contains(message), "\(result.message)")
  }

  @Test func `A drift that digests decide names the approved picture that it was compared with`()
    async throws
  {
    let result = try await judge(
      .baseline(BaselineExpectation(.identicalPixels)), [Sample.output()],
      baseline: [
        try Sample.entry(.rejected, bytes: 3, pixels: "px1:c"),
        try Sample.entry(.approved, bytes: 2, pixels: "px1:b"),
      ])
    #expect(result.verdict == .drifted)
    let other = try #require(result.measures.first?.other)
    #expect(other.lastComponent?.string == BlobID(of: [2]).fileName)
    #expect(result.measures.map(\.picture) == [0])
    #expect(result.measures.flatMap(\.figures).isEmpty)
  }

  @Test func `Another size or version of digests is told as what it is`() async throws {
    let wide = try await judge(
      .baseline(BaselineExpectation(.identicalPixels)), [Sample.output(width: 9)],
      baseline: [try Sample.entry(.approved, bytes: 2, pixels: "px1:b")])
    #expect(wide.message == "picture 0 is 9x8, the approved one 8x8")
    // A newer version of the digest never takes back an approval of the same bytes.
    let newer = try await judge(
      .baseline(BaselineExpectation(.identicalPixels)), [Sample.output(pixels: "px2:b")],
      baseline: [try Sample.entry(.approved)])
    #expect(newer.verdict == .passed)
  }

  @Test func `A picture without pixels equals by its bytes only`() async throws {
    let output = Sample.output(pixels: nil)
    let approved = try Sample.entry(.approved)
    #expect(
      try await judge(
        .baseline(BaselineExpectation(.identicalBytes)), [output], baseline: [approved]
      )
      .verdict == .passed)
    let other = try Sample.entry(.approved, bytes: 2)
    let result = try await judge(
      .baseline(BaselineExpectation(.identicalPixels)), [output], baseline: [other])
    #expect(result.verdict == .drifted)
  }

  @Test(arguments: [
    ([0, 1], CheckResult.Verdict.passed), ([0, 9], .unapproved), ([0, 1, 2], .drifted),
    ([9, 2, 3], .failed), ([9, 2], .drifted),
  ])
  func `The worst of several pictures speaks for the case`(
    indices: [Int], verdict: CheckResult.Verdict
  ) async throws {
    let entries = [
      try Sample.entry(.approved, index: 0), try Sample.entry(.approved, index: 1),
      try Sample.entry(.approved, bytes: 2, pixels: "px1:b", index: 2),
      try Sample.entry(.rejected, index: 3),
    ]
    let outputs = indices.map { Sample.output($0) }
    let result = try await judge(
      .baseline(BaselineExpectation(.identicalBytes)), outputs, baseline: entries)
    #expect(result.verdict == verdict, "\(result.message)")
  }
}
