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
    "colour", "noise of it", "p of it", "seeds kept",
  ]

  /// The cells of a prompt, under ``titles``; distances in bits of PDQ, and of colours in CIEDE2000.
  package func cells(_ prompt: PromptComparison) -> [String] {
    func number(_ value: Double?) -> String { value.map { Comparison.fixed($0, 1) } ?? "-" }
    func noise(_ samples: DriftSamples?) -> Double? {
      found.noise == .repeats ? samples?.acrossRepeats : samples?.acrossSeeds
    }
    let (shape, colour) = (prompt.of(.shape), prompt.of(.colour))
    let interval = shape?.test?.interval.map { "\(number($0.low))..\(number($0.high))" }
    return [
      TerminalText.escape(prompt.name), prompt.verdict.rawValue, "\(prompt.pairs.count)",
      prompt.worst?.rawValue ?? "-", number(shape?.samples.acrossSides),
      number(noise(shape?.samples)), number(shape?.test?.chance.statistic), interval ?? "-",
      shape?.holm.map { Self.probability($0) } ?? "-", number(colour?.samples.acrossSides),
      number(noise(colour?.samples)), colour?.holm.map { Self.probability($0) } ?? "-",
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
      "A: \(left)", "B: \(right)",
      "noise: \(noise); distances in bits of PDQ (of 256), those of colour in CIEDE2000",
    ]
    let excess =
      switch found.noise {
      case .repeats: "drift less noise"
      case .seeds: "pictures of different seeds, across the sides less within one side"
      }
    lines.append(
      "drift: pictures of one seed, A to B; excess: \(excess); seeds kept: whose picture in B is the nearest"
    )
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
      if let needed = needed(prompt) { lines.append("\(prompt.name): \(needed)") }
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

  /// How many seeds would be enough; `nil` of a prompt that has as many.
  func needed(_ prompt: PromptComparison) -> String? {
    guard let seeds = prompt.seedsNeeded else { return nil }
    let blocks = prompt.samples.blocks
    let repeats = blocks.map { min($0.first.count, $0.second.count) }.min() ?? 0
    let and = found.noise == .repeats && repeats < 2 ? " with 'repeat: 2'" : ""
    return "\(Count.of(blocks.count, "seed")) cannot tell; \(seeds) would be enough\(and)"
  }

  /// The quality of both sides over all prompts, a line each.
  package var qualityLines: [String] {
    found.qualities.filter { $0.tag == nil }.map { quality in
      let verdict = quality.isRightBetter.map { $0 ? "B is better" : "A is better" }
      return "\(quality.quality.rawValue): A \(Comparison.fixed(quality.left, 3)), "
        + "B \(Comparison.fixed(quality.right, 3))"
        + (verdict.map { ", \($0), p = \(Self.probability(quality.rate))" } ?? "")
    }
  }

  /// The titles of a table of tags.
  package static let tagTitles = ["tag", "prompts", "changed", "A is better in", "B is better in"]

  /// The rows of a table of tags, under ``tagTitles``.
  package var tagRows: [[String]] {
    func list(_ qualities: [Quality]) -> String {
      qualities.isEmpty ? "-" : qualities.map(\.rawValue).joined(separator: ", ")
    }
    return found.tags.map { tag in
      [
        TerminalText.escape(tag.tag), "\(tag.promptCount)", "\(tag.changedCount)",
        list(tag.leftBetter), list(tag.rightBetter),
      ]
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
    if !tagRows.isEmpty {
      lines += ["", row(Self.tagTitles), MarkdownText.row(Self.tagTitles.map { _ in "---" })]
      lines += tagRows.map(row)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The pairs as CSV (RFC 4180), a line each with every figure that was measured, then what has no
  /// partner and what has no picture.
  package var csv: String {
    var (figures, seen): ([String], Set<String>) = ([], [])
    for pair in found.prompts.lazy.flatMap(\.pairs) {
      for figure in pair.figures where seen.insert(figure.name).inserted {
        figures.append(figure.name)
      }
    }
    var table = CSVWriter(
      [
        "prompt", "verdict", "p", "p_holm", "q_bh", "a", "b", "seed", "image", "level", "summary",
        "colour_p", "colour_p_holm", "colour_q_bh", "seeds_needed",
      ] + figures)
    for prompt in found.prompts {
      func values(_ metric: DriftMetric) -> [String] {
        let found = prompt.of(metric)
        return [found?.test?.chance.probability, found?.holm, found?.benjaminiHochberg]
          .map { value in value.map { "\($0)" } ?? "" }
      }
      let first = [prompt.name, prompt.verdict.rawValue] + values(.shape)
      let needed = prompt.seedsNeeded.map { "\($0)" } ?? ""
      for pair in prompt.pairs {
        let measured = Dictionary(
          pair.figures.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
        table.add(
          first + [
            pair.left.text, pair.right.text, pair.seed.map { "\($0)" } ?? "", "\(pair.index)",
            pair.level?.rawValue ?? "", pair.summary,
          ] + values(.colour) + [needed] + figures.map { measured[$0] ?? "" })
      }
      for line in prompt.unusable {
        table.add(first + ["", "", "", "", "", "no picture: \(line)"])
      }
    }
    for missing in found.missing {
      let id = missing.single.id.text
      table.add(
        ["", "without a partner", "", "", "", missing.isLeft ? id : "", missing.isLeft ? "" : id]
          + ["", "", "", missing.reason])
    }
    return table.text
  }
}
