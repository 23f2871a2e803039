internal import Canonical
internal import SeedreamAPI

extension SuiteSchema {
  /// The definition of a field's value.
  static func name(of field: RequestField) -> String { "field-\(field.rawValue)" }

  /// Every field of the request by its name.
  static var fieldReferences: [String: JSONSchema] {
    Dictionary(
      uniqueKeysWithValues: RequestField.allCases.map { ($0.rawValue, .ref(name(of: $0))) })
  }

  /// The value of a field, with the contract's default.
  static func value(of field: RequestField) -> JSONSchema {
    let words = words(for: field)
    return type(of: field).saying(
      words.title, words.description, default: standard(of: field), examples: words.examples)
  }

  /// What the API gets when nothing is said; `nil` where something must be said.
  private static func standard(of field: RequestField) -> JSONValue? {
    switch field {
    case .prompt, .images, .seed: nil
    default: AxisLookup.blank.identity(of: field)
    }
  }

  private static func type(of field: RequestField) -> JSONSchema {
    switch field {
    case .model:
      return literal.with("pattern", .string(SchemaPattern.visible))
        .with("maxLength", .integer(ModelName.byteCountMax))
    case .prompt:
      return JSONSchema.text(matching: SchemaPattern.visible)
        .with("maxLength", .integer(EditRequest.promptByteCountMax))
        .and(.lacking(SchemaPattern.brokenMark))
    case .images: return .oneOrList(of: picture, max: ModelLimits.imagesMax)
    case .size: return .when(.isMapping, .ref("pixels"), otherwise: .words(of: SizePreset.self))
    case .seed: return .whole(Seed.range)
    case .enableSafetyChecker: return .flag
    case .enhancePromptMode: return .words(of: EnhancePromptMode.self)
    case .n: return .whole(1...ModelLimits.picturesMax)
    case .outputFormat: return .words(of: DeliveryFormat.self)
    }
  }

  /// A path or an https URL.
  static var picture: JSONSchema {
    let isFile = [SchemaPattern.anyURL, SchemaPattern.dataURI, SchemaPattern.controlCharacter]
      .map { JSONSchema.lacking($0).json }
    return literal.and(
      .any(
        .string(matching: SchemaPattern.secureURL), JSONSchema(["allOf": .array(isFile)])))
  }

  private static func words(
    for field: RequestField
  ) -> (title: String, description: String, examples: [JSONValue]) {
    switch field {
    case .model:
      ("Model", "The model by the name that the API knows.", [.string(ModelName.seedreamV4.text)])
    case .prompt:
      (
        "Prompt", "What to change, where {{name}} stands for the variable of that name.",
        [.string("Put the cup on {{colour}} paper")]
      )
    case .images:
      (
        "Input pictures",
        "The picture to edit, or up to \(ModelLimits.imagesMax) of them: paths relative to the "
          + "suite, or https URLs.", [.string("../fixtures/inputs/coffee.png")]
      )
    case .size:
      (
        "Size", "The size of the pictures that come back: a name of the API's, or pixels.",
        [
          .string("square_hd"), .members(["width": .integer(1_280), "height": .integer(960)]),
        ]
      )
    case .seed:
      ("Seed", "The label of one draw; without one the service chooses.", [.integer(42)])
    case .enableSafetyChecker:
      ("Safety checker", "Whether the gateway's safety checker looks at the request.", [])
    case .enhancePromptMode:
      ("Prompt rewriting", "How the service rewrites the prompt: better, or faster.", [])
    case .n: ("Pictures", "How many pictures a request asks for.", [])
    case .outputFormat:
      ("Delivery", "How pictures are delivered: as URLs to fetch, or within the answer.", [])
    }
  }
}
