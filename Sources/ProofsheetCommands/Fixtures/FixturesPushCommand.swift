internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// Hands pictures to a store.
struct FixturesPushCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Hand the pictures of suites to the configured store.",
    discussion: """
      The command is 'blob_store: push' of proofsheet.yaml or of your own configuration, for example \
      [rclone, copy, --files-from, '{list}', '{folder}', 'store:pictures/{suite}']. It is started once \
      a suite, without a shell and without the API key. Only pictures whose bytes are as their names \
      say are handed over.
      """)

  @OptionGroup var arguments: FixtureArguments
  @OptionGroup var permission: CommandPermission

  @Flag(help: "Fetch every picture back afterwards, and compare the digests.")
  var verify = false

  func run() async throws {
    let prepared = try arguments.prepare()
    let context = prepared.context
    let push = try permission.command(.blobPush, prepared)
    let pull = verify ? try permission.command(.blobPull, prepared) : nil
    var problems = 0
    for (member, plan) in zip(prepared.set.members, try arguments.plans(prepared)) {
      let reports = member.folders.reports(prepared.settings)
      var transfer = BlobTransfer.push(from: plan.fixtures, named: try plan.namedBlobs(context))
      guard !transfer.blobs.isEmpty || !transfer.problems.isEmpty else {
        context.say("\(plan.suite.name): there are no pictures")
        continue
      }
      if !transfer.blobs.isEmpty {
        let carrier = BlobCarrier(plan.suite.name, reports, prepared)
        defer { carrier.cleanUp() }
        try await carrier.run(push, transfer, folder: plan.fixtures.blobs.folder)
        if let pull {
          let folder = try carrier.incoming()
          try await carrier.run(pull, transfer, folder: folder)
          let count = transfer.compare(with: folder)
          context.say("\(plan.suite.name): \(Count.of(count, "picture")) came back as they were")
        }
        context.say(
          "\(plan.suite.name): \(Count.of(transfer.blobs.count, "picture")) handed over, "
            + ByteCount.text(transfer.byteCount))
      }
      problems += BlobCarrier.tell(transfer.problems, plan, context)
    }
    if problems > 0 { throw CommandExit(.fixture) }
  }
}

/// Fetches pictures from a store.
struct FixturesPullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch the pictures of suites that are not here from the configured store.",
    discussion: """
      The command is 'blob_store: pull' of proofsheet.yaml or of your own configuration, for example \
      [rclone, copy, --files-from, '{list}', 'store:pictures/{suite}', '{folder}']. It is started once \
      a suite, without a shell and without the API key. A picture is taken only when its bytes are as \
      its name says.
      """)

  @OptionGroup var arguments: FixtureArguments
  @OptionGroup var permission: CommandPermission

  func run() async throws {
    let prepared = try arguments.prepare()
    let context = prepared.context
    let pull = try permission.command(.blobPull, prepared)
    var problems = 0
    for (member, plan) in zip(prepared.set.members, try arguments.plans(prepared)) {
      let lock = try FixtureWriting.lock(plan)
      var transfer = BlobTransfer.pull(into: plan.fixtures, named: try plan.namedBlobs(context))
      if transfer.blobs.isEmpty, transfer.problems.isEmpty {
        context.say("\(plan.suite.name): every picture is here")
      } else if !transfer.blobs.isEmpty {
        let carrier = BlobCarrier(
          plan.suite.name, member.folders.reports(prepared.settings), prepared)
        defer { carrier.cleanUp() }
        let folder = try carrier.incoming()
        try await carrier.run(pull, transfer, folder: folder)
        let count = try readingFixtures { try transfer.take(from: folder) }
        context.say(
          "\(plan.suite.name): \(Count.of(count, "picture")) fetched, "
            + ByteCount.text(transfer.byteCount))
      }
      problems += BlobCarrier.tell(transfer.problems, plan, context)
      withExtendedLifetime(lock) {}
    }
    if problems > 0 { throw CommandExit(.fixture) }
  }
}

extension Plan {
  /// The pictures that its recordings and decisions name.
  ///
  /// A recording that cannot be read may name more, and is told of.
  func namedBlobs(_ context: CommandContext) throws -> Set<BlobID> {
    let inventory = try readingFixtures { try FixtureInventory(fixtures) }
    if !inventory.unreadable.isEmpty {
      context.say(
        "warning: \(suite.name): \(Count.of(inventory.unreadable.count, "recording")) cannot be read, "
          + "and may name more pictures; see: proofsheet fixtures verify \(ShellText.quoted(suite.path))"
      )
    }
    return inventory.namedBlobs.union(baseline.entries.map(\.blob))
  }
}

/// Whether programs may be started that a file of the checkout names.
struct CommandPermission: ParsableArguments {
  @Flag(help: "Start programs that the project's own files name; a change to it could name any.")
  var allowCommands = false

  /// The command of a setting.
  ///
  /// - Throws: ``CommandExit`` where there is none, or the project names it and nobody has allowed it.
  func command(_ name: SettingName, _ prepared: PreparedSuites) throws -> BlobCommand {
    let settings = prepared.settings
    let setting = name == .blobPush ? settings.blobPush : settings.blobPull
    guard let command = setting.value else {
      throw CommandExit.usage(
        "no command is configured as \(name.rawValue)",
        hint: "name one under 'blob_store' in proofsheet.yaml or in \(prepared.sources.userFile); "
          + "see: proofsheet fixtures \(name == .blobPush ? "push" : "pull") --help")
    }
    if case .config(let place) = setting.origin, !allowCommands {
      throw CommandExit.usage(
        "\(place) names the program '\(VisibleText.escape(command.arguments.first ?? ""))', "
          + "and programs of a project need your leave",
        hint: "look at it, then add --allow-commands; or name it in \(prepared.sources.userFile)")
    }
    return command
  }
}

/// Runs the programs that carry pictures, with a folder for what comes in.
struct BlobCarrier {
  /// Bytes that a program may write to standard output, which nobody reads.
  private static let outputMax = 64 << 20
  /// Pictures that are told one by one.
  private static let toldMax = 10

  private let suite: SuiteName
  private let place: FilePath
  private let settings: Settings
  private let context: CommandContext

  /// - Parameter reports: the folder of the run store, where what comes in lies for a while.
  init(_ suite: SuiteName, _ reports: FilePath, _ prepared: PreparedSuites) {
    self.suite = suite
    place = reports.appending("transfer").appending(suite.text)
    settings = prepared.settings
    context = prepared.context
  }

  /// An empty folder for what a program brings.
  func incoming() throws -> FilePath {
    let folder = place.appending("incoming")
    try readingFixtures {
      try DurableFile.createFolder(folder)
      for name in try DurableFile.names(in: folder) {
        try DurableFile.remove(folder.appending(name))
      }
    }
    return folder
  }

  /// Runs a program to its end.
  ///
  /// - Throws: ``CommandExit`` when it did not end well; what it did before is not undone.
  func run(_ command: BlobCommand, _ transfer: BlobTransfer, folder: FilePath) async throws {
    let list = place.appending("list.txt")
    try readingFixtures {
      try DurableFile.createFolder(place)
      try DurableFile.write(transfer.list, to: list)
    }
    let here = context.workingFolder
    let arguments = command.filled(
      folder: here.pushing(folder).lexicallyNormalized().string,
      list: here.pushing(list).lexicallyNormalized().string, suite: suite)
    let end = await context.programs.run(
      arguments, in: here, input: [], timeout: settings.blobTimeout.value,
      outputMax: Self.outputMax)
    let what: String
    var status = ExitStatus.service
    var hint = "nothing is lost; run the same command again"
    switch end {
    case .exited(0, _, _): return
    case .exited(let code, _, let message): what = "ended with \(code)" + Self.said(message)
    case .signalled(let signal, let message):
      what = "was ended by signal \(signal)" + Self.said(message)
    case .timedOut:
      what =
        "took longer than \(TimeText.text(of: settings.blobTimeout.value)), 'blob_store: timeout'"
    case .tooMuchOutput: what = "wrote more than \(ByteCount.text(Self.outputMax))"
    case .notStarted(let reason):
      what = "could not be started: \(reason)"
      (status, hint) = (.usage, "install it, or name another under 'blob_store'")
    }
    throw CommandExit(
      status,
      "error: \(suite): the program '\(VisibleText.escape(arguments.first ?? ""))' "
        + context.redactor.text(what)
        + "\nhint: \(hint)")
  }

  private static func said(_ message: String) -> String {
    message.isEmpty ? "" : ": \(VisibleText.escape(message))"
  }

  /// Removes what came in and was not taken; what cannot be removed is in the way of nobody.
  func cleanUp() {
    let incoming = place.appending("incoming")
    do {
      for folder in [incoming, place] where DurableFile.isFolder(folder) {
        for name in try DurableFile.names(in: folder) {
          let path = folder.appending(name)
          if !DurableFile.isFolder(path) { try DurableFile.remove(path) }
        }
      }
    } catch {
      context.say("warning: \(error)")
    }
  }

  /// Tells what could not be carried.
  ///
  /// - Returns: how many.
  static func tell(
    _ problems: [BlobTransfer.Problem], _ plan: Plan, _ context: CommandContext
  ) -> Int {
    for problem in problems.prefix(toldMax) {
      context.say("error: \(plan.suite.name): \(problem.message)")
    }
    if problems.count > toldMax {
      context.say("error: \(plan.suite.name): and \(problems.count - toldMax) more")
    }
    return problems.count
  }
}
