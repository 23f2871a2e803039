import Canonical
import Foundation
import Testing

/// `proofsheet history`: trends, flaky cases, changes and retention over stored runs.
@Suite(.project) struct HistoryCommandTests {
  private var project: Project { Project.current }

  /// Three replays of a suite, of which the second is of other recordings than the first and the third.
  private func replays() async throws {
    try project.copyQuickstart()
    try await replay()
    let folder = project.path("fixtures/quickstart")
    try FileManager.default.moveItem(atPath: folder, toPath: project.path("fixtures/kept"))
    let bought = await project.run(
      [
        "run", "@suites/quickstart.yaml", "--mode", "record", "--endpoint", "simulator",
        "--filter", "paper--cup", "--yes", "-q",
      ], environment: ["PROOFSHEET_SIMULATOR": "--codec jpeg --seeds ignored --call-seed 3"],
      network: true)
    try #require(bought.status <= 1, "\(bought.messages)")
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: project.path("fixtures/kept"), toPath: folder)
    try await replay()
  }

  private func replay() async throws {
    let run = await project.run("run", "@suites/quickstart.yaml", "--filter", "paper--cup", "-q")
    try #require(run.status == 0, "\(run.messages)")
  }

  private func history(_ arguments: String...) async -> Project.Outcome {
    await project.run(["history"] + arguments + ["--reports", "@reports"])
  }

  @Test func `A history has a line a run, in every form`() async throws {
    try await replays()
    let text = await history("quickstart")
    #expect(text.status == 0, "\(text.messages)")
    #expect(text.output.contains("suite: quickstart, 3 runs"))
    #expect(text.output.contains("some pictures are of the simulator"))
    let json = try JSONParser.parse(
      Array(await history("suites/quickstart.yaml", "--format", "json").output.utf8))
    #expect(json["version"]?.integer == 1)
    let runs = try #require(json["suites"]?.array?.first?["runs"]?.array)
    #expect(runs.map { $0["mode"]?.string } == ["replay", "record", "replay"])
    #expect(runs.map { $0["changed"]?.integer } == [0, 6, 6])
    #expect(runs[0]["drift"]?["max"]?.integer == 0)
    #expect((runs[1]["drift"]?["max"]?.integer ?? 0) > 10)
    #expect(runs[0]["counts"]?["passed"]?.integer == 6)
    let csv = await history("--format", "csv").output.components(separatedBy: "\r\n")
    #expect(csv.count == 5)
    #expect(csv[0].hasPrefix("run,begun,mode,passed,failed,drifted,"))
    let markdown = await history("quickstart", "--format", "markdown").output
    #expect(markdown.contains("| run | begun | mode |"))
  }

  @Test func `Cases are followed with bars, outcomes and distances`() async throws {
    try await replays()
    let text = await history("quickstart", "--case", "seed=7 size=square_hd")
    #expect(text.status == 0, "\(text.messages)")
    #expect(text.output.contains("paper--cup--square_hd--s7"))
    #expect(text.output.contains("▁█▁"), "\(text.output)")
    let json = try JSONParser.parse(
      Array(await history("--case", "seed=7", "--format", "json").output.utf8))
    let cases = try #require(json["suites"]?.array?.first?["cases"]?.array)
    #expect(cases.count == 3)
    #expect(cases[0]["points"]?.array?.count == 3)
    let wrong = await history("--case", "sed=7")
    #expect(wrong.status == 2)
    #expect(wrong.messages.contains("seed"), "\(wrong.messages)")
  }

  @Test func `Changes name the first run, and say what came back`() async throws {
    try await replays()
    let json = try JSONParser.parse(
      Array(await history("--changed", "--format", "json").output.utf8))
    let suite = try #require(json["suites"]?.array?.first)
    let runs = try #require(suite["runs"]?.array).compactMap { $0["id"]?.string }
    let changes = try #require(suite["changes"]?.array)
    #expect(changes.count == 6)
    #expect(changes.allSatisfy { $0["first"]?.string == runs[1] })
    #expect(changes.allSatisfy { $0["lasts"] == .bool(false) })
    let text = await history("quickstart", "--changed", "--good", runs[0], "--bad", runs[1])
    #expect(text.status == 0, "\(text.messages)")
    #expect(text.output.contains("the first run with a change is \(runs[1]): 6 cases"))
    let last = await history("quickstart", "--changed", "--good", runs[1], "--bad", "latest")
    #expect(last.output.contains("the first run with a change is \(runs[2]): 6 cases"))
    let turned = await history("quickstart", "--changed", "--good", runs[2], "--bad", runs[0])
    #expect(turned.status == 2)
    #expect(turned.messages.contains("was not begun before"), "\(turned.messages)")
  }

  @Test func `Nothing is flaky where the recordings differ`() async throws {
    try await replays()
    let text = await history("--flaky")
    #expect(text.status == 0)
    #expect(text.output.contains("no case is flaky"), "\(text.output)")
  }

  @Test func `Approved pictures that are not there are measured by the hashes of their lines`()
    async throws
  {
    try project.copyQuickstart()
    // Lines of now hold hashes; those of the quickstart are of a time before.
    try FileManager.default.removeItem(atPath: project.path("suites/quickstart.baseline.json"))
    _ = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", "paper--cup", "-q", "--reports", "@first")
    let approved = await project.run("approve", "latest", "--reports", "@first")
    try #require(approved.status == 0, "\(approved.messages)")
    try FileManager.default.moveItem(
      atPath: project.path("fixtures/quickstart"), toPath: project.path("kept"))
    let bought = await project.run(
      [
        "run", "@suites/quickstart.yaml", "--mode", "record", "--endpoint", "simulator",
        "--filter", "paper--cup", "--yes", "-q",
      ], environment: ["PROOFSHEET_SIMULATOR": "--codec jpeg --seeds ignored --call-seed 3"],
      network: true)
    try #require(bought.status <= 1, "\(bought.messages)")
    let text = await history("quickstart")
    #expect(text.status == 0, "\(text.messages)")
    #expect(!text.output.contains("nothing is approved"), "\(text.output)")
    #expect(text.output.contains("what is approved, else the first picture"), "\(text.output)")
    #expect(
      text.messages.contains("warning: quickstart: 6 of 6 approved pictures cannot be read in "),
      "\(text.messages)")
    let json = try JSONParser.parse(Array(await history("--format", "json").output.utf8))
    let run = try #require(json["suites"]?.array?.first?["runs"]?.array?.first)
    #expect((run["drift"]?["max"]?.integer ?? 0) > 10, "\(run.canonicalText)")
    #expect(run["colour"] == nil, "no line holds colours: \(run.canonicalText)")
  }

  @Test func `Old runs go when it is agreed to, and only then`() async throws {
    try project.copyQuickstart()
    for _ in 0..<3 { try await replay() }
    let folders = {
      try FileManager.default.contentsOfDirectory(atPath: project.path("reports"))
        .filter { $0.hasPrefix("20") }.sorted()
    }
    let all = try folders()
    let trial = await history("--keep", "1", "--dry-run")
    #expect(trial.status == 0, "\(trial.messages)")
    #expect(trial.output.contains("would remove run \(all[0])") || trial.output.contains(all[0]))
    #expect(trial.messages.contains("would remove 2 runs"))
    let asked = await history("--keep", "1")
    #expect(asked.status == 2)
    #expect(asked.messages.contains("nobody to ask"))
    let refused = await project.run(
      ["history", "--keep", "1", "--reports", "@reports"], answers: "n")
    #expect(refused.status == 4)
    #expect(try folders() == all)
    let done = await history("--keep", "1", "--yes")
    #expect(done.status == 0, "\(done.messages)")
    #expect(done.messages.contains("removed 2 runs"), "\(done.messages)")
    #expect(try folders().count == 1)
    let left = await history("quickstart")
    #expect(left.output.contains("1 run"), "\(left.output)")
    let report = await project.run("report", "latest", "--reports", "@reports")
    #expect(report.status == 0)
    #expect(await history("--keep", "1", "--yes").messages.contains("nothing to remove"))
  }

  @Test(arguments: [
    (["mugs"], "no run that ended holds a suite 'mugs'"),
    (["--flaky", "--changed"], "four commands"), (["--good", "latest"], "go with --changed"),
    (["--keep", "0"], "--keep"), (["--keep", "3w"], "as 50, or how many days, as 90d"),
    (["--dry-run"], "go with --keep"),
    (["quickstart", "--keep", "3"], "give it alone"), (["--last", "0"], "at least 1"),
    (["--case", "a", "--filter", "b"], "--filter"), (["--filter", "seed"], "seed"),
    (["--changed", "--good", "nope"], "no run 'nope'"),
  ])
  func `Wrong input ends with what is wrong`(arguments: [String], message: String) async throws {
    try project.copyQuickstart()
    try await replay()
    let told = await project.run(["history"] + arguments + ["--reports", "@reports"])
    #expect(told.status == 2, "\(told.output)\(told.messages)")
    #expect(told.messages.contains(message), "\(told.messages)")
  }

  @Test func `Without a run there is advice`() async {
    let told = await history()
    #expect(told.status == 2)
    #expect(told.messages.contains("run a suite first"), "\(told.messages)")
  }
}
