internal import Canonical
internal import SeedreamAPI

extension SuiteSchema {
  static let checkNames = [
    "count", "size", "decodable", "not-blank", "format", "latency", "cost", "revised-prompt",
    "blocked", "baseline", "preserve", "change", "similar-to", "command",
  ]
  /// Checks whose value is `true`, so that their name alone says all.
  static let flagChecks = ["decodable", "not-blank", "blocked"]

  static var checkDefinitions: [String: JSONSchema] {
    var definitions = [
      "check": check, "checks": JSONSchema.list(of: .ref("check"), max: limits.checksMax),
    ]
    for name in checkNames { definitions["check-\(name)"] = described(name) }
    return definitions
  }

  /// What a check that fails does.
  static var severity: JSONSchema {
    JSONSchema.words(of: CheckSeverity.self).saying(
      "Severity", "Whether the case fails, or only says so.",
      default: .string(CheckSeverity.fail.rawValue))
  }

  /// What every check takes beside what it expects.
  static var options: [String: JSONSchema] { ["severity": severity, "where": .ref("where")] }

  /// A check by its name alone, or its name with what it expects.
  private static var check: JSONSchema {
    var keys = options
    for name in checkNames { keys[name] = .ref("check-\(name)") }
    let named = JSONSchema.mapping(keys)
      .with("oneOf", .array(checkNames.map { JSONSchema.having($0).json }))
      .and(once("severity"), once("where"))
    return JSONSchema.when(.isMapping, named, otherwise: .words(flagChecks)).saying(
      "Check", "One expectation, {name: what}, with 'severity' and 'where' where they matter.")
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

  private static func described(_ name: String) -> JSONSchema {
    let (title, description) = words(for: name)
    return expectation(of: name).saying(title, description)
  }

  /// What a check expects.
  private static func expectation(of name: String) -> JSONSchema {
    switch name {
    case "count": .any(asRequested, .whole(1...ModelLimits.picturesMax))
    case "size":
      .when(
        .isMapping, withOptions(sides, required: sides.keys.sorted()), otherwise: asRequested)
    case "decodable", "not-blank", "blocked": .constant(.bool(true))
    case "format":
      .oneOrList(of: .words(["png", "jpeg", "webp"])).with("uniqueItems", .bool(true))
    case "latency":
      withOptions(
        ["max": JSONSchema.ref("time").saying("Longest time", "What the answer may take.")],
        required: ["max"])
    case "cost":
      withOptions(
        ["max": JSONSchema.ref("money").saying("Most dollars", "What the case may cost.")],
        required: ["max"])
    case "revised-prompt":
      .when(
        .isMapping,
        withOptions(
          [
            "contains": JSONSchema.text.with("minLength", .integer(1)).saying(
              "Contains", "What the prompt that the service made must contain.")
          ], required: ["contains"]), otherwise: .words(["present", "absent", "unchanged"]))
    case "baseline": baseline
    case "preserve": preserve
    case "change": change
    case "similar-to": similarTo
    case "command": command
    default: preconditionFailure("the schema describes every check (was '\(name)')")
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
    withOptions(
      [
        "run": JSONSchema.list(of: .text, min: 1).saying(
          "Arguments", "The program and its arguments; no shell reads them.",
          examples: [.strings(["python3", "checks/is_dusk.py"])]),
        "timeout": JSONSchema.ref("time").saying(
          "Timeout", "How long the program may run, at most ten minutes.",
          default: .string("60s")),
      ], required: ["run"])
  }

  private static func words(for name: String) -> (title: String, description: String) {
    switch name {
    case "count": ("Count", "How many pictures come back.")
    case "size": ("Size", "Which size every picture has.")
    case "decodable": ("Decodable", "Every picture can be decoded.")
    case "not-blank": ("Not blank", "No picture is of one colour.")
    case "format": ("Format", "Which codec the pictures have, or one of several.")
    case "latency": ("Latency", "The answer is there within a time; in replay, the recorded time.")
    case "cost": ("Cost", "The case costs at most so many dollars.")
    case "revised-prompt": ("Revised prompt", "What the service made of the prompt.")
    case "blocked": ("Blocked", "A safety check is expected to refuse the request.")
    case "baseline": ("Baseline", "Every picture equals one that was approved.")
    case "preserve": ("Preserve", "What lies in a region, or outside of it, is as in the input.")
    case "change": ("Change", "A region, or what lies outside of it, differs from the input.")
    case "similar-to": ("Similar to", "Every picture resembles a file, or another case's picture.")
    case "command": ("Command", "A program judges the pictures; it runs with --allow-commands.")
    default: preconditionFailure("the schema describes every check (was '\(name)')")
    }
  }
}
