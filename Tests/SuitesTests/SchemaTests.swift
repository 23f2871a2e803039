import Canonical
import Foundation
import SeedreamAPI
import SystemPackage
import Testing

@testable import Suites

/// The JSON Schemas of suite and config files.
struct SchemaTests {
  static let suite = LanguageSchema.suite.json
  static let config = LanguageSchema.config.json

  /// A part of a schema by the names that lead to it.
  static func part(_ schema: JSONValue, _ path: String) throws -> JSONValue {
    var part = schema
    for name in path.split(separator: " ") {
      part = try #require(part[String(name)], "the schema has no \(path)")
    }
    return part
  }

  static func names(_ schema: JSONValue, _ path: String) throws -> [String] {
    let object = try #require(try part(schema, path).object)
    return object.map(\.name).sorted()
  }

  static func words(_ schema: JSONValue, _ path: String) throws -> [String] {
    try #require(try part(schema, path).array).compactMap(\.string).sorted()
  }

  @Test(arguments: LanguageSchema.allCases)
  func `The schema in the repository is the one that is made`(schema: LanguageSchema) throws {
    let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .removingLastComponent().appending("schema").appending(schema.fileName)
    let bytes = try DurableFile.read(path, byteCountMax: 10_000_000)
    #expect(
      bytes == schema.fileBytes,
      "renew schema/\(schema.fileName) with: proofsheet schema --output schema")
  }

  @Test(arguments: RequestField.allCases)
  func `Every field of the request stands wherever fields may`(field: RequestField) throws {
    let name = field.rawValue
    for place in [
      "properties request properties", "properties matrix properties",
      "properties include items properties", "$defs entry properties",
      "$defs entry-variable then properties", "$defs entry-\(name) then properties",
      "$defs scope properties",
    ] {
      #expect(try Self.names(Self.suite, place).contains(name), "\(place)")
    }
    let definition = try Self.part(Self.suite, "$defs field-\(name)")
    #expect(definition["title"]?.string?.isEmpty == false)
    let hasDefault = definition["default"] != nil
    #expect(hasDefault == ![.prompt, .images, .seed].contains(field))
  }

  @Test(arguments: CheckName.allCases)
  func `Every check has a schema of its own`(name: CheckName) throws {
    let check = try Self.part(Self.suite, "$defs check then")
    #expect(
      check["properties"]?[name.rawValue]?["$ref"] == .string("#/$defs/check-\(name.rawValue)"))
    let required = JSONValue.members(["required": .array([.string(name.rawValue)])])
    #expect(check["oneOf"]?.array?.contains(required) == true)
    #expect(try Self.part(Self.suite, "$defs check-\(name.rawValue)")["description"] != nil)
    let isBare = try Self.words(Self.suite, "$defs check else enum").contains(name.rawValue)
    #expect(isBare == name.takesTrue)
  }

  /// Keys by the place in the schema that must have them all.
  private static let fields = RequestField.allCases.map(\.rawValue)
  private static let options = SuiteReader.optionNames
  private static let keys: [(String, [String])] = [
    ("properties", SuiteReader.keys),
    ("properties limits properties", SuiteReader.runLimitNames),
    ("properties groups items properties", SuiteReader.groupNames + options),
    ("properties known items properties", SuiteReader.knownNames),
    ("$defs entry properties", SuiteReader.entryNames + fields),
    (
      "$defs entry-seed then properties",
      SuiteReader.entryNames + ["value"] + fields
    ),
    (
      "$defs check then properties",
      SuiteReader.checkOptionNames + CheckName.allCases.map(\.rawValue)
    ),
    (
      "$defs check-baseline then properties",
      options + ["level", "order"] + SuiteReader.thresholdNames
    ),
    (
      "$defs check-similar-to then properties",
      SuiteReader.checkOptionNames + ["file", "case", "level"] + SuiteReader.thresholdNames
    ),
    (
      "$defs check-preserve properties",
      SuiteReader.checkOptionNames + SuiteReader.partNames + SuiteReader.preserveLimitNames
    ),
    (
      "$defs check-change properties",
      SuiteReader.checkOptionNames + SuiteReader.partNames + ["changed"]
    ),
    ("$defs region then properties", SuiteReader.shapeNames),
  ]

  @Test(arguments: keys)
  func `The keys of a suite are those of the reader`(place: String, keys: [String]) throws {
    #expect(try Self.names(Self.suite, place) == keys.sorted())
  }

  @Test(arguments: [
    ("properties", ConfigReader.keys),
    ("properties limits properties", ConfigReader.limitNames),
    ("properties auth properties", ConfigReader.authNames),
    ("properties prices properties", ConfigReader.priceNames),
    ("properties paths properties", ConfigReader.pathNames),
    ("properties blob_store properties", ConfigReader.blobStoreNames),
  ])
  func `The keys of a configuration are those of the reader`(place: String, keys: [String]) throws {
    #expect(try Self.names(Self.config, place) == keys.sorted())
  }

  /// Words by the place in the schema that must have them all.
  private static let wordLists: [(String, [String])] = [
    ("$defs field-size else enum", SizePreset.allCases.map(\.rawValue)),
    ("$defs field-enhance_prompt_mode enum", EnhancePromptMode.allCases.map(\.rawValue)),
    ("$defs field-output_format enum", DeliveryFormat.allCases.map(\.rawValue)),
    ("$defs severity enum", CheckSeverity.allCases.map(\.rawValue)),
    ("$defs check-format then items enum", PictureCodec.allCases.map(\.rawValue)),
    ("$defs check-format else enum", PictureCodec.allCases.map(\.rawValue)),
    ("$defs check-baseline else enum", BaselineLevel.allCases.map(\.rawValue)),
    (
      "$defs check-baseline then properties level enum",
      BaselineLevel.allCases.map(\.rawValue)
    ),
    (
      "$defs check-baseline then properties order enum",
      BaselineExpectation.Order.allCases.map(\.rawValue)
    ),
    (
      "$defs check-similar-to then properties level enum",
      ComparisonLevel.allCases.map(\.rawValue)
    ),
    (
      "properties groups items properties expect enum",
      GroupExpectation.allCases.map(\.rawValue)
    ),
  ]

  @Test(arguments: wordLists)
  func `The words of a suite are those of the reader`(place: String, words: [String]) throws {
    #expect(try Self.words(Self.suite, place) == words.sorted())
  }

  @Test func `The words of a configuration are those of the reader`() throws {
    #expect(
      try Self.words(Self.config, "properties auth properties scheme enum")
        == AuthScheme.allCases.map(\.rawValue).sorted())
  }

  @Test(arguments: [
    ("properties exclude maxItems", SuiteLimits.standard.excludesMax),
    ("properties include maxItems", SuiteLimits.standard.includesMax),
    ("properties known maxItems", SuiteLimits.standard.knownMax),
    ("properties groups maxItems", SuiteLimits.standard.groupsMax),
    ("properties matrix properties repeat maximum", SuiteLimits.standard.repeatMax),
    ("properties matrix properties seed then maxItems", SuiteLimits.standard.entriesPerAxisMax),
    ("$defs tags maxItems", SuiteLimits.standard.tagsMax),
    ("$defs variables maxProperties", SuiteLimits.standard.variablesMax),
    ("$defs checks maxItems", SuiteLimits.standard.checksMax),
    ("$defs check-command properties run maxItems", SuiteLimits.standard.argumentsMax),
    ("$defs field-images then maxItems", ModelLimits.imagesMax),
    ("$defs field-n maximum", ModelLimits.picturesMax),
    ("$defs field-seed maximum", Seed.range.upperBound),
    ("$defs pixels properties width maximum", PixelSize.sideMax),
    ("$defs id maxLength", IdentifierRule.byteCountMax),
    ("properties limits properties concurrency maximum", RunLimits.concurrencyRange.upperBound),
    ("properties limits properties max_requests maximum", RunLimits.requestsRange.upperBound),
  ])
  func `Limits are those of the reader`(place: String, limit: Int) throws {
    #expect(try Self.part(Self.suite, place).integer == limit)
  }

  @Test(arguments: LanguageSchema.allCases)
  func `Every property says what it is in one sentence`(schema: LanguageSchema) throws {
    let document = schema.json
    var count = 0
    try Self.visit(document) { node, path in
      // Conditions are no properties, for nobody sees them.
      guard !path.contains(where: { ["if", "not", "oneOf", "anyOf"].contains($0) }) else { return }
      for member in node["properties"]?.object ?? JSONObject() {
        guard member.value.object != nil else { continue }
        if path.contains("allOf") { continue }
        count += 1
        var described = member.value
        if described["title"] == nil, let name = described["$ref"]?.string?.split(separator: "/") {
          described = try Self.part(document, "$defs \(name.last ?? "")")
        }
        let place = (path + [member.name]).joined(separator: "/")
        let title = described["title"]?.string ?? ""
        let sentence = described["description"]?.string ?? ""
        #expect(!title.isEmpty, "\(place)")
        #expect(sentence.hasSuffix(".") && !sentence.dropLast().contains(". "), "\(place)")
      }
    }
    #expect(count > 15)
  }

  @Test(arguments: LanguageSchema.allCases)
  func `Patterns are read by every engine and references lead somewhere`(
    schema: LanguageSchema
  ) throws {
    let document = schema.json
    try Self.visit(document) { node, _ in
      if let pattern = node["pattern"]?.string {
        #expect(!pattern.contains("(?"), "look-around is not known everywhere: \(pattern)")
        #expect(throws: Never.self) { try NSRegularExpression(pattern: pattern) }
      }
      if let reference = node["$ref"]?.string {
        let name = try #require(reference.split(separator: "/").last)
        #expect(document["$defs"]?[String(name)] != nil, "\(reference)")
      }
    }
  }

  /// Calls a body with every object of a schema and the names that lead to it.
  static func visit(
    _ node: JSONValue, _ path: [String] = [], _ body: (JSONValue, [String]) throws -> Void
  ) throws {
    switch node {
    case .object(let object):
      try body(node, path)
      for member in object { try visit(member.value, path + [member.name], body) }
    case .array(let elements):
      for element in elements { try visit(element, path, body) }
    default: break
    }
  }
}
