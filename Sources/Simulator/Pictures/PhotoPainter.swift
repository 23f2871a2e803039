internal import ImageComparison
internal import SeedreamAPI

/// Edits a photograph in whole numbers: its middle stays, its surroundings become another place.
///
/// The first input is resized to cover the size, cut at its longer sides; in ``keptRegion`` its pixels
/// stay as they are. Outwards, through a soft edge, it is blurred (standard mode only), toned by the
/// prompt's palette, lit from a side that the seed chooses, and overlaid with shapes whose kind comes
/// from the prompt and whose places come from the seed. Up to four further inputs appear as discs in the
/// corners; all inputs take part in the draw. There is no grain, so that the pictures compress well.
package struct PhotoPainter: Painting {
  /// The part of a picture that stays bit-equal to the resized input, as shares of its sides: left, top,
  /// width and height, together 31 % of the area.
  package static let keptRegion = (left: 0.22, top: 0.22, width: 0.56, height: 0.56)

  /// Bytes of resized inputs that are kept for the next edit of the same photograph and size.
  static let groundByteCountMax = 128 << 20

  /// A resized input and what is left of it behind frosted glass.
  private struct Ground {
    let sharp: Picture
    let soft: Picture
  }

  private struct GroundKey: Hashable {
    let digest: PixelDigest
    let size: PixelSize
  }

  private let grounds = BoundedCache<GroundKey, Ground>(byteCountMax: groundByteCountMax)

  /// Makes a painter.
  package init() {}

  func paint(_ edit: Edit, inputs: [StudioInput]) -> Picture {
    guard let first = inputs.first else { preconditionFailure("an edit has an input") }
    let (width, height) = (edit.size.width, edit.size.height)
    let ground = ground(of: first, size: edit.size)
    let shift = ModelShift(edit.model, edit.drift)
    var promptDice = edit.promptDice
    var drawDice = edit.drawDice(inputs: inputs)
    // Seeds of one prompt share its colour but for a shade, as draws of a model do.
    let palette = Palette(
      prompt: edit.prompt, dice: &promptDice,
      turn: shift.hueDegrees + edit.turnDegrees + drawDice.next(-12...12))
    let kind = Shape.Kind(rawValue: promptDice.next(0...Shape.Kind.allCases.count - 1)) ?? .discs
    let tone = Tone(
      gradient: palette.gradient(contrastPercent: shift.contrastPercent + edit.contrastPercent),
      strength: promptDice.next(178...214),
      softness: edit.mode == .standard ? 176 : 0, light: Light(dice: &drawDice))
    let shapes = Shape.decoration(
      kind, width: width, height: height, accents: palette.accents,
      isSparse: edit.mode == .fast, dice: &drawDice)
    var pixels = surround(ground, tone: tone, shapes: shapes)
    for (corner, input) in inputs.dropFirst().prefix(4).enumerated() {
      inset(input.picture, corner: corner, into: &pixels, width: width, height: height)
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  // MARK: Ground

  private func ground(of input: StudioInput, size: PixelSize) -> Ground {
    let key = GroundKey(digest: input.digest, size: size)
    if let ground = grounds[key] { return ground }
    let sharp = input.picture.covering(width: size.width, height: size.height)
    let coarse = sharp.resized(width: max(2, size.width / 40), height: max(2, size.height / 40))
    let ground = Ground(sharp: sharp, soft: coarse)
    grounds.insert(ground, for: key, byteCount: sharp.pixels.count)
    return ground
  }

  // MARK: Surroundings

  /// How the surroundings are toned.
  private struct Tone {
    /// The colour of every brightness.
    let gradient: [Colour]
    /// How much of that colour is laid on, in 256ths.
    let strength: Int32
    /// How much of the blurred picture is mixed in, in 256ths.
    let softness: Int32
    let light: Light

    init(gradient: [Colour], strength: Int, softness: Int, light: Light) {
      self.gradient = gradient
      self.strength = Int32(strength)
      self.softness = Int32(softness)
      self.light = light
    }
  }

  /// Light from a side: how much it gains from one edge to the other, in 256ths.
  private struct Light {
    let across: Int
    let down: Int

    init(dice: inout Dice) {
      across = dice.next(30...76) * (dice.next(0...1) * 2 - 1)
      down = dice.next(0...60) * (dice.next(0...1) * 2 - 1)
    }
  }

  private func surround(_ ground: Ground, tone: Tone, shapes: [Shape]) -> [UInt8] {
    let (width, height) = (ground.sharp.width, ground.sharp.height)
    let mask = Mask(width: width, height: height)
    var softRows = SoftRows(ground.soft, width: width, height: height)
    var pixels = ground.sharp.pixels
    var row = [Int32](repeating: 0, count: width * 3)
    for y in 0..<height {
      softRows.move(to: y)
      tint(&row, ground.sharp.pixels, softRows.row, y: y, width: width, height: height, tone)
      var colours = row.mutableSpan
      for shape in shapes { shape.lay(over: &colours, y: y, width: width) }
      var target = pixels.mutableSpan
      for x in 0..<width {
        let share = mask.share(x: x, y: y)
        guard share > 0 else { continue }
        let first = (y * width + x) * 4
        for channel in 0..<3 {
          let old = Int32(target[first + channel])
          let new = old.mixed(with: colours[x * 3 + channel], by: share)
          target[first + channel] = UInt8(clamping: new)
        }
      }
    }
    return pixels
  }

  /// Tones and lights one row.
  private func tint(
    _ row: inout [Int32], _ pixels: [UInt8], _ soft: [Int32], y: Int, width: Int, height: Int,
    _ tone: Tone
  ) {
    let (source, blurred) = (pixels.span, soft.span)
    var target = row.mutableSpan
    let gradient = tone.gradient.span
    let down = tone.light.down * (2 * y - height) / height
    for x in 0..<width {
      let from = (y * width + x) * 4
      var red = Int32(source[from])
      var green = Int32(source[from + 1])
      var blue = Int32(source[from + 2])
      red = red.mixed(with: blurred[x * 3], by: tone.softness)
      green = green.mixed(with: blurred[x * 3 + 1], by: tone.softness)
      blue = blue.mixed(with: blurred[x * 3 + 2], by: tone.softness)
      // The weights of Rec. 601's luma in 256ths.
      let luma = Int((77 * red + 150 * green + 29 * blue) >> 8)
      let colour = gradient[min(255, max(0, luma))]
      red = red.mixed(with: Int32(colour.red), by: tone.strength)
      green = green.mixed(with: Int32(colour.green), by: tone.strength)
      blue = blue.mixed(with: Int32(colour.blue), by: tone.strength)
      let gain = Int32(256 + down + tone.light.across * (2 * x - width) / width)
      target[x * 3] = min(255, (red * gain) >> 8)
      target[x * 3 + 1] = min(255, (green * gain) >> 8)
      target[x * 3 + 2] = min(255, (blue * gain) >> 8)
    }
  }

  // MARK: Further inputs

  /// Lays a picture as a disc into a corner.
  private func inset(
    _ picture: Picture, corner: Int, into pixels: inout [UInt8], width: Int, height: Int
  ) {
    let radius = max(2, min(width, height) / 11)
    let side = min(2 * radius, width, height)
    let thumbnail = picture.covering(width: side, height: side)
    let left = (corner % 2 == 0 ? width * 11 / 100 : width * 89 / 100) - side / 2
    let top = (corner / 2 == 0 ? height * 11 / 100 : height * 89 / 100) - side / 2
    let mask = Mask(width: width, height: height)
    let source = thumbnail.pixels.span
    var target = pixels.mutableSpan
    for y in max(0, top)..<min(height, top + side) {
      for x in max(0, left)..<min(width, left + side) {
        let (dx, dy) = (2 * (x - left) + 1 - side, 2 * (y - top) + 1 - side)
        let inside = side * side - dx * dx - dy * dy
        let edge = Int32(min(256, max(0, inside * 64 / side)))
        let share = (edge * mask.share(x: x, y: y)) >> 8
        let (first, from) = ((y * width + x) * 4, ((y - top) * side + x - left) * 4)
        for channel in 0..<3 {
          let old = Int32(target[first + channel])
          let new = old.mixed(with: Int32(source[from + channel]), by: share)
          target[first + channel] = UInt8(clamping: new)
        }
      }
    }
  }
}

/// Where a picture is edited: nowhere in its middle, wholly at its edges, softly between.
///
/// The middle is a superellipse of the fourth degree, `(u/a)⁴ + (v/a)⁴ ≤ 1`, with half axes of 0.67 of
/// the way from the centre to the edges: it holds the rectangle ``PhotoPainter/keptRegion``.
struct Mask: Sendable {
  /// The value of the boundary.
  private static let one = 4_096
  /// The half axis in thousandths of half a side.
  private static let axis = 670
  /// The value from which the edit is whole.
  private static let whole = 3 * one

  private let columns: [Int]
  private let rows: [Int]
  private let ramp: [Int32]

  init(width: Int, height: Int) {
    columns = Self.powers(width)
    rows = Self.powers(height)
    ramp = (0...Self.whole - Self.one).map { step in
      // 3t² - 2t³ in 256ths.
      let t = step * 256 / (Self.whole - Self.one)
      return Int32(t * t * (768 - 2 * t) / 65_536)
    }
  }

  private static func powers(_ count: Int) -> [Int] {
    let fourth = axis * axis * axis * axis
    return (0..<count).map { place in
      let away = abs(2 * place + 1 - count) * 1_000 / count
      return away * away * away * away * one / fourth
    }
  }

  /// How much of the edit a pixel shows, in 256ths.
  func share(x: Int, y: Int) -> Int32 {
    let value = columns[x] + rows[y] - Self.one
    return value <= 0 ? 0 : ramp[min(value, ramp.count - 1)]
  }
}

/// Rows of a small picture, mixed up to a large one's width.
private struct SoftRows {
  private let picture: Picture
  private let width: Int
  private let height: Int
  private var mixed: [Int32]
  /// Red, green and blue of the current row.
  private(set) var row: [Int32]

  init(_ picture: Picture, width: Int, height: Int) {
    self.picture = picture
    self.width = width
    self.height = height
    mixed = [Int32](repeating: 0, count: picture.width * 3)
    row = [Int32](repeating: 0, count: width * 3)
  }

  /// Where a place of `count` lies among `small` ones, in 256ths, between the outermost centres.
  private static func place(_ place: Int, of count: Int, among small: Int) -> (Int, Int32) {
    let scaled = ((2 * place + 1) * small * 256 / (2 * count)) - 128
    let inner = min(max(0, scaled), (small - 1) * 256)
    let first = min(inner / 256, small - 2)
    return (first, Int32(inner - first * 256))
  }

  mutating func move(to y: Int) {
    let (above, share) = Self.place(y, of: height, among: picture.height)
    let (picture, width) = (picture, width)
    let source = picture.pixels.span
    let stride = picture.width * 4
    for x in 0..<picture.width {
      for channel in 0..<3 {
        let high = Int32(source[above * stride + x * 4 + channel])
        let low = Int32(source[(above + 1) * stride + x * 4 + channel])
        // Eight more bits, so that slow gradients do not step.
        mixed[x * 3 + channel] = high * 256 + (low - high) * share
      }
    }
    let mixedRow = mixed
    let rows = mixedRow.span
    var target = row.mutableSpan
    for x in 0..<width {
      let (left, share) = Self.place(x, of: width, among: picture.width)
      for channel in 0..<3 {
        let near = rows[left * 3 + channel]
        let far = rows[left * 3 + 3 + channel]
        target[x * 3 + channel] = (near + ((far - near) >> 8) * share) >> 8
      }
    }
  }
}

extension Picture {
  /// The picture cut in its middle to a ratio and resized, so that it covers a size.
  func covering(width: Int, height: Int) -> Picture {
    let isWide = self.width * height > width * self.height
    let cutWidth = isWide ? max(1, self.height * width / height) : self.width
    let cutHeight = isWide ? self.height : max(1, self.width * height / width)
    let cut = self.cut(width: min(cutWidth, self.width), height: min(cutHeight, self.height))
    return cut.width == width && cut.height == height
      ? cut : cut.resized(width: width, height: height)
  }

  private func cut(width: Int, height: Int) -> Picture {
    guard width < self.width || height < self.height else { return self }
    let (left, top) = ((self.width - width) / 2, (self.height - height) / 2)
    var cut: [UInt8] = []
    cut.reserveCapacity(width * height * 4)
    for y in top..<top + height {
      let first = (y * self.width + left) * 4
      cut += pixels[first..<first + width * 4]
    }
    return Picture(width: width, height: height, pixels: cut)
  }
}
