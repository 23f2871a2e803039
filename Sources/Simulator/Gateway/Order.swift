internal import Canonical
internal import SeedreamAPI

/// An order whose fields keep the contract.
struct Order: Sendable {
  /// One of the pictures that are used.
  enum Input: Sendable {
    /// A picture that came in the request.
    case bytes([UInt8], BlobID)
    /// A picture that the service would have to fetch.
    case url(String)
    /// Text that is neither.
    case unreadable
  }

  /// The request as the client's own values state it, so that both sides compute one key.
  let request: EditRequest
  /// The last pictures of the request, as many as are used.
  let inputs: [Input]
  /// The identity of the request.
  let key: RequestKey
}

/// Reads the body of `POST /v1/images/edits` (`api-contract.md` section 1.1).
///
/// A field that is missing is answered with 400, one of a wrong type or value with 422 that names it;
/// unknown fields are ignored, as the real services do.
struct OrderReader {
  private let fields: JSONObject
  private let hasStrictSizes: Bool

  /// Reads an order.
  static func read(_ body: [UInt8], settings: SimulatorSettings) throws(APIProblem) -> Order {
    let value: JSONValue
    do {
      value = try JSONParser.parse(
        body, limits: JSONLimits(byteCountMax: settings.bodyByteCountMax))
    } catch {
      throw .gateway(400, "the body is no JSON: \(error.description)")
    }
    guard let fields = value.object else {
      throw .gateway(400, "the body is \(value.kind); an object is expected")
    }
    return try OrderReader(fields: fields, hasStrictSizes: settings.hasStrictSizes).order()
  }

  private func order() throws(APIProblem) -> Order {
    let model = ModelName(try required("model", "a string", \.string))
    let prompt = try required("prompt", "a string", \.string)
    guard !prompt.allSatisfy(\.isWhitespace) else {
      throw .gateway(400, "the prompt is empty", param: "prompt")
    }
    let urls = try imageURLs()
    let inputs = urls.map(Self.input)
    let images = zip(urls, inputs).map { url, input -> InputImage in
      if case .bytes(_, let blob) = input { .local(blob) } else { .remote(url) }
    }
    let request = EditRequest(
      model: model, prompt: prompt, images: images, size: try size(), seed: try seed(),
      enableSafetyChecker: try optional("enable_safety_checker", "a boolean", \.bool) ?? false,
      enhancePromptMode: try choice("enhance_prompt_mode") ?? .standard,
      n: try pictureCount(inputCount: urls.count),
      outputFormat: try choice("output_format") ?? .url)
    return Order(
      request: request, inputs: inputs.suffix(ModelLimits.imagesMax), key: request.key)
  }

  // MARK: Fields

  private func required<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(APIProblem) -> Value {
    guard let value = try optional(name, expected, read) else {
      throw .gateway(400, "'\(name)' is missing", param: name)
    }
    return value
  }

  private func optional<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(APIProblem) -> Value? {
    guard let field = fields[name] else { return nil }
    guard let value = read(field) else {
      throw .gateway(422, "'\(name)' is \(field.kind); \(expected) is expected", param: name)
    }
    return value
  }

  private func choice<Value>(
    _ name: String
  ) throws(APIProblem) -> Value? where Value: RawRepresentable<String> & CaseIterable {
    guard let text = try optional(name, "a string", \.string) else { return nil }
    guard let value = Value(rawValue: text) else {
      let allowed = Value.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw .gateway(422, "'\(name)' must be one of \(allowed)", param: name)
    }
    return value
  }

  private func imageURLs() throws(APIProblem) -> [String] {
    let elements = try required("image_urls", "an array of strings", \.array)
    let urls = elements.compactMap(\.string)
    guard urls.count == elements.count else {
      throw .gateway(422, "'image_urls' holds more than strings", param: "image_urls")
    }
    guard !urls.isEmpty else {
      throw .gateway(400, "'image_urls' is empty; at least one is needed", param: "image_urls")
    }
    return urls
  }

  private func seed() throws(APIProblem) -> Seed? {
    guard let value = try optional("seed", "a whole number", \.integer) else { return nil }
    guard let seed = Seed(value) else {
      throw .gateway(
        422, "'seed' must be \(Seed.range.lowerBound) to \(Seed.range.upperBound)", param: "seed")
    }
    return seed
  }

  private func pictureCount(inputCount: Int) throws(APIProblem) -> Int {
    let count = try optional("n", "a whole number", \.integer) ?? 1
    guard (1...ModelLimits.picturesMax).contains(count) else {
      throw .gateway(422, "'n' must be 1 to \(ModelLimits.picturesMax)", param: "n")
    }
    let used = min(inputCount, ModelLimits.imagesMax)
    guard used + count <= ModelLimits.imagesAndPicturesMax else {
      throw .gateway(
        422,
        "\(used) inputs and 'n' \(count) are more than the \(ModelLimits.imagesAndPicturesMax) "
          + "allowed together", param: "n")
    }
    return count
  }

  // MARK: Sizes

  private func size() throws(APIProblem) -> ImageSize {
    let preset: SizePreset? = try choice("size")
    guard let object = try optional("image_size", "an object", \.object) else {
      return .preset(preset ?? .auto)
    }
    if preset != nil, hasStrictSizes {
      throw .gateway(422, "'size' and 'image_size' exclude each other", param: "image_size")
    }
    return .custom(
      PixelSize(width: try side("width", of: object), height: try side("height", of: object)))
  }

  private func side(_ name: String, of object: JSONObject) throws(APIProblem) -> Int {
    guard let side = object[name]?.integer, (1...PixelSize.sideMax).contains(side) else {
      throw .gateway(
        422, "'image_size.\(name)' must be a whole number of 1 to \(PixelSize.sideMax)",
        param: "image_size")
    }
    return side
  }

  // MARK: Pictures

  /// Reads `data:image/<format>;base64,<digits>`; the format is in lower case (section 1.1).
  private static func input(_ text: String) -> Order.Input {
    let bytes = Array(text.utf8)
    guard bytes.starts(with: "data:".utf8) else {
      let scheme = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
      let isURL = scheme.hasPrefix("http://") || scheme == "https://"
      return isURL ? .url(text) : .unreadable
    }
    guard bytes.starts(with: "data:image/".utf8), let comma = bytes.firstIndex(of: 0x2C),
      isImageType(bytes["data:image/".utf8.count..<comma]),
      let picture = Base64.decodeExactly(Array(bytes[(comma + 1)...])), !picture.isEmpty
    else { return .unreadable }
    return .bytes(picture, BlobID(of: picture))
  }

  /// Whether text is a lower-case format and `;base64`.
  private static func isImageType(_ text: ArraySlice<UInt8>) -> Bool {
    let ending = Array(";base64".utf8)
    guard text.count > ending.count, text.suffix(ending.count).elementsEqual(ending) else {
      return false
    }
    return text.dropLast(ending.count).allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || "0123456789+.-".utf8.contains(byte)
    }
  }
}
