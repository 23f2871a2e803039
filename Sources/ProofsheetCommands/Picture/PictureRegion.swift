internal import ArgumentParser
internal import ImageComparison
internal import Suites
internal import SystemPackage

/// A part of a picture, named on a command line.
struct RegionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Figures inside and outside of a box: left, top, width and height as shares, 0 to 1.",
      valueName: "x,y,w,h"))
  var region: BoxArgument?

  @Option(
    help: ArgumentHelp("The same for the ellipse within such a box.", valueName: "x,y,w,h"))
  var ellipse: BoxArgument?

  @Option(
    help: ArgumentHelp(
      "The same for the white of a picture, whatever its size.", valueName: "file"))
  var mask: String?

  func validate() throws {
    guard [region != nil, ellipse != nil, mask != nil].count(where: \.self) <= 1 else {
      throw ValidationError("name one of --region, --ellipse and --mask")
    }
  }

  /// Whether a part is named.
  var isSet: Bool { region != nil || ellipse != nil || mask != nil }

  /// The part that is named; `nil` without one.
  ///
  /// - Throws: ``CommandExit`` for a mask that cannot be read.
  func read() throws -> ImageComparison.Region? {
    if let box = region?.box {
      return .box(
        x: box.x.fraction, y: box.y.fraction, width: box.width.fraction,
        height: box.height.fraction)
    }
    if let box = ellipse?.box {
      return .ellipse(
        x: box.x.fraction, y: box.y.fraction, width: box.width.fraction,
        height: box.height.fraction)
    }
    return try mask.map { .mask(try PictureFacts(reading: FilePath($0)).picture) }
  }
}

/// Four shares in a row, as a suite's `region: [x, y, width, height]` has them.
struct BoxArgument: ExpressibleByArgument {
  let box: RegionBox

  init?(argument: String) {
    let shares = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Share(String($0))
    }
    guard shares.count == 4, let x = shares[0], let y = shares[1], let width = shares[2],
      let height = shares[3],
      let box = RegionBox(x: x, y: y, width: width, height: height)
    else { return nil }
    self.box = box
  }
}
