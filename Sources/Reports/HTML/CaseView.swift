internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// What templates show: names and values.
enum CaseView {
  /// Cases that stand on the page itself for those who read it without a script.
  static let worstMax = 50

  /// A case as a page without a script shows it.
  static func view(
    _ result: CaseResult, _ shown: ShownPictures
  ) -> [String: Any] {
    let identity = result.identity
    var facts: [[String: Any]] = []
    func fact(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append(["name": name, "value": value]) }
    }
    fact("model", identity.model.text)
    fact("seed", identity.seed.map { "\($0)" })
    fact("size", "\(identity.size)")
    fact("latency", result.latencyMilliseconds > 0 ? "\(result.latencyMilliseconds) ms" : nil)
    fact("cost", result.cost == .zero ? nil : "\(result.cost)")
    fact("source", result.source.rawValue)
    fact("suite", "\(identity.location.path):\(identity.location.line)")
    return [
      "anchor": anchor(identity), "id": identity.id.text, "suite": identity.suite.text,
      "outcome": result.outcome.rawValue, "verdict": result.outcome.verdict.word,
      "reason": result.reason, "hint": result.hint ?? "", "hasHint": result.hint != nil,
      "prompt": identity.prompt,
      "facts": facts,
      "lines": result.details + result.notices + result.failedAttempts,
      "checks": result.checks.map { check in
        [
          "name": check.name, "verdict": check.verdict.rawValue, "message": check.message,
          "bad": check.verdict.isBad,
        ] as [String: Any]
      },
      "pictures": shown.shown.compactMap(picture),
    ]
  }

  private static func picture(_ shown: ShownPictures.Shown) -> [String: Any]? {
    guard let picture = shown.picture, shown.hasThumbnail else { return nil }
    return [
      "label": shown.label, "thumbnail": HTMLText.url(ofPath: picture.thumbnail),
      "url": shown.hasFile ? HTMLText.url(ofPath: picture.file) : "", "hasFile": shown.hasFile,
    ]
  }

  private static func anchor(_ identity: CaseIdentity) -> String {
    "\(identity.suite.text)/\(identity.id.text)"
  }

  /// The page itself.
  static func index(
    _ header: RunHeader, _ summary: RunSummary, _ survey: SheetSurvey, worst: [[String: Any]],
    caseFiles: Int, pages: [[String: Any]]
  ) -> [String: Any] {
    let plots = SheetPlots(summary, survey)
    let heading = SheetHeading(header, summary)
    return [
      "run": header.id.text, "started": header.startedAt.description,
      "endpoint": header.endpoint ?? "",
      "hasEndpoint": header.endpoint != nil,
      "version": header.toolVersion, "simulated": summary.isSimulated,
      "verdict": heading.verdict, "isGood": heading.isGood, "total": heading.words,
      "warnings": heading.warnings,
      "suites": header.suites.map { suite in
        [
          "name": suite.name.text, "path": suite.path.string, "digest": suite.digest.short,
          "cases": Count.grouped(suite.caseCount),
        ]
      },
      "outcomes": Outcome.allCases.compactMap { outcome -> [String: Any]? in
        guard let count = summary.counts[outcome], count > 0 else { return nil }
        return [
          "name": outcome.rawValue, "count": Count.grouped(count), "verdict": outcome.verdict.word,
        ]
      },
      "findings": summary.findings.map { finding in
        [
          "kind": finding.kind.rawValue, "suite": finding.suite.text, "message": finding.message,
          "next": finding.next, "subjects": finding.subjects, "failure": finding.isFailure,
        ] as [String: Any]
      },
      "hasFindings": !summary.findings.isEmpty,
      "plots": plots.all, "worst": worst, "pages": pages,
      "hasPages": !pages.isEmpty,
      "scripts": (0..<caseFiles).map { "cases-\($0).js" },
    ]
  }

  static func seconds(_ milliseconds: Int) -> String {
    "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
  }
}

/// The first cases of the worst outcomes.
struct WorstCases {
  private var buckets: [Outcome: [[String: Any]]] = [:]

  mutating func add(_ result: CaseResult, _ view: [String: Any]) {
    guard result.outcome.verdict != .success,
      buckets[result.outcome, default: []].count < CaseView.worstMax
    else { return }
    buckets[result.outcome, default: []].append(view)
  }

  /// What is shown: failures, then errors, then what was left out.
  var views: [[String: Any]] {
    let order: [Outcome.Verdict] = [.failure, .error, .skipped]
    let sorted = order.flatMap { verdict in
      Outcome.allCases.filter { $0.verdict == verdict }.flatMap { buckets[$0] ?? [] }
    }
    return Array(sorted.prefix(CaseView.worstMax))
  }
}
