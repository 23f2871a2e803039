package import Canonical
package import SystemPackage

extension CaseResult {
  /// The same result with its pictures in other places.
  ///
  /// - Parameters:
  ///   - place: where an output lies.
  ///   - other: where a picture lies that was compared with, from where the result says.
  package func moved(
    output place: (BlobID) -> FilePath, other: (FilePath) -> FilePath
  ) -> CaseResult {
    CaseResult(
      identity: identity, outcome: outcome, reason: reason, hint: hint, details: details,
      notices: notices,
      checks: checks.map { check in
        CheckResult(
          name: check.name, verdict: check.verdict, severity: check.severity,
          message: check.message,
          measures: check.measures.map { measure in
            Measure(
              picture: measure.picture, other: measure.other.map(other), figures: measure.figures)
          })
      },
      outputs: outputs.map { output in
        var output = output
        output.path = place(output.blob)
        return output
      },
      source: source, origin: origin, startedAt: startedAt,
      latencyMilliseconds: latencyMilliseconds, cost: cost, possiblyBilled: possiblyBilled,
      failedAttempts: failedAttempts,
      group: group.map { group in
        GroupRecord(
          across: group.across, expectation: group.expectation, memberCount: group.memberCount,
          caseCount: group.caseCount,
          pair: group.pair.map { member in
            GroupRecord.Member(
              caseID: member.caseID, index: member.index, path: other(member.path))
          })
      })
  }
}
