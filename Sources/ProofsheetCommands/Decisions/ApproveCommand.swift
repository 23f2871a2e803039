internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import ImageComparison
internal import SystemPackage

/// Options of deciding about outputs.
struct DecisionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The run to decide about: its id, or 'latest'.", valueName: "run"))
  var name: String?

  /// The run that must be named.
  ///
  /// - Throws: what tells the parser that it is not.
  func run() throws -> String {
    guard let name else { throw ValidationError("name the run: its id, or 'latest'") }
    return name
  }

  @Option(
    help: ArgumentHelp(
      "Decide about these cases only, for example 'prompt=paper outcome=drifted|unapproved'.",
      discussion: FilterReading.help))
  var filter: [String] = []

  @Option(
    name: [.customLong("reason"), .customLong("note")],
    help: "Why, for the next reader of the baseline.")
  var reason: String?

  @Option(help: ArgumentHelp("Who decides.", discussion: "Default: the user's name."))
  var by: String?

  @Flag(help: "Say what would be decided and write nothing.")
  var dryRun = false

  @OptionGroup var folders: FolderOptions
}

/// Takes outputs into the baseline.
struct ApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Take the outputs of a run into the baseline.",
    discussion: """
      An output may equal any of its approved pictures. Outputs of failed cases and of those that \
      are known to fail are approved only where the filter names them by outcome=failed|known.

      A decision is about exactly what the run showed: where a recording or the baseline was changed \
      since, nothing is decided and exit code 1 says so. To undo a decision, revert its line in \
      '<suite>.baseline.json'.

      With --from FILE the decisions of a page are applied, which it gives as 'decisions.json': each about \
      the bytes that were on the screen, approvals and rejections alike. All of them are checked first; \
      where one is refused, nothing is decided. The file names the run; of one that was made elsewhere, as \
      in CI, name the folder of its reports.

      With --carry model=v4:v45 the outputs of v45 are approved where they are near an approved \
      output of v4 for the same request but for model and delivery; the rest is left to review.
      """)

  @OptionGroup var decision: DecisionOptions

  @Flag(help: "Make each approval the only one of its output.")
  var replace = false

  @Option(
    help: ArgumentHelp(
      "Apply the decisions of a page, 'decisions.json'.",
      valueName: "file"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "Approve outputs of the second entry of an axis that are near approved ones of the first.",
      discussion: "Entries are named by id or by value.",
      valueName: "axis=from:to"))
  var carry: CarryRule?

  @Option(
    help: ArgumentHelp(
      "How near: near (default), identical-pixels or identical-bytes.", valueName: "level"))
  var level: CarryLevel?

  func validate() throws {
    guard level == nil || carry != nil else {
      throw ValidationError("--level says how near --carry asks for; name --carry axis=from:to")
    }
    guard from != nil else {
      _ = try decision.run()
      return
    }
    guard decision.filter.isEmpty, decision.reason == nil, carry == nil else {
      throw ValidationError(
        "--from applies what the file says; leave --filter, --reason and --carry out")
    }
  }

  func run() throws {
    if let from {
      return try FiledDecisions(
        FilePath(from), decision, replaces: replace, CommandContext.current
      ).run()
    }
    try DecisionSession(
      decision, .approved, replaces: replace,
      carry: carry.map { Carrying(rule: $0, level: level?.level ?? .near) },
      CommandContext.current
    ).run()
  }
}

extension CarryRule: ExpressibleByArgument {
  /// Takes what the option says.
  package init?(argument: String) { self.init(argument) }
}

/// The levels at which approvals may be carried: a similar picture is another picture, which somebody
/// has to look at.
struct CarryLevel: ExpressibleByArgument {
  let level: ComparisonLevel

  init?(argument: String) {
    guard let level = ComparisonLevel(rawValue: argument), level >= .near else { return nil }
    self.level = level
  }

  static let allValueStrings = ComparisonLevel.allCases.filter { $0 >= .near }.map(\.rawValue)
}

/// Remembers outputs as wrong.
struct RejectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject",
    abstract: "Remember the outputs of a run as wrong: one that equals them fails.",
    discussion: """
      The picture and the reason are kept beside the baseline, and a run in which it comes again says \
      so. To undo it, revert its line in '<suite>.baseline.json'.
      """)

  @OptionGroup var decision: DecisionOptions

  func validate() throws {
    _ = try decision.run()
    guard !decision.filter.isEmpty else {
      throw ValidationError("name what is wrong with --filter; all of a run is never meant")
    }
  }

  func run() throws {
    try DecisionSession(
      decision, .rejected, replaces: false, carry: nil, CommandContext.current
    ).run()
  }
}
