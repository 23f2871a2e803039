import Canonical
import Experiments
import Foundation
import Recording
import Suites
import SystemPackage
import Testing

/// Commands that messages name, run as they are printed.
@Suite(.project) struct PastedHintTests {
  private var project: Project { Project.current }

  private static let one = "prompt=paper images=cup size=square_hd seed=7"
  private static let baseline = "suites/quickstart.baseline.json"

  /// The words of the last command that a text names after a word of its own, as a shell reads them.
  private func command(_ verb: String, in text: String) throws -> [String] {
    let line = try #require(
      text.split(separator: "\n").last { $0.contains("proofsheet \(verb)") }, "\(text)")
    let start = try #require(line.ranges(of: "proofsheet \(verb)").last?.lowerBound)
    var words: [String] = []
    var word: String?
    var isQuoted = false
    var isEscaped = false
    for character in line[start...] {
      switch character {
      case _ where isEscaped:
        word = (word ?? "") + String(character)
        isEscaped = false
      case "'":
        isQuoted.toggle()
        word = word ?? ""
      case "\\" where !isQuoted: isEscaped = true
      case " " where !isQuoted:
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    #expect(!isQuoted, "\(line)")
    return Array((words + [word].compactMap(\.self)).dropFirst())
  }

  /// Runs such a command.
  private func paste(_ verb: String, from text: String) async throws -> Project.Outcome {
    await project.run(try command(verb, in: text))
  }

  /// Moves the quickstart into a project of its own below the working folder, with nothing approved.
  private func moveIntoFolder() throws {
    try FileManager.default.createDirectory(
      atPath: project.path("sub"), withIntermediateDirectories: false)
    for name in ["suites", "fixtures"] {
      try FileManager.default.moveItem(
        atPath: project.path(name), toPath: project.path("sub/\(name)"))
    }
    try FileManager.default.removeItem(atPath: project.path("sub/\(Self.baseline)"))
  }

  private func junit(below folder: String) throws -> String {
    try String(
      contentsOf: try project.latestReport(in: folder).appendingPathComponent("junit.xml"),
      encoding: .utf8
    ).replacing("&apos;", with: "'")
  }

  // MARK: - Where runs lie

  @Test(arguments: [nil, "runs"])
  func `Approving a run of a suite elsewhere names the folder of its runs`(
    configured: String?
  ) async throws {
    try project.copyQuickstart()
    try moveIntoFolder()
    if let configured {
      try project.write(
        "version: 1\npaths: {reports: \(configured)}\n", to: "sub/proofsheet.yaml")
    }
    let run = await project.run("run", "@sub/suites/quickstart.yaml", "--filter", Self.one)
    #expect(run.status == 1, "\(run.messages)")
    let folder = project.path("sub/\(configured ?? "reports")")
    let option = "--reports '\(folder)'"
    #expect(try junit(below: "sub/\(configured ?? "reports")").contains(option))
    #expect(run.messages.components(separatedBy: option).count == 2, "\(run.messages)")
    let approved = try await paste("approve", from: run.messages)
    #expect(approved.messages.contains("1 picture approved"), "\(approved.messages)")
    #expect(try project.read("sub/\(Self.baseline)").contains("paper--cup--square_hd--s7"))
  }

  @Test func `A suite of the same name in the working folder is left alone`() async throws {
    try project.copyQuickstart()
    try moveIntoFolder()
    try project.copyQuickstart()
    let here = await project.run("run", "@suites/quickstart.yaml", "--filter", Self.one)
    #expect(here.status == 0, "\(here.messages)")
    let before = try project.read(Self.baseline)
    let there = await project.run("run", "@sub/suites/quickstart.yaml", "--filter", Self.one)
    let approved = try await paste("approve", from: there.messages)
    #expect(approved.messages.contains("1 picture approved"), "\(approved.messages)")
    #expect(try project.read(Self.baseline) == before)
    #expect(try project.read("sub/\(Self.baseline)").contains("paper--cup--square_hd--s7"))
  }

  @Test func `Commands of messages name the configuration that this command named`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path(Self.baseline))
    try project.write("version: 1\npaths: {reports: ../runs}\n", to: "conf/own's.yaml")
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--config", "@conf/own's.yaml", "--filter", Self.one)
    #expect(run.status == 1, "\(run.messages)")
    #expect(!run.messages.contains("--reports"), "\(run.messages)")
    let approved = try await paste("approve", from: run.messages)
    #expect(approved.messages.contains("1 picture approved"), "\(approved.messages)")
    #expect(try project.read(Self.baseline).contains("paper--cup--square_hd--s7"))
  }

  @Test func `What is kept of a shard names no folder, and its console does`() async throws {
    try project.copyQuickstart()
    try moveIntoFolder()
    let run = await project.run("run", "@sub/suites/quickstart.yaml", "--shard", "1/24")
    #expect(run.status == 1, "\(run.messages)")
    #expect(!(try junit(below: "sub/reports")).contains("--reports"))
    let approved = try await paste("approve", from: run.messages)
    #expect(approved.messages.contains("1 picture approved"), "\(approved.messages)")
  }

  // MARK: - What a run needs

  private static let commanding = """
    version: 1
    name: later
    request: {images: ../fixtures/inputs/coffee.png, prompt: x}
    checks: [{command: {run: [touch, made]}}]

    """

  @Test func `A suite that starts programs is bought with what allows them`() async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(Self.commanding, to: "suites/later.yaml")
    let plan = await project.run("plan", "@suites/later.yaml")
    #expect(
      try command("run", in: plan.output) == [
        "run", project.path("suites/later.yaml"), "--mode", "record", "--allow-commands", "--yes",
        "--max-cost", "0.03",
      ])
    #expect(
      plan.output.contains(
        "1 check starts a program: look at what it does before you allow that\n"), "\(plan.output)")
    let run = await project.run("run", "@suites/later.yaml", "--allow-commands")
    #expect(run.status == 5, "\(run.messages)")
    #expect(try command("run", in: run.messages).contains("--allow-commands"))
  }

  @Test func `A recording that is damaged is bought anew with what allows programs`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacing("checks:\n", with: "checks:\n  - command: {run: [touch, made]}\n")
    }
    let recording = project.path("fixtures/quickstart/paper--cup--square_hd--s7.har")
    try FileManager.default.copyItem(
      atPath: recording, toPath: project.path("fixtures/quickstart/zzz.har"))
    try project.edit("fixtures/quickstart/dusk--cat--square_hd--s7.har") { "x" + $0 }
    let verified = await project.run("fixtures", "verify", "@suites/quickstart.yaml")
    #expect(verified.status == 5, "\(verified.messages)")
    let words = try command("run", in: verified.output)
    #expect(words.contains("--allow-commands"), "\(verified.output)")
    #expect(
      try command("fixtures", in: verified.output) == [
        "fixtures", "prune", project.path("suites/quickstart.yaml"),
      ])
  }

  @Test func `A plan that is added to by the simulator names the folders as well`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacing("seed: [7, 42]", with: "seed: [7, 42, 43]")
    }
    let plan = await project.run(
      "plan", "@suites/quickstart.yaml", "--fixtures", "@fixtures", "--reports", "@runs")
    #expect(
      try command("run", in: plan.output) == [
        "run", project.path("suites/quickstart.yaml"), "--mode", "record", "--fixtures",
        project.path("fixtures"), "--reports", project.path("runs"), "--endpoint", "simulator",
      ])
  }

  @Test func `What 'auto' lacks is bought where the recordings came from`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path(Self.baseline))
    try project.edit("suites/quickstart.yaml") {
      $0.replacing(/baseline: [a-z-]+/, with: "baseline: auto")
    }
    let suite = project.path("suites/quickstart.yaml")
    let bare = await project.run("run", suite, "--filter", Self.one)
    #expect(bare.status == 1, "\(bare.messages)")
    #expect(
      try command("probe", in: bare.messages) == ["probe", suite, "--endpoint", "simulator"])
    let finding = ProbeFinding(
      suite: try #require(SuiteName("quickstart")), at: Timestamp.now(), origin: .simulator,
      endpointClass: .free, recommended: nil, measurements: [])
    try DurableFile.write(
      ProbeFile.bytes(of: finding), to: FilePath(project.path("suites/quickstart.probe.json")))
    let run = await project.run("run", suite, "--filter", Self.one, "--reports", "@runs")
    #expect(run.status == 1, "\(run.messages)")
    #expect(
      try command("run", in: run.messages) == [
        "run", suite, "--mode", "record", "--endpoint", "simulator", "--reports",
        project.path("runs"),
      ])
  }

  // MARK: - What lies elsewhere

  @Test func `A picture that is missing is fetched for the suite that lacks it`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path("fixtures/quickstart/blobs"))
    let run = await project.run("run", "@suites/quickstart.yaml", "--filter", Self.one)
    #expect(run.status == 5, "\(run.messages)")
    #expect(
      run.messages.contains(
        "proofsheet fixtures pull '\(project.path("suites/quickstart.yaml"))'"), "\(run.messages)")
    #expect(!run.messages.contains("SUITE"), "\(run.messages)")
  }

  @Test func `Paths of commands are quoted for a shell`() async throws {
    try project.copyQuickstart()
    try FileManager.default.moveItem(
      atPath: project.path("fixtures/quickstart"), toPath: project.path("quickstart"))
    let folder = "od'd ]] p"
    try FileManager.default.createDirectory(
      atPath: project.path(folder), withIntermediateDirectories: false)
    try FileManager.default.moveItem(
      atPath: project.path("quickstart"), toPath: project.path("\(folder)/quickstart"))
    try project.edit("\(folder)/quickstart/paper--cup--square_hd--s7.har") { "x" + $0 }
    try project.write("", to: "\(folder)/quickstart/it's")
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", Self.one, "--fixtures", "@\(folder)")
    #expect(run.status == 5, "\(run.messages)")
    let quoted = project.path("od'\\''d ]] p/quickstart")
    #expect(run.messages.contains("git checkout -- '\(quoted)';"), "\(run.messages)")
    let verified = await project.run(
      "fixtures", "verify", "@suites/quickstart.yaml", "--fixtures", "@\(folder)")
    #expect(verified.output.contains("mv '\(quoted)/it'\\''s' ."), "\(verified.output)")
  }
}
