import Canonical
import Experiments
import Foundation
import Reports
import SystemPackage
import Testing

/// What a run says of recordings that are missing, unused or old.
@Suite(.project) struct RecordingRuleTests {
  private var project: Project { Project.current }

  private func addUnused() throws {
    let folder = project.folder.appendingPathComponent("fixtures/quickstart")
    try FileManager.default.copyItem(
      at: folder.appendingPathComponent("paper--cup--square_hd--s7.har"),
      to: folder.appendingPathComponent("zzz.har"))
  }

  private func junit(_ reports: String? = nil) throws -> String {
    let path = try project.latestReport(in: reports ?? "reports")
      .appendingPathComponent("junit.xml")
    #expect(try JUnitCheck.problems(in: FilePath(path.path)) == [])
    return try String(contentsOf: path, encoding: .utf8)
  }

  @Test func `An unused recording is a warning, or fails the run with its file named`() async throws
  {
    try project.copyQuickstart()
    try addUnused()
    let warned = await project.run("run", "@suites/quickstart.yaml")
    #expect(warned.status == 0)
    #expect(
      warned.messages.contains("warning: quickstart: no case asks for 1 recording"),
      "\(warned.messages)")
    #expect(warned.messages.contains("fixtures/quickstart/zzz.har"))
    #expect(try junit().contains("proofsheet.warning"))
    let failed = await project.run("run", "@suites/quickstart.yaml", "--unused", "fail")
    #expect(failed.status == 5)
    #expect(failed.messages.contains("error: quickstart: no case asks for 1 recording"))
    #expect(failed.messages.contains("fixtures prune"))
    let report = try junit()
    #expect(report.contains("tests=\"25\" failures=\"0\" errors=\"1\""))
    #expect(report.contains("name=\"recordings: fixture-unused\""))
    // A stored run says the same when it is rendered again, and a part of it says nothing.
    let again = await project.run(
      "report", "latest", "--reports", "@reports", "--format", "junit", "--output", "@again.xml")
    #expect(again.status == 0, "\(again.messages)")
    #expect(try project.read("again.xml") == report)
    let part = await project.run(
      "report", "latest", "--reports", "@reports", "--format", "junit", "--output", "@part.xml",
      "--filter", "paper")
    #expect(part.status == 0, "\(part.messages)")
    #expect(try !project.read("part.xml").contains("recordings:"))
  }

  @Test func `Commands of hints name the folders that this command named`() async throws {
    try project.copyQuickstart()
    try addUnused()
    try FileManager.default.moveItem(
      atPath: project.path("fixtures/quickstart"), toPath: project.path("elsewhere"))
    try FileManager.default.createDirectory(
      atPath: project.path("other"), withIntermediateDirectories: false)
    try FileManager.default.moveItem(
      atPath: project.path("elsewhere"), toPath: project.path("other/quickstart"))
    try FileManager.default.removeItem(atPath: project.path("suites/quickstart.baseline.json"))
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--fixtures", "@other", "--reports", "@runs")
    let fixtures = "--fixtures '\(project.path("other"))'"
    #expect(
      run.messages.contains("quickstart.yaml' \(fixtures) --dry-run"),
      "\(run.messages.suffix(3_000))")
    let approve = try #require(
      run.messages.split(separator: "\n").first { $0.contains("proofsheet approve latest") },
      "\(run.messages.suffix(3_000))")
    #expect(approve.hasSuffix("\(fixtures) --reports '\(project.path("runs"))'"), "\(approve)")
    #expect(!(try junit("runs")).contains("--reports"))
    let verified = await project.run(
      "fixtures", "verify", "@suites/quickstart.yaml", "--fixtures", "@other")
    #expect(verified.output.contains("quickstart.yaml' \(fixtures)"), "\(verified.output)")
  }

  @Test func `A run of a part cannot tell what is unused`() async throws {
    try project.copyQuickstart()
    try addUnused()
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", "paper", "--unused", "fail")
    #expect(run.status == 0, "\(run.messages)")
    #expect(!run.messages.contains("no case asks"))
  }

  @Test func `A refresh calls nothing unused that it bought anew`() async throws {
    try project.copyQuickstart()
    try addUnused()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "seed: [7, 42]", with: "seed: [7]")
    }
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--mode", "refresh", "--endpoint", "simulator",
      network: true)
    #expect(
      run.messages.contains("no case asks for 13 recordings"), "\(run.messages.suffix(2_000))")
  }

  @Test func `A second replay knows every picture, and still sees a byte that changed`()
    async throws
  {
    try project.copyQuickstart()
    let first = await project.run("run", "@suites/quickstart.yaml", "--format", "json")
    let second = await project.run("run", "@suites/quickstart.yaml", "--format", "json")
    #expect(first.status == 0 && second.status == 0)
    func outputs(_ run: Project.Outcome) -> [String] {
      run.output.split(separator: "\n").compactMap {
        $0.firstMatch(of: /"outputs":\[.*?\]/).map { String($0.output) }
      }
    }
    #expect(outputs(first).count == 24)
    #expect(outputs(first) == outputs(second))
    let blobs = project.folder.appendingPathComponent("fixtures/quickstart/blobs")
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: blobs.path).sorted().first)
    let picture = blobs.appendingPathComponent(name)
    var bytes = try Data(contentsOf: picture)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: picture)
    let third = await project.run("run", "@suites/quickstart.yaml")
    #expect(third.status == 5, "\(third.messages)")
    #expect(third.messages.contains("fixture-corrupt"))
  }

  @Test(arguments: [
    ("0d", Int32(0), "warning: quickstart: 24 recordings are older than 0 days"),
    ("0d=warn", 0, "warning: quickstart: 24 recordings"),
    ("0d=fail", 5, "error: quickstart: 24 recordings are older than 0 days"),
  ])
  func `Old recordings warn or fail, and are never bought for it`(
    age: String, status: Int32, message: String
  ) async throws {
    try project.copyQuickstart()
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--max-age", age, "--mode", "record", network: true,
      now: Timestamp("2028-01-01T00:00:00.000Z"))
    #expect(run.status == status, "\(run.messages)")
    #expect(run.messages.contains("24 passed"))
    #expect(run.messages.contains("$0 spent"))
    #expect(run.messages.contains(message), "\(run.messages)")
    #expect(run.messages.contains("paper--cup--square_hd--s7: "))
  }

  @Test func `Recordings that are young enough are not mentioned`() async throws {
    try project.copyQuickstart()
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--max-age", "36500d=fail")
    #expect(run.status == 0)
    #expect(!run.messages.contains("older than"), "\(run.messages)")
  }

  @Test(arguments: ["90", "d", "-1d", "90d=", "90d=never", "40000d", "9 d", "90D"])
  func `An age that is none is refused`(text: String) async throws {
    try project.copyQuickstart()
    let run = await project.run("run", "@suites/quickstart.yaml", "--max-age=\(text)")
    #expect(run.status == 2)
    #expect(run.messages.contains("90d=fail"), "\(run.messages)")
    #expect(RecordingRules.Age(text) == nil)
  }

  @Test func `A miss names what comes near, and keeps the requests whole`() async throws {
    try project.copyQuickstart()
    let prompt = String(repeating: "an enormous vase ", count: 60)
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "seed: [7, 42]", with: "seed: [7, 43]")
        .replacingOccurrences(of: "warm, sunlit paper", with: prompt)
    }
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 5)
    #expect(run.messages.contains("✗ seed  ✓ path"), "\(run.messages)")
    #expect(run.messages.contains("/seed: recorded 42, asked 43"))
    #expect(run.messages.contains("--mode record --filter id="))
    #expect(!run.messages.contains(prompt))
    let misses = try project.latestReport()
      .appendingPathComponent("misses/quickstart/paper--cup--square_hd--s43")
    let asked = try String(
      contentsOf: misses.appendingPathComponent("asked.json"), encoding: .utf8)
    #expect(asked.contains(prompt))
    #expect(asked.contains("\"seed\": 43"))
    let names = try FileManager.default.contentsOfDirectory(atPath: misses.path).sorted()
    #expect(names == ["asked.json", "near-1.json", "near-2.json", "near-3.json"])
    #expect(run.messages.contains("/misses\n"))
  }

  @Test func `The command that would record a miss repeats options, and goes to the same origin`()
    async throws
  {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "seed: [7, 42]", with: "seed: [7, 43]")
    }
    let fixtures = project.path("fixtures")
    let run = await project.run("run", "@suites/quickstart.yaml", "--fixtures", fixtures)
    let command =
      " --mode record --filter id=paper--cup--square_hd--s43 --fixtures '\(fixtures)' "
      + "--endpoint simulator\n"
    #expect(run.messages.contains(command), "\(run.messages)")
  }

  @Test func `A run without a miss makes no folder for them`() async throws {
    try project.copyQuickstart()
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 0)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: project.latestReport().path)
    #expect(names.contains("junit.xml") && !names.contains("misses"), "\(names)")
  }
}
