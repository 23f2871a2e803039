internal import Canonical
internal import Experiments
internal import ImageComparison

/// A pair of pictures side by side.
struct ComparisonPair {
  private let pair: PairFinding
  private let shown: ComparisonPictures.Shown
  private let made: ComparisonPictures.Made

  init(
    _ pair: PairFinding, _ shown: ComparisonPictures.Shown, _ made: ComparisonPictures.Made
  ) {
    self.pair = pair
    self.shown = shown
    self.made = made
  }

  /// What the template shows.
  var view: [String: Any] {
    [
      "a": pair.left.text, "b": pair.right.text,
      "image": pair.index > 0 ? ", image \(pair.index + 1)" : "",
      "level": pair.level?.rawValue ?? "not compared",
      "mark": ComparisonWords.mark(of: pair.level), "summary": pair.summary,
      "pictures": side(0, "A", pair.left) + side(1, "B", pair.right) + map,
      "hasFigures": !pair.figures.isEmpty,
      "figures": pair.figures.map { ["name": $0.name, "value": $0.text] },
    ]
  }

  private func side(_ place: Int, _ name: String, _ id: CaseID) -> [[String: Any]] {
    let pictures = shown.sides[place]
    var views = pictures.map { picture -> [String: Any] in
      guard made.thumbnails.contains(picture.digest) else {
        return blank(name, "cannot be read")
      }
      let hasFile = made.files.contains(picture.digest)
      return [
        "label": name, "alt": "\(name): \(id)", "isShown": true,
        "thumbnail": HTMLText.url(ofPath: picture.thumbnail),
        "hasFile": hasFile, "url": HTMLText.url(ofPath: picture.file),
      ]
    }
    if shown.isCut { views.append(blank(name, "not among the pictures that are shown")) }
    let more = shown.counts[place] - pictures.count
    if more > 0, !pictures.isEmpty { views.append(blank(name, "and \(more) more")) }
    return views
  }

  /// Where the two differ.
  private var map: [[String: Any]] {
    guard shown.differs, shown.sides.allSatisfy({ $0.count == 1 }) else { return [] }
    guard let pair = shown.pair else {
      return shown.isMapCut
        ? [blank("difference", "drawn of the \(SheetPictures.differencesMax) worst pairs")] : []
    }
    guard let difference = made.differences[pair] else {
      return [blank("difference", "no map: other sizes, or one that cannot be read")]
    }
    let url = HTMLText.url(ofPath: difference.heat)
    return [
      [
        "label": "difference, \(Count.of(difference.count, "region"))",
        "alt": "where \(self.pair.left) and \(self.pair.right) differ", "isShown": true,
        "thumbnail": url, "hasFile": true, "url": url,
      ]
    ]
  }

  private func blank(_ label: String, _ text: String) -> [String: Any] {
    ["label": label, "isShown": false, "note": text]
  }
}
