import Foundation
import Testing

/// Recordings whose cases were renamed.
@Suite(.project) struct FixtureNameTests {
  private var project: Project { Project.current }

  private func renamePrompt() throws {
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "id: paper", with: "id: sheet")
    }
  }

  private func recordings() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: project.path("fixtures/quickstart"))
      .filter { $0.hasSuffix(".har") }.sorted()
  }

  @Test func `A replay uses a recording of a renamed case and says so`() async throws {
    try project.copyQuickstart()
    try renamePrompt()
    let before = try recordings()
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("its recording lies under the case id paper--"))
    #expect(!run.messages.contains("no case asks"))
    #expect(try recordings() == before)
  }

  @Test(arguments: [["run", "--mode", "record"], ["fixtures", "adopt"]])
  func `Recording and adopting rename recordings and approvals, and nothing is bought`(
    command: [String]
  ) async throws {
    try project.copyQuickstart()
    try renamePrompt()
    let baseline = try project.read("suites/quickstart.baseline.json")
    let run =
      command[0] == "run"
      ? await project.run(
        "run", "@suites/quickstart.yaml", "--mode", "record", network: true)
      : await project.run("fixtures", "adopt", "@suites/quickstart.yaml")
    #expect(run.status == 0, "\(run.messages)")
    #expect(
      run.messages.contains("quickstart: renamed 12 recordings after the cases that ask for them"),
      "\(run.messages)")
    #expect(run.messages.contains("  paper--cup--square_hd--s7 to sheet--cup--square_hd--s7"))
    let after = try recordings()
    #expect(after.count == 24)
    #expect(after.count { $0.hasPrefix("sheet--") } == 12)
    #expect(!after.contains { $0.hasPrefix("paper--") })
    #expect(
      try project.read("suites/quickstart.baseline.json").split(separator: "\n").sorted()
        == baseline.replacingOccurrences(of: "\"paper--", with: "\"sheet--")
        .split(separator: "\n").sorted())
    let again = await project.run("run", "@suites/quickstart.yaml", "--unused", "fail")
    #expect(again.status == 0, "\(again.messages)")
    #expect(!again.messages.contains("lies under the case id"))
  }

  @Test func `A dry run renames nothing`() async throws {
    try project.copyQuickstart()
    try renamePrompt()
    let before = try recordings()
    let run = await project.run("fixtures", "adopt", "@suites/quickstart.yaml", "--dry-run")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("would rename 12 recordings"))
    #expect(try recordings() == before)
  }
}
