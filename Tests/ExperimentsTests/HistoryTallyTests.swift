import Canonical
import Experiments
import Foundation
import ImageComparison
import Testing

/// Histories: what is added up of runs, when cases changed, what is flaky.
struct HistoryTallyTests {
  private func run(_ number: Int) throws -> HistoryRun {
    HistoryRun(
      id: try #require(RunID("run-\(number)")), startedAt: Timestamp(milliseconds: Int64(number)),
      mode: .replay)
  }

  /// Looks of which so many bits of the hash are set, in one shade of red.
  private func looks(_ bits: Int, red: UInt8 = 100) throws -> PictureLooks {
    let hash = String(repeating: "f", count: bits / 4).padding(
      toLength: 64, withPad: "0", startingAt: 0)
    return try #require(
      PictureLooks(
        HashRecord(version: PDQ.version, hex: hash, quality: 100),
        ColourRecord(
          version: ColourGrid.version,
          samples: (0..<ColourGrid.sampleCount).map { $0 % 3 == 0 ? red : 90 })))
  }

  private func fact(
    _ id: String, bits: Int?, outcome: Outcome = .passed, latency: Int = 100, request: String? = nil
  ) throws -> CaseFact {
    let key = SHA256Digest(hashing: Array((request ?? id).utf8))
    return CaseFact(
      caseID: CaseID(joining: [id]),
      caseKey: try #require(CaseKey("\(key.hex).0")), outcome: outcome,
      latencyMilliseconds: latency, cost: Money(microDollars: 30_000), isAnswered: bits != nil,
      inputs: key, shown: bits.map { SHA256Digest(hashing: Array("\($0)".utf8)) },
      looks: try bits.map { [try looks($0)] } ?? [])
  }

  private func tally(
    _ runs: [[CaseFact]], reference: HistoryReference = .first, follows: Bool = false
  ) throws -> HistoryTally {
    var tally = HistoryTally(reference: reference, follows: follows)
    for (number, facts) in runs.enumerated() {
      tally.add(try run(number)) { body in facts.forEach(body) }
    }
    return tally
  }

  @Test func `A run has its outcomes, distances, latencies, cost and changes`() throws {
    let found = try tally([
      [try fact("a", bits: 0, latency: 100), try fact("b", bits: 8, latency: 300)],
      [
        try fact("a", bits: 12, outcome: .drifted, latency: 200), try fact("b", bits: 8),
        try fact("c", bits: nil, outcome: .blocked),
      ],
    ]).lines
    #expect(found.map(\.caseCount) == [2, 3])
    #expect(found[0].latency == Spread([100, 300]))
    #expect(found[0].latency?.median == 200)
    #expect(found[0].drift == Spread([0, 0]))
    #expect(found[1].drift == Spread([12, 0]))
    #expect(found[1].drift?.max == 12)
    #expect(found[1].counts == [.drifted: 1, .passed: 1, .blocked: 1])
    #expect(found[1].count(.failure) == 2)
    #expect(found.map(\.changedCount) == [0, 1])
    #expect(found[1].cost == Money(microDollars: 90_000))
  }

  @Test func `The high figure is the nearest rank of 95 in a hundred`() throws {
    #expect(try #require(Spread((1...100).map(Double.init))).high == 95)
    #expect(try #require(Spread([7])).high == 7)
    #expect(try #require(Spread((1...20).map(Double.init))).high == 19)
    #expect(Spread([]) == nil)
  }

  @Test func `The first run with another picture is found, and what came back is told`() throws {
    let shown: [String: [Int?]] = [
      "stays": [0, 0, 0, 0, 0], "breaks": [0, 0, 8, 8, 8], "returns": [0, 8, 0, 0, 0],
      "wavers": [0, 8, 0, 8, 8], "late": [nil, nil, 4, nil, 8],
    ]
    let runs = try (0..<5).map { number in
      try shown.keys.sorted().map { try fact($0, bits: shown[$0]?[number] ?? nil) }
    }
    let changes = try tally(runs).changes
    #expect(changes.map(\.caseID.text) == ["returns", "wavers", "breaks", "late"])
    #expect(changes.map(\.first) == [1, 1, 2, 4])
    #expect(changes.map(\.before) == [0, 0, 1, 2])
    #expect(changes.map(\.count) == [2, 3, 1, 1])
    #expect(changes.map(\.returns) == [true, true, false, false])
    #expect(changes.map(\.lasts) == [false, true, true, true])
    #expect(changes.map { $0.distance?.bits } == [8, 8, 8, 4])
  }

  @Test func `A case that asks for something else is said to`() throws {
    let changes = try tally([
      [try fact("a", bits: 0, request: "one")], [try fact("a", bits: 8, request: "two")],
    ]).changes
    #expect(changes.map(\.isOtherRequest) == [true])
  }

  @Test func `Pictures are held against the nearest approved one, or the run before`() throws {
    let runs = [[try fact("a", bits: 0)], [try fact("a", bits: 40)], [try fact("a", bits: 44)]]
    let key = runs[0][0].caseKey
    let approved = HistoryReference.approved([
      OutputID(caseKey: key, index: 0): [try looks(200), try looks(48)]
    ])
    #expect(try tally(runs, reference: approved).lines.map { $0.drift?.max } == [48, 8, 4])
    #expect(try tally(runs, reference: .before).lines.map { $0.drift?.max } == [0, 40, 4])
    #expect(try tally(runs, reference: .first).lines.map { $0.drift?.max } == [0, 40, 44])
  }

  @Test func `A case is followed run by run`() throws {
    let trends = try tally(
      [
        [try fact("a", bits: 0)], [], [try fact("a", bits: nil, outcome: .apiError)],
        [try fact("a", bits: 4)],
      ], follows: true
    ).trends
    #expect(trends.map(\.caseID.text) == ["a"])
    #expect(trends[0].points.map(\.run) == [0, 2, 3])
    #expect(trends[0].points.map { $0.distance?.bits } == [0, nil, 4])
    #expect(trends[0].points.map(\.isChanged) == [false, false, true])
    #expect(trends[0].points.map(\.latencyMilliseconds) == [100, nil, 100])
  }

  @Test func `A change of colour alone is a distance`() throws {
    let distance = try looks(8).distance(to: try looks(8, red: 180))
    #expect(distance.bits == 0)
    #expect(try #require(distance.colour) > 10)
  }

  @Test func `A hash alone tells bits and no colours`() throws {
    let whole = try looks(8)
    let hash = "ff".padding(toLength: 64, withPad: "0", startingAt: 0)
    let text = "\(PDQ.version):\(hash)/100"
    let alone = try #require(PictureLooks(approvedHash: text))
    #expect(try looks(0).distance(to: alone).bits == 8)
    #expect(whole.distance(to: alone) == PictureDistance(bits: 0, colour: nil))
    for wrong in ["", "pdq:00/1", String(text.dropLast(5)), "\(PDQ.version):zz/100"] {
      #expect(PictureLooks(approvedHash: wrong) == nil, "\(wrong)")
    }
  }

  @Test(arguments: [
    ([Outcome.passed: 8, .drifted: 2], 2), ([.passed: 2, .drifted: 8], 2),
    ([.passed: 5, .drifted: 5], 5), ([.drifted: 3, .failed: 2, .apiError: 1], 3),
  ])
  func `A flaky case's rate is how often it ends otherwise than most often`(
    counts: [Outcome: Int], otherwise: Int
  ) {
    let flaky = FlakyCase(caseID: CaseID(joining: ["a"]), counts: counts)
    #expect(flaky.otherCount == otherwise)
    #expect(flaky.rate == Double(otherwise) / Double(flaky.total))
    #expect(flaky.interval == WilsonInterval(otherwise, of: flaky.total))
  }

  @Test(arguments: try DriftStatisticsTests.vectors("wilson"))
  func `Wilson's interval is that of statsmodels`(vector: DriftStatisticsTests.Vector) throws {
    let interval = WilsonInterval(
      Int(try vector.number("count")), of: Int(try vector.number("total")))
    #expect(abs(interval.low - (try vector.number("low"))) < 1e-9)
    #expect(abs(interval.high - (try vector.number("high"))) < 1e-9)
  }

  @Test func `Looks of another definition, or cut short, are not known`() throws {
    #expect(PictureLooks(bytes: [1, 2, 3]) == nil)
    let own = try looks(8)
    #expect(PictureLooks(bytes: own.bytes) == own)
    #expect(
      PictureLooks(
        HashRecord(version: "pdq-0", hex: String(repeating: "0", count: 64), quality: 9),
        ColourRecord(version: ColourGrid.version, samples: [])) == nil)
  }
}
