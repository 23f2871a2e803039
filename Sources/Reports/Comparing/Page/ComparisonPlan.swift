internal import Experiments
internal import ImageComparison

/// Which pairs stand on which page: prompts in their order, the worst seeds of each first.
struct ComparisonPlan {
  /// Pairs of a page.
  static let pairsPerPage = 100

  /// Pairs of one seed of a prompt that stand together.
  struct Part {
    /// The prompt's place, from 0.
    let prompt: Int
    /// The seed; `nil` of a prompt without pairs.
    let seed: SeedName?
    /// The pairs by their places in the prompt, the worst first.
    let pairs: [Int]
    /// Whether these are the first of the prompt.
    let opensPrompt: Bool
    /// Whether these are the first of the seed.
    let opensSeed: Bool
  }

  /// The pages.
  private(set) var pages: [[Part]] = []
  private var promptPages: [Int: Int] = [:]
  private var seedPages: [Int: [SeedName: Int]] = [:]

  init(_ compared: DriftComparison) {
    var page: [Part] = []
    var count = 0
    for (number, prompt) in compared.prompts.enumerated() {
      for part in Self.parts(of: prompt, number) {
        if count + part.pairs.count > Self.pairsPerPage, !page.isEmpty {
          pages.append(page)
          (page, count) = ([], 0)
        }
        if part.opensPrompt { promptPages[number] = pages.count }
        if part.opensSeed, let seed = part.seed {
          seedPages[number, default: [:]][seed] = pages.count
        }
        page.append(part)
        // A prompt's own text and plot count for some pairs.
        count += part.pairs.count + (part.opensPrompt ? 4 : 0)
      }
    }
    if !page.isEmpty { pages.append(page) }
  }

  private static func parts(of prompt: PromptComparison, _ number: Int) -> [Part] {
    let drift = ComparedMetric.all(of: prompt).first?.driftBySeed ?? [:]
    let bySeed = Dictionary(grouping: prompt.pairs.indices) { SeedName(prompt.pairs[$0].seed) }
    func rank(_ place: Int) -> Int {
      prompt.pairs[place].level.map { ComparisonLevel.allCases.firstIndex(of: $0) ?? 0 } ?? -1
    }
    let groups = bySeed.map { seed, places in
      (
        seed: seed, worst: places.map(rank).min() ?? 0,
        pairs: places.sorted { (rank($0), $0) < (rank($1), $1) }
      )
    }.sorted { left, right in
      let drifts = (drift[left.seed] ?? 0, drift[right.seed] ?? 0)
      if left.worst != right.worst { return left.worst < right.worst }
      return drifts.0 == drifts.1 ? left.seed < right.seed : drifts.0 > drifts.1
    }
    guard !groups.isEmpty else {
      return [Part(prompt: number, seed: nil, pairs: [], opensPrompt: true, opensSeed: false)]
    }
    return groups.enumerated().flatMap { place, group in
      stride(from: 0, to: group.pairs.count, by: pairsPerPage).map { start in
        Part(
          prompt: number, seed: group.seed,
          pairs: Array(group.pairs[start..<min(start + pairsPerPage, group.pairs.count)]),
          opensPrompt: place == 0 && start == 0, opensSeed: start == 0)
      }
    }
  }

  /// Where a prompt, or one of its seeds, is shown, from the page of the whole comparison.
  func url(_ prompt: Int, _ seed: SeedName? = nil) -> String {
    let page = seed.flatMap { seedPages[prompt]?[$0] } ?? promptPages[prompt] ?? 0
    return (pages.count > 1 ? Self.file(page) : "") + "#" + Self.anchor(prompt, seed)
  }

  /// The name of a page's file.
  static func file(_ page: Int) -> String { "prompts-\(page + 1).html" }

  /// The anchor of a prompt or one of its seeds.
  static func anchor(_ prompt: Int, _ seed: SeedName? = nil) -> String {
    "p\(prompt + 1)" + (seed.map { "-\($0.anchor)" } ?? "")
  }
}
