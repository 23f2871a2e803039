import Foundation
import Testing

/// Pages go into folders that the user names, and never over a page that somebody else wrote.
@Suite(.project) struct PageFolderTests {
  private var project: Project { Project.current }

  /// What lies under the name of our page.
  enum Obstacle: CaseIterable {
    case page
    case pageThatNamesUsLate
    case folder
    case linkToOurs
    case linkToNowhere
  }

  private func run(_ arguments: String...) async -> Project.Outcome {
    await project.run(arguments + ["--reports", "@reports"])
  }

  private func writePages(of command: String, to folder: String) async -> Project.Outcome {
    command == "report"
      ? await run("report", "latest", "--format", "html", "-o", folder)
      : await run(
        "compare", "baseline", "latest", "--filter", "prompt=paper size=square_hd", "--html",
        folder)
  }

  private func runQuickstart() async throws {
    try project.copyQuickstart()
    try #require(await run("run", "@suites/quickstart.yaml").status == 0)
  }

  private func put(_ obstacle: Obstacle, at name: String) async throws {
    let mark = #"<meta name="generator" content="Proofsheet">"#
    let link = project.path(name)
    switch obstacle {
    case .page:
      try project.write("<!DOCTYPE html><title>A site of mine</title>", to: name)
    case .pageThatNamesUsLate:
      try project.write(String(repeating: " ", count: 1_100) + mark, to: name)
    case .folder: try project.write("", to: "\(name)/file")
    case .linkToOurs:
      let sheet = try project.latestReport().appendingPathComponent("index.html").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: sheet)
    case .linkToNowhere:
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
    }
  }

  @Test(arguments: ["report", "compare"], Obstacle.allCases)
  func `A page that somebody else wrote stays, and nothing is written beside it`(
    command: String, obstacle: Obstacle
  ) async throws {
    try await runQuickstart()
    try project.write("mine", to: "site/notes.txt")
    try await put(obstacle, at: "site/index.html")
    let before = try FileManager.default.subpathsOfDirectory(atPath: project.path("site"))
    let sheet = try project.latestReport().appendingPathComponent("index.html")
    let page = try Data(contentsOf: sheet)
    let told = await writePages(of: command, to: "@site")
    #expect(told.status == 2)
    #expect(
      told.messages == """
        error: \(project.path("site/index.html")) was not written by Proofsheet and would be replaced; \
        nothing was written
        hint: name a folder without such a page with \(command == "report" ? "--output" : "--html"), \
        or move that file away

        """)
    #expect(told.output.isEmpty)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: project.path("site")) == before)
    if obstacle == .page {
      #expect(try project.read("site/index.html").hasSuffix("A site of mine</title>"))
    }
    #expect(try Data(contentsOf: sheet) == page)
  }

  @Test(arguments: ["report", "compare"])
  func `A page that this tool wrote before is replaced`(command: String) async throws {
    try await runQuickstart()
    let first = await writePages(of: command, to: "@pages")
    #expect(first.status == 0, "\(first.messages)")
    let page = try project.read("pages/index.html")
    try project.edit("pages/index.html") { $0 + "<!-- an older one -->" }
    let second = await writePages(of: command, to: "@pages")
    #expect(second.status == 0, "\(second.messages)")
    #expect(try project.read("pages/index.html") == page)
  }

  @Test func `In a run's folder that came from elsewhere a page of others stays too`() async throws
  {
    try await runQuickstart()
    try FileManager.default.moveItem(
      atPath: try project.latestReport().path, toPath: project.path("artefact"))
    let written = await run("report", "@artefact", "--format", "html")
    #expect(written.status == 0, "\(written.messages)")
    try project.write("<title>The service's own</title>", to: "artefact/index.html")
    let refused = await run("report", "@artefact", "--format", "html")
    #expect(refused.status == 2)
    #expect(
      refused.messages.contains("artefact/index.html was not written by"), "\(refused.messages)")
    #expect(try project.read("artefact/index.html") == "<title>The service's own</title>")
  }
}
