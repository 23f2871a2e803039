internal import Canonical
package import Experiments
package import SystemPackage

/// Writes a run as JUnit XML, by default in the dialect that is valid by the Jenkins and by the Surefire
/// schema.
///
/// One `testsuite` a suite and one `testcase` a case, read twice: the first time for the counts, which
/// stand before the cases, so that memory does not grow with them. The file says nothing of the machine
/// or the time of the run, so that two replays of one recording give the same bytes; only a suite of
/// which nothing is recorded takes its `timestamp` from the run.
package enum JUnitReport {
  /// Writes a run into one file.
  ///
  /// - Parameters:
  ///   - run: the run; its suites have different names.
  ///   - path: the file; its folder must be there.
  ///   - options: the dialect, and where paths start.
  /// - Throws: `FileFailure` when the file cannot be written, and what reading the run throws; the
  ///   file that was there is then as it was.
  package static func write(
    _ run: some RunReader, to path: FilePath, options: JUnitOptions = JUnitOptions()
  ) throws {
    let writer = try XMLWriter(to: PartialFile(output: path))
    let suites = try suites(of: run, path, options, splits: false)
    var total = JUnitTotals()
    for suite in suites { total.add(suite.totals) }
    writer.startElement("testsuites")
    // Ant's schema allows the root no attribute.
    if options.dialect != .ant {
      writer.attribute("name", "proofsheet")
      write(total, to: writer)
      if options.dialect == .extended { writer.attribute("skipped", "\(total.skipped)") }
      writer.attribute("time", time(total.milliseconds))
      if options.dialect == .extended {
        let start = suites.lazy.compactMap(\.start).first ?? run.header.startedAt
        writer.attribute("timestamp", start.seconds)
      }
    }
    for suite in suites {
      guard let part = suite.parts.first else { continue }
      writeStart(of: suite, part, run, to: writer, options)
      var seen = JUnitTotals()
      try run.forEachResult(of: suite.header.name) { result in
        seen.add(result)
        suite.write(result, to: writer)
        try writer.throwFailure()
      }
      try writeEnd(of: suite, part, seen, path, to: writer, options)
    }
    writer.endElement()
    try writer.finish()
  }

  /// Writes a run into a folder, a file a suite.
  ///
  /// It is `TEST-<suite>.xml` or, where one would be too large, `TEST-<suite>.1.xml` and so on. The root
  /// of each is its `testsuite`. Files of that form that a former run has left for the same suites are removed once the new ones
  /// are there.
  ///
  /// - Parameters:
  ///   - run: the run; its suites have different names.
  ///   - folder: the folder, which is made where it is not there.
  ///   - options: the dialect, where paths start, and how large a file may be.
  /// - Throws: as ``write(_:to:options:)``; files that were written before stay.
  package static func write(
    _ run: some RunReader, intoFolder folder: FilePath, options: JUnitOptions = JUnitOptions()
  ) throws {
    try DurableFile.createFolder(folder)
    for suite in try suites(of: run, folder, options, splits: true) {
      let output = JUnitParts(suite: suite, folder: folder)
      try run.forEachResult(of: suite.header.name) { result in
        let isNew = try output.advance { part, seen, writer in
          try writeEnd(of: suite, part, seen, folder, to: writer, options)
        }
        if let part = isNew {
          output.run { writeStart(of: suite, part, run, to: $0, options, isRoot: true) }
        }
        output.run { suite.write(result, to: $0) }
        try output.took(result)
      }
      try output.finish(
        starting: { writeStart(of: suite, $0, run, to: $1, options, isRoot: true) },
        ending: { part, seen, writer in
          try writeEnd(of: suite, part, seen, folder, to: writer, options)
        })
      try output.removeOlder()
    }
  }

  private static func suites(
    of run: some RunReader, _ path: FilePath, _ options: JUnitOptions, splits: Bool
  ) throws -> [JUnitSuite] {
    var suites: [JUnitSuite] = []
    var names: Set<String> = []
    for header in run.header.suites {
      guard names.insert(header.name.text).inserted else {
        throw FileFailure(
          operation: "write", path: path, reason: "two suites are named '\(header.name)'")
      }
      suites.append(
        try JUnitSuite(header, of: run, others: suites, options: options, splits: splits))
    }
    return suites
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

  private static func writeStart(
    of suite: JUnitSuite, _ part: JUnitSuite.Part, _ run: some RunReader,
    to writer: borrowing XMLWriter, _ options: JUnitOptions, isRoot: Bool = false
  ) {
    writer.startElement("testsuite")
    writer.attribute("name", suite.header.name.text)
    if options.dialect == .ant {
      if !isRoot {
        writer.attribute("package", "proofsheet")
        writer.attribute("id", "\(suite.number)")
      }
      // Ant's word for a host that is not told.
      writer.attribute("hostname", "localhost")
    }
    write(part.totals, to: writer)
    writer.attribute("skipped", "\(part.totals.skipped)")
    writer.attribute("time", time(part.totals.milliseconds))
    writer.attribute("timestamp", (suite.start ?? run.header.startedAt).seconds)
    if options.dialect == .extended { writer.attribute("file", suite.file) }
    writer.startElement("properties")
    for (name, value) in suite.properties(of: run) {
      JUnitSuite.writeProperty(name, value, to: writer)
    }
    writer.endElement()
  }

  private static func writeEnd(
    of suite: JUnitSuite, _ part: JUnitSuite.Part, _ cases: JUnitTotals, _ path: FilePath,
    to writer: borrowing XMLWriter, _ options: JUnitOptions
  ) throws {
    var seen = cases
    for finding in part.isLast ? suite.findings : [] {
      seen.addError()
      suite.write(finding, to: writer)
    }
    guard seen == part.totals else {
      throw FileFailure(
        operation: "write", path: path,
        reason: "the run changed while it was read; render it again when it has ended")
    }
    if options.dialect == .ant {
      for name in ["system-out", "system-err"] as [StaticString] {
        writer.startElement(name)
        writer.endElement()
      }
    }
    writer.endElement()
  }
}
