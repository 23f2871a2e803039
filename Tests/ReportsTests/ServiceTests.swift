import Canonical
import Experiments
import Reports
import Suites
import SystemPackage
import Testing

/// What GitHub and GitLab are told of a run.
struct ServiceTests {
  private let places = SourcePlaces(workingFolder: "/checkout/app", root: "/checkout")

  /// Undoes the runner's escapes of a property (actions/runner, `ActionCommand.UnescapeProperty`).
  private func unescaped(_ text: String) -> String {
    text.replacing("%0D", with: "\r").replacing("%0A", with: "\n").replacing("%3A", with: ":")
      .replacing("%2C", with: ",").replacing("%25", with: "%")
  }

  @Test func `A failed case is an error at its line, from the root of the checkout`() throws {
    let run = try Made.run([
      try Made.result(.passed, 0), try Made.result(.drifted, 1, reason: "50 % off: a, b\nc"),
    ])
    #expect(
      try GitHubCommands.annotations(of: run, places) == [
        "::error file=app/suites/mug.yaml,line=11,title=drifted%3A paper--drifted::"
          + "50 %25 off: a, b c"
      ])
  }

  @Test func `A file outside of the checkout leaves an annotation without a place`() throws {
    let run = try Made.run([try Made.result(.failed, reason: "r", path: "/elsewhere/mug.yaml")])
    #expect(
      try GitHubCommands.annotations(of: run, places) == [
        "::error title=failed%3A paper--failed::r"
      ])
  }

  @Test(arguments: ["a,b:c%d", "a%2Cb", "x\r\ny", "::error::x", "%"])
  func `Properties come back as the runner reads them`(folder: String) throws {
    let path = FilePath("suites").appending(folder)
    let run = try Made.run(
      [try Made.result(.failed, path: path)], suites: [("mug", path)])
    let line = try #require(try GitHubCommands.annotations(of: run, places).first)
    #expect(!line.contains("\n") && !line.contains("\r"))
    let properties = try #require(line.dropFirst("::error ".count).split(separator: "::").first)
    let file = try #require(properties.split(separator: ",").first)
    // A line break in a path is a blank, as everywhere.
    #expect(
      unescaped(String(file.dropFirst("file=".count)))
        == "app/suites/\(folder.replacing("\r\n", with: " "))")
  }

  @Test func `The worst ten errors and ten warnings are told, and how many are left out`() throws {
    let warning = CheckResult(
      name: "latency", verdict: .failed, severity: .warn, message: "took 61 s")
    var results = try (0..<12).map {
      try Made.result(.drifted, $0, id: "drift-\($0)", checks: [warning])
    }
    results.append(try Made.result(.fixtureCorrupt, 12, id: "broken"))
    let lines = try GitHubCommands.annotations(of: try Made.run(results), places)
    #expect(lines.count { $0.hasPrefix("::error ") } == 10)
    #expect(lines.count { $0.hasPrefix("::warning ") } == 10)
    #expect(lines.first?.contains("title=fixture-corrupt%3A broken") == true)
    #expect(lines.last?.hasPrefix("::notice title=proofsheet::5 more annotations left out") == true)
    #expect(lines.count == 21)
  }

  @Test(arguments: [
    ("plain: a::b", "plain: a::b"), ("::error::x", ": :error::x"),
    ("  ::add-mask::x", "  : :add-mask::x"),
    ("a\n\t::stop-commands::t\nb\n", "a\n\t: :stop-commands::t\nb\n"),
    ("see ##[group]x", "see ## [group]x"), ("\u{A0}::error::x", "\u{A0}: :error::x"),
    ("##[##[error]", "## [## [error]"),
  ])
  func `Text of strangers is no command of the log`(text: String, meant: String) {
    #expect(GitHubCommands.defused(text) == meant)
  }

  private func quality(_ run: some RunReader) throws -> [JSONValue] {
    var bytes: [UInt8] = []
    try CodeQuality.write(run, places) { bytes += $0 }
    return try #require(try JSONParser.parse(bytes).array)
  }

  @Test func `Code quality has an entry for each case that is not as expected`() throws {
    let warning = CheckResult(
      name: "latency", verdict: .failed, severity: .warn, message: "took 61 s")
    let results = [
      try Made.result(.passed, 0, checks: [warning]), try Made.result(.drifted, 1),
      try Made.result(.apiError, 2), try Made.result(.known, 3),
      try Made.result(.failed, 4, path: "/elsewhere/mug.yaml"),
    ]
    let entries = try quality(try Made.run(results))
    #expect(
      entries.map { $0["check_name"]?.string } == [
        "proofsheet-warning-latency", "proofsheet-drifted", "proofsheet-api-error",
      ])
    #expect(entries.map { $0["severity"]?.string } == ["minor", "major", "critical"])
    #expect(entries[1]["location"]?["path"]?.string == "app/suites/mug.yaml")
    #expect(entries[1]["location"]?["lines"]?["begin"]?.integer == 11)
    #expect(entries[1]["description"]?.string == "paper--drifted: as approved")
    #expect(Set(entries.compactMap { $0["fingerprint"]?.string }).count == 3)
  }

  @Test func `A fingerprint stays when lines move`() throws {
    let first = try quality(try Made.run([try Made.result(.drifted, 1)]))
    let second = try quality(try Made.run([try Made.result(.drifted, 7, reason: "other")]))
    #expect(first[0]["fingerprint"] == second[0]["fingerprint"])
    #expect(first[0]["location"] != second[0]["location"])
  }

  @Test func `A good run has an empty report, and a huge one says what is left out`() throws {
    #expect(try quality(try Made.run([try Made.result(.passed)])).isEmpty)
    let results = try (0..<10_050).map { try Made.result(.failed, $0, id: "case-\($0)") }
    let entries = try quality(try Made.run(results))
    #expect(entries.count == CodeQuality.entriesMax)
    #expect(entries.last?["description"]?.string == "51 more entries left out")
  }
}
