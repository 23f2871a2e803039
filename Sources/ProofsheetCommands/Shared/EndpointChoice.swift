internal import ArgumentParser
internal import SeedreamAPI

/// Where requests go and with which key; only flags and environment decide, never the checkout.
struct EndpointOptions: ParsableArguments {
  /// The name of the variable that holds the key.
  static let keyVariable = "PROOFSHEET_API_KEY"
  /// The name of the variable that names the endpoint.
  static let endpointVariable = "PROOFSHEET_ENDPOINT"
  /// The word that starts the simulator for the run.
  static let simulatorWord = "simulator"

  @Option(
    help: ArgumentHelp(
      "The base URL of the API, or 'simulator' to start a stand-in for this run.",
      discussion: "Default: PROOFSHEET_ENDPOINT, else \(Endpoint.defaultURL).",
      valueName: "url"))
  var endpoint: String?

  @Option(help: "How the key is sent: bearer or raw.")
  var authScheme: SchemeArgument = .bearer
}

/// How the key is sent, as a flag names it.
enum SchemeArgument: String, CaseIterable, ExpressibleByArgument {
  case bearer
  case raw

  var scheme: AuthScheme { self == .bearer ? .bearer : .raw }
}

/// The endpoint of a run.
enum EndpointChoice {
  /// The stand-in, started for the run.
  case simulator
  /// A server that is there.
  case server(Endpoint)

  /// Decides by flag, then environment, then default.
  ///
  /// - Parameter needsKey: whether anything is to be bought.
  /// - Throws: ``CommandExit`` for a URL that is none, a key that is missing, or one that would
  ///   travel unencrypted.
  init(_ options: EndpointOptions, _ context: CommandContext, needsKey: Bool) throws {
    let text =
      options.endpoint ?? context.environment[EndpointOptions.endpointVariable]
      ?? Endpoint.defaultURL
    if text == EndpointOptions.simulatorWord {
      self = .simulator
      return
    }
    let base: HTTPURL
    do {
      base = try HTTPURL(text)
    } catch {
      // The text is not shown: it may hold a password.
      throw CommandExit.usage("--endpoint: \(error)", hint: "for example \(Endpoint.defaultURL)")
    }
    guard let key = context.environment[EndpointOptions.keyVariable], !key.isEmpty else {
      guard needsKey else {
        self = .server(Endpoint(base: base, authorization: nil))
        return
      }
      throw CommandExit.usage(
        "there is no API key for \(base.origin)",
        hint: "set \(EndpointOptions.keyVariable), or use --endpoint simulator")
    }
    guard base.scheme == .https || Self.isLoopback(base.host) else {
      throw CommandExit.usage(
        "\(base.origin) is not encrypted; the key would be readable on the way",
        hint: "use https; http is allowed for this machine only")
    }
    do {
      self = .server(
        Endpoint(
          base: base, authorization: try Authorization(scheme: options.authScheme.scheme, key: key))
      )
    } catch {
      throw CommandExit.usage("\(EndpointOptions.keyVariable): \(error)")
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1"
      || (host.hasPrefix("127.") && host.utf8.allSatisfy { $0 < UInt8(ascii: ":") })
  }
}
