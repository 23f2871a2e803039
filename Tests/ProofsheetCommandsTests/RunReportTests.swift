import Canonical
import Experiments
import Foundation
import Recording
import Reports
import RunStore
import SeedreamAPI
import Suites
import Synchronization
import SystemPackage
import Testing

@testable import ProofsheetCommands

/// Reports of runs for scripts and services, and what becomes of them when one cannot be written.
@Suite(.project) struct RunReportTests {
  private var project: Project { Project.current }

  private static let github = ["GITHUB_ACTIONS": "true"]

  /// Two cases of the quickstart with no approved pictures, which fail.
  private func copyUnapproved() throws {
    try project.copyQuickstart()
    try FileManager.default.removeItem(atPath: project.path("suites/quickstart.baseline.json"))
  }

  private func runTwo(
    _ more: String..., environment: [String: String] = [:]
  ) async -> Project.Outcome {
    await project.run(
      ["run", "@suites/quickstart.yaml", "--filter", "prompt=paper size=square_hd seed=7"] + more
        + ["--reports", project.path("reports")], environment: environment)
  }

  private func report(_ format: String, of run: String = "latest") async -> Project.Outcome {
    await project.run(
      "report", run, "--format", format, "--reports", project.path("reports"))
  }

  @Test(arguments: ["json", "csv", "markdown", "text"])
  func `A run says the same from the store and from a folder elsewhere`(
    format: String
  ) async throws {
    try copyUnapproved()
    #expect(await runTwo().status == 1)
    let stored = await report(format)
    #expect(stored.status == 0 && stored.messages == "", "\(stored.messages)")
    #expect(stored.output.contains("paper--cup--square_hd--s7"))
    let elsewhere = project.path("elsewhere")
    try FileManager.default.copyItem(atPath: try project.latestReport().path, toPath: elsewhere)
    let foreign = await report(format, of: elsewhere)
    #expect(foreign.status == 0, "\(foreign.messages)")
    // A stranger's folder is taken at its word but for where pictures and folders lie.
    func comparable(_ text: String) -> String {
      let cases = text.split(separator: "\"cases\":[\n").last.map(String.init) ?? text
      return cases.replacing(/[^ ",|]*\/([0-9a-f]{64}\.(jpg|png|webp))/) { $0.1 }
    }
    #expect(comparable(foreign.output) == comparable(stored.output))
    let file = project.path("report.out")
    let written = await project.run(
      "report", "latest", "--format", format, "--output", file, "--reports",
      project.path("reports"))
    #expect(written.status == 0, "\(written.messages)")
    if format != "text" { #expect(try project.read("report.out") == stored.output) }
  }

  @Test func `A failed case has a composite first, drawn once and kept for later runs`()
    async throws
  {
    try project.copyQuickstart()
    try project.swapApprovals()
    let options = ["run", "@suites/quickstart.yaml", "--reports", project.path("reports")]
    let first = await project.run(options)
    #expect(first.status == 1, "\(first.messages)")
    let junit = try String(
      contentsOf: try project.latestReport().appendingPathComponent("junit.xml"), encoding: .utf8)
    let blocks = junit.split(separator: "<system-out>").dropFirst()
    #expect(blocks.count >= 1)
    for block in blocks {
      let lines = block.split(separator: "\n").filter { $0.hasPrefix("[[ATTACHMENT|") }
      #expect(lines.count == 4, "\(lines)")
      #expect(lines.first?.hasSuffix("-composite.png]]") == true, "\(lines)")
      #expect(lines.last?.hasSuffix("-heat.webp]]") == true, "\(lines)")
      for line in lines {
        let path = line.dropFirst("[[ATTACHMENT|".count).dropLast(2)
        #expect(FileManager.default.fileExists(atPath: project.path(String(path))), "\(path)")
      }
    }
    let composites = try project.files().filter { $0.name.hasSuffix("-composite.png") }
    #expect(composites.contains { $0.name.hasPrefix("reports/rendered/differences/") })
    let names = Set(composites.map { $0.name.split(separator: "/").last ?? "" })
    #expect(names.count == blocks.count)
    #expect(Set(composites.map(\.bytes)).count == names.count)
    // Neither made again nor named otherwise by the next run, which has no proof sheet.
    let second = await project.run(options + ["--no-html"])
    #expect(second.status == 1)
    let again = try String(
      contentsOf: try project.latestReport().appendingPathComponent("junit.xml"), encoding: .utf8)
    #expect(again == junit)
    let kept = project.path("reports/rendered/differences")
    for name in try FileManager.default.contentsOfDirectory(atPath: kept) {
      let links = try FileManager.default.attributesOfItem(atPath: "\(kept)/\(name)")[
        .referenceCount]
      #expect((links as? Int ?? 0) >= 2, "\(name) is one file in every report")
    }
  }

  @Test func `GitHub gets annotations and a summary, and JSON stays JSON`() async throws {
    try copyUnapproved()
    try project.write("before\n", to: "summary.md")
    let environment = Self.github.merging(
      [
        "GITHUB_STEP_SUMMARY": project.path("summary.md"),
        "GITHUB_WORKSPACE": project.folder.deletingLastPathComponent().path,
        "GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "o/r",
        "GITHUB_SHA": "abc",
      ]
    ) { $1 }
    let run = await runTwo("--format", "json", "--quiet", environment: environment)
    #expect(run.status == 1)
    for line in run.output.split(separator: "\n") { _ = try JSONParser.parse(Array(line.utf8)) }
    let root = project.folder.lastPathComponent
    let annotation = "::error file=\(root)/suites/quickstart.yaml,line="
    #expect(run.messages.contains("\n\(annotation)") || run.messages.hasPrefix(annotation))
    let summary = try project.read("summary.md")
    #expect(summary.hasPrefix("before\n\n## Proofsheet: "))
    #expect(
      summary.contains("https://github.example/o/r/blob/abc/\(root)/suites/quickstart.yaml#L"))
    let off = await runTwo("--no-github", environment: environment)
    #expect(!off.messages.contains("::error"))
    #expect(try project.read("summary.md") == summary)
    let elsewhere = await runTwo()
    #expect(!elsewhere.messages.contains("::error"))
  }

  @Test func `A summary that is full gets nothing, and says so`() async throws {
    try copyUnapproved()
    let full = String(repeating: "x", count: (1 << 20) - 100)
    try project.write(full, to: "summary.md")
    let run = await runTwo(
      environment: Self.github.merging(["GITHUB_STEP_SUMMARY": project.path("summary.md")]) { $1 })
    #expect(run.status == 1)
    #expect(run.messages.contains("warning: the step's summary has no room left"))
    #expect(try project.read("summary.md") == full)
  }

  @Test func `Code quality is written on request`() async throws {
    try copyUnapproved()
    let run = await runTwo(
      "--code-quality", project.path("quality.json"),
      environment: ["CI_PROJECT_DIR": project.folder.path])
    #expect(run.status == 1, "\(run.messages)")
    let entries = try #require(
      try JSONParser.parse(Array(try project.read("quality.json").utf8)).array)
    #expect(entries.count == 2)
    #expect(entries[0]["check_name"]?.string == "proofsheet-unapproved")
    #expect(entries[0]["location"]?["path"]?.string == "suites/quickstart.yaml")
    let early = await runTwo("--code-quality", project.path("missing/quality.json"))
    #expect(early.status == 2)
    #expect(early.messages.contains("--code-quality"), "\(early.messages)")
  }

  // MARK: - Reports that cannot be written

  /// What is put in the way of a report once the run has begun.
  enum Obstacle: String, CaseIterable {
    case junit = "junit.xml"
    case page = "index.html"
    case document = "run.json"
    case pictures = "differences"
    case thumbnails
    case summary
    case quality
    case named
  }

  @Test(arguments: Obstacle.allCases)
  func `A report that cannot be written is told, and every other is there`(
    obstacle: Obstacle
  ) async throws {
    try copyUnapproved()
    let project = project
    let isDone = Mutex(false)
    let messages = Mutex("")
    @Sendable func obstruct() throws {
      let folder = try project.latestReport()
      let place =
        switch obstacle {
        case .summary: project.folder.appendingPathComponent("summary.md")
        case .quality: project.folder.appendingPathComponent("quality.json")
        case .named: project.folder.appendingPathComponent("named.xml")
        case .pictures, .thumbnails: folder.appendingPathComponent(obstacle.rawValue)
        default: folder.appendingPathComponent(obstacle.rawValue)
        }
      if obstacle == .pictures || obstacle == .thumbnails {
        try Data().write(to: place)
      } else {
        // A folder with something in it can neither be written nor replaced.
        try FileManager.default.createDirectory(
          at: place.appendingPathComponent("x"), withIntermediateDirectories: true)
      }
    }
    let context = CommandContext(
      environment: Self.github.merging(["GITHUB_STEP_SUMMARY": project.path("summary.md")]) { $1 },
      workingFolder: FilePath(project.folder.path), output: { _ in },
      messages: { text in
        messages.withLock { $0 += text }
        guard
          isDone.withLock({ was in
            defer { was = true }
            return !was
          })
        else { return }
        #expect(throws: Never.self) { try obstruct() }
      },
      isTerminal: false, columns: 80, ask: { _ in nil }, clock: { Timestamp.now() },
      makeTransport: { throw CancellationError() }, onInterrupt: { _ in 0 })
    let status = await CommandContext.$current.withValue(context) {
      await Proofsheet.run([
        "run", project.path("suites/quickstart.yaml"), "--filter",
        "prompt=paper size=square_hd seed=7", "--reports", project.path("reports"), "--junit",
        project.path("named.xml"), "--code-quality", project.path("quality.json"), "--images",
        "all",
      ])
    }
    let told = messages.withLock { $0 }
    #expect(status == 2, "\(told)")
    let failures = told.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(failures.count >= 1, "\(told)")
    let folder = try project.latestReport()
    func isThere(_ url: URL) -> Bool { DurableFile.isFile(FilePath(url.path)) }
    let everything: [(Obstacle?, URL)] = [
      (.junit, folder.appendingPathComponent("junit.xml")),
      (.document, folder.appendingPathComponent("run.json")),
      (nil, folder.appendingPathComponent("run.jsonl")),
      (.named, project.folder.appendingPathComponent("named.xml")),
      (.quality, project.folder.appendingPathComponent("quality.json")),
      (.summary, project.folder.appendingPathComponent("summary.md")),
    ]
    for (owner, place) in everything { #expect(isThere(place) == (owner != obstacle), "\(place)") }
    let hasPage = ![.page, .pictures, .thumbnails].contains(obstacle)
    #expect(isThere(folder.appendingPathComponent("index.html")) == hasPage)
    #expect(told.contains("::error "))
    // The run itself is not lost.
    #expect(await report("text").output.contains("unapproved\tquickstart\t"))
  }

  @Test func `Without the run store reports are made of the lines`() async throws {
    try copyUnapproved()
    let project = project
    let isDone = Mutex(false)
    let messages = Mutex("")
    let context = CommandContext(
      environment: [:], workingFolder: FilePath(project.folder.path), output: { _ in },
      messages: { text in
        messages.withLock { $0 += text }
        guard
          isDone.withLock({ was in
            defer { was = true }
            return !was
          })
        else { return }
        // The table of results goes away under the run.
        #expect(throws: Never.self) {
          for suffix in ["", "-wal", "-shm"] {
            let file = project.path("reports/proofsheet.sqlite\(suffix)")
            let bytes = Data(repeating: 0x41, count: 1 << 16)
            if FileManager.default.fileExists(atPath: file) {
              let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
              try handle.write(contentsOf: bytes)
              try handle.close()
            }
          }
        }
      },
      isTerminal: false, columns: 80, ask: { _ in nil }, clock: { Timestamp.now() },
      makeTransport: { throw CancellationError() }, onInterrupt: { _ in 0 })
    let status = await CommandContext.$current.withValue(context) {
      await Proofsheet.run([
        "run", project.path("suites/quickstart.yaml"), "--filter",
        "prompt=paper size=square_hd seed=7", "--reports", project.path("reports"),
      ])
    }
    let told = messages.withLock { $0 }
    #expect(status == 2, "\(told)")
    #expect(told.contains("error: the run store: "), "\(told)")
    let folder = try project.latestReport()
    let junit = try String(contentsOf: folder.appendingPathComponent("junit.xml"), encoding: .utf8)
    #expect(junit.contains("paper--cup--square_hd--s7"))
    #expect(junit.contains("type=\"unapproved\""))
  }

  // MARK: - Runs that did not end

  /// Leaves what a run leaves that is killed after its first case.
  private func leaveHalfRun() throws -> RunID {
    let folder = try project.latestReport()
    let id = try #require(RunID("20991122T181500Z-0000aa"))
    let half = project.folder.appendingPathComponent("reports/\(id.text)")
    try FileManager.default.createDirectory(at: half, withIntermediateDirectories: true)
    let text = try String(contentsOf: folder.appendingPathComponent("run.jsonl"), encoding: .utf8)
    let lines = text.replacing(folder.lastPathComponent, with: id.text).split(separator: "\n")
    try Data((lines[0] + "\n" + lines[1] + "\n" + lines[2].prefix(100)).utf8)
      .write(to: half.appendingPathComponent("run.jsonl"))
    let header = try EncodedHeader.decode(try JSONParser.parse(Array(lines[0].utf8)))
    let store = try RunStore(folder: FilePath(project.path("reports")), spends: false)
    try StoreSink(store: store).receive(.started(header))
    return id
  }

  @Test(arguments: ["latest", "20991122T181500Z-0000aa"])
  func `A run that was killed is reported as far as it came`(name: String) async throws {
    try project.copyQuickstart()
    let whole = await project.run(
      "run", "@suites/quickstart.yaml", "--reports", project.path("reports"))
    #expect(whole.status == 0, "\(whole.messages)")
    _ = try leaveHalfRun()
    let path = project.path("junit.xml")
    let junit = await project.run(
      "report", name, "--format", "junit", "--output", path, "--reports", project.path("reports"))
    #expect(junit.status == 4, "\(junit.messages)")
    #expect(
      junit.messages.contains(
        "error: quickstart: 23 of 24 cases have no result, for the run has not come to its end\n"
          + "hint: run the suite again"), "\(junit.messages)")
    let text = try project.read("junit.xml")
    #expect(text.contains("tests=\"2\" failures=\"0\" errors=\"1\""))
    #expect(text.contains("<testcase name=\"run: run-incomplete\""))
    #expect(text.contains("<property name=\"proofsheet.run.state\" value=\"incomplete\"/>"))
    let checked = await project.run("junit-check", path)
    #expect(checked.status == 0, "\(checked.messages)")
    for format in ["text", "csv", "json"] {
      let other = await report(format, of: name)
      #expect(other.status == 4)
      #expect(other.output.contains("paper--cup--square_hd--s"), "\(format)")
    }
    #expect(await report("markdown", of: name).output.hasPrefix("## Proofsheet: incomplete, "))
    // What decides about a run takes only one that ended.
    let decided = await project.run(
      "approve", "latest", "--dry-run", "--reports", project.path("reports"))
    #expect(decided.messages.contains("24 decided before"), "\(decided.messages)")
  }

  @Test func `The money of a run that was killed is in its report and in the history`() async throws
  {
    try project.copyQuickstart()
    _ = await project.run(
      "run", "@suites/quickstart.yaml", "--reports", project.path("reports"))
    let reports = FilePath(project.path("reports"))
    let lock = try StoreLock(folder: reports)
    let ledger = try StoreLedger(
      store: try RunStore(folder: reports, spends: true),
      run: try #require(RunID("20991122T181500Z-0000aa")), mode: .live,
      startedAt: Timestamp(milliseconds: 0), lock: lock)
    try ledger.start()
    let order = RecordedCase(
      suite: try #require(SuiteName("quickstart")), caseID: CaseID(joining: ["s7"]),
      caseKey: try #require(CaseKey("\(SHA256Digest(hashing: []).hex).0")),
      canonicalRequest: .members([:]))
    _ = try ledger.begin(
      ExchangeID(caseKey: order.caseKey, role: .generate, ordinal: 0), of: order,
      reservation: Money(microDollars: 30_000))
    _ = consume lock
    let id = try leaveHalfRun()
    let json = try JSONParser.parse(Array(await report("json", of: "latest").output.utf8))
    #expect(json["summary"]?["spending"]?["possibly_billed"]?.string == "0.03")
    #expect(json["summary"]?["spending"]?["requests"]?.integer == 1)
    let history = await project.run(
      "history", "quickstart", "--reports", project.path("reports"))
    #expect(history.output.contains("quickstart, 2 runs"), "\(history.messages)")
    #expect(
      history.output.contains(
        "run \(id) has not come to its end: $0.00 spent, $0.03 possibly billed"),
      "\(history.output)")
  }

  @Test func `A run that does not exist is answered by those that do, a line each`() async throws {
    try project.copyQuickstart()
    #expect(await runTwo().status == 0)
    let id = try project.latestReport().lastPathComponent
    for command in ["approve", "report"] {
      let run = await project.run(command, "nosuch", "--reports", project.path("reports"))
      #expect(run.status == 2)
      #expect(
        run.messages == """
          error: there is no finished run 'nosuch' in \(project.path("reports"))
          hint: the latest are:
            \(id)

          """)
    }
  }
}
