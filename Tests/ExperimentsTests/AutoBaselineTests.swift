import Canonical
import Experiments
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// Baselines that follow what a probe has found.
@Suite(.temporaryFolder)
struct AutoBaselineTests {
  private func finding(
    _ endpointClass: EndpointClass, _ recommended: Suites.ComparisonLevel?,
    origin: Origin = .simulator
  ) throws -> ProbeFinding {
    ProbeFinding(
      suite: try #require(SuiteName("mug")), at: Sample.start, origin: origin,
      endpointClass: endpointClass, recommended: recommended, measurements: [])
  }

  @Test func `Without a probe nothing is approved, and the command is named`() async throws {
    let studio = try Studio("{baseline: auto}")
    let result = try await studio.judgeOne(Drawn(), [try studio.decided(Drawn())])
    #expect(result.verdict == .unapproved)
    #expect(result.message.contains("mug.probe.json"), "\(result.message)")
    #expect(result.message.contains("proofsheet probe '"))
  }

  @Test(arguments: [
    (EndpointClass.byte, Suites.ComparisonLevel.identicalBytes, CheckResult.Verdict.drifted),
    (.pixel, .identicalPixels, .drifted), (.near, .near, .passed),
    (.seedEffective, .similar, .passed),
  ])
  func `The recommended level decides`(
    endpointClass: EndpointClass, level: Suites.ComparisonLevel, verdict: CheckResult.Verdict
  ) async throws {
    let studio = try Studio("{baseline: auto}")
    let probe = try finding(endpointClass, level)
    let entries = [try studio.decided(Drawn())]
    let noisy = try await studio.judgeOne(Drawn().noisy(), entries, probe: probe)
    #expect(noisy.verdict == verdict, "\(noisy.message)")
    #expect(noisy.message.contains("(\(level.rawValue), by the probe of 2026-11-22)"))
    #expect(try await studio.judgeOne(Drawn(), entries, probe: probe).verdict == .passed)
    #expect(try await studio.judgeOne(Drawn(), [], probe: probe).verdict == .unapproved)
  }

  @Test func `A rejected picture fails whatever is known of the endpoint`() async throws {
    let studio = try Studio("{baseline: auto}")
    let entries = [try studio.decided(Drawn(), .rejected, note: "dark")]
    let result = try await studio.judgeOne(Drawn(), entries)
    #expect(result.verdict == .failed)
    #expect(result.message == "picture 0 equals one that was rejected: dark")
  }

  @Test func `The finding of the simulator says nothing about the API`() async throws {
    let studio = try Studio("{baseline: auto}")
    let entries = [try studio.decided(Drawn())]
    let outputs = [try studio.output(try Drawn().png)]
    let probe = try finding(.near, .near)
    let api = try await studio.judge(
      outputs, entries, probe: probe, origin: .api("https://image.example"))
    #expect(api.first?.verdict == .unapproved)
    #expect(api.first?.message.contains("'auto' knows simulator only") == true)
    let same = try await studio.judge(outputs, entries, probe: probe, origin: .simulator)
    #expect(same.first?.verdict == .passed)
  }

  // MARK: - Where a seed says nothing

  private func judge(
    approved: [Drawn], new: [Drawn], missing: Int = 0, isReplayed: Bool = false
  ) async throws -> CheckResult {
    let studio = try Studio("{baseline: auto}", matrix: "{seed: [1], repeat: 4}")
    let entries = try approved.enumerated().map { place, drawn in
      try studio.decided(drawn, repeatIndex: place % 4, hasBytes: place >= missing)
    }
    var peers = PeerOutputs()
    peers.samples = try new.map { try studio.output(try $0.png) }
    let results = try await studio.judge(
      [try #require(peers.samples?.first)], entries, probe: try finding(.free, nil),
      isReplayed: isReplayed, peers: peers)
    return try #require(results.first)
  }

  private static let ones = (0..<4).map { Drawn().noisy($0 + 1) }
  private static let twos = (0..<4).map { Drawn(4).noisy($0 + 1) }

  @Test func `Four pictures unlike four others have drifted`() async throws {
    let result = try await judge(approved: Self.ones, new: Self.twos)
    #expect(result.verdict == .drifted, "\(result.message)")
    #expect(result.message.contains("4 new and 4 approved pictures: energy distance "))
    #expect(
      result.message.contains("p = 0.029 (exact permutation test of 70 arrangements)"),
      "\(result.message)")
    #expect(
      result.measures.first?.figures.map(\.name) == [
        "energy-pdq-nn512", "energy-pdq-nn512.p",
      ])
  }

  @Test func `Pictures that mix pass`() async throws {
    let approved = Array(Self.ones.prefix(2) + Self.twos.prefix(2))
    let new = Array(Self.ones.suffix(2) + Self.twos.suffix(2))
    let result = try await judge(approved: approved, new: new)
    #expect(result.verdict == .passed, "\(result.message)")
  }

  @Test(arguments: [(3, 4), (4, 3), (1, 1)])
  func `Fewer than four and four are never enough`(approved: Int, new: Int) async throws {
    let result = try await judge(
      approved: Array(Self.ones.prefix(approved)), new: Array(Self.twos.prefix(new)))
    #expect(result.verdict == .unapproved)
    #expect(
      result.message.contains("there are \(approved) and \(new)"), "\(result.message)")
    #expect(result.message.contains("repeat: 4"))
  }

  @Test func `Approved pictures without bytes are no samples`() async throws {
    let result = try await judge(approved: Self.ones, new: Self.twos, missing: 1)
    #expect(result.verdict == .unapproved)
    #expect(result.message.contains("there are 3 and 4"), "\(result.message)")
    #expect(result.message.contains("git checkout -- '"))
  }

  @Test(arguments: [
    (true, 1, CheckResult.Verdict.passed), (false, 1, .unapproved), (false, 4, .passed),
  ])
  func `The approved bytes pass where they are replayed, and are a sample where they came anew`(
    isReplayed: Bool, count: Int, verdict: CheckResult.Verdict
  ) async throws {
    let pictures = Array(Self.ones.prefix(count))
    let result = try await judge(approved: pictures, new: pictures, isReplayed: isReplayed)
    #expect(result.verdict == verdict, "\(result.message)")
    #expect(result.message.contains("nothing new was judged") == isReplayed)
  }

  @Test func `A replayed recording of other bytes is held to many samples`() async throws {
    let result = try await judge(
      approved: [Drawn()], new: [Drawn().noisy()], isReplayed: true)
    #expect(result.verdict == .unapproved)
  }

  @Test func `A hash that says too little decides nothing`() async throws {
    let plain = (0..<4).map { Drawn.plain([90, 90, UInt8(90 + $0)]) }
    let other = (0..<4).map { Drawn.plain([10, 200, UInt8(90 + $0)]) }
    let result = try await judge(approved: plain, new: other)
    #expect(result.verdict == .unapproved)
    #expect(result.message.contains("says too little"), "\(result.message)")
  }
}
