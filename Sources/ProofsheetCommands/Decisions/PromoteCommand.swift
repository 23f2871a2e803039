internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import SystemPackage

/// Makes good cells of an exploration cases of another suite.
struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Make a good case of a run a case of another suite, with its recording, unpaid.",
    discussion: """
      The case is added to 'include' of the suite, whose text is left as it is elsewhere; the new text \
      is read again, and where it would ask for anything else than before and the one request more, \
      nothing is written. The recording is copied, and its pictures are approved there; one that \
      was rejected is not promoted.
      """)

  @Argument(
    help: ArgumentHelp("Ids of cases, as 'proofsheet report' lists them.", valueName: "case"))
  var cases: [String]

  @Option(name: .customLong("to"), help: ArgumentHelp("The suite file.", valueName: "suite"))
  var target: String

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("The run whose cases they are: its id, or 'latest'.", valueName: "run"))
  var fromRun = "latest"

  @Option(
    name: .customLong("id"),
    help: ArgumentHelp(
      "The id of the case in the suite, where one is promoted.",
      discussion: "Default: its id with '-' for '--'.", valueName: "id"))
  var newID: String?

  @Option(help: "Why, for the next reader of the baseline.")
  var reason: String?

  @Option(help: ArgumentHelp("Who decides.", discussion: "Default: the user's name."))
  var by: String?

  @Flag(help: "Say what would be added and write nothing.")
  var dryRun = false

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    guard !cases.isEmpty else { throw ValidationError("name at least one case") }
    guard newID == nil || cases.count == 1 else {
      throw ValidationError("--id names one case; \(cases.count) are promoted")
    }
    if let newID, let problem = IdentifierRule.problem(with: newID) {
      throw ValidationError("--id: \(problem)")
    }
  }

  func run() throws {
    try PromoteSession(self, CommandContext.current).run()
  }
}
