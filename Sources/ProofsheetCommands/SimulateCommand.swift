internal import ArgumentParser
internal import Experiments
internal import Simulator
internal import Synchronization

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
      """)

  @Option(help: ArgumentHelp("The port; 0 takes any that is free.", valueName: "port"))
  var port = 0

  @Option(help: "The codec of pictures: png or jpeg.")
  var codec: Codec = .png

  @Option(help: ArgumentHelp("The quality of JPEG, 1 to 100.", valueName: "q"))
  var quality = 85

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
    guard (1...100).contains(quality) else { throw ValidationError("--quality must be 1 to 100") }
  }

  func run() async throws {
    let context = CommandContext.current
    var settings = SimulatorSettings()
    settings.port = UInt16(port)
    settings.codec = codec == .png ? .png : .jpeg(quality: quality)
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
