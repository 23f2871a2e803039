internal import Canonical
internal import LoopbackServer
internal import SeedreamAPI

extension Gateway {
  /// Answers an order, or does to it what a fault says.
  func order(_ request: WireRequest, baseURL: String) async throws(APIProblem) -> WireAnswer {
    try authorize(request.head)
    let types = request.head.values("content-type")
    let type = types.first?.prefix { $0 != ";" }.trimmingBlanks.lowercased()
    guard types.count == 1, type == "application/json" else {
      throw .gateway(415, "the body must be application/json")
    }
    guard orders.enter() else {
      throw tooMany("more than \(settings.ordersInFlightMax) requests at once", seconds: 1)
    }
    defer { orders.leave() }
    if let seconds = orderPace.refusal(at: settings.now()) {
      throw tooMany("more orders a minute than are allowed", seconds: seconds)
    }
    let order = try OrderReader.read(request.body, settings: settings)
    if let seconds = imagePace.refusal(of: order.request.n, at: settings.now()) {
      throw tooMany("more images a minute than are allowed", seconds: seconds)
    }
    let fault: Fault?
    do {
      fault = try faults.fault(of: order, head: request.head)
    } catch {
      throw .gateway(400, "the simulator cannot read a fault: \(error)", param: "prompt")
    }
    if let fault { try refuse(fault) }
    try await wait(Latency.milliseconds(of: order, factor: settings.timeFactor, fault: fault))
    return try await fulfil(order, fault, baseURL: baseURL)
  }

  /// A refusal by a limit, which says when to come back only where it is asked to.
  private func tooMany(_ message: String, seconds: Int) -> APIProblem {
    .rateLimited(message, retryAfter: settings.sendsRetryAfter ? seconds : nil)
  }

  private func wait(_ milliseconds: Int) async throws(APIProblem) {
    guard milliseconds > 0 else { return }
    do {
      try await settings.pause(.milliseconds(milliseconds))
    } catch {
      throw .gateway(503, "the simulator stops")
    }
  }

  /// The pictures of an order as the answer's entries, billed.
  private func fulfil(
    _ order: Order, _ fault: Fault?, baseURL: String
  ) async throws(APIProblem) -> WireAnswer {
    let request = order.request
    let requestID = "proofsheet-\(order.key.digest.short)"
    try refuseUnsafe(request, requestID: requestID)
    let inputs = try inputs(of: order, requestID: requestID)
    let size = try outputSize(for: request, inputs: inputs, requestID: requestID)
    if fault == .taskFailed {
      return try task(order, polls: 1, end: .failure("the model gave up"), baseURL: baseURL)
    }
    var count = request.n
    if case .fewer(let missing)? = fault { count = max(1, count - missing) }
    if fault == .itemError { count -= 1 }
    let pictures = try await make(order, count: count, inputs: inputs, size: size)
    guard
      let receipt = ledger.bill(
        pictures.count, of: order.key, model: request.model, at: settings.now())
    else {
      throw .gateway(503, "the ledger is full; start the simulator anew")
    }
    let data = entries(pictures, request, fault, baseURL: baseURL)
    switch fault {
    case .task(let polls):
      return try task(order, polls: polls, end: .pictures(data, receipt), baseURL: baseURL)
    case .taskEndless: return try task(order, polls: 0, end: .never, baseURL: baseURL)
    default:
      let json = JSONValue.members([
        "created": .integer(settings.now().milliseconds / 1_000), "data": .array(data),
      ])
      return broken(WireAnswer(json: json, receipt: receipt), by: fault)
    }
  }

  private func task(
    _ order: Order, polls: Int, end: TaskDesk.End, baseURL: String
  ) throws(APIProblem) -> WireAnswer {
    guard let answer = tasks.open(order, polls: polls, end: end, baseURL: baseURL) else {
      throw .gateway(503, "there are too many tasks; start the simulator anew")
    }
    return answer
  }

  private func refuseUnsafe(_ request: EditRequest, requestID: String) throws(APIProblem) {
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
  }

  /// The members of `data`: all three keys, those not used as empty strings (section 1.2).
  private func entries(
    _ pictures: [[UInt8]], _ request: EditRequest, _ fault: Fault?, baseURL: String
  ) -> [JSONValue] {
    let isURL = request.outputFormat == .url
    var entries = pictures.map { picture -> JSONValue in
      let bytes = fault == .noPicture ? Self.page : picture
      let base64 = isURL ? "" : String(decoding: Base64.encode(bytes), as: UTF8.self)
      var url = ""
      if isURL {
        let name = studio.keep(bytes, at: settings.now())
        url = "\(baseURL)\(Self.picturePath)\(fault == .expiredLink ? Self.goneName : name)"
      }
      return .members([
        "b64_json": .string(base64), "revised_prompt": .string(""), "url": .string(url),
      ])
    }
    if fault == .itemError {
      entries.append(
        .members([
          "error": .members([
            "code": .string("InternalServiceError"),
            "message": .string("this picture of the answer could not be made"),
          ])
        ]))
    }
    return entries
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
    _ order: Order, count: Int, inputs: [StudioInput], size: PixelSize
  ) async throws(APIProblem) -> [[UInt8]] {
    let request = order.request
    let lot = calls.next(for: order.key)
    var pictures: [[UInt8]] = []
    for index in 0..<count {
      // Drawing keeps a thread; others get their turn between two pictures.
      await Task.yield()
      do {
        pictures.append(
          try studio.make(
            Edit(
              model: request.model, prompt: request.prompt, seed: request.seed,
              mode: request.enhancePromptMode, size: size, index: index), inputs: inputs,
            codec: settings.codec, lot: lot))
      } catch {
        throw .gateway(500, "the picture cannot be encoded: \(error)")
      }
    }
    return pictures
  }
}
