internal import Canonical
internal import SeedreamAPI

/// The schema of configuration files.
enum ConfigSchema {
  static var document: JSONSchema {
    JSONSchema.mapping(
      Dictionary(uniqueKeysWithValues: ConfigReader.keys.map { ($0, section($0)) }),
      required: ["version"]
    )
    .saying(
      "Proofsheet configuration", "The settings of a project, or of a user."
    )
    .with("$schema", .string(LanguageSchema.dialect))
    .with(
      "$defs",
      .members(["money": SharedSchema.money.json, "time": SharedSchema.time.json]))
  }

  private static func section(_ key: String) -> JSONSchema {
    switch key {
    case "version":
      JSONSchema.constant(.integer(1)).saying(
        "Version", "The version of the configuration's language; this program reads version 1.")
    case "endpoint":
      JSONSchema.string(matching: SchemaPattern.server)
        .and(.string(matching: SchemaPattern.urlCharacters)).saying(
          "Endpoint", "The URL before the API's paths, or 'simulator'.",
          default: .string(Endpoint.defaultURL), examples: [.string(EndpointName.simulatorWord)])
    case "auth":
      JSONSchema.mapping([
        "scheme": JSONSchema.words(of: AuthScheme.self).saying(
          "Scheme", "Whether the key is sent after 'Bearer', or as it is.",
          default: .string(AuthScheme.bearer.rawValue)),
        "key_variable": JSONSchema.string(matching: SchemaPattern.variable).saying(
          "Key variable", "The environment variable that holds the key.",
          default: .string("PROOFSHEET_API_KEY")),
      ]).saying("Authentication", "How the key is found and sent.")
    case "limits":
      JSONSchema.mapping(
        Dictionary(
          uniqueKeysWithValues: ConfigReader.limitNames.map { ($0, SharedSchema.limit($0)) })
      ).saying("Limits", "What a run may use at most.")
    case "prices": prices
    case "paths":
      JSONSchema.mapping([
        "fixtures": folder.saying(
          "Recordings", "The folder of recordings, relative to this file.",
          default: .string("fixtures")),
        "reports": folder.saying(
          "Reports", "The folder of the run store and of reports, relative to this file.",
          default: .string("reports")),
      ]).saying("Paths", "Where a project keeps what it records and reports.")
    case "blob_store":
      JSONSchema.mapping([
        "push": blobCommand.saying(
          "Push", "The program that 'fixtures push' hands pictures to.",
          examples: [
            .strings(["rclone", "copy", "--files-from", "{list}", "{folder}", "store:{suite}"])
          ]),
        "pull": blobCommand.saying(
          "Pull", "The program that 'fixtures pull' fetches pictures with.",
          examples: [
            .strings(["rclone", "copy", "--files-from", "{list}", "store:{suite}", "{folder}"])
          ]),
        "timeout": JSONSchema.ref("time").saying(
          "Timeout", "How long either may take.", default: .string("3600s")),
      ]).saying(
        "Store of pictures",
        "Programs that carry pictures between a suite's folder and a store; {folder}, {list} and "
          + "{suite} are filled in.")
    case "allow_hosts":
      JSONSchema.list(of: .text(matching: SchemaPattern.host), max: ConfigReader.hostsMax).saying(
        "Allowed hosts",
        "Hosts that the key may be sent to; only the user's own file may say so.",
        examples: [.strings(["api.example.com"])])
    default: preconditionFailure("the schema describes every key of a config (was '\(key)')")
    }
  }

  private static let blobCommand = JSONSchema.list(
    of: .text, max: BlobCommand.argumentsMax
  ).with("minItems", .integer(3))

  private static let folder = JSONSchema.text.with("minLength", .integer(1))
    .and(.lacking(SchemaPattern.controlCharacter))

  private static var prices: JSONSchema {
    JSONSchema.mapping(
      [
        "as_of": JSONSchema.string(matching: SchemaPattern.day).with("format", .string("date"))
          .saying("As of", "The day on which the prices held.", examples: [.string("2026-11-01")]),
        "models": JSONSchema.mapping(
          [:],
          others: JSONSchema.ref("money").saying("Price", "Dollars of one picture.")
        )
        .with("propertyNames", JSONSchema.string(matching: SchemaPattern.visible).json)
        .with("minProperties", .integer(1)).with("maxProperties", .integer(ConfigReader.pricesMax))
        .saying(
          "Models", "Dollars of one picture by the model's name."),
      ], required: ["as_of", "models"]
    ).saying("Prices", "What pictures cost, for plans and caps.")
  }
}
