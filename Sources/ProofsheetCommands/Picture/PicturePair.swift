internal import Canonical
internal import ImageComparison

/// Everything that is told of two pictures beside each other.
struct PicturePair {
  let comparison: Comparison
  let locality: Locality?
  /// Regions that the text lists; JSON has them all.
  private static let regionsShown = 8

  /// Compares two pictures, and a part of them with the rest where one is named.
  init(_ reference: PictureFacts, _ candidate: PictureFacts, region: ImageComparison.Region?) {
    comparison =
      reference.bytes == candidate.bytes
      ? .identicalBytes : Comparison(of: reference.picture, with: candidate.picture)
    locality = region.map { Locality(reference.picture, candidate.picture, region: $0) }
  }

  /// The level at which the pictures agree.
  var level: ComparisonLevel { comparison.level }

  // MARK: - JSON

  /// The comparison as JSON; figures have six decimals, and what is infinite or could not be
  /// measured is `null`.
  var json: JSONValue {
    .members([
      "level": .string(level.rawValue), "summary": .string(comparison.summary),
      "versions": .array(Comparison.versions.map { .string($0) }),
      "terms": .array(comparison.terms.map(Self.json)),
      "figures": comparison.figures.map(Self.json) ?? .null,
      "region": locality.map {
        .members([
          "version": .string(Locality.version), "inside": Self.json($0.inside),
          "outside": Self.json($0.outside),
        ])
      },
    ])
  }

  private static func json(_ term: Comparison.Term) -> JSONValue {
    .members([
      "name": .string(term.name.rawValue), "value": number(term.value),
      "text": .string(term.text), "allows_near": .bool(term.allowsNear),
    ])
  }

  private static func number(_ value: Double?) -> JSONValue {
    value.map { .decimal($0, decimals: 6) } ?? .null
  }

  private static func json(_ figures: Comparison.Figures) -> JSONValue {
    .members([
      "turn": .string(figures.turn.rawValue),
      "turned_pdq_distance": .integer(figures.turnedDistance),
      "shift": figures.alignment.map { shift in
        .members([
          "dx": number(shift.dx), "dy": number(shift.dy), "scale": number(shift.scale),
          "displacement": number(shift.displacement), "agreement": number(shift.agreement),
        ])
      } ?? .null,
      "pdq_distance": .integer(figures.distance),
      "pdq_qualities": .array(figures.qualities.map { .integer($0) }),
      "ssim": .members([
        "mean": number(figures.similarity.mean),
        "first_percentile": number(figures.similarity.firstPercentile),
        "worst_tile": figures.similarity.worst.map { tile in
          .members(["box": json(tile.box), "mean": number(tile.mean)])
        } ?? .null,
        "at_512": number(figures.small),
      ]),
      "psnr_db": number(figures.psnr),
      "changed": .members([
        "share": number(figures.changes.changedShare),
        "region_count": .integer(figures.changes.count),
        "regions": .array(
          figures.changes.regions.map { region in
            .members(["box": json(region.box), "pixels": .integer(region.area)])
          }),
      ]),
    ])
  }

  private static func json(_ box: PixelBox) -> JSONValue {
    .array([box.x, box.y, box.width, box.height].map { .integer($0) })
  }

  private static func json(_ part: Locality.Part) -> JSONValue {
    .members([
      "pixels": .integer(part.pixelCount), "psnr_db": number(part.psnr),
      "ssim": number(part.similarity), "changed_share": number(part.changedShare),
      "noticeable_share": number(part.noticeableShare),
    ])
  }

  // MARK: - Text

  /// The comparison in lines for people, geometry first.
  var lines: [String] {
    var lines = [comparison.summary]
    if let figures = comparison.figures { lines += Self.lines(figures) }
    if let locality {
      lines.append("  inside     \(Self.text(locality.inside))")
      lines.append("  outside    \(Self.text(locality.outside))")
    }
    return lines
  }

  private static func lines(_ figures: Comparison.Figures) -> [String] {
    var lines = ["  turn       \(turn(figures))", "  shift      \(shift(figures.alignment))"]
    let qualities = figures.qualities.map(String.init).joined(separator: " and ")
    lines.append("  pdq        \(figures.distance) of 256 bits, qualities \(qualities)")
    lines.append("  ssim       \(similarity(figures))")
    lines.append("  psnr       \(Figure.text(figures.psnr, 2)) dB")
    let changes = figures.changes
    lines.append(
      "  changed    \(Figure.percent(changes.changedShare)) of the pixels by dE2000 above "
        + "\(Figure.text(Thresholds.standard.changed, 1)), in \(Count.of(changes.count, "region"))")
    for region in changes.regions.prefix(regionsShown) {
      lines.append("             \(Figure.box(region.box)), \(region.area) pixels")
    }
    if changes.count > regionsShown {
      lines.append("             and \(changes.count - regionsShown) more")
    }
    return lines
  }

  private static func turn(_ figures: Comparison.Figures) -> String {
    guard figures.turnedDistance <= Thresholds.standard.similarDistance else {
      return "none brings them together"
    }
    return figures.turn == .none
      ? "as it is" : "\(figures.turn.rawValue), then PDQ \(figures.turnedDistance)"
  }

  private static func shift(_ alignment: Alignment?) -> String {
    guard let alignment else { return "cannot be told: the parts do not agree on one" }
    return "\(Figure.text(alignment.dx, 2)),\(Figure.text(alignment.dy, 2)) px, scale "
      + "\(Figure.text(alignment.scale, 4)); a corner moves "
      + "\(Figure.text(alignment.displacement, 2)) px, "
      + "\(Figure.text(alignment.agreement * 100, 0)) % of the blocks agree"
  }

  private static func similarity(_ figures: Comparison.Figures) -> String {
    guard let mean = figures.similarity.mean, let worst = figures.similarity.worst else {
      return "too small to measure"
    }
    let small = figures.small.map { ", at 512 \(Figure.text($0, 4))" } ?? ""
    return "mean \(Figure.text(mean, 4)), worst tile \(Figure.text(worst.mean, 4)) "
      + "(\(Figure.box(worst.box)))\(small)"
  }

  private static func text(_ part: Locality.Part) -> String {
    func figure(_ value: Double?, _ decimals: Int) -> String {
      value.map { Figure.text($0, decimals) } ?? "none"
    }
    return "\(part.pixelCount) pixels, psnr \(figure(part.psnr, 2)) dB, ssim "
      + "\(figure(part.similarity, 4)), dE2000 above 5 "
      + "\(part.changedShare.map(Figure.percent) ?? "none"), above 2.3 "
      + "\(part.noticeableShare.map(Figure.percent) ?? "none")"
  }
}
