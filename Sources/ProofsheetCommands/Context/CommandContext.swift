package import Canonical
internal import Recording
package import SeedreamAPI
package import SystemPackage

/// Everything that commands take from outside: nothing below them reads a global.
package struct CommandContext: Sendable {
  /// Environment variables.
  package var environment: [String: String]
  /// The working folder.
  package var workingFolder: FilePath
  /// Takes data: what a script reads.
  package var output: @Sendable (String) -> Void
  /// Takes messages: what a person reads.
  package var messages: @Sendable (String) -> Void
  /// Whether messages go to a terminal.
  package var isTerminal: Bool
  /// Columns of the terminal.
  package var columns: Int
  /// Asks a question on the terminal and gives the answer; `nil` when there is nobody to ask.
  package var ask: @Sendable (String) -> String?
  /// Tells the time.
  package var clock: @Sendable () -> Timestamp
  /// Makes the network; never called in replay.
  package var makeTransport: @Sendable () throws -> any HTTPTransport
  /// Waits between attempts.
  package var sleeper: any Sleeper
  /// Calls back at SIGINT and SIGTERM until the returned value is released.
  package var onInterrupt: @Sendable (@escaping @Sendable () -> Void) -> any Sendable

  /// Puts a context together.
  package init(
    environment: [String: String], workingFolder: FilePath,
    output: @escaping @Sendable (String) -> Void,
    messages: @escaping @Sendable (String) -> Void, isTerminal: Bool, columns: Int,
    ask: @escaping @Sendable (String) -> String?, clock: @escaping @Sendable () -> Timestamp,
    makeTransport: @escaping @Sendable () throws -> any HTTPTransport,
    sleeper: any Sleeper = SystemSleeper(),
    onInterrupt: @escaping @Sendable (@escaping @Sendable () -> Void) -> any Sendable
  ) {
    self.environment = environment
    self.workingFolder = workingFolder
    self.output = output
    self.messages = messages
    self.isTerminal = isTerminal
    self.columns = columns
    self.ask = ask
    self.clock = clock
    self.makeTransport = makeTransport
    self.sleeper = sleeper
    self.onInterrupt = onInterrupt
  }

  /// The context of the command that is running; tests put their own in its place.
  @TaskLocal package static var current: CommandContext = .process

  /// Looks for the key in everything that is written, also in replay.
  var redactor: Redactor {
    let key = environment[EndpointOptions.keyVariable] ?? ""
    return Redactor(secrets: key.isEmpty ? [] : [Secret(key)])
  }

  /// Writes one line of messages.
  package func say(_ line: String) { messages(line + "\n") }
}
