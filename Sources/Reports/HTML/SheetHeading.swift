package import Canonical
package import Experiments

/// What stands at the head of a proof sheet: how a run stands, in words.
package struct SheetHeading: Hashable, Sendable {
  /// How it ended.
  let verdict: String
  /// Whether everything is as it should be.
  let isGood: Bool
  /// Cases, mode, time and money.
  let words: String
  /// What else stands out.
  let warnings: [String]

  /// Puts a heading into words.
  ///
  /// - Parameters:
  ///   - header: the run.
  ///   - summary: what it came to.
  ///   - goesOn: whether that is what it came to so far.
  package init(_ header: RunHeader, _ summary: RunSummary, goesOn: Bool = false) {
    verdict = Self.verdict(summary) + (goesOn ? " so far" : "")
    isGood = summary.exitStatus == .success
    words = [
      Count.of(summary.caseCount, "case")
        + (summary.groupCount > 0 ? " and \(Count.of(summary.groupCount, "group"))" : ""),
      header.mode.rawValue, CaseView.seconds(summary.wallMilliseconds),
      "\(Count.grouped(summary.spending.spent)) spent",
    ].joined(separator: ", ")
    let billed = summary.spending.possiblyBilled
    warnings =
      (billed > .zero ? ["\(Count.grouped(billed)) possibly billed besides"] : [])
      + (summary.isInterrupted ? ["interrupted"] : [])
  }

  /// The heading as the page's script takes it.
  package var json: JSONValue {
    .members([
      "verdict": .string(verdict),
      "good": .bool(isGood),
      "words": .string(words),
      "warnings": .array(warnings.map { .string($0) }),
    ])
  }

  private static func verdict(_ summary: RunSummary) -> String {
    switch summary.exitStatus {
    case .success: "as expected"
    case .failure: "not as expected"
    case .usage: "wrong usage"
    case .service: "the service failed"
    case .incomplete: "incomplete"
    case .fixture: "recordings are missing or damaged"
    case .interrupted: "interrupted"
    }
  }
}
