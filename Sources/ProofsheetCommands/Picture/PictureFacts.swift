internal import Canonical
internal import Experiments
internal import ImageComparison
internal import SystemPackage

/// Everything that is told of one picture file.
struct PictureFacts {
  let path: FilePath
  let byteCount: Int
  let bytes: SHA256Digest
  let header: PictureHeader
  let picture: Picture
  let pixels: PixelDigest
  let hash: PDQ
  let character: PictureCharacter

  /// Reads and measures a file.
  ///
  /// - Throws: ``CommandExit`` that names the file and what is wrong with it.
  init(reading path: FilePath) throws {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path, byteCountMax: PictureLimits.standard.fileByteCountMax)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    do {
      header = try PictureHeader(reading: bytes)
      picture = try Picture(decoding: bytes)
    } catch {
      throw CommandExit(.usage, "error: \(path): \(error)")
    }
    self.path = path
    byteCount = bytes.count
    self.bytes = SHA256Digest(hashing: bytes)
    pixels = picture.digest
    hash = PDQ(picture)
    character = PictureCharacter(picture)
  }

  /// The picture as JSON; figures have six decimals.
  var json: JSONValue {
    .members([
      "path": .string(path.string),
      "byte_count": .integer(byteCount),
      "bytes_sha256": .string(bytes.hex),
      "pixels": .string(pixels.description),
      "codec": .string(header.format.rawValue),
      "width": .integer(picture.width),
      "height": .integer(picture.height),
      "bit_depth": .integer(picture.bitDepth),
      "has_alpha": .bool(picture.hasAlpha),
      "icc_profile_sha256": picture.iccProfileDigest.map { .string($0.hex) },
      "stored": .members([
        "width": .integer(header.width), "height": .integer(header.height),
        "colour": .string(header.colour.rawValue), "bit_depth": .integer(header.bitDepth),
        "orientation": .integer(header.orientation), "progressive": .bool(header.isProgressive),
      ]),
      "pdq": .members([
        "version": .string(PDQ.version), "hash": .string(hash.hash.hex),
        "quality": .integer(hash.quality),
      ]),
      "empty": character.emptiness.map { .string($0.rawValue) } ?? .null,
      "sharpness": character.sharpness.map { .decimal($0, decimals: 6) } ?? .null,
    ])
  }

  /// The picture in lines for people.
  var lines: [String] {
    let alpha = picture.hasAlpha ? ", alpha" : ""
    let turned = header.orientation == 1 ? "" : ", turned by its orientation \(header.orientation)"
    let progressive = header.isProgressive ? ", progressive" : ""
    var lines = [
      "\(path): \(header.format.rawValue), \(picture.width)x\(picture.height), "
        + "\(picture.bitDepth) bits\(alpha), \(byteCount) bytes",
      "  stored     \(header.width)x\(header.height), \(header.colour.rawValue) of "
        + "\(header.bitDepth) bits\(progressive)\(turned)",
      "  bytes      sha256:\(bytes)",
      "  pixels     \(pixels)",
      "  pdq        \(hash.hash), quality \(hash.quality)"
        + (hash.quality < Thresholds.standard.quality ? " (too low to tell pictures apart)" : ""),
      "  shows      "
        + (character.emptiness.map { "nothing: it is \($0.rawValue)" } ?? "something"),
      "  sharpness  "
        + (character.sharpness.map { Figure.text($0, 1) } ?? "too small to measure"),
    ]
    if let profile = picture.iccProfileDigest { lines.append("  profile    sha256:\(profile)") }
    return lines
  }
}

/// Figures as people read them.
enum Figure {
  /// A number with at most so many decimals; `infinite` where it is.
  static func text(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "infinite" }
    return JSONValue.decimal(value, decimals: decimals).canonicalText
  }

  /// A share of a whole in percent.
  static func percent(_ share: Double) -> String { "\(text(share * 100, 3)) %" }

  /// A region's sides or a box.
  static func box(_ box: PixelBox) -> String { "\(box.width)x\(box.height) at \(box.x),\(box.y)" }
}
