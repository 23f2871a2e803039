internal import Canonical
package import Experiments
internal import Mustache
package import SystemPackage

/// Writes a run as a proof sheet: a folder that opens in a browser, as a file and without a network.
///
/// | file | holds |
/// |---|---|
/// | `index.html` | the sheet; written last, so that what is there is whole |
/// | `sheet.js`, `cases-N.js` | what the sheet shows of each case, ``casesPerFile`` in a file |
/// | `queue.js` | what waits for a decision, as ``ReviewScript`` writes it |
/// | `data-N.js` | everything about ``detailsPerFile`` cases, loaded when one of them is opened |
/// | `list-N.html` | the same without a script |
/// | `thumbnails`, `pictures`, `differences` | named by digests |
/// | `run.jsonl` | the run as `JSONLinesReport` writes it, from which any report can be made again |
///
/// The run is read twice; memory holds the axes, ``batchCount`` cases and one file of cases at a time.
package enum HTMLReport {
  /// The version of the data that the page's script reads.
  static let version = 1
  /// Cases of one `cases-N.js`.
  package static let casesPerFile = 2_000
  /// Cases of one `data-N.js`.
  package static let detailsPerFile = 100
  /// Cases of one `list-N.html`.
  package static let listedPerFile = 200
  /// Cases whose pictures are made together.
  static let batchCount = 64

  /// Writes a run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - folder: where to; it is made, and files of an earlier proof sheet in it are replaced.
  ///   - options: which pictures, and how many at a time.
  ///   - writesLines: whether `run.jsonl` is written too; without, it must lie there already.
  /// - Throws: `FileFailure` when a file cannot be written, and what reading the run throws. Then there is
  ///   no `index.html`.
  package static func write(
    _ run: some RunReader, to folder: FilePath, options: HTMLOptions, writesLines: Bool = true
  ) throws {
    let folder = try SheetFolder(folder, folders: ["thumbnails", "pictures", "differences"])
    // Old pages over new data would show something that never was.
    try DurableFile.remove(folder.path.appending("index.html"))
    let survey = try SheetSurvey(run)
    var writer = try SheetWriter(run, survey, folder, options)
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { try writer.add($0) }
      try writer.endBatch()
    }
    if writesLines { try writeLines(run, to: folder.path.appending("run.jsonl")) }
    try writer.finish()
  }

  /// Whether a folder holds a proof sheet of this version of the page.
  package static func isCurrent(_ folder: FilePath) -> Bool {
    do {
      return try DurableFile.isFile(folder.appending("index.html"))
        && DurableFile.isFile(folder.appending(ReviewScript.fileName))
        && holds(folder.appending("style.css"), SheetStyle.text)
        && holds(folder.appending("script.js"), SheetScript.text)
    } catch {
      // It is rendered again, which tells what cannot be read or written.
      return false
    }
  }

  private static func holds(_ path: FilePath, _ text: String) throws -> Bool {
    try DurableFile.read(path, byteCountMax: 1 << 20) == Array(text.utf8)
  }

  /// Writes a run as JSON lines, as the run itself does; the file has its name only when it is whole.
  ///
  /// - Throws: `FileFailure`, and what reading the run throws.
  package static func writeLines(_ run: some RunReader, to path: FilePath) throws {
    let partial = path.parent.appending(
      ".\(path.lastComponent?.string ?? "")\(DurableFile.partialSuffix)")
    do {
      let file = try FileDescriptor.open(
        partial, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        let sink = JSONLinesReport(to: file, named: path)
        try sink.receive(.started(run.header))
        var spending = Spending(cap: run.summary.spending.cap)
        for suite in run.header.suites {
          try run.forEachResult(of: suite.name) { result in
            spending.spent += result.cost
            spending.possiblyBilled += result.possiblyBilled
            try sink.receive(.caseFinished(result, spending: spending))
          }
        }
        try sink.receive(.finished(run.summary))
      }
    } catch {
      try DurableFile.remove(partial)
      guard let errno = error as? Errno else { throw error }
      throw FileFailure(operation: "write", path: path, errno: errno)
    }
    try DurableFile.rename(partial, to: path)
  }
}

/// A proof sheet under way.
struct SheetWriter {
  private let folder: SheetFolder
  private let survey: SheetSurvey
  private let header: RunHeader
  private let summary: RunSummary
  private let suitePlaces: [String: Int]
  private let templates: SheetTemplates
  private var pictures: SheetPictures
  private var batch: [CaseResult] = []
  private var cases = CaseFile()
  private var details = NumberedFile(prefix: "data", "proofsheet.details")
  private var list: [[String: Any]] = []
  private var listCount = 0
  private var worst = WorstCases()
  private var queue = ReviewQueue()
  private var judged: [String: Baseline] = [:]

  init(
    _ run: some RunReader, _ survey: SheetSurvey, _ folder: SheetFolder, _ options: HTMLOptions
  ) throws {
    self.folder = folder
    self.survey = survey
    header = run.header
    summary = run.summary
    templates = try SheetTemplates()
    suitePlaces = Dictionary(
      run.header.suites.enumerated().map { ($1.name.text, $0) },
      uniquingKeysWith: { first, _ in first })
    pictures = SheetPictures(run.header, folder, options)
    for suite in run.header.suites {
      judged[suite.name.text] = try run.judgedBaseline(of: suite)
    }
  }

  mutating func add(_ result: CaseResult) throws {
    batch.append(result)
    if batch.count == HTMLReport.batchCount { try endBatch() }
  }

  /// Writes the cases that wait.
  mutating func endBatch() throws {
    let made = try pictures.make(for: batch)
    for (result, shown) in zip(batch, made) { try write(result, shown) }
    batch = []
  }

  private mutating func write(_ stored: CaseResult, _ shown: ShownPictures) throws {
    let result = stored.naming(header.id)
    cases.add(
      result, suite: suitePlaces[result.identity.suite.text] ?? -1,
      coordinates: survey.coordinates(of: result.identity), shown)
    if cases.count == HTMLReport.casesPerFile { try cases.write(to: folder) }
    details.add(.members(["case": EncodedCase.encode(result), "pictures": shown.json]))
    if details.count == HTMLReport.detailsPerFile { try details.write(to: folder) }
    queue.add(result, judged: judged[result.identity.suite.text])
    let view = CaseView.view(result, shown)
    worst.add(result, view)
    list.append(view)
    if list.count == HTMLReport.listedPerFile { try endList() }
  }

  private mutating func endList() throws {
    listCount += 1
    try folder.write(
      Array(
        templates.list.render([
          "page": "\(listCount)", "run": header.id.text, "simulated": summary.isSimulated,
          "cases": list,
          "pages": pageLinks(of: max(1, pageCount), current: listCount),
        ]).utf8), to: "list-\(listCount).html")
    list = []
  }

  private var pageCount: Int {
    (survey.resultCount + HTMLReport.listedPerFile - 1) / HTMLReport.listedPerFile
  }

  /// The list pages around one, and the first and the last.
  private func pageLinks(of count: Int, current: Int) -> [[String: Any]] {
    (1...count).filter { $0 == 1 || $0 == count || abs($0 - current) <= 4 }.map {
      ["number": "\($0)", "url": "list-\($0).html", "current": $0 == current]
    }
  }

  /// Writes what is left, and the page itself at last.
  mutating func finish() throws {
    if cases.count > 0 { try cases.write(to: folder) }
    if details.count > 0 { try details.write(to: folder) }
    if !list.isEmpty { try endList() }
    try folder.removeNumbered("cases-", ".js", from: cases.fileCount)
    try folder.removeNumbered("data-", ".js", from: details.fileCount)
    try folder.removeNumbered("list-", ".html", from: listCount + 1)
    try folder.write(sheetScript, to: "sheet.js")
    try folder.write(
      ReviewScript.bytes(queue, isServed: false), to: ReviewScript.fileName)
    try folder.write(Array(SheetScript.text.utf8), to: "script.js")
    try folder.write(Array(SheetStyle.text.utf8), to: "style.css")
    try folder.write(
      Array(SheetTemplates.icon(isGood: summary.exitStatus == .success).utf8), to: "icon.svg")
    let page = templates.index.render(
      CaseView.index(
        header, summary, survey, worst: worst.views, caseFiles: cases.fileCount,
        pages: listCount == 0 ? [] : pageLinks(of: listCount, current: 1)))
    try folder.write(Array(page.utf8), to: "index.html")
  }

  private var sheetScript: [UInt8] {
    let layout = survey.layout
    let value = JSONValue.members([
      "version": .integer(HTMLReport.version),
      "run": EncodedHeader.encode(header.withoutPlaces),
      "summary": EncodedSummary.encode(summary),
      "axes": .array(
        survey.axes.map { axis in
          .members([
            "name": .string(axis.name), "entries": .array(axis.entries.map(JSONValue.string)),
            "values": .array(axis.values.map(JSONValue.string)),
          ])
        }),
      "layout": .array(
        [layout.rows, layout.columns, layout.tabs].map { .integer($0) }),
      "outcomes": .array(
        Outcome.allCases.map { .array([.string($0.rawValue), .string($0.verdict.word)]) }),
      "results": .integer(survey.resultCount),
      "casesPerFile": .integer(HTMLReport.casesPerFile),
      "detailsPerFile": .integer(HTMLReport.detailsPerFile),
    ])
    return Array("\"use strict\";\nvar proofsheet = ".utf8) + ScriptData.bytes(value)
      + Array(";\nproofsheet.cases = [];\nproofsheet.details = [];\nproofsheet.bytes = {};\n".utf8)
  }
}

extension RunHeader {
  /// The header as a page needs it: without the folder of the machine that it was made on.
  fileprivate var withoutPlaces: RunHeader {
    RunHeader(
      id: id, startedAt: startedAt, mode: mode, toolVersion: toolVersion, endpoint: endpoint,
      suites: suites.map {
        SuiteHeader(
          name: $0.name, path: $0.path, digest: $0.digest, caseCount: $0.caseCount,
          baseline: $0.baseline)
      })
  }
}
