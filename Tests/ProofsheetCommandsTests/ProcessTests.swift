import Canonical
import Experiments
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import ProofsheetCommands

/// What the process has of its surroundings: its streams and its signals.
@Suite(.project) struct ProcessTests {
  @Test(arguments: ["schema run", "plan @suites/quickstart.yaml"])
  func `Data that could not be written end with 2, and say why`(command: String) async throws {
    let project = Project.current
    try project.copyQuickstart()
    let failure = FileFailure(operation: "write", path: "standard output", errno: .noSpace)
    let outcome = await project.run(
      command.split(separator: " ").map(String.init), outputFailure: failure)
    #expect(outcome.status == 2)
    #expect(
      outcome.messages.contains(
        "error: cannot write standard output: no space left on the disk; free some and run again"))
  }

  @Test func `A stream keeps its first failure`() throws {
    let full = try FileDescriptor.open(FilePath("/dev/full"), .writeOnly)
    try full.closeAfter {
      let stream = StandardStream(number: full.rawValue, name: "standard output")
      #expect(stream.failure == nil)
      stream.write("")
      #expect(stream.failure == nil)
      stream.write("data")
      #expect(stream.failure?.errno == .noSpace)
      #expect(stream.failure?.path == "standard output")
    }
  }

  /// Two signals, so many milliseconds apart, and whether the second ends the process.
  @Test(arguments: [(0, false), (20, false), (1_000, false), (1_001, true), (60_000, true)])
  func `A second signal ends the process unless it follows the first closely`(
    milliseconds: Int, ends: Bool
  ) throws {
    let uptime = Mutex(Duration.seconds(7))
    let messages = Mutex("")
    let ended = Mutex(0)
    let context = CommandContext(
      environment: [:], workingFolder: "/", output: { _ in },
      messages: { text in messages.withLock { $0 += text } }, isTerminal: false, columns: 80,
      ask: { _ in nil }, clock: { Timestamp.now() }, uptime: { uptime.withLock { $0 } },
      makeTransport: { throw CancellationError() }, onInterrupt: { _ in 0 })
    let counter = InterruptCounter(
      nil, goingOn: "go on", context, end: { ended.withLock { $0 += 1 } })
    #expect(!counter.isInterrupted)
    counter.count()
    #expect(counter.isInterrupted)
    #expect(messages.withLock { $0 }.contains("waiting for what is paid for"))
    uptime.withLock { $0 += .milliseconds(milliseconds) }
    counter.count()
    #expect(ended.withLock { $0 } == (ends ? 1 : 0))
    #expect(messages.withLock { $0 }.contains("stopped") == ends)
  }
}
