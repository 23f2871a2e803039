import Canonical
import SeedreamAPI
import Testing

extension PixelSize {
  /// Reads `1280x720`.
  init(text: String) throws {
    let sides = text.split(separator: "x").compactMap { Int($0) }
    try #require(sides.count == 2)
    self.init(width: sides[0], height: sides[1])
  }
}

@Suite struct `Sizes of pictures` {
  // The rows and worked examples of the contract's section on sizes, and of api_vectors.py.
  @Test(arguments: [
    ("512x512", 921_600, "960x960"), ("768x1024", 921_600, "832x1109"),
    ("576x1024", 921_600, "720x1280"),
    ("1024x768", 921_600, "1109x832"), ("1024x576", 921_600, "1280x720"),
    ("640x640", 921_600, "960x960"),
    ("800x600", 921_600, "1109x832"), ("1000x900", 921_600, "1012x911"),
    ("300x1200", 921_600, "480x1920"),
    ("1x16", 921_600, "240x3840"), ("959x961", 921_600, "960x962"),
    ("1280x719", 921_600, "1281x720"),
    ("1024x1024", 3_686_400, "1920x1920"), ("768x1024", 3_686_400, "1663x2218"),
    ("1280x720", 3_686_400, "2560x1440"), ("333x777", 3_686_400, "1257x2933"),
    ("1280x720", 921_600, "1280x720"), ("1024x1024", 921_600, "1024x1024"),
    ("4096x4096", 921_600, "4096x4096"),
  ])
  func `A size below the least area is scaled up`(text: String, minimum: Int, scaled: String) throws
  {
    #expect(try PixelSize(text: text).scaledUp(toArea: minimum).description == scaled)
  }

  @Test(arguments: UInt64(0)..<16)
  func `Each side is the least integer that keeps ratio and area`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<100 {
      let minimum = [921_600, 3_686_400].randomElement(using: &generator) ?? 921_600
      let size = PixelSize(
        width: .random(in: 1...2_000, using: &generator),
        height: .random(in: 1...2_000, using: &generator))
      let scaled = size.scaledUp(toArea: minimum)
      #expect(scaled.area >= minimum)
      guard size.area < minimum else {
        #expect(scaled == size)
        continue
      }
      func reaches(_ side: Int, _ own: Int, _ other: Int) -> Bool {
        side * side * other >= minimum * own
      }
      #expect(reaches(scaled.width, size.width, size.height))
      #expect(!reaches(scaled.width - 1, size.width, size.height))
      #expect(reaches(scaled.height, size.height, size.width))
      #expect(!reaches(scaled.height - 1, size.height, size.width))
    }
  }

  @Test(
    arguments: [
      (.squareHD, "1024x1024", "1024x1024"), (.square, "512x512", "960x960"),
      (.portrait43, "768x1024", "832x1109"),
      (.portrait169, "576x1024", "720x1280"), (.landscape43, "1024x768", "1109x832"),
      (.landscape169, "1024x576", "1280x720"),
    ] as [(SizePreset, String, String)])
  func `A named size means the contract's pixels`(
    preset: SizePreset, base: String, scaled: String
  ) throws {
    #expect(preset.base?.description == base)
    #expect(ModelLimits(model: .seedreamV4).pixels(of: .preset(preset))?.description == scaled)
  }

  @Test(arguments: [SizePreset.auto, .auto2K, .auto4K])
  func `An automatic size means no pixels`(preset: SizePreset) {
    #expect(preset.base == nil)
    #expect(ModelLimits(model: .seedreamV4).pixels(of: .preset(preset)) == nil)
  }

  @Test func `The area of absurd sides does not overflow`() {
    let size = PixelSize(width: .max, height: .max)
    #expect(size.area == .max)
    #expect(size.scaledUp(toArea: 921_600) == size)
    #expect(!Sample.changed { $0.size = .custom(size) }.findings().isEmpty)
  }

  @Test func `A size is described and written as the contract has it`() {
    let size = PixelSize(width: 1_280, height: 720)
    #expect(size.json.canonicalText == #"{"height":720,"width":1280}"#)
    #expect(ImageSize.custom(size).description == "1280x720")
    #expect(ImageSize.preset(.auto2K).description == "auto_2K")
  }
}

@Suite struct `Limits of models` {
  static let table: [(name: String, family: String, least: Int, most: Int, hasFast: Bool)] = [
    ("bytedance-seedream-v4-image-to-image", "Seedream 4.0", 921_600, 16_777_216, true),
    ("seedream-4-0-250828", "Seedream 4.0", 921_600, 16_777_216, true),
    ("doubao-seedream-4-0-250828", "Seedream 4.0", 921_600, 16_777_216, true),
    ("no model that is known", "Seedream 4.0", 921_600, 16_777_216, true),
    ("", "Seedream 4.0", 921_600, 16_777_216, true),
    ("seedream-4-5-251128", "Seedream 4.5", 3_686_400, 16_777_216, false),
    ("ByteDance-Seedream-V4.5-Edit", "Seedream 4.5", 3_686_400, 16_777_216, false),
    ("bytedance-seedream-v45", "Seedream 4.5", 3_686_400, 16_777_216, false),
    ("bytedance/seedream-4.5", "Seedream 4.5", 3_686_400, 16_777_216, false),
    ("seedream-5-0-260128", "Seedream 5.0", 3_686_400, 16_777_216, false),
    ("bytedance-seedream-v5-lite-image-to-image", "Seedream 5.0", 3_686_400, 16_777_216, false),
    ("onerouter.pro/seedream-v5-lite", "Seedream 5.0", 3_686_400, 16_777_216, false),
    ("seedream-5-0-production", "Seedream 5.0", 3_686_400, 16_777_216, false),
    ("seedream-5-0-pro-260628", "Seedream 5.0 pro", 921_600, 4_624_220, false),
    ("bytedance-seedream-v5-pro", "Seedream 5.0 pro", 921_600, 4_624_220, false),
  ]

  @Test(arguments: table.indices)
  func `A model's name tells its limits`(index: Int) {
    let row = Self.table[index]
    let limits = ModelLimits(model: ModelName(row.name))
    #expect(limits.family == row.family)
    #expect(limits.areaMin == row.least)
    #expect(limits.areaMax == row.most)
    #expect(limits.hasFastMode == row.hasFast)
  }

  struct Expectation: Sendable, CustomTestStringConvertible {
    let model: String
    let size: ImageSize
    var input: String?
    let admitted: [String]
    let refused: [String]
    var testDescription: String { "\(model) \(size) \(input ?? "")" }
  }

  static let v4 = "seedream-4-0-250828"
  static let expectations = [
    Expectation(
      model: v4, size: .preset(.squareHD), admitted: ["1024x1024"],
      refused: ["1024x1025", "2048x2048"]),
    Expectation(
      model: v4, size: .preset(.square), admitted: ["960x960"], refused: ["512x512", "961x960"]),
    Expectation(
      model: v4, size: .preset(.landscape169), admitted: ["1280x720"],
      refused: ["720x1280", "1281x720"]),
    Expectation(
      model: v4, size: .preset(.portrait43),
      admitted: ["832x1109", "831x1108", "834x1111", "830x1107"],
      refused: ["829x1109", "832x1112", "1109x832", "768x1024"]),
    Expectation(
      model: v4, size: .custom(PixelSize(width: 1_280, height: 720)), admitted: ["1280x720"],
      refused: ["1279x720"]),
    Expectation(
      model: v4, size: .custom(PixelSize(width: 1_000, height: 900)),
      admitted: ["1012x911", "1010x913"],
      refused: ["1000x900", "1015x911"]),
    Expectation(
      model: "seedream-4-5-251128", size: .preset(.squareHD), admitted: ["1920x1920"],
      refused: ["1024x1024"]),
    Expectation(
      model: v4, size: .preset(.auto), input: "1200x800",
      admitted: ["1248x832", "1200x800", "2496x1664"],
      refused: ["1024x1024", "900x600", "2592x1728", "832x1248"]),
    Expectation(
      model: v4, size: .preset(.auto), admitted: ["1024x1024", "960x960", "2048x2048"],
      refused: ["512x512", "4096x4096"]),
    Expectation(
      model: v4, size: .preset(.auto2K), input: "3264x2448",
      admitted: ["2304x1728", "2312x1734"],
      refused: ["2048x2048", "1152x864", "4704x3520", "1728x2304"]),
    Expectation(
      model: v4, size: .preset(.auto2K), input: "1080x1920", admitted: ["1440x2560", "1600x2848"],
      refused: ["2560x1440", "2048x2048"]),
    // All published rows of the 4K tier, four of which exceed 4096 x 4096 by up to 0.7 %.
    Expectation(
      model: v4, size: .preset(.auto4K),
      admitted: [
        "4096x4096", "4704x3520", "4736x3552", "4608x3456", "5504x3040", "5472x3072", "5120x2880",
        "4992x3328", "5024x3360", "6240x2656", "6272x2688", "6048x2592",
      ], refused: ["2048x2048", "4200x4200"]),
    Expectation(
      model: v4, size: .preset(.auto4K), input: "1600x900", admitted: ["5504x3040", "5472x3072"],
      refused: ["4096x4096", "4992x3328"]),
    // Between two tiers the own ratio and the nearest tier's are both admitted.
    Expectation(
      model: v4, size: .preset(.auto2K), input: "1400x1000", admitted: ["2304x1728", "2408x1720"],
      refused: ["2496x1664", "2048x2048"]),
  ]

  @Test(arguments: expectations)
  func `The expected size admits what may come and nothing else`(row: Expectation) throws {
    let limits = ModelLimits(model: ModelName(row.model))
    let expected = limits.expectedSize(
      for: row.size, lastInput: try row.input.map { try PixelSize(text: $0) })
    for text in row.admitted {
      #expect(expected.admits(try PixelSize(text: text)), "\(text) for \(expected)")
    }
    for text in row.refused {
      #expect(!expected.admits(try PixelSize(text: text)), "\(text) for \(expected)")
    }
  }

  @Test func `An expectation is said in words`() {
    let size = PixelSize(width: 832, height: 1_109)
    #expect(ExpectedSize.exactly(size).description == "832x1109")
    #expect(ExpectedSize.about(size, pixels: 2).description == "832x1109 ± 2 px a side")
    #expect(ExpectedSize.within(area: 1...2, ratios: []).description == "1 to 2 pixels")
    #expect(
      ExpectedSize.within(area: 1...2, ratios: [1.5, 4.0 / 3]).description
        == "1 to 2 pixels, width/height 1.5 or 1.333 ± 2 %")
  }
}

@Suite struct Prices {
  @Test(
    arguments: [
      ("bytedance-seedream-v4-image-to-image", "0.03"), ("seedream-4-0-250828", "0.03"),
      ("seedream-4-5-251128", "0.04"), ("Bytedance-Seedream-V4.5", "0.04"),
      ("seedream-v4-5-edit", "0.04"),
      ("seedream-v45", "0.04"), ("seedream-45", "0.04"), ("bytedance/seedream-4.5", "0.04"),
      ("seedream-5-0-260128", "0.035"), ("bytedance-seedream-v5-lite", "0.035"),
      ("seedream-5-0-lite", "0.035"),
      ("seedream-5-0-pro-260628", nil), ("gpt-image-2", nil), ("", nil),
    ] as [(String, String?)])
  func `The price is found by the model's name`(model: String, dollars: String?) {
    #expect(PriceTable.listed.price(of: ModelName(model)) == dollars.flatMap { Money($0) })
  }

  @Test func `The first entry that fits decides`() {
    let table = PriceTable(
      asOf: "2026-01-02",
      entries: [
        .init(namePart: "Special", price: Money(microDollars: 1)),
        .init(namePart: "", price: Money(microDollars: 2)),
      ])
    #expect(table.price(of: ModelName("a-SPECIAL-b")) == Money(microDollars: 1))
    #expect(table.price(of: ModelName("x")) == Money(microDollars: 2))
  }

  @Test func `The contract's example costs what it says`() throws {
    let four = try #require(PriceTable.listed.price(of: ModelName("seedream-4-0-250828")))
    let fourAndHalf = try #require(PriceTable.listed.price(of: ModelName("seedream-4-5-251128")))
    #expect(four * 120 + fourAndHalf * 120 == Money("8.40"))
  }
}
