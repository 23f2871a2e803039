import Canonical
import Experiments
import Foundation
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// Decisions about outputs: what they are bound to, how they are undone, and how they are carried.
@Suite(.project) struct DecisionTests {
  private var project: Project { Project.current }

  private func prepare(
    _ axis: String = "seed: [1, 2]", checks: String = "{baseline: identical-bytes}"
  ) throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      """
      version: 1
      name: mug
      request: {images: ../fixtures/inputs/coffee.png}
      matrix:
        prompt: [{id: plain, value: "Tint the table."}]
        \(axis)
      checks: [\(checks)]

      """, to: "suites/mug.yaml")
  }

  @discardableResult
  private func run(_ mode: String, simulator: String = "--canned") async throws -> String {
    let outcome = await project.run(
      "run", "@suites/mug.yaml", "--mode", mode, "--endpoint", "simulator", "--quiet",
      environment: ["PROOFSHEET_SIMULATOR": simulator],
      network: mode != "replay")
    #expect(outcome.status < 2, "\(outcome.messages)")
    return try latestRun()
  }

  private func latestRun() throws -> String { try project.latestReport().lastPathComponent }

  private func decide(
    _ verb: String, _ run: String = "latest", _ more: String...
  ) async
    -> Project.Outcome
  {
    await project.run(
      [verb, run, "--reports", project.path("reports"), "--by", "ada"] + more)
  }

  private func baseline() throws -> Baseline {
    try BaselineFile.read(
      FilePath(project.path("suites/mug.baseline.json")), suite: try #require(SuiteName("mug")))
  }

  /// Suites and recordings, byte by byte.
  private func kept() throws -> [String: Data] {
    let files = try project.files().filter { !$0.name.hasPrefix("reports") }
    return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.bytes) })
  }

  // MARK: - Stale decisions

  @Test func `A run whose recording was replaced since is not decided about`() async throws {
    try prepare()
    let first = try await run("record", simulator: "--canned --seeds ignored")
    try await run("refresh", simulator: "--canned --seeds ignored")
    let stale = await decide("approve", first)
    #expect(stale.status == 1)
    #expect(stale.messages.contains("stale: plain--s1: "), "\(stale.messages)")
    #expect(stale.messages.contains("holds another picture by now"))
    #expect(stale.messages.contains("2 cases changed since run \(first); nothing was decided"))
    #expect(!FileManager.default.fileExists(atPath: project.path("suites/mug.baseline.json")))
    let approved = await decide("approve")
    #expect(approved.status == 0, "\(approved.messages)")
  }

  @Test func `A run that does not know a later decision is not decided about`() async throws {
    try prepare()
    let first = try await run("record")
    let second = try await run("replay")
    #expect(first != second)
    let rejected = await decide("reject", second, "--filter", "seed=1", "--reason", "too dark")
    #expect(rejected.status == 0, "\(rejected.messages)")
    let stale = await decide("approve", first)
    #expect(stale.status == 1)
    #expect(stale.messages.contains("ada rejected "), "\(stale.messages)")
    #expect(stale.messages.contains("which this run does not know"))
    #expect(try baseline().entries.map(\.decision) == [.rejected], "all or nothing")
    let other = await decide("approve", first, "--filter", "seed=2")
    #expect(other.status == 0, "\(other.messages)")
  }

  @Test func `A run whose comparison was taken out of the baseline is not decided about`()
    async throws
  {
    try prepare("seed: [1]")
    try await run("record", simulator: "--canned --seeds ignored")
    _ = await decide("approve")
    let compared = try await run("refresh", simulator: "--canned --seeds ignored")
    try project.edit("suites/mug.baseline.json") { text in
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("  ") }.joined(separator: "\n")
    }
    let stale = await decide("approve", compared)
    #expect(stale.status == 1)
    #expect(stale.messages.contains("is not in the baseline any more"), "\(stale.messages)")
  }

  @Test func `Minds are changed about one run, and what was replaced is said`() async throws {
    try prepare("seed: [1]")
    try await run("record")
    _ = await decide("reject", "latest", "--filter", "seed=1", "--reason", "too dark")
    let approved = await decide("approve")
    #expect(approved.status == 0, "\(approved.messages)")
    #expect(approved.messages.contains("was rejected by ada"), "\(approved.messages)")
    #expect(approved.messages.contains("too dark; that decision is replaced"))
    let again = await decide("approve")
    #expect(again.messages.contains("0 pictures approved, 1 decided before"))
  }

  @Test func `A rejected picture that comes again is said to be one`() async throws {
    try prepare("seed: [1]")
    try await run("record")
    _ = await decide("reject", "latest", "--filter", "seed=1", "--reason", "too dark")
    let replay = await project.run("run", "@suites/mug.yaml")
    #expect(replay.status == 1)
    #expect(replay.messages.contains("rejected: too dark"), "\(replay.messages)")
    let swept = await decide("approve")
    #expect(swept.messages.contains("skipped: plain--s1: failed"), "\(swept.messages)")
    #expect(try baseline().entries.map(\.decision) == [.rejected])
  }

  // MARK: - The file

  @Test(arguments: [0, 1])
  func `A decision is undone by taking its line out`(line: Int) async throws {
    try prepare()
    try await run("record")
    _ = await decide("approve")
    try project.edit("suites/mug.baseline.json") { text in
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      lines.remove(at: 1 + line)
      return lines.joined(separator: "\n")
    }
    let replay = await project.run("run", "@suites/mug.yaml")
    #expect(replay.status == 1)
    #expect(replay.messages.contains("1 passed, 1 unapproved"), "\(replay.messages)")
  }

  @Test func `A line says who decided, why, about which model, and how the picture looks`()
    async throws
  {
    try prepare("seed: [1]")
    try await run("record")
    _ = await decide("approve", "latest", "--reason", "handle is whole")
    let entry = try #require(try baseline().entries.first)
    #expect(entry.by == "ada")
    #expect(entry.note == "handle is whole")
    #expect(entry.model == .seedreamV4)
    #expect(entry.carried == nil)
    let blob = project.folder.appendingPathComponent(
      "fixtures/mug/blobs/\(entry.blob.fileName)")
    let hash = PDQ(try Picture(decoding: Array(Data(contentsOf: blob))))
    #expect(entry.hash == "\(PDQ.version):\(hash.hash)/\(hash.quality)")
    let before = try project.read("suites/mug.baseline.json")
    let read = BaselineFile.bytes(of: try baseline())
    #expect(String(decoding: read, as: UTF8.self) == before)
  }

  @Test func `A dry run says what would be decided, and writes nothing`() async throws {
    try prepare("seed: [1]")
    try await run("record", simulator: "--canned --seeds ignored")
    _ = await decide("approve")
    try await run("refresh", simulator: "--canned --seeds ignored")
    let before = try kept()
    let dry = await decide("approve", "latest", "--replace", "--dry-run")
    #expect(dry.messages.contains("would be approved: plain--s1: picture 0, "), "\(dry.messages)")
    #expect(dry.messages.contains(", in place of 1 picture"))
    #expect(try kept() == before)
    let replaced = await decide("approve", "latest", "--replace")
    #expect(replaced.status == 0, "\(replaced.messages)")
    #expect(try baseline().entries.count == 1)
  }

  // MARK: - Carrying

  private static let deliveries =
    "output_format: [{id: text, value: b64_json}, {id: link, value: url}]"

  @Test func `An approval is carried where the other version is near, and says from what`()
    async throws
  {
    try prepare(Self.deliveries)
    try await run("record", simulator: "--codec jpeg --seeds pixel-noise")
    _ = await decide("approve", "latest", "--filter", "output_format=text")
    let dry = await decide(
      "approve", "latest", "--carry", "output_format=text:link", "--dry-run")
    #expect(dry.messages.contains("1 picture would be approved"), "\(dry.messages)")
    let carried = await decide(
      "approve", "latest", "--carry", "output_format=text:link", "--reason", "same but for noise")
    #expect(carried.status == 0, "\(carried.messages)")
    #expect(carried.messages.contains("1 picture approved"), "\(carried.messages)")
    let entries = try baseline().entries
    let entry = try #require(entries.first { $0.caseID.text == "plain--link" })
    #expect(entry.carried?.from == entries.first { $0.caseID.text == "plain--text" }?.blob)
    #expect(entry.carried?.summary.hasPrefix("near: ") == true)
    #expect(entry.carried?.metrics == Comparison.versions)
    #expect(entry.note == "same but for noise")
    let replay = await project.run("run", "@suites/mug.yaml")
    #expect(replay.status == 0, "\(replay.messages)")
  }

  @Test(arguments: [
    "output_format=b64_json:url", "output_format=text:url", "output_format=b64_json:link",
  ])
  func `Entries that approvals are carried between are named by id or by value`(
    carry: String
  ) async throws {
    try prepare(Self.deliveries)
    try await run("record", simulator: "--codec jpeg --seeds pixel-noise")
    _ = await decide("approve", "latest", "--filter", "output_format=text")
    let carried = await decide("approve", "latest", "--carry", carry)
    #expect(carried.status == 0, "\(carried.messages)")
    #expect(carried.messages.contains("1 picture approved"), "\(carried.messages)")
    #expect(try baseline().entries.map(\.caseID.text).sorted() == ["plain--link", "plain--text"])
  }

  @Test func `What is not near is left to review`() async throws {
    try prepare(
      "model: [{id: v4, value: bytedance-seedream-v4-image-to-image}, "
        + "{id: v45, value: bytedance-seedream-v4.5-image-to-image}]")
    try await run("record", simulator: "--codec jpeg")
    let nothing = await decide("approve", "latest", "--carry", "model=v4:v45")
    #expect(
      nothing.messages.contains("left to review: plain--v45: picture 0: plain--v4 has no approved"),
      "\(nothing.messages)")
    _ = await decide("approve", "latest", "--filter", "model=v4")
    let left = await decide("approve", "latest", "--carry", "model=v4:v45", "--level", "near")
    #expect(left.status == 0)
    #expect(left.messages.contains("left to review: plain--v45: picture 0 is to that of plain--v4"))
    #expect(left.messages.contains("0 pictures approved"), "\(left.messages)")
    #expect(try baseline().entries.map(\.caseID.text) == ["plain--v4"])
  }

  @Test func `A stricter level carries less, and a rejected picture is never carried`() async throws
  {
    try prepare(Self.deliveries)
    try await run("record", simulator: "--codec jpeg --seeds pixel-noise")
    _ = await decide("approve", "latest", "--filter", "output_format=text")
    let strict = await decide(
      "approve", "latest", "--carry", "output_format=text:link", "--level", "identical-pixels")
    #expect(strict.messages.contains("0 pictures approved"), "\(strict.messages)")
    #expect(strict.messages.contains("left to review: plain--link: picture 0 is to that of"))
    _ = await decide("reject", "latest", "--filter", "output_format=link", "--reason", "blurred")
    let carried = await decide("approve", "latest", "--carry", "output_format=text:link")
    #expect(carried.messages.contains("was rejected by ada: blurred"), "\(carried.messages)")
  }

  @Test func `Cases that differ in more than model and delivery have no partner`() async throws {
    try prepare()
    try await run("record")
    _ = await decide("approve", "latest", "--filter", "seed=1")
    let none = await decide("approve", "latest", "--carry", "seed=s1:s2")
    #expect(
      none.messages.contains("no case of seed=s1 asks for the same but for model and delivery"),
      "\(none.messages)")
  }

  @Test(arguments: [
    (["--carry", "seed=s1:s1"], "invalid for '--carry"),
    (["--carry", "seed"], "invalid for '--carry"),
    (["--carry", "sed=s1:s2"], "has no axis 'sed'"),
    (
      ["--carry", "seed=9:s2"],
      "mug.yaml has seed=9\nhint: the entries of seed are s1, s2\n"
    ),
    (
      ["--carry", "seed=1:9"],
      " is selected: none has seed=9\nhint: the entries of seed are s1, s2\n"
    ),
    (
      ["--carry", "seed=1:s1"],
      "--carry: 1 and s1 are one entry of seed\nhint: the entries of seed are s1, s2\n"
    ),
    (["--level", "near"], "name --carry"),
    (["--carry", "seed=s1:s2", "--level", "similar"], "'near', 'identical-pixels'"),
  ])
  func `Wrong use of carrying is refused`(arguments: [String], message: String) async throws {
    try prepare()
    try await run("record")
    let refused = await project.run(
      ["approve", "latest", "--reports", project.path("reports")] + arguments)
    #expect(refused.status == 2)
    #expect(refused.messages.contains(message), "\(refused.messages)")
  }

  @Test func `Decisions about two suites are in both baselines or in none`() async throws {
    try prepare()
    try project.write(
      try project.read("suites/mug.yaml").replacing("name: mug", with: "name: jar")
        .replacing("table", with: "chair"), to: "suites/jar.yaml")
    let bought = await project.run(
      "run", "@suites/mug.yaml", "@suites/jar.yaml", "--mode", "live", "--endpoint", "simulator",
      "--unapproved", "warn", environment: ["PROOFSHEET_SIMULATOR": "--canned"], network: true)
    #expect(bought.status == 0, "\(bought.messages)")
    // Something is in the way of the second suite's pictures.
    try project.write("in the way", to: "fixtures/jar")
    let baselines = ["mug", "jar"].map { project.path("suites/\($0).baseline.json") }
    let refused = await decide("approve")
    #expect(refused.status == 2)
    #expect(refused.messages.contains("fixtures/jar"), "\(refused.messages)")
    for path in baselines { #expect(!FileManager.default.fileExists(atPath: path), "\(path)") }
    try FileManager.default.removeItem(atPath: project.path("fixtures/jar"))
    let approved = await decide("approve")
    #expect(approved.status == 0, "\(approved.messages)")
    for path in baselines { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
    #expect(try project.files().allSatisfy { !$0.name.hasSuffix(".partial") })
  }

  @Test(
    arguments: [["approve", "latest", "--dry-run"], ["report", "latest"], ["review", "latest"]])
  func `A copy of runs that lead to another checkout by whole paths is told`(
    command: [String]
  ) async throws {
    try project.copyQuickstart()
    let run = await project.run("run", "@suites/quickstart.yaml", "--reports", "@reports")
    #expect(run.status == 0, "\(run.messages)")
    try FileManager.default.createDirectory(
      atPath: project.path("copy"), withIntermediateDirectories: false)
    for name in ["suites", "reports"] {
      try FileManager.default.copyItem(
        atPath: project.path(name), toPath: project.path("copy/\(name)"))
    }
    let id = try latestRun()
    let warning = """
      warning: run \(id) is of \(project.path("suites/quickstart.yaml")), though its run store lies \
      beside \(project.path("copy/suites/quickstart.yaml")), which is left alone
      hint: to go on there, run that suite: proofsheet run \
      '\(project.path("copy/suites/quickstart.yaml"))'

      """
    let copied = await project.run(command + ["--reports", project.path("copy/reports")])
    #expect(copied.messages.hasPrefix(warning), "\(copied.messages)")
    #expect(copied.messages.components(separatedBy: "warning: ").count == 2)
    let own = await project.run(command + ["--reports", project.path("reports")])
    #expect(!own.messages.contains("warning"), "\(own.messages)")
    // What a link leads to is no copy.
    try FileManager.default.removeItem(atPath: project.path("copy/suites"))
    try FileManager.default.createSymbolicLink(
      atPath: project.path("copy/suites"), withDestinationPath: project.path("suites"))
    let linked = await project.run(command + ["--reports", project.path("copy/reports")])
    #expect(!linked.messages.contains("warning"), "\(linked.messages)")
  }
}
