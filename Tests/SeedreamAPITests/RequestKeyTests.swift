import Canonical
import SeedreamAPI
import Testing

/// Two small pictures and requests of them.
enum Sample {
  static let first: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array("one".utf8)
  static let second: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + Array("two".utf8)

  static var blobs: MemoryBlobs {
    var blobs = MemoryBlobs()
    _ = blobs.insert(first)
    _ = blobs.insert(second)
    return blobs
  }

  static let request = EditRequest(
    prompt: "Make the sky pink", images: [.local(BlobID(of: first))])

  static let everyField = EditRequest(
    model: ModelName("seedream-5-0-260128"),
    prompt: "Zeile 1\nsay \"héllo\" \\ 紙 😀\t\u{1}\u{7F}",
    images: [
      .local(BlobID(of: first)), .remote("https://pictures.example/a%2Fb.png?x=1&y=2"),
      .local(BlobID(of: second)),
    ],
    size: .custom(PixelSize(width: 1_280, height: 720)), seed: Seed(42), enableSafetyChecker: true,
    enhancePromptMode: .fast, n: 3, outputFormat: .base64)

  static func changed(_ change: (inout EditRequest) -> Void) -> EditRequest {
    var request = request
    change(&request)
    return request
  }
}

@Suite struct `Request keys` {
  // Computed by Tests/Interop/api_vectors.py.
  static let golden: [(name: String, request: EditRequest, key: String, comparison: String)] = [
    (
      "defaults", Sample.request,
      "b598ab14eb9dcec901ce43fb58b3346dd209eddd38d953852627be5993254a93",
      "c733c4d0c7c50b1947df777b74ead62059acf100d497551f7e00023e46bebeff"
    ),
    (
      "every field", Sample.everyField,
      "7cb483667e0d0b1e3ce491bac003ab58af4ed68ab6c5effcf4773533e51aded5",
      "2dc225a6aad4b09be25e56d3e0493afb6262fec34c900f8df348eeb69c4232d9"
    ),
    (
      "composed", Sample.changed { $0.prompt = "caf\u{E9}" },
      "1baf4deabd5dba8a3a534dbac98147c77639b8d65ab1f299849537c9fc30f531",
      "e88322925b25cd8a320b05ba902db022119e9451a2a79ff9efbcbde0ad805f06"
    ),
    (
      "decomposed", Sample.changed { $0.prompt = "cafe\u{301}" },
      "1b767d37e7ee40208bcff330f1c5c87c349490a9d1a859e97df2183e699871db",
      "171af0b8699829ad40e5babf1bbdca96b0f1f8b247114c9bbae8627a5bd3499a"
    ),
    (
      "largest seed",
      Sample.changed {
        $0.seed = Seed(2_147_483_647)
        $0.size = .preset(.auto4K)
      },
      "b1086d22ca41e066b461b3b3863e8977c1c6b7c8141523df3f6e2f9afaa861c8",
      "9300e95d7a34ea2ca6b8dd9c4cf25fa58e4cfd13fb94b550092b46c756261213"
    ),
    (
      "base64", Sample.changed { $0.outputFormat = .base64 },
      "f26da71279e6265669568964ff36e30623e989197c22b69ecf3be127070a24ba",
      "c733c4d0c7c50b1947df777b74ead62059acf100d497551f7e00023e46bebeff"
    ),
    (
      "other model", Sample.changed { $0.model = ModelName("seedream-4-5-251128") },
      "b13e8a9180fbb8a2ea1105fe5a1c1d822a4590a4e73c896ac19e21c486bba24d",
      "c733c4d0c7c50b1947df777b74ead62059acf100d497551f7e00023e46bebeff"
    ),
  ]

  @Test(arguments: golden.indices)
  func `Keys are those that Python computes`(index: Int) {
    let row = Self.golden[index]
    #expect(row.request.key.description == row.key, "\(row.name)")
    #expect(row.request.comparisonKey.description == row.comparison, "\(row.name)")
  }

  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let isCompared: Bool
    let apply: @Sendable (inout EditRequest) -> Void

    init(
      _ name: String, isCompared: Bool = true,
      _ apply: @escaping @Sendable (inout EditRequest) -> Void
    ) {
      testDescription = name
      self.isCompared = isCompared
      self.apply = apply
    }
  }

  static let changes = [
    Change("model", isCompared: false) { $0.model = ModelName("other") },
    Change("model in capitals", isCompared: false) {
      $0.model = ModelName($0.model.text.uppercased())
    },
    Change("prompt") { $0.prompt += "." },
    Change("blank in the prompt") { $0.prompt += " " },
    Change("another picture") { $0.images = [.local(BlobID(of: Sample.second))] },
    Change("picture twice") { $0.images += $0.images },
    Change("remote picture") { $0.images = [.remote("https://a.example/1.png")] },
    Change("remote picture of another spelling") {
      $0.images = [.remote("https://a.example/%31.png")]
    },
    Change("picture under another type") {
      $0.images = [.local(BlobID(digest: SHA256Digest(hashing: Sample.first), kind: .jpeg))]
    },
    Change("size") { $0.size = .preset(.square) },
    Change("image_size") { $0.size = .custom(PixelSize(width: 1_024, height: 1_024)) },
    Change("image_size turned") { $0.size = .custom(PixelSize(width: 720, height: 1_280)) },
    Change("image_size lying") { $0.size = .custom(PixelSize(width: 1_280, height: 720)) },
    Change("size of equal pixels") { $0.size = .preset(.squareHD) },
    Change("seed") { $0.seed = Seed(1) },
    Change("seed 0") { $0.seed = Seed(0) },
    Change("enable_safety_checker") { $0.enableSafetyChecker = true },
    Change("enhance_prompt_mode") { $0.enhancePromptMode = .fast },
    Change("n") { $0.n = 2 },
    Change("output_format", isCompared: false) { $0.outputFormat = .base64 },
  ]

  @Test(arguments: changes)
  func `Each field is part of the key`(change: Change) {
    let changed = Sample.changed(change.apply)
    #expect(changed.key != Sample.request.key)
    #expect((changed.comparisonKey != Sample.request.comparisonKey) == change.isCompared)
  }

  @Test func `No two of the changes share a key`() {
    let keys = Self.changes.map { Sample.changed($0.apply).key }
    #expect(Set(keys).count == keys.count)
  }

  @Test func `The order of the pictures is part of the key`() {
    let one = InputImage.local(BlobID(of: Sample.first))
    let two = InputImage.local(BlobID(of: Sample.second))
    let forth = Sample.changed { $0.images = [one, two] }
    let back = Sample.changed { $0.images = [two, one] }
    #expect(forth.key != back.key)
    #expect(forth.comparisonKey != back.comparisonKey)
  }

  @Test func `Pictures of equal bytes give one key wherever they were read`() {
    let copy = BlobID(of: Array(Sample.first))
    #expect(Sample.changed { $0.images = [.local(copy)] }.key == Sample.request.key)
  }

  @Test func `A default that is stated gives the key of the default`() {
    let stated = EditRequest(
      model: .seedreamV4, prompt: "Make the sky pink", images: Sample.request.images,
      size: .preset(.auto), seed: nil, enableSafetyChecker: false, enhancePromptMode: .standard,
      n: 1, outputFormat: .url)
    #expect(stated.key == Sample.request.key)
  }

  @Test func `The canonical request is the documented object`() {
    let digest = SHA256Digest(hashing: Sample.first).hex
    #expect(
      Sample.request.canonical.canonicalText
        == #"{"body":{"enable_safety_checker":false,"enhance_prompt_mode":"standard","image_urls":"#
        + #"[{"media_type":"image/png","sha256":""# + digest
        + #""}],"model":"bytedance-seedream-v4-"#
        + #"image-to-image","n":1,"output_format":"url","prompt":"Make the sky pink","size":"auto"},"#
        + #""path":"/v1/images/edits"}"#)
  }

  @Test(arguments: [
    (-1, false), (0, true), (2_147_483_647, true), (2_147_483_648, false), (Int.min, false),
  ])
  func `Seeds are 0 to 2^31-1`(value: Int, isTaken: Bool) {
    #expect((Seed(value)?.value == value) == isTaken)
  }
}

@Suite struct `The body that is sent` {
  /// The property names and types of the contract's OpenAPI document, and of its note (`image_size`).
  static let contract = [
    "model": "a string", "prompt": "a string", "size": "a string", "seed": "a number",
    "enable_safety_checker": "a boolean", "enhance_prompt_mode": "a string",
    "image_urls": "an array", "n": "a number", "output_format": "a string",
    "image_size": "an object",
  ]

  static func body(_ request: EditRequest) throws -> JSONValue {
    try JSONParser.parse(request.wireParts.joined(from: Sample.blobs))
  }

  static let requests =
    [Sample.request, Sample.everyField]
    + `Request keys`.changes.map {
      Sample.changed($0.apply)
    }.filter {
      $0.images.allSatisfy { image in
        image != .local(BlobID(digest: SHA256Digest(hashing: Sample.first), kind: .jpeg))
      }
    }

  @Test(arguments: requests.indices)
  func `The body has the contract's fields and types and no other`(index: Int) throws {
    let request = Self.requests[index]
    let body = try Self.body(request)
    let members = try #require(body.object)
    for member in members {
      #expect(Self.contract[member.name] == member.value.kind, "\(member.name)")
    }
    for name in Self.contract.keys where !["size", "image_size", "seed"].contains(name) {
      #expect(body[name] != nil, "\(name) is sent explicitly")
    }
    #expect((body["size"] == nil) != (body["image_size"] == nil))
    #expect((body["seed"] == nil) == (request.seed == nil))
    #expect(body.canonicalBytes == (try request.wireParts.joined(from: Sample.blobs)))
  }

  @Test func `Every value arrives as it was given`() throws {
    let request = Sample.everyField
    let body = try Self.body(request)
    #expect(body["model"] == .string("seedream-5-0-260128"))
    #expect(body["prompt"] == .string(request.prompt))
    #expect(body["seed"] == .integer(42))
    #expect(body["n"] == .integer(3))
    #expect(body["enable_safety_checker"] == .bool(true))
    #expect(body["enhance_prompt_mode"] == .string("fast"))
    #expect(body["output_format"] == .string("b64_json"))
    #expect(body["image_size"] == .members(["width": .integer(1_280), "height": .integer(720)]))
    #expect(
      body["image_urls"]
        == .array([
          .string("data:image/png;base64,iVBORw0KGgpvbmU="),
          .string("https://pictures.example/a%2Fb.png?x=1&y=2"),
          .string("data:image/jpeg;base64,/9j/4HR3bw=="),
        ]))
  }

  @Test(arguments: SizePreset.allCases)
  func `A named size is sent under its name`(preset: SizePreset) throws {
    let body = try Self.body(Sample.changed { $0.size = .preset(preset) })
    #expect(body["size"] == .string(preset.rawValue))
  }

  @Test func `The names of the sizes are those of the contract`() {
    #expect(
      SizePreset.allCases.map(\.rawValue) == [
        "square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9",
        "auto", "auto_2K", "auto_4K",
      ])
    #expect(EnhancePromptMode.allCases.map(\.rawValue) == ["standard", "fast"])
    #expect(DeliveryFormat.allCases.map(\.rawValue) == ["url", "b64_json"])
  }

  @Test(arguments: ["\"}{", "</script>", "\\", "\u{0}\u{1F}\u{7F}", "\u{2028}", "e\u{301}", "😀"])
  func `No text escapes from its string`(text: String) throws {
    let body = try Self.body(
      Sample.changed {
        $0.prompt = text
        $0.model = ModelName(text)
        $0.images = [.remote(text)]
      })
    #expect(body["prompt"] == .string(text))
    #expect(body["model"] == .string(text))
    #expect(body["image_urls"] == .array([.string(text)]))
    #expect(body.object?.members.count == 8)
  }

  @Test func `Parts are as few as the pictures allow`() {
    #expect(Sample.request.wireParts.count == 3)
    #expect(Sample.everyField.wireParts.count == 5)
    #expect(
      Sample.changed { $0.images = [.remote("https://a.example/1.png")] }.wireParts.count == 1)
  }
}
