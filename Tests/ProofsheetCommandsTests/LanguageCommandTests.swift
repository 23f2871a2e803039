import Foundation
import Testing

/// What the commands make of the suite language.
@Suite(.project) struct LanguageCommandTests {
  private var project: Project { Project.current }

  private static let suite = """
    version: 1
    name: later
    request: {images: ../fixtures/inputs/coffee.png}
    matrix:
      prompt: [{id: a, value: x, checks: [{preserve: {psnr: {min: 30}}}]}, {id: b, value: y}]
      seed: 1..3
      repeat: 2
    checks: [{baseline: near}]
    groups: [{across: repeat, expect: near}, {across: seed, expect: distinct}]

    """

  @Test(arguments: ["replay", "record"])
  func `A check that starts a program is refused until that is allowed`(
    mode: String
  ) async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      Self.suite.replacing("{baseline: near}", with: "{command: {run: [touch, made]}}"),
      to: "suites/later.yaml")
    let before = try project.files().map(\.name).sorted()
    let run = await project.run("run", "@suites/later.yaml", "--mode", mode)
    #expect(run.status == 2)
    let path = project.path("suites/later.yaml")
    for line in [
      "\(path):8:11: error: the check 'command' starts 'touch made'",
      "hint: look at what it does, then allow it with --allow-commands",
      "error: 1 check would start programs; nothing was run",
    ] {
      #expect(run.messages.contains(line + "\n"), "\(run.messages)")
    }
    #expect(try project.files().map(\.name).sorted() == before)
  }

  @Test func `A plan counts the groups`() async throws {
    try project.copyQuickstart()
    try project.write(Self.suite, to: "suites/later.yaml")
    let text = await project.run("plan", "@suites/later.yaml")
    #expect(text.status == 0, "\(text.messages)")
    #expect(
      text.output.contains(
        "10 groups: 6 across repeat (near), 4 across seed (distinct)\n"),
      "\(text.output)")
    let json = await project.run("plan", "@suites", "--format", "json")
    #expect(json.status == 0, "\(json.messages)")
    #expect(json.output.contains(#""groups":10,"#), "\(json.output)")
  }

  @Test func `Mistakes of a suite and of its pictures are told in one go, in order of place`()
    async throws
  {
    try project.copy("fixtures/inputs/coffee.png")
    let picture = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    try FileManager.default.createDirectory(
      atPath: project.path("suites"), withIntermediateDirectories: true)
    for name in ["broken.png", "mask.png"] {
      try picture.write(to: URL(fileURLWithPath: project.path("suites/\(name)")))
    }
    try project.write(
      """
      version: 1
      name: bad
      request: {images: broken.png, n: 9}
      matrix: {prompt: [{id: a, value: x}], sead: [1]}
      checks: [{preserve: {outside: {mask: mask.png}, psnr: {min: 30}}}]
      groups: [{across: prmpt, expect: near}]
      """, to: "suites/bad.yaml")
    let run = await project.run("run", "@suites/bad.yaml")
    #expect(run.status == 2)
    let places = run.messages.split(separator: "\n").compactMap { line in
      line.split(separator: "bad.yaml:").dropFirst().first.map {
        $0.split(separator: ":").prefix(2).joined(separator: ":")
      }
    }
    #expect(places == ["3:19", "3:34", "4:39", "5:38", "6:19"], "\(run.messages)")
    #expect(run.messages.contains("'broken.png': "), "\(run.messages)")
    #expect(run.messages.contains("'mask.png': "), "\(run.messages)")
  }
}
