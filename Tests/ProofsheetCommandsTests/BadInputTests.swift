import Foundation
import Testing

/// Every bad input gets a diagnostic and its exit code.
@Suite(.project) struct BadInputTests {
  /// A suite with something wrong in it.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let messages: [String]

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ messages: String...) {
      self.name = name
      self.text = text
      self.messages = messages
    }
  }

  private static let head = """
    version: 1
    name: bad
    request: {images: ../fixtures/inputs/coffee.png}

    """

  static let mistakes: [Mistake] = [
    Mistake("empty", "", "bad.yaml:1:1: error:"),
    Mistake(
      "unknown key", head + "matrx: {prompt: [{id: a, value: x}]}\n",
      "bad.yaml:4:1: error:", "matrx", "matrix"),
    Mistake(
      "duplicate entry", head + "matrix: {prompt: [{id: a, value: x}, {id: a, value: y}]}\n",
      "bad.yaml:4:", "error:", "'a'"),
    Mistake(
      "range of 10^12 values",
      head + "matrix: {prompt: [{id: a, value: x}], seed: [1..1000000000000]}\n",
      "bad.yaml:4:", "error:"),
    Mistake(
      "range of too many values",
      head + "matrix: {prompt: [{id: a, value: x}], seed: [1..2000000000]}\n",
      "bad.yaml:4:", "2,000,000,000", "1,000,000"),
    Mistake(
      "prompt of 100 kB",
      head
        + "matrix: {prompt: [{id: a, value: \"\(String(repeating: "long ", count: 20_000))\"}]}\n",
      "bad.yaml:4:", "100000 bytes"),
    Mistake(
      "image that is no image",
      "version: 1\nname: bad\nrequest: {images: text.png}\nmatrix: {prompt: [{id: a, value: x}]}\n",
      "bad.yaml:3:", "text.png"),
    Mistake(
      "image that is not there",
      "version: 1\nname: bad\nrequest: {images: gone.png}\nmatrix: {prompt: [{id: a, value: x}]}\n",
      "bad.yaml:3:", "gone.png"),
    Mistake(
      "broken YAML", "version: 1\nname: bad\nmatrix: {prompt: [\n", "error:", "bad.yaml:"),
  ]

  private var project: Project { Project.current }

  @Test(arguments: mistakes)
  func `A mistake in a suite is pointed at`(mistake: Mistake) async throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(mistake.text, to: "suites/bad.yaml")
    try project.write("no picture", to: "suites/text.png")
    let run = await project.run("run", "@suites/bad.yaml")
    #expect(run.status == 2)
    for message in mistake.messages {
      #expect(run.messages.contains(message), "\(run.messages)")
    }
  }

  @Test func `A suite that is not there is named`() async throws {
    let run = await project.run("run", "@suites/nowhere.yaml")
    #expect(run.status == 2)
    #expect(run.messages.contains("nowhere.yaml"))
    #expect(run.messages.contains("no such file"))
  }

  @Test func `A reports folder that cannot be written fails before anything runs`() async throws {
    try project.copyQuickstart()
    try project.write("in the way", to: "reports")
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 2)
    #expect(run.messages.contains("--reports"), "\(run.messages)")
  }

  @Test func `A JUnit path that cannot be written fails before anything runs`() async throws {
    try project.copyQuickstart()
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--junit", "@no/such/folder/junit.xml")
    #expect(run.status == 2)
    #expect(run.messages.contains("no/such/folder"), "\(run.messages)")
    #expect(!run.messages.contains("passed"))
  }

  @Test(arguments: [
    ["run"], ["run", "x.yaml", "--mode", "replya"], ["run", "x.yaml", "--concurrency", "0"],
    ["run", "x.yaml", "--max-cost", "many"], ["simulate", "--port", "70000"], ["frobnicate"],
    ["reject", "latest"],
  ])
  func `Wrong usage ends with 2 and says what is wrong`(arguments: [String]) async throws {
    let run =
      await arguments.count == 1
      ? project.run(arguments[0])
      : arguments.count == 2
        ? project.run(arguments[0], arguments[1])
        : arguments.count == 3
          ? project.run(arguments[0], arguments[1], arguments[2])
          : project.run(arguments[0], arguments[1], arguments[2], arguments[3])
    #expect(run.status == 2)
    #expect(!run.messages.isEmpty)
  }

  @Test(arguments: [
    ["run", "--max-cost", "1", "--max-cost=100"], ["run", "--max-cost=1", "--max-cost=1"],
    ["run", "--mode", "replay", "--mode", "live"],
    ["run", "--junit", "@a.xml", "--junit", "@b.xml"],
    ["run", "--only", "failed", "--only", "errors"], ["run", "--shard", "1/2", "--shard", "2/2"],
  ])
  func `An option of which the last would count without a word is given once`(
    arguments: [String]
  ) async throws {
    try project.copyQuickstart()
    let run = await project.run(arguments + ["@suites/quickstart.yaml"])
    let option = String(arguments[1].prefix { $0 != "=" })
    #expect(run.status == 2)
    #expect(
      run.messages
        == "error: \(option) is given twice, and only the last would count\nhint: give it once\n")
    #expect(!FileManager.default.fileExists(atPath: project.path("reports")))
  }

  @Test func `A flag may be given twice, and a reason may look like an option`() async throws {
    try project.copyQuickstart()
    let run = await project.run(
      "run", "@suites/quickstart.yaml", "--quiet", "--quiet", "--max-cost", "1")
    #expect(run.status == 0, "\(run.messages)")
    let rejected = await project.run(
      "reject", "latest", "--reports", "@reports", "--dry-run", "--filter", "s7",
      "--reason=--max-cost", "--by=--max-cost")
    #expect(rejected.status == 0, "\(rejected.messages)")
  }

  @Test func `Spending needs a key, an agreement and an encrypted way`() async throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path("fixtures/quickstart"))
    let suite = "@suites/quickstart.yaml"
    let noKey = await project.run("run", suite, "--mode", "record")
    #expect(noKey.status == 2)
    #expect(noKey.messages.contains("PROOFSHEET_API_KEY"))
    let key = ["PROOFSHEET_API_KEY": Project.key]
    let unencrypted = await project.run(
      "run", suite, "--mode", "record", "--endpoint", "http://images.example", environment: key)
    #expect(unencrypted.status == 2)
    #expect(unencrypted.messages.contains("not encrypted"))
    let silent = await project.run("run", suite, "--mode", "record", environment: key)
    #expect(silent.status == 2)
    #expect(silent.messages.contains("--yes --max-cost 0.72"), "\(silent.messages)")
    let uncapped = await project.run("run", suite, "--mode", "record", "--yes", environment: key)
    #expect(uncapped.status == 2)
    let declined = await project.run(
      "run", suite, "--mode", "record", environment: key, answers: "n")
    #expect(declined.status == 4)
    #expect(declined.messages.contains("nothing was sent"))
  }

  @Test func `A suite that holds the key is refused and its line is not shown`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "sunlit paper", with: "paper \(Project.key)")
    }
    let run = await project.run(
      "run", "@suites/quickstart.yaml", environment: ["PROOFSHEET_API_KEY": Project.key])
    #expect(run.status == 2)
    #expect(run.messages.contains("holds the API key"), "\(run.messages)")
    #expect(!run.messages.contains(Project.key))
  }

  @Test func `An input by a signed URL is refused without showing the signature`() async throws {
    try project.write(
      """
      version: 1
      name: bad
      request: {images: "https://bucket.example/a.png?X-Amz-Signature=0123456789abcdef"}
      matrix: {prompt: [{id: a, value: x}]}
      """, to: "suites/bad.yaml")
    let run = await project.run("run", "@suites/bad.yaml")
    #expect(run.status == 2)
    #expect(run.messages.contains("'X-Amz-Signature' is a secret"), "\(run.messages)")
    #expect(!run.messages.contains("0123456789abcdef"), "\(run.messages)")
  }

  @Test func `A folder in the place of the JUnit file is refused before anything runs`()
    async throws
  {
    try project.copyQuickstart()
    let run = await project.run("run", "@suites/quickstart.yaml", "--junit", "@suites")
    #expect(run.status == 2)
    #expect(!run.messages.contains("passed"), "\(run.messages)")
  }

  @Test func `A baseline that is damaged is named with its place`() async throws {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.baseline.json") {
      $0.replacingOccurrences(of: "px1:", with: "\u{7}")
    }
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 2)
    #expect(run.messages.contains("quickstart.baseline.json:2:"), "\(run.messages)")
  }
}

/// Texts of strangers on their way to a terminal.
@Suite(.project) struct TerminalSafetyTests {
  private var project: Project { Project.current }

  /// Arabic with marks that turn the direction of what follows.
  private static let prompt = "ضع الكوب على \u{200F}ورق\u{202E} (paper)"

  private func expectSafe(_ run: Project.Outcome, at location: SourceLocation = #_sourceLocation) {
    for scalar in (run.output + run.messages).unicodeScalars
    where scalar != "\n" && scalar != "\t" {
      let category = scalar.properties.generalCategory
      #expect(
        category != .control && category != .format,
        "a terminal is sent U+\(String(scalar.value, radix: 16))", sourceLocation: location)
    }
  }

  @Test func `An Arabic prompt with marks of direction is shown with the marks spelled out`()
    async throws
  {
    try project.copyQuickstart()
    try project.edit("suites/quickstart.yaml") {
      $0.replacingOccurrences(of: "Put it on a sheet of warm", with: Self.prompt)
    }
    let planned = await project.run("plan", "@suites/quickstart.yaml", "--list")
    #expect(planned.status == 0)
    #expect(planned.output.split(separator: "\n").count == 24)
    expectSafe(planned)
    // The recordings are of another prompt, so that both are shown.
    let run = await project.run("run", "@suites/quickstart.yaml")
    #expect(run.status == 5)
    #expect(run.messages.contains("ضع الكوب على <U+200F>ورق<U+202E> (paper)"), "\(run.messages)")
    expectSafe(run)
  }

  @Test(arguments: ["\u{1B}[31m", "\u{202E}", "\u{9B}31m"])
  func `What a terminal would obey is spelled out wherever a name comes from`(
    hostile: String
  ) async throws {
    try project.copyQuickstart()
    let nowhere = await project.run("run", "@suites/\(hostile).yaml")
    #expect(nowhere.status == 2)
    expectSafe(nowhere)
    let filtered = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", "seed=\(hostile)|")
    #expect(filtered.status == 2)
    #expect(filtered.messages.contains("expected a value"), "\(filtered.messages)")
    expectSafe(filtered)
    let unknown = await project.run(
      "run", "@suites/quickstart.yaml", "--filter", "\(hostile)=1")
    #expect(unknown.status == 2)
    expectSafe(unknown)
    let none = await project.run("run", "@suites/quickstart.yaml", "--filter", hostile)
    #expect(none.status == 2)
    expectSafe(none)
  }
}
