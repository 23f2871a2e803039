extension Comparison {
  /// The figures that decide, geometry first.
  static func terms(
    _ figures: Figures, _ reference: Picture, _ candidate: Picture, _ thresholds: Thresholds
  ) -> [Term] {
    var terms: [Term] = []
    if reference.width != candidate.width || reference.height != candidate.height {
      let text =
        "size \(candidate.width)x\(candidate.height) not \(reference.width)x\(reference.height)"
      terms.append(Term(name: .size, value: nil, text: text, allowsNear: false))
    }
    let counts = (figures.qualities.min() ?? 0) >= thresholds.quality
    if counts, figures.turn != .none, figures.turnedDistance <= thresholds.similarDistance {
      let text = "\(figures.turn.rawValue) (PDQ \(figures.turnedDistance))"
      terms.append(
        Term(name: .turn, value: Double(figures.turnedDistance), text: text, allowsNear: false))
    }
    if let shift = shift(figures, thresholds) { terms.append(shift) }
    if counts {
      terms.append(
        Term(
          name: .distance, value: Double(figures.distance), text: "PDQ \(figures.distance)",
          allowsNear: figures.distance <= thresholds.nearDistance))
    } else {
      let quality = figures.qualities.min() ?? 0
      terms.append(
        Term(
          name: .quality, value: Double(quality),
          text: "PDQ ignored (quality \(quality))", allowsNear: true))
    }
    if let worst = figures.similarity.worst {
      terms.append(
        Term(
          name: .worstTile, value: worst.mean, text: "worst tile \(fixed(worst.mean, 3))",
          allowsNear: worst.mean >= thresholds.nearTile))
    }
    let share = figures.changes.changedShare
    terms.append(
      Term(
        name: .changedShare, value: share, text: "changed \(fixed(share * 100, 2)) %",
        allowsNear: share <= thresholds.nearChangedShare))
    if let small = figures.small {
      terms.append(
        Term(
          name: .small, value: small, text: "SSIM at 512 \(fixed(small, 3))", allowsNear: true))
    }
    return terms
  }

  /// Told where it is large enough to matter: half of the limit.
  private static func shift(_ figures: Figures, _ thresholds: Thresholds) -> Term? {
    guard let alignment = figures.alignment else { return nil }
    let allowsNear = alignment.displacement < thresholds.nearShift
    guard alignment.displacement >= thresholds.nearShift / 2 else { return nil }
    let scale =
      abs(alignment.scale - 1) < 0.0005 ? "" : ", scale \(fixed(alignment.scale, 3))"
    return Term(
      name: .shift, value: alignment.displacement,
      text: "shift \(fixed(alignment.dx, 1)),\(fixed(alignment.dy, 1)) px\(scale)",
      allowsNear: allowsNear)
  }

  /// A number with so many decimal places, rounded to the nearest.
  package static func fixed(_ number: Double, _ places: Int) -> String {
    var unit = 1
    for _ in 0..<places { unit *= 10 }
    let scaled = Int((number * Double(unit)).rounded())
    let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt(unit))
    let digits = String(rest)
    let zeros = String(repeating: "0", count: places - digits.count)
    return "\(scaled < 0 ? "-" : "")\(whole).\(zeros)\(digits)"
  }
}

extension Comparison.Figures {
  /// Measures two pictures that are not equal.
  init(_ reference: Picture, _ candidate: Picture, _ thresholds: Thresholds) {
    let isOneSize =
      reference.width == candidate.width && reference.height == candidate.height
    let resized =
      isOneSize
      ? candidate : candidate.resized(width: reference.width, height: reference.height)
    let worst = OpaquePixels.grounds(reference, candidate).map { ground in
      let left = OpaquePixels(reference, on: ground)
      return Self(
        left, OpaquePixels(resized, on: ground),
        hashed: (PDQ(left), PDQ(isOneSize ? resized : candidate, on: ground)), thresholds)
    }.reduce(nil) { (worst: Self?, next: Self) in worst?.worse(of: next, thresholds) ?? next }
    guard let worst else { preconditionFailure("pictures are measured on at least one ground") }
    self = worst
  }

  private init(
    _ left: OpaquePixels, _ right: OpaquePixels, hashed: (PDQ, PDQ), _ thresholds: Thresholds
  ) {
    (turn, turnedDistance) = hashed.0.nearestTurn(to: hashed.1)
    distance = hashed.0.hash.distance(to: hashed.1.hash)
    qualities = [hashed.0.quality, hashed.1.quality]
    alignment = Alignment(left, right)
    similarity = StructuralSimilarity(left, right)
    psnr = PixelDifference(left, right).psnr
    differences = ColourDifferenceMap(left, right, floor: thresholds.changed)
    changes = ChangedRegions(differences, above: thresholds.changed)
    small =
      min(hashed.0.quality, hashed.1.quality) < thresholds.quality
      ? Self.smallSimilarity(left, right) : nil
  }

  private init(
    worse: Self, distance: Int, alignment: Alignment?, similarity: StructuralSimilarity,
    small: Double?, psnr: Double, differences: ColourDifferenceMap, changes: ChangedRegions
  ) {
    turn = worse.turn
    turnedDistance = worse.turnedDistance
    qualities = worse.qualities
    self.distance = distance
    self.alignment = alignment
    self.similarity = similarity
    self.small = small
    self.psnr = psnr
    self.differences = differences
    self.changes = changes
  }

  /// The worse figure of each kind; the hashes of the ground on which there is more to see.
  private func worse(of other: Self, _ thresholds: Thresholds) -> Self {
    let isClearer = (qualities.min() ?? 0) >= (other.qualities.min() ?? 0)
    let hashed = isClearer ? self : other
    var differences = differences
    differences.formMaximum(with: other.differences)
    let shifts = [alignment, other.alignment].compactMap(\.self)
    return Self(
      worse: hashed, distance: max(distance, other.distance),
      alignment: shifts.max { $0.displacement < $1.displacement },
      similarity: similarity.worse(of: other.similarity),
      small: isClearer ? small : other.small, psnr: min(psnr, other.psnr),
      differences: differences,
      changes: ChangedRegions(differences, above: thresholds.changed))
  }

  /// The mean similarity once the longer side has at most 512 pixels, by means of areas.
  private static func smallSimilarity(_ left: OpaquePixels, _ right: OpaquePixels) -> Double {
    func small(_ picture: OpaquePixels) -> OpaquePixels {
      let longer = max(picture.width, picture.height)
      guard longer > PicturePoints.sideMax else { return picture }
      let whole = Picture(width: picture.width, height: picture.height, pixels: picture.pixels)
      let (width, height) = (
        max(1, picture.width * PicturePoints.sideMax / longer),
        max(1, picture.height * PicturePoints.sideMax / longer)
      )
      return OpaquePixels(whole.resized(width: width, height: height))
    }
    // Pictures too small for a window are as similar as their pixels, which the changed share tells.
    return StructuralSimilarity(small(left), small(right)).mean ?? 1
  }
}
