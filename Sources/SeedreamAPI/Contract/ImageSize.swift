public import Canonical

/// Width and height of a picture in pixels.
public struct PixelSize: Hashable, Sendable, CustomStringConvertible {
  /// The longest side that a size may state; ``EditRequest/findings(inputs:)`` refuses longer ones.
  public static let sideMax = 14_142

  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int

  /// Takes two positive sides; ``ModelLimits`` says which a model makes.
  public init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "sides are positive (were \(width) and \(height))")
    self.width = width
    self.height = height
  }

  /// Pixels in all; sides beyond any limit give the largest number.
  public var area: Int {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    return overflow ? .max : area
  }

  /// Width over height.
  public var ratio: Double { Double(width) / Double(height) }

  /// `1280x720`.
  public var description: String { "\(width)x\(height)" }

  /// The object that the contract names `image_size`.
  public var json: JSONValue {
    .members(["height": .integer(height), "width": .integer(width)])
  }

  /// The size scaled up to a minimum area at the same ratio, each side rounded up.
  ///
  /// Rounding to the nearest would fall short of the minimum: 831x1109 has 921,579 pixels. The side is
  /// the smallest integer `a` with `a² · h ≥ minimum · w`, found without floating point.
  public func scaledUp(toArea minimum: Int) -> PixelSize {
    guard area < minimum else { return self }
    return PixelSize(
      width: Self.side(width, over: height, minimum: minimum),
      height: Self.side(height, over: width, minimum: minimum))
  }

  private static func side(_ side: Int, over other: Int, minimum: Int) -> Int {
    let target = minimum * side
    var low = 1
    var high = minimum
    while low < high {
      let middle = (low + high) / 2
      let (square, overflow) = (middle * middle).multipliedReportingOverflow(by: other)
      if overflow || square >= target { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The nine values of the contract's `size`.
public enum SizePreset: String, Hashable, Sendable, CaseIterable {
  /// 1024x1024.
  case squareHD = "square_hd"
  /// 512x512, scaled up to 960x960.
  case square
  /// 768x1024, scaled up to 832x1109.
  case portrait43 = "portrait_4_3"
  /// 576x1024, scaled up to 720x1280.
  case portrait169 = "portrait_16_9"
  /// 1024x768, scaled up to 1109x832.
  case landscape43 = "landscape_4_3"
  /// 1024x576, scaled up to 1280x720.
  case landscape169 = "landscape_16_9"
  /// The service's choice.
  case auto
  /// The service's choice of about 2048² pixels.
  case auto2K = "auto_2K"
  /// The service's choice of about 4096² pixels.
  case auto4K = "auto_4K"

  /// The pixels before scaling up; `nil` for the automatic sizes (`api-contract.md` section 2.1).
  public var base: PixelSize? {
    switch self {
    case .squareHD: PixelSize(width: 1_024, height: 1_024)
    case .square: PixelSize(width: 512, height: 512)
    case .portrait43: PixelSize(width: 768, height: 1_024)
    case .portrait169: PixelSize(width: 576, height: 1_024)
    case .landscape43: PixelSize(width: 1_024, height: 768)
    case .landscape169: PixelSize(width: 1_024, height: 576)
    case .auto, .auto2K, .auto4K: nil
    }
  }
}

/// The size that a request asks for.
public enum ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// One of the contract's names, sent as `size`.
  case preset(SizePreset)
  /// Pixels, sent as `image_size`.
  case custom(PixelSize)

  /// The name, when it is one.
  public var preset: SizePreset? {
    if case .preset(let preset) = self { preset } else { nil }
  }

  /// The pixels, when they are given.
  public var custom: PixelSize? {
    if case .custom(let size) = self { size } else { nil }
  }

  /// The name or the pixels.
  public var description: String { preset?.rawValue ?? custom?.description ?? "" }
}

/// What a picture's size must be to count as the size that was asked for.
public enum ExpectedSize: Hashable, Sendable, CustomStringConvertible {
  /// These pixels exactly.
  case exactly(PixelSize)
  /// These pixels but for a difference a side, where rounding is not documented.
  case about(PixelSize, pixels: Int)
  /// An area within a band, and one of a few ratios to within 2 %; no ratio where none is known.
  case within(area: ClosedRange<Int>, ratios: [Double])

  /// How far a ratio may be off, as a share.
  public static let ratioTolerance = 0.02

  /// Whether a picture has the expected size.
  public func admits(_ size: PixelSize) -> Bool {
    switch self {
    case .exactly(let expected): size == expected
    case .about(let expected, let pixels):
      abs(size.width - expected.width) <= pixels && abs(size.height - expected.height) <= pixels
    case .within(let area, let ratios):
      area.contains(size.area)
        && (ratios.isEmpty
          || ratios.contains { abs(size.ratio / $0 - 1) <= Self.ratioTolerance })
    }
  }

  /// What is expected, in words.
  public var description: String {
    switch self {
    case .exactly(let size): return "\(size)"
    case .about(let size, let pixels): return "\(size) ± \(pixels) px a side"
    case .within(let area, let ratios):
      let shown = ratios.map { "\(($0 * 1_000).rounded() / 1_000)" }.joined(separator: " or ")
      return "\(area.lowerBound) to \(area.upperBound) pixels"
        + (ratios.isEmpty ? "" : ", width/height \(shown) ± 2 %")
    }
  }
}
