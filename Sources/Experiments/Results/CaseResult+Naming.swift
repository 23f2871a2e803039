package import Canonical

extension CaseResult {
  /// The outputs of the case as those of a case of another suite that asks for the same.
  ///
  /// - Parameters:
  ///   - id: the name of that case.
  ///   - caseKey: its key.
  ///   - suite: its suite.
  package func named(_ id: CaseID, _ caseKey: CaseKey, in suite: SuiteName) -> CaseResult {
    CaseResult(
      identity: CaseIdentity(
        suite: suite, position: identity.position, id: id, caseKey: caseKey, cells: identity.cells,
        tags: identity.tags, location: identity.location, model: identity.model,
        seed: identity.seed, size: identity.size, prompt: identity.prompt),
      outcome: outcome, reason: reason, outputs: outputs, source: source, origin: origin,
      startedAt: startedAt)
  }
}

extension CaseResult {
  /// The result with commands that name a run, for a page that outlives it: of 'latest' another one may be
  /// meant by then.
  ///
  /// What is stored says 'latest', so that merged runs say what whole ones do.
  package func naming(_ run: RunID) -> CaseResult {
    var result = self
    result.hint = hint?.replacing(
      "proofsheet approve latest", with: "proofsheet approve \(run)")
    return result
  }
}
