import Canonical
import Foundation
import Reports
import SystemPackage
import Testing

/// Quarantine: cases that are known to fail.
@Suite(.project) struct KnownTests {
  private var project: Project { Project.current }

  /// The quickstart whose first case has drifted, with something known.
  private func prepare(drifts: Bool = true, known: String) throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") { $0 + "known: [\(known)]\n" }
    guard drifts else { return }
    try project.edit("suites/quickstart.baseline.json") { text in
      text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let isMeant = line.contains("\"dusk--cat--square_hd--s7\"")
        return isMeant ? line.replacing(/"blob":"....../, with: "\"blob\":\"000000") : line
      }.joined(separator: "\n")
    }
  }

  private static let drifted =
    "{where: {prompt: dusk, images: cat, size: square_hd, seed: 7}, reason: an ear is gone, "
    + "until: 2027-01-31}"

  private func run(_ now: String) async throws -> Project.Outcome {
    let now = try #require(Timestamp(now))
    return await project.run("run", "@suites/quickstart.yaml", "--format", "json", now: now)
  }

  @Test func `A known failure is skipped with its reason`() async throws {
    try prepare(known: Self.drifted)
    let run = try await run("2027-01-31T23:59:59.999Z")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("23 passed, 1 known"), "\(run.messages)")
    let junit = try project.latestReport().appendingPathComponent("junit.xml")
    let text = try String(contentsOf: junit, encoding: .utf8)
    #expect(text.contains("skipped=\"1\""))
    #expect(
      text.contains("<skipped message=\"an ear is gone, until 2027-01-31 (drifted: baseline: "))
    #expect(try JUnitCheck.problems(in: FilePath(junit.path)) == [])
  }

  @Test func `After its last day it is judged as any other`() async throws {
    try prepare(known: Self.drifted)
    let run = try await run("2027-02-01T00:00:00.000Z")
    #expect(run.status == 1, "\(run.messages)")
    #expect(run.messages.contains("1 drifted"), "\(run.messages)")
    #expect(run.messages.contains("its quarantine ended on 2027-01-31: an ear is gone"))
  }

  @Test func `A known failure that passes fails`() async throws {
    try prepare(drifts: false, known: Self.drifted)
    let run = try await run("2027-01-01T00:00:00.000Z")
    #expect(run.status == 1, "\(run.messages)")
    #expect(run.messages.contains("23 passed, 1 failed"), "\(run.messages)")
    #expect(run.messages.contains("it is quarantined and passes: remove it from 'known'"))
    #expect(run.messages.contains("for: an ear is gone"))
  }

  @Test func `After its last day a case that passes fails until it is taken out of 'known'`()
    async throws
  {
    try prepare(drifts: false, known: Self.drifted)
    let run = try await run("2027-02-01T00:00:00.000Z")
    #expect(run.status == 1, "\(run.messages)")
    #expect(run.messages.contains("23 passed, 1 failed"), "\(run.messages)")
    #expect(
      run.messages.contains(
        "it passes, and its quarantine ended on 2027-01-31: remove it from 'known'"),
      "\(run.messages)")
    #expect(run.messages.contains("for: an ear is gone"))
  }

  @Test func `What cannot be judged is no known failure`() async throws {
    try prepare(known: Self.drifted)
    try FileManager.default.removeItem(
      atPath: project.path("fixtures/quickstart/dusk--cat--square_hd--s7.har"))
    let run = try await run("2027-01-01T00:00:00.000Z")
    #expect(run.status == 5, "\(run.messages)")
    #expect(run.messages.contains("1 fixture-missing"), "\(run.messages)")
  }

  @Test func `A known failure is not approved by the way`() async throws {
    try prepare(known: Self.drifted.replacing("2027-01-31", with: "9999-12-31"))
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let reports = project.path("reports")
    let all = await project.run("approve", "latest", "--reports", reports)
    #expect(all.messages.contains("s7: known (an ear is gone"), "\(all.messages)")
    let named = await project.run(
      "approve", "latest", "--reports", reports, "--filter", "outcome=known")
    #expect(named.messages.contains("1 picture approved"), "\(named.messages)")
  }
}
