import ArgumentParser
import Canonical
import Experiments
import Foundation
import Recording
import Review
import RunStore
import Suites
import Synchronization
import SystemPackage
import Testing

@testable import ProofsheetCommands

/// Deciding from a page: what it is bound to, how it is taken back, and what a file of decisions may do.
@Suite(.project) struct ReviewTests {
  var project: Project { Project.current }

  func prepare(_ seeds: String = "[1, 2]", name: String = "mug") throws {
    if !FileManager.default.fileExists(atPath: project.path("fixtures/inputs/coffee.png")) {
      try project.copy("fixtures/inputs/coffee.png")
    }
    try project.write(
      """
      version: 1
      name: \(name)
      request: {images: ../fixtures/inputs/coffee.png, size: square}
      matrix:
        prompt: [{id: plain, value: "Tint the table."}]
        seed: \(seeds)
      checks: [{baseline: identical-bytes}]

      """, to: "suites/\(name).yaml")
  }

  @discardableResult
  func record(_ mode: String = "record", _ suites: String...) async throws -> String {
    let names = suites.isEmpty ? ["mug"] : suites
    let outcome = await project.run(
      ["run"] + names.map { "@suites/\($0).yaml" }
        + ["--mode", mode, "--endpoint", "simulator", "--quiet"],
      environment: ["PROOFSHEET_SIMULATOR": "--canned --seeds ignored"], network: true)
    #expect(outcome.status < 2, "\(outcome.messages)")
    return try project.latestReport().lastPathComponent
  }

  func context() -> CommandContext {
    CommandContext(
      environment: ["PROOFSHEET_API_KEY": Project.key],
      workingFolder: FilePath(project.folder.path),
      output: { _ in }, messages: { _ in }, isTerminal: false, columns: 80, ask: { _ in nil },
      clock: { Timestamp.now() },
      makeTransport: { throw CommandExit(.usage, "no network in this test") },
      onInterrupt: { _ in 0 })
  }

  func session(_ run: String = "latest") throws -> ReviewSession {
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    let reviewed = try ReviewedRun(run, in: store, .all)
    let folders = try FolderOptions.parse(["--reports", project.path("reports")])
    return ReviewSession(
      reviewed,
      try DecisionDesk(reviewed.header, context(), folders, by: "ada") {
        try reviewed.judgedBaseline(of: $0)
      })
  }

  func entries(_ run: String = "latest") throws -> [ReviewEntry] {
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    return try ReviewedRun(run, in: store, .all).queue.entries
  }

  func order(
    _ decision: BaselineEntry.Decision, _ entries: [ReviewEntry], note: String? = nil,
    seen: String? = nil, digest: String? = nil
  ) throws -> ReviewOrder {
    let lines = entries.map { entry in
      JSONValue.members([
        "suite": .string(entry.suite.text), "case": .string(entry.caseID.text),
        "key": .string(entry.output.caseKey.description), "image": .integer(entry.output.index),
        "decision": .string(decision.rawValue), "digest": .string(digest ?? entry.digest.hex),
        "pixels": .string(entry.pixelDigest), "note": note.map { .string($0) },
      ])
    }
    let body = JSONValue.members([
      "decisions": .array(lines),
      "seen": .array(entries.map { _ in seen.map { .string($0) } ?? .null }),
    ])
    return try ReviewOrder(reading: body.canonicalBytes)
  }

  func baseline(_ name: String = "mug") throws -> Baseline {
    try BaselineFile.read(
      FilePath(project.path("suites/\(name).baseline.json")), suite: try #require(SuiteName(name)))
  }

  func bytes(_ name: String = "mug") -> Data? {
    FileManager.default.contents(atPath: project.path("suites/\(name).baseline.json"))
  }

  private func refused(_ work: () async throws -> JSONValue) async -> ReviewRefusal? {
    do {
      _ = try await work()
      return nil
    } catch {
      return error as? ReviewRefusal
    }
  }

  // MARK: - The page with a server

  @Test func `A decision is in the baseline when it is answered, and in the state`() async throws {
    try prepare()
    try await record()
    let review = try session()
    let waiting = try entries()
    #expect(waiting.map(\.caseID.text) == ["plain--s1", "plain--s2"])
    let state = try await review.decide(try order(.approved, [waiting[0]]))
    #expect(try baseline().entries.map(\.caseID.text) == ["plain--s1"])
    #expect(try baseline().entries.map(\.by) == ["ada"])
    #expect(state["decided"]?.array?.map { $0["decision"]?.string } == ["approved"])
    #expect(state["undo"]?.integer == 1)
    let rejected = try await review.decide(try order(.rejected, [waiting[1]], note: "too dark"))
    #expect(rejected["decided"]?.array?.count == 2)
    #expect(try baseline().entries.map(\.note) == [nil, "too dark"])
    let tally = try review.tally()
    #expect((tally.approved, tally.rejected, tally.left) == (1, 1, 0))
    let later = try await review.state(after: rejected["revision"]?.integer)
    #expect(later["decided"] == nil, "nothing changed since")
  }

  @Test func `Taking back restores each line as it was, notes of rejections as well`() async throws
  {
    try prepare("[1]")
    try await record()
    _ = await project.run(
      "reject", "latest", "--reports", project.path("reports"), "--filter", "seed=1", "--reason",
      "too dark", "--by", "bob")
    try await record("refresh")
    let before = try #require(bytes())
    let review = try session()
    let waiting = try entries()
    _ = try await review.decide(try order(.rejected, waiting, note: "blurred"))
    let rejected = try #require(bytes())
    _ = try await review.undo()
    #expect(bytes() == before)
    _ = try await review.decide(try order(.approved, waiting))
    #expect(bytes() != rejected)
    _ = try await review.undo()
    #expect(bytes() == before)
    #expect(try baseline().entries.map(\.note) == ["too dark"])
    let nothing = await refused { try await review.undo() }
    #expect(nothing?.message == "there is nothing to take back")
    let tally = try review.tally()
    #expect((tally.approved, tally.rejected, tally.left) == (0, 0, 1))
  }

  @Test func `A step about two suites is taken back in both`() async throws {
    try prepare("[1]")
    try prepare("[1]", name: "cup")
    try await record("record", "mug", "cup")
    let review = try session()
    _ = try await review.decide(try order(.approved, try entries()))
    #expect(try baseline().entries.count == 1)
    #expect(try baseline("cup").entries.count == 1)
    _ = try await review.undo()
    #expect(try baseline().entries.isEmpty)
    #expect(try baseline("cup").entries.isEmpty)
  }

  @Test func `What is not on the screen any more is not decided about, and nothing else either`()
    async throws
  {
    try prepare()
    try await record()
    let review = try session()
    let waiting = try entries()
    let other = await refused {
      try await review.decide(
        try order(.approved, waiting, digest: String(repeating: "0", count: 64)))
    }
    #expect(other?.status == 409)
    #expect(
      other?.outputs.map(\.reason)
        == Array(repeating: "the page shows another picture than the run has", count: 2))
    _ = await project.run(
      "reject", "latest", "--reports", project.path("reports"), "--filter", "seed=1", "--reason",
      "too dark", "--by", "bob")
    let kept = bytes()
    let late = await refused { try await review.decide(try order(.approved, waiting)) }
    #expect(late?.outputs.map(\.caseID.text) == ["plain--s1"])
    #expect(late?.outputs.first?.reason.hasPrefix("bob rejected it at ") == true)
    #expect(bytes() == kept, "all or nothing")
    let gone = await refused {
      try await review.decide(try order(.approved, [waiting[1]], seen: "2026-11-22T18:15:00.000Z"))
    }
    #expect(gone?.outputs.first?.reason == "the decision that the page shows was taken back")
    let seen = try #require(try baseline().entries.first?.at)
    _ = try await review.decide(try order(.approved, [waiting[0]], seen: seen.description))
    #expect(try baseline().entries.map(\.decision) == [.approved], "who saw it may change it")
  }

  @Test func `A recording that was replaced meanwhile, and a key in a note, are refused`()
    async throws
  {
    try prepare("[1]")
    let run = try await record()
    let review = try session(run)
    let waiting = try entries(run)
    let secret = await refused {
      try await review.decide(try order(.rejected, waiting, note: "see \(Project.key)"))
    }
    #expect(secret?.outputs.first?.reason.contains("the note holds the API key") == true)
    #expect(secret.map { "\($0)".contains(Project.key) } == false)
    try await record("refresh")
    let stale = await refused { try await review.decide(try order(.approved, waiting)) }
    #expect(stale?.outputs.first?.reason.contains("holds another picture by now") == true)
    #expect(bytes() == nil)
  }

  @Test func `What was decided about again since is not taken back`() async throws {
    try prepare("[1]")
    try await record()
    let review = try session()
    _ = try await review.decide(try order(.approved, try entries()))
    _ = await project.run(
      "reject", "latest", "--reports", project.path("reports"), "--filter", "seed=1", "--reason",
      "too dark")
    let kept = bytes()
    let late = await refused { try await review.undo() }
    #expect(late?.message.contains("somebody decided about one of the pictures since") == true)
    #expect(bytes() == kept)
  }

  @Test func `A run of a suite that is not here is not reviewed, and says so`() async throws {
    try prepare("[1]")
    try await record()
    try FileManager.default.removeItem(atPath: project.path("suites/mug.yaml"))
    let outcome = await project.run("review", "latest", "--reports", project.path("reports"))
    #expect(outcome.status == 2)
    #expect(outcome.messages.contains("which is not there"), "\(outcome.messages)")
    #expect(outcome.messages.contains("run this command in the folder where the run was made"))
  }

  @Test func `A run in which nothing waits is not served`() async throws {
    try prepare("[1]")
    try await record()
    _ = await project.run("approve", "latest", "--reports", project.path("reports"))
    let outcome = await project.run("review", "--reports", project.path("reports"))
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(outcome.messages.contains("nothing waits for a decision"), "\(outcome.messages)")
  }

  @Test(arguments: [
    (["--port", "70000"], "--port must be 0 to 65535"),
    (["--idle-minutes", "0"], "--idle-minutes must be 1 to 10080"),
    (["--images", "none"], "nothing to look at"),
    (["--filter", "prompt="], "--filter"), (["--filter", "sede=1"], "did you mean 'seed'?"),
    (["no-such-run"], "there is no finished run 'no-such-run'"),
  ])
  func `Wrong use is refused`(arguments: [String], message: String) async throws {
    try prepare("[1]")
    try await record()
    let outcome = await project.run(["review", "--reports", project.path("reports")] + arguments)
    #expect(outcome.status == 2)
    #expect(outcome.messages.contains(message), "\(outcome.messages)")
  }

  @Test func `A run that goes on is read as far as its lines are whole`() async throws {
    try prepare("[1, 2, 3]")
    let id = try await record()
    let path = project.path("reports/\(id)/run.jsonl")
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let lines = whole.split(separator: 0x0A, omittingEmptySubsequences: true)
    let cases = lines.indices.filter {
      String(decoding: lines[$0], as: UTF8.self).contains("\"kind\":\"case\"")
    }
    let cut = lines[...cases[1]].reduce(0) { $0 + $1.count + 1 } - 10
    try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    var seen: [String] = []
    let next = try RunLines.read(FilePath(path), from: 0) { line in
      if case .result(let result) = line { seen.append(result.identity.id.text) }
    }
    #expect(seen == ["plain--s1"])
    try whole.write(to: URL(fileURLWithPath: path))
    let end = try RunLines.read(FilePath(path), from: next) { line in
      if case .result(let result) = line { seen.append(result.identity.id.text) }
    }
    #expect(seen == ["plain--s1", "plain--s2", "plain--s3"])
    #expect(end == whole.count)
    let run = RunLines(
      try store.begunRun("latest").run.header, RunSummary(), FilePath(path), end: next)
    var early: [String] = []
    try run.forEachResult(of: try #require(SuiteName("mug"))) { early.append($0.identity.id.text) }
    #expect(early == ["plain--s1"], "what comes later is not part of it")
  }

  // MARK: - The page without a server

  /// The decisions of a page about a run.
  func write(
    _ decisions: [(BaselineEntry.Decision, ReviewEntry, String?)], of run: String,
    change: (String) -> String = { $0 }
  ) throws {
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    let header = try store.begunRun(run).run.header
    let document = JSONValue.members([
      "format": .string(DecisionFile.format), "run": .string(run),
      "suites": .array(
        header.suites.map {
          .members([
            "name": .string($0.name.text), "baseline": $0.baseline.map { .string($0.hex) } ?? .null,
          ])
        }),
      "decisions": .array(
        decisions.map { decision, entry, note in
          .members([
            "suite": .string(entry.suite.text), "case": .string(entry.caseID.text),
            "key": .string(entry.output.caseKey.description),
            "image": .integer(entry.output.index), "decision": .string(decision.rawValue),
            "digest": .string(entry.digest.hex), "pixels": .string(entry.pixelDigest),
            "note": note.map { .string($0) },
          ])
        }),
    ])
    try project.write(change(document.canonicalText), to: "decisions.json")
  }

  func apply(_ more: String...) async -> Project.Outcome {
    await project.run(
      ["approve", "--from", "@decisions.json", "--reports", project.path("reports"), "--by", "eve"]
        + more)
  }

  @Test func `The decisions of a file are applied, approvals and rejections alike`() async throws {
    try prepare()
    let run = try await record()
    let waiting = try entries()
    try write([(.approved, waiting[0], nil), (.rejected, waiting[1], "too dark")], of: run)
    let dry = await apply("--dry-run")
    #expect(dry.status == 0, "\(dry.messages)")
    #expect(dry.messages.contains("would be rejected: plain--s2: picture 0, "), "\(dry.messages)")
    #expect(bytes() == nil)
    let done = await apply()
    #expect(
      done.messages.contains("1 picture approved, 1 rejected, 0 decided before"), "\(done.messages)"
    )
    #expect(try baseline().entries.map(\.decision) == [.approved, .rejected])
    #expect(try baseline().entries.map(\.note) == [nil, "too dark"])
    #expect(try baseline().entries.map(\.by) == ["eve", "eve"])
    let again = await apply()
    #expect(again.messages.contains("0 pictures approved, 0 rejected, 2 decided before"))
  }

  @Test(arguments: [
    ("\"digest\":\"", "\"digest\":\"0", 2, "/decisions/0/digest: expected a digest"),
    (
      "\"pixels\":\"px1:", "\"pixels\":\"px1:0", 1,
      "at /decisions/0: mug / plain--s1: picture 0: the page showed another picture"
    ),
    ("\"image\":0", "\"image\":1", 1, "the page showed another picture than the run has"),
    ("\"case\":\"plain--s1\"", "\"case\":\"plain--s2\"", 1, "the case of that key is plain--s1"),
    ("\"key\":\"", "\"key\":\"f", 2, "/decisions/0/key: expected"),
    (
      "\"baseline\":\"", "\"baseline\":null,\"name\":\"mug\",\"x\":\"", 2,
      "stands twice in one object"
    ),
    ("\"run\":\"2", "\"run\":\"3", 2, "there is no finished run '3"),
    ("{\"decisions\"", "{decisions\"", 2, "decisions.json:1:"),
  ])
  func `A file that a stranger changed decides nothing`(
    old: String, new: String, status: Int32, message: String
  ) async throws {
    try prepare()
    let run = try await record()
    let waiting = try entries()
    try write(waiting.map { (.approved, $0, nil) }, of: run) { text in
      guard let range = text.firstRange(of: old) else { return "" }
      return text.replacingCharacters(in: range, with: new)
    }
    let refused = await apply()
    #expect(refused.status == status, "\(refused.messages)")
    #expect(refused.messages.contains(message), "\(refused.messages)")
    #expect(bytes() == nil)
  }

  @Test func `Each decision that is refused is named, and the others are not made`() async throws {
    try prepare()
    let run = try await record()
    let waiting = try entries()
    _ = await project.run(
      "reject", "latest", "--reports", project.path("reports"), "--filter", "seed=2", "--by", "bob",
      "--reason", "dark")
    try await record("refresh")
    let kept = bytes()
    try write(waiting.map { (.approved, $0, nil) }, of: run)
    let refused = await apply()
    #expect(refused.status == 1)
    #expect(
      refused.messages.contains("at /decisions/0: mug / plain--s1: picture 0: "),
      "\(refused.messages)")
    #expect(refused.messages.contains("at /decisions/1: mug / plain--s2: picture 0: "))
    #expect(refused.messages.contains("2 decisions of 2 cannot be applied; nothing was decided"))
    #expect(bytes() == kept)
  }

  @Test func `A page that showed another baseline decides nothing`() async throws {
    try prepare()
    let run = try await record()
    let waiting = try entries()
    try write(waiting.map { (.approved, $0, nil) }, of: run) { text in
      text.replacing(
        /"baseline":"[0-9a-f]{64}"/, with: "\"baseline\":\"\(String(repeating: "0", count: 64))\"")
    }
    let refused = await apply()
    #expect(refused.status == 1)
    #expect(
      refused.messages.contains("the page showed another baseline than the run was compared with"),
      "\(refused.messages)")
    #expect(bytes() == nil)
  }

  @Test(arguments: [
    (["approve"], "name the run: its id, or 'latest'"),
    (["reject", "--filter", "seed=1"], "name the run: its id, or 'latest'"),
    (["approve", "--from", "x.json", "--filter", "seed=1"], "--from applies what the file says"),
    (["approve", "--from", "x.json", "--reason", "whole"], "--from applies what the file says"),
    (["approve", "--from", "/nonexistent/decisions.json"], "cannot"),
  ])
  func `A file and a choice exclude each other`(
    arguments: [String], message: String
  ) async throws {
    try prepare("[1]")
    let outcome = await project.run(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.messages.contains(message), "\(outcome.messages)")
  }

  @Test func `A run that was made elsewhere is decided about by the folder of its reports`()
    async throws
  {
    try prepare()
    let run = try await record()
    let waiting = try entries()
    try write([(.approved, waiting[0], nil)], of: run)
    try FileManager.default.moveItem(
      atPath: project.path("reports/\(run)"), toPath: project.path("artifact"))
    try FileManager.default.removeItem(atPath: project.path("reports"))
    func apply() async -> Project.Outcome {
      await project.run("approve", "@artifact", "--from", "@decisions.json", "--by", "eve")
    }
    let lost = await project.run(
      "approve", "--from", "@decisions.json", "--reports", project.path("reports"))
    #expect(lost.status == 2)
    #expect(lost.messages.contains("name the folder of its reports"), "\(lost.messages)")
    let done = await apply()
    #expect(done.messages.contains("1 picture approved"), "\(done.messages)")
    #expect(try baseline().entries.map(\.caseID.text) == ["plain--s1"])
    #expect(await apply().messages.contains("1 decided before"), "what is about this run is known")
    try project.edit("suites/mug.baseline.json") {
      $0.replacing(run, with: "20200101T000000Z-000000")
    }
    let kept = bytes()
    let changed = await apply()
    #expect(changed.status == 1)
    #expect(changed.messages.contains("is not the baseline that run"), "\(changed.messages)")
    #expect(bytes() == kept)
  }

  @Test func `Baselines are written by one process at a time`() async throws {
    try prepare("[1]")
    try await record()
    let folder = FilePath(project.path("suites"))
    // However often it is named, and however it is spelled.
    let lock = try BaselineLock(folders: [folder, folder.appending("../suites"), folder])
    let outcome = await project.run("approve", "latest", "--reports", project.path("reports"))
    withExtendedLifetime(lock) {}
    #expect(outcome.status == 1)
    #expect(
      outcome.messages.contains("another process is changing baselines"), "\(outcome.messages)")
    #expect(bytes() == nil)
  }
}
