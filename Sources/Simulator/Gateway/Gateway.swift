internal import Canonical
internal import LoopbackServer
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
  let studio: Studio
  let orders: Turnstile
  let faults: FaultBook
  let tasks = TaskDesk()
  let orderPace: MinutePace
  let imagePace: MinutePace
  let calls: CallBook

  init(settings: SimulatorSettings, ledger: BillingLedger, studio: Studio) {
    self.settings = settings
    self.ledger = ledger
    self.studio = studio
    orders = Turnstile(countMax: settings.ordersInFlightMax)
    faults = FaultBook(rules: settings.faults, seed: settings.faultSeed)
    orderPace = MinutePace(perMinute: settings.ordersPerMinute)
    imagePace = MinutePace(perMinute: settings.imagesPerMinute)
    calls = CallBook(seed: settings.callSeed)
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
    case ("GET", let path) where path.hasPrefix(TaskDesk.path):
      try authorize(request.head)
      return try tasks.answer(String(path.dropFirst(TaskDesk.path.count)))
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
    guard let picture = studio.picture(named: String(name), at: settings.now()) else {
      throw .gateway(404, "the picture is not here, or no longer")
    }
    let contentType = BlobKind(sniffing: picture).mediaType
    return WireAnswer(status: 200, contentType: contentType, body: picture)
  }

  /// Takes `Bearer KEY`, in any case, and a bare `KEY` (section 1.0); no answer repeats a key.
  func authorize(_ head: RequestHead) throws(APIProblem) {
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
}
