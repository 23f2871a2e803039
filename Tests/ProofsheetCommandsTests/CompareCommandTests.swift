import Canonical
import Experiments
import Foundation
import Testing

/// `proofsheet compare`: verdicts on versions whose differences are known, gates, forms, wrong input.
@Suite(.project) struct CompareCommandTests {
  private var project: Project { Project.current }

  /// The suite of the repository whose versions differ by what its text says, replayed.
  private func replay() async throws {
    try project.copy("fixtures/inputs/rocket.jpg", "suites/version-drift.yaml")
    try FileManager.default.copyItem(
      at: Project.checkout.appendingPathComponent("fixtures/version-drift"),
      to: project.folder.appendingPathComponent("fixtures/version-drift"))
    let run = await project.run("run", "@suites/version-drift.yaml")
    try #require(run.status == 0, "\(run.messages)")
  }

  private func compare(_ arguments: String...) async -> Project.Outcome {
    await project.run(["compare"] + arguments + ["--reports", "@reports"])
  }

  @Test func `The verdicts on known differences are right for every prompt`() async throws {
    try await replay()
    let told = await compare("model=v4", "model=v45", "--format", "json")
    #expect(told.status == 0, "\(told.messages)")
    let json = try JSONParser.parse(Array(told.output.utf8))
    #expect(json["version"]?.integer == 1)
    #expect(json["noise"]?.string == "repeats")
    #expect(json["simulated"] == .bool(true))
    let prompts = try #require(json["prompts"]?.array)
    let verdicts = prompts.map { "\($0["name"]?.string ?? "?"): \($0["verdict"]?.string ?? "?")" }
    #expect(
      verdicts == [
        "redrawn: changed", "shaded: changed", "restless: changed within noise", "still: same",
      ])
    // The clearest difference of five seeds with two repeats, beside seven other tests.
    #expect(prompts[0]["p"]?.canonicalText == "0.004115226")
    #expect(prompts[0]["p_holm"]?.canonicalText == "0.032921811")
    #expect(prompts[0]["arrangements"]?.integer == 243)
    #expect(prompts[0]["pairs"]?.array?.count == 10)
    // A new palette keeps what a seed composes; drawing anew does not.
    #expect(prompts[1]["partner_ranks"]?.array?.map(\.canonicalText) == ["1", "1", "1", "1", "1"])
    #expect(prompts[0]["partner_ranks"]?.array?.contains { $0.canonicalText != "1" } == true)
    let pair = try #require(prompts[1]["pairs"]?.array?.first)
    #expect(pair["level"]?.string == "similar" || pair["level"]?.string == "different")
    #expect(pair["figures"]?["pdq-nn512"] != nil)
  }

  @Test func `A gate fails where a prompt has changed, and JUnit tells which`() async throws {
    try await replay()
    let told = await compare(
      "model=v4", "model=v45", "--gate", "changed", "--junit", project.path("drift.xml"))
    #expect(told.status == 1, "\(told.messages)")
    #expect(told.output.contains("4 prompts: 2 changed, 1 changed within noise, 1 same"))
    let xml = try project.read("drift.xml")
    #expect(xml.contains(#"tests="4" failures="2" errors="0""#), "\(xml.prefix(600))")
    #expect(xml.contains(#"name="redrawn""#))
    let check = await project.run(["junit-check", project.path("drift.xml")])
    #expect(check.status == 0, "\(check.messages)")
    // Each pair with its level, and every figure.
    #expect(xml.contains("de2000-grid8 "), "\(xml.prefix(2000))")
    let twice = await compare(
      "model=v4", "model=v45", "--gate", "missing", "--gate", "undecided")
    #expect(twice.status == 0, "\(twice.messages)")
    let ungated = await compare(
      "model=v4", "model=v45", "--junit", project.path("drift.xml"))
    #expect(ungated.status == 0)
    #expect(try project.read("drift.xml").contains(#"failures="0""#))
  }

  @Test func `A gate is undecided where seeds are too few, and says how many are enough`()
    async throws
  {
    try await replay()
    let told = await compare(
      "model=v4", "model=v45", "--gate", "changed", "--filter", "seed=11..12 prompt=shaded|still")
    #expect(told.status == 4, "\(told.messages)")
    #expect(told.output.contains("shaded: 2 seeds cannot tell; 4 would be enough"))
    let same = await compare(
      "model=v4", "model=v45", "--gate", "changed", "--filter", "prompt=still")
    #expect(same.status == 0, "\(same.output)")
  }

  @Test func `Against seeds five are too few`() async throws {
    try await replay()
    let told = await compare("model=v4", "model=v45", "--noise", "seeds")
    #expect(told.output.contains("redrawn: 5 seeds cannot tell; 9 would be enough"))
    #expect(told.output.contains("noise: what seeds of one prompt differ by"))
  }

  @Test func `What is approved lines up with a run, and what is not is listed`() async throws {
    try await replay()
    let approved = await project.run(
      [
        "approve", "latest", "--filter", "model=v4 prompt=still|shaded", "--reports", "@reports",
      ])
    try #require(approved.status == 0, "\(approved.messages)")
    let told = await compare("baseline", "latest", "--filter", "prompt=still|shaded")
    #expect(told.status == 0, "\(told.messages)")
    #expect(told.output.contains("2 prompts: 2 same"), "\(told.output)")
    #expect(told.output.contains("without a partner, B only: version-drift/v45--still--s11"))
    let partly = await compare(
      "baseline", "latest", "--filter", "model=v4 seed=11", "--gate", "missing", "--junit",
      project.path("missing.xml"))
    #expect(partly.status == 1, "\(partly.output)")
    let xml = try project.read("missing.xml")
    #expect(xml.contains("without-partner-b--v4--redrawn--s11"), "\(xml.prefix(2000))")
    // What is approved and was not run is a test too, though a baseline knows its name alone.
    let rerun = await project.run(
      "run", "@suites/version-drift.yaml", "--filter", "model=v4 prompt=still", "-q")
    #expect(rerun.status == 0, "\(rerun.messages)")
    let more = await compare(
      "baseline", "latest", "--gate", "missing", "--junit", project.path("missing.xml"))
    #expect(more.status == 1, "\(more.output)")
    #expect(try project.read("missing.xml").contains("without-partner-a--v4--shaded--s11"))
  }

  @Test func `CSV has a line a pair, and Markdown a row a prompt`() async throws {
    try await replay()
    let csv = await compare("model=v4", "model=v45", "--format", "csv").output
    #expect(csv.components(separatedBy: "\r\n").count == 1 + 40 + 1)
    #expect(csv.hasPrefix("prompt,verdict,p,p_holm,q_bh,a,b,seed,image,level,summary,"))
    let markdown = await compare("model=v4", "model=v45", "--format", "markdown").output
    #expect(markdown.contains("| shaded | changed | 10 | "))
    #expect(markdown.contains("the pictures are of the simulator"))
  }

  @Test func `What is stored of pictures is enough for the verdicts`() async throws {
    try await replay()
    for blob in try FileManager.default.contentsOfDirectory(
      atPath: project.path("fixtures/version-drift/blobs"))
    {
      try FileManager.default.removeItem(
        atPath: project.path("fixtures/version-drift/blobs/\(blob)"))
    }
    let told = await compare("model=v4", "model=v45", "--stored-only")
    #expect(told.status == 0, "\(told.messages)")
    #expect(
      told.output.contains("4 prompts: 2 changed, 1 changed within noise, 1 same"),
      "\(told.output)")
    let read = await compare("model=v4", "model=v45", "--filter", "prompt=shaded")
    #expect(read.status == 0)
    #expect(read.output.contains("1 prompt: 1 changed"), "\(read.output)")
  }

  @Test(arguments: [
    (["model=v4", "model=v5"], "has no entry 'v5'"),
    (["modle=v4", "model=v45"], "no axis 'modle'"),
    (["baseline", "baseline"], "both sides are 'baseline'"),
    (["latest", "latest"], "'latest' and 'latest' are the same pictures"),
    (["baseline", "latest"], "nothing is approved"),
    (["nope", "latest"], "no finished run 'nope'"),
    (["model=", "latest"], "'model=' is no side of a comparison"),
    (["=v4", "latest"], "'=v4' is no side"), (["model=v4@", "latest"], "'model=v4@' is no side"),
    (["latest"], "Missing expected argument '<b>'"),
    (["model=v4", "model=v45", "--filter", "sed=1"], "--filter"),
    (["model=v4", "model=v45", "--junit", "nowhere/drift.xml"], "nowhere"),
  ])
  func `Wrong input ends with what is wrong`(arguments: [String], message: String) async throws {
    try await replay()
    let told = await project.run(["compare"] + arguments + ["--reports", "@reports"])
    #expect(told.status == 2, "\(told.output)")
    #expect(told.messages.contains(message), "\(told.messages)")
    #expect(told.output.isEmpty)
  }

  @Test func `A run is not compared with itself, whatever it is called`() async throws {
    try await replay()
    let run = try project.latestReport()
    for name in [run.path, run.lastPathComponent] {
      let told = await compare(name, "latest")
      #expect(told.status == 2, "\(told.output)")
      #expect(
        told.messages.contains(" and 'latest' are the same pictures"), "\(told.messages)")
      let entry = await compare("model=v4@\(name)", "model=v4")
      #expect(entry.status == 2, "\(entry.output)")
      #expect(entry.messages.contains("are the same pictures"), "\(entry.messages)")
      let other = await compare("model=v4@\(name)", "model=v45")
      #expect(other.status == 0, "\(other.messages)")
    }
  }

  @Test func `A run's folder that lies elsewhere is a side like any other`() async throws {
    try await replay()
    let run = try project.latestReport()
    try FileManager.default.createDirectory(
      atPath: project.path("elsewhere"), withIntermediateDirectories: true)
    let folder = project.path("elsewhere/foreign run")
    try FileManager.default.copyItem(atPath: run.path, toPath: folder)
    let told = await compare(folder, "latest")
    #expect(told.status == 0, "\(told.messages)")
    #expect(told.output.contains("8 prompts: 8 same"), "\(told.output)")
    let versions = await compare("model=v4@\(folder)", "model=v45@\(folder)", "--html", "@pages")
    #expect(versions.status == 0, "\(versions.messages)")
    #expect(versions.output.contains("4 prompts: 2 changed, 1 changed within noise, 1 same"))
    #expect(FileManager.default.fileExists(atPath: project.path("pages/index.html")))
    // Nothing is written beside what belongs to somebody else.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: project.path("elsewhere"))
        == ["foreign run"])
    let itself = await compare(folder, folder + "/")
    #expect(itself.status == 2)
    #expect(itself.messages.contains("are the same pictures"), "\(itself.messages)")
  }

  @Test func `Without a run there is advice`() async {
    let told = await compare("model=v4", "model=v45")
    #expect(told.status == 2)
    #expect(told.messages.contains("run a suite first"), "\(told.messages)")
  }
}
