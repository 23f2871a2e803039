internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Compares two sides, prompt by prompt.
package struct Comparer: Sendable {
  /// Pictures of one prompt whose distances are looked at; each two are.
  static let picturesMax = 4_096
  /// Bytes of decoded pixels that are kept while a prompt is compared.
  private static let shelfByteCountMax = 64 << 20

  private let axes: Set<String>
  private let noise: DriftTest.Noise?
  private let isStoredOnly: Bool
  private let facts: (any PictureFacts)?
  private let seed: UInt64

  /// Makes a comparer.
  ///
  /// - Parameters:
  ///   - axes: the axes that tell the sides apart.
  ///   - noise: what differences are held against; `nil` takes repeats where there are some.
  ///   - isStoredOnly: whether no picture is read: only what is stored of them counts.
  ///   - facts: what is known of pictures beside what the sides say; told what is found out.
  ///   - seed: decides what is drawn.
  package init(
    axes: Set<String>, noise: DriftTest.Noise? = nil, isStoredOnly: Bool = false,
    facts: (any PictureFacts)? = nil, seed: UInt64 = SeededNumbers.standardSeed
  ) {
    self.axes = axes
    self.noise = noise
    self.isStoredOnly = isStoredOnly
    self.facts = facts
    self.seed = seed
  }

  /// Cases that differ in seed, repeat and side alone.
  private struct Prompt: Sendable {
    let name: String
    var pairs: [CaseAlignment.Pair]
  }

  /// Compares.
  ///
  /// - Parameters:
  ///   - alignment: the cases.
  ///   - concurrency: how many prompts are looked at at once.
  @concurrent
  package func compare(_ alignment: CaseAlignment, concurrency: Int) async -> DriftComparison {
    let prompts = grouped(alignment.pairs)
    let noise = noise ?? (prompts.contains(where: Self.hasRepeats) ? .repeats : .seeds)
    var results = [(PromptComparison, [Int: (Double, Double)])?](
      repeating: nil, count: prompts.count)
    await withTaskGroup(of: (Int, PromptComparison, [Int: (Double, Double)]).self) { group in
      var next = 0
      func start() {
        guard next < prompts.count else { return }
        let place = next
        next += 1
        group.addTask {
          let (found, sharpness) = look(prompts[place], noise)
          return (place, found, sharpness)
        }
      }
      for _ in 0..<max(1, concurrency) { start() }
      while let (place, found, sharpness) = await group.next() {
        results[place] = (found, sharpness)
        start()
      }
    }
    let found = results.compactMap(\.self)
    return DriftComparison(
      noise: noise, prompts: decided(found.map(\.0), noise), missing: alignment.missing,
      qualities: QualityComparison.all(
        zip(prompts, found).map { (pairs: $0.pairs, sharpness: $1.1) }, seed: seed))
  }

  private func grouped(_ pairs: [CaseAlignment.Pair]) -> [Prompt] {
    var places: [String: Int] = [:]
    var prompts: [Prompt] = []
    let suites = Set(pairs.map(\.left.suite))
    for pair in pairs {
      let cells = (pair.identity?.cells ?? []).filter {
        $0.axis != "seed" && !axes.contains($0.axis)
      }
      let entries = cells.map(\.entry).joined(separator: "--")
      let key = "\(pair.left.suite)\n\(entries)"
      if let place = places[key] {
        prompts[place].pairs.append(pair)
      } else {
        places[key] = prompts.count
        let name = entries.isEmpty ? pair.left.suite.text : entries
        prompts.append(
          Prompt(
            name: suites.count > 1 && !entries.isEmpty ? "\(pair.left.suite)/\(name)" : name,
            pairs: [pair]))
      }
    }
    return prompts
  }

  private static func hasRepeats(_ prompt: Prompt) -> Bool {
    var seen: Set<Seed?> = []
    return prompt.pairs.contains { pair in
      let isMany =
        Set(pair.left.pictures.map(\.index)).count < pair.left.pictures.count
        || Set(pair.right.pictures.map(\.index)).count < pair.right.pictures.count
      return !pair.left.pictures.isEmpty && !pair.right.pictures.isEmpty
        && (isMany || !seen.insert(pair.identity?.seed).inserted)
    }
  }

  private func decided(
    _ prompts: [PromptComparison], _ noise: DriftTest.Noise
  ) -> [PromptComparison] {
    let tests = prompts.map { $0.metrics.map { $0.test?.chance } }
    let verdicts = DriftVerdict.decide(tests, areSame: prompts.map(\.isSame))
    let testCount = tests.joined().count { $0 != nil }
    let decided = zip(prompts, verdicts).map { prompt, found in
      var prompt = prompt
      prompt.verdict = found.verdict
      for place in prompt.metrics.indices {
        prompt.metrics[place].holm = found.holm[place]
        prompt.metrics[place].benjaminiHochberg = found.benjaminiHochberg[place]
      }
      if found.verdict == .notEnough {
        // With more samples there would be a test of each metric.
        let tests = testCount + prompt.metrics.count { $0.test == nil }
        let repeats = prompt.samples.blocks.map { min($0.first.count, $0.second.count) }.min() ?? 1
        prompt.seedsNeeded = DriftTest.seedsNeeded(
          against: noise, repeats: repeats, tests: tests)
      }
      return prompt
    }
    let order: [DriftVerdict] = [.changed, .notEnough, .withinNoise, .same]
    func rank(_ prompt: PromptComparison) -> Int { order.firstIndex(of: prompt.verdict) ?? 0 }
    return decided.sorted { left, right in
      if rank(left) != rank(right) { return rank(left) < rank(right) }
      let drifts = (left.samples.acrossSides ?? 0, right.samples.acrossSides ?? 0)
      return drifts.0 == drifts.1 ? left.name < right.name : drifts.0 > drifts.1
    }
  }

  // MARK: - One prompt

  /// What was found of a prompt, and of each of its pairs of cases the sharpness on both sides.
  private func look(
    _ prompt: Prompt, _ noise: DriftTest.Noise
  ) -> (PromptComparison, [Int: (Double, Double)]) {
    var desk = PromptDesk(
      isStoredOnly: isStoredOnly, facts: facts, shelfByteCountMax: Self.shelfByteCountMax)
    var sharpness: [Int: (Double, Double)] = [:]
    for (place, pair) in prompt.pairs.enumerated() {
      sharpness[place] = desk.take(pair)
    }
    let found = PromptComparison(
      name: prompt.name, suite: prompt.pairs[0].left.suite,
      tags: prompt.pairs[0].identity?.tags ?? [], sample: prompt.pairs[0].identity,
      pairs: desk.pairs, unusable: desk.unusable, notices: desk.notices,
      metrics: DriftMetric.allCases.map { metric in
        MetricComparison(
          metric, desk.samples(by: metric, picturesMax: Self.picturesMax), against: noise,
          seed: seed)
      })
    return (found, sharpness)
  }
}
