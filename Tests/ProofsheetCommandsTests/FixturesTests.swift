import Canonical
import Foundation
import RunStore
import SeedreamAPI
import Simulator
import SystemPackage
import Testing

/// Caring for recordings from the command line.
@Suite(.project) struct FixturesTests {
  static let pointer = """
    version https://git-lfs.github.com/spec/v1
    oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
    size 12345

    """

  private var project: Project { Project.current }
  private let suite = "@suites/quickstart.yaml"
  private let oneCase = "fixtures/quickstart/paper--cup--square_hd--s7.har"

  private func json(_ outcome: Project.Outcome) throws -> JSONValue {
    try JSONParser.parse(Array(outcome.output.utf8))
  }

  /// The picture of a recording, as a path of the project.
  private func picture(of har: String) throws -> String {
    let name = try #require(try project.read(har).firstMatch(of: /blobs\/([0-9a-f]{64}\.jpg)/)?.1)
    return "fixtures/quickstart/blobs/\(name)"
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: project.path(name))
  }

  /// Takes one of two photographs out of the suite, so that half of its recordings are unused.
  private func dropCat() throws {
    try project.edit("suites/quickstart.yaml") { text in
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.contains("chelsea") }.joined(separator: "\n")
    }
  }

  // MARK: - verify

  @Test func `The fixtures of the repository are sound`() async throws {
    try project.copyQuickstart()
    let verify = await project.run("fixtures", "verify", suite)
    #expect(verify.status == 0, "\(verify.output)")
    #expect(verify.output == "")
    #expect(
      verify.messages.hasPrefix("quickstart: 24 recordings, 26 blobs, "), "\(verify.messages)")
    #expect(verify.messages.hasSuffix("every digest and reference is right\n"))
  }

  @Test func `What is broken ends with 5, what is left over with 0`() async throws {
    try project.copyQuickstart()
    try project.write("notes", to: "fixtures/quickstart/notes.txt")
    let warned = await project.run("fixtures", "verify", suite)
    #expect(warned.status == 0)
    #expect(warned.output.hasPrefix("warning: "))
    #expect(warned.messages.hasSuffix("0 broken, 1 warning\n"))
    let picture = try picture(of: oneCase)
    try FileManager.default.removeItem(atPath: project.path(picture))
    let broken = await project.run("fixtures", "verify", suite, "--format", "json")
    #expect(broken.status == 5)
    let report = try json(broken)
    #expect(report["version"]?.integer == 1)
    #expect(report["broken"]?.integer == 1)
    #expect(report["warnings"]?.integer == 1)
    let finding = try #require(report["findings"]?.array?.first)
    #expect(finding["kind"]?.string == "missing-blob")
    #expect(finding["path"]?.string == project.path(picture))
    // The recording and the baseline both name it.
    #expect(finding["message"]?.string?.hasSuffix("s7.har and 1 more") == true)
  }

  @Test func `A link in the place of the folder of pictures is one finding`() async throws {
    try project.copyQuickstart()
    let blobs = project.folder.appendingPathComponent("fixtures/quickstart/blobs")
    let elsewhere = project.folder.appendingPathComponent("elsewhere")
    try FileManager.default.moveItem(at: blobs, to: elsewhere)
    try FileManager.default.createSymbolicLink(at: blobs, withDestinationURL: elsewhere)
    let verify = await project.run("fixtures", "verify", suite, "--format", "json")
    #expect(verify.status == 5)
    let report = try json(verify)
    #expect(report["broken"]?.integer == 1, "\(verify.output.prefix(500))")
    #expect(report["findings"]?.array?.first?["kind"]?.string == "linked-folder")
  }

  @Test func `A total above the limit is a warning`() async throws {
    try project.copyQuickstart()
    try project.write("", to: "fixtures/quickstart/big.bin")
    let file = try FileHandle(
      forWritingTo: project.folder.appendingPathComponent("fixtures/quickstart/big.bin"))
    // Sparse: the disk holds none of it.
    try file.truncate(atOffset: 600_000_000)
    try file.close()
    let verify = await project.run("fixtures", "verify", suite)
    #expect(verify.status == 0)
    #expect(verify.output.contains("the fixtures have 603 MB; above 500 MB"), "\(verify.output)")
  }

  // MARK: - Git LFS

  @Test func `A replay names the command that fetches what Git LFS has not`() async throws {
    try project.copyQuickstart()
    let picture = try picture(of: oneCase)
    try project.write(Self.pointer, to: picture)
    try project.write(Self.pointer, to: "fixtures/quickstart/dusk--cat--square_hd--s7.har")
    let run = await project.run("run", suite)
    #expect(run.status == 5)
    #expect(run.messages.contains("2 fixture-missing"), "\(run.messages)")
    #expect(!run.messages.contains("corrupt"), "\(run.messages)")
    let name = try #require(picture.split(separator: "/").last)
    #expect(run.messages.contains("git lfs pull --include '\(name)'"), "\(run.messages)")
    let verify = await project.run("fixtures", "verify", suite)
    #expect(verify.status == 5)
    #expect(verify.messages.contains("2 broken"), "\(verify.messages) \(verify.output)")
  }

  @Test func `What Git LFS has not fetched is never bought again`() async throws {
    try project.copyQuickstart()
    try project.write(Self.pointer, to: try picture(of: oneCase))
    try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85))) { server, url in
      let run = await project.run(
        "run", suite, "--mode", "record", "--endpoint", url, "--yes", "--max-cost", "1",
        environment: ["PROOFSHEET_API_KEY": Project.key], network: true)
      #expect(run.status == 5, "\(run.messages)")
      #expect(server.ledger.entries.isEmpty)
    }
  }

  // MARK: - scan

  @Test func `The repository holds no secret`() async throws {
    try project.copyQuickstart()
    let scan = await project.run("fixtures", "scan", "@suites", "@fixtures")
    #expect(scan.status == 0, "\(scan.output)")
    #expect(scan.messages.contains("PROOFSHEET_API_KEY is not set"))
    let count = try project.files().count
    #expect(
      scan.messages.contains("\(count) files looked through, 0 findings"), "\(scan.messages)")
  }

  @Test func `A key in a picture, a recording or a baseline is found and never shown`() async throws
  {
    try project.copyQuickstart()
    let picture = project.folder.appendingPathComponent(try picture(of: oneCase))
    try (try Data(contentsOf: picture) + Data(Project.key.utf8)).write(to: picture)
    try project.edit("suites/quickstart.baseline.json") {
      $0.replacingOccurrences(of: "maintainers", with: Project.key)
    }
    let encoded = Data("x\(Project.key)".utf8).base64EncodedString()
    try project.edit("fixtures/quickstart/dusk--cup--square_hd--s7.har") {
      $0.replacingOccurrences(of: "\"statusText\": \"\"", with: "\"statusText\": \"\(encoded)\"")
    }
    let environment = ["PROOFSHEET_API_KEY": Project.key]
    let scan = await project.run(
      "fixtures", "scan", suite, "--format", "json", environment: environment)
    #expect(scan.status == 1)
    #expect(!(scan.output + scan.messages).contains(Project.key))
    #expect(!(scan.output + scan.messages).contains(Project.key.prefix(8)))
    let findings = try #require(try json(scan)["findings"]?.array)
    // 24 lines of the baseline, a recording's two exchanges, a picture.
    #expect(findings.count == 27)
    #expect(Set(findings.compactMap { $0["kind"]?.string }) == ["known-secret"])
    #expect(
      findings.contains { $0["pointer"]?.string == "/log/entries/1/response/statusText" })
    let text = await project.run("fixtures", "scan", picture.path, environment: environment)
    #expect(text.output.hasPrefix("\(picture.path): byte "), "\(text.output)")
    #expect(text.output.hasSuffix(": known-secret\n"))
  }

  @Test func `A suite that cannot be read, or a path that is not there, is wrong usage`()
    async throws
  {
    try project.write("version: 2\n", to: "suites/bad.yaml")
    let bad = await project.run("fixtures", "scan", "@suites/bad.yaml")
    #expect(bad.status == 2)
    #expect(bad.messages.contains("proofsheet plan"), "\(bad.messages)")
    let folder = await project.run("fixtures", "scan", "@suites")
    #expect(folder.status == 0)
    #expect(folder.messages.contains("cannot be read as a suite"), "\(folder.messages)")
    #expect(await project.run("fixtures", "scan", "@nowhere").status == 2)
  }

  // MARK: - list

  @Test func `A list says age, size, origin and use of each recording`() async throws {
    try project.copyQuickstart()
    let now = try #require(Timestamp("2026-12-02T21:00:00.000Z"))
    let all = await project.run("fixtures", "list", suite, now: now)
    let lines = all.output.split(separator: "\n")
    #expect(lines.count == 25)
    #expect(lines.first?.hasPrefix("case  ") == true)
    #expect(lines.first?.hasSuffix("exchanges  origin     use") == true)
    #expect(
      lines.last?.contains(/^paper--cup--square_hd--s7 +10 d +[0-9.]+ kB +2  simulator  used$/)
        == true, "\(lines.last ?? "")")
    let none = await project.run("fixtures", "list", suite, "--unused")
    #expect(none.output == "")
    #expect(none.messages == "every recording is used\n")
    try dropCat()
    let unused = await project.run(
      "fixtures", "list", suite, "--unused", "--format", "json", now: now)
    let report = try json(unused)
    #expect(report["version"]?.integer == 1)
    let recordings = try #require(report["recordings"]?.array)
    #expect(recordings.count == 12)
    #expect(recordings.first?["case"]?.string == "dusk--cat--landscape_16_9--s42")
    #expect(recordings.first?["age_days"]?.integer == 10)
    #expect(recordings.first?["used"]?.bool == false)
  }

  // MARK: - prune

  @Test func `Pruning asks, and removes what no case asks for`() async throws {
    try project.copyQuickstart()
    try dropCat()
    let before = try project.files().count
    let dry = await project.run("fixtures", "prune", suite, "--dry-run")
    #expect(dry.status == 0)
    #expect(dry.output.hasPrefix("would remove "))
    let nobody = await project.run("fixtures", "prune", suite)
    #expect(nobody.status == 2)
    #expect(nobody.messages.contains("--yes"), "\(nobody.messages)")
    let refused = await project.run("fixtures", "prune", suite, answers: "n")
    #expect(refused.status == 4)
    #expect(try project.files().count == before)
    let agreed = await project.run("fixtures", "prune", suite, answers: "y")
    #expect(agreed.status == 0, "\(agreed.messages)")
    // Twelve recordings and the photograph; the baseline keeps the pictures.
    #expect(agreed.messages.contains("quickstart: removed 13 files, "), "\(agreed.messages)")
    #expect(try project.files().count == before - 13)
    #expect(await project.run("fixtures", "verify", suite).status == 0)
    let again = await project.run("fixtures", "prune", suite, "--yes")
    #expect(again.messages == "quickstart: there is nothing to remove\n")
  }

  @Test func `Pruning waits for no run that is buying`() async throws {
    try project.copyQuickstart()
    try FileManager.default.createDirectory(
      atPath: project.path("reports"), withIntermediateDirectories: true)
    let lock = try StoreLock(folder: FilePath(project.path("reports")))
    let prune = await project.run("fixtures", "prune", suite, "--yes")
    #expect(prune.status == 2)
    #expect(prune.messages.contains("another run"), "\(prune.messages)")
    _ = consume lock
  }

  @Test func `What a run has paid for and not recorded is kept`() async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(RecordTests.suite, to: "suites/small.yaml")
    // Live answers are held in the store, and may still be adopted.
    try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85))) { _, url in
      let live = await project.run(
        "run", "@suites/small.yaml", "--mode", "live", "--endpoint", url, "--filter",
        "prompt=plain seed=1 output_format=b64_json", "--yes", "--max-cost", "1",
        environment: ["PROOFSHEET_API_KEY": Project.key], network: true)
      #expect(live.status == 1, "\(live.messages)")
    }
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    let held = try store.unpromoted(of: try #require(SuiteName("small")))
    #expect(held.caseKeys.count == 1)
    let kept = try #require(held.blobs.first)
    let bytes = try Data(
      contentsOf: project.folder.appendingPathComponent("reports/blobs/\(kept.fileName)"))
    try FileManager.default.createDirectory(
      atPath: project.path("fixtures/small/blobs"), withIntermediateDirectories: true)
    try bytes.write(
      to: project.folder.appendingPathComponent("fixtures/small/blobs/\(kept.fileName)"))
    let prune = await project.run("fixtures", "prune", "@suites/small.yaml", "--yes")
    #expect(prune.messages.hasSuffix("small: there is nothing to remove\n"), "\(prune.messages)")
    #expect(exists("fixtures/small/blobs/\(kept.fileName)"))
  }

  // MARK: - export

  @Test func `An export holds every exchange of the selected cases, byte for byte the same`()
    async throws
  {
    try project.copyQuickstart()
    for name in ["a.har", "b.har"] {
      let export = await project.run(
        "fixtures", "export", suite, "--har", "@\(name)", "--embed", "--filter", "prompt=paper")
      #expect(export.status == 0, "\(export.messages)")
      #expect(export.messages.contains("12 cases, 24 exchanges, "), "\(export.messages)")
    }
    #expect(try project.read("a.har") == project.read("b.har"))
    let har = try JSONParser.parse(Array(try project.read("a.har").utf8))
    #expect(har["log"]?["entries"]?.array?.count == 24)
  }

  @Test func `A case without a sound recording ends the export, and no file is written`()
    async throws
  {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path(oneCase))
    let export = await project.run("fixtures", "export", suite, "--har", "@all.har", "--embed")
    #expect(export.status == 5)
    #expect(
      export.messages.hasPrefix("fixture-missing: paper--cup--square_hd--s7: "),
      "\(export.messages)")
    #expect(export.messages.hasSuffix("hint: leave them out with --filter\n"))
    #expect(!exists("all.har"))
  }

  @Test func `An export does not lie among recordings`() async throws {
    try project.copyQuickstart()
    let export = await project.run("fixtures", "export", suite, "--har", "@\(oneCase)")
    #expect(export.status == 2)
    #expect(export.messages.contains("would be taken for a recording"), "\(export.messages)")
    let elsewhere = await project.run("fixtures", "export", suite, "--har", "@fixtures/out.har")
    #expect(elsewhere.status == 0)
    #expect(!elsewhere.messages.contains("warning"), "\(elsewhere.messages)")
    let below = await project.run("fixtures", "export", suite, "--har", "@suites/out.har")
    #expect(below.messages.contains("use --embed"), "\(below.messages)")
  }
}
