internal import Canonical
internal import SeedreamAPI
internal import SystemPackage

/// Turns the tree of a suite file into a suite, collecting everything that is wrong.
struct SuiteReader {
  let path: FilePath
  let limits: SuiteLimits
  private(set) var diagnostics: [Diagnostic] = []
  private var overflow = 0

  init(path: FilePath, limits: SuiteLimits) {
    self.path = path
    self.limits = limits
  }

  mutating func read(_ bytes: [UInt8]) throws(SuiteFailure) -> Suite {
    guard let root = tree(of: bytes), let members = root.members else { throw failure() }
    var request = EditRequest(prompt: "", images: [])
    var name: SuiteName?
    for member in members {
      switch member.key {
      case "name": name = member.value.scalar.flatMap { SuiteName($0) }
      case "request":
        for field in member.value.members ?? [] where field.key == "prompt" {
          request.prompt = field.value.scalar ?? ""
        }
      default: continue
      }
    }
    guard let name else {
      error("a suite needs a name", at: root.place)
      throw failure()
    }
    let base = Level(request: request, checks: Check.defaults, place: root.place)
    let expansion = Expansion(
      path: path, base: base, axes: [], hasProduct: true,
      exclusion: Exclusion(rules: [], axisCounts: []), included: [], repeatCount: 1)
    return Suite(
      name: name, description: nil, path: path, sourceDigest: SHA256Digest(hashing: bytes),
      axes: [], repeatCount: 1, inputs: [], warnings: diagnostics, checks: base.checks,
      cases: CaseSequence(expansion))
  }

  /// The file as nodes; `nil` when it cannot be read at all.
  private mutating func tree(of bytes: [UInt8]) -> YAMLNode? {
    do {
      try SourceText.check(bytes)
    } catch {
      self.error(error.message, at: error.place, hint: error.hint)
      return nil
    }
    var reader = YAMLReader(bytes, limits: limits)
    do {
      let root = try reader.document()
      report(reader.mistakes)
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

  mutating func error(
    _ message: String, at place: Place, hint: String? = nil, notes: [(String, Place)] = []
  ) {
    guard diagnostics.count < limits.diagnosticsMax else {
      overflow += 1
      return
    }
    diagnostics.append(
      Diagnostic(
        .error, message, at: place.location(in: path), length: place.length, hint: hint,
        notes: notes.map { Diagnostic.Note($0.0, at: $0.1.location(in: path)) }))
  }

  func failure() -> SuiteFailure {
    SuiteFailure(path: path, diagnostics: diagnostics)
  }
}
