internal import Canonical
internal import Experiments
internal import ImageComparison
internal import Suites
internal import Synchronization

/// Finds the pictures of pairs and has them made, a page at a time.
struct ComparisonPictures {
  /// Pairs of a comparison whose pictures are shown, the worst first.
  static let pairsMax = 4_000
  /// Pictures of one side of a pair that are shown: of a baseline several may be approved.
  static let picturesMax = 4

  /// A pair with its pictures.
  struct Shown {
    /// Those of both sides.
    let sides: [[SheetPicture]]
    /// How many there are of each.
    let counts: [Int]
    /// Whether its pictures are beyond ``pairsMax``.
    let isCut: Bool
    /// Whether the two are to be told apart.
    let differs: Bool
    /// Whether the map of its difference is beyond the limit of such maps.
    var isMapCut = false
  }

  /// What was made for a page.
  struct Made {
    var thumbnails: Set<String> = []
    var files: Set<String> = []
    var differences: [[SheetPicture]: PictureWorkshop.Difference] = [:]
  }

  private struct Name: Hashable {
    let suite: SuiteName
    let id: CaseID
  }

  private enum Task: Sendable {
    case thumbnail(SheetPicture)
    case file(SheetPicture)
    case difference(SheetPicture, SheetPicture)
  }

  private let workshop: PictureWorkshop
  private let options: HTMLOptions
  private var left: [Name: ComparedCase] = [:]
  private var right: [Name: ComparedCase] = [:]
  private var pairCount = 0
  private var mapCount = 0

  init(_ alignment: CaseAlignment, _ folder: SheetFolder, _ options: HTMLOptions) {
    self.options = options
    workshop = PictureWorkshop(folder: folder, cache: options.cache, sources: options.sources)
    for pair in alignment.pairs {
      left[Name(suite: pair.left.suite, id: pair.left.id)] = pair.left
      right[Name(suite: pair.right.suite, id: pair.right.id)] = pair.right
    }
  }

  /// What is to be shown of a pair; each call takes a share of what a comparison may show.
  mutating func shown(_ pair: PairFinding, of suite: SuiteName) -> Shown {
    let all = [(left, pair.left), (right, pair.right)].map { cases, id in
      (cases[Name(suite: suite, id: id)]?.pictures ?? []).filter { $0.index == pair.index }
    }
    guard options.pictures != .none, pairCount < Self.pairsMax else {
      return Shown(
        sides: [[], []], counts: all.map(\.count), isCut: options.pictures != .none, differs: false)
    }
    pairCount += 1
    let differs = pair.level.map { $0 < .near } ?? true
    let sides = all.map { side in
      side.prefix(Self.picturesMax).map {
        SheetPicture(digest: $0.blob.digest.hex, ending: $0.blob.kind.rawValue, path: $0.path)
      }
    }
    var shown = Shown(
      sides: sides, counts: all.map(\.count), isCut: false, differs: differs)
    if differs, sides.allSatisfy({ $0.count == 1 }) {
      shown.isMapCut = mapCount >= SheetPictures.differencesMax
      if !shown.isMapCut { mapCount += 1 }
    }
    return shown
  }

  /// Makes the pictures of a page, several at a time.
  ///
  /// - Throws: `FileFailure` where the folder cannot be written; a picture that cannot be read is left out.
  func make(for page: [Shown]) throws -> Made {
    var thumbnails: Set<SheetPicture> = []
    var files: Set<SheetPicture> = []
    var pairs: Set<[SheetPicture]> = []
    for shown in page {
      let pictures = shown.sides.joined()
      thumbnails.formUnion(pictures)
      if shown.differs || options.pictures == .all { files.formUnion(pictures) }
      if let pair = shown.pair { pairs.insert(pair) }
    }
    let tasks =
      thumbnails.map(Task.thumbnail) + files.map(Task.file)
      + pairs.map { .difference($0[0], $0[1]) }
    let made = Mutex(Made())
    let workshop = workshop
    try Parallel.forEach(tasks.count, concurrency: options.concurrency) { index in
      switch tasks[index] {
      case .thumbnail(let picture):
        guard try workshop.makeThumbnail(of: picture) else { return }
        made.withLock { _ = $0.thumbnails.insert(picture.digest) }
      case .file(let picture):
        guard try workshop.keepPicture(picture) else { return }
        made.withLock { _ = $0.files.insert(picture.digest) }
      case .difference(let first, let second):
        guard let difference = try workshop.makeDifference(first, second) else { return }
        made.withLock { $0.differences[[first, second]] = difference }
      }
    }
    return made.withLock { $0 }
  }
}

extension ComparisonPictures.Shown {
  /// The two whose difference is drawn; `nil` where they are not two, are alike, or there are too many.
  var pair: [SheetPicture]? {
    guard differs, !isMapCut, sides.allSatisfy({ $0.count == 1 }),
      sides[0][0].digest != sides[1][0].digest
    else { return nil }
    return [sides[0][0], sides[1][0]]
  }
}
