package import Canonical
internal import ImageComparison
package import Recording
package import SystemPackage

/// Turns outputs of a run into decisions of a baseline.
///
/// Deciding changes values only; ``Changes/keepPictures(in:)`` copies the pictures, after which the
/// baseline can be written.
package struct Approval: Sendable {
  /// What deciding did.
  package struct Result: Hashable, Sendable {
    /// Decisions that are new or changed.
    package var decided = 0
    /// Decisions that stood already.
    package var unchanged = 0
    /// Cases without a picture that can be decided about, with the reason.
    package var skipped: [String] = []
    /// What to know of decisions that were made.
    package var notices: [String] = []
    /// Each new or changed decision, in a line.
    package var lines: [String] = []

    /// Starts at nothing.
    package init() {}
  }

  /// A baseline that is being changed, with the pictures that it needs.
  package struct Changes: Sendable {
    /// The baseline.
    package fileprivate(set) var baseline: Baseline
    private var pictures: [(blob: BlobID, folder: FilePath)] = []

    /// Starts with a baseline as it is.
    package init(_ baseline: Baseline) { self.baseline = baseline }

    /// Undoes decisions about an output.
    ///
    /// - Parameters:
    ///   - entries: all decisions about it, as they were; their pictures are where they were kept.
    ///   - output: the output.
    package mutating func restore(_ entries: [BaselineEntry], for output: OutputID) {
      baseline.restore(entries, for: output)
    }

    fileprivate mutating func need(_ blob: BlobID, from folder: FilePath) {
      pictures.append((blob, folder))
    }

    /// Copies the pictures to where the baseline keeps them; doing so twice has the effect of once.
    ///
    /// - Throws: what reading or writing a picture throws.
    package func keepPictures(in blobs: BlobStore) throws {
      for (blob, folder) in pictures { try blobs.adopt(blob, from: BlobStore(folder: folder)) }
    }
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

  /// Decides about the outputs of a case.
  ///
  /// - Parameters:
  ///   - result: the case.
  ///   - changes: the baseline to change.
  ///   - tally: is told what was decided.
  ///   - carried: of each output by its place what its approval is carried from; `nil` where somebody
  ///     looked. Outputs without an element are left out.
  ///   - outputs: the places of the outputs to decide about; `nil` for all.
  ///   - locate: finds a path of the run from where this command runs.
  /// - Throws: what reading a picture throws.
  package func decide(
    _ result: CaseResult, in changes: inout Changes, tally: inout Result,
    carried: [Int: BaselineEntry.Carried]? = nil, outputs: Set<Int>? = nil,
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
    for output in result.outputs
    where carried.map({ $0[output.index] != nil }) ?? outputs?.contains(output.index) ?? true {
      guard let picture = output.picture else {
        tally.skipped.append("\(result.identity.id): picture \(output.index) cannot be decoded")
        continue
      }
      let path = locate(output.path)
      var entry = BaselineEntry(
        decision: decision, caseID: result.identity.id,
        output: OutputID(caseKey: result.identity.caseKey, index: output.index),
        blob: output.blob, pixelDigest: picture.pixelDigest, size: picture.size,
        origin: origin, run: run, at: at, by: by, note: note, model: result.identity.model,
        carried: carried?[output.index])
      // Only what is new is decoded.
      if !changes.baseline.holds(entry) {
        entry.hash =
          try output.hash.map { "\($0.version):\($0.hex)/\($0.quality)" }
          ?? Self.hash(output.blob, path.parent)
      }
      insert(entry, from: path.parent, in: &changes, &tally)
    }
  }

  private func insert(
    _ entry: BaselineEntry, from folder: FilePath, in changes: inout Changes,
    _ tally: inout Result
  ) {
    let before = changes.baseline.entries(for: entry.output)
    let others = before.filter { $0.decision == .approved && $0.blob.digest != entry.blob.digest }
    if replaces { changes.baseline.removeApproved(of: entry.output, but: entry.blob.digest) }
    let replaced = replaces ? others.count : 0
    let isInserted = changes.baseline.insert(entry)
    guard isInserted || replaced > 0 else {
      tally.unchanged += 1
      return
    }
    changes.need(entry.blob, from: folder)
    tally.decided += 1
    let place = "\(entry.caseID): picture \(entry.output.index), \(entry.blob.digest.short)…"
    tally.lines.append(
      replaced > 0 ? "\(place), in place of \(Count.of(replaced, "picture"))" : place)
    let earlier = before.first {
      $0.blob.digest == entry.blob.digest && $0.decision != decision
    }
    if let earlier {
      let why = earlier.note.map { ": \($0)" } ?? ""
      tally.notices.append(
        "\(place) was \(earlier.decision.rawValue) by \(earlier.by) at \(earlier.at)\(why); "
          + "that decision is replaced")
    }
  }

  /// The perceptual hash of an output, with its version and quality; `nil` where its bytes hold no
  /// picture that this version decodes.
  private static func hash(_ blob: BlobID, _ folder: FilePath) throws -> String? {
    // Reading it from the store checks that these are the bytes that were looked at.
    let bytes = try BlobStore(folder: folder).bytes(of: blob)
    do throws(PictureError) {
      let hash = PDQ(try Picture(decoding: bytes))
      return "\(PDQ.version):\(hash.hash)/\(hash.quality)"
    } catch {
      return nil
    }
  }
}
