package import Canonical
package import SystemPackage

/// Where answers come from in a run.
package enum RunMode: String, Hashable, Sendable, CaseIterable {
  /// From recordings only; there is no way to the network.
  case replay
  /// From recordings, and from the API for what is not recorded.
  case record
  /// From the API for every case; a recording is replaced when its case succeeded.
  case refresh
  /// From the API for every case; recordings are left alone.
  case live

  /// Whether the mode may send requests.
  package var maySpend: Bool { self != .replay }
}

/// What a report says of a suite.
package struct SuiteHeader: Hashable, Sendable {
  /// The name.
  package let name: SuiteName
  /// The file as it was named on the command line.
  package let path: FilePath
  /// The digest of the file.
  package let digest: SHA256Digest
  /// How many cases of it the run has, after filters.
  package let caseCount: Int
  /// The digest of the baseline that outputs were compared with, as a file of it is written; `nil` of
  /// a run of a time before it was kept.
  package let baseline: SHA256Digest?
  /// The pictures of its own that it sends.
  package let inputs: [InputRecord]

  /// Puts a header together.
  package init(
    name: SuiteName, path: FilePath, digest: SHA256Digest, caseCount: Int,
    baseline: SHA256Digest? = nil, inputs: [InputRecord] = []
  ) {
    self.inputs = inputs
    self.name = name
    self.path = path
    self.digest = digest
    self.caseCount = caseCount
    self.baseline = baseline
  }

  /// The same with another number of cases.
  package func with(caseCount: Int) -> SuiteHeader {
    SuiteHeader(
      name: name, path: path, digest: digest, caseCount: caseCount, baseline: baseline,
      inputs: inputs)
  }
}

/// What a report says of a run before its first case.
package struct RunHeader: Hashable, Sendable {
  /// The run.
  package let id: RunID
  /// When it was started.
  package let startedAt: Timestamp
  /// Where answers come from.
  package let mode: RunMode
  /// The version of the tool.
  package let toolVersion: String
  /// The folder that the paths of suites and pictures start from; empty where it is not known.
  package let workingFolder: FilePath
  /// Scheme and host of the endpoint; `nil` in replay.
  package let endpoint: String?
  /// The suites in order.
  package let suites: [SuiteHeader]
  /// Which part of the plan it has; `nil` where it has all of it.
  package let shard: ShardHeader?

  /// Puts a header together.
  package init(
    id: RunID, startedAt: Timestamp, mode: RunMode, toolVersion: String,
    workingFolder: FilePath = "", endpoint: String?, suites: [SuiteHeader],
    shard: ShardHeader? = nil
  ) {
    self.shard = shard
    self.id = id
    self.startedAt = startedAt
    self.mode = mode
    self.toolVersion = toolVersion
    self.workingFolder = workingFolder
    self.endpoint = endpoint
    self.suites = suites
  }

  /// The same with other suites.
  func with(suites: [SuiteHeader]) -> RunHeader {
    RunHeader(
      id: id, startedAt: startedAt, mode: mode, toolVersion: toolVersion,
      workingFolder: workingFolder, endpoint: endpoint, suites: suites, shard: shard)
  }

  /// The same with paths that start from another folder.
  package func with(workingFolder: FilePath) -> RunHeader {
    RunHeader(
      id: id, startedAt: startedAt, mode: mode, toolVersion: toolVersion,
      workingFolder: workingFolder, endpoint: endpoint, suites: suites, shard: shard)
  }

  /// How many cases the run has.
  package var caseCount: Int { suites.reduce(0) { $0 + $1.caseCount } }
}

/// Money of a run.
package struct Spending: Hashable, Sendable {
  /// What was spent.
  package var spent: Money
  /// What may have been billed beside that: sent, and no answer came.
  package var possiblyBilled: Money
  /// What may be spent at most; `nil` without a cap.
  package var cap: Money?
  /// Requests for pictures that were sent.
  package var requests: Int

  /// Puts amounts together.
  package init(
    spent: Money = .zero, possiblyBilled: Money = .zero, cap: Money? = nil, requests: Int = 0
  ) {
    self.spent = spent
    self.possiblyBilled = possiblyBilled
    self.cap = cap
    self.requests = requests
  }
}

/// What a run came to.
package struct RunSummary: Hashable, Sendable {
  /// How many cases ended how; an outcome that did not occur is left out.
  package var counts: [Outcome: Int]
  /// Money.
  package var spending: Spending
  /// Milliseconds by the wall clock.
  package var wallMilliseconds: Int
  /// Whether any picture is of the simulator, which is a stand-in and no model.
  package var isSimulated: Bool
  /// Whether the user interrupted it.
  package var isInterrupted: Bool
  /// How many of what ended were groups of cases.
  package var groupCount = 0
  /// What was found out about it and its recordings, in the order of the suites.
  package var findings: [RunFinding]
  /// What a shard found out about the recordings of the whole plan; told once, of the merged run.
  package var wholeFindings: [RunFinding]

  /// Puts a summary together.
  package init(
    counts: [Outcome: Int] = [:], spending: Spending = Spending(), wallMilliseconds: Int = 0,
    isSimulated: Bool = false, isInterrupted: Bool = false, groupCount: Int = 0,
    findings: [RunFinding] = [], wholeFindings: [RunFinding] = []
  ) {
    self.wholeFindings = wholeFindings
    self.groupCount = groupCount
    self.counts = counts
    self.spending = spending
    self.wallMilliseconds = wallMilliseconds
    self.isSimulated = isSimulated
    self.isInterrupted = isInterrupted
    self.findings = findings
  }

  /// How many cases ended, without groups.
  package var caseCount: Int { counts.values.reduce(0, +) - groupCount }

  /// The exit code that the cases and findings ask for.
  package var exitStatus: ExitStatus {
    ExitStatus.worst(
      counts.filter { $0.value > 0 }.keys.map(\.exitStatus)
        + (isInterrupted ? [ExitStatus.interrupted] : [])
        + findings.map(\.exitStatus))
  }
}

/// What happens during a run, in order.
package enum RunEvent: Sendable {
  /// The run starts; always the first event.
  case started(RunHeader)
  /// Something to know that belongs to no case.
  case notice(String)
  /// The number of orders that may be under way has changed.
  case paced(limit: Int)
  /// A case begins; in any order.
  case caseStarted(CaseID)
  /// A case ended, in plan order, or a group of cases, after the cases of its suite.
  case caseFinished(CaseResult, spending: Spending)
  /// The run ended; always the last event.
  case finished(RunSummary)
}

/// Something that is told of a run as it happens.
package protocol RunSink: Sendable {
  /// Takes an event; events come one at a time.
  ///
  /// - Throws: an error that says what could not be written where. The run goes on and other sinks
  ///   are still told.
  func receive(_ event: RunEvent) throws
}

/// A stored run, read as often as a report needs.
package protocol RunReader: Sendable {
  /// What the run is.
  var header: RunHeader { get }
  /// What it came to.
  var summary: RunSummary { get }

  /// Gives each result of a suite in plan order, one at a time, so that a million fit in little memory.
  ///
  /// - Throws: what reading or the body throws.
  func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws

  /// The baseline that outputs of a suite were compared with; `nil` where it was not kept.
  ///
  /// - Throws: what reading throws.
  func judgedBaseline(of suite: SuiteHeader) throws -> Baseline?
}

extension RunReader {
  /// A run that keeps no baselines.
  package func judgedBaseline(of suite: SuiteHeader) throws -> Baseline? { nil }
}

/// A run whose results are in memory.
package struct MemoryRun: RunReader {
  /// What the run is.
  package let header: RunHeader
  /// What it came to.
  package let summary: RunSummary
  /// The results in plan order.
  package let results: [CaseResult]

  /// Puts a run together.
  package init(header: RunHeader, summary: RunSummary, results: [CaseResult]) {
    self.header = header
    self.summary = summary
    self.results = results
  }

  /// Gives each result of a suite in order.
  package func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    for result in results where result.identity.suite == suite { try body(result) }
  }
}
