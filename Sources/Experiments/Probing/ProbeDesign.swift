package import Canonical
package import SeedreamAPI
package import Suites

/// What a probe asks an endpoint for, to learn how deterministic it is.
///
/// All requests are made of one case of a suite and differ from it in seed, number of pictures and
/// delivery alone: one seed several times, as many other seeds, one request for four pictures, one in
/// the other delivery format, and the seed 0 twice, which some services take for any seed.
package struct ProbeDesign: Sendable {
  /// How often one seed may be asked for, and how many other seeds.
  ///
  /// Below three no arrangement of samples is rare enough to say anything; above eight enumerating
  /// the arrangements takes longer than it tells.
  package static let samplesRange = 3...8
  /// Four of each: then one arrangement in seventy looks as clear as the clearest.
  package static let samplesDefault = 4
  /// How often the seed 0 is asked for.
  static let zeroSampleCount = 2
  /// How many pictures the request for several asks for.
  static let batchPictureCount = 4

  /// One request of a probe.
  package struct Sample: Sendable {
    /// What it is asked for; pairs of the group ``Group/same`` with others are compared.
    package let group: Group
    /// The request, as a case that a runner takes.
    package let planned: PlannedCase
  }

  /// What a request is asked for.
  package enum Group: String, Hashable, Sendable, CaseIterable {
    /// The same request again.
    case same = "same-seed"
    /// The same but for the seed.
    case other = "other-seed"
    /// The same but for the number of pictures; its first picture counts.
    case batch = "four"
    /// The same but for the delivery.
    case delivery
    /// The same with the seed 0.
    case zero = "seed-0"
  }

  /// The case that all requests are made of.
  package let base: SuiteCase
  /// The requests in the order in which they are sent.
  package let samples: [Sample]
  /// What is left out, and why.
  package let notices: [String]
  /// The name under which answers are kept until the probe is complete.
  package let ledgerName: SuiteName

  /// Designs a probe.
  ///
  /// - Parameters:
  ///   - base: the case that all requests are made of; a missing seed and the seed 0 become 1.
  ///   - suite: its suite.
  ///   - count: how often one seed is asked for, and how many other seeds; of ``samplesRange``.
  ///   - endpoint: names the endpoint, so that samples kept of one are never taken for another's.
  package init(of base: SuiteCase, in suite: SuiteName, count: Int, endpoint: String) {
    precondition(Self.samplesRange.contains(count), "samples of a probe (was \(count))")
    self.base = base
    ledgerName = Self.ledgerName(of: suite)
    let maker = Maker(
      base: base, suite: ledgerName, repeatBase: Self.repeatBase(of: endpoint))
    let seed = max(1, base.request.seed?.value ?? 1)
    var samples = (0..<count).map { maker.sample(.same, seed: seed, number: $0) }
    samples += (1...count).map { step in
      let isRoom = seed + step <= Seed.range.upperBound
      return maker.sample(.other, seed: isRoom ? seed + step : seed - step, number: step - 1)
    }
    var notices: [String] = []
    let room = ModelLimits.imagesAndPicturesMax - base.request.images.count
    if room >= Self.batchPictureCount {
      samples.append(maker.sample(.batch, seed: seed, number: 0) { $0.n = Self.batchPictureCount })
    } else {
      notices.append(
        "a request for \(Self.batchPictureCount) pictures is left out: the case sends "
          + "\(Count.of(base.request.images.count, "picture")), and "
          + "\(ModelLimits.imagesAndPicturesMax) are allowed together")
    }
    samples.append(
      maker.sample(.delivery, seed: seed, number: 0) {
        $0.outputFormat = $0.outputFormat == .url ? .base64 : .url
      })
    samples += (0..<Self.zeroSampleCount).map { maker.sample(.zero, seed: 0, number: $0) }
    self.samples = samples
    self.notices = notices
  }

  private static func ledgerName(of suite: SuiteName) -> SuiteName {
    let digest = SHA256Digest(hashing: Array(suite.text.utf8)).short
    guard let name = SuiteName("\(suite).probe") ?? SuiteName("probe.\(digest)") else {
      preconditionFailure("a digest makes a name")
    }
    return name
  }

  /// Repeats of a probe are numbered far beyond those of suites, and apart for each endpoint.
  private static func repeatBase(of endpoint: String) -> Int {
    let digest = SHA256Digest(hashing: Array("proofsheet-probe/1\n\(endpoint)".utf8))
    let number = digest.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    return (1 << 40) + number << 8
  }

  private struct Maker {
    let base: SuiteCase
    let suite: SuiteName
    let repeatBase: Int

    func sample(
      _ group: Group, seed: Int, number: Int, _ change: (inout EditRequest) -> Void = { _ in }
    ) -> Sample {
      var request = base.request
      request.seed = Seed(seed)
      request.n = 1
      change(&request)
      let suiteCase = base.measuring(
        request, repeatIndex: repeatBase + number,
        as: CaseID(joining: ["probe", group.rawValue, "\(number + 1)"]))
      let identity = CaseIdentity(
        suite: suite, position: base.position, id: suiteCase.id, caseKey: suiteCase.caseKey,
        cells: base.cells, tags: base.tags, location: base.location, model: request.model,
        seed: request.seed, size: request.size, prompt: request.prompt)
      return Sample(group: group, planned: PlannedCase(suiteCase: suiteCase, identity: identity))
    }
  }

  /// What the probe would buy, without what is kept of one that was interrupted.
  ///
  /// - Parameters:
  ///   - kept: the samples whose answers are kept.
  ///   - prices: prices; `nil` where pictures cost nothing.
  package func totals(kept: Set<CaseKey>, prices: PriceTable?) -> PlanTotals {
    var totals = PlanTotals()
    totals.cases = samples.count
    var purchase = PlanTotals.Purchase()
    for sample in samples {
      guard !kept.contains(sample.planned.identity.caseKey) else {
        totals.replayed += 1
        continue
      }
      purchase.cases += 1
      purchase.pictures += sample.planned.suiteCase.request.n
    }
    if purchase.cases > 0 { totals.purchases[base.request.model] = purchase }
    return totals.priced(by: prices)
  }
}
