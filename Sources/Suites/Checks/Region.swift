package import Canonical

/// A share of a whole in millionths, so that sums are exact.
package struct Share: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Millionths of a whole.
  package static let wholeMillionths = 1_000_000
  /// The whole.
  package static let whole = Share(millionths: wholeMillionths)

  /// Millionths, 0 to 1,000,000.
  package let millionths: Int

  /// Takes millionths, 0 to 1,000,000.
  package init(millionths: Int) {
    precondition(
      (0...Self.wholeMillionths).contains(millionths),
      "a share is 0 to 1,000,000 millionths (was \(millionths))")
    self.millionths = millionths
  }

  /// Reads `0.25` or `25%`; at most six decimals, four of a percentage.
  ///
  /// - Returns: `nil` for anything else, and for more than the whole.
  package init?(_ text: String) {
    let isPercentage = text.hasSuffix("%")
    let number = isPercentage ? text.dropLast() : text[...]
    let pieces = number.split(separator: ".", omittingEmptySubsequences: false)
    let decimalsMax = isPercentage ? 4 : 6
    guard pieces.count <= 2, let whole = pieces.first, whole.utf8.count <= 3,
      Decimal.isWhole(whole), let units = Int(whole), units >= 0
    else { return nil }
    let decimals = pieces.count == 2 ? pieces[1] : "0"
    let isDigit: (UInt8) -> Bool = { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard (1...decimalsMax).contains(decimals.utf8.count), decimals.utf8.allSatisfy(isDigit),
      let parts = Int(decimals + String(repeating: "0", count: decimalsMax - decimals.utf8.count))
    else { return nil }
    let millionths = units * (isPercentage ? 10_000 : Self.wholeMillionths) + parts
    guard millionths <= Self.wholeMillionths else { return nil }
    self.millionths = millionths
  }

  /// The share as a number, 0 to 1.
  package var fraction: Double { Double(millionths) / Double(Self.wholeMillionths) }

  /// The share in percent: `0.2 %`.
  package var description: String {
    let (percent, rest) = millionths.quotientAndRemainder(dividingBy: 10_000)
    var decimals = String(rest)
    decimals = String(repeating: "0", count: 4 - decimals.count) + decimals
    while decimals.hasSuffix("0") { decimals.removeLast() }
    return decimals.isEmpty ? "\(percent) %" : "\(percent).\(decimals) %"
  }

  /// Orders by size.
  package static func < (left: Share, right: Share) -> Bool { left.millionths < right.millionths }
}

/// A rectangle in shares of a picture's width and height; it lies within the picture and has an area.
package struct RegionBox: Hashable, Sendable {
  /// The left edge as a share of the picture's width.
  package let x: Share
  /// The upper edge as a share of the picture's height.
  package let y: Share
  /// The width as a share of the picture's.
  package let width: Share
  /// The height as a share of the picture's.
  package let height: Share

  /// Puts a box together; `nil` when it has no area or reaches out of the picture.
  package init?(x: Share, y: Share, width: Share, height: Share) {
    guard width.millionths > 0, height.millionths > 0,
      x.millionths + width.millionths <= Share.wholeMillionths,
      y.millionths + height.millionths <= Share.wholeMillionths
    else { return nil }
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

/// A region of a picture.
package enum Region: Hashable, Sendable {
  /// A rectangle.
  case box(RegionBox)
  /// The ellipse that touches the four sides of a box.
  case ellipse(RegionBox)
  /// The white of a picture among ``LoadedSuite/references``.
  case mask(BlobID)
}

/// The part of a picture that a check is about.
package enum RegionScope: Hashable, Sendable {
  /// All of it.
  case whole
  /// What lies in a region.
  case inside(Region)
  /// What lies outside of a region.
  case outside(Region)
}

/// What a `preserve` check expects: a part of an output equals the same part of an input.
package struct PreserveExpectation: Hashable, Sendable {
  /// The limits, all of which must hold; at least one is set.
  package struct Limits: Hashable, Sendable {
    /// The least peak signal-to-noise ratio in decibels, 0 to 100.
    package var signalMin: Double?
    /// The least structural similarity, 0 to 1.
    package var similarityMin: Double?
    /// The largest share of pixels that may differ visibly.
    package var changedMax: Share?

    /// Starts without a limit.
    package init() {}

    /// Whether no limit is set.
    package var isEmpty: Bool {
      signalMin == nil && similarityMin == nil && changedMax == nil
    }
  }

  /// The part that is meant.
  package let scope: RegionScope
  /// Which input it is compared with, from 1.
  package let input: Int
  /// What must hold.
  package let limits: Limits

  /// Puts an expectation together.
  package init(_ scope: RegionScope, input: Int = 1, limits: Limits) {
    self.scope = scope
    self.input = input
    self.limits = limits
  }
}

/// What a `change` check expects: a part of an output differs from the same part of an input.
package struct ChangeExpectation: Hashable, Sendable {
  /// The share that must differ where the suite does not say: 1 %.
  package static let changedMinDefault = Share(millionths: 10_000)

  /// The part that is meant.
  package let scope: RegionScope
  /// Which input it is compared with, from 1.
  package let input: Int
  /// The least share of its pixels that differ visibly.
  package let changedMin: Share

  /// Puts an expectation together.
  package init(_ scope: RegionScope, input: Int = 1, changedMin: Share = changedMinDefault) {
    self.scope = scope
    self.input = input
    self.changedMin = changedMin
  }
}
