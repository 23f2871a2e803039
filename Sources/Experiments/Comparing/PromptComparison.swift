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
  /// The pictures by seed and their distances.
  package let samples: DriftSamples
  /// The test; `nil` where there was nothing to exchange.
  package let test: DriftTest?
  /// The verdict.
  package internal(set) var verdict: DriftVerdict = .notEnough
  /// The p-value corrected by Holm.
  package internal(set) var holm: Double?
  /// The p-value corrected by Benjamini and Hochberg.
  package internal(set) var benjaminiHochberg: Double?
  /// How many seeds would be enough, where the verdict is ``DriftVerdict/notEnough``.
  package internal(set) var seedsNeeded: Int?

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

  /// `true` where the second side is better, `false` where the first is; `nil` where neither shows.
  package var isRightBetter: Bool? {
    guard probability <= ChanceTest.significance, left != right, let more = quality.moreIsBetter
    else { return nil }
    return (right > left) == more
  }
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

  /// The exit code of a gate that fails where something has changed: 4 where something is not decided.
  package var gateStatus: ExitStatus {
    if count(.changed) > 0 { return .failure }
    let isOpen =
      count(.notEnough) > 0 || !missing.isEmpty
      || prompts.contains { !$0.unusable.isEmpty } || prompts.isEmpty
    return isOpen ? .incomplete : .success
  }
}
