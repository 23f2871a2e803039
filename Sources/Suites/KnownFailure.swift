package import Canonical

/// A failure that is expected for a while: its cases run, and may fail without failing the run.
package struct KnownFailure: Hashable, Sendable {
  /// Why, in the words of the suite's author.
  package let reason: String
  /// The last day that it holds, `YYYY-MM-DD` in UTC; `nil` where it has no end.
  package let until: String?
  /// The moment from which on it does not hold; `nil` where it has no end.
  package let end: Timestamp?
  /// Where it was declared.
  package let location: SourceLocation

  /// Whether it does not hold any more.
  package func isOver(at now: Timestamp) -> Bool { end.map { now >= $0 } ?? false }
}

/// A known failure and the cases that it is about.
struct Quarantine: Sendable {
  let scope: CaseScope
  let failure: KnownFailure
}
