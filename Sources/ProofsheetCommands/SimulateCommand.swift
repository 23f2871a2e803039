internal import ArgumentParser
internal import Experiments
internal import Simulator
internal import Synchronization

extension SimulatorSettings.SeedProfile: ExpressibleByArgument {}
extension SimulatorSettings.Drift: ExpressibleByArgument {}

/// Serves the API's contract on loopback.
struct SimulateCommand: AsyncParsableCommand {
  /// The codec of its pictures.
  enum Codec: String, CaseIterable, ExpressibleByArgument {
    case png
    case jpeg
  }

  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Serve the API's contract on this machine: a stand-in and no model.",
    discussion: """
      The first line on standard output is the base URL. Its pictures are computed from the input \
      photograph. GET /_simulator/ledger lists every image that was billed.

      A fault is FAULT[*TIMES][=SHARE]: 'status:503*2' refuses each request twice, 'drop-after=0.05' \
      breaks one connection in twenty after the picture was billed. FAULT is one of
      \(Fault.forms.joined(separator: ", ")).
      A word 'simulate:FAULT' in a prompt, or a field X-Simulator-Fault of a request, asks for one too.

      A run with --endpoint simulator starts one of its own, with the options that the environment \
      variable PROOFSHEET_SIMULATOR states: PROOFSHEET_SIMULATOR='--seeds pixel-noise --watermark'.
      """)

  @Option(help: ArgumentHelp("The port; 0 takes any that is free.", valueName: "port"))
  var port = 0

  @Option(help: "The codec of pictures: png or jpeg.")
  var codec: Codec = .png

  @Option(help: ArgumentHelp("The quality of JPEG, 1 to 100.", valueName: "q"))
  var quality = 85

  @Flag(
    help:
      "Draw one picture a size and copy it, JPEG with another comment each: to measure a client.")
  var canned = false

  @Option(
    help: ArgumentHelp(
      "What a seed does: exact (the same pixels each time), pixel-noise (noise that eyes do not see), "
        + "loose (the same composition in other colours), "
        + "or ignored (every call gives another picture).", valueName: "profile"))
  var seeds: SimulatorSettings.SeedProfile = .exact

  @Option(
    help: ArgumentHelp(
      "What a model other than Seedream 4.0 does: none (the same pixels), shade (other colours, by 25 "
        + "to 65 degrees of hue), or redraw (other places and shapes for each seed).",
      valueName: "profile"))
  var drift: SimulatorSettings.Drift = .shade

  @Flag(help: "Answer the seed 0 with any picture, as some services do.")
  var seedZeroDraws = false

  @Flag(help: "Write a comment of its call into each file: bytes differ where pixels do not.")
  var callMetadata = false

  @Flag(help: "Put a mark into the lower right corner of pictures.")
  var watermark = false

  @Option(
    help: ArgumentHelp(
      "Decides what calls draw that their requests do not; another one each time unless given.",
      valueName: "n"))
  var callSeed: UInt64?

  @Option(help: ArgumentHelp("What goes wrong; may be given more than once.", valueName: "rule"))
  var fault: [String] = []

  @Option(help: ArgumentHelp("Chooses the orders that faults of a share meet.", valueName: "n"))
  var faultSeed = 0

  @Option(
    help: ArgumentHelp(
      "How long orders take: 1 as the service (8 to 45 s), 0.1 a tenth, 0 no pause.",
      valueName: "factor"))
  var timeFactor = 0.0

  @Option(help: ArgumentHelp("Orders at once; one more is answered with 429.", valueName: "n"))
  var inFlight: Int?

  @Option(help: ArgumentHelp("Orders a minute; one more is answered with 429.", valueName: "n"))
  var perMinute: Int?

  @Option(
    help: ArgumentHelp(
      "Images a minute; an order of more is answered with 429.", valueName: "n"))
  var imagesPerMinute: Int?

  @Flag(help: "Say with Retry-After when to come back, where one of these limits refuses.")
  var retryAfter = false

  @Option(help: ArgumentHelp("Seconds after which a result link is gone.", valueName: "s"))
  var linkSeconds: Int?

  func validate() throws {
    let limits = [
      ("--in-flight", inFlight), ("--per-minute", perMinute),
      ("--images-per-minute", imagesPerMinute),
    ]
    for (name, value) in limits {
      guard value ?? 1 > 0 else { throw ValidationError("\(name) must be 1 or more") }
    }
    guard linkSeconds ?? 0 >= 0 else { throw ValidationError("--link-seconds must be 0 or more") }
    guard timeFactor >= 0, timeFactor <= 100 else {
      throw ValidationError("--time-factor must be 0 to 100")
    }
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
    guard (1...100).contains(quality) else { throw ValidationError("--quality must be 1 to 100") }
  }

  /// The environment variable with options of this command for runs with `--endpoint simulator`.
  static let variable = "PROOFSHEET_SIMULATOR"

  /// What a simulator that is started for a run is told: the options of ``variable``, separated by
  /// blanks; the port is any free one.
  ///
  /// - Throws: ``CommandExit`` for options that this command does not take.
  static func settingsOfRun(_ context: CommandContext) throws -> SimulatorSettings {
    let words = (context.environment[variable] ?? "").split(whereSeparator: \.isWhitespace)
    let command: SimulateCommand
    do {
      command = try parse(words.map(String.init))
    } catch {
      throw CommandExit.usage(
        "\(variable): \(message(for: error))",
        hint: "it takes the options of 'proofsheet simulate --help', separated by blanks")
    }
    guard command.port == 0 else {
      throw CommandExit.usage(
        "\(variable): a run takes any free port", hint: "leave --port out")
    }
    return try command.settings()
  }

  /// What the options say.
  ///
  /// - Throws: ``CommandExit`` for a fault that is none.
  func settings() throws -> SimulatorSettings {
    var settings = SimulatorSettings()
    settings.port = UInt16(port)
    settings.codec = codec == .png && !canned ? .png : .jpeg(quality: quality)
    settings.isCanned = canned
    settings.seeds = seeds
    settings.drift = drift
    settings.drawsSeedZero = seedZeroDraws
    settings.stampsFiles = callMetadata
    settings.hasWatermark = watermark
    if let callSeed { settings.callSeed = callSeed }
    do {
      settings.faults = try fault.map { try FaultRule($0) }
    } catch {
      throw CommandExit.usage("--fault: \(error)")
    }
    settings.faultSeed = faultSeed
    settings.timeFactor = timeFactor
    settings.ordersPerMinute = perMinute
    settings.imagesPerMinute = imagesPerMinute
    settings.sendsRetryAfter = retryAfter
    settings.linkSeconds = linkSeconds
    if let inFlight { settings.ordersInFlightMax = inFlight }
    return settings
  }

  func run() async throws {
    let context = CommandContext.current
    let settings = try settings()
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let registration = context.onInterrupt { stop.yield() }
    defer { withExtendedLifetime(registration) {} }
    do {
      try await SimulatorServer.serving(settings) { _, url in
        context.output(url + "\n")
        context.say("the simulator is a stand-in and no model; stop it with control-C")
        for await _ in stops { break }
      }
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }
}
