/// What two pictures of one size have in common inside and outside a declared region.
///
/// The outside is the true set of pixels beyond the region and a margin around it; nothing is painted
/// over, so that the figures do not depend on how much of the picture lies outside.
public struct Locality: Hashable, Sendable {
  /// The name of the definition.
  public static let version = "locality-true-set"

  /// The figures of one set of pixels; `nil` where it has nothing to take them from.
  public struct Part: Hashable, Sendable {
    /// The number of pixels.
    public let pixelCount: Int
    /// The peak signal to noise ratio over these pixels alone, in decibels.
    public let psnr: Double?
    /// The mean similarity of the windows of 11 x 11 pixels that lie wholly in the set.
    public let similarity: Double?
    /// The share of pixels that differ by more than 5, of those whose 3 x 3 box lies in the set.
    public let changedShare: Double?
    /// The same share for a difference of more than 2.3, which is just noticeable.
    public let noticeableShare: Double?

    /// The worse figures of two.
    func worse(of other: Part) -> Part {
      return Part(
        pixelCount: pixelCount, psnr: [psnr, other.psnr].compactMap(\.self).min(),
        similarity: [similarity, other.similarity].compactMap(\.self).min(),
        changedShare: [changedShare, other.changedShare].compactMap(\.self).max(),
        noticeableShare: [noticeableShare, other.noticeableShare].compactMap(\.self).max())
    }
  }

  /// Within the region as it is declared.
  public let inside: Part
  /// Beyond the region and its margin.
  public let outside: Part

  /// Measures two pictures.
  ///
  /// - Parameters:
  ///   - reference: a picture, such as the input of an edit; brought to the size of the other.
  ///   - candidate: another picture.
  ///   - region: the part that may change.
  ///   - margin: the width of the border that belongs to neither side, as a share of the shorter
  ///     side.
  ///   - changed: the difference above which a pixel counts as changed.
  public init(
    _ reference: Picture, _ candidate: Picture, region: Region, margin: Double = 0.01,
    changed: Double = 5
  ) {
    let (width, height) = (candidate.width, candidate.height)
    let reference =
      (reference.width, reference.height) == (width, height)
      ? reference : reference.resized(width: width, height: height)
    let border = Int((margin * Double(min(width, height))).rounded(.up))
    let inside = region.pixels(width: width, height: height)
    let outside = region.pixels(width: width, height: height, margin: border).complement
    var parts: (Part, Part)?
    for ground in OpaquePixels.grounds(reference, candidate) {
      let measure = Measure(
        OpaquePixels(reference, on: ground), OpaquePixels(candidate, on: ground), changed)
      let next = (measure.part(inside), measure.part(outside))
      parts = parts.map { ($0.0.worse(of: next.0), $0.1.worse(of: next.1)) } ?? next
    }
    guard let parts else { preconditionFailure("pictures are measured on at least one ground") }
    (self.inside, self.outside) = parts
  }

  /// Everything that parts are taken from.
  private struct Measure {
    let reference: OpaquePixels
    let candidate: OpaquePixels
    let similarity: SimilarityMap
    let differences: ColourDifferenceMap
    let changed: Double
    static let noticeable = 2.3

    init(_ reference: OpaquePixels, _ candidate: OpaquePixels, _ changed: Double) {
      self.reference = reference
      self.candidate = candidate
      self.changed = changed
      similarity = SimilarityMap.measure(reference, candidate, keepsMap: true)
      differences = ColourDifferenceMap(
        reference, candidate, floor: min(Self.noticeable, changed))
    }

    func part(_ set: PixelSet) -> Part {
      let count = set.count
      let boxes = set.shrunk(by: 1)
      let boxCount = boxes.count
      func share(_ limit: Double) -> Double? {
        guard boxCount > 0 else { return nil }
        let step = ColourDifferenceMap.step(limit)
        var over = 0
        for index in boxes.members.indices
        where boxes.members[index] && differences.steps[index] > step { over += 1 }
        return Double(over) / Double(boxCount)
      }
      return Part(
        pixelCount: count, psnr: count > 0 ? psnr(set, count) : nil,
        similarity: similarity(of: set),
        changedShare: share(changed), noticeableShare: share(Self.noticeable))
    }

    private func psnr(_ set: PixelSet, _ count: Int) -> Double {
      let (a, b) = (reference.pixels.span, candidate.pixels.span)
      var sum: UInt64 = 0
      for index in set.members.indices where set.members[index] {
        sum += UInt64(PixelDifference.square(a.pixel(at: index), b.pixel(at: index)))
      }
      return PixelDifference(squareSum: sum, differingCount: 0, pixelCount: count).psnr
    }

    private func similarity(of set: PixelSet) -> Double? {
      let reach = StructuralSimilarity.reach
      let windows = set.shrunk(by: reach)
      var (sum, count) = (0.0, 0)
      for row in 0..<similarity.height {
        for column in 0..<similarity.width
        where windows.members[(row + reach) * set.width + column + reach] {
          sum += Double(similarity.values[row * similarity.width + column])
          count += 1
        }
      }
      return count > 0 ? sum / Double(count) : nil
    }
  }
}
