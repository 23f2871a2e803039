import Foundation
import Simulator
import Testing

/// What a live run received becomes recordings, unpaid.
@Suite(.project) struct FixtureAdoptTests {
  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  /// A live run of a suite of eight cases.
  private func runLive() async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(RecordTests.suite, to: "suites/small.yaml")
    try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85))) { server, url in
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "live", "--endpoint", url, "--yes", "--max-cost",
        "1", environment: key, network: true)
      #expect(run.status == 1, "unapproved: \(run.messages)")
      #expect(server.ledger.entries.count == 8)
    }
    #expect(!FileManager.default.fileExists(atPath: project.path("fixtures/small")))
  }

  private func adopt(_ more: String...) async -> Project.Outcome {
    await adopt(more)
  }

  private func adopt(_ more: [String]) async -> Project.Outcome {
    let reports = project.path("reports")
    return switch more.count {
    case 0: await project.run("fixtures", "adopt", "latest", "--reports", reports)
    case 1: await project.run("fixtures", "adopt", "latest", more[0], "--reports", reports)
    default:
      await project.run("fixtures", "adopt", "latest", more[0], more[1], "--reports", reports)
    }
  }

  @Test func `A live run is adopted once, and replays without a network`() async throws {
    try await runLive()
    let trial = await adopt("--dry-run")
    #expect(trial.status == 0, "\(trial.messages)")
    #expect(trial.output.split(separator: "\n").count == 8)
    #expect(trial.output.contains("would write "))
    #expect(!FileManager.default.fileExists(atPath: project.path("fixtures/small")))
    let part = await adopt("--filter", "seed=1")
    #expect(part.status == 0, "\(part.messages)")
    #expect(part.output.split(separator: "\n").allSatisfy { $0.hasPrefix("wrote ") })
    #expect(part.messages.contains("4 answers of run "))
    let rest = await adopt()
    #expect(rest.messages.contains("4 answers of run "), "\(rest.messages)")
    let again = await adopt()
    #expect(again.status == 0)
    #expect(again.messages.contains("is left to adopt"))
    let replay = await project.run("run", "@suites/small.yaml", "--unapproved", "warn")
    #expect(replay.status == 0, "\(replay.messages)")
    #expect(replay.messages.contains("8 passed"))
    let verified = await project.run("fixtures", "verify", "@suites/small.yaml")
    #expect(verified.status == 0, "\(verified.messages)\(verified.output)")
    for (name, bytes) in try project.files() {
      #expect(bytes.range(of: Data(Project.key.utf8)) == nil, "the key stands in \(name)")
    }
  }

  @Test(arguments: ["nope", "outcome=passed", "seed=1 outcome=failed"])
  func `A filter that selects no case of the run is an error`(filter: String) async throws {
    try await runLive()
    let run = try project.latestReport().lastPathComponent
    let adopted = await adopt("--filter", filter)
    #expect(adopted.status == 2)
    #expect(adopted.output == "")
    #expect(
      adopted.messages.contains(
        "error: no case of run \(run) is selected\n--filter: it selects no case: "),
      "\(adopted.messages)")
    #expect(
      adopted.messages.hasSuffix("\nhint: the cases are listed by: proofsheet report \(run)\n"))
    #expect(!FileManager.default.fileExists(atPath: project.path("fixtures/small")))
  }

  @Test func `A merged live run leads to its shards, which hold what was received`() async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(RecordTests.suite, to: "suites/small.yaml")
    try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85))) { _, url in
      for index in 1...2 {
        let run = await project.run(
          "run", "@suites/small.yaml", "--mode", "live", "--endpoint", url, "--yes", "--max-cost",
          "1", "--shard", "\(index)/2", "--reports", project.path("part-\(index)"),
          environment: key, network: true)
        #expect(run.status == 1, "unapproved: \(run.messages)")
      }
    }
    _ = await project.run("merge", "@part-1", "@part-2", "--reports", "@reports")
    let merged = await adopt()
    #expect(merged.status == 2)
    #expect(merged.messages.contains("what they received lies with each of them"))
    for index in 1...2 {
      let part = await project.run(
        "fixtures", "adopt", "latest", "--reports", project.path("part-\(index)"))
      #expect(part.status == 0, "\(part.messages)")
    }
    let replay = await project.run("run", "@suites/small.yaml", "--unapproved", "warn")
    #expect(replay.messages.contains("8 passed"), "\(replay.messages)")
  }

  @Test func `Answers are adopted under the names that their cases have now`() async throws {
    try await runLive()
    try project.edit("suites/small.yaml") {
      $0.replacingOccurrences(of: "id: plain", with: "id: tinted")
        .replacingOccurrences(of: "a ]]> b", with: "changed")
    }
    let run = await adopt()
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("4 answers of run "))
    #expect(run.messages.contains("skipped: nasty--url--s1: no case of "))
    let names = try FileManager.default.contentsOfDirectory(
      atPath: project.path("fixtures/small")
    ).filter { $0.hasSuffix(".har") }
    #expect(names.allSatisfy { $0.hasPrefix("tinted--") }, "\(names)")
    #expect(names.count == 4)
  }

  @Test func `Only a live run is adopted, alone, and a suite takes no filter`() async throws {
    try project.copyQuickstart()
    _ = await project.run("run", "@suites/quickstart.yaml")
    let replay = await adopt()
    #expect(replay.status == 2)
    #expect(replay.messages.contains("is a replay run; only a live run keeps its answers"))
    let two = await project.run(
      "fixtures", "adopt", "latest", "@suites/quickstart.yaml", "--reports", "@reports")
    #expect(two.status == 2)
    #expect(two.messages.contains("a run is adopted alone"))
    let filtered = await project.run(
      "fixtures", "adopt", "@suites/quickstart.yaml", "--filter", "paper")
    #expect(filtered.status == 2)
    #expect(filtered.messages.contains("--filter selects cases of a run"))
    let none = await project.run("fixtures", "adopt")
    #expect(none.status == 2)
  }
}
