package import Canonical
package import Suites

/// Something that a run found out about its recordings and that belongs to no single case.
package struct RunFinding: Hashable, Sendable {
  /// What was found; the words stand in reports and are stable.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Recordings that no case asked for.
    case unused = "fixture-unused"
    /// Recordings older than the run allows.
    case aged = "fixture-aged"
  }

  /// What was found.
  package let kind: Kind
  /// The suite whose recordings they are.
  package let suite: SuiteName
  /// What the run makes of it.
  package let severity: CheckSeverity
  /// What it is, in a sentence.
  package let message: String
  /// The first that it is about, at most ``subjectsMax``: files, or ids of cases with what is said of each.
  package let subjects: [String]
  /// What to run next.
  package let next: String
  /// The age in days that its recordings are past, which shards are judged by again when they are merged.
  package let days: Int?

  /// Whether the run fails of it.
  package var isFailure: Bool { severity == .fail }

  /// What the shards of a run say of the recordings of a suite that no case asks for; `nil` where one of
  /// them has nothing to tell.
  ///
  /// Where they differ, since recordings were made and renamed meanwhile, the shard that was started last
  /// has seen the most.
  ///
  /// - Parameter parts: the shards, each with the moment at which it was started.
  package static func unused(
    of suite: SuiteName, parts: [(startedAt: Timestamp, summary: RunSummary)]
  ) -> RunFinding? {
    let told = parts.map { part in
      (
        part.startedAt,
        part.summary.wholeFindings.first { $0.kind == .unused && $0.suite == suite }
      )
    }
    guard told.allSatisfy({ $0.1 != nil }) else { return nil }
    return told.max { $0.0 < $1.0 }?.1
  }

  /// Files or cases that a finding names.
  package static let subjectsMax = 10

  /// Puts a finding together; of what it is about all past ``subjectsMax`` is left out.
  package init(
    _ kind: Kind, of suite: SuiteName, severity: CheckSeverity, message: String,
    subjects: [String], next: String, days: Int? = nil
  ) {
    self.kind = kind
    self.suite = suite
    self.severity = severity
    self.message = message
    self.subjects = Array(subjects.prefix(Self.subjectsMax))
    self.next = next
    self.days = days
  }
}

/// What a run says of recordings that are no good any more, though they can be replayed.
package struct RecordingRules: Hashable, Sendable {
  /// How old recordings may be.
  package struct Age: Hashable, Sendable, CustomStringConvertible {
    /// The days that may be allowed.
    package static let daysRange = 0...36_500

    /// The age in days from which a recording is too old.
    package let days: Int
    /// Whether the run fails of an older one.
    package let severity: CheckSeverity

    /// Puts a rule together.
    package init(days: Int, severity: CheckSeverity) {
      precondition(Self.daysRange.contains(days), "days of \(Self.daysRange) (was \(days))")
      self.days = days
      self.severity = severity
    }

    /// Reads `90d`, `90d=warn` or `90d=fail`, where nothing said means warn; `nil` for anything else.
    package init?(_ text: String) {
      let pieces = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = pieces.first, first.last == "d", first.count <= 7,
        first.dropLast().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let days = Int(first.dropLast()), Self.daysRange.contains(days),
        let severity = CheckSeverity(rawValue: pieces.count > 1 ? String(pieces[1]) : "warn")
      else { return nil }
      self.init(days: days, severity: severity)
    }

    /// The form that is read.
    package var description: String { "\(days)d=\(severity.rawValue)" }

    /// How old a recording is; `nil` while it is young enough.
    func excess(of recordedAt: Timestamp, at now: Timestamp) -> Int? {
      let age = Int((now.milliseconds - recordedAt.milliseconds) / 86_400_000)
      return age > days ? age : nil
    }
  }

  /// Whether recordings that no case of a whole suite asked for fail the run.
  package var unused: CheckSeverity
  /// How old recordings may be; `nil` for any age.
  package var age: Age?

  /// Puts rules together.
  package init(unused: CheckSeverity = .warn, age: Age? = nil) {
    self.unused = unused
    self.age = age
  }
}
