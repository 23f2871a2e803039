import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

/// A suite whose cases give pictures that a test draws.
struct Stage {
  let suite: LoadedSuite
  private let folder = TemporaryFolder.path

  /// - Parameter rest: what follows the request: matrix, checks, groups.
  init(_ rest: String) throws {
    try DurableFile.write(try Drawn(9).png, to: folder.appending("photo.png"))
    let text = """
      version: 1
      name: mug
      request: {prompt: a cup, images: photo.png, output_format: b64_json}
      \(rest)
      """
    suite = try SuiteLoader.load(bytes: Array(text.utf8), path: folder.appending("mug.yaml"))
  }

  func plan(
    _ mode: RunMode, filter: String = "", baseline: [BaselineEntry] = [],
    probe: ProbeFinding? = nil
  ) throws -> Plan {
    Plan(
      suite: suite, mode: mode,
      fixtures: FixtureFolder(folder: folder.appending("fixtures")),
      baseline: Baseline(suite: suite.name, entries: baseline),
      inputs: InputInspector.inspect(suite.inputs).facts, filter: try CaseFilter(filter),
      prices: nil, probe: probe)
  }

  /// Runs the suite and gives what was told, groups last.
  ///
  /// - Parameter draw: the picture of a case; of one without, the service fails.
  func run(
    _ mode: RunMode = .live, filter: String = "", concurrency: Int = 3,
    baseline: [BaselineEntry] = [], probe: ProbeFinding? = nil,
    draw: ((SuiteCase) -> Drawn?)? = nil
  ) async throws -> (results: [CaseResult], summary: RunSummary) {
    let plan = try plan(mode, filter: filter, baseline: baseline, probe: probe)
    var answers: [CaseKey: String] = [:]
    for planned in suite.cases {
      if let drawn = draw?(planned) { answers[planned.caseKey] = Sample.answer(try drawn.png) }
    }
    let gateway = Gateway { [answers] (_, id) throws(TransportFailure) in
      answers[id.caseKey].map { Sample.response($0) }
        ?? Sample.response(#"{"error":{"code":"InvalidParameter","message":"no"}}"#, status: 400)
    }
    let bench = try Bench()
    let log = EventLog()
    let runner = Runner(
      plans: [plan], environment: try bench.environment(mode == .replay ? nil : gateway),
      concurrency: concurrency, sinks: SinkGroup([("log", log)]), clock: { Sample.start })
    let summary = await runner.run(try Sample.header())
    return (log.results, summary)
  }
}

@Suite(.temporaryFolder)
struct GroupTests {
  private let plain = "checks: [{size: {width: 128, height: 128}}]\n"

  private func stage(_ groups: String, repeats: Int = 1, more: String = "") throws -> Stage {
    try Stage("matrix: {seed: 1..4, repeat: \(repeats)}\n\(plain)groups: [\(groups)]\n\(more)")
  }

  private func groups(_ results: [CaseResult]) -> [CaseResult] {
    results.filter { $0.group != nil }
  }

  @Test(arguments: [
    ("near", 0, Outcome.passed, "2 cases with the same pixels"),
    ("near", 1, .passed, "2 cases, at worst near: PDQ 0, worst tile "),
    ("near", 2, .failed, "not near: s1 ("),
    ("identical", 0, .passed, "2 cases with the same pixels"),
    ("identical", 1, .failed, "not identical: s1 ("),
    ("distinct", 2, .passed, "2 cases, no two alike"),
    ("distinct", 1, .failed, "are alike, near: PDQ 0, worst tile "),
    ("distinct", 0, .failed, " have the same pixels"),
  ])
  func `Repeats are to each other what the group says`(
    expectation: String, kind: Int, outcome: Outcome, reason: String
  ) async throws {
    let stage = try stage("{across: repeat, expect: \(expectation)}", repeats: 2)
    let (results, summary) = try await stage.run { suiteCase in
      let first = Drawn(suiteCase.request.seed?.value ?? 0)
      guard suiteCase.repeatIndex > 0 else { return first }
      return kind == 0
        ? first : kind == 1 ? first.noisy() : Drawn(7 + (suiteCase.request.seed?.value ?? 0))
    }
    let found = groups(results)
    #expect(found.count == 4)
    #expect(summary.groupCount == 4)
    #expect(summary.caseCount == 8)
    let first = try #require(found.first)
    #expect(first.identity.id.text == "\(expectation)-across-repeat--s1")
    #expect(first.outcome == outcome, "\(first.reason)")
    #expect(first.reason.contains(reason), "\(first.reason)")
    // Groups follow the cases of their suite.
    #expect(
      results.map { $0.group != nil } == Array(repeating: false, count: 8)
        + Array(repeating: true, count: 4))
    if outcome == .failed {
      let pair = try #require(first.group).pair
      #expect(pair.map(\.caseID.text) == ["s1", "s1--r1"])
      for member in pair { #expect(first.reason.contains("\(member.path)"), "\(first.reason)") }
      #expect(summary.exitStatus == .failure)
    } else {
      #expect(first.group?.pair.isEmpty == true)
      #expect(summary.exitStatus == .success)
    }
  }

  @Test func `A seed that has no effect is caught across seeds`() async throws {
    let stage = try stage("{across: seed, expect: distinct}", repeats: 2)
    let (results, _) = try await stage.run { suiteCase in
      suiteCase.request.seed?.value == 4
        ? Drawn(2).noisy() : Drawn(suiteCase.request.seed?.value ?? 0)
    }
    let found = groups(results)
    #expect(found.map(\.identity.id.text) == ["distinct-across-seed", "distinct-across-seed--r1"])
    #expect(found.map(\.outcome) == [.failed, .failed])
    #expect(found[0].group?.pair.map(\.caseID.text) == ["s2", "s4"])
    #expect(found[1].group?.pair.map(\.caseID.text) == ["s2--r1", "s4--r1"])
    #expect(found[0].checks.first?.measures.first?.figures.isEmpty == false)
  }

  @Test func `A group that a filter splits is partial, unless it is broken already`() async throws {
    let stage = try stage("{across: seed, expect: distinct}")
    let (partial, summary) = try await stage.run(filter: "seed=1..3") {
      Drawn($0.request.seed?.value ?? 0)
    }
    let group = try #require(groups(partial).first)
    #expect(group.outcome == .partial)
    #expect(group.reason == "partial: the run had 3 of 4 cases, which break nothing")
    #expect(group.group?.memberCount == 3 && group.group?.caseCount == 4)
    #expect(summary.exitStatus == .success)
    let (broken, _) = try await stage.run(filter: "seed=1..3") { _ in Drawn() }
    #expect(groups(broken).first?.outcome == .failed)
    // A filter that leaves the group whole makes nothing partial.
    let (whole, _) = try await stage.run(filter: "seed=1..4") {
      Drawn($0.request.seed?.value ?? 0)
    }
    #expect(groups(whole).first?.outcome == .passed)
  }

  @Test func `A group of which a case could not be judged is undecided, unless it is broken`()
    async throws
  {
    let stage = try stage("{across: seed, expect: distinct}")
    let (results, summary) = try await stage.run {
      $0.request.seed?.value == 3 ? nil : Drawn($0.request.seed?.value ?? 0)
    }
    let group = try #require(groups(results).first)
    #expect(group.outcome == .undecided)
    #expect(group.reason == "not decided: s3 could not be judged (it ended api-error)")
    #expect(summary.exitStatus == .service)
    let (broken, _) = try await stage.run { $0.request.seed?.value == 3 ? nil : Drawn() }
    #expect(groups(broken).first?.outcome == .failed)
    let (replayed, missing) = try await stage.run(.replay)
    #expect(groups(replayed).map(\.outcome) == [.undecided])
    #expect(missing.exitStatus == .fixture)
  }

  @Test func `A group that warns says so and fails nothing`() async throws {
    let stage = try stage("{across: seed, expect: distinct, severity: warn}")
    let (results, summary) = try await stage.run { _ in Drawn() }
    let group = try #require(groups(results).first)
    #expect(group.outcome == .passed)
    #expect(group.notices.first?.hasPrefix("warning: distinct: not distinct: s1 (") == true)
    #expect(summary.exitStatus == .success)
  }

  @Test func `A group is about the cases that it says`() async throws {
    let stage = try stage("{across: seed, expect: distinct, where: {seed: 1..2}}")
    let (results, _) = try await stage.run {
      ($0.request.seed?.value ?? 0) > 2 ? Drawn() : Drawn($0.request.seed?.value ?? 0)
    }
    #expect(groups(results).map(\.outcome) == [.passed])
    #expect(groups(results).first?.group?.caseCount == 2)
  }

  @Test(arguments: [("2027-01-31", Outcome.known), ("2026-01-31", .failed)])
  func `A group that a quarantined case breaks is known while that lasts`(
    until: String, outcome: Outcome
  ) async throws {
    let stage = try stage(
      "{across: seed, expect: distinct}",
      more: "known: [{where: {seed: 4}, reason: seed 4 is stuck, until: \(until)}]")
    let (results, _) = try await stage.run {
      Drawn(min(3, $0.request.seed?.value ?? 0))
    }
    let group = try #require(groups(results).first)
    #expect(group.outcome == outcome, "\(group.reason)")
    #expect(group.group?.pair.map(\.caseID.text) == ["s3", "s4"])
    #expect(outcome != .known || group.reason.hasPrefix("seed 4 is stuck (not distinct: "))
  }

  @Test(arguments: [
    ("distinct", false, Outcome.passed, "4 cases, no two alike"),
    ("identical", true, .passed, "4 cases with the same pixels"),
    ("distinct", true, .known, "all are stuck (not distinct: s1 ("),
  ])
  func `A group whose cases are all quarantined says what they are to each other`(
    expectation: String, isSame: Bool, outcome: Outcome, reason: String
  ) async throws {
    let stage = try stage(
      "{across: seed, expect: \(expectation)}",
      more: "known: [{where: {seed: 1..4}, reason: all are stuck, until: 2027-01-31}]")
    let (results, _) = try await stage.run {
      Drawn(isSame ? 1 : $0.request.seed?.value ?? 0)
    }
    let group = try #require(groups(results).first)
    #expect(group.outcome == outcome, "\(group.reason)")
    #expect(group.reason.hasPrefix(reason), "\(group.reason)")
  }

  @Test func `Groups of recordings are judged in replay as they were when bought`() async throws {
    let stage = try stage(
      "{across: seed, expect: distinct}, {across: repeat, expect: near}", repeats: 2)
    let (bought, _) = try await stage.run(.record) {
      let drawn = Drawn($0.request.seed?.value ?? 0)
      return $0.repeatIndex > 0 ? drawn.noisy() : drawn
    }
    let (replayed, summary) = try await stage.run(.replay)
    #expect(groups(bought).map(\.outcome) == groups(replayed).map(\.outcome))
    #expect(groups(replayed).map(\.reason) == groups(bought).map(\.reason))
    #expect(summary.counts == [.passed: 14])
    #expect(groups(replayed).map(\.identity.position) == Array(8..<14))
  }

  @Test func `Two declarations that mean groups of one name make two results`() async throws {
    let stage = try stage(
      "{across: seed, expect: distinct, where: {seed: 1..2}}, "
        + "{across: seed, expect: distinct, where: {seed: 3..4}}")
    let (results, _) = try await stage.run { Drawn($0.request.seed?.value ?? 0) }
    #expect(
      groups(results).map(\.identity.id.text) == [
        "distinct-across-seed", "distinct-across-seed--2",
      ])
  }

  @Test func `Groups, figures and hashes are read as they were written`() async throws {
    let stage = try Stage(
      "matrix: {seed: 1..4}\nchecks: [{size: {width: 128, height: 128}}, "
        + "{preserve: {psnr: {min: 5}}}]\ngroups: [{across: seed, expect: distinct}]")
    let (results, _) = try await stage.run {
      Drawn().noisy(($0.request.seed?.value ?? 0) * 2)
    }
    #expect(results.count == 5)
    for result in results {
      #expect(try EncodedCase.decode(EncodedCase.encode(result)) == result)
    }
    let first = try #require(results.first)
    #expect(first.checks.last?.measures.first?.figures.isEmpty == false)
    let hash = try #require(first.outputs.first?.hash)
    #expect(hash.version == "pdq-nn512" && hash.hex.count == 64 && hash.quality > 50)
    #expect(results.last?.group?.pair.count == 2)
    #expect(results.last?.checks.first?.measures.first?.figures.isEmpty == false)
  }
}

/// Checks that look at other cases.
@Suite(.temporaryFolder)
struct PeerTests {
  private let head = "matrix: {seed: 1..4}\nchecks: [{size: {width: 128, height: 128}}, "

  /// The reference comes first, last, and beside a case that refers back to it.
  @Test(arguments: [1, 2, 4], [1, 3])
  func `A case is held against another, whatever their order`(
    reference: Int, concurrency: Int
  ) async throws {
    let others = (1...4).filter { $0 != reference }
    let stage = try Stage(
      head
        + "{similar-to: {case: s\(reference), where: {seed: [\(others.map(String.init).joined(separator: ", "))]}}}]"
    )
    let (results, summary) = try await stage.run(concurrency: concurrency) {
      $0.request.seed?.value == 3 && reference != 3
        ? Drawn(5) : Drawn().noisy($0.request.seed?.value ?? 0)
    }
    #expect(results.map(\.identity.id.text) == ["s1", "s2", "s3", "s4"])
    #expect(results.map(\.outcome) == [.passed, .passed, .failed, .passed])
    #expect(
      results[2].reason.contains("expected near to case s\(reference)"), "\(results[2].reason)")
    #expect(summary.counts == [.passed: 3, .failed: 1])
  }

  @Test func `Two cases may be held against each other`() async throws {
    let stage = try Stage(
      head
        + "{similar-to: {case: s1, where: {seed: 2}}}, {similar-to: {case: s2, where: {seed: 1}}}]")
    let (results, _) = try await stage.run(concurrency: 1) { _ in Drawn() }
    #expect(results.map(\.outcome) == [.passed, .passed, .passed, .passed])
  }

  @Test func `A case that a filter leaves out is taken from its recording`() async throws {
    let stage = try Stage(head + "{similar-to: {case: s4, where: {seed: 1..2}}}]")
    let (missing, _) = try await stage.run(filter: "seed=1") { _ in Drawn() }
    #expect(missing.map(\.outcome) == [.checkError])
    #expect(missing[0].reason.contains("there is no recording of it"), "\(missing[0].reason)")
    _ = try await stage.run(.record) { Drawn().noisy($0.request.seed?.value ?? 0) }
    let (results, _) = try await stage.run(.replay, filter: "seed=1..2")
    #expect(results.map(\.outcome) == [.passed, .passed])
  }

  @Test func `A case that gave nothing makes those fail that look at it`() async throws {
    let stage = try Stage(head + "{similar-to: {case: s1, where: {seed: 2}}}]")
    let (results, _) = try await stage.run { $0.request.seed?.value == 1 ? nil : Drawn() }
    #expect(results.map(\.outcome) == [.apiError, .checkError, .passed, .passed])
    #expect(results[1].checks.last?.verdict == .error)
    #expect(results[1].reason.contains("it ended api-error"), "\(results[1].reason)")
  }

  @Test(arguments: [1, 2, 5])
  func `Where seeds say nothing all repeats of a request are judged together`(
    concurrency: Int
  ) async throws {
    let stage = try Stage(
      "matrix: {seed: 1..2, repeat: 4}\n"
        + "checks: [{size: {width: 128, height: 128}}, {baseline: auto}]")
    let probe = ProbeFinding(
      suite: stage.suite.name, at: Sample.start, origin: .api("https://image.example"),
      endpointClass: .free, recommended: nil, measurements: [])
    let (first, _) = try await stage.run(.record) { suiteCase in
      Drawn(1).noisy(suiteCase.repeatIndex + 1 + 4 * (suiteCase.request.seed?.value ?? 0))
    }
    var changes = Approval.Changes(Baseline(suite: stage.suite.name))
    var tally = Approval.Result()
    let approval = Approval(
      .approved, run: try Sample.run(), by: "ada", note: nil, at: Sample.start, replaces: false)
    for result in first {
      try approval.decide(result, in: &changes, tally: &tally)
    }
    try changes.keepPictures(in: try stage.plan(.replay).fixtures.blobs)
    let baseline = changes.baseline
    let (same, _) = try await stage.run(
      .replay, concurrency: concurrency, baseline: baseline.entries, probe: probe)
    #expect(same.map(\.outcome) == Array(repeating: .passed, count: 8))
    // Seed 1 gives another picture, seed 2 the same with other noise.
    let (later, _) = try await stage.run(
      concurrency: concurrency, baseline: baseline.entries, probe: probe
    ) { suiteCase in
      Drawn(suiteCase.request.seed?.value == 1 ? 4 : 1).noisy(20 + suiteCase.repeatIndex)
    }
    #expect(
      later.map(\.outcome) == Array(repeating: .drifted, count: 4)
        + Array(repeating: .passed, count: 4), "\(later.map(\.reason))")
    let (fewer, _) = try await stage.run(
      filter: "seed=1 r1", baseline: baseline.entries, probe: probe
    ) { _ in Drawn(4) }
    #expect(fewer.map(\.outcome) == [.unapproved])
    #expect(fewer[0].reason.contains("there are 4 and 1"), "\(fewer[0].reason)")
    let hint = try #require(fewer[0].hint)
    #expect(
      hint.hasSuffix(
        "mug.yaml' --mode record --endpoint 'https://image.example' --yes --max-cost 1"), "\(hint)")
  }
}
