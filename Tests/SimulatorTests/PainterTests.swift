import Canonical
import ImageComparison
import SeedreamAPI
import Testing

@testable import Simulator

struct PainterTests {
  static let size = PixelSize(width: 120, height: 80)

  static func input(width: Int = 90, height: Int = 60, shade: Int = 0) -> StudioInput {
    let picture = samplePicture(width: width, height: height, shade: shade)
    return StudioInput(picture: picture, digest: picture.digest)
  }

  static func edit(
    model: ModelName = .seedreamV4, prompt: String = "Put the cup on linen paper",
    seed: Int? = 7, mode: EnhancePromptMode = .standard, size: PixelSize = size, index: Int = 0
  ) -> Edit {
    Edit(
      model: model, prompt: prompt, seed: seed.flatMap { Seed($0) }, mode: mode, size: size,
      index: index)
  }

  static func paint(_ edit: Edit, _ inputs: [StudioInput] = [input()]) -> Picture {
    PhotoPainter().paint(edit, inputs: inputs)
  }

  /// The share of pixels that differ visibly, in percent.
  static func changed(_ left: Picture, _ right: Picture) -> Int {
    var count = 0
    for pixel in 0..<left.width * left.height {
      let difference = (0..<3).reduce(0) {
        $0 + abs(Int(left.pixels[pixel * 4 + $1]) - Int(right.pixels[pixel * 4 + $1]))
      }
      if difference >= 12 { count += 1 }
    }
    return count * 100 / (left.width * left.height)
  }

  @Test func `The same edit gives the same pixels from any painter`() {
    #expect(Self.paint(Self.edit()).pixels == Self.paint(Self.edit()).pixels)
  }

  @Test func `Pixels stay as they were when this test was written`() {
    // Recordings of the simulator are compared with later runs: a change here makes them all stale.
    #expect(
      Self.paint(Self.edit()).digest.description
        == "px1:b2aed582bf9bea97eee2e2df88dba9387edfc55b91836ba079c47fc5319f81f7")
  }

  static let otherEdits: [(String, Edit)] = [
    ("seed", edit(seed: 8)), ("no seed", edit(seed: nil)), ("index", edit(index: 1)),
    ("prompt", edit(prompt: "Put the cup on slate paper")),
    ("prompt without colour word", edit(prompt: "Turn it around")),
    ("model", edit(model: ModelName("bytedance-seedream-v4.5-image-to-image"))),
    ("mode", edit(mode: .fast)),
  ]

  @Test(arguments: otherEdits)
  func `Another parameter gives a visibly other picture`(name: String, other: Edit) {
    #expect(Self.changed(Self.paint(Self.edit()), Self.paint(other)) >= 5)
  }

  @Test func `Another input gives another picture, a further one too`() {
    let first = Self.input()
    let plain = Self.paint(Self.edit(), [first])
    #expect(plain.pixels != Self.paint(Self.edit(), [Self.input(shade: 1)]).pixels)
    let second = Self.input(width: 40, height: 40, shade: 40)
    #expect(plain.pixels != Self.paint(Self.edit(), [first, second]).pixels)
    #expect(
      Self.paint(Self.edit(), [first, second]).pixels
        != Self.paint(Self.edit(), [second, first]).pixels)
  }

  @Test(arguments: [(120, 80), (80, 120), (97, 61), (200, 60)])
  func `The kept region is the resized input bit for bit`(width: Int, height: Int) {
    let size = PixelSize(width: width, height: height)
    let input = Self.input()
    let resized = input.picture.covering(width: width, height: height)
    for (_, other) in Self.otherEdits {
      let picture = Self.paint(
        Self.edit(
          model: other.model, prompt: other.prompt, seed: other.seed?.value, mode: other.mode,
          size: size, index: other.index), [input, Self.input(shade: 9)])
      #expect((picture.width, picture.height) == (width, height))
      let region = PhotoPainter.keptRegion
      var kept = 0
      var equal = 0
      for y in 0..<height {
        for x in 0..<width {
          let (across, down) = (
            (Double(x) + 0.5) / Double(width), (Double(y) + 0.5) / Double(height)
          )
          guard across >= region.left, across <= region.left + region.width, down >= region.top,
            down <= region.top + region.height
          else { continue }
          kept += 1
          let first = (y * width + x) * 4
          if picture.pixels[first..<first + 4] == resized.pixels[first..<first + 4] { equal += 1 }
        }
      }
      #expect(equal == kept)
      #expect(kept * 100 >= width * height * 29)
      #expect(Self.changed(picture, resized) >= 20)
    }
  }

  @Test func `A picture covers its size and is cut in the middle`() {
    var pixels: [UInt8] = []
    for _ in 0..<2 { for shade in 0..<6 { pixels += [UInt8(shade * 10), 0, 0, 255] } }
    let cut = Picture(width: 6, height: 2, pixels: pixels).covering(width: 2, height: 2)
    #expect(
      cut.pixels.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) == [20, 30, 20, 30])
  }

  @Test func `A transparent input is laid on white`() {
    let half = Picture(width: 1, height: 2, pixels: [100, 0, 200, 128, 0, 0, 0, 0])
    #expect(half.opaque.pixels == [177, 127, 227, 255, 255, 255, 255, 255])
    let deep = Picture(
      width: 1, height: 1, bitDepth: 16, pixels: [0x34, 0x12, 0, 0xFF, 0, 0x80, 0xFF, 0xFF])
    #expect(deep.opaque.pixels == [0x12, 0xFF, 0x80, 255])
  }

  @Test func `A model shifts by what is documented`() {
    #expect(ModelShift(.seedreamV4).hueDegrees == 0)
    #expect(ModelShift(.seedreamV4).contrastPercent == 0)
    for name in ["seedream-v4.5", "seedream-5-0-pro", "my-seedream", "x"] {
      let shift = ModelShift(ModelName(name))
      let turn = min(shift.hueDegrees, 360 - shift.hueDegrees)
      #expect((25...65).contains(turn))
      #expect((10...25).contains(shift.contrastPercent))
    }
  }

  @Test(arguments: [
    (0, 100, 50, [255, 0, 0]), (120, 100, 50, [0, 255, 0]), (240, 100, 50, [0, 0, 255]),
    (60, 100, 50, [255, 255, 0]), (-60, 100, 50, [255, 0, 255]), (540, 100, 50, [0, 255, 255]),
    (77, 0, 0, [0, 0, 0]), (77, 0, 100, [255, 255, 255]), (77, 100, 100, [255, 255, 255]),
  ])
  func `Colours follow the formula of CSS`(
    hue: Int, saturation: Int, lightness: Int, expected: [Int]
  ) {
    let colour = Colour(hue: hue, saturation: saturation, lightness: lightness)
    #expect([colour.red, colour.green, colour.blue] == expected)
  }

  @Test func `Every palette's colours are in range`() {
    for turn in stride(from: 0, to: 360, by: 7) {
      var dice = Dice("test", .integer(turn))
      let palette = Palette(prompt: "x\(turn)", dice: &dice, turn: turn)
      for colour in palette.gradient(contrastPercent: 25) + palette.accents {
        #expect([colour.red, colour.green, colour.blue].allSatisfy { (0...255).contains($0) })
      }
    }
  }
}

struct OutputSizeTests {
  static let input = PixelSize(width: 600, height: 400)
  static let v4 = ModelName.seedreamV4
  static let v45 = ModelName("bytedance-seedream-v4.5-image-to-image")
  static let pro = ModelName("seedream-5-0-pro-260628")

  static func pixels(
    _ size: ImageSize, model: ModelName = v4, input: PixelSize = input, enforces: Bool = false
  ) throws -> PixelSize {
    try OutputSize(limits: ModelLimits(model: model), enforcesModelAreaMin: enforces)
      .pixels(of: size, lastInput: input)
  }

  static let presets: [(SizePreset, String)] = [
    (.squareHD, "1024x1024"), (.square, "960x960"), (.portrait43, "832x1109"),
    (.portrait169, "720x1280"), (.landscape43, "1109x832"), (.landscape169, "1280x720"),
    (.auto2K, "2496x1664"), (.auto4K, "4992x3328"), (.auto, "1176x784"),
  ]

  @Test(arguments: presets)
  func `Presets follow the published tables`(preset: SizePreset, expected: String) throws {
    #expect(try Self.pixels(.preset(preset)).description == expected)
  }

  @Test(arguments: [
    (PixelSize(width: 1_000, height: 1_000), "1000x1000"),
    (PixelSize(width: 4_000, height: 3_000), "2364x1773"),
    (PixelSize(width: 3_000, height: 4_000), "1773x2364"),
    (PixelSize(width: 300, height: 600), "679x1358"),
  ])
  func `The automatic size keeps the input's ratio within bounds`(
    input: PixelSize, expected: String
  ) throws {
    let pixels = try Self.pixels(.preset(.auto), input: input)
    #expect(pixels.description == expected)
    #expect((921_600...4_194_304).contains(pixels.area))
  }

  @Test(arguments: [
    (PixelSize(width: 100, height: 100), "2048x2048", "4096x4096"),
    (PixelSize(width: 400, height: 300), "2304x1728", "4704x3520"),
    (PixelSize(width: 300, height: 400), "1728x2304", "3520x4704"),
    (PixelSize(width: 1_920, height: 1_080), "2560x1440", "5504x3040"),
    (PixelSize(width: 100, height: 300), "1296x3024", "2656x6240"),
  ])
  func `The tiers take the row of the nearest ratio`(
    input: PixelSize, twoK: String, fourK: String
  ) throws {
    #expect(try Self.pixels(.preset(.auto2K), input: input).description == twoK)
    #expect(try Self.pixels(.preset(.auto4K), input: input).description == fourK)
  }

  @Test(arguments: [SizePreset.auto, .auto2K, .auto4K, .square, .portrait43, .landscape169])
  func `What is made is what the client expects`(preset: SizePreset) throws {
    for model in [Self.v4, Self.v45] {
      for input in [Self.input, PixelSize(width: 451, height: 300)] {
        let expected = ModelLimits(model: model).expectedSize(
          for: .preset(preset), lastInput: input)
        #expect(expected.admits(try Self.pixels(.preset(preset), model: model, input: input)))
      }
    }
  }

  @Test func `A model's least area scales up or refuses`() throws {
    let size = ImageSize.preset(.squareHD)
    #expect(try Self.pixels(size, model: Self.v45).description == "1920x1920")
    #expect(throws: OutputSize.Problem.self) {
      try Self.pixels(size, model: Self.v45, enforces: true)
    }
    #expect(try Self.pixels(size, enforces: true).description == "1024x1024")
    #expect(try Self.pixels(.preset(.square), enforces: true).description == "960x960")
  }

  @Test func `A size beyond a model's bounds is refused`() throws {
    #expect(throws: OutputSize.Problem.self) { try Self.pixels(.preset(.auto4K), model: Self.pro) }
    let elongated = ImageSize.custom(PixelSize(width: 1_601, height: 100))
    #expect(throws: OutputSize.Problem.self) { try Self.pixels(elongated) }
    let longest = ImageSize.custom(PixelSize(width: 1_600, height: 100))
    #expect(try Self.pixels(longest).description == "3840x240")
  }
}

struct BoundedCacheTests {
  @Test func `The longest unused goes first`() {
    let cache = BoundedCache<Int, String>(byteCountMax: 30)
    cache.insert("a", for: 1, byteCount: 10)
    cache.insert("b", for: 2, byteCount: 10)
    cache.insert("c", for: 3, byteCount: 10)
    #expect(cache[1] == "a")
    cache.insert("d", for: 4, byteCount: 10)
    #expect(cache[2] == nil)
    #expect(cache[1] == "a")
    cache.insert("e", for: 1, byteCount: 30)
    #expect(cache[1] == "e")
    #expect(cache[3] == nil)
    cache.insert("f", for: 5, byteCount: 31)
    #expect(cache[5] == nil)
    #expect(cache[1] == "e")
  }
}
