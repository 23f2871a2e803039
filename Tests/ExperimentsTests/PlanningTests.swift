import Canonical
import Experiments
import Recording
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct InputInspectorTests {
  private func inspect(_ names: [String: [UInt8]]) throws -> InputInspector.Findings {
    let folder = TemporaryFolder.path
    for name in names.keys {
      try DurableFile.write(
        try Sample.png(width: 32, height: 32) + Array(name.utf8), to: folder.appending(name))
    }
    let list = names.keys.sorted().joined(separator: ", ")
    let text = "version: 1\nname: mug\nrequest: {prompt: a cup, images: [\(list)]}\n"
    let suite = try SuiteLoader.load(
      bytes: Array(text.utf8), path: folder.appending("mug.yaml"))
    // The loader looks at the first bytes only; here they are other files altogether.
    for (name, bytes) in names { try DurableFile.write(bytes, to: folder.appending(name)) }
    return InputInspector.inspect(suite.inputs)
  }

  @Test func `A real picture is measured and not complained of`() throws {
    var root = FilePath(#filePath)
    for _ in 0..<3 { root.removeLastComponent() }
    let bytes = try DurableFile.read(
      root.appending("fixtures/inputs/chelsea.png"), byteCountMax: InputFacts.byteCountMax)
    let findings = try inspect(["chelsea.png": bytes])
    #expect(findings.diagnostics.isEmpty)
    let facts = InputFacts(
      byteCount: bytes.count, kind: .png, size: PixelSize(width: 451, height: 300))
    #expect(Array(findings.facts.values) == [facts])
  }

  @Test(arguments: [
    ("a text file named as a picture", Array("not a picture".utf8), "not-a-picture"),
    ("an empty file", [], "not-a-picture"),
    ("a truncated picture", try Array(Sample.png(width: 32, height: 32).prefix(20)), "truncated"),
    ("an elongated picture", try Sample.png(width: 100, height: 20), "too elongated"),
    ("a small picture", try Sample.png(width: 14, height: 14), "too small"),
  ])
  func `What cannot be sent is told where the suite names it`(
    name: String, bytes: [UInt8], message: String
  ) throws {
    let good = try Sample.png(width: 32, height: 32)
    let findings = try inspect(["a.png": good, "b.png": bytes])
    #expect(findings.diagnostics.count == 1)
    let diagnostic = try #require(findings.diagnostics.first)
    #expect(diagnostic.severity == .error)
    #expect(diagnostic.message.hasPrefix("'b.png': "))
    #expect(diagnostic.message.contains(message), "\(diagnostic.message)")
    #expect(diagnostic.location.line == 3)
    #expect(findings.facts.values.contains { $0.byteCount == good.count })
  }

  @Test func `An input that was changed after loading is not sent`() throws {
    let bench = try Bench()
    let input = try #require(bench.suite.inputs.first)
    let blobs = InputBlobs(bench.suite.inputs)
    #expect(try blobs.bytes(of: input.blob).count == input.byteCount)
    try DurableFile.write(try Sample.png(9, width: 32, height: 32), to: input.path)
    let failure = #expect(throws: InputBlobs.Failure.self) { try blobs.bytes(of: input.blob) }
    #expect(failure?.description.contains("cup.png was changed") == true)
    #expect(throws: InputBlobs.Failure.self) { try blobs.bytes(of: BlobID(of: [1])) }
  }
}

@Suite(.temporaryFolder)
struct PlanTests {
  private func actions(_ plan: Plan) -> [String] {
    plan.map { planned in
      switch plan.action(for: planned) {
      case .replay(_, let renamed): "replay \(renamed?.text ?? "")"
      case .buy(let pricing, _): "buy \(pricing.reservation)"
      case .stop(let outcome, _, _, _): "stop \(outcome.rawValue)"
      }
    }
  }

  @Test(arguments: [
    (RunMode.replay, ["replay ", "stop fixture-missing"]), (.record, ["replay ", "buy $0.03"]),
    (.refresh, ["buy $0.03", "buy $0.03"]), (.live, ["buy $0.03", "buy $0.03"]),
  ])
  func `The mode decides what is replayed and what is bought`(
    mode: RunMode, expected: [String]
  ) async throws {
    _ = try await Bench().run(.record, .always(Sample.answer(try Sample.png())))
    #expect(actions(try Bench(seeds: "[1, 2]").plan(mode)) == expected)
  }

  @Test func `A plan is filtered, and its cases keep their places`() throws {
    let plan = try Bench(seeds: "[1..5]").plan(.replay, filter: "seed=2|4")
    #expect(plan.map(\.identity.position) == [1, 3])
    #expect(plan.map(\.identity.id.text) == ["s2", "s4"])
    #expect(plan.map(\.identity.caseKey) == plan.map(\.suiteCase.caseKey))
  }

  @Test func `Totals count, price and add up`() async throws {
    _ = try await Bench().run(.record, .always(Sample.answer(try Sample.png())))
    let bench = try Bench(seeds: "[1..3]", fields: "n: 2")
    var totals = PlanTotals(try bench.plan(.record))
    #expect(totals.cases == 3 && totals.replayed == 0 && totals.toBuy == 3)
    #expect(totals.purchases.mapValues(\.pictures) == [.seedreamV4: 6])
    #expect(totals.cost == Money(microDollars: 180_000))
    totals += PlanTotals(try Bench(seeds: "[1, 2]").plan(.replay))
    #expect(totals.cases == 5 && totals.replayed == 1 && totals.toBuy == 3)
    #expect(totals.stopped == [.fixtureMissing: 1])
    #expect(totals.purchases.mapValues(\.cost) == [.seedreamV4: Money(microDollars: 180_000)])
  }

  @Test func `A model without a price is not bought, and without prices nothing costs`() throws {
    let bench = try Bench(fields: "model: other-model")
    #expect(actions(try bench.plan(.record)) == ["stop over-budget"])
    #expect(actions(try bench.plan(.record, prices: nil)) == ["buy $0.00"])
  }

  @Test func `What cannot be replayed says what helps`() async throws {
    let bench = try Bench()
    let missing = try await bench.runOne(.replay)
    #expect(missing.reason.hasPrefix("none: there is no recording at "))
    #expect(missing.hint?.contains("--mode record --filter id=s1") == true)
    _ = try await bench.run(.record, .always(Sample.answer(try Sample.png())))
    let stale = try await Bench(
      fields: "output_format: b64_json, n: 2"
    ).runOne(.replay)
    #expect(stale.outcome == .fixtureStale)
    #expect(stale.reason.hasSuffix("was recorded for another request: n differs"))
    #expect(stale.details.first?.contains("s1.har: ✗ n  ✓ path  ✓ model") == true)
    #expect(stale.details.dropFirst().first == "/n: recorded 1, asked 2")
  }
}
