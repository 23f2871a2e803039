internal import Canonical
internal import SeedreamAPI

extension SuiteSchema {
  /// The product of axes.
  static var matrix: JSONSchema {
    var axes: [String: JSONSchema] = [:]
    for field in RequestField.allCases { axes[field.rawValue] = axis(of: field) }
    axes["repeat"] = JSONSchema.whole(1...limits.repeatMax).saying(
      "Repeat", "How often each request is made.", default: .integer(1))
    return JSONSchema.mapping(axes, others: .ref("axis"))
      .with("propertyNames", JSONSchema.ref("axis-name").json)
      .and(
        .when(
          .having("repeat"), JSONSchema(["maxProperties": .integer(limits.axesMax + 1)]),
          otherwise: JSONSchema(["maxProperties": .integer(limits.axesMax)]))
      )
      .saying("Matrix", "The axes whose product makes the cases, the first outermost.")
  }

  /// Cases that are left out of the product.
  static var exclude: JSONSchema {
    JSONSchema.list(of: .ref("scope"), max: limits.excludesMax).saying(
      "Excluded cases", "Rules that name entries of axes; a case that meets one is left out.",
      examples: [
        .array([.members(["colour": .string("slate"), "size": .string("landscape_16_9")])])
      ])
  }

  /// Cases beside the product.
  static var include: JSONSchema {
    var keys = entryParts
    for field in RequestField.allCases { keys[field.rawValue] = included(field) }
    let notAxes = SuiteReader.reservedAxes.filter { entryParts[$0] == nil } + ["repeat"]
    let element = JSONSchema.mapping(keys, others: .ref("included-entry"))
      .with(
        "propertyNames",
        JSONSchema.ref("id").and(.not(JSONSchema(["enum": .strings(notAxes)]))).json)
    return JSONSchema.list(of: element, max: limits.includesMax).saying(
      "Included cases",
      "Cases beside those of the matrix; each names every axis of more than one entry.")
  }

  /// What every entry and included case takes beside fields and its value.
  static var entryParts: [String: JSONSchema] {
    [
      "id": .ref("entry-id"), "vars": .ref("variables"), "tags": .ref("tags"),
      "checks": .ref("entry-checks"),
    ]
  }

  static var axisDefinitions: [String: JSONSchema] {
    [
      "axis": axis.saying(
        "Axis", "Values of the variable of that name, or entries that set fields and variables."),
      "axis-name": JSONSchema.ref("id").and(
        .not(JSONSchema(["enum": .strings(SuiteReader.reservedAxes)]))
      ).saying("Name of an axis", "A name that is no word of filters and entries."),
      "sets-fields": setsFields,
      "entry": fieldEntry.saying("Entry", "An entry that sets fields of the request or variables."),
      "entry-variable": variableEntry.saying(
        "Value of a variable", "A text that is put into prompts, with or without an id."),
      "included-entry": JSONSchema.when(
        .ref("sets-fields"), .ref("entry"), otherwise: .ref("entry-variable")
      ).saying("Entry of an axis", "The id or the value of an entry, or a new entry."),
      "entry-id": JSONSchema.ref("id").saying(
        "Id", "What stands in case ids; without it one is made of the value."),
      "entry-checks": JSONSchema.ref("checks").saying(
        "Checks", "What is expected of its cases; each replaces the suite's check of that name."),
      "variables": variables,
      // 1 and 1.0 are two tags and one number, so that uniqueness is for the reader.
      "tags": JSONSchema.list(of: .ref("id"), max: limits.tagsMax).saying(
        "Tags", "Words by which filters find its cases."),
      "scope": scope,
      "scope-value": JSONSchema.when(.isMapping, .ref("pixels"), otherwise: .text),
      "where": JSONSchema.ref("scope").saying(
        "Where", "The cases that are meant: of each axis, the entries by id or value.",
        examples: [.members(["seed": .integer(42)])]),
    ]
  }
}

// Axes named for a field.
extension SuiteSchema {
  /// The definition of an entry of a field's axis.
  static func entryName(of field: RequestField) -> String { "entry-\(field.rawValue)" }

  private static func axis(of field: RequestField) -> JSONSchema {
    let title = value(of: field).members["title"]?.string ?? field.rawValue
    return JSONSchema.oneOrList(of: .ref(entryName(of: field)), max: limits.entriesPerAxisMax)
      .saying(title, "An axis of '\(field.rawValue)': its values, or entries {id, value}.")
  }

  /// A value of a field by itself, or as part of an entry.
  static func entry(of field: RequestField) -> JSONSchema {
    JSONSchema.when(isEntry(of: field), mapping(of: field), otherwise: plainValue(of: field))
      .saying(
        "Value of '\(field.rawValue)'", "A value, or an entry {id, value, vars, tags, checks}.")
  }

  /// Whether a mapping is an entry; for sizes it may be the value itself.
  private static func isEntry(of field: RequestField) -> JSONSchema {
    guard field == .size else { return .isMapping }
    return JSONSchema.isMapping.and(
      .any(
        .having("value"), .having(field.rawValue),
        .not(.any(.having("width"), .having("height")))))
  }

  private static func mapping(of field: RequestField) -> JSONSchema {
    var keys = entryParts.merging(fieldReferences) { part, _ in part }
    keys["value"] = .ref(name(of: field))
    return JSONSchema.mapping(keys)
      .with("oneOf", .array(["value", field.rawValue].map { JSONSchema.having($0).json }))
  }

  private static func plainValue(of field: RequestField) -> JSONSchema {
    guard field == .seed else { return .ref(name(of: field)) }
    return JSONSchema.any(.ref(name(of: .seed)), .string(matching: SchemaPattern.seeds))
      .with("examples", .strings(["1..4", "100..200 step 50"]))
  }

  /// What an included case says of a field: an entry of its axis by id or value, or a new value.
  private static func included(_ field: RequestField) -> JSONSchema {
    JSONSchema.when(
      .isMapping, .ref(entryName(of: field)), otherwise: .any(.text, .ref(name(of: field)))
    ).saying(
      value(of: field).members["title"]?.string ?? field.rawValue,
      "The entry of the axis '\(field.rawValue)' by id or value, or a value of its own.")
  }
}

// Axes named for a variable, and of entries that set several fields.
extension SuiteSchema {
  private static var axis: JSONSchema {
    let max = limits.entriesPerAxisMax
    return JSONSchema.when(
      .isList,
      .when(
        JSONSchema(["contains": JSONSchema.ref("sets-fields").json]),
        .list(of: .ref("entry"), min: 1, max: max),
        otherwise: .list(of: .ref("entry-variable"), min: 1, max: max)),
      otherwise: .ref("included-entry"))
  }

  /// Whether an entry sets what it names, which makes all entries of its axis do so.
  private static var setsFields: JSONSchema {
    let keys = ["vars"] + RequestField.allCases.map(\.rawValue)
    return JSONSchema.isMapping.and(
      .not(.having("value")), .any(keys.map { JSONSchema.having($0) }))
  }

  private static var fieldEntry: JSONSchema {
    let fields = RequestField.allCases.map { JSONSchema.having($0.rawValue) }
    let hasVariables = JSONSchema.having("vars").with(
      "properties",
      .members(["vars": JSONSchema(["minProperties": .integer(1)]).json]))
    return JSONSchema.mapping(
      entryParts.merging(fieldReferences) { part, _ in part }, required: ["id"]
    ).and(.any(fields + [hasVariables]))
  }

  private static var variableEntry: JSONSchema {
    var keys = entryParts.merging(fieldReferences) { part, _ in part }
    keys["value"] = literal.saying("Value", "The text that is put into prompts as it is.")
    return .when(.isMapping, .mapping(keys, required: ["value"]), otherwise: literal)
  }

  private static var variables: JSONSchema {
    let fields = RequestField.allCases.map(\.rawValue)
    return JSONSchema.mapping([:], others: literal)
      .with("propertyNames", JSONSchema.ref("id").and(.not(.words(fields))).json)
      .with("maxProperties", .integer(limits.variablesMax))
      .saying(
        "Variables", "Texts by name, which prompts take as {{name}}.",
        examples: [.members(["colour": .string("linen")])])
  }

  /// Entries by axis.
  private static var scope: JSONSchema {
    let entries = JSONSchema.oneOrList(of: .ref("scope-value"))
    var axes: [String: JSONSchema] = [:]
    for field in RequestField.allCases {
      axes[field.rawValue] = entries.saying(
        value(of: field).members["title"]?.string ?? field.rawValue,
        "Entries of the axis '\(field.rawValue)' by id or value.")
    }
    return JSONSchema.mapping(axes, others: entries)
      .with("minProperties", .integer(1))
      .with("propertyNames", JSONSchema.not(.constant(.string("repeat"))).json)
  }
}
