import Foundation
import SeedreamAPI
import Simulator
import Testing

/// Runs that find orders of earlier ones.
@Suite(.project) struct PlacedOrderTests {
  private var project: Project { Project.current }
  private let key = ["PROOFSHEET_API_KEY": Project.key]

  private func prepare() throws {
    try project.copy("fixtures/inputs/coffee.png")
    try project.write(
      """
      version: 1
      name: small
      request: {images: ../fixtures/inputs/coffee.png, size: square, prompt: "rain simulate:task:4"}
      matrix: {seed: [1..2]}

      """, to: "suites/small.yaml")
  }

  private func record(_ url: String, _ more: String...) async -> Project.Outcome {
    await project.run(
      ["run", "@suites/small.yaml", "--mode", "record", "--endpoint", url, "--verbose"] + more,
      environment: key, network: true)
  }

  @Test func `An order that was placed is asked after, at no price and without consent`()
    async throws
  {
    try prepare()
    let settings = SimulatorSettings(codec: .jpeg(quality: 85))
    try await SimulatorServer.serving(settings) { server, url in
      // The first run gives up at once, as one that is killed does.
      let first = await record(url, "--yes", "--max-cost", "1", "--task-timeout", "1s")
      #expect(first.status == 3, "\(first.messages)")
      #expect(server.ledger.entries.count == 2)
      let plan = await project.run("plan", "@suites/small.yaml")
      let state = "0 recorded, 2 already ordered, being asked after, up to $0.06"
      #expect(plan.output.contains(state), "\(plan.output)")
      #expect(!plan.output.contains("to buy"))
      let second = await record(url, "--max-cost", "0.01")
      #expect(second.status == 0, "\(second.messages)")
      #expect(second.messages.contains("already ordered: s1 by run 20"), "\(second.messages)")
      #expect(second.messages.contains("$0 spent, cap $0.01"), "\(second.messages)")
      #expect(second.messages.contains("ordered by an earlier run, which its price of $0.03"))
      #expect(server.ledger.entries.count == 2)
    }
  }
}
