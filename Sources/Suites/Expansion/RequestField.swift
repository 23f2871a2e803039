internal import Canonical
internal import SeedreamAPI

/// A field of the request by its name in a suite file.
package enum RequestField: String, Hashable, Sendable, CaseIterable {
  /// The model.
  case model
  /// What to change.
  case prompt
  /// The pictures to edit; the contract's `image_urls`.
  case images
  /// The size; the contract's `size` and `image_size`.
  case size
  /// The seed.
  case seed
  /// Whether the gateway's safety checker looks at the request.
  case enableSafetyChecker = "enable_safety_checker"
  /// How the prompt is rewritten.
  case enhancePromptMode = "enhance_prompt_mode"
  /// How many pictures are asked for.
  case n
  /// How the pictures are delivered.
  case outputFormat = "output_format"

  /// The field of one of the contract's names, as a finding states it.
  init?(contractName: String) {
    switch contractName {
    case "image_urls": self = .images
    case "image_size": self = .size
    default: self.init(rawValue: contractName)
    }
  }
}

/// A value for one field of the request.
enum FieldValue: Sendable {
  case model(ModelName)
  case prompt(String)
  /// A prompt that each case fills in.
  case template(PromptTemplate)
  case images([InputImage])
  case size(ImageSize)
  case seed(Seed)
  case enableSafetyChecker(Bool)
  case enhancePromptMode(EnhancePromptMode)
  case n(Int)
  case outputFormat(DeliveryFormat)

  func set(in request: inout EditRequest) {
    switch self {
    case .model(let value): request.model = value
    case .prompt(let value): request.prompt = value
    case .template(let value): request.prompt = value.source
    case .images(let value): request.images = value
    case .size(let value): request.size = value
    case .seed(let value): request.seed = value
    case .enableSafetyChecker(let value): request.enableSafetyChecker = value
    case .enhancePromptMode(let value): request.enhancePromptMode = value
    case .n(let value): request.n = value
    case .outputFormat(let value): request.outputFormat = value
    }
  }
}

extension EditRequest {
  /// One field's value in a form that is equal exactly when the same is asked for.
  ///
  /// Text counts by its bytes, a local picture by its digest.
  func identity(of field: RequestField) -> JSONValue {
    switch field {
    case .model: .string(model.text)
    case .prompt: .string(prompt)
    case .images:
      .array(
        images.map { image in
          switch image {
          case .local(let blob): .array([.string(blob.fileName)])
          case .remote(let url): .string(url)
          }
        })
    case .size: size.custom?.json ?? .string(size.description)
    case .seed: seed.map { .integer($0.value) } ?? .null
    case .enableSafetyChecker: .bool(enableSafetyChecker)
    case .enhancePromptMode: .string(enhancePromptMode.rawValue)
    case .n: .integer(n)
    case .outputFormat: .string(outputFormat.rawValue)
    }
  }
}
