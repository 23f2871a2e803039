import Canonical
import Experiments
import Foundation
import RunStore
import Simulator
import SystemPackage
import Testing

/// Runs in parts, and what is made of them.
@Suite(.project) struct ShardRunTests {
  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  private func junit(_ folder: String) throws -> String {
    let path = project.path(folder)
    let run = try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { $0.hasPrefix("20") }.sorted().last
    return try project.read("\(folder)/\(try #require(run))/junit.xml")
  }

  private func shard(_ index: Int, _ more: String...) async -> Project.Outcome {
    await project.run(
      [
        "run", "@suites/quickstart.yaml", "--shard", "\(index)/3", "--reports",
        project.path("part-\(index)"),
      ] + more)
  }

  private func merge(_ parts: Int..., to folder: String = "merged") async -> Project.Outcome {
    await project.run(
      ["merge"] + parts.map { project.path("part-\($0)") } + ["--reports", project.path(folder)])
  }

  @Test func `Three shards, merged, give the reports of the whole`() async throws {
    try project.copyQuickstart()
    let whole = await project.run(
      "run", "@suites/quickstart.yaml", "--reports", project.path("whole"))
    #expect(whole.status == 0, "\(whole.messages)")
    for index in [3, 1, 2] {
      let run = await shard(index)
      #expect(run.status == 0, "\(run.messages)")
      #expect(run.messages.contains("shard \(index) of 3: "), "\(run.messages)")
    }
    let merged = await merge(2, 3, 1)
    #expect(merged.status == 0, "\(merged.messages)")
    #expect(merged.messages.contains("merged 3 shards, 24 cases: 24 passed"), "\(merged.messages)")
    #expect(merged.messages.contains("pictures of the simulator"), "\(merged.messages)")
    #expect(try junit("merged") == junit("whole"))
    let report = await project.run("report", "latest", "--reports", project.path("merged"))
    #expect(report.output.split(separator: "\n").count == 24, "\(report.messages)")
    let dialects = await project.run(
      "merge", "@part-1", "@part-2", "@part-3", "--reports", "@again", "--junit", "@junit/",
      "--junit-dialect", "extended")
    #expect(dialects.status == 0, "\(dialects.messages)")
    let files = try FileManager.default.contentsOfDirectory(atPath: project.path("junit"))
    #expect(files.count == 1)
    #expect(try project.read("junit/\(try #require(files.first))").contains("<properties>"))
    let decided = await project.run(
      "approve", "latest", "--reports", project.path("merged"), "--dry-run")
    #expect(decided.messages.contains("24 decided before"), "\(decided.messages)")
  }

  @Test func `Merged shards with failures give JUnit, CSV and Markdown of the whole byte for byte`()
    async throws
  {
    try project.copyQuickstart()
    try project.swapApprovals()
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/paper--cup--square_hd--s7.har"))
    let folder = project.path("reports")
    func reports() async throws -> [String] {
      var texts = [try junit("reports")]
      for format in ["csv", "markdown", "text"] {
        texts.append(
          await project.run("report", "latest", "--format", format, "--reports", folder).output)
      }
      return texts
    }
    let whole = await project.run("run", "@suites/quickstart.yaml", "--reports", folder)
    #expect(whole.status == 5, "\(whole.messages)")
    let expected = try await reports()
    #expect(expected[1].contains("fixture-missing"))
    let document = try JSONParser.parse(
      Array(try Data(contentsOf: project.latestReport().appendingPathComponent("run.json"))))
    try FileManager.default.removeItem(atPath: folder)
    for index in 1...3 { #expect(await shard(index).status != 2) }
    let merged = await merge(3, 1, 2, to: "reports")
    #expect(merged.status == 5, "\(merged.messages)")
    for (found, meant) in zip(try await reports(), expected) { #expect(found == meant) }
    // Machine, time and run stand in run.json alone; all else of it is the same.
    let own = try JSONParser.parse(
      Array(try Data(contentsOf: project.latestReport().appendingPathComponent("run.json"))))
    #expect(own["header"]?["suites"] == document["header"]?["suites"])
    #expect(own["summary"]?["counts"] == document["summary"]?["counts"])
    #expect(own["exit_code"] == document["exit_code"])
    #expect(own["page"] == document["page"] && own["page"]?.string == "index.html")
    let bare = await project.run(
      "merge", "@part-1", "@part-2", "@part-3", "--reports", "@bare", "--no-html")
    #expect(bare.status == 5)
    #expect(bare.messages.contains("/run.json\n") && !bare.messages.contains("index.html"))
  }

  /// The requests that a run kept of misses, by their paths below its folder.
  private func misses(_ folder: String) throws -> [String: String] {
    let kept = try project.latestReport(in: folder).appendingPathComponent("misses").path
    return try FileManager.default.subpathsOfDirectory(atPath: kept)
      .filter { $0.hasSuffix(".json") }
      .reduce(into: [:]) {
        $0[$1] = try String(contentsOfFile: "\(kept)/\($1)", encoding: .utf8)
      }
  }

  @Test func `Merged shards keep the requests of misses as a whole run does`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "seed: [7, 42]", with: "seed: [7, 43]")
    }
    let whole = await project.run(
      "run", "@suites/quickstart.yaml", "--reports", project.path("whole"))
    #expect(whole.status == 5, "\(whole.messages)")
    let expected = try misses("whole")
    #expect(expected["quickstart/paper--cup--square_hd--s43/near-1.json"] != nil)
    for index in 1...3 { #expect(await shard(index).status == 5) }
    let merged = await merge(3, 1, 2)
    #expect(merged.status == 5, "\(merged.messages)")
    #expect(try misses("merged") == expected)
    let folder = try project.latestReport(in: "merged").path
    #expect(
      merged.messages.contains(
        "the requests that have no recording, whole, beside those that come near: \(folder)/misses\n"
      ),
      "\(merged.messages)")
  }

  @Test func `A shard's miss that cannot be read is told, and the rest is merged`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "seed: [7, 42]", with: "seed: [7, 43]")
    }
    for index in 1...3 { #expect(await shard(index).status == 5) }
    let kept = try project.latestReport(in: "part-1").appendingPathComponent("misses").path
    let name = try #require(
      try FileManager.default.subpathsOfDirectory(atPath: kept).sorted().last {
        $0.hasSuffix("asked.json")
      })
    try FileManager.default.removeItem(atPath: "\(kept)/\(name)")
    try project.write("elsewhere", to: "other.json")
    try FileManager.default.createSymbolicLink(
      atPath: "\(kept)/\(name)", withDestinationPath: project.path("other.json"))
    let merged = await merge(1, 2, 3)
    #expect(
      merged.messages.contains("error: the requests of misses: cannot read "), "\(merged.messages)")
    #expect(merged.messages.contains("merged 3 shards, 24 cases: "))
    #expect(merged.status == 2)
    #expect(try !misses("merged").values.contains("elsewhere"))
  }

  @Test(arguments: [("0d=warn", Int32(0)), ("0d=fail", 5)])
  func `What shards found of old recordings is told of all at once`(
    age: String, status: Int32
  ) async throws {
    try project.copyQuickstart()
    let now = Timestamp("2028-01-01T00:00:00.000Z")
    let whole = await project.run(
      "run", "@suites/quickstart.yaml", "--max-age", age, "--reports", project.path("whole"),
      now: now)
    #expect(whole.status == status, "\(whole.messages)")
    for index in 1...3 {
      let run = await project.run(
        "run", "@suites/quickstart.yaml", "--max-age", age, "--shard", "\(index)/3", "--reports",
        project.path("part-\(index)"), now: now)
      #expect(run.status == status, "\(run.messages)")
    }
    let merged = await merge(1, 3, 2)
    #expect(merged.status == status, "\(merged.messages)")
    let label = status == 0 ? "warning" : "error"
    #expect(
      merged.messages.contains("\(label): quickstart: 24 recordings are older than 0 days"),
      "\(merged.messages)")
    #expect(merged.messages.components(separatedBy: "older than").count == 2)
    let report = try junit("merged")
    #expect(report.contains("24 recordings are older than 0 days"))
    #expect(try report == junit("whole"))
  }

  @Test(arguments: [("warn", Int32(0)), ("fail", 5)])
  func `Recordings that no case asks for are told of all shards at once`(
    rule: String, status: Int32
  ) async throws {
    try project.copyQuickstart()
    let folder = project.folder.appendingPathComponent("fixtures/quickstart")
    try FileManager.default.copyItem(
      at: folder.appendingPathComponent("paper--cup--square_hd--s7.har"),
      to: folder.appendingPathComponent("zzz.har"))
    // A case finds it by its key, and no file is named after the case.
    try FileManager.default.moveItem(
      at: folder.appendingPathComponent("paper--cup--square_hd--s42.har"),
      to: folder.appendingPathComponent("moved.har"))
    let whole = await project.run(
      "run", "@suites/quickstart.yaml", "--unused", rule, "--reports", project.path("whole"))
    #expect(whole.status == status, "\(whole.messages)")
    for index in 1...3 {
      let run = await shard(index, "--unused", rule)
      #expect(run.status == 0, "\(run.messages)")
      #expect(!run.messages.contains("no case asks"), "\(run.messages)")
    }
    let merged = await merge(2, 1, 3)
    #expect(merged.status == status, "\(merged.messages)")
    let label = rule == "warn" ? "warning" : "error"
    #expect(
      merged.messages.contains("\(label): quickstart: no case asks for 1 recording"),
      "\(merged.messages)")
    #expect(merged.messages.contains("quickstart/zzz.har"), "\(merged.messages)")
    #expect(!merged.messages.contains("moved.har"))
    #expect(try junit("merged") == junit("whole"))
  }

  @Test func `Shards of a filter tell nothing of recordings that no case asks for`() async throws {
    try project.copyQuickstart()
    for index in 1...3 {
      let run = await shard(index, "--filter", "paper", "--unused", "fail")
      #expect(run.status == 0, "\(run.messages)")
    }
    let merged = await merge(1, 2, 3)
    #expect(merged.status == 0, "\(merged.messages)")
    #expect(!merged.messages.contains("no case asks"), "\(merged.messages)")
  }

  @Test func `Shards that are missing, twice there or no shards are refused`() async throws {
    try project.copyQuickstart()
    for index in 1...2 { _ = await shard(index) }
    let missing = await merge(1, 2)
    #expect(missing.status == 2)
    #expect(missing.messages.contains("1 shard of 3 is missing: 3"), "\(missing.messages)")
    let twice = await merge(1, 2, 1)
    #expect(twice.messages.contains("both shard 1/3"), "\(twice.messages)")
    let nothing = await merge(1, 2, 9)
    #expect(nothing.messages.contains("there is no run store in"), "\(nothing.messages)")
    let onto = await merge(1, 2, to: "part-1")
    #expect(onto.messages.contains("needs another"), "\(onto.messages)")
  }

  /// Leaves what a run leaves that is killed as it begins, after one that a shard has finished.
  ///
  /// - Returns: the run that was killed, and the one that ended.
  private func leaveHalfRun(of index: Int, _ mode: RunMode) throws -> (half: RunID, whole: RunID) {
    let store = try RunStore(folder: FilePath(project.path("part-\(index)")), spends: false)
    let ended = try store.run("latest").header
    let id = try #require(RunID("20991122T181500Z-0000aa"))
    let half = RunHeader(
      id: id, startedAt: ended.startedAt, mode: mode, toolVersion: ended.toolVersion,
      workingFolder: ended.workingFolder, endpoint: mode == .live ? "simulator" : nil,
      suites: ended.suites, shard: ended.shard)
    try StoreSink(store: store).receive(.started(half))
    return (id, ended.id)
  }

  @Test(arguments: [
    (RunMode.replay, "--shard 1/3"),
    (.live, "--mode live --resume --shard 1/3"),
  ])
  func `A shard whose latest run was killed is refused, however well an earlier one went`(
    mode: RunMode, options: String
  ) async throws {
    try project.copyQuickstart()
    for index in 1...3 { _ = await shard(index) }
    let (half, whole) = try leaveHalfRun(of: 1, mode)
    let merged = await merge(1, 2, 3)
    #expect(merged.status == 2, "\(merged.messages)")
    #expect(
      merged.messages.contains("run \(half) of \(project.path("part-1")) has not come to its end"),
      "\(merged.messages)")
    let command =
      "proofsheet run '\(project.path("suites/quickstart.yaml"))' \(options) --reports "
      + "'\(project.path("part-1"))'\(mode == .live ? " --endpoint simulator" : "")\n"
    #expect(merged.messages.contains(command), "\(merged.messages)")
    #expect(!FileManager.default.fileExists(atPath: project.path("merged")))
    // Who means the earlier one says so.
    let named = await project.run(
      "merge", "@part-1/\(whole)", "@part-2", "@part-3", "--reports", "@merged")
    #expect(named.status == 0, "\(named.messages)")
    #expect(named.messages.contains("24 passed"), "\(named.messages)")
    let killed = await project.run(
      "merge", "@part-1/\(half)", "@part-2", "@part-3", "--reports", "@again")
    #expect(killed.status == 2)
    #expect(killed.messages.contains("has not come to its end"), "\(killed.messages)")
  }

  @Test func `A part has its share of money and pace, the first with the rest`() async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      """
      version: 1
      name: small
      request: {images: ../fixtures/inputs/coffee.png, prompt: Tint the table.}
      matrix: {seed: [1..9]}

      """, to: "suites/small.yaml")
    let billed = try await SimulatorServer.serving(
      SimulatorSettings(codec: .jpeg(quality: 85))
    ) { server, url in
      for index in 1...3 {
        let run = await project.run(
          "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--yes", "--max-cost",
          "1", "--concurrency", "7", "--shard", "\(index)/3", "--unapproved", "warn", "--reports",
          project.path("part-\(index)"), environment: key, network: true)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("\(index == 1 ? 3 : 2) at once"), "\(run.messages)")
        #expect(run.messages.contains("a cap of $0.33"), "\(run.messages)")
      }
      return server.ledger.entries.count
    }
    #expect(billed == 9)
    let replay = await project.run("run", "@suites/small.yaml", "--unapproved", "warn")
    #expect(replay.status == 0, "\(replay.messages)")
  }

  @Test func `The service's variables name the part`() async throws {
    try project.copyQuickstart()
    let status = project.path("status")
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--shard", "auto",
      environment: [
        "TEST_SHARD_INDEX": "0", "TEST_TOTAL_SHARDS": "2", "TEST_SHARD_STATUS_FILE": status,
      ])
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("shard 1/2, by TEST_SHARD_INDEX"), "\(run.messages)")
    #expect(FileManager.default.fileExists(atPath: status))
    let none = await project.run("run", "@suites/quickstart.yaml", "--shard", "auto")
    #expect(none.status == 2)
    #expect(none.messages.contains("--shard 2/3"), "\(none.messages)")
    let wrong = await project.run("run", "@suites/quickstart.yaml", "--shard", "4/3")
    #expect(wrong.status == 2)
    #expect(wrong.messages.contains("the first being 1: 2/3"), "\(wrong.messages)")
  }
}
