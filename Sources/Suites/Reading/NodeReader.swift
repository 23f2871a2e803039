internal import Canonical
internal import SystemPackage

/// What turns the tree of a file that a person wrote into values, collecting everything that is
/// wrong with it.
protocol NodeReader {
  /// Names of other tools for what has another name here.
  static var synonyms: [String: String] { get }
  /// The file by the path that it was given as.
  var path: FilePath { get }
  /// How large the file may be.
  var limits: SuiteLimits { get }
  /// What was found so far.
  var log: DiagnosticLog { get set }
}

extension NodeReader {
  /// Whether an error was found.
  var hasErrors: Bool { log.hasErrors }

  /// The file as nodes; `nil` after an error that leaves nothing to read.
  ///
  /// - Parameter shape: what the file is, for the hint about an empty one.
  mutating func tree(of bytes: [UInt8], is shape: String) -> YAMLNode? {
    let start = Place(line: 1, column: 1)
    guard bytes.count <= limits.fileByteCountMax else {
      error(
        "the file has \(bytes.count.grouped) bytes", at: start,
        hint: "at most \(limits.fileByteCountMax.grouped) are allowed")
      return nil
    }
    let text = SourceText.withoutMark(bytes)
    do {
      try SourceText.check(text)
    } catch {
      self.error(error.message, at: error.place, hint: error.hint)
      return nil
    }
    var reader = YAMLReader(text, limits: limits)
    do {
      let root = try reader.document()
      report(reader.mistakes)
      if root == nil { error("the file is empty", at: start, hint: shape) }
      return root
    } catch {
      report(reader.mistakes + [error.mistake])
      return nil
    }
  }

  private mutating func report(_ mistakes: [YAMLReader.Mistake]) {
    for mistake in mistakes {
      error(
        mistake.message, at: mistake.place, hint: mistake.hint,
        notes: mistake.note.map { [($0.message, $0.place)] } ?? [])
    }
  }

  /// Judges `version`, which says by which rules a file is read.
  ///
  /// - Parameter what: what states it, such as "the suite".
  mutating func version(_ node: YAMLNode?, of what: String, at start: Place) {
    guard let node else {
      return error("\(what) states no version", at: start, hint: "start it with: version: 1")
    }
    guard let number = wholeNumber(node, of: "'version'", in: 0...Int.max), number != 1 else {
      return
    }
    error("version \(number) is not known", at: node.place, hint: "this program reads version 1")
  }
}

/// What a reader has found wrong so far.
struct DiagnosticLog {
  /// What is kept, in order of finding.
  private(set) var diagnostics: [Diagnostic] = []
  /// How many are kept of each severity.
  private(set) var counts: [Diagnostic.Severity: Int] = [:]
  /// How many were found and not kept.
  var overflow = 0
  /// How many errors there were, kept or not.
  private(set) var errorCount = 0
  /// Whether there was an error, kept or not.
  var hasErrors: Bool { errorCount > 0 }
  private var kept: Set<Diagnostic> = []

  /// Keeps a diagnostic, unless an equal one or too many are there.
  ///
  /// Warnings must not crowd out errors, nor a file of mistakes fill the memory.
  mutating func keep(_ diagnostic: Diagnostic, countMax: Int) {
    if diagnostic.severity == .error { errorCount += 1 }
    guard counts[diagnostic.severity, default: 0] < countMax else {
      overflow += 1
      return
    }
    guard kept.insert(diagnostic).inserted else { return }
    counts[diagnostic.severity, default: 0] += 1
    diagnostics.append(diagnostic)
  }

  /// All that was found in order of place.
  var sorted: [Diagnostic] {
    var sorted = diagnostics.enumerated().sorted { left, right in
      (left.element.location.line, left.element.location.column, left.offset)
        < (right.element.location.line, right.element.location.column, right.offset)
    }.map(\.element)
    if overflow > 0, let last = sorted.last {
      sorted.append(
        Diagnostic(.note, "\(overflow) more are not shown", at: last.location))
    }
    return sorted
  }
}
