internal import Canonical
package import Experiments
internal import Recording
package import SystemPackage

/// Writes a run as JUnit XML, in the dialect that is valid by the Jenkins and by the Surefire schema.
///
/// One `testsuite` a suite and one `testcase` a case, read twice: the first time for the counts, which
/// stand before the cases, so that memory does not grow with them. The file says nothing of the machine
/// or the time of the run, so that two replays of one recording give the same bytes; only a suite of
/// which nothing is recorded takes its `timestamp` from the run.
package enum JUnitReport {
  /// Writes a run.
  ///
  /// - Parameters:
  ///   - run: the run; its suites have different names.
  ///   - path: the file; its folder must be there.
  ///   - workspace: the folder that a dashboard knows files by, usually the working folder. Pictures of
  ///     failed cases are attached by their path from there; those outside are not.
  /// - Throws: `FileFailure` when the file cannot be written, and what reading the run throws; the
  ///   file that was there is then as it was.
  package static func write(
    _ run: some RunReader, to path: FilePath, workspace: FilePath? = nil
  ) throws {
    let writer = try XMLWriter(replacing: path)
    var suites: [JUnitSuite] = []
    var names: Set<String> = []
    for header in run.header.suites {
      guard names.insert(header.name.text).inserted else {
        throw FileFailure(
          operation: "write", path: path, reason: "two suites are named '\(header.name)'")
      }
      suites.append(try JUnitSuite(header, of: run, others: suites))
    }
    var total = JUnitTotals()
    for suite in suites { total.add(suite.totals) }

    writer.startElement("testsuites")
    writer.attribute("name", "proofsheet")
    write(total, to: writer)
    writer.attribute("time", time(total.milliseconds))
    for suite in suites {
      try write(suite, of: run, to: writer, path: path, text: JUnitText(workspace: workspace))
    }
    writer.endElement()
    try writer.finish()
  }

  /// Seconds with three decimals, by whole numbers only; Bazel takes others for milliseconds.
  static func time(_ milliseconds: Int) -> String {
    let (seconds, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1_000)
    return "\(seconds)." + (rest < 10 ? "00" : rest < 100 ? "0" : "") + "\(rest)"
  }

  private static func write(_ totals: JUnitTotals, to writer: borrowing XMLWriter) {
    writer.attribute("tests", "\(totals.tests)")
    writer.attribute("failures", "\(totals.failures)")
    writer.attribute("errors", "\(totals.errors)")
  }

  private static func write(
    _ suite: JUnitSuite, of run: some RunReader, to writer: borrowing XMLWriter, path: FilePath,
    text: JUnitText
  ) throws {
    writer.startElement("testsuite")
    writer.attribute("name", suite.header.name.text)
    write(suite.totals, to: writer)
    writer.attribute("skipped", "\(suite.totals.skipped)")
    writer.attribute("time", time(suite.totals.milliseconds))
    writer.attribute("timestamp", (suite.start ?? run.header.startedAt).seconds)
    writer.startElement("properties")
    for (name, value) in suite.properties(of: run) {
      writer.startElement("property")
      writer.attribute("name", name)
      writer.attribute("value", XMLText.line(value))
      writer.endElement()
    }
    writer.endElement()
    var seen = JUnitTotals()
    try run.forEachResult(of: suite.header.name) { result in
      seen.add(result)
      write(result, className: suite.className, to: writer, text: text)
      try writer.throwFailure()
    }
    for finding in suite.findings {
      seen.addError()
      write(finding, className: suite.className, to: writer)
    }
    guard seen == suite.totals else {
      throw FileFailure(
        operation: "write", path: path,
        reason: "the run changed while it was read; render it again when it has ended")
    }
    writer.endElement()
  }

  private static func write(
    _ result: CaseResult, className: String, to writer: borrowing XMLWriter, text: JUnitText
  ) {
    writer.startElement("testcase")
    writer.attribute("name", result.identity.id.text)
    writer.attribute("classname", className)
    writer.attribute("time", time(result.latencyMilliseconds))
    // Both schemas want this order of elements.
    switch result.outcome.verdict {
    case .success:
      write("flakyFailure", result.failedAttempts, to: writer)
    case .failure:
      write("failure", result, to: writer, text: text)
      write("rerunFailure", result.failedAttempts, to: writer)
    case .error:
      write("rerunFailure", result.failedAttempts, to: writer)
      write("error", result, to: writer, text: text)
    case .skipped:
      write("skipped", result, to: writer, text: text)
    }
    if let output = text.output(result) {
      writer.startElement("system-out")
      writer.text(output)
      writer.endElement()
    }
    writer.endElement()
  }

  /// A finding as a test case of its own, named as no case can be.
  private static func write(
    _ finding: RunFinding, className: String, to writer: borrowing XMLWriter
  ) {
    writer.startElement("testcase")
    writer.attribute("name", "recordings: \(finding.kind.rawValue)")
    writer.attribute("classname", className)
    writer.attribute("time", time(0))
    writer.startElement("error")
    writer.attribute("message", XMLText.line(finding.message))
    writer.attribute("type", finding.kind.rawValue)
    let lines = [finding.message] + finding.subjects.map { "- \($0)" } + ["next: \(finding.next)"]
    writer.text(lines.map(JUnitText.fact).joined(separator: "\n"))
    writer.endElement()
    writer.endElement()
  }

  private static func write(
    _ element: StaticString, _ result: CaseResult, to writer: borrowing XMLWriter, text: JUnitText
  ) {
    writer.startElement(element)
    writer.attribute("message", text.message(result))
    // Surefire's schema knows no type of what was skipped.
    if result.outcome.verdict != .skipped { writer.attribute("type", result.outcome.rawValue) }
    writer.text(text.explanation(result))
    writer.endElement()
  }

  /// Attempts of one case that are written at most; each is in the text of a case that failed as well.
  static let attemptsMax = 100

  private static func write(
    _ element: StaticString, _ attempts: [String], to writer: borrowing XMLWriter
  ) {
    for attempt in attempts.prefix(attemptsMax) {
      let line = JUnitText.fact(attempt)
      writer.startElement(element)
      writer.attribute("message", XMLText.line(line))
      writer.attribute("type", "failed-attempt")
      writer.startElement("stackTrace")
      writer.text(line)
      writer.endElement()
      writer.endElement()
    }
  }
}

/// Counts of cases and the sum of their latencies.
struct JUnitTotals: Hashable {
  private(set) var tests = 0
  private(set) var failures = 0
  private(set) var errors = 0
  private(set) var skipped = 0
  /// The sum of latencies; past the range of 64 bits it stays at its end.
  private(set) var milliseconds = 0

  mutating func add(_ result: CaseResult) {
    tests += 1
    switch result.outcome.verdict {
    case .success: break
    case .failure: failures += 1
    case .error: errors += 1
    case .skipped: skipped += 1
    }
    addTime(max(0, result.latencyMilliseconds))
  }

  /// Adds an error that is no case's.
  mutating func addError() {
    tests += 1
    errors += 1
  }

  mutating func add(_ other: JUnitTotals) {
    tests += other.tests
    failures += other.failures
    errors += other.errors
    skipped += other.skipped
    addTime(other.milliseconds)
  }

  private mutating func addTime(_ more: Int) {
    let (sum, overflow) = milliseconds.addingReportingOverflow(more)
    milliseconds = overflow ? .max : sum
  }
}

/// What stands before the cases of a suite.
struct JUnitSuite {
  /// Origins that are named at most.
  private static let originsMax = 8

  let header: SuiteHeader
  let className: String
  private(set) var totals = JUnitTotals()
  /// When the first case of which that is known was started or, in replay, recorded.
  private(set) var start: Timestamp?
  private var origins: Set<String> = []
  private var isSimulated = false
  /// What the run found out about recordings that fails it.
  let findings: [RunFinding]

  init(_ header: SuiteHeader, of run: some RunReader, others: [JUnitSuite]) throws {
    self.header = header
    className = Self.className(header, others: others)
    findings = run.summary.findings.filter { $0.suite == header.name && $0.isFailure }
    for _ in findings { totals.addError() }
    try run.forEachResult(of: header.name) { result in
      totals.add(result)
      if start == nil { start = result.startedAt }
      guard let origin = result.origin else { return }
      if origin == .simulator { isSimulated = true }
      if origins.count < Self.originsMax { origins.insert(origin.description) }
    }
  }

  /// A dotted name whose last component is the suite file's, by which consumers find the file.
  private static func className(_ header: SuiteHeader, others: [JUnitSuite]) -> String {
    let stem = JUnitText.word(header.path.stem ?? header.name.text)
    let name = JUnitText.word(header.name.text)
    let used = Set(others.map(\.className))
    var candidate = name == stem ? "proofsheet.\(stem)" : "proofsheet.\(name).\(stem)"
    var ordinal = 2
    while used.contains(candidate) {
      candidate = "proofsheet.\(name)~\(ordinal).\(stem)"
      ordinal += 1
    }
    return candidate
  }

  /// Names and values that a dashboard shows beside the suite.
  func properties(of run: some RunReader) -> [(String, String)] {
    var properties = [
      ("proofsheet.version", run.header.toolVersion),
      ("proofsheet.run.mode", run.header.mode.rawValue),
    ]
    if !origins.isEmpty {
      properties.append(("proofsheet.origin", origins.sorted().joined(separator: ", ")))
    }
    // A run that says no more than that some picture is simulated leaves open which.
    if isSimulated || (run.summary.isSimulated && origins.isEmpty) {
      properties.append(("proofsheet.notice", SimulatorNotice.text))
    }
    for warning in run.summary.findings where warning.suite == header.name && !warning.isFailure {
      properties.append(("proofsheet.warning", "\(warning.message); \(warning.next)"))
    }
    return properties
  }
}

/// What every report says of simulated pictures.
enum SimulatorNotice {
  static let text = "pictures of the simulator, a stand-in and no model"
}
