package import Canonical
package import Experiments
package import SystemPackage

/// A run as one JSON document: `run.json` of its folder, and `report RUN --format json` with every case.
///
/// Members: `version`, `kind`, `header` and `summary` as JSON lines have them, `exit_code`, `results` as a count;
/// `host` where it is known; `lines`, `page` and `junit` for files that lie beside it; in the long form
/// `cases`, each as a JSON line has it. Of all reports that are made of stored runs this one alone says on
/// which machine and when a run was made.
package enum RunDocument {
  /// The version that documents state.
  ///
  /// A member may be added within a version; one that is removed or means something else needs a new one.
  package static let version = 1
  /// The name of the short form in the folder of a run.
  package static let fileName = "run.json"

  /// Files that may lie beside the document, by the member that names them.
  private static let files = [
    ("lines", RunFolder.fileName), ("page", "index.html"), ("junit", "junit.xml"),
  ]

  /// Writes `run.json` into the folder of a run, once the files that it names are there.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - folder: the folder of its reports.
  ///   - host: the name of the machine; `nil` where it is not to be told.
  /// - Throws: `FileFailure` when it cannot be written.
  package static func write(
    _ run: some RunReader, to folder: FilePath, host: String?
  ) throws(FileFailure) {
    let there = files.filter { DurableFile.isFile(folder.appending($0.1)) }
    let document = JSONValue.object(
      JSONObject(members(of: run, host: host) + there.map { ($0.0, .string($0.1)) }))
    let file = try PartialFile(replacing: folder.appending(fileName))
    try file.write(document.prettyBytes)
    try file.commit()
  }

  /// Writes a run with all of its cases, a line each.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - write: takes bytes of the document.
  /// - Throws: what reading the run or writing throws.
  package static func writeWhole(
    _ run: some RunReader, to write: ([UInt8]) throws -> Void
  ) throws {
    let head = JSONValue.object(JSONObject(members(of: run, host: nil))).lineBytes
    try write(head.dropLast() + Array(#","cases":["#.utf8))
    var isFirst = true
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        try write(Array((isFirst ? "\n" : ",\n").utf8) + EncodedCase.encode(result).lineBytes)
        isFirst = false
      }
    }
    try write(Array("\n]}\n".utf8))
  }

  private static func members(of run: some RunReader, host: String?) -> [(String, JSONValue)] {
    let summary = run.summary
    return [
      ("version", .integer(version)), ("kind", .string("proofsheet-run")),
      ("header", EncodedHeader.encode(run.header)), ("summary", EncodedSummary.encode(summary)),
      ("exit_code", .integer(Int(summary.exitStatus.rawValue))),
      ("results", .integer(summary.counts.values.reduce(0, +))),
    ] + (host.map { [("host", .string($0))] } ?? [])
  }
}
