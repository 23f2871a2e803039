import Foundation
import Testing

/// Groups and checks of pictures in every report, over recordings of the repository.
@Suite(.project) struct GroupCommandTests {
  private var project: Project { Project.current }

  private func prepare(_ change: (String) -> String = { $0 }) throws {
    try project.copy(
      "suites/kept-subject.yaml", "suites/kept-subject.baseline.json", "fixtures/kept-subject",
      "fixtures/inputs/rocket.jpg")
    try project.edit("suites/kept-subject.yaml", change)
  }

  private func run(_ more: String...) async -> Project.Outcome {
    switch more.count {
    case 0: await project.run("run", "@suites/kept-subject.yaml", "--format", "json")
    default:
      await project.run(
        "run", "@suites/kept-subject.yaml", "--format", "json", "--filter", more[0])
    }
  }

  private func lines(_ run: Project.Outcome, _ kind: String) throws -> [[String: Any]] {
    try run.output.split(separator: "\n").compactMap { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return value?["kind"] as? String == kind ? value : nil
    }
  }

  @Test func `Every group is a case of its own in every report`() async throws {
    try prepare()
    let run = await run()
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("8 cases and 12 groups in "), "\(run.messages)")
    let groups = try lines(run, "group")
    #expect(groups.count == 12)
    #expect(groups.first?["id"] as? String == "identical-across-repeat--dusk--s7")
    let cases = try lines(run, "case")
    #expect(cases.count == 8)
    let checks = try #require(cases.first?["checks"] as? [[String: Any]])
    let preserve = try #require(checks.first { $0["name"] as? String == "preserve" })
    let measure = try #require((preserve["measures"] as? [[String: Any]])?.first)
    let figures = try #require(measure["figures"] as? [String: Double])
    #expect(figures.keys.contains("locality-true-set.psnr-rgb8"), "\(figures)")
    let junit = try String(
      contentsOf: try project.latestReport().appendingPathComponent("junit.xml"), encoding: .utf8)
    #expect(junit.contains(#"tests="20" failures="0""#), "\(junit.prefix(300))")
    #expect(junit.contains(#"<testcase name="distinct-across-seed--snow""#))
    let finished = try #require(try lines(run, "run-finished").first)
    #expect(finished["groups"] as? Int == 12)
  }

  @Test func `A group that is broken names both pictures in every report`() async throws {
    try prepare {
      $0.replacing("{across: seed, expect: distinct}", with: "{across: seed, expect: near}")
    }
    let run = await run()
    #expect(run.status == 1)
    let broken = try lines(run, "group").filter { $0["outcome"] as? String == "failed" }
    #expect(broken.count == 4)
    let pair = try #require(
      (broken.first?["group"] as? [String: Any])?["pair"] as? [[String: Any]])
    let paths = pair.compactMap { $0["path"] as? String }
    #expect(paths.count == 2 && Set(paths).count == 2)
    #expect(pair.compactMap { $0["id"] as? String } == ["dusk--s7", "dusk--s42"])
    let junit = try String(
      contentsOf: try project.latestReport().appendingPathComponent("junit.xml"), encoding: .utf8)
    for path in paths {
      #expect(FileManager.default.fileExists(atPath: path))
      #expect(junit.contains(path))
      // The console breaks lines between words, and a path is one.
      #expect(run.messages.contains(path), "\(run.messages)")
    }
    let again = await project.run(
      "report", "latest", "--reports", project.path("reports"), "--filter", "outcome=failed")
    #expect(again.output.contains("near-across-seed--dusk"), "\(again.output)\(again.messages)")
  }

  @Test func `A filter that splits groups makes them partial, and the run stays green`()
    async throws
  {
    try prepare()
    let run = await run("prompt=snow seed=42")
    #expect(run.status == 0, "\(run.messages)")
    let outcomes = try lines(run, "group").reduce(into: [String: Int]()) {
      $0[$1["outcome"] as? String ?? "", default: 0] += 1
    }
    #expect(outcomes == ["passed": 1, "partial": 4], "\(outcomes)")
  }

  @Test func `Approving leaves groups alone`() async throws {
    try prepare {
      $0.replacing("{across: seed, expect: distinct}", with: "{across: seed, expect: near}")
    }
    _ = await run()
    let before = try project.read("suites/kept-subject.baseline.json")
    let approved = await project.run("approve", "latest", "--reports", project.path("reports"))
    #expect(approved.status == 0, "\(approved.messages)")
    #expect(
      approved.messages.contains("0 pictures approved, 8 decided before"), "\(approved.messages)")
    #expect(try project.read("suites/kept-subject.baseline.json") == before)
  }

  @Test func `A limit that is missed is told with what was found`() async throws {
    try prepare { $0.replacing("psnr: {min: 30}", with: "psnr: {min: 60}, severity: warn") }
    let warned = await run("prompt=snow")
    #expect(warned.status == 0, "\(warned.messages)")
    #expect(warned.messages.contains("warning: preserve: picture 0 inside"), "\(warned.messages)")
    #expect(warned.messages.contains(" dB (at least 60.0)"))
  }
}
