import Canonical
import Foundation
import Recording
import Reports
import RunStore
import SeedreamAPI
import Simulator
import SystemPackage
import Testing

/// Recording from the simulator over real HTTP.
@Suite(.project) struct RecordTests {
  static let suite = """
    version: 1
    name: small
    request: {images: ../fixtures/inputs/coffee.png}
    matrix:
      prompt:
        - {id: plain, value: "Tint the table."}
        - {id: nasty, value: "a ]]> b <script>alert(1)</script> \\u0007 ../../etc \\u202E"}
      output_format: [url, b64_json]
      seed: [1, 2]
    checks: [{baseline: identical-bytes}]

    """

  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  private func prepare() throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(Self.suite, to: "suites/small.yaml")
  }

  /// Runs a body with a simulator that answers in JPEG.
  private func withSimulator<Result: Sendable>(
    _ body: (SimulatorServer, String) async throws -> Result
  ) async throws -> Result {
    try await SimulatorServer.serving(SimulatorSettings(codec: .jpeg(quality: 85)), body)
  }

  private func record(_ url: String, _ more: String...) async -> Project.Outcome {
    let mode = more.first ?? "record"
    let cost = more.count > 1 ? more[1] : "1"
    return await project.run(
      "run", "@suites/small.yaml", "--mode", mode, "--endpoint", url, "--yes", "--max-cost", cost,
      environment: key, network: true)
  }

  @Test func `What is recorded replays, whatever the prompt holds`() async throws {
    try prepare()
    let billed = try await withSimulator { server, url in
      let recorded = await record(url)
      #expect(recorded.status == 0, "\(recorded.messages)")
      return server.ledger.entries
    }
    #expect(billed.count == 8)
    let approved = await project.run("approve", "latest", "--reports", project.path("reports"))
    #expect(approved.status == 0, "\(approved.messages)")
    let replay = await project.run("run", "@suites/small.yaml")
    #expect(replay.status == 0, "\(replay.messages)")
    let junit = try project.latestReport().appendingPathComponent("junit.xml")
    #expect(try JUnitCheck.problems(in: FilePath(junit.path)) == [])
  }

  @Test(arguments: ["record", "refresh"])
  func `Recordings of another origin are refused before anything is sent`(
    mode: String
  )
    async throws
  {
    try prepare()
    let first = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--endpoint", "simulator", "--filter",
      "seed=1", network: true)
    #expect(first.status == 0, "\(first.messages)")
    let other = await project.run(
      "run", "@suites/small.yaml", "--mode", mode, "--endpoint", "https://api.invalid", "--yes",
      "--max-cost", "1", environment: key, network: true)
    #expect(other.status == 2, "\(other.messages)")
    #expect(
      other.messages.contains(
        "fixtures/small holds recordings of simulator, and this run would add some of "
          + "https://api.invalid, which do not mix; nothing was sent"), "\(other.messages)")
    #expect(other.messages.contains("--endpoint simulator"))
    #expect(other.messages.contains("--fixtures"))
  }

  @Test func `A server of another origin is found out by its first answer, and sent no more`()
    async throws
  {
    try prepare()
    try await withSimulator { server, url in
      _ = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--yes", "--max-cost",
        "1", "--filter", "seed=1", environment: key, network: true)
      let folder = FixtureFolder(folder: FilePath(project.path("fixtures/small")))
      for id in try folder.caseIDs() {
        let old = try #require(try folder.fixture(of: id))
        let other = Fixture(
          caseKey: old.caseKey, canonicalRequest: old.canonicalRequest,
          origin: .api("https://api.invalid"), exchanges: old.exchanges)
        try DurableFile.write(
          HARWriter.bytes(of: other, creatorVersion: "1.0"), to: folder.path(of: id))
      }
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--yes", "--max-cost",
        "1", "--concurrency", "1", environment: key, network: true)
      #expect(run.status == 2, "\(run.messages)")
      #expect(run.messages.contains("error: "), "\(run.messages)")
      #expect(run.messages.contains("holds recordings of https://api.invalid"))
      #expect(server.ledger.entries.count == 5)
    }
  }

  @Test func `Recording again buys nothing and changes no byte`() async throws {
    try prepare()
    try await withSimulator { server, url in
      _ = await record(url)
      let before = try project.files().filter { $0.name.hasPrefix("fixtures/small") }
      let again = await record(url)
      #expect(again.status == 0, "\(again.messages)")
      #expect(server.ledger.entries.count == 8)
      let refreshed = await record(url, "refresh")
      #expect(refreshed.status == 0, "\(refreshed.messages)")
      #expect(server.ledger.entries.count == 16)
      let after = try project.files().filter { $0.name.hasPrefix("fixtures/small") }
      #expect(before.map(\.name) == after.map(\.name))
      #expect(before.map(\.bytes) == after.map(\.bytes))
    }
  }

  @Test func `Nobody needs a key to record what is recorded`() async throws {
    try prepare()
    try await withSimulator { server, url in
      _ = await record(url)
      let again = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, network: true)
      #expect(again.status == 0, "\(again.messages)")
      #expect(server.ledger.entries.count == 8)
    }
  }

  @Test func `Live pictures of the simulator are told as such and approved as such`() async throws {
    try prepare()
    let live = await project.run(
      "run", "@suites/small.yaml", "--mode", "live", "--endpoint", "simulator", network: true)
    #expect(live.messages.contains("stand-in and no model"), "\(live.messages)")
    let approved = await project.run("approve", "latest", "--reports", project.path("reports"))
    #expect(approved.messages.contains("8 pictures approved"), "\(approved.messages)")
    let baseline = try project.read("suites/small.baseline.json")
    #expect(baseline.components(separatedBy: #""origin":"simulator""#).count == 9)
  }

  @Test func `A second process that records one suite is refused before it buys anything`()
    async throws
  {
    try prepare()
    let recordings = FilePath(project.path("fixtures/small"))
    try DurableFile.createFolder(recordings)
    let lock = try FixtureLock(folder: recordings)
    try await withSimulator { server, url in
      let run = await record(url)
      #expect(run.status == 2, "\(run.messages)")
      #expect(run.messages.contains("another process is writing recordings to "))
      #expect(run.messages.contains("nothing was sent"))
      #expect(server.ledger.entries.isEmpty)
    }
    withExtendedLifetime(lock) {}
    // A replay reads only.
    let replay = await project.run("run", "@suites/small.yaml")
    #expect(replay.status == 5)
  }

  @Test func `A fixture folder that cannot be written is told before anything is bought`()
    async throws
  {
    try prepare()
    try await withSimulator { server, url in
      // The kernel's own folder refuses new files to everybody.
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--yes", "--max-cost",
        "1", "--fixtures", "/sys/proofsheet-test", environment: key, network: true)
      #expect(run.status == 2, "\(run.messages)")
      #expect(run.messages.contains("--fixtures"), "\(run.messages)")
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `Live asks anew and leaves recordings alone`() async throws {
    try prepare()
    try await withSimulator { server, url in
      let live = await record(url, "live")
      #expect(live.status == 1, "nothing is approved: \(live.messages)")
      _ = await record(url, "live")
      #expect(server.ledger.entries.count == 16)
    }
    #expect(!FileManager.default.fileExists(atPath: project.path("fixtures/small")))
  }

  @Test func `The cap is never exceeded and over budget is not green`() async throws {
    try prepare()
    try await withSimulator { server, url in
      let run = await record(url, "record", "0.10")
      #expect(run.status == 4, "\(run.messages)")
      #expect(run.messages.contains("5 over-budget"), "\(run.messages)")
      #expect(server.ledger.entries.count == 3)
      let rest = await record(url)
      #expect(rest.status == 0, "\(rest.messages)")
      #expect(server.ledger.entries.count == 8)
    }
  }

  @Test func `The key is in no file and in no message`() async throws {
    try prepare()
    let messages = try await withSimulator { _, url in
      await record(url).messages
    }
    #expect(!messages.contains(Project.key))
    for (name, bytes) in try project.files() {
      #expect(bytes.range(of: Data(Project.key.utf8)) == nil, "\(name) holds the key")
    }
  }

  @Test func `A wrong key stops the run`() async throws {
    try prepare()
    let settings = SimulatorSettings(apiKeys: [.init("another-key-entirely")])
    try await SimulatorServer.serving(settings) { server, url in
      let run = await project.run(
        "run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--yes",
        "--max-cost", "1", "--concurrency", "1", environment: key, network: true)
      #expect(run.status == 3, "\(run.messages)")
      #expect(run.messages.contains("1 api-error"), "\(run.messages)")
      #expect(run.messages.contains("7 cancelled"), "\(run.messages)")
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `The simulator can be started for the run and costs nothing`() async throws {
    try prepare()
    let run = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--endpoint", "simulator", network: true)
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.messages.contains("8 passed"), "\(run.messages)")
  }

  @Test func `Two runs cannot spend through one store`() async throws {
    try prepare()
    try FileManager.default.createDirectory(
      atPath: project.path("reports"), withIntermediateDirectories: true)
    let lock = try StoreLock(folder: FilePath(project.path("reports")))
    let run = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--endpoint", "simulator", network: true)
    #expect(run.status == 2)
    #expect(run.messages.contains("another run"), "\(run.messages)")
    _ = consume lock
  }

  @Test func `A port that is taken is named`() async throws {
    try await withSimulator { _, url in
      let port = try #require(url.split(separator: ":").last.map(String.init))
      let run = await project.run("simulate", "--port", port)
      #expect(run.status == 2)
      #expect(run.messages.contains(port), "\(run.messages)")
    }
  }

  @Test func `An endpoint where nobody listens is a transport error`() async throws {
    try prepare()
    let run = await project.run(
      "run", "@suites/small.yaml", "--mode", "record", "--endpoint", "http://127.0.0.1:1", "--yes",
      "--max-cost", "1", "--filter", "prompt=plain seed=1 output_format=url", environment: key,
      network: true)
    #expect(run.status == 3, "\(run.messages)")
    #expect(run.messages.contains("transport-error"), "\(run.messages)")
  }
}
