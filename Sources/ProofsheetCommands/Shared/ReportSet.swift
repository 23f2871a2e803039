internal import Canonical
internal import Experiments
internal import Reports
internal import SystemPackage

/// The reports that are made of a run when it has ended, and of shards when they are merged.
struct ReportSet {
  /// The folder of the run's reports.
  let folder: FilePath
  /// The folder of all runs.
  let reports: FilePath
  /// Where JUnit XML is wanted beside `junit.xml` of the folder.
  let junit: JUnitTarget?
  /// The dialect of JUnit XML.
  let dialect: JUnitDialect
  /// How pictures are shown.
  let sheet: SheetOptions
  /// Whether there is a proof sheet.
  let hasSheet: Bool
  /// What the CI service is told.
  let service: CIOptions

  /// Writes all of them; one that fails hides no other.
  ///
  /// - Returns: what could not be written, a line each.
  func write(_ run: some RunReader, _ context: CommandContext) -> [String] {
    var problems: [String] = []
    func attempt(_ name: String, _ work: () throws -> Void) {
      do { try work() } catch { problems.append("\(name): \(error)") }
    }
    let options = sheet.options(reports: reports)
    var pictures = JUnitPictures()
    attempt("the pictures of the JUnit report") {
      pictures = try JUnitPictures(run, in: folder, options: options)
    }
    for target in [JUnitTarget(folder.appending("junit.xml").string), junit].compactMap(\.self) {
      attempt("the JUnit report") { try target.write(run, dialect, pictures: pictures, context) }
    }
    if hasSheet {
      attempt("the proof sheet") {
        try HTMLReport.write(run, to: folder, options: options, writesLines: false)
      }
    }
    attempt("run.json") { try RunDocument.write(run, to: folder, host: context.host) }
    return problems + service.write(run, context)
  }

  /// Says which reports lie in the folder of a run.
  static func tell(_ folder: FilePath, _ context: CommandContext) {
    let written = ["index.html", "junit.xml", "run.json", "run.jsonl"].map { folder.appending($0) }
      .filter { DurableFile.isFile($0) }
    for (index, path) in written.enumerated() {
      context.say("\(index == 0 ? "reports: " : "         ")\(path)")
    }
  }
}
