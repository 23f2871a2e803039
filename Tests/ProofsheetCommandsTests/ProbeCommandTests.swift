import Canonical
import Experiments
import Foundation
import Recording
import SeedreamAPI
import Simulator
import Suites
import SystemPackage
import Testing

/// `proofsheet probe`: what it buys, what it finds, and what it leaves alone.
@Suite(.project) struct ProbeCommandTests {
  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  private func prepare(_ matrix: String = "seed: [7]") throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      """
      version: 1
      name: mug
      request: {images: ../fixtures/inputs/coffee.png, output_format: b64_json}
      matrix:
        prompt: [{id: plain, value: "Tint the table."}]
        \(matrix)
      checks: [{baseline: auto}]

      """, to: "suites/mug.yaml")
  }

  private func finding() throws -> ProbeFinding? {
    try ProbeFile.read(
      FilePath(project.path("suites/mug.probe.json")), suite: try #require(SuiteName("mug")))
  }

  private func probe(_ more: String..., simulator: String = "") async -> Project.Outcome {
    await project.run(
      ["probe", "@suites/mug.yaml", "--endpoint", "simulator"] + more,
      environment: ["PROOFSHEET_SIMULATOR": simulator], network: true)
  }

  @Test(arguments: [
    ("--codec jpeg", EndpointClass.byte, "identical-bytes" as String?),
    ("--codec jpeg --call-metadata --watermark", .pixel, "identical-pixels"),
    ("--seeds pixel-noise --codec jpeg --call-seed 1", .near, "near"),
    ("--codec jpeg --seeds loose --call-seed 1", .seedEffective, "similar"),
    ("--codec jpeg --seeds ignored --call-seed 3", .free, nil),
  ])
  func `Each class of endpoint is met and told`(
    simulator: String, endpointClass: EndpointClass, recommended: String?
  ) async throws {
    try prepare()
    let told = await probe("--samples", "3", simulator: simulator)
    #expect(told.status == 0, "\(told.messages)")
    let finding = try #require(try finding())
    #expect(finding.endpointClass == endpointClass, "\(told.output)")
    #expect(finding.recommended?.rawValue == recommended, "\(told.output)")
    #expect(finding.origin == .simulator)
    #expect(finding.model == .seedreamV4)
    #expect(finding.caseID == CaseID("plain--s7"))
    #expect(told.output.hasPrefix("\(endpointClass.rawValue): "))
    #expect(told.output.contains(recommended.map { "baseline: \($0)" } ?? "no level for single"))
    #expect(told.output.contains("a stand-in and no model"))
    #expect(told.messages.contains("to buy: 13 pictures in 10 requests, from the simulator"))
    let counts = finding.measurements.map { "\($0.condition.rawValue) \($0.distances.count)" }
    #expect(
      counts == ["same-seed 3", "other-seeds 12", "first-of-four 3", "delivery 3", "seed-0 1"])
  }

  @Test func `A seed 0 that draws is told`() async throws {
    try prepare()
    let told = await probe("--samples", "3", simulator: "--codec jpeg --seed-zero-draws")
    #expect(told.output.contains("the seed 0 does not repeat"), "\(told.output)")
    #expect(try finding()?.endpointClass == .byte)
  }

  @Test func `No sample becomes a recording or a run`() async throws {
    try prepare()
    let told = await probe(
      "--samples", "3", "--format", "json", simulator: "--codec jpeg")
    #expect(told.status == 0, "\(told.messages)")
    let written = try project.read("suites/mug.probe.json")
    #expect(told.output == written)
    let names = try project.files().map(\.name)
    #expect(!names.contains { $0.hasSuffix(".har") })
    let approved = await project.run("approve", "latest", "--reports", project.path("reports"))
    #expect(approved.status == 2)
    #expect(approved.messages.contains("there is no finished run"), "\(approved.messages)")
  }

  @Test func `An interrupted probe buys only the rest, and the next one measures anew`()
    async throws
  {
    try prepare()
    let billed = try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85))) {
      server, url in
      func probe(_ more: String...) async -> Project.Outcome {
        await project.run(
          [
            "probe", "@suites/mug.yaml", "--samples", "3", "--endpoint", url, "--yes",
            "--max-cost", "5",
          ] + more, environment: key, network: true)
      }
      let first = await probe("--max-requests", "4", "--concurrency", "1")
      #expect(first.status == 4, "\(first.messages)")
      #expect(first.messages.contains("nothing was found"), "\(first.messages)")
      let early = try finding()
      #expect(early == nil)
      #expect(server.ledger.entries.count == 4)
      let second = await probe()
      #expect(second.status == 0, "\(second.messages)")
      #expect(second.messages.contains("4 requests of an interrupted probe are kept"))
      let late = try finding()
      #expect(late != nil)
      let complete = server.ledger.entries.count
      _ = await probe()
      return (complete, server.ledger.entries.count)
    }
    // 3 of one seed, 3 of others, 4 of one request, 1 delivered otherwise, 2 of the seed 0.
    #expect(billed.0 == 13)
    #expect(billed.1 == 26)
  }

  @Test(arguments: ["no-picture*1", "error-in-200:403*1"])
  func `A sample without a picture is asked for anew by the next probe`(
    fault: String
  ) async throws {
    try prepare()
    let settings = SimulatorSettings(
      codec: .jpeg(quality: 85), faults: [try FaultRule(fault)])
    try await SimulatorServer.serving(settings) { server, url in
      func probe() async -> Project.Outcome {
        await project.run(
          "probe", "@suites/mug.yaml", "--samples", "3", "--endpoint", url, "--yes",
          "--max-cost", "5", "--concurrency", "1", "--max-requests", "2", environment: key,
          network: true)
      }
      let first = await probe()
      #expect(first.status == 3, "\(first.messages)")
      #expect(first.messages.contains("no picture that can be compared"), "\(first.messages)")
      #expect(first.messages.contains("the same command asks for"))
      let second = await probe()
      #expect(second.status == 4, "\(second.messages)")
      #expect(!second.messages.contains("no picture that can be compared"))
      #expect(server.ledger.entries.count >= 3)
    }
  }

  @Test func `Nothing is sent without agreement, and the price is told`() async throws {
    try prepare()
    let refused = await project.run(
      "probe", "@suites/mug.yaml", "--endpoint", "http://127.0.0.1:9", environment: key,
      network: true)
    #expect(refused.status == 2)
    #expect(refused.messages.contains("to buy: 15 pictures in 12 requests, up to $0.45"))
    #expect(refused.messages.contains("nothing was sent"))
    #expect(try finding() == nil)
  }

  @Test func `The smallest cap holds`() async throws {
    try prepare()
    let billed = try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85))) {
      server, url in
      let told = await project.run(
        "probe", "@suites/mug.yaml", "--endpoint", url, "--yes", "--max-cost", "0.10",
        environment: key, network: true)
      #expect(told.status == 4, "\(told.messages)")
      #expect(told.messages.contains("over-budget"))
      return server.ledger.entries.count
    }
    #expect(billed == 3)
  }

  @Test func `A suite of several models says which is asked`() async throws {
    try prepare(
      "model: [{id: v4, value: bytedance-seedream-v4-image-to-image}, "
        + "{id: v45, value: bytedance-seedream-v4.5-image-to-image}]")
    let told = await probe(
      "--samples", "3", "--filter", "model=v45", simulator: "--codec jpeg")
    #expect(told.status == 0, "\(told.messages)")
    #expect(try finding()?.model?.text == "bytedance-seedream-v4.5-image-to-image")
    let both = await probe("--samples", "3", simulator: "--codec jpeg")
    #expect(
      both.messages.contains(
        "will say nothing of bytedance-seedream-v4.5-image-to-image"), "\(both.messages)")
  }

  @Test(arguments: [
    (["--samples", "2"], "", "--samples must be 3 to 8"),
    (["--filter", "seed=8"], "", "seed"),
    ([], "--port 99", "PROOFSHEET_SIMULATOR: a run takes any free port"),
    ([], "--seeds any", "'any' is invalid for '--seeds"),
  ])
  func `Wrong use is refused before anything is sent`(
    arguments: [String], simulator: String, message: String
  ) async throws {
    try prepare()
    let refused = await project.run(
      ["probe", "@suites/mug.yaml", "--endpoint", "simulator"] + arguments,
      environment: ["PROOFSHEET_SIMULATOR": simulator], network: true)
    #expect(refused.status == 2)
    #expect(refused.messages.contains(message), "\(refused.messages)")
  }
}
