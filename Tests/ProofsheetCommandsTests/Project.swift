import Canonical
import CurlTransport
import Foundation
import ProofsheetCommands
import SeedreamAPI
import Synchronization
import SystemPackage
import Testing

/// A project in a temporary folder, and commands run in it.
struct Project: Sendable {
  /// What a command said and how it ended.
  struct Outcome {
    let status: Int32
    /// Data.
    let output: String
    /// Messages.
    let messages: String
  }

  /// The key that must never be written anywhere.
  static let key = "canary-key-4f1d9b7c2e"

  /// The checkout that this test belongs to.
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  let folder: URL

  /// The project of the running test.
  @TaskLocal static var current = Project(folder: URL(fileURLWithPath: "/nonexistent"))

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Writes a file, making its folder.
  func write(_ text: String, to name: String) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// Changes a text file of the project.
  func edit(_ name: String, _ change: (String) -> String) throws {
    try write(change(try read(name)), to: name)
  }

  /// Copies a file or folder of the checkout to the same place here.
  func copy(_ names: String...) throws {
    for name in names {
      let target = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: Self.checkout.appendingPathComponent(name), to: target)
    }
  }

  /// The quickstart suite with its photographs, recordings and baseline.
  func copyQuickstart() throws {
    try copy(
      "suites/quickstart.yaml", "suites/quickstart.baseline.json", "fixtures/quickstart",
      "fixtures/inputs/coffee.png", "fixtures/inputs/chelsea.png")
  }

  /// Exchanges the approved pictures of two cases of the quickstart, which drift then.
  func swapApprovals() throws {
    try edit("suites/quickstart.baseline.json") { text in
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      for member in ["blob", "pixels"] {
        func value(_ line: String) -> String {
          let start = line.range(of: "\"\(member)\":\"")?.upperBound ?? line.startIndex
          return String(line[start...].prefix { $0 != "\"" })
        }
        let (first, second) = (value(lines[1]), value(lines[2]))
        lines[1] = lines[1].replacing(first, with: second)
        lines[2] = lines[2].replacing(second, with: first)
      }
      return lines.joined(separator: "\n")
    }
  }

  /// The one folder of a run's reports that was written last.
  func latestReport(in name: String = "reports") throws -> URL {
    let reports = folder.appendingPathComponent(name)
    let names = try FileManager.default.contentsOfDirectory(atPath: reports.path)
      .filter { $0.hasPrefix("20") }.sorted()
    return reports.appendingPathComponent(try #require(names.last))
  }

  /// Runs a command of the tool in this process, with a network only where a test wants one.
  func run(
    _ arguments: String..., environment: [String: String] = [:], network: Bool = false,
    transport: (any HTTPTransport)? = nil, answers: String? = nil, now: Timestamp? = nil,
    interruptedAt word: String? = nil
  ) async -> Outcome {
    await run(
      arguments, environment: environment, network: network, transport: transport,
      answers: answers, now: now, interruptedAt: word)
  }

  /// Runs a command of the tool in this process, with its arguments as a list.
  ///
  /// - Parameter word: interrupts it, once it says this.
  func run(
    _ arguments: [String], environment: [String: String] = [:], network: Bool = false,
    transport: (any HTTPTransport)? = nil, answers: String? = nil, now: Timestamp? = nil,
    interruptedAt word: String? = nil, outputFailure: FileFailure? = nil
  ) async -> Outcome {
    let output = Mutex("")
    let messages = Mutex("")
    let interrupt = Mutex<(@Sendable () -> Void)?>(nil)
    var context = CommandContext(
      environment: environment, workingFolder: FilePath(folder.path),
      output: { text in output.withLock { $0 += text } },
      messages: { text in
        messages.withLock { $0 += text }
        guard let word, text.contains(word) else { return }
        interrupt.withLock { handler in
          defer { handler = nil }
          return handler
        }?()
      },
      isTerminal: answers != nil, columns: 80, ask: { _ in answers },
      clock: { now ?? Timestamp.now() },
      makeTransport: {
        if let transport { return transport }
        guard network else {
          Issue.record("a network was made where none may be")
          throw TransportFailure(.other, .beforeSending, "no network in this test")
        }
        return try CurlTransport(userAgent: "proofsheet-tests", environment: [:])
      },
      sleeper: Impatient(),
      onInterrupt: { handler in
        interrupt.withLock { $0 = handler }
        return 0
      })
    context.outputFailure = { outputFailure }
    let here = folder.path
    let located = arguments.map { argument in
      // Paths below the project are given relative to it.
      argument.hasPrefix("@") ? "\(here)/\(argument.dropFirst())" : argument
    }
    let status = await CommandContext.$current.withValue(context) {
      await Proofsheet.run(located)
    }
    return Outcome(
      status: status, output: output.withLock { $0 }, messages: messages.withLock { $0 })
  }

  /// Every file below the project with its bytes.
  func files() throws -> [(name: String, bytes: Data)] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).compactMap { name in
      let file = folder.appendingPathComponent(name)
      let isFolder = try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true
      return isFolder ? nil : (name, try Data(contentsOf: file))
    }
  }
}

/// Waits for nothing.
struct Impatient: Sleeper {
  func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}

/// Gives each test a project of its own and removes it afterwards.
struct ProjectTrait: TestTrait, SuiteTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("proofsheet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do {
        try FileManager.default.removeItem(at: folder)
      } catch {
        Issue.record("the project could not be removed: \(error)")
      }
    }
    try await Project.$current.withValue(Project(folder: folder)) { try await function() }
  }
}

extension Trait where Self == ProjectTrait {
  /// A project of the test's own.
  static var project: ProjectTrait { ProjectTrait() }
}
