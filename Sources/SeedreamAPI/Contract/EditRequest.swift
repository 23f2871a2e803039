public import Canonical

/// The name of a model as the API takes it; the contract lists none.
public struct ModelName: Hashable, Sendable, CustomStringConvertible {
  /// The longest name in bytes.
  public static let byteCountMax = 200
  /// Seedream 4.0's image-editing model at the gateway whose contract this is.
  public static let seedreamV4 = ModelName("bytedance-seedream-v4-image-to-image")

  /// The name as sent.
  public let text: String

  /// Takes a name as it is; ``EditRequest/findings(inputs:)`` says what is wrong with it.
  public init(_ text: String) { self.text = text }

  /// The name as sent.
  public var description: String { text }
}

/// A seed: the label of one draw.
///
/// Whether it has an effect is for measuring, not for believing.
public struct Seed: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The seeds that every upstream takes (`api-contract.md` section 1.1).
  public static let range = 0...Int(Int32.max)

  /// The seed as sent.
  public let value: Int

  /// Takes a seed of ``range``; any other gives `nil`.
  public init?(_ value: Int) {
    guard Self.range.contains(value) else { return nil }
    self.value = value
  }

  /// The number in digits.
  public var description: String { String(value) }

  /// Orders by number.
  public static func < (left: Seed, right: Seed) -> Bool { left.value < right.value }
}

/// How the prompt is rewritten by the service before it is used.
public enum EnhancePromptMode: String, Hashable, Sendable, CaseIterable {
  /// Better and slower.
  case standard
  /// Average and faster; Seedream 4.0 only.
  case fast
}

/// How pictures are delivered: the transport, not the codec.
public enum DeliveryFormat: String, Hashable, Sendable, CaseIterable {
  /// As URLs to fetch.
  case url
  /// Within the answer, in base64.
  case base64 = "b64_json"
}

/// A picture to edit.
public enum InputImage: Hashable, Sendable {
  /// A local picture, sent as a data URI; its identity is its bytes, not its path.
  case local(BlobID)
  /// A picture that the service fetches; its identity is the text of the URL.
  case remote(String)
}

/// One request of `POST /v1/images/edits`, every field with its value.
public struct EditRequest: Sendable {
  /// The path of the API.
  public static let path = "/v1/images/edits"

  /// The model.
  public var model: ModelName
  /// What to change, as UTF-8 text.
  public var prompt: String
  /// The pictures, in the order in which a prompt counts them.
  public var images: [InputImage]
  /// The size of the pictures that come back.
  public var size: ImageSize
  /// The seed; `nil` leaves it to the service.
  public var seed: Seed?
  /// Whether the gateway's safety checker looks at the request.
  public var enableSafetyChecker: Bool
  /// How the prompt is rewritten.
  public var enhancePromptMode: EnhancePromptMode
  /// How many pictures are asked for.
  public var n: Int
  /// How the pictures are delivered.
  public var outputFormat: DeliveryFormat

  /// Puts a request together; the defaults are those of the contract.
  public init(
    model: ModelName = .seedreamV4, prompt: String, images: [InputImage],
    size: ImageSize = .preset(.auto), seed: Seed? = nil, enableSafetyChecker: Bool = false,
    enhancePromptMode: EnhancePromptMode = .standard, n: Int = 1,
    outputFormat: DeliveryFormat = .url
  ) {
    self.model = model
    self.prompt = prompt
    self.images = images
    self.size = size
    self.seed = seed
    self.enableSafetyChecker = enableSafetyChecker
    self.enhancePromptMode = enhancePromptMode
    self.n = n
    self.outputFormat = outputFormat
  }

  /// The canonical request: path and body with defaults filled in, local pictures by type and digest.
  ///
  /// A field that the contract gains later enters only where it differs from its default, so that no
  /// recording becomes stale by an upgrade.
  public var canonical: JSONValue { canonical(forComparison: false) }

  /// The identity of the request.
  public var key: RequestKey { RequestKey(canonicalRequest: canonical) }

  /// The identity without model and delivery format.
  public var comparisonKey: ComparisonKey {
    ComparisonKey(canonicalRequest: canonical(forComparison: true))
  }

  private func canonical(forComparison: Bool) -> JSONValue {
    let pictures = images.map { image -> JSONValue in
      switch image {
      case .local(let blob):
        .members([
          "media_type": .string(blob.kind.mediaType), "sha256": .string(blob.digest.hex),
        ])
      case .remote(let url): .string(url)
      }
    }
    return .members([
      "path": .string(Self.path),
      "body": .members([
        "model": forComparison ? nil : .string(model.text),
        "prompt": .string(prompt),
        "image_urls": .array(pictures),
        "size": size.preset.map { .string($0.rawValue) },
        "image_size": size.custom?.json,
        "seed": seed.map { .integer($0.value) },
        "enable_safety_checker": .bool(enableSafetyChecker),
        "enhance_prompt_mode": .string(enhancePromptMode.rawValue),
        "n": .integer(n),
        "output_format": forComparison ? nil : .string(outputFormat.rawValue),
      ]),
    ])
  }

  /// The body to send, with local pictures as blobs.
  ///
  /// Every field is sent explicitly, since gateways differ in their defaults; an enum size goes as
  /// `size`, a custom one as `image_size`, never both.
  public var wireParts: [BodyPart] {
    var parts = PartWriter()
    parts.write("{\"enable_safety_checker\":\(enableSafetyChecker)")
    parts.write(",\"enhance_prompt_mode\":\"\(enhancePromptMode.rawValue)\"")
    if let custom = size.custom { parts.write(",\"image_size\":\(custom.json.canonicalText)") }
    parts.write(",\"image_urls\":[")
    for (index, image) in images.enumerated() {
      if index > 0 { parts.write(",") }
      switch image {
      case .local(let blob):
        parts.write("\"data:\(blob.kind.mediaType);base64,")
        parts.write(blob)
        parts.write("\"")
      case .remote(let url): parts.write(JSONValue.literal(url))
      }
    }
    parts.write("],\"model\":")
    parts.write(JSONValue.literal(model.text))
    parts.write(",\"n\":\(n),\"output_format\":\"\(outputFormat.rawValue)\",\"prompt\":")
    parts.write(JSONValue.literal(prompt))
    if let seed { parts.write(",\"seed\":\(seed.value)") }
    if let preset = size.preset { parts.write(",\"size\":\"\(preset.rawValue)\"") }
    parts.write("}")
    return parts.finish()
  }
}

/// Collects literal bytes and blobs into as few parts as possible.
private struct PartWriter {
  private var parts: [BodyPart] = []
  private var literal: [UInt8] = []

  mutating func write(_ text: String) { literal += text.utf8 }

  mutating func write(_ bytes: [UInt8]) { literal += bytes }

  mutating func write(_ blob: BlobID) {
    flush()
    parts.append(.base64(blob))
  }

  mutating func finish() -> [BodyPart] {
    flush()
    return parts
  }

  private mutating func flush() {
    if !literal.isEmpty { parts.append(.bytes(literal)) }
    literal = []
  }
}
