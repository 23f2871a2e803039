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
      "distance": .string(DriftMetric.shape.version),
      "colour_distance": .string(DriftMetric.colour.version),
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
      "tags": .array(found.tags.map(Self.json)),
    ])
  }

  private static func number(_ value: Double) -> JSONValue {
    JSONNumber(rounding: value, decimals: decimals).map(JSONValue.number) ?? .null
  }

  private static func json(_ quality: QualityComparison) -> JSONValue {
    .members([
      "tag": quality.tag.map(JSONValue.string), "quality": .string(quality.quality.rawValue),
      "a": number(quality.left), "b": number(quality.right), "count": .integer(quality.count),
      "p": number(quality.probability), "q_bh": number(quality.rate),
      "better": quality.isRightBetter.map { .string($0 ? "b" : "a") },
    ])
  }

  private static func json(_ tag: TagComparison) -> JSONValue {
    .members([
      "tag": .string(tag.tag), "prompts": .integer(tag.promptCount),
      "changed": .integer(tag.changedCount),
      "a_better": .array(tag.leftBetter.map { .string($0.rawValue) }),
      "b_better": .array(tag.rightBetter.map { .string($0.rawValue) }),
    ])
  }

  private static func json(_ prompt: PromptComparison) -> JSONValue {
    let colour = JSONObject(prompt.of(.colour).map(members) ?? [])
    return .object(
      JSONObject(
        [
          ("name", .string(prompt.name)), ("suite", .string(prompt.suite.text)),
          ("tags", .array(prompt.tags.map(JSONValue.string))),
          ("verdict", .string(prompt.verdict.rawValue)),
          ("seeds", .integer(prompt.samples.blocks.count)),
          ("colour", .object(colour)),
          ("notices", .array(prompt.notices.map(JSONValue.string))),
          ("unusable", .array(prompt.unusable.map(JSONValue.string))),
          ("pairs", .array(prompt.pairs.map(json))),
        ] + (prompt.seedsNeeded.map { [("seeds_needed", .integer($0))] } ?? [])
          + (prompt.of(.shape).map(members) ?? [])))
  }

  /// What a metric says; of perceptual hashes it stands in the prompt itself.
  private static func members(_ found: MetricComparison) -> [(String, JSONValue)] {
    let samples = found.samples
    let chance = found.test?.chance
    let members: [(String, JSONValue?)] = [
      ("drift", samples.acrossSides.map(number)),
      ("noise_repeats", samples.acrossRepeats.map(number)),
      ("noise_seeds", samples.acrossSeeds.map(number)),
      ("excess", chance.map { number($0.statistic) }),
      ("excess_by_seed", found.test.map { .array($0.differences.map(number)) }),
      ("interval", found.test?.interval.map { .array([number($0.low), number($0.high)]) }),
      ("p", chance.map { number($0.probability) }), ("p_least", chance.map { number($0.least) }),
      ("p_holm", found.holm.map(number)), ("q_bh", found.benjaminiHochberg.map(number)),
      ("arrangements", chance.map { .integer($0.arrangementCount) }),
      ("exact", chance.map { .bool($0.isExact) }),
      ("partner_ranks", .array(samples.partnerRanks.map(number))),
    ]
    return members.compactMap { name, value in value.map { (name, $0) } }
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
  ///   - gates: what is a failure; what is not decided is skipped where there is any.
  package func run(_ header: RunHeader, gates: Set<CompareGate>) -> MemoryRun {
    var results: [CaseResult] = []
    for prompt in found.prompts {
      guard let identity = prompt.sample else { continue }
      let outcome: Outcome =
        switch prompt.verdict {
        case .changed where gates.contains(.changed): .drifted
        case .notEnough: outcome(of: .undecided, gates)
        case .same, .withinNoise, .changed:
          prompt.unusable.isEmpty ? .passed : outcome(of: .missing, gates)
        }
      let facts = zip(Self.titles, cells(prompt)).dropFirst(2).map { "\($0): \($1)" }
      results.append(
        CaseResult(
          identity: identity.standing(for: prompt.name, results.count), outcome: outcome,
          reason: ([prompt.verdict.rawValue, needed(prompt)].compactMap(\.self)
            + [facts.joined(separator: ", ")]).joined(separator: "; "),
          details: prompt.pairs.map(Self.line),
          notices: prompt.notices + prompt.unusable))
    }
    // What is approved is known by name alone: a case of the other side lends it the rest.
    let stand =
      found.missing.lazy.compactMap(\.single.identity).first
      ?? found.prompts.lazy.compactMap(\.sample).first
    for missing in found.missing {
      guard let identity = missing.single.identity ?? stand else { continue }
      let side = missing.isLeft ? "a" : "b"
      results.append(
        CaseResult(
          identity: identity.standing(
            for: "without-partner-\(side)--\(missing.single.id)", results.count,
            of: missing.single.suite),
          outcome: outcome(of: .missing, gates), reason: missing.reason))
    }
    for quality in found.qualities where quality.isRightBetter == false && gates.contains(.worse) {
      guard let identity = stand else { continue }
      let tag = quality.tag.map { "--\($0)" } ?? ""
      results.append(
        CaseResult(
          identity: identity.standing(
            for: "worse--\(quality.quality.rawValue)\(tag)", results.count),
          outcome: .failed,
          reason:
            "A \(Comparison.fixed(quality.left, 3)), B \(Comparison.fixed(quality.right, 3)), "
            + "p = \(Self.probability(quality.rate)) over \(Count.of(quality.count, "pair"))"))
    }
    let summary = RunSummary(
      counts: Dictionary(results.map { ($0.outcome, 1) }, uniquingKeysWith: +),
      isSimulated: isSimulated)
    return MemoryRun(header: header, summary: summary, results: results)
  }

  /// What is not decided: a failure where a gate says so, and skipped where there is another.
  private func outcome(of gate: CompareGate, _ gates: Set<CompareGate>) -> Outcome {
    if gates.contains(gate) { return .failed }
    return gates.isEmpty ? .passed : .undecided
  }

  /// A pair with its level, each term that decided it, and every other figure.
  private static func line(_ pair: PairFinding) -> String {
    let figures = pair.figures.map { "\($0.name) \($0.text)" }.joined(separator: ", ")
    return "\(pair.left) and \(pair.right): \(pair.summary)"
      + (figures.isEmpty ? "" : " [\(figures)]")
  }
}

extension CaseIdentity {
  /// The identity under another name, for something that the case stands for.
  fileprivate func standing(
    for name: String, _ position: Int, of suite: SuiteName? = nil
  ) -> CaseIdentity {
    CaseIdentity(
      suite: suite ?? self.suite, position: position,
      id: CaseID(joining: name.split(separator: "/").map(String.init)), caseKey: caseKey,
      cells: cells, tags: tags, location: location, model: model, seed: nil, size: size,
      prompt: prompt)
  }
}
