package import Canonical
package import Experiments
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

extension NamedComparison {
  /// Decimals of p-values and distances in JSON.
  private static let decimals = 9

  /// The comparison as one JSON object.
  package var json: JSONValue {
    .members([
      "version": .integer(Self.version), "a": .string(left), "b": .string(right),
      "simulated": .bool(isSimulated), "noise": .string(found.noise.rawValue),
      "distance": .string(PDQ.version),
      "significance": Self.number(ChanceTest.significance),
      "counts": .object(
        JSONObject(DriftVerdict.allCases.map { ($0.rawValue, .integer(found.count($0))) })),
      "prompts": .array(found.prompts.map(Self.json)),
      "without_partner": .array(
        found.missing.map { missing in
          .members([
            "side": .string(missing.isLeft ? "a" : "b"),
            "suite": .string(missing.single.suite.text), "id": .string(missing.single.id.text),
            "reason": .string(missing.reason),
          ])
        }),
      "quality": .array(found.qualities.map(Self.json)),
    ])
  }

  private static func number(_ value: Double) -> JSONValue {
    JSONNumber(rounding: value, decimals: decimals).map(JSONValue.number) ?? .null
  }

  private static func json(_ quality: QualityComparison) -> JSONValue {
    .members([
      "tag": quality.tag.map(JSONValue.string), "quality": .string(quality.quality.rawValue),
      "a": number(quality.left), "b": number(quality.right), "count": .integer(quality.count),
      "p": number(quality.probability),
      "better": quality.isRightBetter.map { .string($0 ? "b" : "a") },
    ])
  }

  private static func json(_ prompt: PromptComparison) -> JSONValue {
    let samples = prompt.samples
    let chance = prompt.test?.chance
    return .members([
      "name": .string(prompt.name), "suite": .string(prompt.suite.text),
      "tags": .array(prompt.tags.map(JSONValue.string)),
      "verdict": .string(prompt.verdict.rawValue),
      "seeds": .integer(samples.blocks.count),
      "seeds_needed": prompt.seedsNeeded.map { .integer($0) },
      "drift": samples.acrossSides.map(number), "noise_repeats": samples.acrossRepeats.map(number),
      "noise_seeds": samples.acrossSeeds.map(number),
      "excess": chance.map { number($0.statistic) },
      "excess_by_seed": prompt.test.map { .array($0.differences.map(number)) },
      "interval": prompt.test?.interval.map { .array([number($0.low), number($0.high)]) },
      "p": chance.map { number($0.probability) }, "p_least": chance.map { number($0.least) },
      "p_holm": prompt.holm.map(number), "q_bh": prompt.benjaminiHochberg.map(number),
      "arrangements": chance.map { .integer($0.arrangementCount) },
      "exact": chance.map { .bool($0.isExact) },
      "partner_ranks": .array(samples.partnerRanks.map(number)),
      "notices": .array(prompt.notices.map(JSONValue.string)),
      "unusable": .array(prompt.unusable.map(JSONValue.string)),
      "pairs": .array(prompt.pairs.map(json)),
    ])
  }

  private static func json(_ pair: PairFinding) -> JSONValue {
    .members([
      "a": .string(pair.left.text), "b": .string(pair.right.text),
      "seed": pair.seed.map { .integer($0.value) }, "image": .integer(pair.index),
      "level": pair.level.map { .string($0.rawValue) }, "summary": .string(pair.summary),
      "figures": .object(
        JSONObject(pair.figures.map { ($0.name, number($0.value)) })),
    ])
  }

  // MARK: - JUnit

  /// The comparison as a run, for JUnit: each prompt is a case, and what has no partner one each.
  ///
  /// - Parameters:
  ///   - header: the run that stands for both sides.
  ///   - gates: whether a change is a failure, and what is not decided skipped.
  package func run(_ header: RunHeader, gates: Bool) -> MemoryRun {
    var results: [CaseResult] = []
    for prompt in found.prompts {
      guard let identity = prompt.sample else { continue }
      let outcome: Outcome =
        switch prompt.verdict {
        case .changed: gates ? .drifted : .passed
        case .notEnough: gates ? .undecided : .passed
        case .same, .withinNoise: .passed
        }
      let facts = zip(Self.titles, cells(prompt)).dropFirst(2).map { "\($0): \($1)" }
      results.append(
        CaseResult(
          identity: identity.standing(for: prompt.name, results.count), outcome: outcome,
          reason: "\(prompt.verdict.rawValue); \(facts.joined(separator: ", "))",
          details: prompt.pairs.map { "\($0.left) and \($0.right): \($0.summary)" },
          notices: prompt.notices + prompt.unusable))
    }
    for missing in found.missing {
      guard let identity = missing.single.identity else { continue }
      results.append(
        CaseResult(
          identity: identity.standing(
            for: "without-partner-\(missing.isLeft ? "a" : "b")--\(identity.id)", results.count),
          outcome: gates ? .undecided : .passed, reason: missing.reason))
    }
    let summary = RunSummary(
      counts: Dictionary(results.map { ($0.outcome, 1) }, uniquingKeysWith: +),
      isSimulated: isSimulated)
    return MemoryRun(header: header, summary: summary, results: results)
  }
}

extension CaseIdentity {
  /// The identity under another name, for something that the case stands for.
  fileprivate func standing(for name: String, _ position: Int) -> CaseIdentity {
    CaseIdentity(
      suite: suite, position: position,
      id: CaseID(joining: name.split(separator: "/").map(String.init)), caseKey: caseKey,
      cells: cells, tags: tags, location: location, model: model, seed: nil, size: size,
      prompt: prompt)
  }
}
