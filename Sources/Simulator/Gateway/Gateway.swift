internal import Canonical
internal import SeedreamAPI

/// Routes requests and answers them as the gateway and the service behind it would.
final class Gateway: Sendable {
  /// A prompt with it is refused by the gateway's safety checker, when that is on.
  static let unsafeWord = "unsafe-test"
  /// A prompt with it is refused by the service behind the gateway, whatever the checker says.
  static let blockedWord = "upstream-block-test"
  /// What comes before the digits in the path of a finished picture; `%2F` stays as it is.
  static let picturePath = "/image/generated%2Fproofsheet_"
  /// The path of the ledger.
  static let ledgerPath = "/_simulator/ledger"
  /// The models that are listed; every other name that holds "seedream" is taken as well.
  static let models = [
    ModelName.seedreamV4, ModelName("bytedance-seedream-v4.5-image-to-image"),
    ModelName("bytedance-seedream-v5-lite-image-to-image"),
  ]

  let settings: SimulatorSettings
  let ledger: BillingLedger
  private let studio: Studio
  let orders: Turnstile

  init(settings: SimulatorSettings, ledger: BillingLedger, studio: Studio) {
    self.settings = settings
    self.ledger = ledger
    self.studio = studio
    orders = Turnstile(countMax: settings.ordersInFlightMax)
  }

  /// Answers a request.
  ///
  /// - Parameter baseURL: where the simulator listens, for the URLs of pictures.
  func answer(_ request: WireRequest, baseURL: String) async -> WireAnswer {
    do {
      return try await route(request, baseURL: baseURL)
    } catch {
      return error.answer
    }
  }

  private func route(
    _ request: WireRequest, baseURL: String
  ) async throws(APIProblem) -> WireAnswer {
    switch (request.head.method, request.head.path) {
    case ("POST", EditRequest.path): return try await order(request, baseURL: baseURL)
    case ("GET", Self.ledgerPath): return WireAnswer(json: ledger.json)
    case ("GET", "/v1/models"):
      try authorize(request.head)
      return WireAnswer(json: Self.modelList)
    case ("GET", let path) where path.hasPrefix(Self.picturePath):
      return try picture(named: path.dropFirst(Self.picturePath.count))
    default: throw .gateway(404, "there is nothing here for this method and path")
    }
  }

  // MARK: Small routes

  private static var modelList: JSONValue {
    .members([
      "data": .array(
        models.map { model in
          .members([
            "id": .string(model.text), "object": .string("model"),
            "owned_by": .string("proofsheet"),
          ])
        }),
      "object": .string("list"),
    ])
  }

  private func picture(named name: Substring) throws(APIProblem) -> WireAnswer {
    guard let picture = studio.picture(named: String(name)) else {
      throw .gateway(404, "the picture is not here, or no longer")
    }
    let contentType = BlobKind(sniffing: picture).mediaType
    return WireAnswer(status: 200, contentType: contentType, body: picture)
  }

  /// Takes `Bearer KEY`, in any case, and a bare `KEY` (section 1.0); no answer repeats a key.
  private func authorize(_ head: RequestHead) throws(APIProblem) {
    let values = head.values("authorization")
    guard values.count == 1 else {
      throw .gateway(401, values.isEmpty ? "the API key is missing" : "there are several API keys")
    }
    let words = values[0].split(separator: " ", omittingEmptySubsequences: true)
    let isBearer = words.first?.lowercased() == "bearer"
    let keys = isBearer ? words.dropFirst() : words[...]
    guard keys.count == 1, let key = keys.first else {
      throw .gateway(401, "the API key is missing; 'Bearer KEY' or 'KEY' is expected")
    }
    let isKnown =
      settings.apiKeys.isEmpty
      || settings.apiKeys.contains { $0.reveal().utf8.elementsEqual(key.utf8) }
    guard isKnown else { throw .gateway(401, "the API key is not known") }
  }

  // MARK: Orders

  private func order(
    _ request: WireRequest, baseURL: String
  ) async throws(APIProblem) -> WireAnswer {
    try authorize(request.head)
    let types = request.head.values("content-type")
    let type = types.first?.prefix { $0 != ";" }.trimmingBlanks.lowercased()
    guard types.count == 1, type == "application/json" else {
      throw .gateway(415, "the body must be application/json")
    }
    guard orders.enter() else {
      throw .gateway(429, "more than \(settings.ordersInFlightMax) requests at once")
    }
    defer { orders.leave() }
    let order = try OrderReader.read(request.body, settings: settings)
    return try await fulfil(order, baseURL: baseURL)
  }

  private func fulfil(_ order: Order, baseURL: String) async throws(APIProblem) -> WireAnswer {
    let request = order.request
    let requestID = "proofsheet-\(order.key.digest.short)"
    guard request.model.text.lowercased().contains("seedream") else {
      throw .gateway(404, "there is no such model; its name must hold 'seedream'", param: "model")
    }
    if request.enableSafetyChecker, request.prompt.contains(Self.unsafeWord) {
      throw .gateway(403, "the prompt was flagged by the safety checker", param: "prompt")
    }
    if request.prompt.contains(Self.blockedWord) {
      throw .upstream(
        code: "InputTextSensitiveContentDetected",
        "The request failed because the input text may contain sensitive information.",
        param: "prompt", requestID: requestID)
    }
    let inputs = try inputs(of: order, requestID: requestID)
    let size = try outputSize(for: request, inputs: inputs, requestID: requestID)
    let pictures = try await make(request, inputs: inputs, size: size)
    let now = settings.now()
    guard
      let receipt = ledger.bill(pictures.count, of: order.key, model: request.model, at: now)
    else {
      throw .gateway(503, "the ledger is full; start the simulator anew")
    }
    let data = pictures.map { picture -> JSONValue in
      let isURL = request.outputFormat == .url
      let base64 = isURL ? "" : String(decoding: Base64.encode(picture), as: UTF8.self)
      let url = isURL ? "\(baseURL)\(Self.picturePath)\(studio.keep(picture))" : ""
      return .members([
        "b64_json": .string(base64), "revised_prompt": .string(""), "url": .string(url),
      ])
    }
    return WireAnswer(
      json: .members([
        "created": .integer(now.milliseconds / 1_000), "data": .array(data),
      ]), receipt: receipt)
  }

  private func inputs(of order: Order, requestID: String) throws(APIProblem) -> [StudioInput] {
    var inputs: [StudioInput] = []
    for (index, input) in order.inputs.enumerated() {
      func refusal(_ message: String) -> APIProblem {
        .upstream(
          code: "InvalidParameter", "Invalid image_urls[\(index)]: \(message)",
          param: "image_urls", requestID: requestID)
      }
      switch input {
      case .url:
        throw refusal(
          "cannot download the url: the simulator is offline by design; send the picture as a "
            + "data URI.")
      case .unreadable:
        throw refusal("neither a http(s) url nor data:image/<format>;base64,<digits>.")
      case .bytes(let bytes, let blob):
        do {
          inputs.append(try studio.input(bytes, blob: blob))
        } catch {
          throw refusal(error.message)
        }
      }
    }
    return inputs
  }

  private func outputSize(
    for request: EditRequest, inputs: [StudioInput], requestID: String
  ) throws(APIProblem) -> PixelSize {
    let size = OutputSize(
      limits: ModelLimits(model: request.model),
      enforcesModelAreaMin: settings.enforcesModelAreaMin)
    guard let last = inputs.last else { preconditionFailure("an order has an input") }
    do {
      return try size.pixels(of: request.size, lastInput: last.size)
    } catch {
      throw .upstream(
        code: "InvalidParameter", error.message,
        param: request.size.custom == nil ? "size" : "image_size", requestID: requestID)
    }
  }

  private func make(
    _ request: EditRequest, inputs: [StudioInput], size: PixelSize
  ) async throws(APIProblem) -> [[UInt8]] {
    var pictures: [[UInt8]] = []
    for index in 0..<request.n {
      // Drawing keeps a thread; others get their turn between two pictures.
      await Task.yield()
      do {
        pictures.append(
          try studio.make(
            Edit(
              model: request.model, prompt: request.prompt, seed: request.seed,
              mode: request.enhancePromptMode, size: size, index: index), inputs: inputs,
            codec: settings.codec))
      } catch {
        throw .gateway(500, "the picture cannot be encoded: \(error)")
      }
    }
    return pictures
  }
}
