internal import Canonical
internal import Experiments
internal import ImageComparison
internal import SeedreamAPI
internal import Synchronization
internal import SystemPackage

/// The pictures of one case as the page shows them.
struct ShownPictures: Sendable {
  /// One picture, with what it is to the case.
  struct Shown: Sendable {
    /// `input`, `approved` or `output`; `reference` for what another check compared with.
    let role: String
    /// What people read of it.
    let label: String
    /// The picture; `nil` where only its name is known.
    let picture: SheetPicture?
    /// Its size in pixels, where it is known.
    let size: PixelSize?
    var hasThumbnail = false
    var hasFile = false
    var hasScript = false
  }

  var shown: [Shown] = []
  /// Pairs by their places in ``shown``, with how they differ.
  var pairs: [(left: Int, right: Int, difference: PictureWorkshop.Difference?)] = []

  /// The place of the picture that stands for the case on the sheet.
  var face: Int? { shown.firstIndex { $0.role == "output" && $0.hasThumbnail } }

  /// As the page reads it.
  var json: JSONValue {
    .members([
      "shown": .array(shown.map(Self.json)),
      "pairs": .array(
        pairs.compactMap { pair in
          pair.difference.map { difference in
            .members([
              "a": .integer(pair.left), "b": .integer(pair.right),
              "heat": .string(difference.heat), "tiles": .string(difference.tiles),
              "count": .integer(difference.count),
              "regions": .array(difference.regions.map { .array($0.map { .integer($0) }) }),
            ])
          }
        }),
    ])
  }

  private static func json(_ shown: Shown) -> JSONValue {
    .members([
      "role": .string(shown.role), "label": .string(shown.label),
      "digest": shown.picture.map { .string($0.digest) },
      "thumbnail": shown.hasThumbnail ? shown.picture.map { .string($0.thumbnail) } : nil,
      "file": shown.hasFile ? shown.picture.map { .string($0.file) } : nil,
      "script": shown.hasScript ? shown.picture.map { .string($0.script) } : nil,
      "width": shown.size.map { .integer($0.width) },
      "height": shown.size.map { .integer($0.height) },
    ])
  }
}

/// Finds the pictures of cases and has them made.
struct SheetPictures {
  /// Pairs of a run whose differences are drawn; each takes a tenth of a second a megapixel.
  static let differencesMax = 500
  /// Pictures of one case that are shown.
  static let shownMax = 32

  private let workshop: PictureWorkshop
  private let options: HTMLOptions
  private let workingFolder: FilePath
  private var inputs: [BlobID: FilePath] = [:]
  private(set) var differenceCount = 0

  init(_ header: RunHeader, _ folder: SheetFolder, _ options: HTMLOptions) {
    workshop = PictureWorkshop(folder: folder, cache: options.cache, sources: options.sources)
    self.options = options
    workingFolder = header.workingFolder
    for input in header.suites.flatMap(\.inputs) { inputs[input.blob] = resolved(input.path) }
  }

  /// Whether a case is one to look at.
  static func isChanged(_ result: CaseResult) -> Bool {
    result.outcome.verdict != .success || result.checks.contains { $0.verdict.isBad }
  }

  private enum Task: Sendable {
    case thumbnail(case: Int, place: Int)
    case file(case: Int, place: Int)
    case script(case: Int, place: Int)
    case difference(case: Int, pair: Int)
  }

  /// Makes the pictures of some cases, several at a time.
  mutating func make(for results: [CaseResult]) throws -> [ShownPictures] {
    guard options.pictures != .none else {
      return results.map { result in
        var pictures = ShownPictures()
        pictures.shown = shown(of: result)
        return pictures
      }
    }
    var tasks: [Task] = []
    var planned: [ShownPictures] = []
    for (number, result) in results.enumerated() {
      var pictures = ShownPictures()
      pictures.shown = shown(of: result)
      let isChanged = Self.isChanged(result)
      for (place, shown) in pictures.shown.enumerated() where shown.picture != nil {
        tasks.append(.thumbnail(case: number, place: place))
        if isChanged || options.pictures == .all { tasks.append(.file(case: number, place: place)) }
        if isChanged { tasks.append(.script(case: number, place: place)) }
      }
      if isChanged {
        for (left, right) in Self.pairs(of: pictures.shown)
        where differenceCount < Self.differencesMax {
          differenceCount += 1
          tasks.append(.difference(case: number, pair: pictures.pairs.count))
          pictures.pairs.append((left, right, nil))
        }
      }
      planned.append(pictures)
    }
    return try carryOut(tasks, on: planned)
  }

  private func carryOut(
    _ tasks: [Task], on planned: [ShownPictures]
  ) throws -> [ShownPictures] {
    let made = Mutex(planned)
    let workshop = workshop
    try Parallel.forEach(tasks.count, concurrency: options.concurrency) { index in
      switch tasks[index] {
      case .thumbnail(let number, let place):
        guard let picture = planned[number].shown[place].picture else { return }
        let isThere = try workshop.makeThumbnail(of: picture)
        made.withLock { $0[number].shown[place].hasThumbnail = isThere }
      case .file(let number, let place):
        guard let picture = planned[number].shown[place].picture else { return }
        let isThere = try workshop.keepPicture(picture)
        made.withLock { $0[number].shown[place].hasFile = isThere }
      case .script(let number, let place):
        guard let picture = planned[number].shown[place].picture else { return }
        let isThere = try workshop.keepScript(picture)
        made.withLock { $0[number].shown[place].hasScript = isThere }
      case .difference(let number, let pair):
        let (left, right, _) = planned[number].pairs[pair]
        let shown = planned[number].shown
        guard let first = shown[left].picture, let second = shown[right].picture else { return }
        let difference = try workshop.makeDifference(first, second)
        made.withLock { $0[number].pairs[pair].difference = difference }
      }
    }
    return made.withLock { $0 }
  }

  /// The pairs of a case's pictures that are told apart, none of a case that is as expected.
  func differing(_ result: CaseResult) -> [(left: SheetPicture, right: SheetPicture)] {
    guard Self.isChanged(result) else { return [] }
    let shown = shown(of: result)
    return Self.pairs(of: shown).compactMap { left, right in
      guard let first = shown[left].picture, let second = shown[right].picture else { return nil }
      return (first, second)
    }
  }

  /// Makes the composite of two pictures; as ``PictureWorkshop`` does.
  func makeComposite(
    _ left: SheetPicture, _ right: SheetPicture
  ) throws -> (composite: String, heat: String?)? {
    try workshop.makeComposite(left, right)
  }

  // MARK: - Which pictures

  /// Inputs, approved pictures, outputs, what else was compared with, and the two that broke a group.
  private func shown(of result: CaseResult) -> [ShownPictures.Shown] {
    var shown: [ShownPictures.Shown] = []
    for (place, image) in (result.identity.request?.images ?? []).enumerated() {
      shown.append(input(image, place + 1))
    }
    let isPlural = result.outputs.count > 1
    for output in result.outputs {
      let number = isPlural ? " \(output.index + 1)" : ""
      if SheetPictures.isChanged(result) || options.pictures == .all {
        shown += compared(with: output, of: result, number)
      }
      shown.append(
        ShownPictures.Shown(
          role: "output", label: "output\(number)",
          picture: SheetPicture(
            digest: output.blob.digest.hex, ending: output.blob.kind.rawValue,
            path: resolved(output.path)), size: output.picture?.size))
    }
    for member in result.group?.pair ?? [] {
      shown.append(
        ShownPictures.Shown(
          role: "output", label: member.caseID.text,
          picture: picture(at: resolved(member.path)), size: nil))
    }
    return Array(shown.prefix(Self.shownMax))
  }

  private func input(_ image: InputImage, _ number: Int) -> ShownPictures.Shown {
    switch image {
    case .local(let blob):
      ShownPictures.Shown(
        role: "input", label: "input \(number)",
        picture: inputs[blob].map {
          SheetPicture(digest: blob.digest.hex, ending: blob.kind.rawValue, path: $0)
        }, size: nil)
    case .remote(let url):
      ShownPictures.Shown(role: "input", label: "input \(number): \(url)", picture: nil, size: nil)
    }
  }

  private func compared(
    with output: OutputRecord, of result: CaseResult, _ number: String
  ) -> [ShownPictures.Shown] {
    var seen: Set<FilePath> = []
    return result.checks.flatMap { check in
      check.measures.compactMap { measure -> ShownPictures.Shown? in
        guard measure.picture == output.index, let other = measure.other,
          seen.insert(other).inserted
        else { return nil }
        let isApproved = check.name == "baseline"
        return ShownPictures.Shown(
          role: isApproved ? "approved" : "reference",
          label: (isApproved ? "approved" : check.name) + number,
          picture: picture(at: resolved(other)), size: nil)
      }
    }
  }

  /// A picture of which only the path is known; blobs are named by their digests.
  private func picture(at path: FilePath) -> SheetPicture? {
    let endings = ["jpeg": "jpg", "jpg": "jpg", "png": "png", "webp": "webp"]
    guard let ending = path.extension.flatMap({ endings[$0.lowercased()] }) else { return nil }
    if let stem = path.stem, SHA256Digest(hex: stem)?.hex == stem {
      return SheetPicture(digest: stem, ending: ending, path: path)
    }
    do {
      let bytes = try DurableFile.read(
        path, byteCountMax: workshop.limits.fileByteCountMax)
      return SheetPicture(digest: SHA256Digest(hashing: bytes).hex, ending: ending, path: path)
    } catch {
      // The check that wanted it said so.
      return nil
    }
  }

  /// The pairs whose differences are drawn: each approved picture, reference or first picture of a group with
  /// the output after it.
  private static func pairs(of shown: [ShownPictures.Shown]) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    for (place, picture) in shown.enumerated() {
      switch picture.role {
      case "approved", "reference":
        guard let output = shown[place...].firstIndex(where: { $0.role == "output" }) else {
          continue
        }
        pairs.append((place, output))
      default: continue
      }
    }
    let outputs = shown.indices.filter { shown[$0].role == "output" }
    if pairs.isEmpty, outputs.count == 2, shown[outputs[0]].label != "output 1" {
      pairs.append((outputs[0], outputs[1]))
    }
    return pairs
  }

  private func resolved(_ path: FilePath) -> FilePath {
    path.isAbsolute || workingFolder.isEmpty ? path : workingFolder.pushing(path)
  }
}
