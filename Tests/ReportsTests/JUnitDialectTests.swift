import Canonical
import Experiments
import Recording
import Reports
import Suites
import SystemPackage
import Testing

/// The dialects of JUnit XML, and runs that are written into several files.
struct JUnitDialectTests {
  private static let measured = CheckResult(
    name: "baseline", verdict: .passed, message: "near",
    measures: [Measure(picture: 0, figures: [Measure.Figure("pdq/1.distance", 4)])])

  @Test func `The extended dialect names file, line and what was measured`() throws {
    let cells = [CaseCell(axis: "seed", entry: "7", value: "7")]
    let result = try Made.result(
      .passed, checks: [Self.measured], outputs: [Made.output(0, path: "a.png")], cells: cells)
    let (text, parsed, _) = try junit(try Made.run([result]), dialect: .extended)
    let testcase = try parsed.first("testcase").attributes
    #expect(testcase["file"] == result.identity.location.path.string)
    #expect(testcase["line"] == "\(result.identity.location.line)")
    #expect(try parsed.first("testsuite").attributes["file"] == "suites/mug.yaml")
    #expect(try parsed.first("testsuites").attributes["skipped"] == "0")
    for property in [
      "name=\"proofsheet.outcome\" value=\"passed\"", "name=\"proofsheet.axis.seed\" value=\"7\"",
      "name=\"proofsheet.baseline.0.pdq/1.distance\" value=\"4\"",
      "name=\"proofsheet.output.0.sha256\" value=\"\(SHA256Digest(hashing: []).hex)\"",
      "name=\"proofsheet.cost\" value=\"0.00\"",
    ] {
      #expect(text.contains(property), "\(property) in \(text)")
    }
  }

  @Test func `Ant's dialect has no output of cases, no attempts and both outputs of the suite`()
    throws
  {
    let results = try Made.everyOutcome() + [try Made.result(.failed, 50, attempts: ["HTTP 429"])]
    let (_, parsed, _) = try junit(try Made.run(results), dialect: .ant)
    let names = parsed.elements.map(\.name)
    #expect(!names.contains("rerunFailure") && !names.contains("flakyFailure"))
    #expect(names.suffix(2) == ["system-out", "system-err"])
    #expect(names.count { $0 == "system-out" } == 1)
    #expect(try parsed.first("testsuites").attributes.isEmpty)
    let suite = try parsed.first("testsuite").attributes
    #expect(suite["hostname"] == "localhost")
    #expect(suite["id"] == "0")
    #expect(suite["package"] == "proofsheet")
  }

  @Test(
    .enabled(
      if: JUnitCheckTests.schemas != nil,
      "needs a folder, named by PROOFSHEET_SCHEMAS, with windyroad-JUnit.xsd"))
  func `Ant's dialect is valid by the schema of Ant's reports, in one file and in several`() throws
  {
    let schema = try #require(JUnitCheckTests.schemas).appending("windyroad-JUnit.xsd")
    let hostile = try Made.result(
      .failed, 99, id: "hostile", reason: "\u{1B}]]>\u{FFFE}", attempts: ["\u{0}"])
    let results = try Made.everyOutcome() + [hostile]
    let run = try Made.run(
      results, suites: [("mug", "suites/mug.yaml"), ("empty", "suites/empty.yaml")])
    let options = JUnitOptions(dialect: .ant, casesMax: 4)
    try withFolder { folder in
      try JUnitReport.write(run, intoFolder: folder, options: options)
      let names = try DurableFile.names(in: folder)
      let count = (results.count + 3) / 4
      #expect(names == ["TEST-empty.xml"] + (1...count).map { "TEST-mug.\($0).xml" })
      for name in names {
        #expect(
          try JUnitCheck.problems(in: folder.appending(name), schema: schema) == [], "\(name)")
      }
    }
    try withFolder { folder in
      let file = folder.appending("junit.xml")
      try JUnitReport.write(run, to: file, options: options)
      #expect(try JUnitCheck.problems(in: file, schema: schema) == [])
      // The strict dialect is not valid there, so that the check is one.
      try JUnitReport.write(run, to: file)
      #expect(try !JUnitCheck.problems(in: file, schema: schema).isEmpty)
    }
  }

  private func results(_ count: Int, reason: String = "as approved") throws -> [CaseResult] {
    try (0..<count).map { try Made.result(.failed, $0, id: "c\($0)", reason: reason) }
  }

  /// The names of cases by file.
  private func parts(
    _ run: some RunReader, _ options: JUnitOptions, before: [String] = []
  ) throws -> [String: [String]] {
    try withFolder { folder in
      for name in before { try DurableFile.write([], to: folder.appending(name)) }
      try JUnitReport.write(run, intoFolder: folder, options: options)
      var found: [String: [String]] = [:]
      for name in try DurableFile.names(in: folder) {
        let path = folder.appending(name)
        guard try FileStatus(of: path).byteCount > 0 else {
          found[name] = []
          continue
        }
        #expect(try JUnitCheck.problems(in: path) == [], "\(name)")
        let parsed = try Parsed(path)
        let cases = parsed.elements.filter { $0.name == "testcase" }
        #expect(try parsed.first("testsuite").attributes["tests"] == "\(cases.count)")
        found[name] = cases.compactMap { $0.attributes["name"] }
      }
      return found
    }
  }

  @Test(arguments: [
    (0, ["TEST-mug.xml": 0]), (3, ["TEST-mug.xml": 3]),
    (4, ["TEST-mug.1.xml": 3, "TEST-mug.2.xml": 1]),
    (6, ["TEST-mug.1.xml": 3, "TEST-mug.2.xml": 3]),
    (7, ["TEST-mug.1.xml": 3, "TEST-mug.2.xml": 3, "TEST-mug.3.xml": 1]),
  ])
  func `A folder gets as many cases a file as are allowed`(
    count: Int, files: [String: Int]
  ) throws {
    let found = try parts(try Made.run(try results(count)), JUnitOptions(casesMax: 3))
    #expect(found.mapValues(\.count) == files)
    #expect(
      found.sorted { $0.key < $1.key }.flatMap(\.value) == (0..<count).map { "c\($0)" })
  }

  @Test(arguments: ["plain text ", "<&>\"\r\t"])
  func `No file of a folder is larger than is allowed`(unit: String) throws {
    let reason = String(repeating: unit, count: 400)
    let run = try Made.run(try results(40, reason: reason))
    try withFolder { folder in
      try JUnitReport.write(
        run, intoFolder: folder, options: JUnitOptions(byteCountMax: 120_000))
      let sizes = try DurableFile.names(in: folder).map {
        try FileStatus(of: folder.appending($0)).byteCount
      }
      #expect(sizes.count > 1)
      #expect(sizes.allSatisfy { $0 <= 120_000 }, "\(sizes)")
    }
  }

  @Test func `Files that a former run has left are removed, and no others`() throws {
    let found = try parts(
      try Made.run(try results(4)), JUnitOptions(casesMax: 3),
      before: [
        "TEST-mug.xml", "TEST-mug.2.xml", "TEST-mug.7.xml", "TEST-mug.x.xml", "TEST-mugs.xml",
        "notes.txt",
      ])
    #expect(
      Set(found.keys) == [
        "TEST-mug.1.xml", "TEST-mug.2.xml", "TEST-mug.x.xml", "TEST-mugs.xml", "notes.txt",
      ])
  }

  @Test func `Findings of the run stand in the last file of their suite`() throws {
    var run = try Made.run(try results(4))
    var summary = run.summary
    summary.findings = [
      RunFinding(
        .unused, of: try #require(SuiteName("mug")), severity: .fail, message: "2 unused",
        subjects: ["a.har"], next: "prune")
    ]
    run = MemoryRun(header: run.header, summary: summary, results: run.results)
    let found = try parts(run, JUnitOptions(casesMax: 3))
    #expect(found["TEST-mug.1.xml"] == ["c0", "c1", "c2"])
    #expect(found["TEST-mug.2.xml"] == ["c3", "recordings: fixture-unused"])
  }
}
