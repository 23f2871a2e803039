package import ArgumentParser
internal import Experiments
internal import Glibc

/// The root command.
package struct Proofsheet: AsyncParsableCommand {
  /// The version of the tool.
  package static let version = "0.1.0"

  /// What `--help` says.
  package static let configuration = CommandConfiguration(
    commandName: "proofsheet",
    abstract: "Prompt experiments and regression tests for the Seedream image-editing API.",
    discussion: """
      A suite declares a matrix of prompts, pictures, seeds, sizes and models. Every case of it is \
      replayed from recordings, or bought; every picture that comes back is identified and compared \
      with what was approved.

      Exit codes: 0 all passed; 1 failed, drifted, unapproved or blocked; 2 wrong usage or invalid \
      suite; 3 API, transport, rate limit or the program of a check; 4 over budget or cancelled; 5 fixture missing, stale or \
      corrupt; 130 interrupted.
      """,
    version: version,
    subcommands: [
      InitCommand.self, PlanCommand.self, RunCommand.self, ProbeCommand.self, ApproveCommand.self,
      RejectCommand.self, ReviewCommand.self, PromoteCommand.self, CompareCommand.self,
      ReportCommand.self, MergeCommand.self, HistoryCommand.self,
      FixturesCommand.self, ConfigCommand.self, SchemaCommand.self,
      PictureCommand.self, SimulateCommand.self, JUnitCheckCommand.self,
    ])

  /// Makes the command; the parser needs this.
  package init() {}

  /// Runs the tool with the process's arguments and ends the process.
  package static func start() async {
    // A reader of our output that goes away must not end a run that has paid for pictures.
    _ = signal(SIGPIPE, SIG_IGN)
    StandardStream.openMissing()
    let status = await run(Array(CommandLine.arguments.dropFirst()))
    Glibc.exit(status)
  }

  /// Runs the tool with arguments, in the current context.
  ///
  /// - Returns: the exit code.
  package static func run(_ arguments: [String]) async -> Int32 {
    await CommandContext.$current.withValue(CommandContext.current.withDefusedMessages) {
      await runHere(arguments)
    }
  }

  private static func runHere(_ arguments: [String]) async -> Int32 {
    let context = CommandContext.current
    let status = await carryOut(arguments, context)
    guard let failure = context.outputFailure() else { return status.rawValue }
    context.say("error: \(failure)")
    return ExitStatus.worst([.usage, status]).rawValue
  }

  private static func carryOut(_ arguments: [String], _ context: CommandContext) async -> ExitStatus
  {
    do {
      var command = try parseAsRoot(arguments)
      try SingleOptions.requireOnce(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return .success
    } catch let status as CommandExit {
      if let message = status.message { context.say(message) }
      return status.status
    } catch {
      // The parser's own errors, and requests for help and version.
      let text = fullMessage(for: error)
      let isSuccess = exitCode(for: error) == .success
      if isSuccess {
        context.output(text + "\n")
      } else {
        let isError = text.hasPrefix("Error: ")
        context.say(isError ? "error: " + text.dropFirst("Error: ".count) : text)
      }
      return isSuccess ? .success : .usage
    }
  }
}

/// The end of a command: its exit code and what there is to say.
struct CommandExit: Error {
  let status: ExitStatus
  let message: String?

  init(_ status: ExitStatus, _ message: String? = nil) {
    self.status = status
    self.message = message
  }

  /// Wrong usage, in the form `error: …` with what helps on a line of its own.
  static func usage(_ message: String, hint: String? = nil) -> CommandExit {
    CommandExit(.usage, "error: \(message)" + (hint.map { "\nhint: \($0)" } ?? ""))
  }
}

/// Runs something whose failure ends the command, told as it stands; an exit that was decided stays as it is.
///
/// - Throws: ``CommandExit``.
func told<Value>(_ work: () throws -> Value) throws -> Value {
  do {
    return try work()
  } catch let exit as CommandExit {
    throw exit
  } catch {
    throw CommandExit(.usage, "error: \(error)")
  }
}
