import Canonical
import Foundation
import Testing

/// `proofsheet compare --html`: pages of what is compared, beside runs and never over them.
@Suite(.project) struct ComparePageTests {
  private var project: Project { Project.current }

  private func compare(_ arguments: String...) async -> Project.Outcome {
    await project.run(
      ["compare", "baseline", "latest", "--filter", "prompt=paper size=square_hd"] + arguments
        + ["--reports", "@reports"])
  }

  @Test func `Pages are written where they are asked for, and the path is told`() async throws {
    try project.copyQuickstart()
    try #require(await project.run("run", "@suites/quickstart.yaml").status == 0)
    let told = await compare("--html", "@compared/pages")
    #expect(told.status == 0, "\(told.messages)")
    #expect(told.messages.contains("compared/pages/index.html"), "\(told.messages)")
    let page = try project.read("compared/pages/index.html")
    #expect(page.contains("<bdi>what is approved</bdi>"))
    #expect(page.contains("<strong>Simulated.</strong>"))
    #expect(page.contains("Every pair shows the same picture."))
    #expect(page.contains("alt=\"B: paper--cup--square_hd--s7\""))
    // Nothing differs, so that thumbnails are enough.
    let pictures = try FileManager.default.contentsOfDirectory(
      atPath: project.path("compared/pages/pictures"))
    #expect(pictures == [])
    let all = await compare("--html", "@compared/pages", "--images", "all")
    #expect(all.status == 0, "\(all.messages)")
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: project.path("compared/pages/pictures"))
    #expect(!kept.isEmpty)
  }

  @Test func `The proof sheet of a run is not written over`() async throws {
    try project.copyQuickstart()
    try #require(await project.run("run", "@suites/quickstart.yaml").status == 0)
    let sheet = try project.latestReport()
    let before = try Data(contentsOf: sheet.appendingPathComponent("index.html"))
    let told = await compare("--html", sheet.path)
    #expect(told.status == 2)
    #expect(told.messages.contains("holds the proof sheet of a run"), "\(told.messages)")
    #expect(told.output.isEmpty)
    #expect(try Data(contentsOf: sheet.appendingPathComponent("index.html")) == before)
  }

  @Test func `A file is no folder of pages, and nothing is compared for it`() async throws {
    try project.copyQuickstart()
    try #require(await project.run("run", "@suites/quickstart.yaml").status == 0)
    let told = await compare("--html", "@suites/quickstart.yaml")
    #expect(told.status == 2)
    #expect(told.messages.contains("is a file, and pages need a folder"), "\(told.messages)")
    #expect(told.output.isEmpty)
  }

  @Test func `A folder that cannot be made is told, and the comparison still is`() async throws {
    try project.copyQuickstart()
    try #require(await project.run("run", "@suites/quickstart.yaml").status == 0)
    let told = await compare("--html", "@suites/quickstart.yaml/pages")
    #expect(told.status == 2)
    #expect(told.messages.contains("quickstart.yaml/pages"), "\(told.messages)")
    #expect(told.output.contains("prompt"), "\(told.output)")
  }
}
