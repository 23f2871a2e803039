internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// Keeps an error; past the limit it is only counted.
  mutating func error(
    _ message: String, at place: Place, hint: String? = nil, notes: [(String, Place)] = []
  ) {
    keep(.error, message, at: place, hint: hint, notes: notes)
  }

  /// Keeps an error or a warning, once for each place and message.
  mutating func keep(
    _ severity: Diagnostic.Severity, _ message: String, at place: Place, hint: String? = nil,
    notes: [(String, Place)] = []
  ) {
    if severity == .error { errorCount += 1 }
    let diagnostic = Diagnostic(
      severity, message, at: place.location(in: path), length: place.length, hint: hint,
      notes: notes.map { Diagnostic.Note($0.0, at: $0.1.location(in: path)) })
    // Warnings must not crowd out errors, nor a file of mistakes fill the memory.
    guard keptCounts[severity, default: 0] < limits.diagnosticsMax else {
      overflow += 1
      return
    }
    guard kept.insert(diagnostic).inserted else { return }
    keptCounts[severity, default: 0] += 1
    diagnostics.append(diagnostic)
  }

  /// Says that a name is not known, and which one was probably meant.
  mutating func unknown(
    _ kind: String, _ name: String, at place: Place, among names: [String],
    notes: [(String, Place)] = []
  ) {
    guard keptCounts[.error, default: 0] < limits.diagnosticsMax else {
      // Nobody sees the proposal, and looking for it is what takes time.
      overflow += 1
      return
    }
    let nearest =
      Self.synonyms[name].flatMap { names.contains($0) ? $0 : nil }
      ?? NearestName.nearest(to: name, among: names)
    let listed = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    let hint =
      nearest.map { "did you mean \(VisibleText.quote($0))?" }
      ?? (names.isEmpty ? nil : "expected one of: \(VisibleText.escape(listed))")
    error("unknown \(kind) \(VisibleText.quote(name))", at: place, hint: hint, notes: notes)
  }

  /// Names of the contract, and of other tools, for what has another name here.
  static let synonyms = [
    "image_urls": "images", "image": "images", "image_url": "images", "image_size": "size",
    "text": "prompt", "safety_checker": "enable_safety_checker", "num_images": "n",
    "response_format": "output_format", "enhance_prompt": "enhance_prompt_mode",
    "inputs": "images", "axes": "matrix", "excludes": "exclude", "includes": "include",
    "identical": "identical-pixels", "jpg": "jpeg", "bytes": "identical-bytes",
    "pixels": "identical-pixels",
  ]

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

  /// Everything that is wrong, to be thrown.
  func failure() -> SuiteFailure {
    SuiteFailure(path: path, diagnostics: sorted, inputs: inputs, references: references)
  }
}

extension Int {
  /// The number in groups of three digits.
  var grouped: String { Count.grouped(self) }
}
