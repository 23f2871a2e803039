import Canonical
import Experiments
import Reports
import Suites
import SystemPackage
import TestSupport
import Testing

/// CSV, Markdown and the whole JSON document of runs.
@Suite(.temporaryFolder)
struct TableTests {
  private func csv(_ run: some RunReader) throws -> String {
    var text = ""
    try CSVReport.write(run) { text += $0 }
    return text
  }

  /// Reads CSV as RFC 4180 says, to rows of cells.
  private func rows(_ text: String) throws -> [[String]] {
    var (rows, row, cell, isQuoted) = ([[String]](), [String](), "", false)
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      switch (scalar, isQuoted) {
      case ("\"", true) where next == "\"":
        cell.unicodeScalars.append(scalar)
        index += 1
      case ("\"", _): isQuoted.toggle()
      case (",", false):
        row.append(cell)
        cell = ""
      case ("\r", false):
        try #require(next == "\n")
        rows.append(row + [cell])
        (row, cell) = ([], "")
        index += 1
      default: cell.unicodeScalars.append(scalar)
      }
      index += 1
    }
    try #require(cell.isEmpty && row.isEmpty && !isQuoted)
    return rows
  }

  @Test func `A row for each output, and one for a case without any`() throws {
    let run = try Made.run(try Made.everyOutcome())
    let rows = try rows(try csv(run))
    #expect(rows[0] == CSVReport.columns)
    #expect(rows.allSatisfy { $0.count == CSVReport.columns.count })
    // One case of each outcome, of which one has two outputs.
    #expect(rows.count == 1 + Outcome.allCases.count + 1)
    func column(_ name: String) throws -> Int {
      try #require(CSVReport.columns.firstIndex(of: name))
    }
    let drifted = rows.filter { $0[1] == "paper--drifted" }
    #expect(try drifted.map { try $0[column("output")] } == ["0", "1"])
    #expect(try drifted.map { try $0[column("width")] } == ["1024", ""])
    #expect(
      try drifted.map { try $0[column("cells")] } == ["edit=paper seed=7", "edit=paper seed=7"])
    #expect(
      try drifted.map { try $0[column("checks")] } == ["baseline=drifted", "baseline=drifted"])
    // Amounts stand once a case, so that a sum over rows is right.
    #expect(try drifted.map { try $0[column("latency_ms")] } == ["1002", ""])
    #expect(try drifted.map { try $0[column("failed_attempts")] } == ["1", ""])
    #expect(rows.map { $0[4] }.dropFirst().contains("skipped"))
  }

  @Test(arguments: [
    ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
    ("+1+1", "'+1+1"), ("-1+1", "'-1+1"), ("@SUM(A1)", "'@SUM(A1)"),
    ("\tx", "'\tx"), ("\u{FF1D}1", "'\u{FF1D}1"),
    ("=\u{301}1", "'=\u{301}1"),
    ("-0.5", "-0.5"), ("-", "'-"), ("--1", "'--1"), ("-.", "'-."),
    ("a,\"b\"\r\nc", "a,\"b\"\r\nc"), ("\u{0}\u{1B}x", "#x00#x1Bx"), ("", ""),
  ])
  func `Hostile cells come back as text that is no formula`(cell: String, meant: String) throws {
    let run = try Made.run([try Made.result(.failed, reason: "r", prompt: cell)])
    let place = try #require(CSVReport.columns.firstIndex(of: "prompt"))
    let found = try rows(try csv(run))[1][place]
    #expect(Array(found.utf8) == Array(meant.utf8))
  }

  @Test func `Markdown has counts, money, findings and the worst first with links`() throws {
    var run = try Made.run(
      try Made.everyOutcome(),
      spending: Spending(
        spent: Money(microDollars: 3_120_000), possiblyBilled: Money(microDollars: 90_000),
        cap: Money(microDollars: 5_000_000)), isSimulated: true)
    var summary = run.summary
    summary.findings = [
      RunFinding(
        .unused, of: run.header.suites[0].name, severity: .warn, message: "2 recordings | unused",
        subjects: [], next: "proofsheet fixtures prune")
    ]
    run = MemoryRun(header: run.header, summary: summary, results: run.results)
    let text = try MarkdownReport.text(run)
    #expect(text.hasPrefix("## Proofsheet: 11 of 17 cases not as expected\n"))
    #expect(text.contains("\n> pictures of the simulator, a stand-in and no model\n"))
    #expect(text.contains("\n| drifted | 1 |\n"))
    #expect(text.contains("\n\\$3.12 spent, \\$0.09 possibly billed, cap \\$5.00\n"))
    #expect(
      text.contains("\n- warning: mug: 2 recordings \\| unused; next: proofsheet fixtures prune\n"))
    let table = text.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("](") }
    // What makes the exit code comes first; passed cases are left out.
    #expect(
      table.first?.hasPrefix("| fixture-missing | [`paper--fixture-missing`](suites/mug.yaml#L")
        == true)
    #expect(table.count == Outcome.allCases.count - 1)
    #expect(text.contains("| unlike every approved output | fixtures/mug/blobs/b.png |"))
  }

  @Test func `A good run is told in a line`() throws {
    let text = try MarkdownReport.text(try Made.run([try Made.result(.passed)]))
    #expect(
      text == """
        ## Proofsheet: 1 case as expected

        | outcome | results |
        | --- | ---: |
        | passed | 1 |

        """)
  }

  @Test(arguments: [
    ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
    ("a | b\nc", "a \\| b c"), ("[x](javascript:1)", "\\[x\\](javascript:1)"),
    ("`code` *b* _i_ ~s~ # h", "\\`code\\` \\*b\\* \\_i\\_ \\~s\\~ \\# h"),
    ("![x](https://a.example/t.png)", "\\!\\[x\\](https:\\//a.example/t.png)"),
    ("\u{202E}&amp; @team $x$ \\", "<U+202E>\\&amp; \\@team \\$x\\$ \\\\"),
  ])
  func `Text of strangers is no markup`(reason: String, meant: String) throws {
    let run = try Made.run([try Made.result(.failed, reason: reason)])
    #expect(
      try MarkdownReport.text(run).contains(
        "| \(meant.replacing("<U+202E>", with: "\\<U+202E\\>")) |"))
  }

  @Test func `A page is cut at its limit, and says how many cases are left out`() throws {
    let reason = String(repeating: "long & ", count: 60)
    let results = try (0..<300).map {
      try Made.result(.failed, $0, id: "case-\($0)", reason: reason)
    }
    let run = try Made.run(results)
    let whole = try MarkdownReport.text(run)
    #expect(
      whole.contains("\nand 200 more cases, left out here: `proofsheet report RUN --format csv`"))
    let short = try MarkdownReport.text(run, byteCountMax: 8_192)
    #expect(short.utf8.count <= 8_192)
    let rows = short.split(separator: "\n").count { $0.contains("](") }
    #expect(rows > 3 && rows < 40)
    #expect(short.contains("\nand \(300 - rows) more cases, left out here"))
    #expect(short.hasPrefix("## Proofsheet: 300 of 300 cases not as expected"))
  }

  @Test func `The whole run is one document, in which lines are lines to every reader`() throws {
    let run = try Made.run([
      try Made.result(.passed, 0),
      try Made.result(.failed, 1, reason: "a\u{2028}b\u{85}c\u{2029}é€"),
    ])
    var bytes: [UInt8] = []
    try RunDocument.writeWhole(run) { bytes += $0 }
    let document = try JSONParser.parse(bytes)
    #expect(document["version"]?.integer == 1)
    #expect(document["results"]?.integer == 2)
    #expect(document["exit_code"]?.integer == 1)
    let cases = try #require(document["cases"]?.array)
    #expect(try cases.map { try EncodedCase.decode($0) } == run.results)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("a\\u2028b\\u0085c\\u2029é€"))
    #expect(text.split(whereSeparator: \.isNewline).count == 4)
  }

  @Test func `The short document names what lies beside it`() throws {
    let folder = TemporaryFolder.path
    let run = try Made.run(try Made.everyOutcome())
    try DurableFile.write([], to: folder.appending("index.html"))
    try RunDocument.write(run, to: folder, host: "builder-7")
    let document = try JSONParser.parse(
      try DurableFile.read(folder.appending("run.json"), byteCountMax: 1 << 20))
    #expect(document["page"]?.string == "index.html")
    #expect(document["lines"] == nil)
    #expect(document["host"]?.string == "builder-7")
    #expect(document["results"]?.integer == Outcome.allCases.count)
    #expect(try EncodedHeader.decode(try #require(document["header"])) == run.header)
    #expect(try EncodedSummary.decode(try #require(document["summary"])) == run.summary)
  }
}
