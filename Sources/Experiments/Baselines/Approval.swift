package import Canonical
package import Recording
package import SystemPackage

/// Turns outputs of a run into decisions of a baseline.
package struct Approval: Sendable {
  /// What deciding did.
  package struct Result: Hashable, Sendable {
    /// Decisions that are new or changed.
    package var decided = 0
    /// Decisions that stood already.
    package var unchanged = 0
    /// Cases without a picture that can be decided about, with the reason.
    package var skipped: [String] = []

    /// Starts at nothing.
    package init() {}
  }

  private let decision: BaselineEntry.Decision
  private let run: RunID
  private let by: String
  private let note: String?
  private let at: Timestamp
  private let replaces: Bool

  /// Puts a decision together.
  ///
  /// - Parameters:
  ///   - decision: what is decided.
  ///   - run: the run that was looked at.
  ///   - by: who decides.
  ///   - note: why.
  ///   - at: when.
  ///   - replaces: whether the approval becomes the only one of its output; else it is added.
  package init(
    _ decision: BaselineEntry.Decision, run: RunID, by: String, note: String?, at: Timestamp,
    replaces: Bool
  ) {
    self.decision = decision
    self.run = run
    self.by = by
    self.note = note
    self.at = at
    self.replaces = replaces
  }

  /// Decides about the outputs of a case, whose bytes are copied to where the baseline keeps them.
  ///
  /// - Parameters:
  ///   - result: the case.
  ///   - baseline: the baseline to change.
  ///   - blobs: the blobs of the suite's fixtures.
  ///   - tally: is told what was decided.
  ///   - locate: finds a path of the run from where this command runs.
  /// - Throws: what reading or writing a picture throws.
  package func decide(
    _ result: CaseResult, in baseline: inout Baseline, blobs: BlobStore, tally: inout Result,
    locate: (FilePath) -> FilePath = { $0 }
  ) throws {
    // A group has no pictures of its own, and those of its cases are decided about there.
    guard result.group == nil else { return }
    guard !result.outputs.isEmpty else {
      tally.skipped.append("\(result.identity.id): \(result.outcome.rawValue), no picture")
      return
    }
    guard let origin = result.origin else {
      tally.skipped.append("\(result.identity.id): it is not known where its pictures come from")
      return
    }
    for output in result.outputs {
      guard let picture = output.picture else {
        tally.skipped.append("\(result.identity.id): picture \(output.index) cannot be decoded")
        continue
      }
      try blobs.adopt(output.blob, from: BlobStore(folder: locate(output.path).parent))
      let id = OutputID(caseKey: result.identity.caseKey, index: output.index)
      if replaces,
        baseline.entries(for: id).contains(where: {
          $0.decision == .approved && $0.blob.digest != output.blob.digest
        })
      {
        baseline.removeApproved(of: id)
      }
      let changed = baseline.insert(
        BaselineEntry(
          decision: decision, caseID: result.identity.id, output: id, blob: output.blob,
          pixelDigest: picture.pixelDigest, size: picture.size,
          origin: origin, run: run, at: at, by: by, note: note))
      if changed { tally.decided += 1 } else { tally.unchanged += 1 }
    }
  }
}
