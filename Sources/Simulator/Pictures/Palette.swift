extension Int32 {
  /// This number with a share of another, in 256ths, rounded down.
  @inline(__always)
  func mixed(with other: Int32, by share: Int32) -> Int32 {
    self + (((other - self) * share) >> 8)
  }
}

/// A colour of 8 bits a channel.
struct Colour: Hashable, Sendable {
  var red: Int
  var green: Int
  var blue: Int

  init(red: Int, green: Int, blue: Int) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  /// A colour by hue in degrees, saturation and lightness in percent, in whole numbers.
  ///
  /// The formula is that of CSS Color Module Level 4, section 7 ("HSL colors").
  init(hue: Int, saturation: Int, lightness: Int) {
    let chroma = (100 - abs(2 * lightness - 100)) * saturation
    let turned = (hue % 360 + 360) % 360
    let second = chroma * (60 - abs(turned % 120 - 60)) / 60
    let base = lightness * 100 - chroma / 2
    func channel(_ value: Int) -> Int { (base + value) * 255 / 10_000 }
    let (high, middle, low) = (channel(chroma), channel(second), channel(0))
    switch turned / 60 {
    case 0: self.init(red: high, green: middle, blue: low)
    case 1: self.init(red: middle, green: high, blue: low)
    case 2: self.init(red: low, green: high, blue: middle)
    case 3: self.init(red: low, green: middle, blue: high)
    case 4: self.init(red: middle, green: low, blue: high)
    default: self.init(red: high, green: low, blue: middle)
    }
  }

  /// This colour with a share of another, in 256ths.
  func mixed(with other: Colour, by share: Int) -> Colour {
    Colour(
      red: red + (other.red - red) * share / 256,
      green: green + (other.green - green) * share / 256,
      blue: blue + (other.blue - blue) * share / 256)
  }
}

/// The colours of a picture's surroundings.
struct Palette: Hashable, Sendable {
  /// What dark places become.
  let shadow: Colour
  /// What places of middle brightness become.
  let middle: Colour
  /// What bright places become.
  let light: Colour
  /// The colours of the decoration.
  let accents: [Colour]

  /// A hue in degrees, a saturation and a middle lightness in percent.
  private struct Tint {
    let hue: Int
    let saturation: Int
    let lightness: Int
  }

  /// Colour words and words of mood, in lower case; the first one in a prompt decides.
  private static let words: [String: Tint] = [
    "red": Tint(hue: 4, saturation: 58, lightness: 44),
    "crimson": Tint(hue: 350, saturation: 62, lightness: 40),
    "orange": Tint(hue: 26, saturation: 70, lightness: 50),
    "terracotta": Tint(hue: 16, saturation: 46, lightness: 48),
    "sunset": Tint(hue: 20, saturation: 66, lightness: 50),
    "autumn": Tint(hue: 28, saturation: 58, lightness: 44),
    "gold": Tint(hue: 43, saturation: 58, lightness: 50),
    "golden": Tint(hue: 43, saturation: 58, lightness: 50),
    "yellow": Tint(hue: 50, saturation: 68, lightness: 54),
    "linen": Tint(hue: 38, saturation: 26, lightness: 68),
    "sand": Tint(hue: 36, saturation: 36, lightness: 62),
    "wood": Tint(hue: 27, saturation: 42, lightness: 40),
    "wooden": Tint(hue: 27, saturation: 42, lightness: 40),
    "green": Tint(hue: 128, saturation: 38, lightness: 42),
    "forest": Tint(hue: 138, saturation: 36, lightness: 32),
    "garden": Tint(hue: 105, saturation: 36, lightness: 44),
    "spring": Tint(hue: 96, saturation: 42, lightness: 56),
    "mint": Tint(hue: 156, saturation: 36, lightness: 64),
    "teal": Tint(hue: 182, saturation: 48, lightness: 40),
    "ocean": Tint(hue: 200, saturation: 52, lightness: 44),
    "beach": Tint(hue: 190, saturation: 44, lightness: 60),
    "blue": Tint(hue: 214, saturation: 54, lightness: 48),
    "navy": Tint(hue: 222, saturation: 52, lightness: 30),
    "night": Tint(hue: 230, saturation: 46, lightness: 26),
    "slate": Tint(hue: 210, saturation: 16, lightness: 38),
    "winter": Tint(hue: 206, saturation: 30, lightness: 66),
    "snow": Tint(hue: 208, saturation: 24, lightness: 74),
    "purple": Tint(hue: 276, saturation: 42, lightness: 46),
    "violet": Tint(hue: 266, saturation: 46, lightness: 50),
    "pink": Tint(hue: 334, saturation: 54, lightness: 66),
    "black": Tint(hue: 220, saturation: 8, lightness: 18),
    "white": Tint(hue: 40, saturation: 8, lightness: 84),
    "grey": Tint(hue: 210, saturation: 6, lightness: 48),
    "gray": Tint(hue: 210, saturation: 6, lightness: 48),
  ]

  /// The palette of a prompt, as a model sees it.
  ///
  /// - Parameters:
  ///   - prompt: the words are looked up, and what they do not decide is drawn.
  ///   - dice: draws for the prompt.
  ///   - turn: degrees by which all hues are turned.
  init(prompt: String, dice: inout Dice, turn: Int) {
    let named = prompt.lowercased().split { !$0.isLetter }.lazy
      .compactMap { Self.words[String($0)] }.first
    let drawn = Tint(
      hue: dice.next(0...359), saturation: dice.next(24...44), lightness: dice.next(34...60))
    let tint = named ?? drawn
    // Two prompts with one colour word share their colour but for a shade.
    let hue = tint.hue + turn + dice.next(-7...7)
    let contrast = dice.next(24...70)
    shadow = Colour(
      hue: hue + contrast / 2, saturation: tint.saturation, lightness: tint.lightness * 2 / 7)
    middle = Colour(hue: hue, saturation: tint.saturation, lightness: tint.lightness)
    light = Colour(
      hue: hue - contrast / 3, saturation: tint.saturation * 3 / 4,
      lightness: 100 - (100 - tint.lightness) / 3)
    accents = [0, contrast, 180 + contrast].enumerated().map { order, turn in
      Colour(
        hue: hue + turn, saturation: min(80, tint.saturation + 14),
        lightness: min(86, tint.lightness + 12 + 8 * order))
    }
  }

  /// The colour of every brightness, with a contrast around the middle.
  func gradient(contrastPercent: Int) -> [Colour] {
    (0..<256).map { brightness in
      let raised = 128 + (brightness - 128) * (100 + contrastPercent) / 100
      let tone = min(255, max(0, raised))
      return tone < 128
        ? shadow.mixed(with: middle, by: tone * 2) : middle.mixed(with: light, by: tone * 2 - 255)
    }
  }
}
