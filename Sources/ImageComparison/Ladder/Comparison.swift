/// Two pictures compared: the level at which they agree, and every figure that decided it.
///
/// Pictures of different sizes are never near: PDQ compares them as they are, all other figures are
/// taken after the candidate was brought to the size of the reference. With alpha in either, both are
/// seen on white and on black and the worse figure counts. 16-bit samples are rounded to 8 bits, so
/// that a picture of 16 bits and one of 8 are at best near; only their pixel digests tell more.
public struct Comparison: Sendable {
  /// The names of all definitions, which are stored beside figures.
  public static let versions = [
    PDQ.version, StructuralSimilarity.version, PixelDifference.version, ColourDifferenceMap.version,
    Alignment.version, ChangedRegions.version, Picture.resamplingVersion,
  ]

  /// One figure that decides, with what was asked of it.
  public struct Term: Hashable, Sendable {
    /// What was measured.
    public enum Name: String, Sendable, CaseIterable {
      /// The two sizes.
      case size
      /// How the candidate is turned.
      case turn
      /// The farthest that a corner moved, in pixels.
      case shift
      /// The bits of PDQ that differ.
      case distance = "pdq"
      /// The lower quality of both hashes.
      case quality = "pdq-quality"
      /// The least mean similarity of a tile.
      case worstTile = "worst-tile"
      /// The share of changed pixels, 0 to 1.
      case changedShare = "changed"
      /// The mean similarity at 512 pixels.
      case small = "ssim-512"
    }

    /// What was measured.
    public let name: Name
    /// The figure; `nil` for what is not a number or could not be measured.
    public let value: Double?
    /// The figure as it is shown, with its name.
    public let text: String
    /// False where the figure alone rules out that the pictures are near.
    public let allowsNear: Bool
  }

  /// The figures of pictures that are not equal.
  public struct Figures: Sendable {
    /// How the reference must be turned to come nearest to the candidate.
    public let turn: Turn
    /// The bits of PDQ that then differ.
    public let turnedDistance: Int
    /// How the content moved; `nil` where that cannot be told.
    public let alignment: Alignment?
    /// The bits of PDQ that differ.
    public let distance: Int
    /// The quality of the hash of the reference and of the candidate.
    public let qualities: [Int]
    /// The similarity of the luma.
    public let similarity: StructuralSimilarity
    /// The similarity at 512 pixels, measured where the hashes say too little.
    public let small: Double?
    /// The peak signal to noise ratio in decibels.
    public let psnr: Double
    /// The difference of every pixel.
    public let differences: ColourDifferenceMap
    /// Where the pictures differ.
    public let changes: ChangedRegions
  }

  /// The level at which the pictures agree.
  public let level: ComparisonLevel
  /// The figures that decided, in the order in which they are told; none for identical pictures.
  public let terms: [Term]
  /// Everything measured; `nil` for identical pictures, which need no measuring.
  public let figures: Figures?

  /// The outcome for two files of the same bytes, which need not be decoded.
  public static let identicalBytes = Comparison(level: .identicalBytes, terms: [], figures: nil)

  /// Compares two pictures.
  ///
  /// - Parameters:
  ///   - reference: the picture that is expected.
  ///   - candidate: the picture that came.
  ///   - thresholds: the limits of the levels.
  public init(
    of reference: Picture, with candidate: Picture, thresholds: Thresholds = .standard
  ) {
    if reference.width == candidate.width, reference.height == candidate.height,
      reference.bitDepth == candidate.bitDepth, reference.pixels == candidate.pixels
    {
      self.init(level: .identicalPixels, terms: [], figures: nil)
      return
    }
    let figures = Figures(reference, candidate, thresholds)
    let terms = Self.terms(figures, reference, candidate, thresholds)
    self.init(
      level: Self.level(figures, terms, thresholds), terms: terms, figures: figures)
  }

  init(level: ComparisonLevel, terms: [Term], figures: Figures?) {
    self.level = level
    self.terms = terms
    self.figures = figures
  }

  /// The level and its terms in one line: `near: PDQ 4, worst tile 0.971, changed 0.03 %`.
  public var summary: String {
    guard !terms.isEmpty else { return level.rawValue }
    return "\(level.rawValue): \(terms.map(\.text).joined(separator: ", "))"
  }

  private static func level(
    _ figures: Figures, _ terms: [Term], _ thresholds: Thresholds
  ) -> ComparisonLevel {
    if terms.allSatisfy(\.allowsNear) { return .near }
    if let small = figures.small {
      let isSimilar =
        small >= thresholds.similarSmall
        && figures.changes.changedShare <= thresholds.similarChangedShare
      return isSimilar ? .similar : .different
    }
    return figures.distance <= thresholds.similarDistance ? .similar : .different
  }
}
