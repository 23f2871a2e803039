internal import Canonical
internal import Experiments
internal import ImageComparison

/// How far A and B are apart, prompt by seed: a table whose cells are coloured in steps of the noise.
struct DriftHeatMap {
  /// Prompts that have a row, the worst first.
  static let promptsMax = 200
  /// Seeds that have a column, by their numbers.
  static let seedsMax = 60

  /// How far a distance lies above the noise.
  enum Step: String, CaseIterable {
    case equal = "h0"
    case noise = "h1"
    case twice = "h2"
    case fourTimes = "h3"
    case beyond = "h4"
    case unknown = "hx"

    /// Compares what is shown: a tenth that rounding hides makes no other colour.
    init(_ distance: Double, noise: Double?) {
      let distance = (distance * 10).rounded()
      switch noise.map({ ($0 * 10).rounded() }) {
      case _ where distance == 0: self = .equal
      case nil: self = .unknown
      case let noise? where distance <= noise: self = .noise
      case let noise? where distance <= 2 * noise: self = .twice
      case let noise? where distance <= 4 * noise: self = .fourTimes
      case .some: self = .beyond
      }
    }

    /// What it means.
    var text: String {
      switch self {
      case .equal: "no distance"
      case .noise: "up to the noise"
      case .twice: "up to twice the noise"
      case .fourTimes: "up to four times"
      case .beyond: "beyond four times the noise"
      case .unknown: "noise not known"
      }
    }
  }

  /// The columns.
  private let seeds: [SeedName]
  private let seedCount: Int
  private let compared: DriftComparison

  init(_ compared: DriftComparison) {
    self.compared = compared
    let all = Set(
      compared.prompts.prefix(Self.promptsMax).flatMap { prompt in
        prompt.pairs.map { SeedName($0.seed) }
      })
    seedCount = all.count
    seeds = Array(all.sorted().prefix(Self.seedsMax))
  }

  /// A table for each metric.
  ///
  /// - Parameter link: where a prompt, and the pictures of one of its seeds, are shown.
  func views(link: (Int, SeedName?) -> String) -> [[String: Any]] {
    let prompts = compared.prompts.prefix(Self.promptsMax)
    let metrics = prompts.map { ComparedMetric.all(of: $0) }
    return (metrics.first ?? []).indices.map { place in
      var steps = Set(Step.allCases).subtracting([.unknown])
      let rows = zip(prompts, metrics).enumerated().map { number, row -> [String: Any] in
        let (prompt, metric) = (row.0, row.1[place])
        let (drift, noise) = (metric.driftBySeed, metric.noise(compared.noise))
        return [
          "name": prompt.name, "url": link(number, nil),
          "verdict": prompt.verdict.rawValue, "mark": ComparisonWords.mark(of: prompt.verdict),
          "mean": shown(metric.samples.acrossSides), "noise": shown(noise),
          "cells": seeds.map { seed -> [String: Any] in
            guard let distance = drift[seed] else { return ["isKnown": false] }
            let step = Step(distance, noise: noise)
            steps.insert(step)
            let text = Comparison.fixed(distance, 1)
            return [
              "isKnown": true, "text": text, "step": step.rawValue, "url": link(number, seed),
              "label": "\(prompt.name), \(seed.text): \(text) \(metric.unit), \(step.text)",
            ]
          },
        ]
      }
      let metric = metrics[0][place]
      return [
        "title": metric.title, "unit": metric.unit, "seeds": seeds.map(\.short), "rows": rows,
        "legend": Step.allCases.filter { steps.contains($0) }.map {
          ["step": $0.rawValue, "text": $0.text]
        },
        "cut": cut,
      ]
    }
  }

  private func shown(_ value: Double?) -> String {
    value.map { Comparison.fixed($0, 1) } ?? "–"
  }

  /// What the table leaves out.
  private var cut: [String] {
    var lines: [String] = []
    if compared.prompts.count > Self.promptsMax {
      lines.append(
        "The \(Self.promptsMax) worst of \(Count.grouped(compared.prompts.count)) prompts have a row."
      )
    }
    if seedCount > Self.seedsMax {
      lines.append(
        "The \(Self.seedsMax) lowest of \(Count.grouped(seedCount)) seeds have a column; "
          + "the other ones stand with their prompts.")
    }
    return lines
  }
}
