import Canonical
import Experiments
import Recording
import Reports
import Suites
import SystemPackage
import Testing

/// The hazards of `junit.md` section 4 with real bytes.
struct JUnitHostileTests {
  @Test(arguments: [
    ("\u{1B}[31mred\u{1B}[0m", "#x1B[31mred#x1B[0m"),
    ("nul \u{0} bell \u{7}", "nul #x00 bell #x07"),
    ("\u{FFFE}\u{FFFF}", "#xFFFE#xFFFF"),
    ("]]> <![CDATA[ ]]]]>", "]]> <![CDATA[ ]]]]>"),
    ("<script>alert(1)</script> & \"x\" 'y'", "<script>alert(1)</script> & \"x\" 'y'"),
    ("&#27; &amp;", "&#27; &amp;"),
    (
      "a <!-- b --> <?c d?> <!DOCTYPE e [<!ENTITY f \"g\">]> &f;",
      "a <!-- b --> <?c d?> <!DOCTYPE e [<!ENTITY f \"g\">]> &f;"
    ),
    ("<failure/><skipped/></testcase><testsuite>", "<failure/><skipped/></testcase><testsuite>"),
    ("one\ntwo\r\nthree\tfour", "one two three four"),
    ("\u{202E}gnp.exe\u{202C}", "\u{202E}gnp.exe\u{202C}"),
    ("e\u{301} é 中 😀 \u{10FFFF}", "e\u{301} é 中 😀 \u{10FFFF}"),
    ("../../etc/passwd", "../../etc/passwd"),
    ("see [[ATTACHMENT|/etc/passwd]]", "see [ [ATTACHMENT|/etc/passwd]]"),
    ("[[[ATTACHMENT|\u{301}x]]", "[[ [ATTACHMENT|\u{301}x]]"),
    ("x\n\tat a.b.c(d.swift:1)", "x at a.b.c(d.swift:1)"),
    ("", "failed"),
  ])
  func `A reason comes back as meant`(reason: String, expected: String) throws {
    let result = try Made.result(
      .failed, reason: reason, hint: reason, details: [reason], notices: [reason],
      checks: [CheckResult(name: reason, verdict: .failed, message: reason)],
      outputs: [Made.output(0, path: "a.png", problem: reason)], attempts: [reason],
      prompt: reason, cells: [])
    let (text, parsed, problems) = try junit(try Made.run([result]))
    #expect(problems == [])
    let failure = try parsed.first("failure")
    #expect(Array((failure.attributes["message"] ?? "").utf8) == Array(expected.utf8))
    #expect(failure.text.hasSuffix("\n at suites/mug.yaml:10\n\tat suites.mug.case(mug.yaml:10)\n"))
    if !reason.isEmpty {
      #expect(failure.text.hasPrefix("\(expected)\n- \(expected)\nhint: \(expected)\n"))
      #expect(failure.text.contains("\nprompt: \(expected)\nattempt 1: \(expected)\n"))
      #expect(try parsed.first("stackTrace").text == expected)
      #expect(try parsed.first("system-out").text.contains(", \(expected)\n"))
    }
    // Only one line may look like a frame, and only ours like an attachment.
    #expect(failure.text.split(separator: "\n").count { $0.hasPrefix("\tat ") } == 1)
    #expect(text.split(separator: "[[ATTACHMENT|").count == 2)
    #expect(!text.contains("<![CDATA["))
  }

  @Test func `A prompt of 100 kB is cut and everything after it stays`() throws {
    let prompt = String(repeating: "mug ]]> ", count: 12_500)
    let result = try Made.result(
      .blocked, reason: prompt, prompt: prompt,
      cells: [CaseCell(axis: "edit", entry: prompt, value: prompt)])
    let (text, parsed, problems) = try junit(try Made.run([result]))
    #expect(problems == [])
    let failure = try parsed.first("failure")
    #expect(failure.attributes["message"]?.utf8.count == 4_096)
    #expect(failure.attributes["message"]?.hasSuffix("…") == true)
    #expect(failure.text.contains("\nprompt: mug ]]> mug"))
    #expect(failure.text.hasSuffix("(mug.yaml:10)\n"))
    #expect(text.utf8.count < 200_000)
  }

  @Test func `Texts past the 10,000,000 bytes that readers refuse are cut, attributes too`() throws
  {
    let huge = String(repeating: "0123456789", count: 1_010_000)
    let result = try Made.result(
      .failed, reason: huge, details: [huge], outputs: [Made.output(0, path: "a", problem: huge)],
      attempts: [huge], prompt: huge, cells: [CaseCell(axis: "a", entry: huge, value: huge)])
    for dialect in JUnitDialect.allCases {
      let (text, parsed, _) = try junit(try Made.run([result]), dialect: dialect)
      let longest = parsed.elements.map { element in
        max(element.text.utf8.count, element.attributes.values.map(\.utf8.count).max() ?? 0)
      }
      #expect(longest.max() ?? .max <= 1 << 20)
      #expect(text.utf8.count < 5_000_000)
    }
  }

  @Test func `A path that is no UTF-8 is written with replacement characters`() throws {
    let bytes: [UInt8] = Array("suites/m".utf8) + [0xFF, 0xC0, 0x80] + Array("g.yaml".utf8)
    let path = unsafe FilePath(platformString: (bytes + [0]).map { CChar(bitPattern: $0) })
    let run = try Made.run([try Made.result(.failed, path: path)], suites: [("mug", path)])
    let (_, parsed, problems) = try junit(run)
    #expect(problems == [])
    #expect(try parsed.first("failure").text.contains(" at suites/m\u{FFFD}"))
  }

  @Test func `Huge details leave a node that every reader takes`() throws {
    let details = (0..<20).map { "\($0) <é>" + String(repeating: "é!", count: 20_000) }
    let (_, parsed, problems) = try junit(
      try Made.run([try Made.result(.apiError, reason: "HTTP 500", details: details)]))
    #expect(problems == [])
    let error = try parsed.first("error")
    #expect(error.text.utf8.count <= 1 << 20)
    #expect(error.text.hasPrefix("HTTP 500\n- 0 <é>"))
    #expect(error.text.hasSuffix("(mug.yaml:10)\n"))
  }

  @Test func `Attachments are pictures of failures within the workspace, each name once`() throws {
    let outputs: [OutputRecord] = [
      Made.output(0, path: "/project/fixtures/mug/blobs/b.png"),
      Made.output(1, path: "reports/./blobs/c.png"),
      Made.output(2, path: "other/b.png"),
      Made.output(3, path: "/elsewhere/d.png"),
      Made.output(4, path: "../e.png"),
      Made.output(5, path: "a|b.png"),
      Made.output(6, path: "a]].png"),
      Made.output(6, path: "a|\u{301}b.png"),
      Made.output(7, path: "a\nb.png"),
      Made.output(8, path: "with space.png"),
    ]
    let run = try Made.run([
      try Made.result(.drifted, 0, outputs: outputs),
      try Made.result(.passed, 1, outputs: outputs),
      try Made.result(.apiError, 2, outputs: outputs),
    ])
    let (text, parsed, problems) = try junit(run, workspace: "/project/")
    #expect(problems == [])
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("[[") }
    #expect(
      lines == [
        "[[ATTACHMENT|fixtures/mug/blobs/b.png]]", "[[ATTACHMENT|reports/blobs/c.png]]",
        "[[ATTACHMENT|with space.png]]",
      ])
    #expect(try parsed.first("system-out").text.hasSuffix("space.png]]\n"))
  }

  @Test func `Hostile names of files and origins stay text`() throws {
    let path: FilePath = "su\u{1B}ites/a b.<x>.yaml"
    let run = try Made.run(
      [try Made.result(.failed, origin: .api("https://a\nb<&\u{1B}"), path: path)],
      suites: [("mug", path)])
    let (_, parsed, problems) = try junit(run)
    #expect(problems == [])
    #expect(try parsed.first("testcase").attributes["classname"] == "proofsheet.mug.a b_<x>")
    #expect(
      parsed.elements.first { $0.attributes["name"] == "proofsheet.origin" }?.attributes["value"]
        == "https://a b<&#x1B")
    #expect(
      try parsed.first("failure").text.hasSuffix(
        " at su#x1Bites/a b.<x>.yaml:10\n\tat su#x1Bites.a b_<x>.case(a b.<x>.yaml:10)\n"))
  }

  @Test(arguments: [
    (-5, "0.000"), (0, "0.000"), (7, "0.007"), (10, "0.010"), (999, "0.999"), (1_000, "1.000"),
    (61_234, "61.234"), (Int.max, "9223372036854775.807"),
  ])
  func `Times have three decimals whatever the latency`(latency: Int, time: String) throws {
    let run = try Made.run([
      try Made.result(.passed, 0, latency: latency), try Made.result(.failed, 1, latency: 0),
    ])
    let (_, parsed, problems) = try junit(run)
    #expect(problems == [])
    #expect(try parsed.first("testcase").attributes["time"] == time)
    #expect(try parsed.first("testsuites").attributes["time"] == time)
  }
}
