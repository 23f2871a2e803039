internal import Canonical
internal import SeedreamAPI

extension SuiteSchema {
  static var checkDefinitions: [String: JSONSchema] {
    var definitions = [
      "check": check, "checks": JSONSchema.list(of: .ref("check"), max: limits.checksMax),
      "severity": severity,
    ]
    for name in CheckName.allCases { definitions[definition(of: name)] = described(name) }
    return definitions
  }

  private static func definition(of name: CheckName) -> String { "check-\(name.rawValue)" }

  /// What a check that fails does.
  private static var severity: JSONSchema {
    JSONSchema.words(of: CheckSeverity.self).saying(
      "Severity", "Whether the case fails, or only says so.",
      default: .string(CheckSeverity.fail.rawValue))
  }

  /// What every check takes beside what it expects.
  static var options: [String: JSONSchema] {
    ["severity": .ref("severity"), "where": .ref("where")]
  }

  /// A check by its name alone, or its name with what it expects.
  private static var check: JSONSchema {
    var keys = options
    keys["name"] = ownName
    for name in CheckName.allCases { keys[name.rawValue] = .ref(definition(of: name)) }
    let named = JSONSchema.mapping(keys)
      .with("oneOf", .array(CheckName.allCases.map { JSONSchema.having($0.rawValue).json }))
      .and(once("severity"), once("where"), once("name"))
      .and(
        JSONSchema.when(
          .having("name"), .any(repeatable.map { JSONSchema.having($0.rawValue) })))
    let bare = CheckName.allCases.filter(\.takesTrue).map(\.rawValue)
    return JSONSchema.when(.isMapping, named, otherwise: .words(bare)).saying(
      "Check",
      "One expectation, {name: what}, with 'severity', 'where' and 'name' where they matter.")
  }

  /// Checks of which a list may hold several.
  private static let repeatable = CheckName.allCases.filter(\.mayRepeat)

  /// A name that no check has without being given it.
  static var ownName: JSONSchema {
    let kinds = CheckName.allCases.map(\.rawValue).joined(separator: "|")
    return
      id
      .and(JSONSchema.lacking("^(\(kinds))(-[0-9]*)?$"))
      .saying(
        "Name", "What reports call the check; several of a kind are numbered without.",
        examples: [.string("lpips")])
  }

  /// A mapping of what a check expects of which a list may hold several.
  static func withName(
    _ keys: [String: JSONSchema], required: [String] = []
  ) -> JSONSchema {
    withOptions(keys.merging(["name": ownName]) { own, _ in own }, required: required)
  }

  /// An option stands beside the check's name or among what it expects, not in both places.
  private static func once(_ option: String) -> JSONSchema {
    let others = JSONSchema([
      "additionalProperties": JSONSchema.not(
        JSONSchema.isMapping.with("required", .strings([option]))
      ).json
    ])
    // The entries of a 'where' may well name an axis like an option.
    return .when(
      .having(option), others.with("properties", .members(["where": .bool(true)])))
  }

  private static func described(_ name: CheckName) -> JSONSchema {
    let (title, description) = words(for: name)
    return expectation(of: name).saying(title, description)
  }

  /// What a check expects.
  private static func expectation(of name: CheckName) -> JSONSchema {
    switch name {
    case .count: .any(asRequested, .whole(1...ModelLimits.picturesMax))
    case .size:
      .when(
        .isMapping, withOptions(sides, required: sides.keys.sorted()), otherwise: asRequested)
    case .decodable, .notBlank, .blocked: .constant(.bool(true))
    case .format:
      .oneOrList(of: .words(of: PictureCodec.self)).with("uniqueItems", .bool(true))
    case .latency:
      withOptions(
        ["max": JSONSchema.ref("time").saying("Longest time", "What the answer may take.")],
        required: ["max"])
    case .cost:
      withOptions(
        ["max": JSONSchema.ref("money").saying("Most dollars", "What the case may cost.")],
        required: ["max"])
    case .revisedPrompt:
      .when(
        .isMapping,
        withOptions(
          [
            "contains": JSONSchema.text.with("minLength", .integer(1)).saying(
              "Contains", "What the prompt that the service made must contain.")
          ], required: ["contains"]), otherwise: .words(["present", "absent", "unchanged"]))
    case .error: .words(CheckKind.expectableErrors.map(\.rawValue))
    case .baseline: baseline
    case .preserve: preserve
    case .change: change
    case .similarTo: similarTo
    case .command: command
    }
  }

  private static let asRequested = JSONSchema.constant(.string("as-requested"))

  /// A mapping of what a check expects, which may hold its options.
  static func withOptions(
    _ keys: [String: JSONSchema], required: [String] = []
  ) -> JSONSchema {
    .mapping(keys.merging(options) { own, _ in own }, required: required)
  }

  private static var command: JSONSchema {
    let argument = JSONSchema.text.with("maxLength", .integer(limits.argumentByteCountMax))
    let arguments = JSONSchema.list(of: argument, min: 1, max: limits.argumentsMax)
      .with(
        "prefixItems",
        .array([argument.with("pattern", .string(SchemaPattern.visible)).json]))
    return withName(
      [
        "run": arguments.saying(
          "Arguments", "The program and its arguments; no shell reads them.",
          examples: [.strings(["python3", "checks/is_dusk.py"])]),
        "timeout": JSONSchema.ref("time").saying(
          "Timeout",
          "How long the program may run, at most "
            + "\(TimeText.text(of: CommandExpectation.timeoutMax)).",
          default: .string(TimeText.text(of: CommandExpectation.timeoutDefault))),
      ], required: ["run"])
  }

  private static func words(for name: CheckName) -> (title: String, description: String) {
    switch name {
    case .count: ("Count", "How many pictures come back.")
    case .size: ("Size", "Which size every picture has.")
    case .decodable: ("Decodable", "Every picture can be decoded.")
    case .notBlank: ("Not blank", "No picture is of one colour.")
    case .format: ("Format", "Which codec the pictures have, or one of several.")
    case .latency: ("Latency", "The answer is there within a time; in replay, the recorded time.")
    case .cost: ("Cost", "The case costs at most so many dollars.")
    case .revisedPrompt: ("Revised prompt", "What the service made of the prompt.")
    case .blocked: ("Blocked", "A safety check is expected to refuse the request.")
    case .error: ("Error", "The service is expected to answer with an error of this kind.")
    case .baseline: ("Baseline", "Every picture equals one that was approved.")
    case .preserve: ("Preserve", "What lies in a region, or outside of it, is as in the input.")
    case .change: ("Change", "A region, or what lies outside of it, differs from the input.")
    case .similarTo: ("Similar to", "Every picture resembles a file, or another case's picture.")
    case .command: ("Command", "A program judges the pictures; it runs with --allow-commands.")
    }
  }
}
