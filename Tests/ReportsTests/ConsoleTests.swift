import Canonical
import Experiments
import Reports
import Suites
import Synchronization
import SystemPackage
import Testing

/// What was written, and a clock that tests set.
private final class Screen: Sendable {
  let text = Mutex("")
  let time = Mutex(Duration.zero)

  func report(_ style: ConsoleStyle) -> ConsoleReport {
    ConsoleReport(
      style: style, now: { self.time.withLock { $0 } },
      write: { piece in self.text.withLock { $0 += piece } })
  }

  func shown() -> String {
    text.withLock { $0 }.replacing("\r\u{1B}[2K", with: "␍\n").replacing("\u{1B}", with: "␛")
  }
}

struct ConsoleTests {
  static let spending = Spending(
    spent: Money(microDollars: 3_120_000), possiblyBilled: Money(microDollars: 90_000),
    cap: Money(microDollars: 5_000_000), requests: 104)

  /// Three cases of four, three seconds apart.
  private func shown(_ style: ConsoleStyle) throws -> String {
    let screen = Screen()
    let report = screen.report(style)
    let results = [
      try Made.result(.passed, 0),
      try Made.result(
        .drifted, 1,
        reason: "unlike every approved output: \u{1B}[31mPDQ distance 34, at most 10\u{202E}",
        hint: "proofsheet review latest shows both pictures side by side, with what differs "
          + "between them",
        details: ["nearest 12ab"],
        checks: [CheckResult(name: "baseline", verdict: .drifted, message: "34")],
        outputs: [Made.output(0, path: "fixtures/mug/blobs/b.png")]),
      try Made.result(.apiError, 2, reason: "HTTP 500", attempts: ["HTTP 500"]),
    ]
    let run = try Made.run(
      results + [try Made.result(.cancelled, 3)], mode: .record, spending: Self.spending,
      isSimulated: true)
    report.receive(.started(run.header))
    report.receive(.notice("found under another name"))
    for result in results {
      screen.time.withLock { $0 += .seconds(3) }
      report.receive(.caseFinished(result, spending: Self.spending))
    }
    report.receive(.finished(run.summary))
    return screen.shown()
  }

  @Test func `A terminal of 40 columns`() throws {
    let text = try shown(ConsoleStyle(isTerminal: true, columns: 40))
    #expect(
      text == """
        record: 4 cases of 1 suite, from
          https://api.example.com
        ␍
        [                            ]  0/4  0%␍
        note: found under another name
        ␍
        1/4  25%  $3.12 of $5  9s left␍
        drifted  paper--drifted
          unlike every approved output:
            <U+001B>[31mPDQ distance 34, at most
            10<U+202E>
          - nearest 12ab
          suites/mug.yaml:11
          fixtures/mug/blobs/b.png
          hint: proofsheet review latest shows both pictures side by side, with what differs between them
        ␍
        2/4  1 failed  $3.12 of $5  6s left␍
        api-error  paper--api-error
          HTTP 500
          suites/mug.yaml:12
        ␍
        3/4  1 failed, 1 in error  $3.12 of $5␍
        look first at:
          api-error  paper--api-error
            suites/mug.yaml:12
        4 cases in 12s: 1 passed, 1 drifted, 1
          api-error, 1 cancelled
        $3.12 spent, $0.09 possibly billed, cap
          $5
        pictures of the simulator, a stand-in
          and no model

        """)
  }

  @Test func `A terminal of 80 columns`() throws {
    let text = try shown(ConsoleStyle(isTerminal: true, columns: 80))
    #expect(
      text == """
        record: 4 cases of 1 suite, from https://api.example.com
        ␍
        [                              ]  0/4  0%␍
        note: found under another name
        ␍
        [=======                       ]  1/4  25%  $3.12 of $5  9s left␍
        drifted  paper--drifted
          unlike every approved output: <U+001B>[31mPDQ distance 34, at most 10<U+202E>
          - nearest 12ab
          suites/mug.yaml:11
          fixtures/mug/blobs/b.png
          hint: proofsheet review latest shows both pictures side by side, with what differs between them
        ␍
        [===============               ]  2/4  50%  1 failed  $3.12 of $5  6s left␍
        api-error  paper--api-error
          HTTP 500
          suites/mug.yaml:12
        ␍
        [=================      ]  3/4  75%  1 failed, 1 in error  $3.12 of $5  3s left␍
        look first at:
          api-error  paper--api-error
            suites/mug.yaml:12
        4 cases in 12s: 1 passed, 1 drifted, 1 api-error, 1 cancelled
        $3.12 spent, $0.09 possibly billed, cap $5
        pictures of the simulator, a stand-in and no model

        """)
  }

  @Test func `A terminal of 120 columns with colours`() throws {
    let text = try shown(ConsoleStyle(isTerminal: true, columns: 120, colour: true))
    #expect(
      text == """
        record: 4 cases of 1 suite, from https://api.example.com
        ␍
        [                              ]  0/4  0%␍
        note: found under another name
        ␍
        [␛[32m=======␛[0m                       ]  1/4  25%  $3.12 of $5  9s left␍
        ␛[31mdrifted␛[0m  paper--drifted
          unlike every approved output: <U+001B>[31mPDQ distance 34, at most 10<U+202E>
          - nearest 12ab
          suites/mug.yaml:11
          fixtures/mug/blobs/b.png
          hint: proofsheet review latest shows both pictures side by side, with what differs \
        between them
        ␍
        [␛[31m===============␛[0m               ]  2/4  50%  1 failed  $3.12 of $5  6s left␍
        ␛[31mapi-error␛[0m  paper--api-error
          HTTP 500
          suites/mug.yaml:12
        ␍
        [␛[31m======================␛[0m        ]  3/4  75%  1 failed, 1 in error  $3.12 of $5  \
        3s left␍
        ␛[1mlook first at:␛[0m
          ␛[31mapi-error␛[0m  paper--api-error
            suites/mug.yaml:12
        ␛[31m4 cases in 12s: 1 passed, 1 drifted, 1 api-error, 1 cancelled␛[0m
        $3.12 spent, $0.09 possibly billed, cap $5
        ␛[33mpictures of the simulator, a stand-in and no model␛[0m

        """)
  }

  @Test func `No terminal`() throws {
    let text = try shown(ConsoleStyle(isTerminal: false))
    #expect(
      text == """
        record: 4 cases of 1 suite, from https://api.example.com
        note: found under another name
        drifted  paper--drifted
          unlike every approved output: <U+001B>[31mPDQ distance 34, at most 10<U+202E>
          - nearest 12ab
          suites/mug.yaml:11
          fixtures/mug/blobs/b.png
          hint: proofsheet review latest shows both pictures side by side, with what differs \
        between them
        2 of 4 cases (50 %), 1 passed, 1 drifted, $3.12 of $5 spent, about 6s left
        api-error  paper--api-error
          HTTP 500
          suites/mug.yaml:12
        look first at:
          api-error  paper--api-error
            suites/mug.yaml:12
        4 cases in 12s: 1 passed, 1 drifted, 1 api-error, 1 cancelled
        $3.12 spent, $0.09 possibly billed, cap $5
        pictures of the simulator, a stand-in and no model

        """)
  }

  @Test func `No terminal, with every case`() throws {
    let text = try shown(ConsoleStyle(isTerminal: false, verbosity: .verbose))
    #expect(
      text == """
        record: 4 cases of 1 suite, from https://api.example.com
        note: found under another name
        passed  paper--passed
          as approved
          suites/mug.yaml:10
        drifted  paper--drifted
          unlike every approved output: <U+001B>[31mPDQ distance 34, at most 10<U+202E>
          - nearest 12ab
          baseline: drifted: 34
          suites/mug.yaml:11
          fixtures/mug/blobs/b.png
          hint: proofsheet review latest shows both pictures side by side, with what differs \
        between them
        2 of 4 cases (50 %), 1 passed, 1 drifted, $3.12 of $5 spent, about 6s left
        api-error  paper--api-error
          HTTP 500
          attempt: HTTP 500
          suites/mug.yaml:12
        look first at:
          api-error  paper--api-error
            suites/mug.yaml:12
        4 cases in 12s: 1 passed, 1 drifted, 1 api-error, 1 cancelled
        $3.12 spent, $0.09 possibly billed, cap $5
        pictures of the simulator, a stand-in and no model

        """)
  }

  @Test func `With every case each check is told once`() throws {
    func check(
      _ name: String, _ verdict: CheckResult.Verdict, _ message: String,
      _ severity: CheckSeverity = .fail
    ) -> CheckResult {
      CheckResult(name: name, verdict: verdict, severity: severity, message: message)
    }
    let format = check("format", .passed, "jpeg")
    let late = check("latency", .failed, "took 61 s, at most 60 s", .warn)
    let drifted = check("baseline", .drifted, "PDQ distance 34, at most 10")
    let preserve = check("preserve", .failed, "SSIM 0.2, at least 0.9")
    let new = check("baseline", .unapproved, "picture 0 has no approved one")
    let alike = check("near", .failed, "a and b are not alike")
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false, verbosity: .verbose))
    let results = [
      try Made.result(
        .passed, 0, reason: "format: jpeg", notices: [try #require(late.warning)],
        checks: [format, late]),
      try Made.result(
        .drifted, 1, reason: "baseline: \(drifted.message); and 1 more: preserve",
        checks: [format, drifted, preserve]),
      try Made.result(
        .known, 2, reason: "flaky (drifted: baseline: \(drifted.message))",
        checks: [format, drifted]),
      try Made.result(
        .passed, 3, id: "unapproved", reason: "format: jpeg",
        notices: ["\(new.message); look at it and approve it"], checks: [format, new]),
      try Made.result(.failed, 4, id: "group", reason: alike.message, checks: [alike]),
    ]
    for result in results { report.receive(.caseFinished(result, spending: Spending())) }
    #expect(
      screen.shown() == """
        passed  paper--passed
          format: passed: jpeg
          note: warning: latency: took 61 s, at most 60 s
          suites/mug.yaml:10
        drifted  paper--drifted
          baseline: PDQ distance 34, at most 10; and 1 more: preserve
          format: passed: jpeg
          preserve: failed: SSIM 0.2, at least 0.9
          suites/mug.yaml:11
        known  paper--known
          flaky (drifted: baseline: PDQ distance 34, at most 10)
          format: passed: jpeg
          suites/mug.yaml:12
        passed  unapproved
          format: passed: jpeg
          note: picture 0 has no approved one; look at it and approve it
          suites/mug.yaml:13
        failed  group
          a and b are not alike
          suites/mug.yaml:14

        """)
  }

  @Test func `No terminal, with failures only`() throws {
    let text = try shown(ConsoleStyle(isTerminal: false, verbosity: .quiet))
    #expect(
      text == """
        drifted  paper--drifted
          unlike every approved output: <U+001B>[31mPDQ distance 34, at most 10<U+202E>
          - nearest 12ab
          suites/mug.yaml:11
          fixtures/mug/blobs/b.png
          hint: proofsheet review latest shows both pictures side by side, with what differs \
        between them
        api-error  paper--api-error
          HTTP 500
          suites/mug.yaml:12
        4 cases in 12s: 1 passed, 1 drifted, 1 api-error, 1 cancelled
        $3.12 spent, $0.09 possibly billed, cap $5
        pictures of the simulator, a stand-in and no model

        """)
  }

  @Test func `Progress is drawn at most ten times a second`() throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: true))
    let results = try (0..<1_000).map { try Made.result(.passed, $0, id: "p\($0)") }
    report.receive(.started(try Made.run(results).header))
    for result in results {
      screen.time.withLock { $0 += .milliseconds(7) }
      report.receive(.caseStarted(result.identity.id))
      report.receive(.caseFinished(result, spending: Spending()))
    }
    let drawn = screen.shown().split(separator: "␍").count
    #expect((40...71).contains(drawn))
  }

  @Test(arguments: [40, 41, 60, 79, 80, 100, 120, 200])
  func `No line of progress is wider than the terminal`(columns: Int) throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: true, columns: columns))
    let outcomes = [Outcome.passed, .failed, .apiError, .known]
    let results = try (0..<400).map { try Made.result(outcomes[$0 % 4], $0, id: "case-\($0)") }
    report.receive(.started(try Made.run(results, mode: .live).header))
    for result in results {
      screen.time.withLock { $0 += .seconds(200) }
      report.receive(.caseFinished(result, spending: Self.spending))
    }
    for line in screen.shown().split(separator: "\n") {
      // The last column stays free of what is drawn over, which the mark of the test counts as.
      #expect(line.count <= columns, "\(line)")
    }
  }

  @Test func `Of many failing cases the first hundred are shown`() throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false))
    let results = try (0..<150).map { position in
      try Made.result(position == 149 ? .fixtureCorrupt : .failed, position, id: "c\(position)")
    }
    let run = try Made.run(results)
    report.receive(.started(run.header))
    for result in results { report.receive(.caseFinished(result, spending: Spending())) }
    report.receive(.finished(run.summary))
    let text = screen.shown()
    #expect(text.contains("\nfailed  c99\n"))
    #expect(!text.contains("\nfailed  c100\n"))
    #expect(text.contains("\nfurther failing cases are counted only; --verbose shows them\n"))
    // What asks for the most urgent exit code comes first, though it came last.
    #expect(text.contains("worst first:\n  fixture-corrupt  c149\n    suites/mug.yaml:159\n"))
    #expect(text.contains("\n  and 140 more\n150 cases in 12s: 149 failed, 1 fixture-corrupt\n"))
  }

  @Test(arguments: [1, 2, 10, 11])
  func `Of a few failing cases the first to look at is named, of many a list`(count: Int) throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false))
    let results = try (0..<count).map { place in
      try Made.result(
        place == count - 1 ? .apiError : .drifted, place, id: "case-\(place)",
        outputs: [Made.output(0, path: FilePath("blobs/\(place).png"))])
    }
    let run = try Made.run(results)
    report.receive(.started(run.header))
    for result in results { report.receive(.caseFinished(result, spending: Spending())) }
    let before = screen.shown()
    report.receive(.finished(run.summary))
    let told = screen.shown().dropFirst(before.count)
    #expect(told.contains("worst first:") == (count > 10))
    #expect(told.contains("look first at:\n  api-error  case-\(count - 1)\n") == (2...10 ~= count))
    // Nothing that was told just before is told again but for the one to look at.
    let named = told.split(separator: "\n").count {
      $0.hasPrefix("  drifted") || $0.hasPrefix("  api-error")
    }
    #expect(named == (count == 1 ? 0 : count > 10 ? 10 : 1))
    #expect(told.contains("\n  and 1 more\n") == (count == 11))
  }

  @Test func `A good run says nothing when quiet`() throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: true, verbosity: .quiet))
    let result = try Made.result(.passed)
    let run = try Made.run([result])
    report.receive(.started(run.header))
    report.receive(.notice("something"))
    report.receive(.caseFinished(result, spending: Spending()))
    report.receive(.finished(run.summary))
    #expect(screen.shown() == "")
  }

  @Test func `An interrupted run says so`() throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false))
    var summary = try Made.run([try Made.result(.passed)], mode: .live).summary
    summary.isInterrupted = true
    report.receive(.started(try Made.run([], mode: .live).header))
    report.receive(.finished(summary))
    #expect(screen.shown().contains("\ninterrupted, 1 case in 12s: 1 passed\n"))
  }

  @Test func `What may be spent without a cap is said`() throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false))
    let run = try Made.run([], mode: .live)
    report.receive(.started(run.header))
    report.receive(.finished(run.summary))
    #expect(screen.shown().hasSuffix("0 cases in 12s\n$0 spent, no cap\n"))
  }

  @Test func `A hint and a note of many cases are said once`() throws {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false))
    let results = try (0..<3).map { position in
      try Made.result(
        .unapproved, position, id: "case-\(position)", reason: "nothing is approved",
        hint: "proofsheet approve latest")
    }
    let passed = try (3..<5).map { position in
      try Made.result(.passed, position, id: "case-\(position)", notices: ["look at it"])
    }
    let run = try Made.run(results + passed)
    report.receive(.started(run.header))
    for result in results + passed {
      report.receive(.caseFinished(result, spending: Spending()))
    }
    report.receive(.finished(run.summary))
    let text = screen.shown()
    #expect(text.split(separator: "hint: proofsheet approve latest").count == 2, "\(text)")
    #expect(text.contains("note, 2 cases: look at it"), "\(text)")
  }

  /// What is said once cases have ended.
  private func ending(_ results: [CaseResult]) throws -> String {
    let screen = Screen()
    let report = screen.report(ConsoleStyle(isTerminal: false))
    let run = try Made.run(results)
    report.receive(.started(run.header))
    for result in results { report.receive(.caseFinished(result, spending: Spending())) }
    report.receive(.finished(run.summary))
    return screen.shown()
  }

  /// A case with a check that warns.
  private func warned(_ position: Int, _ name: String, _ message: String) throws -> CaseResult {
    let check = CheckResult(name: name, verdict: .failed, severity: .warn, message: message)
    return try Made.result(
      .passed, position, id: "case-\(position)", notices: [try #require(check.warning)],
      checks: [check])
  }

  @Test func `Warnings of a check are one note, with an example where they differ`() throws {
    let text = try ending(
      (0..<22).map { try warned($0, "latency", "\($0 + 4) s, at most 1 ms") }
        + (22..<24).map { try warned($0, "format", "png, expected jpeg") }
        + (24..<60).map {
          try Made.result(.passed, $0, id: "case-\($0)", notices: ["look at \($0 % 3)"])
        })
    #expect(
      text.hasSuffix(
        """

        note, 22 cases: warning: latency: for example case-0: 4 s, at most 1 ms
        note, 2 cases: warning: format: png, expected jpeg
        note, 12 cases: look at 0
        note, 12 cases: look at 1
        note, 12 cases: look at 2
        60 cases in 12s: 60 passed

        """), "\(text)")
  }

  @Test(arguments: [
    (4, "\nand 1 more note: --verbose shows it\n"),
    (5, "\nand 2 more notes: --verbose shows them\n"),
    (2_000, "\nand 1,997 more notes: --verbose shows them\n"),
  ])
  func `Notes that are not shown are counted`(count: Int, line: String) throws {
    let text = try ending(
      (0..<count).map {
        try Made.result(.passed, $0, id: "case-\($0)", notices: ["look at \($0)"])
      })
    #expect(text.contains(line), "\(text)")
    #expect(text.split(separator: "\n").count { $0.hasPrefix("note, ") } == 3)
  }

  @Test func `Of many checks that warn the first are shown, and the rest is counted`() throws {
    let text = try ending((0..<25).map { try warned($0, "check-\($0)", "no") })
    #expect(text.split(separator: "\n").count { $0.hasPrefix("note, ") } == 20)
    #expect(text.contains("\nand 5 more notes: --verbose shows them\n"), "\(text)")
  }
}
