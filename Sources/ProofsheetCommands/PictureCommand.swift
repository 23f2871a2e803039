internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import ImageComparison
internal import SystemPackage

/// Identifies a picture.
struct PictureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "picture",
    abstract: "Identify a picture: bytes, pixels, codec and size; or tell two apart.")

  @Argument(help: "A PNG, JPEG or WebP file.")
  var file: String

  @Argument(help: "Another one to compare with.")
  var other: String?

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  private struct Facts {
    let path: FilePath
    let byteCount: Int
    let bytes: SHA256Digest
    let picture: Picture
    let pixels: PixelDigest

    var json: JSONValue {
      .members([
        "path": .string(path.string),
        "byte_count": .integer(byteCount),
        "bytes_sha256": .string(bytes.hex),
        "pixels": .string(pixels.description),
        "codec": .string(picture.format?.rawValue ?? "unknown"),
        "width": .integer(picture.width),
        "height": .integer(picture.height),
        "bit_depth": .integer(picture.bitDepth),
        "has_alpha": .bool(picture.hasAlpha),
        "icc_profile_sha256": picture.iccProfileDigest.map { .string($0.hex) },
      ])
    }

    var lines: [String] {
      let codec = picture.format?.rawValue ?? "unknown"
      let alpha = picture.hasAlpha ? ", alpha" : ""
      return [
        "\(path): \(codec), \(picture.width)x\(picture.height), \(picture.bitDepth) bits\(alpha), "
          + "\(byteCount) bytes",
        "  bytes  sha256:\(bytes)",
        "  pixels \(pixels)",
      ]
    }
  }

  func run() throws {
    let context = CommandContext.current
    let files = [file] + (other.map { [$0] } ?? [])
    let pictures = try files.map { try Self.read(FilePath($0)) }
    let level = pictures.count == 2 ? Self.level(pictures[0], pictures[1]) : nil
    switch format {
    case .text:
      for line in pictures.flatMap(\.lines) { context.output("\(line)\n") }
      if let level { context.output("\(level)\n") }
    case .json:
      let json = JSONValue.members([
        "version": .integer(1), "pictures": .array(pictures.map(\.json)),
        "level": level.map { .string($0) },
      ])
      context.output(json.canonicalText + "\n")
    }
    if level == "different" { throw CommandExit(.failure) }
  }

  private static func read(_ path: FilePath) throws -> Facts {
    do {
      let bytes = try DurableFile.read(
        path, byteCountMax: PictureLimits.standard.fileByteCountMax)
      let picture = try Picture(decoding: bytes)
      return Facts(
        path: path, byteCount: bytes.count, bytes: SHA256Digest(hashing: bytes),
        picture: picture, pixels: picture.digest)
    } catch let failure as FileFailure {
      throw CommandExit(.usage, "error: \(failure)")
    } catch {
      throw CommandExit(.usage, "error: \(path): \(error)")
    }
  }

  private static func level(_ left: Facts, _ right: Facts) -> String {
    if left.bytes == right.bytes { return "identical-bytes" }
    return left.pixels == right.pixels ? "identical-pixels" : "different"
  }
}
