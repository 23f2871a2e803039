internal import Canonical
internal import ImageComparison
internal import Recording
internal import SeedreamAPI
internal import SystemPackage

/// Looks at the pictures of one prompt.
struct PromptDesk {
  /// Pictures of one seed and place in the answer.
  private struct BlockKey: Hashable {
    let seed: Seed?
    let index: Int
  }

  private struct BlobPair: Hashable {
    let left: BlobID
    let right: BlobID
  }

  private let isStoredOnly: Bool
  private let shelf: PictureShelf
  private var hashes: [PDQHash] = []
  private var order: [BlockKey] = []
  private var blocks: [BlockKey: (first: [Int], second: [Int])] = [:]
  private var known: [BlobPair: (level: ComparisonLevel?, summary: String, [Measure.Figure])] = [:]
  private var sharpness: [BlobID: Double?] = [:]
  private var unclear = 0
  private var unread: [String] = []

  private(set) var pairs: [PairFinding] = []
  private(set) var unusable: [String] = []

  init(isStoredOnly: Bool, shelfByteCountMax: Int) {
    self.isStoredOnly = isStoredOnly
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
    for index in Set(pair.left.pictures.map(\.index) + pair.right.pictures.map(\.index)).sorted() {
      let lefts = pair.left.pictures.filter { $0.index == index }
      let rights = pair.right.pictures.filter { $0.index == index }
      guard !lefts.isEmpty, !rights.isEmpty else {
        unusable.append(
          "\(lefts.isEmpty ? "A" : "B"): there is no picture \(index) of \(pair.left.id)")
        continue
      }
      note(pair, lefts, rights, index)
      let key = BlockKey(seed: pair.identity?.seed, index: index)
      if blocks[key] == nil { order.append(key) }
      var block = blocks[key] ?? ([], [])
      block.first += lefts.compactMap { row(of: $0) }
      block.second += rights.compactMap { row(of: $0) }
      blocks[key] = block
    }
    guard let left = pair.left.pictures.first, let right = pair.right.pictures.first,
      let first = sharpness[left.blob] ?? nil, let second = sharpness[right.blob] ?? nil
    else { return nil }
    return (first, second)
  }

  /// Compares; of several approved pictures the nearest counts.
  private mutating func note(
    _ pair: CaseAlignment.Pair, _ lefts: [ComparedPicture], _ rights: [ComparedPicture],
    _ index: Int
  ) {
    var best: (level: ComparisonLevel?, summary: String, [Measure.Figure])?
    for left in lefts {
      for right in rights {
        let found = compare(left, right)
        if let level = found.level, best?.level.map({ $0 < level }) ?? true { best = found }
        best = best ?? found
      }
    }
    guard let best else { return }
    pairs.append(
      PairFinding(
        left: pair.left.id, right: pair.right.id, seed: pair.identity?.seed, index: index,
        level: best.level, summary: best.summary, figures: best.2))
  }

  private mutating func compare(
    _ left: ComparedPicture, _ right: ComparedPicture
  ) -> (level: ComparisonLevel?, summary: String, [Measure.Figure]) {
    if left.blob.digest == right.blob.digest {
      return (.identicalBytes, ComparisonLevel.identicalBytes.rawValue, [])
    }
    if let digest = left.pixelDigest, digest == right.pixelDigest {
      return (.identicalPixels, ComparisonLevel.identicalPixels.rawValue, [])
    }
    guard !isStoredOnly else { return (nil, "not looked at", []) }
    let key = BlobPair(left: left.blob, right: right.blob)
    if let found = known[key] { return found }
    let found: (level: ComparisonLevel?, summary: String, [Measure.Figure])
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

  // MARK: - Hashes

  /// The row of a picture in the matrix; `nil` where its hash cannot be had.
  private mutating func row(of picture: ComparedPicture) -> Int? {
    if let stored = picture.hash, stored.version == PDQ.version, let hash = PDQHash(hex: stored.hex)
    {
      return append(hash, quality: stored.quality)
    }
    guard !isStoredOnly else {
      unread.append("\(picture.path) has no stored hash")
      return nil
    }
    do {
      let hash = try shelf.hash(
        picture.blob, from: BlobStore(folder: picture.path.removingLastComponent()))
      return append(hash.hash, quality: hash.quality)
    } catch {
      unread.append("\(error)")
      return nil
    }
  }

  private mutating func append(_ hash: PDQHash, quality: Int) -> Int {
    if quality < Thresholds.standard.quality { unclear += 1 }
    hashes.append(hash)
    return hashes.count - 1
  }

  /// The pictures by seed and the bits between their hashes.
  func samples(picturesMax: Int) -> DriftSamples {
    guard hashes.count <= picturesMax else { return DriftSamples([], distances: []) }
    return DriftSamples(
      order.compactMap { key in
        blocks[key].map {
          DriftSamples.Block(first: $0.first, second: $0.second, seed: key.seed, index: key.index)
        }
      },
      distances: hashes.map { left in hashes.map { Double(left.distance(to: $0)) } })
  }

  /// What to know of the figures.
  var notices: [String] {
    var notices: [String] = []
    if unclear > 0 {
      notices.append(
        "\(Count.of(unclear, "picture")) of \(hashes.count) \(unclear == 1 ? "holds" : "hold") too "
          + "little for a perceptual hash to be relied on")
    }
    if let first = unread.first {
      notices.append("\(Count.of(unread.count, "picture")) left out: \(first)")
    }
    let blind = pairs.filter { pair in
      pair.level.map { $0 < .near } ?? false
        && pair.figures.contains { $0.name == PDQ.version && $0.value <= 4 }
    }
    if !blind.isEmpty {
      notices.append(
        "\(Count.of(blind.count, "pair")) differ in what the perceptual hash hardly sees, such as "
          + "colour; look at their levels")
    }
    return notices
  }
}
