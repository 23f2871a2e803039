internal import Canonical
internal import Experiments
internal import SeedreamAPI

/// One of several files that hold a list of values each, as a script.
struct NumberedFile {
  private let prefix: String
  private let variable: String
  private var bytes: [UInt8] = []
  /// The values that are not written yet.
  private(set) var count = 0
  /// The files that were written.
  private(set) var fileCount = 0

  init(prefix: String, _ variable: String) {
    self.prefix = prefix
    self.variable = variable
  }

  mutating func add(_ value: JSONValue) {
    if count > 0 { bytes += ",\n".utf8 }
    bytes += ScriptData.bytes(value)
    count += 1
  }

  /// Writes the file and begins the next one.
  mutating func write(to folder: SheetFolder) throws {
    let head = "\(variable)[\(fileCount)] = [\n"
    try folder.write(
      Array(head.utf8) + bytes + Array("\n];\n".utf8), to: "\(prefix)-\(fileCount).js")
    bytes = []
    count = 0
    fileCount += 1
  }
}

/// The cases of the sheet, in one of several files.
///
/// A case is a list, for the sheet of a large run is read whole: id, suite, outcome, coordinates, thumbnail
/// (0 for none), latency in milliseconds, cost in millionths of a dollar, place of its prompt among those of the
/// file, whether it is a group (1), whether it is one to look at (1), seed (-1 for none).
struct CaseFile {
  private var file = NumberedFile(prefix: "cases", "proofsheet.cases")
  private var prompts: [String: Int] = [:]

  /// The cases that are not written yet.
  var count: Int { file.count }
  /// The files that were written.
  var fileCount: Int { file.fileCount }

  /// Adds a case.
  mutating func add(
    _ result: CaseResult, suite: Int, coordinates: [Int], _ shown: ShownPictures
  ) {
    let identity = result.identity
    let face = shown.face.flatMap { shown.shown[$0].picture }
    // The first case of a file with a prompt states it, and those after it give that case's place.
    let prompt = prompts[identity.prompt]
    if prompt == nil { prompts[identity.prompt] = file.count }
    file.add(
      .array([
        .string(identity.id.text), .integer(suite),
        .integer(Outcome.allCases.firstIndex(of: result.outcome) ?? 0),
        .array(coordinates.map { .integer($0) }),
        face.map { .string(String($0.digest.prefix(32))) } ?? .integer(0),
        .integer(result.latencyMilliseconds), .integer(result.cost.microDollars),
        prompt.map { .integer($0) } ?? .string(identity.prompt),
        .integer(result.group == nil ? 0 : 1), .integer(SheetPictures.isChanged(result) ? 1 : 0),
        .integer(identity.seed?.value ?? -1),
      ]))
  }

  /// Writes the file and begins the next one.
  mutating func write(to folder: SheetFolder) throws {
    try file.write(to: folder)
    prompts = [:]
  }
}
