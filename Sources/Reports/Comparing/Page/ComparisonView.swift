internal import Canonical
internal import Experiments
internal import ImageComparison

/// What the templates of a comparison show: names and values.
struct ComparisonView {
  private let compared: NamedComparison
  private let plan: ComparisonPlan
  /// Pairs whose pictures are beyond what a comparison shows.
  private var cutCount = 0

  private var found: DriftComparison { compared.found }

  /// The distances of one prompt and metric by seed.
  private struct Drift {
    let unit: String
    let bySeed: [SeedName: Double]

    init(_ metric: ComparedMetric) {
      unit = metric.unit
      bySeed = metric.driftBySeed
    }
  }

  init(_ compared: NamedComparison, _ plan: ComparisonPlan) {
    self.compared = compared
    self.plan = plan
  }

  // MARK: - Pages of prompts

  /// A page of prompts; its pictures are made.
  ///
  /// - Throws: `FileFailure` where pictures cannot be written.
  mutating func page(_ number: Int, _ pictures: inout ComparisonPictures) throws -> [String: Any] {
    let parts = plan.pages[number]
    let shown = parts.map { part in
      let prompt = found.prompts[part.prompt]
      return part.pairs.map { pictures.shown(prompt.pairs[$0], of: prompt.suite) }
    }
    cutCount += shown.joined().count { $0.isCut }
    let made = try pictures.make(for: Array(shown.joined()))
    var sections: [[String: Any]] = []
    var seeds: [[String: Any]] = []
    var drifts: [Drift] = []
    for (place, part) in parts.enumerated() {
      let prompt = found.prompts[part.prompt]
      if place == 0 || part.opensPrompt { drifts = ComparedMetric.all(of: prompt).map(Drift.init) }
      if part.seed != nil {
        let pairs = zip(part.pairs, shown[place]).map { ComparisonPair(prompt.pairs[$0], $1, made) }
        seeds.append(seed(part, drifts, pairs))
      }
      if place + 1 == parts.count || parts[place + 1].opensPrompt {
        let first = parts[...place].last { $0.prompt == part.prompt && $0.opensPrompt }
        sections.append(section(prompt, part.prompt, isWhole: first != nil, seeds))
        seeds = []
      }
    }
    return [
      "a": compared.left, "b": compared.right, "simulated": compared.isSimulated,
      "sections": sections, "page": "\(number + 1)", "pages": "\(plan.pages.count)",
      "hasMaps": !made.differences.isEmpty, "levels": ComparisonWords.levels,
      "hasPrevious": number > 0, "previous": ComparisonPlan.file(number - 1),
      "hasNext": number + 1 < plan.pages.count, "next": ComparisonPlan.file(number + 1),
    ]
  }

  private func seed(
    _ part: ComparisonPlan.Part, _ drifts: [Drift], _ pairs: [ComparisonPair]
  ) -> [String: Any] {
    let seed = part.seed ?? SeedName(nil)
    let distances = drifts.compactMap { drift in
      drift.bySeed[seed].map { "\(Comparison.fixed($0, 1)) \(drift.unit) apart" }
    }
    return [
      "anchor": ComparisonPlan.anchor(part.prompt, seed), "hasAnchor": part.opensSeed,
      "name": seed.text + (part.opensSeed ? "" : ", continued"),
      "distances": distances.joined(separator: ", "), "pairs": pairs.map(\.view),
    ]
  }

  private func section(
    _ prompt: PromptComparison, _ number: Int, isWhole: Bool, _ seeds: [[String: Any]]
  ) -> [String: Any] {
    let metrics = isWhole ? ComparedMetric.all(of: prompt) : []
    let more = prompt.unusable.count - ComparisonPage.unusableMax
    let unusable =
      prompt.unusable.prefix(ComparisonPage.unusableMax)
      + (more > 0 ? ["and \(Count.of(more, "more case", "more cases")) without a picture"] : [])
    let text = prompt.sample?.prompt ?? ""
    return [
      "anchor": ComparisonPlan.anchor(number), "isWhole": isWhole, "name": prompt.name,
      "verdict": prompt.verdict.rawValue, "mark": ComparisonWords.mark(of: prompt.verdict),
      "prompt": text, "hasPrompt": !text.isEmpty,
      "words": ComparisonWords.verdict(prompt, against: found.noise),
      "evidence": metrics.map { ComparisonWords.evidence($0, against: found.noise) },
      "kept": isWhole ? [ComparisonWords.kept(prompt)].compactMap(\.self) : [],
      "notices": isWhole ? prompt.notices + unusable : [],
      "plots": metrics.compactMap { SpreadPlot($0, against: found.noise).view },
      "seeds": seeds,
    ]
  }

  // MARK: - The page of the whole comparison

  /// Everything but the prompts' own sections.
  var index: [String: Any] {
    let isOnePage = plan.pages.count <= 1
    return [
      "a": compared.left, "b": compared.right, "simulated": compared.isSimulated,
      "noise": ComparisonWords.noise(found.noise),
      "prompts": Count.of(found.prompts.count, "prompt"),
      "verdicts": [DriftVerdict.changed, .notEnough, .withinNoise, .same].compactMap { verdict in
        let count = found.count(verdict)
        return count == 0
          ? nil
          : [
            "name": verdict.rawValue, "count": Count.grouped(count),
            "mark": ComparisonWords.mark(of: verdict),
          ]
      },
      "gate": gate.text, "gateMark": gate.mark,
      "maps": DriftHeatMap(found).views { plan.url($0, $1) },
      "titles": Array(NamedComparison.titles.dropFirst()), "rows": rows,
      "cut": cut, "qualities": qualities(of: nil), "hasQualities": !found.qualities.isEmpty,
      "tags": tags, "hasTags": !tags.isEmpty,
      "missing": missing, "hasMissing": !found.missing.isEmpty,
      "missingCount": Count.of(found.missing.count, "case"),
      "isOnePage": isOnePage, "files": isOnePage ? [] : files,
    ]
  }

  private var gate: (text: String, mark: String) {
    switch found.status(of: [.changed]) {
    case .success: ("passes", "v-success")
    case .failure: ("fails: \(Count.of(found.count(.changed), "prompt")) changed", "v-failure")
    default: ("is not decided: \(lacking)", "v-skipped")
    }
  }

  /// What keeps a gate from being decided.
  private var lacking: String {
    var reasons: [String] = []
    if found.count(.notEnough) > 0 {
      reasons.append("\(Count.of(found.count(.notEnough), "prompt")) with too few pictures")
    }
    if !found.missing.isEmpty {
      reasons.append("\(Count.of(found.missing.count, "case")) without a partner")
    }
    let unusable = found.prompts.reduce(0) { $0 + $1.unusable.count }
    if unusable > 0 { reasons.append("\(Count.of(unusable, "pair")) without a picture") }
    return reasons.joined(separator: ", ")
  }

  private var rows: [[String: Any]] {
    found.prompts.prefix(ComparisonPage.promptsMax).enumerated().map { number, prompt in
      let cells = compared.cells(prompt)
      return [
        "name": prompt.name, "url": plan.url(number), "verdict": cells[1],
        "mark": ComparisonWords.mark(of: prompt.verdict), "cells": Array(cells.dropFirst(2)),
      ]
    }
  }

  private var files: [[String: Any]] {
    plan.pages.indices.map { ["url": ComparisonPlan.file($0), "number": "\($0 + 1)"] }
  }

  /// What is left out of this folder.
  private var cut: [String] {
    var lines: [String] = []
    if found.prompts.count > ComparisonPage.promptsMax {
      lines.append(
        "The \(Count.grouped(ComparisonPage.promptsMax)) worst of "
          + "\(Count.of(found.prompts.count, "prompt")) are listed here; the pages hold all.")
    }
    if cutCount > 0 {
      lines.append(
        "Pictures are shown of the \(Count.grouped(ComparisonPictures.pairsMax)) worst pairs; "
          + "\(Count.of(cutCount, "pair")) stand without.")
    }
    return lines
  }

  private func qualities(of tag: String?) -> [[String: Any]] {
    found.qualities.filter { $0.tag == tag }.map { quality in
      [
        "name": quality.quality.rawValue, "a": Comparison.fixed(quality.left, 3),
        "b": Comparison.fixed(quality.right, 3), "n": Count.grouped(quality.count),
        "p": NamedComparison.probability(quality.rate),
        "better": quality.isRightBetter.map { $0 ? "B" : "A" } ?? "–",
        "isBetter": quality.isRightBetter != nil,
      ]
    }
  }

  private var tags: [[String: Any]] {
    func names(_ qualities: [Quality]) -> String {
      qualities.isEmpty ? "–" : qualities.map(\.rawValue).joined(separator: ", ")
    }
    return found.tags.prefix(ComparisonPage.tagsMax).map { tag in
      [
        "name": tag.tag, "prompts": Count.grouped(tag.promptCount),
        "changed": Count.grouped(tag.changedCount), "inA": names(tag.leftBetter),
        "inB": names(tag.rightBetter), "qualities": qualities(of: tag.tag),
      ]
    }
  }

  private var missing: [[String: Any]] {
    let listed = found.missing.prefix(ComparisonPage.missingMax).map {
      ["side": $0.isLeft ? "A" : "B", "name": $0.single.name, "reason": $0.reason]
    }
    let more = found.missing.count - listed.count
    return more > 0
      ? listed + [["side": "", "name": "and \(Count.grouped(more)) more", "reason": ""]] : listed
  }
}
