internal import ArgumentParser
internal import SeedreamAPI
internal import Suites

/// Where requests go and how the key is sent.
struct EndpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The base URL of the API, or 'simulator' to start a stand-in for this run.",
      discussion: "Default: PROOFSHEET_ENDPOINT, else the configuration, else "
        + "\(Endpoint.defaultURL). \(SimulateCommand.variable) holds options of 'proofsheet "
        + "simulate' for the stand-in.",
      valueName: "url"))
  var endpoint: String?

  @Option(help: "How the key is sent: bearer (default) or raw.")
  var authScheme: SchemeArgument?

  /// What was stated, as it was written.
  var flags: [SettingName: String] {
    [.endpoint: endpoint, .authScheme: authScheme?.rawValue].compactMapValues(\.self)
  }
}

/// How the key is sent, as a flag names it.
enum SchemeArgument: String, CaseIterable, ExpressibleByArgument {
  case bearer
  case raw
}

/// The endpoint of a run.
enum EndpointChoice {
  /// The stand-in, started for the run.
  case simulator
  /// A server that is there.
  case server(Endpoint)

  /// Puts the endpoint of the settings together with the key.
  ///
  /// - Parameter needsKey: whether anything is to be bought.
  /// - Throws: ``CommandExit`` for a host that only a file of the project names, a key that is
  ///   missing, or one that would travel unencrypted.
  init(
    _ settings: Settings, userFile: String, _ context: CommandContext, needsKey: Bool
  ) throws {
    guard case .server(let base) = settings.endpoint.value else {
      self = .simulator
      return
    }
    if let refusal = HostRule.refusal(base, settings, userFile: userFile) {
      guard !needsKey else { throw CommandExit.usage(refusal.message, hint: refusal.hint) }
      self = .server(Endpoint(base: base, authorization: nil))
      return
    }
    let variable = settings.keyVariable.value
    guard let key = context.environment[variable], !key.isEmpty else {
      guard needsKey else {
        self = .server(Endpoint(base: base, authorization: nil))
        return
      }
      throw CommandExit.usage(
        "there is no API key for \(base.origin)",
        hint: "set \(variable), or use --endpoint simulator")
    }
    guard base.scheme == .https || HostRule.isLoopback(base.host) else {
      throw CommandExit.usage(
        "\(base.origin) is not encrypted; the key would be readable on the way",
        hint: "use https; http is allowed for this machine only")
    }
    do {
      let authorization = try Authorization(scheme: settings.authScheme.value, key: key)
      self = .server(Endpoint(base: base, authorization: authorization))
    } catch {
      throw CommandExit.usage("\(variable): \(error)")
    }
  }
}
