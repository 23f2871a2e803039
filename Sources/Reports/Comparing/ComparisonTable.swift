internal import Canonical
package import Experiments
internal import ImageComparison

/// A comparison with the names of its sides, told in rows.
package struct NamedComparison: Sendable {
  /// The version of JSON documents and of the columns of CSV.
  package static let version = 1

  /// The first side, as it was asked for and found.
  package let left: String
  /// The second side.
  package let right: String
  /// Whether any picture is of the simulator, which is a stand-in and no model.
  package let isSimulated: Bool
  /// What was found.
  package let found: DriftComparison

  /// Names the sides of a comparison.
  package init(left: String, right: String, isSimulated: Bool, found: DriftComparison) {
    self.left = left
    self.right = right
    self.isSimulated = isSimulated
    self.found = found
  }

  /// The titles of a table of prompts.
  package static let titles = [
    "prompt", "verdict", "pairs", "worst level", "drift", "noise", "excess", "95 %", "p (Holm)",
    "seeds kept",
  ]

  /// The cells of a prompt, under ``titles``; distances in bits of PDQ.
  package func cells(_ prompt: PromptComparison) -> [String] {
    func number(_ value: Double?) -> String { value.map { Comparison.fixed($0, 1) } ?? "-" }
    let samples = prompt.samples
    let interval = prompt.test?.interval.map { "\(number($0.low))..\(number($0.high))" }
    return [
      TerminalText.escape(prompt.name), prompt.verdict.rawValue, "\(prompt.pairs.count)",
      prompt.worst?.rawValue ?? "-", number(samples.acrossSides),
      number(found.noise == .repeats ? samples.acrossRepeats : samples.acrossSeeds),
      number(prompt.test?.chance.statistic), interval ?? "-",
      prompt.holm.map { Self.probability($0) } ?? "-",
      prompt.fidelity.map { "\($0.kept)/\($0.of)" } ?? "-",
    ]
  }

  /// A p-value as people read it.
  static func probability(_ value: Double) -> String {
    value < 0.001 ? "<0.001" : Comparison.fixed(value, 3)
  }

  /// What each side and each figure is, before the table.
  package var heading: [String] {
    let noise =
      switch found.noise {
      case .repeats: "what repeats of one request differ by"
      case .seeds: "what seeds of one prompt differ by"
      }
    var lines = [
      "A: \(left)", "B: \(right)", "noise: \(noise); distances in bits of PDQ (of 256)",
    ]
    if isSimulated {
      lines.insert("the pictures are of the simulator, a stand-in and no model", at: 0)
    }
    return lines
  }

  /// The counts in one line.
  package var counts: String {
    let counts = DriftVerdict.allCases.reversed().compactMap { verdict -> String? in
      let count = found.count(verdict)
      return count > 0 ? "\(count) \(verdict.rawValue)" : nil
    }
    return "\(Count.of(found.prompts.count, "prompt")): \(counts.joined(separator: ", "))"
  }

  /// What there is to say of prompts beside their rows, and what has no partner.
  package func remarks(listing most: Int) -> [String] {
    var lines: [String] = []
    for prompt in found.prompts {
      if let seeds = prompt.seedsNeeded {
        let blocks = prompt.samples.blocks
        let repeats = blocks.map { min($0.first.count, $0.second.count) }.min() ?? 0
        let and = found.noise == .repeats && repeats < 2 ? " with 'repeat: 2'" : ""
        lines.append(
          "\(prompt.name): \(Count.of(blocks.count, "seed")) cannot tell; "
            + "\(seeds) would be enough\(and)")
      }
      lines += (prompt.notices + prompt.unusable.prefix(most)).map { "\(prompt.name): \($0)" }
      if prompt.unusable.count > most {
        lines.append("\(prompt.name): \(prompt.unusable.count - most) more without a picture")
      }
    }
    for missing in found.missing.prefix(most) {
      lines.append(
        "without a partner, \(missing.isLeft ? "A" : "B") only: \(missing.single.name): "
          + missing.reason)
    }
    if found.missing.count > most {
      lines.append("\(found.missing.count - most) more without a partner; --format json has all")
    }
    return lines.map(TerminalText.escape)
  }

  /// The quality of both sides, a line each; of tags only where a side is better.
  package var qualityLines: [String] {
    found.qualities.filter { $0.tag == nil || $0.isRightBetter != nil }.map { quality in
      let verdict = quality.isRightBetter.map { $0 ? "B is better" : "A is better" }
      let tag = quality.tag.map { " (tag \($0))" } ?? ""
      return "\(quality.quality.rawValue)\(tag): A \(Comparison.fixed(quality.left, 3)), "
        + "B \(Comparison.fixed(quality.right, 3))"
        + (verdict.map { ", \($0), p = \(Self.probability(quality.probability))" } ?? "")
    }
  }

  // MARK: - Markdown and CSV

  /// The comparison as Markdown.
  package var markdown: String {
    func row(_ cells: [String]) -> String {
      MarkdownText.row(cells.map { MarkdownText.plain($0) })
    }
    var lines = heading.map { "- \(MarkdownText.plain($0))" } + [""]
    lines += [row(Self.titles), MarkdownText.row(Self.titles.map { _ in "---" })]
    lines += found.prompts.map { row(cells($0)) }
    lines += ["", counts, ""]
    lines += (remarks(listing: .max) + qualityLines).map { "- \(MarkdownText.plain($0))" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The pairs as CSV (RFC 4180), a line each, then what has no partner.
  package var csv: String {
    let titles = [
      "prompt", "verdict", "p", "p_holm", "q_bh", "a", "b", "seed", "image", "level", "summary",
    ]
    var rows = [titles]
    for prompt in found.prompts {
      let values = [prompt.test?.chance.probability, prompt.holm, prompt.benjaminiHochberg]
        .map { value in value.map { "\($0)" } ?? "" }
      for pair in prompt.pairs {
        rows.append(
          [prompt.name, prompt.verdict.rawValue] + values + [
            pair.left.text, pair.right.text, pair.seed.map { "\($0)" } ?? "", "\(pair.index)",
            pair.level?.rawValue ?? "", pair.summary,
          ])
      }
    }
    for missing in found.missing {
      let id = missing.single.id.text
      rows.append(
        ["", "without a partner", "", "", "", missing.isLeft ? id : "", missing.isLeft ? "" : id]
          + ["", "", "", missing.reason])
    }
    return rows.map(CSVText.row).joined()
  }
}
