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
  /// Whether results may still come.
  enum Standing {
    /// Somebody writes its lines.
    case goesOn
    /// It wrote what it came to.
    case ended
    /// Nobody writes its lines any more, and they do not say what it came to: it was killed.
    case endedEarly
  }

  private(set) var standing: Standing
  private var summary = RunSummary()
  private var judged: [SuiteName: Baseline] = [:]
  /// How far its lines were read.
  private var position = 0

  /// Finds a run, and reads what there is of it.
  ///
  /// - Parameter place: finds the run where its store lies now.
  /// - Throws: ``StoreFailure`` where there is none, and what reading throws.
  init(
    _ name: String, in store: RunStore, _ filter: CaseFilter,
    place: (StoredRun) -> StoredRun = { $0 }
  ) throws {
    self.store = store
    self.filter = filter
    let (begun, hasEnded) = try store.begunRun(name)
    let run = place(begun)
    header = run.header
    standing = hasEnded ? .ended : .goesOn
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

  /// Cases that have a result.
  var caseCount: Int { summary.caseCount }

  /// Cases that have none yet, or never will.
  var missingCount: Int { max(0, header.caseCount - summary.caseCount) }

  /// How a run stands that was ended early; `nil` where it was not.
  var earlyEnd: String? {
    guard standing == .endedEarly else { return nil }
    return "run \(header.id) was ended early, \(Count.grouped(missingCount)) of "
      + "\(Count.of(header.caseCount, "case")) have no result"
  }

  /// What its results come to so far.
  ///
  /// - Parameter now: the time, up to which a run that goes on has taken.
  func summary(at now: Timestamp) -> RunSummary {
    var summary = summary
    if standing == .goesOn {
      summary.wallMilliseconds = Self.milliseconds(from: header.startedAt, to: now)
    }
    return summary
  }

  private static func milliseconds(from start: Timestamp, to end: Timestamp) -> Int {
    max(0, Int(end.milliseconds - start.milliseconds))
  }

  /// The baseline that a suite's outputs were compared with; `nil` where it is not there.
  func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? {
    // Read once: it is asked for with each decision.
    try judged[suite.name] ?? store.judgedBaseline(of: suite)
  }

  /// The run as a report needs it.
  ///
  /// - Parameter now: the time.
  func reader(at now: Timestamp) throws -> any RunReader {
    guard standing != .ended || position > 0 else { return try store.run(header.id.text) }
    return RunLines(header, summary(at: now), linesPath, end: position)
  }

  private var linesPath: FilePath { folder.appending(RunFolder.fileName) }

  /// Reads what a run has written since; one that has ended writes nothing more.
  ///
  /// - Returns: whether there was anything, or the run has ended.
  mutating func goOn() throws -> Bool {
    guard standing == .goesOn, DurableFile.isFile(linesPath) else { return false }
    // Asked before the lines are read: what is written until then is read.
    let isWritten = LineFile.isBeingWritten(linesPath)
    var (found, end) = ([CaseResult](), RunSummary?.none)
    let next = try RunLines.read(linesPath, from: position) { line in
      switch line {
      case .result(let result): found.append(result)
      case .finished(let summary): end = summary
      }
    }
    guard next > position || isWritten == false else { return false }
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
      standing = .ended
    } else if isWritten == false {
      standing = .endedEarly
      summary.isInterrupted = true
      summary.wallMilliseconds = Self.milliseconds(
        from: header.startedAt, to: try FileStatus(of: linesPath).modifiedAt)
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
