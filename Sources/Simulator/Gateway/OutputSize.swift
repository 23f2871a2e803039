internal import SeedreamAPI

/// The pixels of the pictures that an order gets (`api-contract.md` section 2).
struct OutputSize {
  /// Why a size cannot be made.
  struct Problem: Error, Hashable, Sendable {
    /// What was asked for and what is possible.
    let message: String
  }

  /// A row of the published size tables, landscape.
  private struct Tier {
    let ratio: Double
    let pixels2K: PixelSize
    let pixels4K: PixelSize
  }

  /// The 2K table of 2025 and the 4K table of 2026 (section 2.4).
  private static let tiers: [Tier] = [
    Tier(
      ratio: 1, pixels2K: PixelSize(width: 2_048, height: 2_048),
      pixels4K: PixelSize(width: 4_096, height: 4_096)),
    Tier(
      ratio: 4.0 / 3, pixels2K: PixelSize(width: 2_304, height: 1_728),
      pixels4K: PixelSize(width: 4_704, height: 3_520)),
    Tier(
      ratio: 3.0 / 2, pixels2K: PixelSize(width: 2_496, height: 1_664),
      pixels4K: PixelSize(width: 4_992, height: 3_328)),
    Tier(
      ratio: 16.0 / 9, pixels2K: PixelSize(width: 2_560, height: 1_440),
      pixels4K: PixelSize(width: 5_504, height: 3_040)),
    Tier(
      ratio: 21.0 / 9, pixels2K: PixelSize(width: 3_024, height: 1_296),
      pixels4K: PixelSize(width: 6_240, height: 2_656)),
  ]

  /// The limits of the model.
  let limits: ModelLimits
  /// Whether a size below the model's least area is refused instead of scaled up.
  let enforcesModelAreaMin: Bool

  /// The pixels of a size.
  ///
  /// - Parameters:
  ///   - size: what was asked for.
  ///   - lastInput: the last used input's pixels; the automatic sizes follow its ratio.
  func pixels(of size: ImageSize, lastInput: PixelSize) throws(Problem) -> PixelSize {
    let pixels: PixelSize
    if let asked = size.custom ?? size.preset?.base {
      pixels = try fixed(asked)
    } else {
      pixels = automatic(size.preset ?? .auto, lastInput: lastInput)
    }
    guard pixels.area <= limits.areaMax else {
      throw Problem(
        message: "the parameter `size` specified in the request is not valid: image size must be "
          + "at most \(limits.areaMax) pixels, received \(pixels).")
    }
    return pixels
  }

  private func fixed(_ asked: PixelSize) throws(Problem) -> PixelSize {
    guard
      max(asked.width, asked.height) <= limits.ratioMax * min(asked.width, asked.height)
    else {
      throw Problem(
        message: "the parameter `size` specified in the request is not valid: the aspect ratio "
          + "must be between 1/\(limits.ratioMax) and \(limits.ratioMax), received \(asked).")
    }
    if enforcesModelAreaMin {
      let scaled = asked.scaledUp(toArea: ModelLimits.seedream4AreaMin)
      guard scaled.area >= limits.areaMin else {
        throw Problem(
          message: "the parameter `size` specified in the request is not valid: image size must "
            + "be at least \(limits.areaMin) pixels, received \(scaled).")
      }
    }
    return asked.scaledUp(toArea: limits.areaMin)
  }

  private func automatic(_ preset: SizePreset, lastInput: PixelSize) -> PixelSize {
    switch preset {
    case .auto2K: tier(\.pixels2K, for: lastInput)
    case .auto4K: tier(\.pixels4K, for: lastInput)
    default:
      lastInput.scaledDown(toArea: ModelLimits.autoAreaMax).scaledUp(toArea: limits.areaMin)
    }
  }

  private func tier(_ column: (Tier) -> PixelSize, for input: PixelSize) -> PixelSize {
    let long = max(input.ratio, 1 / input.ratio)
    var nearest = Self.tiers[0]
    for tier in Self.tiers
    where max(tier.ratio / long, long / tier.ratio)
      < max(nearest.ratio / long, long / nearest.ratio)
    {
      nearest = tier
    }
    let landscape = column(nearest)
    return input.width >= input.height
      ? landscape : PixelSize(width: landscape.height, height: landscape.width)
  }
}

extension PixelSize {
  /// The size scaled down to a largest area at the same ratio, each side rounded down.
  ///
  /// A side is the largest integer `a` with `a² · h ≤ maximum · w`, found without floating point.
  func scaledDown(toArea maximum: Int) -> PixelSize {
    guard area > maximum else { return self }
    return PixelSize(
      width: Self.floorSide(width, over: height, maximum: maximum),
      height: Self.floorSide(height, over: width, maximum: maximum))
  }

  private static func floorSide(_ side: Int, over other: Int, maximum: Int) -> Int {
    var low = 1
    var high = side
    while low < high {
      let middle = (low + high + 1) / 2
      if middle * middle * other <= maximum * side { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
