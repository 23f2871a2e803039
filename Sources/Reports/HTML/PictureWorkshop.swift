internal import Canonical
internal import ImageComparison
internal import SystemPackage

/// A picture that the sheet shows, named by its bytes.
struct SheetPicture: Hashable, Sendable {
  /// The digest of its bytes in hexadecimal digits.
  let digest: String
  /// The ending of its file's name.
  let ending: String
  /// Where it lies.
  let path: FilePath

  /// The name of its thumbnail in the folder; half the digest tells pictures apart.
  var thumbnail: String { "thumbnails/\(digest.prefix(32)).webp" }
  /// The name of the picture in the folder.
  var file: String { "pictures/\(digest).\(ending)" }
  /// The name of its bytes as a script.
  var script: String { "pictures/\(digest).js" }
}

/// Makes the pictures of the folder: thumbnails, copies, and pictures of differences.
///
/// A picture that cannot be read or decoded is left out; that the folder cannot be written is a failure.
struct PictureWorkshop: Sendable {
  /// The longer side of a thumbnail in pixels: twice what the sheet shows, for fine screens.
  static let thumbnailSide = 256
  /// The quality of thumbnails.
  static let thumbnailQuality = 70
  /// The largest file that is also written as a script, from which a page can read its pixels.
  static let scriptByteCountMax = 16 << 20
  /// The longer side of each picture of a composite in pixels.
  static let compositeSide = 512
  /// Regions that a page lists.
  static let regionsMax = 12

  /// Two pictures that are told apart, with where they differ.
  struct Difference: Hashable, Sendable {
    /// The names of the heat map and of the tile map.
    let heat: String
    let tiles: String
    /// Boxes as left, top, width, height and changed pixels; the largest first.
    let regions: [[Int]]
    /// How many regions there are.
    let count: Int
  }

  let folder: SheetFolder
  let cache: FilePath?
  let sources: [FilePath]
  let limits = PictureLimits.standard

  /// Makes the thumbnail of a picture unless it is there.
  ///
  /// - Returns: whether it is there now.
  func makeThumbnail(of picture: SheetPicture) throws -> Bool {
    let target = folder.path.appending(picture.thumbnail)
    if DurableFile.exists(target) || fetch(picture.thumbnail) { return true }
    guard let small = decodeSmall(picture),
      let bytes = Self.webp(small, quality: Self.thumbnailQuality, effort: .fast)
    else { return false }
    try keep(bytes, as: picture.thumbnail)
    return true
  }

  /// Puts the picture itself into the folder.
  ///
  /// - Returns: whether it is there now.
  func keepPicture(_ picture: SheetPicture) throws -> Bool {
    if DurableFile.exists(folder.path.appending(picture.file)) { return true }
    guard verifiedBytes(of: picture) != nil else { return false }
    try folder.link(picture.path, as: picture.file, byteCountMax: limits.fileByteCountMax)
    return true
  }

  /// Writes the bytes of a picture as a script: a page that is opened as a file may not read the pixels of
  /// an image, but may decode bytes that it was given.
  ///
  /// - Returns: whether it is there now.
  func keepScript(_ picture: SheetPicture) throws -> Bool {
    if DurableFile.exists(folder.path.appending(picture.script)) { return true }
    guard let bytes = verifiedBytes(of: picture), bytes.count <= Self.scriptByteCountMax else {
      return false
    }
    let head = "proofsheet.bytes[\"\(picture.digest)\"]=\""
    try folder.write(
      Array(head.utf8) + Base64.encode(bytes) + Array("\";\n".utf8), to: picture.script)
    return true
  }

  /// Makes the pictures of how two differ; `nil` where they are not of one size or cannot be decoded.
  func makeDifference(_ left: SheetPicture, _ right: SheetPicture) throws -> Difference? {
    let stem = "differences/\(left.digest.prefix(32))-\(right.digest.prefix(32))"
    let (heat, tiles, notes) = ("\(stem)-heat.webp", "\(stem)-tiles.webp", "\(stem).json")
    let composite = Self.composite(left, right)
    if let known = readNotes(notes), fetch(heat), fetch(tiles), fetch(composite), fetch(notes) {
      return Difference(heat: heat, tiles: tiles, regions: known.regions, count: known.count)
    }
    guard let first = decode(left), let second = decode(right), first.width == second.width,
      first.height == second.height
    else { return nil }
    let map = ColourDifferenceMap(first, second, floor: 1)
    let found = ChangedRegions(map)
    let heatMap = DifferencePictures.heatMap(map, over: first)
    let tileMap = DifferencePictures.tileMap(StructuralSimilarity(first, second), over: first)
    guard let heatBytes = Self.webp(heatMap, quality: 80),
      let tileBytes = Self.webp(tileMap, quality: 60),
      let compositeBytes = Self.beside([first, second, heatMap])
    else { return nil }
    try keep(heatBytes, as: heat)
    try keep(tileBytes, as: tiles)
    try keep(compositeBytes, as: composite)
    let regions = found.regions.prefix(Self.regionsMax).map {
      [$0.box.x, $0.box.y, $0.box.width, $0.box.height, $0.area]
    }
    let document = JSONValue.members([
      "count": .integer(found.count),
      "regions": .array(regions.map { .array($0.map { .integer($0) }) }),
    ])
    try keep(document.canonicalBytes, as: notes)
    return Difference(heat: heat, tiles: tiles, regions: regions, count: found.count)
  }

  /// The name of the composite of two pictures.
  static func composite(_ left: SheetPicture, _ right: SheetPicture) -> String {
    "differences/\(left.digest.prefix(32))-\(right.digest.prefix(32))-composite.png"
  }

  /// Makes one picture of two, beside each other, with the map of where they differ where they are of one
  /// size, for readers that show a single picture.
  ///
  /// - Returns: the names of the composite and of the map; `nil` where either cannot be decoded.
  func makeComposite(
    _ left: SheetPicture, _ right: SheetPicture
  ) throws -> (composite: String, heat: String?)? {
    let name = Self.composite(left, right)
    if let difference = try makeDifference(left, right) { return (name, difference.heat) }
    if fetch(name) { return (name, nil) }
    guard let first = decode(left), let second = decode(right),
      let bytes = Self.beside([first, second])
    else { return nil }
    try keep(bytes, as: name)
    return (name, nil)
  }

  /// Pictures made small, beside each other, as PNG, which every reader shows.
  private static func beside(_ pictures: [Picture]) -> [UInt8]? {
    let small = pictures.map { $0.fitted(longerSide: compositeSide) }
    do {
      return try PictureEncoder.png(DifferencePictures.sideBySide(small, gap: 8), effort: .fast)
    } catch {
      // There is no memory for it; the report does without.
      return nil
    }
  }

  // MARK: - Reading

  /// The bytes of a picture; `nil` where they cannot be read or are others than its digest says.
  private func verifiedBytes(of picture: SheetPicture) -> [UInt8]? {
    do {
      let bytes = try DurableFile.read(picture.path, byteCountMax: limits.fileByteCountMax)
      return SHA256Digest(hashing: bytes).hex == picture.digest ? bytes : nil
    } catch {
      // The run said what is wrong with a picture; the sheet shows what there is.
      return nil
    }
  }

  private func decode(_ picture: SheetPicture) -> Picture? {
    decode(picture) { bytes throws(PictureError) in try Picture(decoding: bytes, limits: limits) }
  }

  /// A picture as small as thumbnails are.
  private func decodeSmall(_ picture: SheetPicture) -> Picture? {
    decode(picture) { bytes throws(PictureError) in
      try Picture(decoding: bytes, longerSide: Self.thumbnailSide, limits: limits)
    }
  }

  private func decode(
    _ picture: SheetPicture, by decoder: ([UInt8]) throws(PictureError) -> Picture
  ) -> Picture? {
    guard let bytes = verifiedBytes(of: picture) else { return nil }
    do {
      return try decoder(bytes)
    } catch {
      // As above.
      return nil
    }
  }

  private static func webp(
    _ picture: Picture, quality: Int, effort: PictureEncoder.Effort = .small
  ) -> [UInt8]? {
    do {
      return try PictureEncoder.webp(picture, quality: quality, effort: effort)
    } catch {
      // A side of more pixels than WebP knows.
      return nil
    }
  }

  private func readNotes(_ name: String) -> (regions: [[Int]], count: Int)? {
    for path in ([folder.path, cache].compactMap { $0 } + sources).map({ $0.appending(name) })
    where DurableFile.isFile(path) {
      do {
        let document = try JSONParser.parse(try DurableFile.read(path, byteCountMax: 1 << 16))
        let regions = (document["regions"]?.array ?? []).map {
          ($0.array ?? []).compactMap(\.integer)
        }
        guard let count = document["count"]?.integer,
          regions.count <= Self.regionsMax, regions.allSatisfy({ $0.count == 5 })
        else { continue }
        return (regions, count)
      } catch {
        // What is kept can be made again.
        continue
      }
    }
    return nil
  }

  // MARK: - What is kept for later reports

  /// Takes a file from what earlier reports kept.
  private func fetch(_ name: String) -> Bool {
    if DurableFile.exists(folder.path.appending(name)) { return true }
    let places = ([cache].compactMap { $0 } + sources).map { $0.appending(name) }
    guard let kept = places.first(where: { DurableFile.isFile($0) }) else { return false }
    do {
      try folder.link(kept, as: name, byteCountMax: limits.fileByteCountMax)
      return true
    } catch {
      // It is made anew, and that tells what cannot be written.
      return false
    }
  }

  private func keep(_ bytes: [UInt8], as name: String) throws {
    try folder.write(bytes, to: name)
    guard let cache else { return }
    do {
      let kept = cache.appending(name)
      try DurableFile.createFolder(kept.parent)
      guard !DurableFile.exists(kept) else { return }
      try SheetFolder(cache, folders: []).link(
        folder.path.appending(name), as: name, byteCountMax: limits.fileByteCountMax)
    } catch {
      // The report has its file; the next one makes it again.
      return
    }
  }
}
