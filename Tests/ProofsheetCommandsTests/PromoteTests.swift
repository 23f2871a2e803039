import Canonical
import Experiments
import Foundation
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// `proofsheet promote`: a good cell of an exploration becomes a case of another suite.
@Suite(.project) struct PromoteTests {
  private var project: Project { Project.current }

  private static let regression = """
    # The cases that must stay.
    version: 1
    name: regression
    request: {images: ../fixtures/inputs/coffee.png}
    matrix:
      prompt:
        - {id: dusk, value: "Make it dusk."}   # the oldest one
        - {id: dawn, value: "Make it dawn."}
      seed: [1]
    checks: [{baseline: identical-bytes}]

    """

  /// An exploration that is recorded, and a suite for what is good in it.
  private func prepare(regression: String = Self.regression) async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      """
      version: 1
      name: explore
      request: {images: ../fixtures/inputs/coffee.png}
      matrix:
        prompt:
          - {id: plain, value: "Tint the \\"table\\": 100 % # not {a} comment."}
          - {id: dusk, value: "Make it dusk."}
        seed: [7, 8]
      checks: [{baseline: identical-bytes}]

      """, to: "suites/explore.yaml")
    try project.write(regression, to: "suites/regression.yaml")
    let recorded = await project.run(
      "run", "@suites/explore.yaml", "--mode", "record", "--endpoint", "simulator", "--quiet",
      environment: ["PROOFSHEET_SIMULATOR": "--canned"], network: true)
    #expect(recorded.status == 0, "\(recorded.messages)")
  }

  private func promote(_ arguments: String...) async -> Project.Outcome {
    await project.run(
      [
        "promote", "--to", project.path("suites/regression.yaml"), "--by", "ada", "--reports",
        project.path("reports"),
      ] + arguments)
  }

  private func baseline() throws -> Baseline {
    try BaselineFile.read(
      FilePath(project.path("suites/regression.baseline.json")),
      suite: try #require(SuiteName("regression")))
  }

  @Test func `A case is added with its recording and approval, and replays without a purchase`()
    async throws
  {
    try await prepare()
    let promoted = await promote("plain--s7", "--reason", "the best one")
    #expect(promoted.status == 0, "\(promoted.messages)")
    let text = try project.read("suites/regression.yaml")
    #expect(text.hasPrefix(Self.regression), "what was there stays as it was")
    let added = text.dropFirst(Self.regression.count)
    #expect(added.hasPrefix("include:\n  - {id: plain-s7, prompt: {id: plain, value: \"Tint"))
    #expect(added.hasSuffix(", seed: 7}}\n") || added.hasSuffix(", seed: 7}\n"), "\(added)")
    let entries = try baseline().entries
    #expect(entries.map(\.caseID.text) == ["plain-s7"])
    #expect(entries.map(\.note) == ["the best one"])
    let replay = await project.run(
      "run", "@suites/regression.yaml", "--filter", "id=plain-s7")
    #expect(replay.status == 0, "\(replay.messages)")
    #expect(replay.messages.contains("1 passed"), "\(replay.messages)")
    let verified = await project.run("fixtures", "verify", "@suites/regression.yaml")
    #expect(verified.status == 0, "\(verified.messages)")
  }

  @Test func `An entry that asks for the same is named by its id`() async throws {
    try await prepare()
    let promoted = await promote("dusk--s8", "dusk--s7")
    #expect(promoted.status == 0, "\(promoted.messages)")
    let text = try project.read("suites/regression.yaml")
    #expect(
      text.hasSuffix(
        "include:\n  - {id: dusk-s8, prompt: dusk, seed: 8}\n"
          + "  - {id: dusk-s7, prompt: dusk, seed: 7}\n"), "\(text)")
    #expect(try baseline().entries.count == 2)
  }

  @Test(arguments: [
    (
      "include:\n  - {prompt: dawn, seed: 3}  # kept\n\n  # about what follows\nknown: []\n",
      "include:\n  - {prompt: dawn, seed: 3}  # kept\n  - {id: dusk-s8, prompt: dusk, seed: 8}\n\n"
        + "  # about what follows\nknown: []\n"
    ),
    (
      "include:\n- prompt: dawn\n  seed: 3\n",
      "include:\n- prompt: dawn\n  seed: 3\n- {id: dusk-s8, prompt: dusk, seed: 8}\n"
    ),
    (
      "include: [{prompt: dawn, seed: 3}]  # one\n",
      "include: [{prompt: dawn, seed: 3}, {id: dusk-s8, prompt: dusk, seed: 8}]  # one\n"
    ),
    (
      "include: [\n  {prompt: dawn, seed: 3},  # ] a bracket\n]\n",
      "include: [\n  {prompt: dawn, seed: 3},  # ] a bracket\n"
        + "{id: dusk-s8, prompt: dusk, seed: 8}]\n"
    ),
    ("include: []\n", "include: [{id: dusk-s8, prompt: dusk, seed: 8}]\n"),
    (
      "include: [{prompt: dawn, seed: 3}]",
      "include: [{prompt: dawn, seed: 3}, {id: dusk-s8, prompt: dusk, seed: 8}]"
    ),
    ("known: []", "known: []\ninclude:\n  - {id: dusk-s8, prompt: dusk, seed: 8}\n"),
  ])
  func `The layout and comments of the suite stay`(before: String, after: String) async throws {
    try await prepare(regression: Self.regression + before)
    let promoted = await promote("dusk--s8")
    #expect(promoted.status == 0, "\(promoted.messages)")
    #expect(try project.read("suites/regression.yaml") == Self.regression + after)
  }

  @Test func `Lines that end as on Windows stay so`() async throws {
    let text = Self.regression.replacingOccurrences(of: "\n", with: "\r\n")
    try await prepare(regression: text)
    let promoted = await promote("dusk--s8")
    #expect(promoted.status == 0, "\(promoted.messages)")
    let added = "include:\r\n  - {id: dusk-s8, prompt: dusk, seed: 8}\r\n"
    #expect(try project.read("suites/regression.yaml") == text + added)
  }

  @Test func `A dry run and a second promotion change nothing`() async throws {
    try await prepare()
    let dry = await promote("dusk--s8", "--dry-run")
    #expect(dry.messages.contains("would be added: dusk--s8 of explore as dusk-s8: {id: dusk-s8"))
    #expect(try project.read("suites/regression.yaml") == Self.regression)
    #expect(try baseline().entries.isEmpty)
    _ = await promote("dusk--s8", "--id", "evening")
    let once = try project.read("suites/regression.yaml")
    #expect(once.contains("{id: evening, "))
    let again = await promote("dusk--s8")
    #expect(again.status == 0, "\(again.messages)")
    #expect(again.messages.contains("as evening: the suite asks for it already"))
    #expect(try project.read("suites/regression.yaml") == once)
  }

  @Test(arguments: [
    (
      "version: 1\nname: regression\nrequest: {prompt: \"Make it dawn.\", images: ../fixtures/inputs/coffee.png}\n",
      "the suite fixes 'prompt' to something else than the case asks for"
    ),
    (
      "{version: 1, name: regression, request: {images: ../fixtures/inputs/coffee.png, prompt: x}}\n",
      "written in braces"
    ),
    (
      "version: 1\nname: regression\nrequest: {images: ../fixtures/inputs/coffee.png}\n"
        + "matrix: {prompt: [{id: a, value: x}], repeat: 2}\n",
      "makes every request 2 times"
    ),
    (
      "version: 1\nname: regression\nrequest: {images: ../fixtures/inputs/coffee.png, "
        + "prompt: \"It is {{hour}}.\"}\nmatrix: {hour: [dusk, dawn]}\n",
      "the axis 'hour'"
    ),
  ])
  func `A suite with no safe place is left alone`(suite: String, message: String) async throws {
    try await prepare(regression: suite)
    let refused = await promote("dusk--s8")
    #expect(refused.status == 2)
    #expect(refused.messages.contains("dusk--s8 cannot be placed in"), "\(refused.messages)")
    #expect(refused.messages.contains(message), "\(refused.messages)")
    #expect(refused.messages.contains("nothing was written"))
    #expect(try project.read("suites/regression.yaml") == suite)
    #expect(!FileManager.default.fileExists(atPath: project.path("fixtures/regression")))
  }

  @Test func `A picture that is rejected, or was replaced since, is not promoted`() async throws {
    try await prepare()
    let reports = project.path("reports")
    _ = await project.run(
      "reject", "latest", "--reports", reports, "--filter", "id=dusk--s8", "--reason", "too dark")
    let rejected = await promote("dusk--s8")
    #expect(rejected.status == 2)
    #expect(rejected.messages.contains("too dark"), "\(rejected.messages)")
    let run = try project.latestReport().lastPathComponent
    _ = await project.run(
      "run", "@suites/explore.yaml", "--mode", "refresh", "--endpoint", "simulator", "--quiet",
      environment: ["PROOFSHEET_SIMULATOR": "--canned --seeds ignored"], network: true)
    let stale = await promote("dusk--s7", "--run", run)
    #expect(stale.status == 1)
    #expect(stale.messages.contains("holds other pictures by now"), "\(stale.messages)")
    #expect(try project.read("suites/regression.yaml") == Self.regression)
  }

  @Test(arguments: [
    (["noon--s7"], "has no case noon--s7"),
    (["dusk--s7", "dusk--s8", "--id", "x"], "--id names one case"),
    (["dusk--s7", "--id", "a--b"], "must not hold '--'"),
    (["dusk--s7", "--id", "dawn--s1"], "must not hold '--'"),
    ([], "Missing expected argument"),
  ])
  func `Wrong use is refused`(arguments: [String], message: String) async throws {
    try await prepare()
    let refused = await project.run(
      [
        "promote", "--to", project.path("suites/regression.yaml"), "--reports",
        project.path("reports"),
      ] + arguments)
    #expect(refused.status == 2)
    #expect(refused.messages.contains(message), "\(refused.messages)")
    #expect(try project.read("suites/regression.yaml") == Self.regression)
  }
}
