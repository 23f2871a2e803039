internal import Canonical
internal import Experiments
internal import Recording
internal import Reports
internal import RunStore
internal import SystemPackage

/// What a review knows of its run: what waits, and, while the run goes on, what has come of it so far.
struct ReviewedRun {
  /// An output of a suite: two suites may ask for the same.
  struct Key: Hashable {
    let suite: SuiteName
    let output: OutputID
  }

  let header: RunHeader
  private let store: RunStore
  private let filter: CaseFilter
  private(set) var queue = ReviewQueue()
  /// The cases of which an output waits.
  private(set) var results: [Key: CaseResult] = [:]
  /// Whether the run has ended.
  private(set) var hasEnded: Bool
  private var summary = RunSummary()
  private var judged: [SuiteName: Baseline] = [:]
  /// How far its lines were read.
  private var position = 0

  /// Finds a run, and reads what there is of it.
  ///
  /// - Throws: ``StoreFailure`` where there is none, and what reading throws.
  init(_ name: String, in store: RunStore, _ filter: CaseFilter) throws {
    self.store = store
    self.filter = filter
    let (run, hasEnded) = try store.begunRun(name)
    (header, self.hasEnded) = (run.header, hasEnded)
    for suite in header.suites { judged[suite.name] = try judgedBaseline(of: suite) }
    guard hasEnded else {
      _ = try goOn()
      return
    }
    summary = run.summary
    for suite in header.suites {
      try run.forEachResult(of: suite.name) { add($0) }
    }
  }

  /// The folder of the run's reports.
  var folder: FilePath { store.folder.appending(header.id.text) }

  /// Results that are there.
  var resultCount: Int { queue.resultCount }

  /// The baseline that a suite's outputs were compared with; `nil` where it is not there.
  func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? {
    // Read once: it is asked for with each decision.
    try judged[suite.name] ?? store.judgedBaseline(of: suite)
  }

  /// The run as a report needs it.
  func reader() throws -> any RunReader {
    guard !hasEnded || position > 0 else { return try store.run(header.id.text) }
    return RunLines(header, summary, linesPath, end: position)
  }

  private var linesPath: FilePath { folder.appending(RunFolder.fileName) }

  /// Reads what a run has written since; one that has ended writes nothing more.
  ///
  /// - Returns: whether there was anything.
  mutating func goOn() throws -> Bool {
    guard !hasEnded, DurableFile.isFile(linesPath) else { return false }
    var (found, end) = ([CaseResult](), RunSummary?.none)
    let next = try RunLines.read(linesPath, from: position) { line in
      switch line {
      case .result(let result): found.append(result)
      case .finished(let summary): end = summary
      }
    }
    guard next > position else { return false }
    position = next
    for result in found {
      summary.counts[result.outcome, default: 0] += 1
      summary.groupCount += result.group == nil ? 0 : 1
      summary.isSimulated = summary.isSimulated || result.origin == .simulator
      summary.spending.spent += result.cost
      summary.spending.possiblyBilled += result.possiblyBilled
      add(result)
    }
    if let end {
      summary = end
      hasEnded = true
    }
    return true
  }

  private mutating func add(_ result: CaseResult) {
    guard filter.admits(result.identity, outcome: result.outcome) else {
      queue.skip()
      return
    }
    let before = queue.entries.count
    queue.add(result, judged: judged[result.identity.suite])
    for entry in queue.entries[before...] {
      results[Key(suite: entry.suite, output: entry.output)] = result
    }
  }
}
