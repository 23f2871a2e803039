internal import Canonical
internal import Experiments
internal import Recording
internal import SystemPackage

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

/// What stands before the cases of a suite, and how each of them is written.
struct JUnitSuite {
  /// Cases that go into one file.
  struct Part: Hashable {
    /// How many there are.
    fileprivate(set) var caseCount = 0
    /// What they come to, with the findings behind the last.
    fileprivate(set) var totals = JUnitTotals()
    /// Whether no other part follows.
    fileprivate(set) var isLast = false
    fileprivate var byteCount = 0
  }

  /// Origins that are named at most.
  private static let originsMax = 8

  let header: SuiteHeader
  let className: String
  /// Which suite of the run it is, from 0.
  let number: Int
  /// The parts in order; a run that is not split has one.
  private(set) var parts = [Part()]
  /// When the first case of which that is known was started or, in replay, recorded.
  private(set) var start: Timestamp?
  /// What the run found out about recordings that fails it.
  let findings: [RunFinding]
  let text: JUnitText
  let dialect: JUnitDialect
  private var origins: Set<String> = []
  private var isSimulated = false

  init(
    _ header: SuiteHeader, of run: some RunReader, others: [JUnitSuite], options: JUnitOptions,
    splits: Bool
  ) throws {
    self.header = header
    number = others.count
    className = Self.className(header, others: others)
    findings = run.summary.findings.filter { $0.suite == header.name && $0.isFailure }
    text = JUnitText(workspace: options.workspace, pictures: options.pictures)
    dialect = options.dialect
    try run.forEachResult(of: header.name) { result in
      take(result, splits ? options : nil)
    }
    for _ in findings { parts[parts.count - 1].totals.addError() }
    parts[parts.count - 1].isLast = true
  }

  private mutating func take(_ result: CaseResult, _ limits: JUnitOptions?) {
    if let limits {
      let size = estimatedByteCount(of: result)
      let last = parts[parts.count - 1]
      let isFull =
        last.caseCount >= limits.casesMax || last.byteCount + size > limits.byteCountMax
      if isFull, last.caseCount > 0 { parts.append(Part()) }
      parts[parts.count - 1].byteCount += size
    }
    parts[parts.count - 1].caseCount += 1
    parts[parts.count - 1].totals.add(result)
    if start == nil { start = result.startedAt }
    guard let origin = result.origin else { return }
    if origin == .simulator { isSimulated = true }
    if origins.count < Self.originsMax { origins.insert(origin.description) }
  }

  /// What all parts come to.
  var totals: JUnitTotals {
    parts.reduce(into: JUnitTotals()) { $0.add($1.totals) }
  }

  /// The suite's file, for attributes.
  var file: String { XMLText.line(header.path.string) }

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
    if let state = run.summary.state { properties.append(("proofsheet.run.state", state)) }
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
package enum SimulatorNotice {
  /// The sentence.
  package static let text = "pictures of the simulator, a stand-in and no model"
}
