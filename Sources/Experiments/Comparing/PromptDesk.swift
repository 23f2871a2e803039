internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import SystemPackage

/// Looks at the pictures of one prompt.
struct PromptDesk {
  /// The pictures of one answer, by their places in it.
  ///
  /// They were made together and are no samples of their own: what is exchanged between the sides is the whole
  /// answer.
  private typealias Sample = [Looks?]

  private struct BlobPair: Hashable {
    let left: BlobID
    let right: BlobID
  }

  /// What is known of a picture.
  private struct Looks {
    var hash: PDQHash?
    var quality = 0
    var colours: ColourGrid?

    var isWhole: Bool { hash != nil && colours != nil }
  }

  private typealias Found = (
    level: ComparisonLevel?, summary: String, figures: [Measure.Figure]
  )

  private let isStoredOnly: Bool
  private let facts: (any PictureFacts)?
  private let shelf: PictureShelf
  private var rows: [Sample] = []
  private var order: [Seed?] = []
  private var blocks: [Seed?: (first: [Int], second: [Int])] = [:]
  private var known: [BlobPair: Found] = [:]
  private var looks: [BlobID: Looks] = [:]
  private var sharpness: [BlobID: Double?] = [:]
  private var unread: [String] = []

  private(set) var pairs: [PairFinding] = []
  private(set) var unusable: [String] = []

  init(isStoredOnly: Bool, facts: (any PictureFacts)?, shelfByteCountMax: Int) {
    self.isStoredOnly = isStoredOnly
    self.facts = facts
    shelf = PictureShelf(byteCountMax: shelfByteCountMax)
  }

  /// Looks at a pair of cases.
  ///
  /// - Returns: the sharpness of both, where their pictures were decoded.
  mutating func take(_ pair: CaseAlignment.Pair) -> (Double, Double)? {
    guard !pair.left.pictures.isEmpty, !pair.right.pictures.isEmpty else {
      let sides = [("A", pair.left), ("B", pair.right)].filter { $0.1.pictures.isEmpty }
      unusable.append(
        sides.map { "\($0.0): \($0.1.id) has no picture (\($0.1.outcome.rawValue))" }
          .joined(separator: "; "))
      return nil
    }
    var (first, second): ([Sample], [Sample]) = ([], [])
    for index in Set(pair.left.pictures.map(\.index) + pair.right.pictures.map(\.index)).sorted() {
      let lefts = pair.left.pictures.filter { $0.index == index }
      let rights = pair.right.pictures.filter { $0.index == index }
      guard !lefts.isEmpty, !rights.isEmpty else {
        unusable.append(
          "\(lefts.isEmpty ? "A" : "B"): there is no picture \(index) of \(pair.left.id)")
        continue
      }
      let looks = (lefts.map { look(at: $0) }, rights.map { look(at: $0) })
      note(pair, Array(zip(lefts, looks.0)), Array(zip(rights, looks.1)), index)
      Self.add(looks.0, at: index, to: &first)
      Self.add(looks.1, at: index, to: &second)
    }
    if !first.isEmpty { keep(first, second, of: pair.identity?.seed) }
    guard let left = pair.left.pictures.first, let right = pair.right.pictures.first,
      let first = sharpness[left.blob] ?? nil, let second = sharpness[right.blob] ?? nil
    else { return nil }
    return (first, second)
  }

  /// Adds the pictures of one place; of several that are approved each is part of another sample.
  private static func add(_ looks: [Looks], at index: Int, to samples: inout [Sample]) {
    for (number, look) in looks.enumerated() {
      if number == samples.count { samples.append([]) }
      let lacking = index + 1 - samples[number].count
      samples[number] += repeatElement(nil, count: max(0, lacking))
      samples[number][index] = look
    }
  }

  private mutating func keep(_ first: [Sample], _ second: [Sample], of seed: Seed?) {
    if blocks[seed] == nil { order.append(seed) }
    var block = blocks[seed] ?? ([], [])
    block.first += rows.count..<rows.count + first.count
    rows += first
    block.second += rows.count..<rows.count + second.count
    rows += second
    blocks[seed] = block
  }

  /// Compares; of several approved pictures the nearest counts.
  private mutating func note(
    _ pair: CaseAlignment.Pair, _ lefts: [(ComparedPicture, Looks)],
    _ rights: [(ComparedPicture, Looks)], _ index: Int
  ) {
    var best: Found?
    for left in lefts {
      for right in rights {
        var found = compare(left.0, right.0)
        found.figures += Self.distances(left.1, right.1).filter { distance in
          !found.figures.contains { $0.name == distance.name }
        }
        if let level = found.level, best?.level.map({ $0 < level }) ?? true { best = found }
        best = best ?? found
      }
    }
    guard let best else { return }
    pairs.append(
      PairFinding(
        left: pair.left.id, right: pair.right.id, seed: pair.identity?.seed, index: index,
        level: best.level, summary: best.summary, figures: best.figures))
  }

  private mutating func compare(
    _ left: ComparedPicture, _ right: ComparedPicture
  ) -> Found {
    if left.blob.digest == right.blob.digest {
      return (.identicalBytes, ComparisonLevel.identicalBytes.rawValue, [])
    }
    if let digest = left.pixelDigest, digest == right.pixelDigest {
      return (.identicalPixels, ComparisonLevel.identicalPixels.rawValue, [])
    }
    guard !isStoredOnly else { return (nil, "not looked at", []) }
    let key = BlobPair(left: left.blob, right: right.blob)
    if let found = known[key] { return found }
    let found: Found
    do {
      let (first, second) = (try picture(left), try picture(right))
      let comparison = Comparison(of: first, with: second)
      found = (comparison.level, comparison.summary, comparison.measures)
      for (side, decoded) in [(left, first), (right, second)] where sharpness[side.blob] == nil {
        sharpness[side.blob] = .some(PictureCharacter(decoded).sharpness)
      }
    } catch {
      found = (nil, "cannot be compared: \(error)", [])
    }
    known[key] = found
    return found
  }

  private func picture(_ picture: ComparedPicture) throws -> Picture {
    try shelf.picture(
      picture.blob, from: BlobStore(folder: picture.path.removingLastComponent()))
  }

  // MARK: - Distances

  /// What is stored of a picture or, where that lacks something, what reading it tells.
  private mutating func look(at picture: ComparedPicture) -> Looks {
    if let found = looks[picture.blob] { return found }
    var found = Self.looks(picture.hash, picture.colours)
    if !found.isWhole, let known = facts?.facts(of: picture.blob) {
      found = Self.looks(known.hash, known.colours)
    }
    if !found.isWhole {
      do {
        guard !isStoredOnly else { throw Unread(path: picture.path) }
        let decoded = try self.picture(picture)
        let known = KnownPicture(decoded, hash: shelf.hash(of: decoded, as: picture.blob))
        facts?.keep(known, of: picture.blob)
        found = Self.looks(known.hash, known.colours)
      } catch {
        unread.append("\(error)")
      }
    }
    looks[picture.blob] = found
    return found
  }

  /// A picture of which not everything is stored, and that is not to be read.
  private struct Unread: Error, CustomStringConvertible {
    let path: FilePath
    var description: String { "\(path) has no stored hash or no stored colours" }
  }

  private static func looks(_ hash: HashRecord?, _ colours: ColourRecord?) -> Looks {
    var looks = Looks()
    if let hash, hash.version == PDQ.version {
      looks.hash = PDQHash(hex: hash.hex)
      looks.quality = hash.quality
    }
    if let colours, colours.version == ColourGrid.version {
      looks.colours = ColourGrid(samples: colours.samples)
    }
    return looks
  }

  private static func distances(_ left: Looks, _ right: Looks) -> [Measure.Figure] {
    DriftMetric.allCases.compactMap { metric in
      distance(left, right, by: metric).map { Measure.Figure(metric.version, $0) }
    }
  }

  /// `nil` where either picture lacks what the metric looks at.
  private static func distance(_ left: Looks, _ right: Looks, by metric: DriftMetric) -> Double? {
    switch metric {
    case .shape:
      guard let first = left.hash, let second = right.hash else { return nil }
      return Double(first.distance(to: second))
    case .colour:
      guard let first = left.colours, let second = right.colours else { return nil }
      return first.distance(to: second)
    }
  }

  /// The mean over the places that both answers have; over all pairs where they share none; `nil` where nothing
  /// can be compared.
  private static func distance(_ left: Sample, _ right: Sample, by metric: DriftMetric) -> Double? {
    var (sum, count) = (0.0, 0)
    func add(_ first: Looks, _ second: Looks) {
      guard let found = distance(first, second, by: metric) else { return }
      sum += found
      count += 1
    }
    for (first, second) in zip(left, right) {
      if let first, let second { add(first, second) }
    }
    if count == 0 {
      for first in left.lazy.compactMap(\.self) {
        for second in right.lazy.compactMap(\.self) { add(first, second) }
      }
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// The answers by seed and how far each two are apart; without those that lack what is looked at.
  func samples(by metric: DriftMetric, picturesMax: Int) -> DriftSamples {
    let places = rows.indices.filter { Self.distance(rows[$0], rows[$0], by: metric) != nil }
    guard places.count <= picturesMax else { return DriftSamples([], distances: []) }
    var ranks = [Int?](repeating: nil, count: rows.count)
    for (rank, place) in places.enumerated() { ranks[place] = rank }
    var distances = [[Double]](
      repeating: [Double](repeating: 0, count: places.count), count: places.count)
    for (rank, place) in places.enumerated() {
      for other in rank + 1..<max(rank + 1, places.count) {
        let distance = Self.distance(rows[place], rows[places[other]], by: metric) ?? 0
        distances[rank][other] = distance
        distances[other][rank] = distance
      }
    }
    return DriftSamples(
      order.compactMap { seed in
        blocks[seed].map { block in
          DriftSamples.Block(
            first: block.first.compactMap { ranks[$0] },
            second: block.second.compactMap { ranks[$0] }, seed: seed)
        }
      }, distances: distances)
  }

  /// What to know of the figures.
  var notices: [String] {
    var notices: [String] = []
    let pictures = rows.flatMap { $0.compactMap(\.self) }
    let hashed = pictures.count { $0.hash != nil }
    let unclear = pictures.count { $0.hash != nil && $0.quality < Thresholds.standard.quality }
    if unclear > 0 {
      notices.append(
        "\(Count.of(unclear, "picture")) of \(hashed) \(unclear == 1 ? "holds" : "hold") too "
          + "little for a perceptual hash to be relied on")
    }
    if let first = unread.first {
      notices.append("\(Count.of(unread.count, "picture")) left out: \(first)")
    }
    return notices
  }
}
