package import Canonical
package import Recording

/// Tells decisions about a run whose ground has shifted since: they are refused, and nothing is copied
/// from whatever lies there now.
///
/// A decision is about one output of a run, beside the decisions that the run compared it with. It is
/// stale when the recording of its case holds another picture by now, or when somebody else decided
/// about the same output in the meantime.
package struct DecisionGuard: Sendable {
  private let run: RunID
  private let mode: RunMode
  private let judged: Baseline?
  private let fixtures: FixtureFolder

  /// Takes what a run was about.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - mode: where its answers came from; those of a live run belong to no recording.
  ///   - judged: the baseline that it compared outputs with; `nil` where that was not kept.
  ///   - fixtures: the recordings as they are now.
  package init(run: RunID, mode: RunMode, judged: Baseline?, fixtures: FixtureFolder) {
    self.run = run
    self.mode = mode
    self.judged = judged
    self.fixtures = fixtures
  }

  /// Why decisions about a case's outputs are stale; `nil` when they are not.
  ///
  /// - Parameters:
  ///   - result: the case as the run has it.
  ///   - decision: what is decided.
  ///   - current: the baseline as it is now.
  ///   - outputs: the places of the outputs that are decided about; `nil` for all.
  package func staleness(
    of result: CaseResult, _ decision: BaselineEntry.Decision, in current: Baseline,
    outputs: Set<Int>? = nil
  ) -> String? {
    let decided = result.outputs.filter { outputs?.contains($0.index) ?? true }
    if let reason = recordingChanged(result, decided) { return reason }
    for output in decided {
      let id = OutputID(caseKey: result.identity.caseKey, index: output.index)
      if let reason = baselineChanged(current.entries(for: id), id, output, decision) {
        return reason
      }
    }
    return nil
  }

  /// What was decided otherwise about an output after the run was compared with the baseline; `nil` where nothing was.
  ///
  /// A page that was drawn of the run does not show it.
  ///
  /// - Parameters:
  ///   - decision: what is decided.
  ///   - output: the output.
  ///   - digest: its bytes.
  ///   - current: the baseline as it is now.
  package func later(
    than decision: BaselineEntry.Decision, about output: OutputID, _ digest: SHA256Digest,
    in current: Baseline
  ) -> BaselineEntry? {
    let known = judged?.entries(for: output) ?? []
    return current.entries(for: output).first { entry in
      entry.blob.digest == digest && entry.decision != decision
        && !known.contains {
          $0.blob.digest == digest && $0.decision == entry.decision && $0.at == entry.at
        }
    }
  }

  private func recordingChanged(_ result: CaseResult, _ outputs: [OutputRecord]) -> String? {
    guard mode != .live, !outputs.isEmpty else { return nil }
    let identity = result.identity
    let found = fixtures.lookup(
      identity.id, caseKey: identity.caseKey, canonicalRequest: JSONValue.null)
    switch found {
    case .found(let fixture, let fileID):
      let held = Set(fixture.blobs.map(\.digest))
      guard let gone = outputs.first(where: { !held.contains($0.blob.digest) }) else {
        return nil
      }
      return "\(fixtures.path(of: fileID)) holds another picture by now than picture "
        + "\(gone.index) of the run (\(gone.blob.digest.short)…)"
    case .missing, .exhausted, .stale:
      guard result.source == .replayed else { return nil }
      return "the recording that the run replayed is not in \(fixtures.folder) any more"
    case .notFetched(let path):
      return "\(path) is a Git LFS pointer, and cannot be compared with the run"
    case .corrupt(let description): return description
    }
  }

  /// Compares decisions about one output with those that the run knew.
  private func baselineChanged(
    _ current: [BaselineEntry], _ id: OutputID, _ output: OutputRecord,
    _ decision: BaselineEntry.Decision
  ) -> String? {
    guard let judged else { return nil }
    func isSame(_ left: BaselineEntry, _ right: BaselineEntry) -> Bool {
      left.decision == right.decision && left.blob.digest == right.blob.digest
    }
    // Deciding the same again changes nothing, whoever decided it.
    if current.contains(where: {
      $0.decision == decision && $0.blob.digest == output.blob.digest
    }) {
      return nil
    }
    let known = judged.entries(for: id)
    // What was decided about this run itself follows from what it knew.
    let foreign = current.first { entry in
      entry.run != run && !known.contains { isSame($0, entry) }
    }
    if let foreign {
      return "picture \(output.index): \(foreign.by) \(foreign.decision.rawValue) "
        + "\(foreign.blob.digest.short)… at \(foreign.at) of run \(foreign.run), "
        + "which this run does not know"
    }
    guard !current.contains(where: { $0.run == run }) else { return nil }
    let lost = known.first { entry in !current.contains { isSame($0, entry) } }
    return lost.map {
      "picture \(output.index): \($0.blob.digest.short)…, which the run compared it with as "
        + "\($0.decision.rawValue), is not in the baseline any more"
    }
  }
}
