internal import Canonical

extension NodeReader {
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
    log.keep(
      Diagnostic(
        severity, message, at: place.location(in: path), length: place.length, hint: hint,
        notes: notes.map { Diagnostic.Note($0.0, at: $0.1.location(in: path)) }),
      countMax: limits.diagnosticsMax)
  }

  /// Says that a name is not known, and which one was probably meant.
  mutating func unknown(
    _ kind: String, _ name: String, at place: Place, among names: [String],
    notes: [(String, Place)] = []
  ) {
    guard log.counts[.error, default: 0] < limits.diagnosticsMax else {
      // Nobody sees the proposal, and looking for it is what takes time.
      log.overflow += 1
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

}

extension Int {
  /// The number in groups of three digits.
  var grouped: String { Count.grouped(self) }
}
