import Canonical
import Experiments
import Foundation
import ImageComparison
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// Lining cases up and comparing them prompt by prompt, from stored digests and hashes.
struct ComparerTests {
  /// A case whose pictures, one unless said, have a hash with so many of its first bits set.
  private func single(
    _ model: String, prompt: String = "paper", seed: Int = 1, repeatIndex: Int = 0, bits: Int? = 0,
    red: UInt8? = nil, outcome: Outcome = .passed, tags: [String] = [], count: Int = 1
  ) throws -> ComparedCase {
    let request = EditRequest(
      model: ModelName(model), prompt: prompt, images: [.remote("https://example.com/cup.png")],
      seed: Seed(seed))
    let template = try Sample.identity(request)
    let identity = CaseIdentity(
      suite: template.suite, position: 0,
      id: CaseID(joining: [model, prompt, "s\(seed)", "r\(repeatIndex)"]),
      caseKey: CaseKey(request: request.key, repeatIndex: repeatIndex),
      cells: [
        CaseCell(axis: "model", entry: model, value: model),
        CaseCell(axis: "prompt", entry: prompt, value: prompt),
        CaseCell(axis: "seed", entry: "s\(seed)", value: "\(seed)"),
      ], tags: tags, location: template.location, model: ModelName(model), seed: Seed(seed),
      size: template.size, prompt: prompt)
    let outputs = (bits == nil ? 0..<0 : 0..<count).map { index in
      let bits = bits ?? 0
      let hex = String(repeating: "f", count: bits / 4).padding(
        toLength: 64, withPad: "0", startingAt: 0)
      return OutputRecord(
        index: index,
        blob: BlobID(
          digest: SHA256Digest(hashing: Array("\(bits) \(red ?? 0)".utf8)), kind: .png),
        byteCount: 1, path: "blobs/x.png",
        picture: PictureRecord(
          codec: "png", size: PixelSize(width: 8, height: 8), pixelDigest: "px1:\(bits) \(red ?? 0)"
        ),
        problem: nil, revisedPrompt: nil,
        hash: HashRecord(version: PDQ.version, hex: hex, quality: 100),
        colours: red.map { red in
          ColourRecord(
            version: ColourGrid.version,
            samples: (0..<ColourGrid.sampleCount).map { $0 % 3 == 0 ? red : 90 })
        })
    }
    return ComparedCase(
      CaseResult(
        identity: identity, outcome: outcome, reason: "", outputs: outputs)
    ) { $0 }
  }

  private func compare(
    _ left: [ComparedCase], _ right: [ComparedCase], noise: DriftTest.Noise? = nil
  ) async -> DriftComparison {
    await Comparer(axes: ["model"], noise: noise, isStoredOnly: true).compare(
      CaseAlignment(left, right, axes: ["model"]), concurrency: 2)
  }

  @Test func `Cases line up by their entries, and what has no partner is listed`() throws {
    let alignment = CaseAlignment(
      [try single("v4"), try single("v4", seed: 2), try single("v4", prompt: "dusk")],
      [try single("v45", seed: 2), try single("v45"), try single("v45", prompt: "linen")],
      axes: ["model"])
    #expect(
      alignment.pairs.map(\.left.id) == [CaseID("v4--paper--s1--r0"), CaseID("v4--paper--s2--r0")])
    #expect(
      alignment.pairs.map(\.right.id) == [
        CaseID("v45--paper--s1--r0"), CaseID("v45--paper--s2--r0"),
      ])
    #expect(alignment.missing.map(\.isLeft) == [true, false])
    #expect(
      alignment.missing.map(\.single.id) == [
        CaseID("v4--dusk--s1--r0"), CaseID("v45--linen--s1--r0"),
      ])
  }

  @Test func `Whole runs line up by request`() throws {
    let alignment = CaseAlignment(
      [try single("v4"), try single("v45")], [try single("v45", bits: 4), try single("v4")])
    #expect(
      alignment.pairs.map(\.right.id) == [
        CaseID("v4--paper--s1--r0"), CaseID("v45--paper--s1--r0"),
      ])
    #expect(alignment.missing.isEmpty)
  }

  @Test(arguments: [1, 2, 4])
  func `Pictures of one answer are one sample, however many there are`(count: Int) async throws {
    var (left, right): ([ComparedCase], [ComparedCase]) = ([], [])
    for seed in 1...4 {
      left.append(try single("v4", seed: seed, bits: 8 * seed, count: count))
      right.append(try single("v45", seed: seed, bits: 8 * seed + 100, count: count))
    }
    let prompt = try #require(await compare(left, right).prompts.first)
    #expect(prompt.pairs.count == 4 * count)
    #expect(prompt.samples.blocks.count == 4)
    #expect(prompt.fidelity?.of == 4)
    // Half of the ways to turn four seeds, of which only one is as clear.
    #expect(prompt.of(.shape)?.test?.chance.probability == 1.0 / 8)
    #expect(prompt.samples.acrossSides == 100)
  }

  @Test func `Prompts get the verdicts that their pictures allow, the worst first`() async throws {
    var (left, right): ([ComparedCase], [ComparedCase]) = ([], [])
    for seed in 1...5 {
      for repeatIndex in 0..<2 {
        func add(_ prompt: String, _ first: Int, _ second: Int) throws {
          left.append(
            try single("v4", prompt: prompt, seed: seed, repeatIndex: repeatIndex, bits: first))
          right.append(
            try single("v45", prompt: prompt, seed: seed, repeatIndex: repeatIndex, bits: second))
        }
        try add("same", 8 * seed, 8 * seed)
        try add("changed", 8 * seed, 8 * seed + 100)
        try add("noisy", 16 * repeatIndex, 16 - 16 * repeatIndex)
        if seed < 3 { try add("few", 8 * seed, 8 * seed + 60) }
      }
    }
    let found = await compare(left, right)
    #expect(found.noise == .repeats)
    #expect(found.prompts.map(\.name) == ["changed", "few", "noisy", "same"])
    #expect(found.prompts.map(\.verdict) == [.changed, .notEnough, .withinNoise, .same])
    #expect(found.prompts[0].samples.acrossSides == 100)
    #expect(found.prompts[0].samples.acrossRepeats == 0)
    // Three ways to divide two and two, beside four tests of hashes and four of colours to come.
    #expect(found.prompts[1].seedsNeeded == 5)
    #expect(found.status(of: [.changed]) == .failure)
    #expect(found.status(of: []) == .success)
    #expect(found.status(of: [.missing]) == .incomplete)
    #expect(found.status(of: [.undecided]) == .failure)
    let fidelity = try #require(found.prompts[3].fidelity)
    #expect(fidelity == (5, 5))
  }

  @Test func `Without repeats seeds are the noise`() async throws {
    let cases = try (1...8).map { seed in
      (
        try single("v4", seed: seed, bits: 4 * seed),
        try single("v45", seed: seed, bits: 200 + 4 * seed)
      )
    }
    let found = await compare(cases.map(\.0), cases.map(\.1))
    #expect(found.noise == .seeds)
    #expect(found.prompts.map(\.verdict) == [.changed])
    let forced = await compare(cases.map(\.0), cases.map(\.1), noise: .repeats)
    #expect(forced.prompts.map(\.verdict) == [.notEnough])
    #expect(forced.status(of: [.changed]) == .incomplete)
  }

  @Test func `A case that one side refused is told and counts as quality`() async throws {
    let found = await compare(
      [try single("v4", tags: ["add"])],
      [try single("v45", bits: nil, outcome: .blocked, tags: ["add"])])
    #expect(found.prompts[0].unusable == ["B: v45--paper--s1--r0 has no picture (blocked)"])
    #expect(found.prompts[0].verdict == .notEnough)
    let blocked = found.qualities.filter { $0.quality == .blocked }
    #expect(blocked.map(\.tag) == [nil, "add"])
    #expect(blocked.map(\.right) == [1, 1])
    #expect(found.status(of: [.missing]) == .failure)
  }

  @Test func `A change of hue alone is a change, though hashes agree`() async throws {
    var (left, right): ([ComparedCase], [ComparedCase]) = ([], [])
    for seed in 1...5 {
      for repeatIndex in 0..<2 {
        let red = UInt8(100 + 3 * repeatIndex)
        left.append(
          try single("v4", seed: seed, repeatIndex: repeatIndex, bits: 8 * seed, red: red))
        right.append(
          try single("v45", seed: seed, repeatIndex: repeatIndex, bits: 8 * seed, red: red + 40))
      }
    }
    let found = await compare(left, right)
    #expect(found.prompts.map(\.verdict) == [.changed])
    let (shape, colour) = (
      try #require(found.prompts[0].of(.shape)), try #require(found.prompts[0].of(.colour))
    )
    #expect(shape.samples.acrossSides == 0)
    #expect(!shape.isSignificant)
    #expect(colour.isSignificant)
    // One in 243 arrangements, beside one other test.
    #expect(abs((colour.holm ?? 1) - 2.0 / 243) < 1e-12)
    let figures = try #require(found.prompts[0].pairs.first).figures
    #expect(figures.map(\.name) == [PDQ.version, ColourGrid.version])
    #expect(figures[0].value == 0)
    #expect(figures[1].value > 5)
  }

  @Test func `A wide test of qualities names a better side only beyond the chance of all of them`()
    async throws
  {
    let cases = try (1...8).map { seed in
      (
        try single("v4", seed: seed, bits: 4 * seed, tags: ["add"]),
        try single("v45", seed: seed, bits: nil, outcome: .blocked, tags: ["add"])
      )
    }
    let found = await compare(cases.map(\.0), cases.map(\.1))
    #expect(found.tags.map(\.tag) == ["add"])
    #expect(found.tags[0].leftBetter == [.blocked])
    #expect(found.tags[0].rightBetter.isEmpty)
    #expect(found.status(of: [.worse]) == .failure)
  }

  @Test func `Nothing to compare is not decided`() async {
    let found = await compare([], [])
    #expect(found.prompts.isEmpty)
    #expect(found.status(of: [.changed]) == .incomplete)
    #expect(found.status(of: [.undecided]) == .failure)
  }
}
