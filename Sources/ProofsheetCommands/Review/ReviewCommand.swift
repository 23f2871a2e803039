internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import LoopbackServer
internal import Reports
internal import Review
internal import RunStore
internal import SystemPackage

/// Serves a proof sheet as a queue of decisions.
struct ReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Look at a run in a browser, and approve or reject with one key.",
    discussion: """
      The proof sheet is served on this machine alone, and shows what nobody has decided about: worst \
      first, equal changes together. Keys: a approves, r rejects with a note, u takes back, j and k go on and \
      back, ? lists the others. Each decision is in '<suite>.baseline.json' before the next picture shows.

      The address on standard output holds a token: whoever knows it can decide. A run that has not ended is \
      followed, and what it finds appears on the page; of one that was killed what it made is shown. The server ends with the button Finish, with \
      control-C, or when nobody has asked for anything for --idle-minutes.

      Examples:
        proofsheet review
        proofsheet review latest --open --by ada
        proofsheet review 20261122T181500Z-3fa9c1 --filter 'prompt=paper' --port 8400
      Without a server, on the page of a CI run: decide there, download decisions.json, and
        proofsheet approve --from decisions.json
      """)

  @Argument(
    help: ArgumentHelp(
      "The run: its id, or 'latest', which may still go on.", valueName: "run"))
  var name = "latest"

  @Option(help: ArgumentHelp("The port; 0 takes any that is free.", valueName: "port"))
  var port = 0

  @Flag(help: "Open the page in the browser of this desktop (xdg-open).")
  var open = false

  @Option(
    help: ArgumentHelp(
      "Review these cases only, for example 'prompt=paper outcome=drifted'.",
      discussion: FilterReading.help))
  var filter: [String] = []

  @Option(help: ArgumentHelp("Who decides.", discussion: "Default: the user's name."))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "End after so many minutes in which nobody asked for anything, 1 to 10080.",
      valueName: "n"))
  var idleMinutes = 480

  @OptionGroup var sheet: SheetOptions
  @OptionGroup var folders: FolderOptions

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
    guard (1...10_080).contains(idleMinutes) else {
      throw ValidationError("--idle-minutes must be 1 to 10080")
    }
    guard sheet.images != .none else {
      throw ValidationError("--images none leaves nothing to look at")
    }
  }

  func run() async throws {
    // A mistake in the filter is told before a run is looked for.
    let unjudged = try FilterReading.read(filter)
    let sources = try SettingSources(folders, CommandContext.current)
    let context = sources.context
    let (store, name) = try StoredRuns.store(of: name, sources.settings(), context)
    let run = try told {
      let (begun, hasEnded) = try store.begunRun(name)
      // A run that goes on has not met all names yet.
      let filter = hasEnded ? try FilterReading.read(filter, for: begun) : unjudged
      return try ReviewedRun(name, in: store, filter) { $0.relocated(context) }
    }
    let desk = try DecisionDesk(run.header, context, folders, by: by) {
      try run.judgedBaseline(of: $0)
    }
    // A suite that is not here is told before anybody looks at a picture.
    for suite in run.header.suites { _ = try desk.open(suite) }
    let session = ReviewSession(run, desk)
    let waiting = try session.tally().left
    if let early = run.earlyEnd { context.say(early) }
    guard waiting > 0 || run.standing == .goesOn else {
      context.say(
        run.standing == .endedEarly
          ? "nothing that it made waits for a decision; for the rest run the suite again"
          : "nothing waits for a decision in run \(run.header.id); its proof sheet: "
            + "\(run.folder.appending("index.html"))")
      return
    }
    let pages = ReviewPages(run, store.folder, sheet)
    try told { try pages.prepare(run, at: context.clock()) }
    defer { pages.remove() }
    let server = ReviewServer(
      folder: pages.folder, desk: session, port: UInt16(port), token: Self.secret(),
      code: open ? Self.secret() : nil, now: context.uptime)
    try await serve(server, session, pages, context) {
      context.say(
        run.standing != .goesOn
          ? "\(Count.of(waiting, "picture")) of run \(run.header.id) to decide about; "
            + "end with Finish on the page, or with control-C"
          : "run \(run.header.id) goes on, \(run.caseCount) of \(run.header.caseCount) so far; "
            + "end with control-C")
    }
    let tally = try session.tally()
    context.say(
      "\(tally.approved) approved, \(tally.rejected) rejected, \(tally.left) left"
        + (tally.left > 0 ? "; go on with: proofsheet review \(run.header.id)" : ""))
  }

  /// 32 random bytes in hexadecimal.
  private static func secret() -> String {
    (0..<32).map { _ in
      let digits = String(UInt8.random(in: .min ... .max), radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  private func serve(
    _ server: ReviewServer, _ session: ReviewSession, _ pages: ReviewPages,
    _ context: CommandContext, started: () -> Void
  ) async throws {
    let address: ReviewServer.Address
    do {
      address = try server.start()
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let registration = context.onInterrupt { stop.yield() }
    defer { withExtendedLifetime(registration) {} }
    context.output(address.page + "\n")
    started()
    let failure = await withTaskGroup(of: CommandExit?.self) { group -> CommandExit? in
      group.addTask {
        do throws(LoopbackFailure) {
          try await server.run()
          return nil
        } catch {
          return CommandExit(.usage, "error: \(error)")
        }
      }
      group.addTask {
        for await _ in stops { break }
        return nil
      }
      group.addTask { await follow(session, pages, context) }
      group.addTask { await waitForSilence(server, context) }
      if let opening = address.opening { await browse(opening, context) }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    if let failure { throw failure }
  }

  /// Follows a run that goes on, until the task is cancelled.
  private func follow(
    _ session: ReviewSession, _ pages: ReviewPages, _ context: CommandContext
  ) async -> CommandExit? {
    var told = ""
    do {
      while true {
        try await Task.sleep(for: session.goesOn ? .seconds(1) : .seconds(60))
        guard session.goesOn else { continue }
        let start = context.uptime()
        do throws(ReviewRefusal) {
          try await session.goOn { try pages.render($0) }
          if let early = session.earlyEnd { context.say(early) }
        } catch {
          if told != error.message { context.say("warning: \(error.message)") }
          told = error.message
        }
        // A large sheet takes its time; most of it belongs to the run.
        try await Task.sleep(for: (context.uptime() - start) * 4)
      }
    } catch {
      return nil
    }
  }

  /// Ends when nobody has asked for anything for as long as the option says.
  private func waitForSilence(
    _ server: ReviewServer, _ context: CommandContext
  ) async -> CommandExit? {
    let longest = Duration.seconds(idleMinutes * 60)
    do {
      while true {
        let silence = context.uptime() - server.lastAskedAt
        guard silence < longest else { break }
        try await Task.sleep(for: longest - silence)
      }
      context.say("nobody asked for anything for \(Count.of(idleMinutes, "minute"))")
    } catch {
      // Something else ended the review.
    }
    return nil
  }

  /// Opens the page in a browser, which goes on when the program that started it ends.
  ///
  /// The arguments of programs can be seen by every user of the machine: the address that is handed over leads to
  /// the page once.
  private func browse(_ address: String, _ context: CommandContext) async {
    // setsid does not say that there is no such program.
    let folders = (context.environment["PATH"] ?? "").split(separator: ":")
    guard folders.contains(where: { DurableFile.isFile(FilePath("\($0)/xdg-open")) }) else {
      context.say("warning: there is no xdg-open; open the address above")
      return
    }
    let end = await context.programs.run(
      ["env", "-u", ProcessMark.variable, "setsid", "--fork", "xdg-open", address],
      in: context.workingFolder, input: [],
      timeout: .seconds(10), outputMax: 1 << 16)
    guard case .exited(code: 0, _, _) = end else {
      context.say("warning: xdg-open cannot be started; open the address above")
      return
    }
  }
}
