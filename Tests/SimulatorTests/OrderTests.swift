import Canonical
import ImageComparison
import LoopbackServer
import SeedreamAPI
import Testing

@testable import Simulator

struct OrderTests {
  @Test func `An answer has all three keys of each picture and the clock's seconds`() async throws {
    let settings = SimulatorSettings(now: { Timestamp(milliseconds: 1_760_177_063_999) })
    try await withSimulator(settings) { _, baseURL in
      let answer = try await post(baseURL, try SampleOrder(n: 2).body())
      #expect(answer.status == 200)
      #expect(answer.fields["x-simulator"] == "proofsheet")
      #expect(answer.fields["content-type"] == "application/json")
      let json = try answer.json()
      #expect(json["created"]?.integer == 1_760_177_063)
      #expect(json.object?.members.map(\.name) == ["created", "data"])
      let data = try #require(json["data"]?.array)
      #expect(data.count == 2)
      for item in data {
        #expect(item.object?.members.map(\.name) == ["b64_json", "revised_prompt", "url"])
        #expect(item["url"]?.string == "")
        #expect(item["revised_prompt"]?.string == "")
        let text = try #require(item["b64_json"]?.string)
        let bytes = try #require(Base64.decodeExactly(Array(text.utf8)))
        #expect(BlobKind(sniffing: bytes) == .png)
      }
    }
  }

  @Test func `A picture by URL is fetched with a literal %2F only`() async throws {
    try await withSimulator { _, baseURL in
      let answer = try await post(baseURL, try SampleOrder(outputFormat: .url).body())
      let item = try #require(try answer.json()["data"]?.array?.first)
      #expect(item["b64_json"]?.string == "")
      let url = try #require(item["url"]?.string)
      #expect(url.hasPrefix("\(baseURL)/image/generated%2Fproofsheet_"))
      #expect(url.hasSuffix(".png"))
      let target = String(url.dropFirst(baseURL.count))
      let picture = try await TestClient.exchange(baseURL, "GET", target)
      #expect(picture.status == 200)
      #expect(picture.fields["content-type"] == "image/png")
      #expect(BlobKind(sniffing: picture.body) == .png)
      let decoded = target.replacing("%2F", with: "/")
      try await expectStatus(404, TestClient.exchange(baseURL, "GET", decoded))
      try await expectStatus(404, TestClient.exchange(baseURL, "POST", target))
    }
  }

  @Test func `Pictures beyond the byte cap are no longer there`() async throws {
    try await withSimulator(SimulatorSettings(pictureByteCountMax: 100)) { _, baseURL in
      let answer = try await post(baseURL, try SampleOrder(n: 3, outputFormat: .url).body())
      var statuses: [Int] = []
      for item in try #require(try answer.json()["data"]?.array) {
        let url = try #require(item["url"]?.string)
        let target = String(url.dropFirst(baseURL.count))
        statuses.append(try await TestClient.exchange(baseURL, "GET", target).status)
      }
      #expect(statuses == [404, 404, 200])
    }
  }

  @Test(arguments: [
    "Bearer key-1", "bearer key-1", "BEARER  key-1", "key-1",
  ])
  func `A key is taken with and without its scheme`(value: String) async throws {
    try await withSimulator(SimulatorSettings(apiKeys: [Secret("key-1")])) { _, baseURL in
      let fields = [("Authorization", value), ("Content-Type", "application/json")]
      try await expectStatus(200, post(baseURL, SampleOrder().body(), fields: fields))
    }
  }

  @Test(arguments: [nil, "", "Bearer", "Bearer canary-key-9", "canary-key-9", "Basic canary-key-9"])
  func `A missing or unknown key is refused and never repeated`(value: String?) async throws {
    try await withSimulator(SimulatorSettings(apiKeys: [Secret("key-1")])) { server, baseURL in
      let fields =
        [("Content-Type", "application/json")] + (value.map { [("Authorization", $0)] } ?? [])
      let answer = try await post(baseURL, try SampleOrder().body(), fields: fields)
      #expect(answer.status == 401)
      #expect(try answer.error("code").integer == 401)
      #expect(!answer.text.contains("canary"))
      #expect(!answer.fields.values.contains { $0.contains("canary") })
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `Without a list every key is taken but none`() async throws {
    try await withSimulator { _, baseURL in
      let body = try SampleOrder().body()
      let anyKey = [("Authorization", "Bearer whatever"), ("Content-Type", "application/json")]
      try await expectStatus(200, post(baseURL, body, fields: anyKey))
      let noKey = [("Content-Type", "application/json")]
      try await expectStatus(401, post(baseURL, body, fields: noKey))
    }
  }

  @Test(arguments: [
    ("application/json", 200), ("Application/JSON; charset=utf-8", 200), ("text/plain", 415),
    ("multipart/form-data; boundary=x", 415), (nil, 415),
  ])
  func `Only JSON is taken`(type: String?, status: Int) async throws {
    try await withSimulator { _, baseURL in
      let fields = [("Authorization", "k")] + (type.map { [("Content-Type", $0)] } ?? [])
      try await expectStatus(status, post(baseURL, SampleOrder().body(), fields: fields))
    }
  }

  @Test(arguments: ["", "{", "[]", "\"x\"", "{\"model\":1,\"model\":2}", "{} {}", "{'a':1}"])
  func `A body that is no JSON object is refused`(text: String) async throws {
    try await withSimulator { _, baseURL in
      let answer = try await post(baseURL, Array(text.utf8))
      #expect(answer.status == 400)
      #expect(try answer.error("code").integer == 400)
    }
  }

  @Test(arguments: ["model", "prompt", "image_urls"])
  func `A missing field is named`(name: String) async throws {
    try await withSimulator { _, baseURL in
      let answer = try await post(
        baseURL, try SampleOrder().body(replacing: [(name, nil)]))
      #expect(answer.status == 400)
      #expect(try answer.error("param").string == name)
    }
  }

  static let wrongFields: [(String, JSONValue)] = [
    ("model", .integer(1)), ("prompt", .null), ("image_urls", .string("x")),
    ("image_urls", .array([.integer(1)])), ("size", .string("1280x720")), ("size", .integer(1)),
    ("image_size", .string("square")), ("image_size", .members(["width": .integer(1_280)])),
    ("image_size", .members(["width": .integer(0), "height": .integer(720)])),
    ("image_size", .members(["width": .integer(14_143), "height": .integer(1_000)])),
    ("seed", .string("7")), ("seed", .integer(-1)), ("seed", .integer(1 << 31)),
    ("enable_safety_checker", .integer(1)), ("enhance_prompt_mode", .string("slow")),
    ("n", .integer(0)), ("n", .integer(7)), ("n", .string("1")),
    ("output_format", .string("png")),
  ]

  @Test(arguments: wrongFields)
  func `A field of a wrong type or value is named`(name: String, value: JSONValue) async throws {
    try await withSimulator { server, baseURL in
      let answer = try await post(baseURL, try SampleOrder().body(replacing: [(name, value)]))
      #expect(answer.status == 422)
      #expect(try answer.error("param").string == name)
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `Unknown fields are ignored and defaults are the contract's`() async throws {
    let painter = NotingPainter()
    try await withSimulator(painter: painter) { _, baseURL in
      let body = try SampleOrder().body(replacing: [
        ("bogus_field", .integer(1)), ("n", nil), ("seed", nil), ("enhance_prompt_mode", nil),
        ("enable_safety_checker", nil), ("output_format", nil), ("size", nil),
      ])
      let answer = try await post(baseURL, body)
      #expect(answer.status == 200)
      #expect(try answer.json()["data"]?.array?.first?["url"]?.string?.isEmpty == false)
      #expect(painter.edits.count == 1)
      #expect(painter.edits[0].seed == nil)
      #expect(painter.edits[0].mode == .standard)
      // The input is 48x32: the automatic size keeps its ratio at the least area.
      #expect(painter.edits[0].size == PixelSize(width: 48, height: 32).scaledUp(toArea: 921_600))
    }
  }

  @Test func `An unknown model is refused`() async throws {
    try await withSimulator { _, baseURL in
      let answer = try await post(
        baseURL, try SampleOrder().body(replacing: [("model", .string("gpt-image-2"))]))
      #expect(answer.status == 404)
      #expect(try answer.error("param").string == "model")
    }
  }

  @Test func `A custom size wins over a named one unless sizes are strict`() async throws {
    let both: [(String, JSONValue?)] = [
      ("size", .string("square_hd")),
      ("image_size", .members(["width": .integer(1_280), "height": .integer(960)])),
    ]
    let painter = NotingPainter()
    try await withSimulator(painter: painter) { _, baseURL in
      try await expectStatus(200, post(baseURL, SampleOrder().body(replacing: both)))
      #expect(painter.edits.map(\.size) == [PixelSize(width: 1_280, height: 960)])
    }
    try await withSimulator(SimulatorSettings(hasStrictSizes: true)) { _, baseURL in
      let answer = try await post(baseURL, try SampleOrder().body(replacing: both))
      #expect(answer.status == 422)
      #expect(try answer.error("param").string == "image_size")
    }
  }

  @Test func `A size out of bounds is refused as the upstream service does`() async throws {
    try await withSimulator { _, baseURL in
      let long = PixelSize(width: 2_000, height: 100)
      let large = PixelSize(width: 5_000, height: 5_000)
      for size in [long, large] {
        let answer = try await post(baseURL, try SampleOrder(size: .custom(size)).body())
        #expect(answer.status == 400)
        #expect(try answer.error("code").string == "InvalidParameter")
        #expect(try answer.error("param").string == "image_size")
        #expect(answer.fields["x-request-id"]?.isEmpty == false)
      }
    }
  }

  @Test func `Of more than ten pictures the last ten are used`() async throws {
    let pictures = try (0..<12).map { try PictureEncoder.png(samplePicture(shade: $0)) }
    let painter = NotingPainter()
    try await withSimulator(painter: painter) { server, baseURL in
      let order = try SampleOrder(pictures: pictures)
      try await expectStatus(200, post(baseURL, order.body()))
      #expect(painter.inputCounts == [10])
      #expect(server.ledger.entries.map(\.requestKey) == [order.request.key])
    }
  }

  static let wrongPictures: [(String, String)] = [
    ("https://example.org/a.png", "cannot download"),
    ("http://example.org/a.png", "cannot download"),
    ("HTTPS://example.org/a.png", "cannot download"), ("file:///etc/passwd", "neither"),
    ("data:image/png;base64,AAAA", "cannot be decoded"), ("data:image/png;base64,A", "neither"),
    ("data:image/PNG;base64,AAAA", "neither"), ("data:text/plain;base64,AAAA", "neither"),
    ("data:image/png;base64,", "neither"), ("", "neither"),
  ]

  @Test(arguments: wrongPictures)
  func `A picture that cannot be had is refused`(url: String, words: String) async throws {
    try await withSimulator { server, baseURL in
      let answer = try await post(
        baseURL, try SampleOrder().body(replacing: [("image_urls", .array([.string(url)]))]))
      #expect(answer.status == 400)
      #expect(try answer.error("code").string == "InvalidParameter")
      #expect(try #require(try answer.error("message").string).contains(words))
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test(arguments: [(4, 400), (64, 20), (14, 20)])
  func `A picture outside the limits is refused`(width: Int, height: Int) async throws {
    try await withSimulator { _, baseURL in
      let picture = try PictureEncoder.png(samplePicture(width: width, height: height))
      let answer = try await post(baseURL, try SampleOrder(pictures: [picture]).body())
      #expect(answer.status == 400)
      #expect(try answer.error("param").string == "image_urls")
      if max(width, height) > 3 * min(width, height) {
        #expect(answer.text.contains("expected the aspect ratio to be between 0.33 and 3.00"))
      }
    }
  }

  @Test func `An empty list of pictures is refused`() async throws {
    try await withSimulator { _, baseURL in
      let answer = try await post(
        baseURL, try SampleOrder().body(replacing: [("image_urls", .array([]))]))
      #expect(answer.status == 400)
      #expect(try answer.error("param").string == "image_urls")
    }
  }

  @Test func `The gateway's checker refuses only when it is on`() async throws {
    try await withSimulator { server, baseURL in
      var order = try SampleOrder(prompt: "an unsafe-test prompt")
      try await expectStatus(200, post(baseURL, order.body()))
      order.request.enableSafetyChecker = true
      let answer = try await post(baseURL, try order.body())
      #expect(answer.status == 403)
      #expect(try answer.error("code").integer == 403)
      #expect(try #require(try answer.error("message").string).contains("flagged"))
      #expect(server.ledger.entries.count == 1)
    }
  }

  @Test func `The upstream service refuses whatever the checker says`() async throws {
    try await withSimulator { server, baseURL in
      let order = try SampleOrder(prompt: "an upstream-block-test prompt")
      let answer = try await post(baseURL, try order.body())
      #expect(answer.status == 400)
      #expect(try answer.error("code").string == "InputTextSensitiveContentDetected")
      #expect(server.ledger.entries.isEmpty)
    }
  }

  @Test func `Inputs and pictures together have a limit`() async throws {
    let pictures = try (0..<10).map { try PictureEncoder.png(samplePicture(shade: $0)) }
    try await withSimulator { _, baseURL in
      let answer = try await post(baseURL, try SampleOrder(pictures: pictures, n: 6).body())
      #expect(answer.status == 422)
      #expect(try answer.error("param").string == "n")
    }
  }

  @Test(arguments: [
    ("GET", "/"), ("GET", "/v1/images/edits"), ("PUT", "/v1/images/edits"), ("GET", "/image/"),
    ("GET", "/image/generated%2Fproofsheet_0.png"), ("POST", "/_simulator/ledger"),
  ])
  func `Anything else is not found in the gateway's shape`(
    method: String, target: String
  ) async throws {
    try await withSimulator { _, baseURL in
      let answer = try await TestClient.exchange(baseURL, method, target, fields: orderFields)
      #expect(answer.status == 404)
      #expect(try answer.error("code").integer == 404)
      #expect(
        try answer.json()["error"]?.object?.members.map(\.name) == [
          "code", "message", "param", "type",
        ])
    }
  }

  @Test func `The models are listed for who has a key`() async throws {
    try await withSimulator { _, baseURL in
      let answer = try await TestClient.exchange(
        baseURL, "GET", "/v1/models", fields: orderFields)
      let names = try #require(try answer.json()["data"]?.array).compactMap { $0["id"]?.string }
      #expect(names.contains(ModelName.seedreamV4.text))
      #expect(names.count > 1)
      try await expectStatus(401, TestClient.exchange(baseURL, "GET", "/v1/models"))
    }
  }

  @Test func `Too many orders at once are refused`() async throws {
    let server = SimulatorServer(
      settings: SimulatorSettings(ordersInFlightMax: 1), painter: NotingPainter())
    try await server.serving { server, baseURL in
      let body = try SampleOrder().body()
      #expect(server.gateway.orders.enter())
      let answer = try await post(baseURL, body)
      #expect(answer.status == 429)
      #expect(try answer.error("code").integer == 429)
      server.gateway.orders.leave()
      try await expectStatus(200, post(baseURL, body))
      try await expectStatus(200, post(baseURL, body))
    }
  }
}
