package import Canonical
package import Experiments
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
  /// Why data could not be written, the first failure; `nil` where all was, or its reader has gone.
  package var outputFailure: @Sendable () -> FileFailure? = { nil }
  /// Takes data that is JSON.
  var jsonOutput: @Sendable (String) -> Void
  /// Takes messages: what a person reads.
  package var messages: @Sendable (String) -> Void
  /// Takes lines that the CI service obeys.
  var commandLines: @Sendable (String) -> Void
  /// The name of this machine; `nil` where it is not known.
  package var host: String?
  /// The name of the effective user as the password database has it; `nil` where it is not known.
  package var user: String?
  /// Whether messages go to a terminal.
  package var isTerminal: Bool
  /// Columns of the terminal.
  package var columns: Int
  /// Asks a question on the terminal and gives the answer; `nil` when there is nobody to ask.
  package var ask: @Sendable (String) -> String?
  /// Tells the time.
  package var clock: @Sendable () -> Timestamp
  /// Tells the time since a fixed moment, by a clock that never goes back.
  package var uptime: @Sendable () -> Duration
  /// Makes the network; never called in replay.
  package var makeTransport: @Sendable () throws -> any HTTPTransport
  /// Waits between attempts.
  package var sleeper: any Sleeper
  /// Makes what starts programs, out of the environment and the secrets that it must not hand on.
  package var makePrograms: @Sendable ([String: String], [String]) -> any ProgramStarter
  /// Calls back at SIGINT, SIGTERM and SIGHUP until the returned value is released.
  package var onInterrupt: @Sendable (@escaping @Sendable () -> Void) -> any Sendable

  /// Puts a context together.
  package init(
    environment: [String: String], workingFolder: FilePath,
    output: @escaping @Sendable (String) -> Void,
    messages: @escaping @Sendable (String) -> Void, isTerminal: Bool, columns: Int,
    ask: @escaping @Sendable (String) -> String?, clock: @escaping @Sendable () -> Timestamp,
    uptime: @escaping @Sendable () -> Duration = Uptime.clock(),
    makeTransport: @escaping @Sendable () throws -> any HTTPTransport,
    sleeper: any Sleeper = SystemSleeper(),
    makePrograms: @escaping @Sendable ([String: String], [String]) -> any ProgramStarter = {
      ChildProcesses(environment: $0, secrets: $1)
    },
    onInterrupt: @escaping @Sendable (@escaping @Sendable () -> Void) -> any Sendable
  ) {
    self.environment = environment
    self.workingFolder = workingFolder
    self.output = output
    jsonOutput = output
    self.messages = messages
    commandLines = messages
    self.isTerminal = isTerminal
    self.columns = columns
    self.ask = ask
    self.clock = clock
    self.uptime = uptime
    self.makeTransport = makeTransport
    self.sleeper = sleeper
    self.makePrograms = makePrograms
    self.onInterrupt = onInterrupt
  }

  /// The context of the command that is running; tests put their own in its place.
  @TaskLocal package static var current: CommandContext = .process

  /// The name of the variable that holds the key in force.
  private(set) var keyVariable = Settings.defaultKeyVariable

  /// The same context where the key stands in a variable of another name.
  func holdingKey(in variable: String) -> CommandContext {
    var context = self
    context.keyVariable = variable
    return context
  }

  /// Looks for the key in everything that is written, also in replay.
  ///
  /// The key of the usual variable is a secret also where a file names another.
  var redactor: Redactor {
    Redactor(secrets: keys.map { Secret($0) })
  }

  private var keys: [String] {
    [keyVariable, Settings.defaultKeyVariable].compactMap { environment[$0] }.filter { !$0.isEmpty }
  }

  /// Starts programs that see nothing of Proofsheet's environment, and no key whatever its variable.
  var programs: any ProgramStarter {
    makePrograms(environment.filter { $0.key != keyVariable }, keys)
  }

  /// Who decides where nobody is named: the user of the environment, which services and containers often lack, or
  /// else of the password database.
  var decider: String {
    let names = ["USER", "LOGNAME"].map { environment[$0] } + [user]
    return names.lazy.compactMap(\.self).first { !$0.isEmpty } ?? "unknown"
  }

  /// Writes one line of messages.
  package func say(_ line: String) { messages(line + "\n") }
}
