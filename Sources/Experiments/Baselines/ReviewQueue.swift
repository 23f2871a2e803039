package import Canonical
internal import SystemPackage

/// An output that waits for somebody to look at it.
package struct ReviewEntry: Hashable, Sendable {
  /// What the comparison with the baseline came to: failed, drifted or unapproved.
  package let verdict: CheckResult.Verdict
  /// The suite.
  package let suite: SuiteName
  /// The case, for people; the output id decides.
  package let caseID: CaseID
  /// The place of the case among all results of the run, from 0.
  package let place: Int
  /// Which output.
  package let output: OutputID
  /// The digest of its bytes: what a decision is about.
  package let digest: SHA256Digest
  /// The digest of its pixels with its version.
  package let pixelDigest: String
  /// How far it is from the picture that it was compared with, 0 to 1; 1 where that was not measured.
  package let difference: Double
  /// The name of the file of the picture that it was compared with; `nil` where there is none.
  package let comparedWith: String?

  /// What two entries have in common that show the same change.
  struct Change: Hashable {
    let suite: SuiteName
    let verdict: CheckResult.Verdict
    let pixelDigest: String
    let comparedWith: String?
  }

  var change: Change {
    Change(
      suite: suite, verdict: verdict, pixelDigest: pixelDigest, comparedWith: comparedWith)
  }
}

/// The outputs of a run that nobody has decided about, worst first, equal changes together.
///
/// An output waits when the comparison of its case with the baseline did not pass, it can be decoded, and
/// the run knew no decision about exactly its bytes. Cases that are known to fail do not wait. Failed comes
/// before drifted and drifted before unapproved; then what is further from its approved picture comes
/// first, then what comes first in the run. Outputs of a suite with the same pixels and the same picture
/// to compare with are one change.
package struct ReviewQueue: Sendable {
  /// Outputs that wait at most; those beyond are counted only.
  package static let entriesMax = 10_000

  /// The outputs in the order in which they were added.
  package private(set) var entries: [ReviewEntry] = []
  /// Outputs that would wait beside ``entriesMax`` others.
  package private(set) var leftOutCount = 0
  /// Results that were looked at, groups of cases among them.
  package private(set) var resultCount = 0

  /// Starts without an output.
  package init() {}

  /// Reads a whole run.
  ///
  /// - Throws: what reading throws.
  package init(_ run: some RunReader) throws {
    for suite in run.header.suites {
      let judged = try run.judgedBaseline(of: suite)
      try run.forEachResult(of: suite.name) { add($0, judged: judged) }
    }
  }

  /// Takes the next result of the run.
  ///
  /// - Parameters:
  ///   - result: the result.
  ///   - judged: the baseline that it was compared with; `nil` where that is not known.
  package mutating func add(_ result: CaseResult, judged: Baseline?) {
    let place = resultCount
    resultCount += 1
    guard result.group == nil, result.outcome != .known, let check = Self.comparison(in: result)
    else { return }
    for output in result.outputs {
      guard let picture = output.picture else { continue }
      let id = OutputID(caseKey: result.identity.caseKey, index: output.index)
      let isDecided = judged?.entries(for: id).contains {
        $0.blob.digest == output.blob.digest
      }
      if isDecided == true { continue }
      guard entries.count < Self.entriesMax else {
        leftOutCount += 1
        continue
      }
      let measure = check.measures.first { $0.picture == output.index }
      entries.append(
        ReviewEntry(
          verdict: check.verdict, suite: result.identity.suite, caseID: result.identity.id,
          place: place, output: id, digest: output.blob.digest, pixelDigest: picture.pixelDigest,
          difference: Self.difference(measure),
          comparedWith: measure?.other?.lastComponent?.string))
    }
  }

  /// Counts a result that nobody wants to look at.
  package mutating func skip() { resultCount += 1 }

  /// The changes, worst first; equal ones are elements of one list, in the order of the run.
  package var changes: [[ReviewEntry]] {
    var places: [ReviewEntry.Change: Int] = [:]
    var changes: [[ReviewEntry]] = []
    for entry in entries {
      if let place = places[entry.change] {
        changes[place].append(entry)
      } else {
        places[entry.change] = changes.count
        changes.append([entry])
      }
    }
    // The place of a change's first output is its own, so that the order is total.
    return changes.sorted { Self.order($0) < Self.order($1) }
  }

  private static func order(_ change: [ReviewEntry]) -> (Int, Double, Int, Int) {
    let rank =
      switch change[0].verdict {
      case .failed: 0
      case .drifted: 1
      default: 2
      }
    return (
      rank, -(change.map(\.difference).max() ?? 0), change[0].place, change[0].output.index
    )
  }

  /// The comparison with the baseline, where it did not pass.
  private static func comparison(in result: CaseResult) -> CheckResult? {
    result.checks.first { check in
      (check.name == "baseline" || check.name.hasPrefix("baseline-"))
        && [.failed, .drifted, .unapproved].contains(check.verdict)
    }
  }

  private static func difference(_ measure: Measure?) -> Double {
    let means = measure?.figures.filter { $0.name.hasPrefix("ssim-") && !$0.name.contains(".") }
    guard let worst = means?.map(\.value).min() else { return 1 }
    return max(0, min(1, 1 - worst))
  }
}
