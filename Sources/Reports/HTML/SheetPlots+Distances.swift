internal import Canonical
internal import ImageComparison

extension SheetPlots {
  /// Columns of a plot whose distances are too many to be drawn one by one.
  static let columnsMax = 80
  private static let (band, label) = (40, 12)

  /// How far outputs are from what is approved: a row a model, seeds from left to right, the distance upwards.
  var distances: [String: Any]? {
    let survey = survey.distances
    let seeds = survey.seeds.sorted()
    guard let first = seeds.first, let last = seeds.last else { return nil }
    let scale = max(10, survey.models.flatMap(\.seeds.values).map(\.most).max() ?? 0)
    let places = Dictionary(
      seeds.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var bars: [[String: Any]] = []
    for (row, model) in survey.models.enumerated() {
      let top = row * (Self.band + Self.label) + Self.label
      bars.append(
        bar(
          x: 0, y: top + Self.band, width: Self.width, height: 1, kind: "v-skipped",
          title: "\(model.name): no distance"))
      bars +=
        survey.holdsPoints
        ? dots(model, places, scale, top) : columns(model, seeds, places, scale, top)
    }
    var view = plot(
      "Distance by seed and model", words(of: survey), bars, left: first.text, right: last.text,
      height: survey.models.count * (Self.band + Self.label) + 2)
    view["labels"] = survey.models.enumerated().map { row, model in
      [
        "y": "\(row * (Self.band + Self.label) + 9)",
        "text": XMLText.line(model.name, byteCountMax: 60),
      ]
    }
    return view
  }

  /// A dot for each distance.
  private func dots(
    _ model: DistanceSurvey.Model, _ places: [SeedName: Int], _ scale: Double, _ top: Int
  ) -> [[String: Any]] {
    model.points.map { point in
      let x = Self.left(places[point.seed] ?? 0, of: places.count)
      return bar(
        x: x, y: top + Self.height(point.distance, scale) - 4, width: 4, height: 4,
        kind: "v-plain", title: "\(point.seed.text): \(Self.bits(point.distance))")
    }
  }

  /// A bar from the least to the most distance of some seeds, with a line at the mean.
  private func columns(
    _ model: DistanceSurvey.Model, _ seeds: [SeedName], _ places: [SeedName: Int], _ scale: Double,
    _ top: Int
  ) -> [[String: Any]] {
    let count = min(seeds.count, Self.columnsMax)
    var columns = [DistanceSurvey.Spread](repeating: .init(), count: count)
    for (seed, spread) in model.seeds {
      columns[(places[seed] ?? 0) * count / seeds.count].add(spread)
    }
    let width = max(2, min(8, Self.width / count - 1))
    return columns.enumerated().filter { $0.element.count > 0 }.flatMap { place, spread in
      let x = min(Self.width - width, place * Self.width / count)
      let (high, low) = (Self.height(spread.most, scale), Self.height(spread.least, scale))
      let first = seeds[(place * seeds.count + count - 1) / count].text
      let title =
        "from \(first): \(Self.bits(spread.least)) to \(Self.bits(spread.most)), "
        + "mean \(Self.bits(spread.mean))"
      return [
        bar(
          x: x, y: top + high - 2, width: width, height: low - high + 2, kind: "v-plain",
          title: title),
        bar(
          x: x, y: top + Self.height(spread.mean, scale) - 2, width: width, height: 2,
          kind: "v-failure", title: title),
      ]
    }
  }

  private static func left(_ place: Int, of count: Int) -> Int {
    count < 2 ? (width - 4) / 2 : (width - 4) * place / (count - 1)
  }

  /// How far below the upper edge of its row a distance is drawn.
  private static func height(_ distance: Double, _ scale: Double) -> Int {
    band - Int((distance / scale * Double(band - 4)).rounded())
  }

  private static func bits(_ distance: Double) -> String {
    "\(Comparison.fixed(distance, 1)) bits"
  }

  private func words(of survey: DistanceSurvey) -> String {
    var parts = survey.models.map { model in
      var all = DistanceSurvey.Spread()
      for spread in model.seeds.values { all.add(spread) }
      let worst = model.seeds.sorted { $0.key < $1.key }.max { $0.value.most < $1.value.most }
      return "\(XMLText.line(model.name, byteCountMax: 60)): "
        + "\(Count.of(all.count, "distance")) over \(Count.of(model.seeds.count, "seed")), "
        + "\(Comparison.fixed(all.least, 1)) to \(Self.bits(all.most)), "
        + "mean \(Comparison.fixed(all.mean, 1))"
        + (all.most > 0 ? worst.map { ", farthest at \($0.key.text)" } ?? "" : "")
    }
    if survey.leftOutCount > 0 {
      parts.append(
        "\(Count.of(survey.leftOutCount, "distance")) of further models and seeds left out")
    }
    return parts.joined(separator: "; ")
  }
}
