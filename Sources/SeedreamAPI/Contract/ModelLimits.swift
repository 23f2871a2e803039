public import Canonical

/// What a model family takes and makes (`api-contract.md` sections 2.3 and 5).
public struct ModelLimits: Hashable, Sendable {
  /// The least area in pixels; below it the gateway scales up.
  public let areaMin: Int
  /// The largest area in pixels.
  ///
  /// Real answers of the 4K tier exceed it by up to 0.7 %.
  public let areaMax: Int
  /// The most elongated ratio of a picture that is made, long side over short.
  public let ratioMax = 16
  /// Whether the fast prompt mode exists.
  public let hasFastMode: Bool
  /// What the family is called in messages.
  public let family: String

  /// Pictures that a request may send; of more the gateway silently drops the first ones.
  public static let imagesMax = 10
  /// Pictures that a request may ask for.
  public static let picturesMax = 6
  /// Pictures sent and asked for, together.
  public static let imagesAndPicturesMax = 15
  /// The area of the automatic size is at most this.
  public static let autoAreaMax = 4_194_304
  /// The least area of any size of Seedream 4.0: 960², and 1280x720.
  public static let seedream4AreaMin = 921_600

  /// The limits of a model, told by its name; an unknown one gets those of Seedream 4.0.
  public init(model: ModelName) {
    let name = model.text.lowercased()
    let versions = Self.versions(in: Array(name.utf8))
    func names(_ beginnings: [String]) -> Bool {
      versions.contains { version in beginnings.contains { version.starts(with: $0.utf8) } }
    }
    if names(["4.5", "4-5", "45"]) {
      (family, areaMin, areaMax, hasFastMode) = ("Seedream 4.5", 3_686_400, 16_777_216, false)
    } else if names(["5"]), Self.isPro(name) {
      (family, areaMin, areaMax, hasFastMode) =
        ("Seedream 5.0 pro", Self.seedream4AreaMin, 4_624_220, false)
    } else if names(["5"]) {
      (family, areaMin, areaMax, hasFastMode) = ("Seedream 5.0", 3_686_400, 16_777_216, false)
    } else {
      (family, areaMin, areaMax, hasFastMode) =
        ("Seedream 4.0", Self.seedream4AreaMin, 16_777_216, true)
    }
  }

  /// What follows each "seedream-" or "seedream-v"; by bytes, for suites judge many models.
  private static func versions(in name: [UInt8]) -> [ArraySlice<UInt8>] {
    let mark = Array("seedream-".utf8)
    var versions: [ArraySlice<UInt8>] = []
    for (start, byte) in name.enumerated() where byte == mark[0] {
      guard name[start...].starts(with: mark) else { continue }
      let rest = name[(start + mark.count)...]
      versions.append(rest.first == UInt8(ascii: "v") ? rest.dropFirst() : rest)
    }
    return versions
  }

  /// Whether "pro" is a word after the family's name; "production" or a host "….pro" is not meant.
  private static func isPro(_ name: String) -> Bool {
    let words = name.split { !$0.isLetter && !$0.isNumber }
    guard let family = words.lastIndex(of: "seedream") else { return false }
    return words[family...].contains("pro")
  }

  /// The pixels that a size means for this model; `nil` for the automatic sizes.
  public func pixels(of size: ImageSize) -> PixelSize? {
    (size.custom ?? size.preset?.base)?.scaledUp(toArea: areaMin)
  }

  /// What to expect of a picture.
  ///
  /// - Parameters:
  ///   - size: what was asked for.
  ///   - lastInput: the last input picture's pixels as shown, where they are known: the automatic
  ///     sizes follow its ratio.
  public func expectedSize(for size: ImageSize, lastInput: PixelSize?) -> ExpectedSize {
    guard let preset = size.preset, let base = preset.base else {
      if let custom = size.custom {
        let scaled = custom.scaledUp(toArea: areaMin)
        return scaled == custom ? .exactly(custom) : .about(scaled, pixels: Self.scaledTolerance)
      }
      return automatic(size.preset ?? .auto, lastInput: lastInput)
    }
    let scaled = base.scaledUp(toArea: areaMin)
    let isWhole = scaled.area == areaMin || scaled == base
    return isWhole ? .exactly(scaled) : .about(scaled, pixels: Self.scaledTolerance)
  }

  /// How many pixels a scaled side may be off, since rounding is documented nowhere.
  public static let scaledTolerance = 2

  private func automatic(_ preset: SizePreset, lastInput: PixelSize?) -> ExpectedSize {
    var ratios = lastInput.map { [$0.ratio] } ?? []
    // Areas are bands: published tables of the tiers differ by date, and a 4K answer may exceed the
    // stated maximum by 0.7 %.
    switch preset {
    case .auto2K:
      if let own = ratios.first { ratios.append(Self.nearestTierRatio(own)) }
      return .within(area: 3_600_000...4_900_000, ratios: ratios)
    case .auto4K:
      if let own = ratios.first { ratios.append(Self.nearestTierRatio(own)) }
      return .within(area: 14_000_000...16_900_000, ratios: ratios)
    default:
      let least = min(areaMin, Self.autoAreaMax)
      return .within(area: least * 98 / 100...Self.autoAreaMax * 102 / 100, ratios: ratios)
    }
  }

  /// The ratios of the published size tiers, landscape; portraits are their inverses.
  static let tierRatios: [Double] = [1, 4.0 / 3, 3.0 / 2, 16.0 / 9, 21.0 / 9]

  /// The tier's ratio that is nearest on a logarithmic scale.
  static func nearestTierRatio(_ ratio: Double) -> Double {
    let long = max(ratio, 1 / ratio)
    var nearest = 1.0
    for candidate in tierRatios
    where max(candidate / long, long / candidate) < max(nearest / long, long / nearest) {
      nearest = candidate
    }
    return ratio >= 1 ? nearest : 1 / nearest
  }
}

/// Prices of output pictures by model family, with the day they were read.
public struct PriceTable: Hashable, Sendable {
  /// One price.
  public struct Entry: Hashable, Sendable {
    /// Text that a model's name holds, in lower case.
    public let namePart: String
    /// The price of one picture.
    public let price: Money

    /// Puts an entry together.
    public init(namePart: String, price: Money) {
      self.namePart = namePart.lowercased()
      self.price = price
    }
  }

  /// The day the prices were read, `YYYY-MM-DD`.
  public let asOf: String
  /// Entries; the first whose text a name holds decides.
  public let entries: [Entry]

  /// Puts a table together.
  public init(asOf: String, entries: [Entry]) {
    self.asOf = asOf
    self.entries = entries
  }

  /// The list prices of the upstream services (`api-contract.md` section 5); the gateway's own are
  /// not published.
  public static let listed = PriceTable(
    asOf: "2026-09-19",
    entries: [
      Entry(namePart: "seedream-v4-5", price: Money(microDollars: 40_000)),
      Entry(namePart: "seedream-v4.5", price: Money(microDollars: 40_000)),
      Entry(namePart: "seedream-4-5", price: Money(microDollars: 40_000)),
      Entry(namePart: "seedream-4.5", price: Money(microDollars: 40_000)),
      Entry(namePart: "seedream-v45", price: Money(microDollars: 40_000)),
      Entry(namePart: "seedream-45", price: Money(microDollars: 40_000)),
      Entry(namePart: "seedream-v4", price: Money(microDollars: 30_000)),
      Entry(namePart: "seedream-4", price: Money(microDollars: 30_000)),
      Entry(namePart: "seedream-5-0-lite", price: Money(microDollars: 35_000)),
      Entry(namePart: "seedream-v5-lite", price: Money(microDollars: 35_000)),
      Entry(namePart: "seedream-5-0-260128", price: Money(microDollars: 35_000)),
    ])

  /// The price of one picture of a model; `nil` when the table has none.
  public func price(of model: ModelName) -> Money? {
    let name = model.text.lowercased()
    return entries.first { name.contains($0.namePart) }?.price
  }
}
