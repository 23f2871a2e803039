internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import ImageComparison
internal import SystemPackage

/// What is drawn of a comparison, as a flag names it.
struct DifferenceKind: ExpressibleByArgument {
  let kind: DifferencePictures.Kind

  init?(argument: String) {
    guard let kind = DifferencePictures.Kind(rawValue: argument) else { return nil }
    self.kind = kind
  }

  static let allValueStrings = DifferencePictures.Kind.allCases.map(\.rawValue)
}

/// Identifies a picture, or compares two.
struct PictureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "picture",
    abstract: "Tell all of a picture, or every figure between two.",
    discussion: """
      Of one picture: codec, size, orientation, digests of bytes and of pixels, the perceptual hash \
      PDQ with its quality, whether it shows anything, and its sharpness.
      Of two, the first being the reference: the level (identical-bytes, identical-pixels, near, \
      similar, different) with each term that decided it; mirrored, turned, moved or scaled before \
      anything else; PDQ, SSIM, PSNR, the share of changed pixels and where they lie as boxes \
      'WIDTHxHEIGHT at X,Y'.

      Exit code 1 where two pictures are different.
      """)

  @Argument(help: "A PNG, JPEG or WebP file.")
  var file: String

  @Argument(help: "Another one to compare with.")
  var other: String?

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  @Option(
    help: ArgumentHelp(
      "Draw the differences into a file: .png, .jpg or .webp, as its name ends.",
      valueName: "file"))
  var diff: String?

  @Option(help: "What is drawn: heat (default), tiles or side-by-side.")
  var diffKind: DifferenceKind?

  @OptionGroup var part: RegionOptions

  func validate() throws {
    guard other == nil else {
      guard diffKind == nil || diff != nil else {
        throw ValidationError("--diff-kind says what --diff draws; name its file with --diff")
      }
      return
    }
    for (name, isSet) in [
      ("--diff", diff != nil), ("--diff-kind", diffKind != nil),
      ("--region, --ellipse and --mask", part.isSet),
    ] where isSet {
      throw ValidationError("\(name): needs two pictures")
    }
  }

  func run() throws {
    let context = CommandContext.current
    let target = try diff.map {
      try DifferenceFile($0, apartFrom: [file, other].compactMap(\.self))
    }
    let region = try part.read()
    let pictures = try ([file] + (other.map { [$0] } ?? [])).map {
      try PictureFacts(reading: FilePath($0))
    }
    let pair = pictures.count == 2 ? PicturePair(pictures[0], pictures[1], region: region) : nil
    if let inside = pair?.locality?.inside, inside.pixelCount == 0 {
      throw CommandExit.usage(
        "the part to look at is empty: no pixel of the picture lies in it",
        hint: part.mask == nil ? "name a larger one" : "a mask means its white; this one has none")
    }
    if let target, pair != nil {
      try target.write(
        DifferencePictures.picture(
          diffKind?.kind ?? .heat, of: pictures[0].picture, and: pictures[1].picture))
    }
    switch format {
    case .text:
      for line in pictures.flatMap(\.lines) { context.output("\(line)\n") }
      for line in pair?.lines ?? [] { context.output("\(line)\n") }
    case .json:
      let json = JSONValue.members([
        "version": .integer(1), "pictures": .array(pictures.map(\.json)),
        "level": pair.map { .string($0.level.rawValue) },
        "comparison": pair?.json,
        "diff": target.map { .string($0.path.string) },
      ])
      context.output(json.canonicalText + "\n")
    }
    if let target { context.say("differences drawn: \(target.path)") }
    if pair?.level == .different { throw CommandExit(.failure) }
  }
}

/// The file that differences are drawn into.
private struct DifferenceFile {
  let path: FilePath
  private let format: PictureFormat

  /// Tells the format by the ending.
  ///
  /// - Throws: ``CommandExit`` for any other ending, and for the name of a picture that is compared.
  init(_ name: String, apartFrom pictures: [String]) throws {
    path = FilePath(name)
    switch path.extension?.lowercased() {
    case "png": format = .png
    case "jpg", "jpeg": format = .jpeg
    case "webp": format = .webp
    default:
      throw CommandExit.usage("--diff \(name): the name must end in .png, .jpg or .webp")
    }
    for picture in pictures
    where FilePath(picture).lexicallyNormalized() == path.lexicallyNormalized() {
      throw CommandExit.usage("--diff \(name) would replace a picture that is compared")
    }
  }

  func write(_ picture: Picture) throws {
    do {
      let bytes: [UInt8] =
        switch format {
        case .png: try PictureEncoder.png(picture)
        case .jpeg: try PictureEncoder.jpeg(picture)
        case .webp: try PictureEncoder.webp(picture)
        }
      let file = try PartialFile(output: path)
      try file.write(bytes)
      try file.commit()
    } catch let error as PictureError {
      throw CommandExit.usage(
        "--diff \(path): \(error)", hint: "PNG takes every size: name a file that ends in .png")
    } catch {
      throw CommandExit(.usage, "error: --diff: \(error)")
    }
  }
}
