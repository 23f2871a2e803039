package import Canonical
package import Experiments
internal import Recording
internal import Suites
package import SystemPackage

/// A run read from the folder of its reports, wherever it was made: from `run.jsonl`, with the pictures that
/// lie beside it.
///
/// The folder may be a stranger's. Pictures are taken from its folder `pictures` only, whatever paths the
/// run states, and by their digests.
package struct RunFolder: RunReader {
  /// The largest file of lines in bytes.
  package static let byteCountMax = 4 << 30
  /// The longest line in bytes.
  package static let lineByteCountMax = 32 << 20
  /// The file that is read.
  package static let fileName = "run.jsonl"

  private let folder: FilePath
  /// Whether paths are taken as the run states them.
  private let isOwn: Bool
  /// What the run is.
  package let header: RunHeader
  /// What it came to; of a run that ended in the middle, what its cases came to until then.
  package private(set) var summary: RunSummary

  /// Takes the money of a run that was killed from what it has sent: its results do not tell all of it.
  package mutating func replaceSpending(_ spending: Spending) { summary.spending = spending }

  /// Reads header and summary of a run.
  ///
  /// - Parameters:
  ///   - folder: the folder that holds `run.jsonl`.
  ///   - isOwn: whether this tool wrote it here, so that pictures lie where it says they do.
  ///   - resumption: the command that goes on with the run, where its run store is known.
  /// - Throws: `FileFailure` or a failure that names the line.
  package init(
    _ folder: FilePath, isOwn: Bool = false, resumption: ((RunHeader) -> String)? = nil
  ) throws {
    self.folder = folder
    self.isOwn = isOwn
    var caseCounts: [SuiteName: Int] = [:]
    var header: RunHeader?
    var finished: RunSummary?
    var counted = RunSummary(isInterrupted: true)
    try Self.forEachLine(of: folder) { document in
      switch document["kind"]?.string {
      case "run-started": header = try EncodedHeader.decode(document)
      case "run-finished": finished = try EncodedSummary.decode(document)
      case "case", "group":
        let result = try EncodedCase.decode(document)
        counted.counts[result.outcome, default: 0] += 1
        counted.spending.spent += result.cost
        counted.spending.possiblyBilled += result.possiblyBilled
        counted.isSimulated = counted.isSimulated || result.origin == .simulator
        if result.group != nil {
          counted.groupCount += 1
        } else {
          caseCounts[result.identity.suite, default: 0] += 1
        }
      default: break
      }
    }
    guard let header else {
      throw FileFailure(
        operation: "read", path: folder.appending(Self.fileName),
        reason: "it has no line of kind 'run-started', so it is no run")
    }
    counted.findings = Self.missing(from: header, caseCounts, resumption?(header))
    summary = finished ?? counted
    guard !isOwn else {
      self.header = header
      return
    }
    self.header = RunHeader(
      id: header.id, startedAt: header.startedAt, mode: header.mode,
      toolVersion: header.toolVersion, endpoint: header.endpoint,
      suites: header.suites.map { suite in
        SuiteHeader(
          name: suite.name, path: suite.path, digest: suite.digest, caseCount: suite.caseCount,
          baseline: suite.baseline,
          inputs: suite.inputs.map { input in
            InputRecord(blob: input.blob, path: Self.picture(input.blob, in: folder))
          })
      }, shard: header.shard)
  }

  /// What a run lacks that ended in the middle.
  private static func missing(
    from header: RunHeader, _ counts: [SuiteName: Int], _ resumption: String?
  ) -> [RunFinding] {
    let place = resumption == nil ? " where it was made" : ""
    let command = resumption ?? header.resumption("")
    func finding(_ suite: SuiteHeader, _ message: String) -> RunFinding {
      RunFinding(
        .incomplete, of: suite.name, severity: .fail, message: message, subjects: [],
        next: header.mode == .live
          ? "go on with it\(place), and buy nothing twice: \(command)"
          : "run the suite again\(place), what is paid for is kept and not bought twice: \(command)"
      )
    }
    let found = header.suites.compactMap { suite -> RunFinding? in
      let missing = suite.caseCount - counts[suite.name, default: 0]
      guard missing > 0 else { return nil }
      return finding(
        suite,
        "\(Count.grouped(missing)) of \(Count.of(suite.caseCount, "case")) "
          + "\(missing == 1 ? "has" : "have") no result, for the run has not come to its end")
    }
    guard found.isEmpty, let last = header.suites.last else { return found }
    return [
      finding(
        last, "the run has not come to its end; groups of cases may have no result")
    ]
  }

  /// Gives each result of a suite in the order of the file.
  package func forEachResult(of suite: SuiteName, _ body: (CaseResult) throws -> Void) throws {
    try Self.forEachLine(of: folder) { document in
      guard document["suite"]?.string == suite.text,
        ["case", "group"].contains(document["kind"]?.string ?? "")
      else { return }
      let result = try EncodedCase.decode(document)
      try body(
        isOwn
          ? result
          : result.moved(
            output: { Self.picture($0, in: folder) }, other: { Self.moved($0, into: folder) }))
    }
  }

  private static func picture(_ blob: BlobID, in folder: FilePath) -> FilePath {
    folder.appending("pictures").appending("\(blob.digest.hex).\(blob.kind.rawValue)")
  }

  /// Where a picture lies in the folder; of a path only the last part is used.
  private static func moved(_ path: FilePath, into folder: FilePath) -> FilePath {
    guard let name = path.lastComponent, name.kind == .regular else { return "" }
    return folder.appending("pictures").appending(name)
  }

  /// Gives each line's document; a last line that was cut off is left out.
  private static func forEachLine(
    of folder: FilePath, _ body: (JSONValue) throws -> Void
  ) throws {
    let path = folder.appending(fileName)
    guard DurableFile.isFile(path) else {
      throw FileFailure(operation: "read", path: path, reason: "there is no such file")
    }
    let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    try file.closeAfter {
      var (waiting, number, total) = ([UInt8](), 0, 0)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = try unsafe buffer.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
        guard count > 0 else { return }
        total += count
        var start = 0
        while let end = buffer[start..<count].firstIndex(of: 0x0A) {
          let line = waiting + buffer[start..<end]
          waiting = []
          start = end + 1
          number += 1
          let place = "\(path):\(number)"
          do {
            try body(try JSONParser.parse(line))
          } catch let failure as EncodedRunFailure {
            throw FileFailure(operation: "read", path: FilePath(place), reason: "\(failure)")
          } catch let failure as JSONError {
            throw FileFailure(operation: "read", path: FilePath(place), reason: "\(failure)")
          }
        }
        waiting += buffer[start..<count]
        guard waiting.count <= lineByteCountMax, total <= byteCountMax else {
          throw FileFailure(
            operation: "read", path: path,
            reason: "a line has more than \(lineByteCountMax >> 20) MiB, or the file more than "
              + "\(byteCountMax >> 30) GiB")
        }
      }
    }
  }
}
