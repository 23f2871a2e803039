internal import Canonical
internal import SeedreamAPI

/// The schema of suite files.
enum SuiteSchema {
  static let limits = SuiteLimits.standard

  static var document: JSONSchema {
    JSONSchema.mapping(
      Dictionary(uniqueKeysWithValues: SuiteReader.keys.map { ($0, section($0)) }),
      required: ["version", "name"]
    )
    .saying(
      "Proofsheet suite", "A suite: fixed fields of the request, a matrix of cases, and checks."
    )
    .with("$schema", .string(LanguageSchema.dialect))
    .with("$defs", .object(JSONObject(definitions.map { ($0.key, $0.value.json) })))
  }

  /// A part of the suite by its key.
  static func section(_ key: String) -> JSONSchema {
    switch key {
    case "version":
      JSONSchema.constant(.integer(1)).saying(
        "Version", "The version of the suite language; this program reads version 1.")
    case "name":
      JSONSchema.ref("id").saying(
        "Name", "The suite's name, which also names its folder of recordings.",
        examples: [.string("mug-backgrounds")])
    case "description":
      JSONSchema.text.saying("Description", "What the suite is for, for people.")
    case "request":
      JSONSchema.mapping(fieldReferences).saying(
        "Fixed fields", "Fields of the request that are the same in every case.",
        examples: [.members(["output_format": .string("b64_json")])])
    case "matrix": matrix
    case "exclude": exclude
    case "include": include
    case "checks":
      JSONSchema.ref("checks").saying(
        "Checks",
        "What is expected of every case, beside the checks that are always on: count, size, "
          + "decodable, not-blank.",
        examples: [.array([.members(["baseline": .string("identical-bytes")])])])
    case "groups": groups
    case "known": known
    case "limits": suiteLimits
    default: preconditionFailure("the schema describes every key of a suite (was '\(key)')")
    }
  }

  /// What several places share, by name.
  static var definitions: [String: JSONSchema] {
    var definitions = scalars
    for field in RequestField.allCases {
      definitions[name(of: field)] = value(of: field)
      definitions[entryName(of: field)] = entry(of: field)
    }
    let others = [axisDefinitions, checkDefinitions, regionDefinitions]
    for (name, schema) in others.joined() { definitions[name] = schema }
    return definitions
  }

  /// Scalars of more than one place.
  private static var scalars: [String: JSONSchema] {
    [
      "id": id.saying(
        "Id", "Letters, digits, '.', '_' and single '-'; it becomes part of case ids."),
      "pixels": JSONSchema.mapping(sides, required: sides.keys.sorted()).saying(
        "Pixels", "A size in pixels."),
      "time": SharedSchema.time,
      "money": SharedSchema.money,
    ]
  }

  /// Width and height.
  static let sides = [
    "width": JSONSchema.whole(1...PixelSize.sideMax).saying("Width", "Pixels across."),
    "height": JSONSchema.whole(1...PixelSize.sideMax).saying("Height", "Pixels down."),
  ]

  /// An id that its author chose.
  static var id: JSONSchema {
    JSONSchema.text(matching: SchemaPattern.id)
      .with("maxLength", .integer(IdentifierRule.byteCountMax))
      // A number or a truth value is read as it is written, and no id starts with a minus sign.
      .with("minimum", .integer(0))
      .and(.not(JSONSchema(["enum": .strings([".", ".."])])))
  }

  /// Text that is no template.
  static let literal = JSONSchema.text.and(.lacking(SchemaPattern.mark))
}

// Groups, known failures and limits.
extension SuiteSchema {
  private static var groups: JSONSchema {
    JSONSchema.list(
      of: .mapping(
        [
          "across": JSONSchema.ref("id").saying(
            "Across", "The axis in which the cases of a group differ, or 'repeat'.",
            examples: [.string("repeat"), .string("seed")]),
          "expect": JSONSchema.words(of: GroupExpectation.self).saying(
            "Expectation", "What holds between the pictures of a group."),
          "severity": .ref("severity"),
          "where": JSONSchema.ref("where"),
        ], required: ["across", "expect"]), max: limits.groupsMax
    ).saying(
      "Groups", "Checks over the cases that differ in nothing but one axis, or in the repeat.",
      examples: [
        .array([.members(["across": .string("seed"), "expect": .string("distinct")])])
      ])
  }

  private static var known: JSONSchema {
    let day = JSONSchema.string(matching: SchemaPattern.day).with("format", .string("date"))
    return JSONSchema.list(
      of: .mapping(
        [
          "where": JSONSchema.ref("where"),
          "reason": JSONSchema.text(matching: SchemaPattern.visible).saying(
            "Reason", "Why the cases fail, for people and reports.",
            examples: [.string("watermark overlaps")]),
          "until": day.saying(
            "Until", "The last day on which they may fail, in UTC.",
            examples: [.string("2027-01-31")]),
        ], required: ["where", "reason"]), max: limits.knownMax
    ).saying(
      "Known failures",
      "Cases that may fail for a while: they run, and are told when they pass again.")
  }

  private static var suiteLimits: JSONSchema {
    JSONSchema.mapping(
      Dictionary(
        uniqueKeysWithValues: SuiteReader.runLimitNames.map {
          ($0, SharedSchema.limit($0))
        })
    ).saying("Limits", "What a run of this suite may use at most.")
  }
}
