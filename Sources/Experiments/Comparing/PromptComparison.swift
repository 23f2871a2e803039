package import Canonical
package import ImageComparison
package import SeedreamAPI

/// Two pictures of one case, one of each side.
package struct PairFinding: Sendable {
  /// The case of the first side.
  package let left: CaseID
  /// The case of the second side.
  package let right: CaseID
  /// The seed.
  package let seed: Seed?
  /// The place in the answer, from 0.
  package let index: Int
  /// How far they agree; `nil` where that was not looked at or cannot be told.
  package let level: ComparisonLevel?
  /// The level with each term that decided, or why there is none.
  package let summary: String
  /// Every figure that was measured; none for identical pictures.
  package let figures: [Measure.Figure]
}

/// What a comparison found of one prompt: all cases that differ in seed, repeat and side alone.
package struct PromptComparison: Sendable {
  /// Its entries, or the suite's name where it has none.
  package let name: String
  /// The suite.
  package let suite: SuiteName
  /// The tags of its cases.
  package let tags: [String]
  /// A case of it, which stands for it in reports.
  package let sample: CaseIdentity?
  /// The pairs of pictures.
  package let pairs: [PairFinding]
  /// Pairs of cases of which a side has no picture, in a line each.
  package let unusable: [String]
  /// Things to know of it.
  package let notices: [String]
  /// What each metric says, in the order of ``DriftMetric``.
  package internal(set) var metrics: [MetricComparison]
  /// The verdict.
  package internal(set) var verdict: DriftVerdict = .notEnough
  /// How many seeds would be enough, where the verdict is ``DriftVerdict/notEnough``.
  package internal(set) var seedsNeeded: Int?

  /// What a metric says.
  package func of(_ metric: DriftMetric) -> MetricComparison? {
    metrics.first { $0.metric == metric }
  }

  /// The pictures by seed, with the bits between their perceptual hashes.
  package var samples: DriftSamples {
    of(.shape)?.samples ?? DriftSamples([], distances: [])
  }

  /// The lowest level of all pairs.
  package var worst: ComparisonLevel? { pairs.compactMap(\.level).min() }

  /// Whether all pairs show the same picture.
  package var isSame: Bool {
    !pairs.isEmpty && unusable.isEmpty && pairs.allSatisfy { $0.level.map { $0 >= .near } ?? false }
  }

  /// How many seeds found their own partner first among all, and of how many.
  package var fidelity: (kept: Int, of: Int)? {
    let ranks = samples.partnerRanks
    return ranks.count > 1 ? (ranks.count { $0 == 1 }, ranks.count) : nil
  }
}

/// One kind of quality on both sides.
package struct QualityComparison: Sendable {
  /// The prompts: all, or those of one tag.
  package let tag: String?
  /// What was measured.
  package let quality: Quality
  /// The mean of the first side.
  package let left: Double
  /// The mean of the second side.
  package let right: Double
  /// Pairs: one for each prompt and seed, repeats taken together.
  package let count: Int
  /// The p-value of a sign-flip test of the differences.
  package let probability: Double
  /// The p-value corrected by Benjamini and Hochberg over all qualities and tags: of all that are told
  /// to be better at most one in twenty is expected to be chance.
  package internal(set) var rate: Double

  /// `true` where the second side is better, `false` where the first is; `nil` where neither shows.
  package var isRightBetter: Bool? {
    guard rate <= ChanceTest.significance, left != right, let more = quality.moreIsBetter
    else { return nil }
    return (right > left) == more
  }
}

/// What a comparison says of the prompts of one tag, which are those of one kind of edit.
package struct TagComparison: Sendable {
  /// The tag.
  package let tag: String
  /// How many prompts have it.
  package let promptCount: Int
  /// How many of them have changed.
  package let changedCount: Int
  /// In what the first side is better.
  package let leftBetter: [Quality]
  /// In what the second side is better.
  package let rightBetter: [Quality]
}

/// What a comparison found.
package struct DriftComparison: Sendable {
  /// What differences were held against.
  package let noise: DriftTest.Noise
  /// The prompts, the worst first.
  package let prompts: [PromptComparison]
  /// Cases without a partner.
  package let missing: [CaseAlignment.Missing]
  /// Quality that needs no baseline: of all prompts, and of each tag.
  package let qualities: [QualityComparison]

  /// How many prompts have a verdict.
  package func count(_ verdict: DriftVerdict) -> Int { prompts.count { $0.verdict == verdict } }

  /// What is said of each tag, in alphabetical order.
  package var tags: [TagComparison] {
    Set(prompts.flatMap(\.tags)).sorted().map { tag in
      let members = prompts.filter { $0.tags.contains(tag) }
      let decided = qualities.filter { $0.tag == tag }
      return TagComparison(
        tag: tag, promptCount: members.count,
        changedCount: members.count { $0.verdict == .changed },
        leftBetter: decided.filter { $0.isRightBetter == false }.map(\.quality),
        rightBetter: decided.filter { $0.isRightBetter == true }.map(\.quality))
    }
  }

  /// Whether something fails a gate.
  package func fails(_ gate: CompareGate) -> Bool {
    switch gate {
    case .changed: count(.changed) > 0
    case .undecided: count(.notEnough) > 0 || prompts.isEmpty
    case .missing: !missing.isEmpty || prompts.contains { !$0.unusable.isEmpty }
    case .worse: qualities.contains { $0.isRightBetter == false }
    }
  }

  /// The exit code that gates ask for: 4 where none fails and something is not decided.
  package func status(of gates: Set<CompareGate>) -> ExitStatus {
    if gates.contains(where: fails) { return .failure }
    let isOpen = !gates.isEmpty && (fails(.undecided) || fails(.missing))
    return isOpen ? .incomplete : .success
  }
}

/// What makes a comparison fail.
package enum CompareGate: String, Hashable, Sendable, CaseIterable {
  /// A prompt has changed.
  case changed
  /// A prompt has too few samples to tell.
  case undecided
  /// A case has no partner, or no picture.
  case missing
  /// The second side is worse in something that needs no baseline.
  case worse
}
