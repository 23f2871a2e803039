internal import Canonical
package import Experiments
package import SystemPackage

/// Tells a run to other programs: one JSON object a line, as things happen.
///
/// Every line has `version`, which is 1, and `kind`:
///
/// | kind | beside these two |
/// |---|---|
/// | `run-started` | the members of ``EncodedHeader`` and `cases`, their number |
/// | `notice` | `message` |
/// | `pace` | `limit`, how many orders may be under way from now on |
/// | `case` | the members of ``EncodedCase`` and `spending` so far, as ``EncodedSpending`` writes it |
/// | `group` | the same of a group of cases, after the cases of its suite |
/// | `run-finished` | the members of ``EncodedSummary`` and `exit_code`, which the cases ask for |
///
/// Names are sorted, lines end with a line feed, cases come in plan order. Members may be added within
/// a version, so that a reader ignores what it does not know.
package struct JSONLinesReport: RunSink {
  /// The version that lines state.
  package static let version = EncodedRun.version

  private let write: @Sendable ([UInt8]) throws -> Void

  /// Writes to a closure.
  ///
  /// - Parameter write: takes one line at a time with its line feed.
  package init(write: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.write = write
  }

  /// Writes to an open file, each line with one call, so that a crash keeps what was written.
  ///
  /// - Parameters:
  ///   - file: the file, which stays open.
  ///   - path: what messages call it.
  package init(to file: FileDescriptor, named path: FilePath) {
    write = { bytes in
      do {
        try file.writeAll(bytes)
      } catch {
        throw FileFailure(operation: "write", path: path, errno: error as? Errno ?? .ioError)
      }
    }
  }

  /// Writes the line of an event; that a case begins is not told.
  package func receive(_ event: RunEvent) throws {
    switch event {
    case .started(let header):
      try line("run-started", EncodedHeader.encode(header), [("cases", .integer(header.caseCount))])
    case .notice(let message):
      try line("notice", .members(["message": .string(message)]))
    case .paced(let limit):
      try line("pace", .members(["limit": .integer(limit)]))
    case .caseStarted:
      break
    case .caseFinished(let result, let spending):
      try line(
        result.group == nil ? "case" : "group", EncodedCase.encode(result),
        [("spending", EncodedSpending.encode(spending))])
    case .finished(let summary):
      try line(
        "run-finished", EncodedSummary.encode(summary),
        [("exit_code", .integer(summary.exitStatus.rawValue))])
    }
  }

  private func line(
    _ kind: String, _ document: JSONValue, _ more: [(String, JSONValue)] = []
  ) throws {
    let members = document.object?.members.map { ($0.name, $0.value) } ?? []
    let own: [(String, JSONValue)] = [
      ("version", .integer(Self.version)), ("kind", .string(kind)),
    ]
    try write(JSONValue.object(JSONObject(members + more + own)).lineBytes + [0x0A])
  }
}
