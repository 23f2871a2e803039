internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Measures how deterministic an endpoint is.
struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Measure how deterministic an endpoint is, and recommend a level for baselines.",
    discussion: """
      Takes one case of the suite, the first that --filter selects, and buys the same request several \
      times, the same with other seeds, one for four pictures, one in the other delivery format, and \
      the seed 0 twice. The pictures are compared, and the endpoint is one of

      byte            the same request gives the same bytes
      pixel           … the same pixels
      near            … the same picture but for noise and encoding
      seed-effective  … pictures that are nearer to each other than those of other seeds
      free            … any picture: a seed has no effect that can be seen

      'suites/<suite>.probe.json' keeps what was found; 'baseline: auto' follows it, so commit it. Of a \
      free endpoint 'auto' compares at least 4 approved and 4 new pictures, and fewer are unapproved; \
      only the replay of the approved bytes passes, for nothing new is judged there.
      Prices are shown first; what is paid for is kept, and after an interruption the same command \
      buys only the rest. No sample becomes a recording.
      """)

  @Argument(help: ArgumentHelp("A suite file.", valueName: "suite"))
  var suite: String

  @Option(
    help: ArgumentHelp(
      "Of which case requests are made: the first that is selected.",
      discussion: FilterReading.help))
  var filter: [String] = []

  @Option(
    help: ArgumentHelp(
      "How often one seed is asked for, and how many other seeds: "
        + "\(ProbeDesign.samplesRange.lowerBound) to \(ProbeDesign.samplesRange.upperBound).",
      valueName: "n"))
  var samples = ProbeDesign.samplesDefault

  @Option(help: "What goes to standard output: text or json (the content of the file).")
  var format: OutputFormat = .text

  @OptionGroup var folders: FolderOptions
  @OptionGroup var endpoint: EndpointOptions
  @OptionGroup var pace: PaceOptions
  @OptionGroup var spending: SpendingOptions

  private var flags: [SettingName: String] {
    [folders.flags, endpoint.flags, pace.flags, spending.flags].reduce(into: [:]) {
      $0.merge($1) { $1 }
    }
  }

  func validate() throws {
    let range = ProbeDesign.samplesRange
    guard range.contains(samples) else {
      throw ValidationError("--samples must be \(range.lowerBound) to \(range.upperBound)")
    }
  }

  func run() async throws {
    let prepared = try PreparedSuites(
      [suite], filter: filter, flags: flags, config: folders.config, CommandContext.current)
    guard prepared.set.members.count == 1, let member = prepared.set.members.first else {
      throw CommandExit.usage("\(suite) holds several suites; name one")
    }
    let status = try await ProbeSession(command: self, prepared, member).run()
    if status != .success { throw CommandExit(status) }
  }
}
