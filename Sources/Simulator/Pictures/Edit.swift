internal import Canonical
internal import ImageComparison
internal import SeedreamAPI

/// What a picture is drawn from, beside the input pictures.
struct Edit: Sendable {
  /// The model; see ``ModelShift``.
  let model: ModelName
  /// The prompt: it chooses palette and kind of decoration.
  let prompt: String
  /// The seed: it chooses places and sizes; `nil` draws as a seed of its own.
  var seed: Seed?
  /// The mode: the fast one leaves the softening out and half of the decoration.
  let mode: EnhancePromptMode
  /// The pixels of the picture.
  let size: PixelSize
  /// The place in the answer.
  let index: Int
  /// What a model other than Seedream 4.0 does.
  var drift = SimulatorSettings.Drift.shade
  /// Degrees of hue that this call turns the palette by, beside the model's.
  var turnDegrees = 0
  /// Percent of contrast that this call adds to the surroundings, beside the model's.
  var contrastPercent = 0

  /// Draws for what the prompt alone decides.
  var promptDice: Dice { Dice("prompt", .string(prompt)) }

  /// What makes the picture differ from every other, as one text.
  func identity(inputs: [StudioInput]) -> String {
    JSONValue.members([
      "index": .integer(index),
      "inputs": .array(inputs.map { .string($0.digest.description) }),
      "mode": .string(mode.rawValue),
      "model": .string(model.text),
      "prompt": .string(prompt),
      "seed": seed.map { .integer($0.value) } ?? .null,
    ]).canonicalText
  }

  /// Draws for what one draw decides.
  func drawDice(inputs: [StudioInput]) -> Dice {
    Dice(
      "draw",
      .members([
        "index": .integer(index),
        "inputs": .array(inputs.map { .string($0.digest.description) }),
        "model": drift == .redraw && model != .seedreamV4 ? .string(model.text) : nil,
        "prompt": .string(prompt),
        "seed": seed.map { .integer($0.value) } ?? .null,
      ]))
  }
}

/// A stream of numbers that a digest starts, the same on every machine.
struct Dice: Sendable {
  private var source: SplitMix64

  /// Starts the stream of a value.
  ///
  /// - Parameters:
  ///   - purpose: keeps the streams of one value apart.
  ///   - value: decides the stream.
  init(_ purpose: String, _ value: JSONValue) {
    let text = Array("proofsheet-simulator/1\n\(purpose)\n".utf8) + value.canonicalBytes
    source = SplitMix64(
      seed: SHA256Digest(hashing: text).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// The next number of a range; ranges here are so small that the remainder's bias does not show.
  mutating func next(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(source.next() % UInt64(range.count))
  }
}

/// How much a model's pictures differ from those of Seedream 4.0.
///
/// The surroundings' palette is turned by 25 to 65 degrees of hue and their contrast raised by 10 to
/// 25 %, decided by the digest of the model's name; places, shapes and the kept region stay. So a change
/// of model is a drift of the same picture, larger than what the codec loses and smaller than what a
/// change of seed does to shapes. `bytedance-seedream-v4-image-to-image` is the reference, shifted by 0.
struct ModelShift: Hashable, Sendable {
  /// Degrees of hue.
  let hueDegrees: Int
  /// Percent of contrast added.
  let contrastPercent: Int

  /// The shift of a model; there is none where models do not differ in colour.
  init(_ model: ModelName, _ drift: SimulatorSettings.Drift = .shade) {
    guard model != .seedreamV4, drift == .shade else {
      (hueDegrees, contrastPercent) = (0, 0)
      return
    }
    var dice = Dice("model", .string(model.text))
    let turn = dice.next(25...65)
    hueDegrees = dice.next(0...1) == 0 ? turn : 360 - turn
    contrastPercent = dice.next(10...25)
  }
}
