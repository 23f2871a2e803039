import Canonical
import Experiments
import Foundation
import Reports
import RunStore
import SeedreamAPI
import Simulator
import Synchronization
import SystemPackage
import Testing

/// Live runs that go on, repeat a part, or stop early.
@Suite(.project) struct LiveRunTests {
  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  private func prepare(_ more: String = "", prompt: String = "Tint the table.") throws {
    if !FileManager.default.fileExists(atPath: project.path("fixtures/inputs/coffee.png")) {
      try project.copy("fixtures/inputs/coffee.png")
    }
    try project.write(
      """
      version: 1
      name: small
      request: {images: ../fixtures/inputs/coffee.png, prompt: "\(prompt)", output_format: url}
      matrix: {seed: [1..6]}
      \(more)

      """, to: "suites/small.yaml")
  }

  private func serving<Result: Sendable>(
    _ faults: [FaultRule] = [],
    _ body: (SimulatorServer, String) async throws -> Result
  ) async throws -> Result {
    try await SimulatorServer.serving(
      SimulatorSettings(codec: .jpeg(quality: 85), faults: faults), body)
  }

  private func live(
    _ url: String, _ more: String..., mode: String = "live"
  ) async
    -> Project.Outcome
  {
    let arguments =
      [
        "run", "@suites/small.yaml", "--mode", mode, "--endpoint", url, "--yes", "--unapproved",
        "warn",
      ] + (more.contains("--max-cost") ? [] : ["--max-cost", "1"]) + more
    return await project.run(arguments, environment: key, network: true)
  }

  @Test func `A live run goes on with what the last one has got, and sends the rest`()
    async throws
  {
    try prepare()
    try await serving { server, url in
      // The cap lets three of six through.
      let first = await live(url, "--max-cost", "0.10")
      #expect(first.status == 4, "\(first.messages)")
      #expect(server.ledger.entries.count == 3)
      let second = await live(url, "--resume")
      #expect(second.status == 0, "\(second.messages)")
      #expect(second.messages.contains("3 cases were answered and are not sent again"))
      #expect(server.ledger.entries.count == 6)
      let third = await live(url, "--resume")
      #expect(third.status == 0, "\(third.messages)")
      #expect(server.ledger.entries.count == 6)
      let keys = Set(server.ledger.entries.map(\.requestKey))
      #expect(keys.count == 6)
      _ = await live(url)
      #expect(server.ledger.entries.count == 12)
    }
  }

  @Test func `A case that was changed is sent again, and the run says what differs`() async throws {
    try prepare()
    try await serving { server, url in
      _ = await live(url)
      try prepare(prompt: "Tint the wall.")
      let second = await live(url, "--resume")
      #expect(
        second.messages.contains("changed since then: s1: prompt differs"), "\(second.messages)")
      #expect(server.ledger.entries.count == 12)
    }
  }

  @Test func `A recording run says what a live run has got, and the command works`() async throws {
    try prepare()
    try await serving { server, url in
      _ = await live(url, "--filter", "seed=1")
      // Nobody agrees to a price here.
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, environment: key,
        network: true)
      #expect(run.status == 2)
      #expect(
        run.messages.contains("small: 1 case to buy was answered in the live run"),
        "\(run.messages)")
      let command = try #require(
        run.messages.firstMatch(of: /proofsheet fixtures adopt '([^']+)'/)?.output.1)
      let adopted = await project.run("fixtures", "adopt", String(command))
      #expect(adopted.status == 0, "\(adopted.messages)")
      let again = await live(url, mode: "record")
      #expect(again.status == 0, "\(again.messages)")
      #expect(!again.messages.contains("live run"), "\(again.messages)")
      #expect(server.ledger.entries.count == 6)
    }
  }

  @Test(arguments: [
    ("live", "run the same command with --resume to go on"),
    ("record", "run the same command again to go on"),
    ("refresh", "run the same command again to go on"),
  ])
  func `A run that was interrupted says how it goes on and buys nothing twice`(
    mode: String, words: String
  ) async throws {
    try prepare()
    try await serving { server, url in
      let arguments = [
        "run", "@suites/small.yaml", "--mode", mode, "--endpoint", url, "--yes", "--max-cost", "1",
        "--unapproved", "warn", "--verbose", "--concurrency", "1",
      ]
      let first = await project.run(
        arguments, environment: key, network: true, interruptedAt: "s1")
      #expect(first.status == 130, "\(first.messages)")
      #expect(first.messages.contains("interrupted; \(words)\n"), "\(first.messages)")
      #expect((1..<6).contains(server.ledger.entries.count))
      let second = await project.run(
        arguments + (mode == "live" ? ["--resume"] : []), environment: key, network: true)
      #expect(second.status == 0, "\(second.messages)")
      #expect(server.ledger.entries.count == 6)
      #expect(!second.messages.contains("to go on"), "\(second.messages)")
    }
  }

  @Test func `A plan leaves out what an interrupted refresh has bought, as the run does`()
    async throws
  {
    try prepare()
    try await serving { server, url in
      _ = await live(url, mode: "record")
      let first = await project.run(
        [
          "run", "@suites/small.yaml", "--mode", "refresh", "--endpoint", url, "--yes",
          "--max-cost",
          "1", "--unapproved", "warn", "--verbose", "--concurrency", "1",
        ], environment: key, network: true, interruptedAt: "s1")
      #expect(first.status == 130, "\(first.messages)")
      let bought = server.ledger.entries.count - 6
      try #require((1..<6).contains(bought))
      let state = "6 cases: \(6 - bought) to buy anew, \(bought) bought already"
      let plan = await project.run("plan", "@suites/small.yaml", "--mode", "refresh")
      #expect(plan.output.contains(state), "\(plan.output)")
      let second = await live(url, mode: "refresh")
      #expect(second.messages.contains(state), "\(second.messages)")
      #expect(server.ledger.entries.count == 12)
    }
  }

  // MARK: - Commands that are pasted

  /// Leaves what a live run leaves that is killed before its first result, as the first of two shards.
  private func leaveHalfRun(in reports: String) throws -> RunID {
    let store = try RunStore(folder: FilePath(project.path(reports)), spends: false)
    let ended = try store.run("latest").header
    let id = try #require(RunID("20991122T181500Z-0000aa"))
    let half = RunHeader(
      id: id, startedAt: ended.startedAt, mode: .live, toolVersion: ended.toolVersion,
      workingFolder: ended.workingFolder, endpoint: ended.endpoint, suites: ended.suites,
      shard: ShardHeader(
        try #require(Shard("1/2")), caseCounts: [6], suiteCounts: [6]))
    try StoreSink(store: store).receive(.started(half))
    let lines = Mutex([UInt8]())
    try JSONLinesReport { line in lines.withLock { $0 += line } }.receive(.started(half))
    try project.write(
      String(decoding: lines.withLock { $0 }, as: UTF8.self), to: "\(reports)/\(id)/run.jsonl")
    return id
  }

  @Test func `Commands about a run name the folders, the endpoint and the part that it had`()
    async throws
  {
    try prepare()
    let (suite, reports, fixtures) = (
      project.path("suites/small.yaml"), project.path("rl"), project.path("fx")
    )
    try await serving { _, url in
      let bought = await live(url, "--reports", reports, "--fixtures", fixtures)
      #expect(bought.status == 0, "\(bought.messages)")
      let adopted = await project.run(
        "fixtures", "adopt", "latest", "--reports", reports, "--fixtures", fixtures)
      #expect(
        adopted.messages.contains(
          "replay them with: proofsheet run '\(suite)' --fixtures '\(fixtures)' --reports "
            + "'\(reports)', and approve"), "\(adopted.messages)")
      let half = try leaveHalfRun(in: "rl")
      let resumed = "proofsheet run '\(suite)' --mode live --resume --shard 1/2"
      let named = " --reports '\(reports)' --endpoint '\(url)'"
      let again = await project.run(
        "fixtures", "adopt", "latest", "--reports", reports, "--fixtures", fixtures)
      #expect(
        again.messages.contains(
          "did not come to its end; to go on with it: \(resumed) --fixtures '\(fixtures)'\(named)\n"
        ),
        "\(again.messages)")
      for name in ["latest", "\(reports)/\(half)"] {
        let report = await project.run(
          name == "latest" ? ["report", name, "--reports", reports] : ["report", name])
        #expect(report.status == 4)
        #expect(
          report.messages.contains("go on with it, and buy nothing twice: \(resumed)\(named)\n"),
          "\(report.messages)")
      }
    }
  }

  @Test func `A recording run names the folder that a live run's answers go to`() async throws {
    try prepare()
    let (reports, fixtures) = (project.path("rl"), project.path("fx"))
    try await serving { _, url in
      _ = await live(url, "--filter", "seed=1", "--reports", reports)
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--reports", reports,
        "--fixtures", fixtures, environment: key, network: true)
      let id = try project.latestReport(in: "rl").lastPathComponent
      #expect(
        run.messages.contains(
          "proofsheet fixtures adopt '\(reports)/\(id)' --fixtures '\(fixtures)'\n"),
        "\(run.messages)")
    }
  }

  @Test func `What a live run has ordered and not fetched is fetched, before it is adopted`()
    async throws
  {
    try prepare()
    try await serving([try FaultRule("no-picture")]) { _, url in
      let first = await live(url, "--filter", "seed=1")
      #expect(first.status == 3, "\(first.messages)")
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--filter", "seed=1",
        environment: key, network: true)
      #expect(run.status == 2)
      #expect(!run.messages.contains("fixtures adopt"), "\(run.messages)")
      #expect(
        run.messages.contains(
          "small: 1 case to buy was ordered in the live run "), "\(run.messages)")
      #expect(
        run.messages.contains(
          "hint: instead of buying, fetch that with: proofsheet run "
            + "'\(project.path("suites/small.yaml"))' --mode live --resume --endpoint '\(url)' "
            + "--filter 'seed=1'\n"), "\(run.messages)")
    }
  }

  @Test func `An amount below zero is told what is accepted`() async throws {
    try prepare()
    let run = await live("simulator", "--max-cost", "-1")
    #expect(run.status == 2)
    #expect(run.messages.contains("max-cost") && run.messages.contains("-1"), "\(run.messages)")
    #expect(run.messages.contains("dollars like 5 or 0.25"), "\(run.messages)")
  }

  @Test func `Without a live run there is nothing to go on with`() async throws {
    try prepare()
    try await serving { server, url in
      let run = await live(url, "--resume")
      #expect(run.status == 2)
      #expect(run.messages.hasPrefix("error: there is no live run of these suites"))
      #expect(!run.messages.contains("CommandExit"), "\(run.messages)")
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test(arguments: [
    (["--resume"], "--resume goes on with a run that buys"),
    (["--mode", "live", "--resume", "--only", "failed"], "give one"),
    (["--only", "sometimes"], "invalid for '--only"),
  ])
  func `What makes no sense together is refused`(flags: [String], message: String) async throws {
    try prepare()
    let run = await project.run(["run", "@suites/small.yaml"] + flags)
    #expect(run.status == 2)
    #expect(run.messages.contains(message), "\(run.messages)")
  }

  @Test func `Only what ended in error is repeated, whatever its place in the suite`()
    async throws
  {
    try prepare()
    let fault = try FaultRule("status:400=0.5")
    let failed = try await serving([fault]) { server, url in
      let first = await live(url)
      #expect(first.status == 3, "\(first.messages)")
      return 6 - server.ledger.entries.count
    }
    try #require((1..<6).contains(failed), "the seed of the faults decides, and hits some")
    try project.edit("suites/small.yaml") { $0.replacing("[1..6]", with: "[6, 5, 1..4]") }
    try await serving { server, url in
      let again = await live(url, "--only", "errors")
      #expect(again.status == 0, "\(again.messages)")
      #expect(server.ledger.entries.count == failed)
      #expect(again.messages.contains("repeating \(Count.of(failed, "case")) of run"))
      let none = await live(url, "--only", "errors")
      #expect(none.status == 0, "\(none.messages)")
      #expect(
        none.messages.hasSuffix(
          "nothing to repeat: no selected case of the last run ended in an error\n"),
        "\(none.messages)")
      // The run before it is still the latest.
      let report = await project.run("report", "latest", "--reports", "@reports")
      #expect(!report.output.isEmpty)
      #expect(server.ledger.entries.count == failed)
    }
  }

  @Test func `Drifted cases of a replay are replayed alone, and changed ones as well`()
    async throws
  {
    try prepare("checks: [{baseline: identical-bytes}]")
    try await serving { server, url in
      _ = await live(url, mode: "record")
      #expect(server.ledger.entries.count == 6)
    }
    let none = await project.run("run", "@suites/small.yaml", "--only", "drifted")
    #expect(none.status == 0, "\(none.messages)")
    #expect(none.messages.contains("nothing to repeat"))
    let all = await project.run("run", "@suites/small.yaml")
    #expect(all.status == 1, "\(all.messages)")
    // They were unapproved, which is a failure.
    let failed = await project.run("run", "@suites/small.yaml", "--only", "failed")
    #expect(failed.messages.contains("repeating 6 cases"), "\(failed.messages)")
    try prepare("checks: [{baseline: identical-bytes}]", prompt: "Tint the wall.")
    let changed = await project.run("run", "@suites/small.yaml", "--only", "failed")
    #expect(changed.messages.contains("changed since run"), "\(changed.messages)")
    #expect(changed.status == 5)
  }

  @Test func `Of a suite that never ran nothing can be repeated`() async throws {
    try prepare()
    let run = await project.run("run", "@suites/small.yaml", "--only", "failed")
    #expect(run.status == 2)
    #expect(run.messages.contains("no run of the suite 'small' has ended"), "\(run.messages)")
  }

  @Test func `A recording says why a case is bought anew`() async throws {
    try prepare()
    try await serving { server, url in
      _ = await live(url, mode: "record")
      try prepare(prompt: "Tint the wall.")
      let again = await live(url, "--verbose", mode: "record")
      #expect(again.messages.contains("bought anew, for it was recorded for another request"))
      #expect(server.ledger.entries.count == 12)
    }
  }

  @Test func `A cap on a model without a price is refused before anything is sent`() async throws {
    try prepare()
    try project.edit("suites/small.yaml") {
      $0.replacing("output_format: url}", with: "output_format: url, model: their-new-model}")
    }
    try await serving { server, url in
      let run = await live(url)
      #expect(run.status == 2, "\(run.messages)")
      #expect(run.messages.contains("the price of the model 'their-new-model' is not known"))
      #expect(run.messages.contains("prices: {as_of:"))
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `After as many failures as are allowed nothing more is sent`() async throws {
    try prepare()
    try await serving([try FaultRule("status:400")]) { _, url in
      let run = await live(url, "--max-failures", "2", "--concurrency", "1")
      #expect(run.status == 3, "\(run.messages)")
      #expect(run.messages.contains("2 api-error, 4 cancelled"), "\(run.messages)")
    }
  }

  @Test(arguments: [(false, 6, 3), (true, 12, 0)])
  func `What may have been billed is repeated only where it is allowed`(
    isAllowed: Bool, billed: Int, status: Int32
  ) async throws {
    try prepare("limits: {repeat_possibly_billed: \(isAllowed)}")
    try await serving([try FaultRule("drop-after*1")]) { server, url in
      let run = await live(url)
      #expect(run.status == status, "\(run.messages)")
      #expect(server.ledger.entries.count == billed)
      #expect(run.messages.contains("$0.18 possibly billed"), "\(run.messages)")
    }
  }

  @Test func `A service that asks to wait longer than allowed limits the rate`() async throws {
    try prepare()
    try await serving([try FaultRule("rate-limited:30*1")]) { server, url in
      let run = await live(url, "--max-wait", "29s")
      #expect(run.status == 3)
      #expect(run.messages.contains("6 rate-limited"), "\(run.messages)")
      let patient = await live(url, "--resume", "--max-wait", "30s")
      #expect(patient.status == 0, "\(patient.messages)")
      #expect(server.ledger.entries.count == 6)
    }
  }
}
