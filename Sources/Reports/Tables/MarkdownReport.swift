internal import Canonical
package import Experiments
internal import Suites
internal import SystemPackage

/// Writes a run as a page of Markdown that is short enough for the summary of a CI step: counts, money,
/// findings, and the worst cases first with links to their lines.
///
/// Nothing is said of the machine or the time, so that the same cases give the same bytes.
package enum MarkdownReport {
  /// The most that GitHub takes as the summary of one step, in bytes.
  package static let byteCountMax = 1 << 20
  /// Cases that are listed at most; the table of CSV holds all.
  package static let listedMax = 100
  /// The longest reason in bytes.
  static let reasonByteCountMax = 300

  /// The page.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - places: finds the lines of suites.
  ///   - byteCountMax: bytes that the page may have; cases that do not fit are counted.
  /// - Throws: what reading the run throws.
  package static func text(
    _ run: some RunReader, _ places: SourcePlaces = SourcePlaces(),
    byteCountMax: Int = byteCountMax
  ) throws -> String {
    var worst = RankedCases(max: listedMax)
    var count = 0
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { result in
        guard result.outcome.verdict != .success else { return }
        count += 1
        worst.add(result)
      }
    }
    var page = head(run.summary).joined(separator: "\n") + "\n"
    // Room for the line that says how many are left out.
    let room = byteCountMax - 200
    guard count > 0, page.utf8.count < room else { return page }
    var listed = 0
    var table =
      "\n### Worst first\n\n"
      + MarkdownText.row(["outcome", "case", "why", "picture"]) + "\n"
      + MarkdownText.row(["---", "---", "---", "---"]) + "\n"
    for result in worst.results {
      let row = MarkdownText.row(cells(result, places)) + "\n"
      guard page.utf8.count + table.utf8.count + row.utf8.count <= room else { break }
      table += row
      listed += 1
    }
    page += table
    if listed < count {
      page +=
        "\nand \(Count.of(count - listed, "more case")), left out here: "
        + "`proofsheet report RUN --format csv` has all\n"
    }
    return page
  }

  private static func head(_ summary: RunSummary) -> [String] {
    var lines = ["## Proofsheet: \(title(summary))"]
    if summary.isSimulated { lines += ["", "> \(SimulatorNotice.text)"] }
    lines += ["", MarkdownText.row(["outcome", "results"]), "| --- | ---: |"]
    lines += Outcome.allCases.compactMap { outcome in
      guard let count = summary.counts[outcome], count > 0 else { return nil }
      return MarkdownText.row([outcome.rawValue, Count.grouped(count)])
    }
    let money = summary.spending
    if money.spent > .zero || money.possiblyBilled > .zero {
      let billed =
        money.possiblyBilled > .zero
        ? ", \(Count.grouped(money.possiblyBilled)) possibly billed" : ""
      let cap = money.cap.map { ", cap \(Count.grouped($0))" } ?? ""
      lines += ["", MarkdownText.plain("\(Count.grouped(money.spent)) spent\(billed)\(cap)")]
    }
    if !summary.findings.isEmpty { lines.append("") }
    lines += summary.findings.map { finding in
      "- \(finding.isFailure ? "**error**" : "warning"): \(MarkdownText.plain(finding.suite.text)): "
        + MarkdownText.plain("\(finding.message); next: \(finding.next)")
    }
    return lines
  }

  /// What the run came to in a few words.
  private static func title(_ summary: RunSummary) -> String {
    let bad = summary.counts.reduce(0) { sum, entry in
      sum + ([.failure, .error].contains(entry.key.verdict) ? entry.value : 0)
    }
    let cases =
      summary.groupCount > 0
      ? "\(Count.of(summary.caseCount, "case")) and \(Count.of(summary.groupCount, "group"))"
      : Count.of(summary.caseCount, "case")
    let state = summary.state.map { "\($0), " } ?? ""
    guard bad > 0 else {
      return state + cases + (summary.exitStatus == .success ? " as expected" : "")
    }
    return state + "\(Count.grouped(bad)) of \(cases) not as expected"
  }

  private static func cells(_ result: CaseResult, _ places: SourcePlaces) -> [String] {
    let name = MarkdownText.code(result.identity.id)
    let reason = MarkdownText.plain(result.reason, byteCountMax: reasonByteCountMax)
    let path = result.outputs.first?.path ?? result.group?.pair.first?.path
    return [
      result.outcome.rawValue,
      places.link(result.identity.location).map { "[\(name)](\($0))" } ?? name,
      reason, path.map { MarkdownText.plain($0.string) } ?? "",
    ]
  }
}

extension RunSummary {
  /// The word for a run that did not come to its end; `nil` of one that did.
  package var state: String? {
    if findings.contains(where: { $0.kind == .incomplete }) { return "incomplete" }
    return isInterrupted ? "interrupted" : nil
  }
}
