import Canonical
import SeedreamAPI
import Testing

@Suite struct `Findings about a request` {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: [String]
    let apply: @Sendable (inout EditRequest) -> Void

    /// - Parameter expected: `error field: part of the message`, one for each finding.
    init(
      _ name: String, _ expected: [String] = [],
      _ apply: @escaping @Sendable (inout EditRequest) -> Void
    ) {
      testDescription = name
      self.expected = expected
      self.apply = apply
    }
  }

  static let remote = InputImage.remote("https://a.example/1.png")
  static func words(_ count: Int) -> String {
    Array(repeating: "word", count: count).joined(separator: " ")
  }
  static func custom(_ width: Int, _ height: Int) -> ImageSize {
    .custom(PixelSize(width: width, height: height))
  }

  static let rows = [
    Row("defaults") { _ in },
    Row("empty model", ["error model: empty"]) { $0.model = ModelName("") },
    Row("blank model", ["error model: empty"]) { $0.model = ModelName(" \n") },
    Row("longest model") { $0.model = ModelName(String(repeating: "m", count: 200)) },
    Row("long model", ["error model: longer than 200"]) {
      $0.model = ModelName(String(repeating: "m", count: 201))
    },
    Row("control in model", ["error model: control"]) { $0.model = ModelName("a\u{7}") },
    Row("empty prompt", ["error prompt: empty"]) { $0.prompt = "" },
    Row("blank prompt", ["error prompt: empty"]) { $0.prompt = " \t\n\u{3000}" },
    Row("600 words") { $0.prompt = words(600) },
    Row("601 words", ["warning prompt: 601 words"]) { $0.prompt = words(601) },
    Row("longest prompt") { $0.prompt = String(repeating: "a", count: 32_768) },
    Row("long prompt", ["error prompt: 32769 bytes"]) {
      $0.prompt = String(repeating: "a", count: 32_769)
    },
    Row("prompt of lines") { $0.prompt = "a\n\tb" },
    Row("control in prompt", ["warning prompt: U+0007"]) { $0.prompt = "a\u{7}" },
    Row("null in prompt", ["warning prompt: U+0000"]) { $0.prompt = "a\u{0}\u{7F}" },
    Row("DEL in prompt", ["warning prompt: U+007F"]) { $0.prompt = "a\u{7F}" },
    Row("no input", ["error image_urls: at least one"]) { $0.images = [] },
    Row("ten inputs") { $0.images = Array(repeating: remote, count: 10) },
    Row("eleven inputs", ["error image_urls: silently drops the first"]) {
      $0.images = Array(repeating: remote, count: 11)
    },
    Row("data URI as URL", ["error image_urls: input 1"]) {
      $0.images = [.remote("data:image/png;base64,AAAA")]
    },
    Row("file URL", ["error image_urls: input 2"]) {
      $0.images = [remote, .remote("file:///etc/passwd")]
    },
    Row("two bad URLs", ["error image_urls: input 1", "error image_urls: input 3"]) {
      $0.images = [.remote(""), remote, .remote("https://")]
    },
    Row("custom at the minimum") { $0.size = custom(1_280, 720) },
    Row("custom below the minimum", ["warning image_size: expect 960x960"]) {
      $0.size = custom(640, 640)
    },
    Row("custom at the maximum") { $0.size = custom(4_096, 4_096) },
    Row("custom above the maximum", ["error image_size: at most 16777216"]) {
      $0.size = custom(4_097, 4_096)
    },
    Row("wide but of legal area") { $0.size = custom(6_240, 2_656) },
    Row("ratio 16") { $0.size = custom(4_800, 300) },
    Row("ratio 20", ["error image_size: too elongated"]) { $0.size = custom(2_000, 100) },
    Row("ratio above 16", ["error image_size: too elongated"]) { $0.size = custom(300, 4_801) },
    Row("side too long", ["error image_size: 14142"]) { $0.size = custom(14_143, 1_000) },
    Row("absurd side", ["error image_size: 14142"]) { $0.size = custom(.max, 1) },
    Row("small name on 4.0") { $0.size = .preset(.square) },
    Row("small name on 4.5", ["warning size: expect 1920x1920"]) {
      $0.size = .preset(.square)
      $0.model = ModelName("seedream-4-5-251128")
    },
    Row("common size on 4.5") {
      $0.size = custom(2_048, 2_048)
      $0.model = ModelName("seedream-4-5-251128")
    },
    Row("common size on 5.0 pro") {
      $0.size = custom(2_048, 2_048)
      $0.model = ModelName("seedream-5-0-pro-260628")
    },
    Row("too large for 5.0 pro", ["error image_size: Seedream 5.0 pro makes at most 4624220"]) {
      $0.size = custom(2_304, 2_304)
      $0.model = ModelName("seedream-5-0-pro-260628")
    },
    Row("automatic size on 4.5") {
      $0.size = .preset(.auto)
      $0.model = ModelName("seedream-4-5-251128")
    },
    Row("n 0", ["error n: n is 0"]) { $0.n = 0 },
    Row("n below 0", ["error n: n is -9223372036854775808"]) { $0.n = .min },
    Row("n 6") { $0.n = 6 },
    Row("n 7", ["error n: 1 to 6"]) { $0.n = 7 },
    Row("n absurd", ["error n: 1 to 6"]) { $0.n = .max },
    Row("15 together") {
      $0.images = Array(repeating: remote, count: 9)
      $0.n = 6
    },
    Row("16 together", ["error n: make 16; 15 are allowed"]) {
      $0.images = Array(repeating: remote, count: 10)
      $0.n = 6
    },
    Row("seed 0", ["warning seed: random"]) { $0.seed = Seed(0) },
    Row("seed 1") { $0.seed = Seed(1) },
    Row("fast on 4.0") { $0.enhancePromptMode = .fast },
    Row("fast on 5.0", ["warning enhance_prompt_mode: Seedream 5.0 ignores it"]) {
      $0.enhancePromptMode = .fast
      $0.model = ModelName("seedream-5-0-260128")
    },
    Row(
      "everything wrong",
      ["error model", "error prompt", "error image_urls", "error image_size", "error n"]
    ) {
      $0 = EditRequest(model: ModelName(""), prompt: "", images: [], size: custom(100, 2_000), n: 0)
    },
  ]

  @Test(arguments: rows)
  func `Each rule refuses, warns or is silent`(row: Row) throws {
    let findings = Sample.changed(row.apply).findings()
    try #require(findings.count == row.expected.count, "\(findings)")
    for (finding, expected) in zip(findings, row.expected) {
      let pieces = expected.split(separator: ": ", maxSplits: 1).map(String.init)
      #expect("\(finding.severity) \(finding.field)" == pieces[0])
      #expect(finding.message.contains(pieces.count == 2 ? pieces[1] : ""), "\(finding.message)")
      #expect(finding.description == "\(finding.field): \(finding.message)")
    }
  }

  @Test(arguments: [
    "https://user:hunter2@a.example/1.png", "https://a.example/\u{1B}[2Jhunter2", "ftp://hunter2/",
  ])
  func `A refused URL is not shown, since it may hold a password`(url: String) throws {
    let findings = Sample.changed { $0.images = [.remote(url)] }.findings()
    #expect(findings.count == 1)
    #expect(findings.allSatisfy { !$0.description.contains("hunter2") })
  }

  static let inputs: [(name: String, facts: InputFacts, expected: String?)] = [
    ("good", facts(), nil), ("jpeg", facts(kind: .jpeg), nil), ("webp", facts(kind: .webp), nil),
    ("gif", facts(kind: .gif), "image/gif"),
    ("text", facts(kind: .data), "application/octet-stream"),
    ("largest file", facts(byteCount: 10_000_000), nil),
    ("large file", facts(byteCount: 10_000_001), "10000001 bytes"),
    ("largest picture", facts(6_000, 6_000), nil),
    ("large picture", facts(6_001, 6_000), "36006000 pixels"),
    ("side 15", facts(15, 15), nil), ("side 14", facts(15, 14), "too small"),
    ("ratio 3", facts(300, 100), nil), ("ratio 1:3", facts(100, 300), nil),
    ("odd ratio 1:3", facts(49, 147), nil),
    ("ratio above 3", facts(301, 100), "too elongated"),
    ("ratio below 1:3", facts(100, 301), "too elongated"),
    ("one pixel", facts(1, 1), "too small"),
  ]

  static func facts(
    _ width: Int = 100, _ height: Int = 100, kind: BlobKind = .png, byteCount: Int = 1_000
  ) -> InputFacts {
    InputFacts(byteCount: byteCount, kind: kind, size: PixelSize(width: width, height: height))
  }

  @Test(arguments: inputs.indices)
  func `An input picture is judged by the stricter published limits`(index: Int) {
    let row = Self.inputs[index]
    let digest = SHA256Digest(hashing: Sample.first)
    let findings = Sample.request.findings(inputs: [digest: row.facts])
    #expect(findings.count == (row.expected == nil ? 0 : 1), "\(row.name): \(findings)")
    if let expected = row.expected {
      #expect(findings.first?.severity == .error)
      #expect(findings.first?.field == "image_urls")
      #expect(findings.first?.message.contains(expected) == true, "\(findings)")
    }
  }

  @Test func `A picture without facts is not judged`() {
    let other = SHA256Digest(hashing: Sample.second)
    #expect(Sample.request.findings(inputs: [other: Self.facts(1, 1)]).isEmpty)
  }
}
