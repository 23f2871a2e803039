import Canonical
import Experiments
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// Checks that look at what a picture shows.
@Suite(.temporaryFolder)
struct PictureCheckTests {
  @Test(arguments: [
    ([255, 255, 255, 255] as [UInt8], "all white"), ([0, 0, 0, 255], "all black"),
    ([90, 20, 20, 255], "of one colour"), ([9, 9, 9, 0], "fully transparent"),
  ])
  func `A picture that shows nothing is blank`(colour: [UInt8], word: String) async throws {
    let result = try await Studio("not-blank").judgeOne(.plain(colour))
    #expect(result.verdict == .failed)
    #expect(result.message == "picture 0 is blank: \(word)")
  }

  @Test func `A picture that shows something is not blank`() async throws {
    let studio = try Studio("not-blank")
    #expect(try await studio.judgeOne(Drawn()).verdict == .passed)
    #expect(try await studio.judge([]).first?.verdict == .skipped)
    let damaged = try await studio.judge([try studio.output([1])])
    #expect(damaged.first?.verdict == .skipped)
  }

  // MARK: - Against the input

  /// A square from 20 to 60 is painted into the input's copy, of 128 pixels a side.
  @Test(arguments: [
    (
      "preserve: {outside: [0.1, 0.1, 0.4, 0.4], psnr: {min: 100}}", CheckResult.Verdict.passed,
      "outside [10 %, 10 %, 40 %, 40 %]: PSNR 100.0 dB"
    ),
    ("preserve: {region: [0.1, 0.1, 0.4, 0.4], psnr: {min: 30}}", .failed, " dB (at least 30.0)"),
    (
      "preserve: {region: {ellipse: [0.6, 0.6, 0.3, 0.3]}, ssim: {min: 1}}", .passed,
      "inside the ellipse [60 %, 60 %, 30 %, 30 %]: SSIM 1.000"
    ),
    ("preserve: {changed: {max: 10%}}", .failed, "as a whole: changed 10.77 % (at most 10 %)"),
    ("preserve: {changed: {max: 11%}}", .passed, "as a whole: changed 10.77 %"),
    ("change: {region: [0.15, 0.15, 0.3, 0.3]}", .passed, "changed "),
    ("change: {region: [0.6, 0.6, 0.3, 0.3]}", .failed, "changed 0.00 % (at least 1 %)"),
    ("change: {outside: [0.1, 0.1, 0.4, 0.4]}", .failed, "outside [10 %, "),
    ("change: {changed: {min: 10.7666%}}", .passed, "changed 10.77 %"),
    ("change: {changed: {min: 10.7667%}}", .failed, "(at least 10.7667 %)"),
    ("preserve: {region: {mask: other.png}, psnr: {min: 30}}", .failed, "inside the mask: PSNR "),
    ("preserve: {outside: {mask: other.png}, psnr: {min: 100}}", .passed, "outside the mask: "),
  ])
  func `A part is held against the input`(
    check: String, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let mask = Drawn.plain([0, 0, 0]).painted(18..<62, 18..<62, [255, 255, 255])
    let studio = try Studio("{\(check)}", other: mask)
    let result = try await studio.judgeOne(Drawn().painted(20..<60, 20..<60, [0, 255, 0]))
    #expect(result.verdict == verdict, "\(result.message)")
    #expect(result.message.contains(message), "\(result.message)")
    let measure = try #require(result.measures.first)
    #expect(measure.figures.map(\.name).contains("locality-true-set.psnr-rgb8"))
    #expect(measure.other == TemporaryFolder.path.appending("cup.png"))
  }

  @Test func `What moved, turned or was stretched is told before the figures`() async throws {
    let studio = try Studio("{preserve: {psnr: {min: 40}}}")
    let moved = try await studio.judgeOne(Drawn().shifted(3))
    #expect(
      moved.message.hasPrefix("shift 3.0,0.0 px, scale 1.001; picture 0 as a whole: PSNR "),
      "\(moved)")
    let mirrored = try await studio.judgeOne(Drawn().mirrored)
    #expect(mirrored.message.hasPrefix("mirrored (PDQ "), "\(mirrored.message)")
    let wide = try await studio.judgeOne(Drawn(2, width: 160, height: 90))
    #expect(
      wide.message.hasPrefix("the input of 128x128 has another shape than the output of 160x90"),
      "\(wide.message)")
  }

  @Test func `Pictures that cannot be compared never pass`() async throws {
    let studio = try Studio("{preserve: {psnr: {min: 1}}}, {change: {}}, {similar-to: other.png}")
    let damaged = try await studio.judge([try studio.output([1, 2])])
    #expect(damaged.map(\.verdict) == [.failed, .failed, .failed])
    #expect(damaged.allSatisfy { $0.message.contains("picture 0 cannot be compared") })
    let nothing = try await studio.judge([])
    #expect(nothing.map(\.verdict) == [.skipped, .skipped, .skipped])
    // The files that they are compared with are gone.
    try DurableFile.write([1], to: TemporaryFolder.path.appending("cup.png"))
    try DurableFile.write([1], to: TemporaryFolder.path.appending("other.png"))
    let lost = try await studio.judge([try studio.output(try Drawn(2).noisy().png)])
    #expect(lost.map(\.verdict) == [.error, .error, .error])
    #expect(lost[0].message.contains("cup.png was changed while the run went on"))
    #expect(lost[2].message.contains("other.png"))
  }

  @Test func `A remote input has no pixels to compare with`() async throws {
    let text = """
      version: 1
      name: mug
      request: {prompt: a, images: https://picture.example/a.png}
      checks: [{preserve: {psnr: {min: 1}}}]
      """
    let suite = try SuiteLoader.load(bytes: Array(text.utf8), path: "mug.yaml")
    let studio = try Studio("not-blank")
    let first = try #require(suite.cases.first { _ in true })
    let judge = CheckJudge(
      baseline: Baseline(suite: suite.name),
      tools: JudgeTools(suite: suite, approved: studio.approved))
    let results = await judge.judge(
      first.checks.filter { !$0.isDefault },
      try Sample.evidence(first.request, [try studio.output(try Drawn().png)]))
    #expect(results.first?.verdict == .error)
    #expect(results.first?.message.contains("fetched by the service") == true)
  }

  @Test func `A check that warns says so and fails nothing`() async throws {
    let studio = try Studio("{preserve: {psnr: {min: 40}, severity: warn}}")
    let result = try await studio.judgeOne(Drawn(2))
    #expect(result.verdict == .failed)
    #expect(result.warning?.hasPrefix("warning: preserve: picture 0") == true)
  }

  @Test(arguments: [("{seed: 2}", 0), ("{seed: 1}", 1)])
  func `A check holds where it says`(scope: String, count: Int) async throws {
    let studio = try Studio("{change: {where: \(scope)}}")
    #expect(try await studio.judge([try studio.output(try Drawn(2).png)]).count == count)
  }

  // MARK: - Against a picture

  @Test(arguments: [
    ("other.png", Drawn(2), CheckResult.Verdict.passed, "has the bytes of "),
    ("other.png", Drawn(2).noisy(), .passed, "picture 0 near: PDQ 0"),
    ("other.png", Drawn(3), .failed, "; expected near to "),
    ("{file: other.png, level: identical-bytes}", Drawn(2).noisy(), .failed, "has other bytes"),
    ("{file: other.png, level: identical-pixels}", Drawn(2).noisy(), .failed, "near: PDQ 0"),
    ("{file: other.png, level: similar}", Drawn(2).painted(28..<33, 28..<33), .passed, "similar: "),
    (
      "{file: other.png, level: similar, pdq: {max: 0}}", Drawn(2).painted(28..<33, 28..<33),
      .failed, "(at most 0)"
    ),
  ])
  func `A picture is held against a file`(
    reference: String, drawn: Drawn, verdict: CheckResult.Verdict, message: String
  ) async throws {
    let result = try await Studio("{similar-to: \(reference)}").judgeOne(drawn)
    #expect(result.verdict == verdict, "\(result.message)")
    #expect(result.message.contains(message), "\(result.message)")
    #expect(result.message.contains("other.png"))
  }

  @Test func `A picture is held against those of another case`() async throws {
    let studio = try Studio("{similar-to: {case: s2, where: {seed: 1}}}")
    let id = try #require(CaseID("s2"))
    func judge(_ answer: PeerAnswer?) async throws -> CheckResult {
      var peers = PeerOutputs()
      peers.compared[id] = answer
      return try #require(
        try await studio.judge([try studio.output(try Drawn().noisy().png)], peers: peers).first)
    }
    let outputs = [try studio.output(try Drawn(3).png, 0), try studio.output(try Drawn().png, 1)]
    #expect(try await judge(.outputs(outputs)).verdict == .passed)
    let unlike = try await judge(.outputs([outputs[0]]))
    #expect(unlike.verdict == .failed)
    #expect(unlike.message.contains("expected near to case s2"), "\(unlike.message)")
    #expect(try await judge(.outputs([])).verdict == .error)
    #expect(try await judge(PeerAnswer.none("it ended api-error")).message.contains("api-error"))
    #expect(try await judge(nil).verdict == .error)
  }
}
