import Canonical
import Experiments
import Foundation
import Reports
import RunStore
import SystemPackage
import Testing

@testable import ProofsheetCommands

/// What happens while somebody looks: a run goes on or is killed, and somebody else decides.
extension ReviewTests {
  /// A run that begins anew with the results of one that has ended.
  private func begun() async throws -> (
    store: RunStore, header: RunHeader, path: FilePath, results: [CaseResult]
  ) {
    try prepare("[1, 2, 3]")
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    let whole = try store.run(try await record())
    var results: [CaseResult] = []
    try whole.forEachResult(of: try #require(SuiteName("mug"))) { results.append($0) }
    let header = RunHeader(
      id: try #require(RunID("20991122T181500Z-3fa9c1")), startedAt: whole.header.startedAt,
      mode: whole.header.mode, toolVersion: whole.header.toolVersion,
      workingFolder: whole.header.workingFolder, endpoint: whole.header.endpoint,
      suites: whole.header.suites)
    let folder = project.path("reports/\(header.id)")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try StoreSink(store: store).receive(.started(header))
    return (store, header, FilePath(folder).appending("run.jsonl"), results)
  }

  @Test func `A run goes on while it is written, and without its writer it was ended early`()
    async throws
  {
    let (_, header, path, results) = try await begun()
    let lines = try LineFile(path)
    let sink = lines.sink
    try sink.receive(.started(header))
    try sink.receive(.caseFinished(results[0], spending: Spending()))
    #expect(LineFile.isBeingWritten(path) == true)
    let review = try session(header.id.text)
    let first = try await review.state(after: nil)
    #expect(first["ended"]?.bool == false)
    #expect(first["heading"]?["words"]?.string?.hasPrefix("1 case, record, ") == true)
    try sink.receive(.caseFinished(results[1], spending: Spending()))
    try await review.goOn { _ in }
    let second = try await review.state(after: first["revision"]?.integer)
    #expect(second["done"]?.integer == 2)
    #expect(second["heading"]?["words"]?.string?.hasPrefix("2 cases, record, ") == true)
    #expect(second["heading"]?["verdict"]?.string?.hasSuffix(" so far") == true)
    #expect(review.goesOn && review.earlyEnd == nil)
    _ = consume lines
    #expect(LineFile.isBeingWritten(path) == false)
    try await review.goOn { #expect($0.summary.isInterrupted) }
    let last = try await review.state(after: nil)
    #expect(last["ended"]?.bool == true && last["endedEarly"]?.bool == true)
    #expect(last["heading"]?["verdict"]?.string == "interrupted")
    #expect(!review.goesOn)
    #expect(
      review.earlyEnd
        == "run \(header.id) was ended early, 1 of 3 cases have no result")
    let waiting = try entries(header.id.text)
    #expect(waiting.count == 2)
    _ = try await review.decide(try order(.approved, waiting))
    #expect(try baseline().entries.count == 2, "what it made can be decided about")
  }

  @Test func `The end of a run that wrote its summary is no early one`() async throws {
    let (_, header, path, results) = try await begun()
    let lines = try LineFile(path)
    let sink = lines.sink
    try sink.receive(.started(header))
    let review = try session(header.id.text)
    for result in results { try sink.receive(.caseFinished(result, spending: Spending())) }
    try sink.receive(.finished(RunSummary(counts: [.unapproved: 3], wallMilliseconds: 4_200)))
    _ = consume lines
    try await review.goOn { _ in }
    let state = try await review.state(after: nil)
    #expect(state["ended"]?.bool == true && state["endedEarly"]?.bool == false)
    #expect(state["heading"]?["words"]?.string == "3 cases, record, 4.2 s, $0.00 spent")
    #expect(review.earlyEnd == nil)
  }

  @Test func `A run that was killed before its first result is told of, and not served`()
    async throws
  {
    let (_, header, path, _) = try await begun()
    let lines = try LineFile(path)
    try lines.sink.receive(.started(header))
    _ = consume lines
    let outcome = await project.run(
      "review", header.id.text, "--reports", project.path("reports"))
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(
      outcome.messages == """
        run \(header.id) was ended early, 3 of 3 cases have no result
        nothing that it made waits for a decision; for the rest run the suite again

        """)
  }

  @Test func `A decision that somebody made since the page was drawn is not replaced by a file`()
    async throws
  {
    try prepare()
    let run = try await record()
    let waiting = try entries()
    try write([(.approved, waiting[0], nil), (.rejected, waiting[1], "dark")], of: run)
    func bob(_ arguments: String...) async {
      _ = await project.run(
        arguments + ["latest", "--reports", project.path("reports"), "--by", "bob"])
    }
    await bob("reject", "--filter", "seed=1", "--reason", "too bright")
    let kept = bytes()
    let made = try #require(try baseline().entries.first)
    let refused = await apply()
    #expect(refused.status == 1)
    #expect(
      refused.messages.contains(
        "at /decisions/0: mug / plain--s1: picture 0: bob rejected it at \(made.at) (too bright), "
          + "which the page does not show"), "\(refused.messages)")
    #expect(refused.messages.contains("1 decision of 2 cannot be applied; nothing was decided"))
    #expect(refused.messages.contains("proofsheet approve \(run) --filter plain--s1"))
    #expect(bytes() == kept, "all or none")
    await bob("approve", "--filter", "seed=1")
    let same = await apply()
    #expect(
      same.messages.contains("0 pictures approved, 1 rejected, 1 decided before"),
      "\(same.messages)")
    #expect(try baseline().entries.map(\.by) == ["bob", "eve"])
  }

  @Test(
    arguments: [
      (["USER": "ada", "LOGNAME": "bob"], "eve", "ada"),
      (["USER": "", "LOGNAME": "bob"], "eve", "bob"), ([:], "eve", "eve"), ([:], nil, "unknown"),
    ] as [([String: String], String?, String)])
  func `Who decides is the user of the environment, or of the password database`(
    environment: [String: String], user: String?, expected: String
  ) {
    var context = context()
    context.environment = environment
    context.user = user
    #expect(context.decider == expected)
  }

  @Test func `The user of this process is who owns the files that it writes`() throws {
    try project.write("", to: "mine")
    let owner = try FileManager.default.attributesOfItem(atPath: project.path("mine"))[
      .ownerAccountName]
    #expect(CommandContext.process.user == owner as? String)
  }
}
