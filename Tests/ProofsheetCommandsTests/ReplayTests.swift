import Canonical
import Foundation
import Reports
import SystemPackage
import Testing

/// The main job: a suite replays offline and says what changed.
@Suite(.project) struct ReplayTests {
  private var project: Project { Project.current }

  @Test func `The quickstart passes without a key and without a network`() async throws {
    try project.copyQuickstart()
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("24 passed"))
    #expect(run.messages.contains("stand-in and no model"))
    let junit = try project.latestReport().appendingPathComponent("junit.xml")
    #expect(try JUnitCheck.problems(in: FilePath(junit.path)) == [])
    #expect(try String(contentsOf: junit, encoding: .utf8).contains("tests=\"24\" failures=\"0\""))
  }

  @Test func `Two replays write the same JUnit file`() async throws {
    try project.copyQuickstart()
    for name in ["a.xml", "b.xml"] {
      let run = await project.run("run", "@suites/quickstart.yaml", "--junit", "@\(name)")
      #expect(run.status == 0, "\(run.messages)")
    }
    #expect(try project.read("a.xml") == project.read("b.xml"))
  }

  @Test func `Every byte of a recording's picture counts`() async throws {
    try project.copyQuickstart()
    let blobs = project.folder.appendingPathComponent("fixtures/quickstart/blobs")
    let har = try project.read("fixtures/quickstart/paper--cup--square_hd--s7.har")
    let name = try #require(har.firstMatch(of: /blobs\/([0-9a-f]{64}\.jpg)/)?.1)
    let picture = blobs.appendingPathComponent(String(name))
    var bytes = try Data(contentsOf: picture)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: picture)
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 5)
    #expect(run.messages.contains("1 fixture-corrupt"), "\(run.messages)")
    #expect(run.messages.contains(String(name)))
    #expect(run.messages.contains("git checkout"))
  }

  @Test func `A changed prompt is stale and the field is named`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "warm, sunlit paper", with: "cold, moonlit paper")
    }
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 5)
    #expect(run.messages.contains("12 fixture-stale"), "\(run.messages)")
    #expect(run.messages.contains("prompt"))
    #expect(run.messages.contains("--mode record"))
  }

  @Test func `A check that only warns changes no exit code`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "{max: 60s}", with: "{max: 1ms, severity: warn}")
        .replacingOccurrences(
          of: "baseline: identical-bytes", with: "{baseline: identical-bytes, severity: warn}")
    }
    try FileManager.default.removeItem(atPath: project.path("suites/quickstart.baseline.json"))
    let run = await project.run("run", "@suites/quickstart.yaml", "--format", "json")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("24 passed"), "\(run.messages)")
    #expect(run.messages.contains("24 cases: warning: baseline: "), "\(run.messages)")
    #expect(run.output.contains("\"severity\":\"warn\""))
    let junit = try project.latestReport().appendingPathComponent("junit.xml")
    #expect(
      try String(contentsOf: junit, encoding: .utf8).contains("notice: warning: latency: took"))
    #expect(try JUnitCheck.problems(in: FilePath(junit.path)) == [])
  }

  @Test func `A changed baseline is a drift`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.baseline.json") { text in
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      lines[1] = lines[1].replacing(/"blob":"....../, with: "\"blob\":\"000000")
      return lines.joined(separator: "\n")
    }
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 1, "\(run.messages)")
    #expect(run.messages.contains("1 drifted"), "\(run.messages)")
    #expect(run.messages.contains("proofsheet approve"))
  }

  @Test func `A recording that is not there is missing`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/dusk--cat--square_hd--s7.har"))
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 5)
    #expect(run.messages.contains("1 fixture-missing"), "\(run.messages)")
    #expect(run.messages.contains("dusk--cat--square_hd--s7.har"))
  }

  @Test func `A renamed entry keeps its recording`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "id: paper,", with: "id: sheet,")
    }
    let run = await project.run("run", "@suites/quickstart.yaml", "--verbose")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("24 passed"))
  }

  @Test func `Nothing approved fails a replay and warns on request`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path("suites/quickstart.baseline.json"))
    let strict = await project.run("run", "@suites/quickstart.yaml")
    #expect(strict.status == 1)
    #expect(strict.messages.contains("24 unapproved"))
    let lenient = await project.run("run", "@suites/quickstart.yaml", "--unapproved", "warn")
    #expect(lenient.status == 0, "\(lenient.messages)")
  }

  @Test func `Approving the last run makes the next one pass`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path("suites/quickstart.baseline.json"))
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let reports = project.path("reports")
    let dry = await project.run("approve", "latest", "--reports", reports, "--dry-run")
    #expect(dry.status == 0, "\(dry.messages)")
    #expect(
      !FileManager.default.fileExists(atPath: project.path("suites/quickstart.baseline.json")))
    let approved = await project.run("approve", "latest", "--reports", reports, "--by", "tester")
    #expect(approved.messages.contains("24 pictures approved"), "\(approved.messages)")
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 0, "\(run.messages)")
  }

  @Test func `A rejected picture fails with the note`() async throws {
    try project.copyQuickstart()
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let rejected = await project.run(
      "reject", "latest", "--reports", project.path("reports"), "--filter",
      "prompt=dusk images=cat size=square_hd seed=7", "--note", "an ear is gone")
    #expect(rejected.status == 0, "\(rejected.messages)")
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 1)
    #expect(run.messages.contains("an ear is gone"), "\(run.messages)")
  }

  @Test func `A filter runs a part, and its mistakes are pointed at`() async throws {
    try project.copyQuickstart()
    let part = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", "prompt=paper seed=1..10")
    #expect(part.messages.contains("6 passed"), "\(part.messages)")
    let unknown = await project.run("run", "@suites/quickstart.yaml", "--filter", "colour=red")
    #expect(unknown.status == 2)
    #expect(unknown.messages.contains("no case has the axis 'colour'"))
    let malformed = await project.run("run", "@suites/quickstart.yaml", "--filter", "seed=9..1")
    #expect(malformed.status == 2)
    #expect(malformed.messages.contains("^"), "\(malformed.messages)")
    let nothing = await project.run("run", "@suites/quickstart.yaml", "--filter", "nowhere")
    #expect(nothing.status == 2)
    #expect(nothing.messages.contains("selects no case"))
  }

  @Test func `JSON lines are data on standard output`() async throws {
    try project.copyQuickstart()
    let run = await project.run("run", "@suites/quickstart.yaml", "--format", "json")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 26)
    for line in lines {
      let json = try JSONParser.parse(Array(line.utf8))
      #expect(json["version"]?.integer == 1)
    }
    let file = try project.latestReport().appendingPathComponent("run.jsonl")
    #expect(try String(contentsOf: file, encoding: .utf8) == run.output)
  }

  @Test func `A plan counts and prices without sending`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/dusk--cat--square_hd--s7.har"))
    let plan = await project.run("plan", "@suites/quickstart.yaml", "--format", "json")
    let json = try JSONParser.parse(Array(plan.output.dropLast().utf8))
    #expect(json["cases"]?.integer == 24)
    #expect(json["recorded"]?.integer == 23)
    #expect(json["to_buy"]?.integer == 1)
    #expect(json["cost_usd"]?.string == "0.03")
  }

  @Test func `A picture is identified and two are told apart`() async throws {
    try project.copy("fixtures/inputs/coffee.png", "fixtures/inputs/chelsea.png")
    let same = await project.run(
      "picture", "@fixtures/inputs/coffee.png", "@fixtures/inputs/coffee.png", "--format", "json")
    #expect(same.status == 0)
    #expect(
      try JSONParser.parse(Array(same.output.dropLast().utf8))["level"]?.string
        == "identical-bytes")
    let other = await project.run(
      "picture", "@fixtures/inputs/coffee.png", "@fixtures/inputs/chelsea.png")
    #expect(other.status == 1)
    #expect(other.output.contains("different"))
  }
}
