import Canonical
import Foundation
import ImageComparison
import Testing

/// `proofsheet picture`: one picture, and two beside each other.
@Suite(.project) struct PictureCommandTests {
  private var project: Project { Project.current }

  /// A photograph of the checkout.
  private func photograph() throws -> Picture {
    let file = Project.checkout.appendingPathComponent("fixtures/inputs/coffee.png")
    return try Picture(decoding: Array(Data(contentsOf: file)))
  }

  private func write(_ picture: Picture, _ name: String) throws {
    let bytes =
      name.hasSuffix(".jpg")
      ? try PictureEncoder.jpeg(picture, quality: 92)
      : try PictureEncoder.png(picture, effort: .fast)
    try Data(bytes).write(to: project.folder.appendingPathComponent(name))
  }

  /// A copy of which a rectangle is painted over.
  private func painted(_ picture: Picture, x: Int, y: Int, side: Int) -> Picture {
    var pixels = picture.pixels
    for row in y..<y + side {
      for column in x..<x + side {
        let start = 4 * (row * picture.width + column)
        pixels.replaceSubrange(start..<start + 4, with: [250, 20, 220, 255])
      }
    }
    return Picture(width: picture.width, height: picture.height, pixels: pixels)
  }

  private func mirrored(_ picture: Picture) -> Picture {
    var pixels: [UInt8] = []
    for row in 0..<picture.height {
      for column in (0..<picture.width).reversed() {
        let start = 4 * (row * picture.width + column)
        pixels += picture.pixels[start..<start + 4]
      }
    }
    return Picture(width: picture.width, height: picture.height, pixels: pixels)
  }

  private func json(_ outcome: Project.Outcome) throws -> JSONValue {
    try JSONParser.parse(Array(outcome.output.utf8))
  }

  @Test func `One picture is told with its digests, hash and character`() async throws {
    let picture = try photograph()
    try write(picture, "a.png")
    let told = await project.run("picture", "@a.png", "--format", "json")
    #expect(told.status == 0, "\(told.messages)")
    let first = try #require(try json(told)["pictures"]?.array?.first)
    #expect(first["pixels"]?.string == picture.digest.description)
    #expect(first["pdq"]?["hash"]?.string == PDQ(picture).hash.hex)
    #expect(first["pdq"]?["quality"]?.integer == PDQ(picture).quality)
    #expect(first["empty"] == .null)
    #expect(first["stored"]?["orientation"]?.integer == 1)
    #expect(try json(told)["comparison"] == nil)
    let text = await project.run("picture", "@a.png")
    for word in ["stored", "bytes", "pixels", "pdq", "shows      something", "sharpness"] {
      #expect(text.output.contains(word), "\(text.output)")
    }
  }

  @Test func `A black picture is told to show nothing`() async throws {
    let black = Picture(
      width: 40, height: 40,
      pixels: [UInt8](repeating: 0, count: 40 * 40 * 3).enumerated().reduce(into: []) { all, next in
        all.append(next.element)
        if next.offset % 3 == 2 { all.append(255) }
      })
    try write(black, "black.png")
    let told = await project.run("picture", "@black.png")
    #expect(told.output.contains("shows      nothing: it is black"), "\(told.output)")
    #expect(told.output.contains("quality 0 (too low to tell pictures apart)"))
  }

  @Test func `A picture that is encoded again is near`() async throws {
    try write(photograph(), "a.png")
    try write(photograph(), "b.jpg")
    let told = await project.run("picture", "@a.png", "@b.jpg")
    #expect(told.status == 0, "\(told.messages)")
    #expect(told.output.contains("\nnear: PDQ "), "\(told.output)")
    #expect(told.output.contains("  turn       as it is"))
    let json = try json(await project.run("picture", "@a.png", "@b.jpg", "--format", "json"))
    #expect(json["level"]?.string == "near")
    #expect(json["comparison"]?["terms"]?.array?.isEmpty == false)
    #expect(json["comparison"]?["versions"]?.array?.count == Comparison.versions.count)
  }

  @Test func `A mirrored picture is told to be mirrored before anything else`() async throws {
    try write(photograph(), "a.png")
    try write(mirrored(photograph()), "m.png")
    let told = await project.run("picture", "@a.png", "@m.png")
    #expect(told.status == 1)
    #expect(told.output.contains("different: mirrored (PDQ "), "\(told.output)")
    #expect(told.output.contains("  turn       mirrored, then PDQ"))
  }

  @Test func `What changed is told as a box, and apart from what did not`() async throws {
    try write(photograph(), "a.png")
    try write(painted(photograph(), x: 100, y: 60, side: 50), "b.png")
    let (width, height) = (try photograph().width, try photograph().height)
    let told = await project.run(
      "picture", "@a.png", "@b.png", "--format", "json", "--region", "0,0,0.5,0.5")
    let comparison = try #require(try json(told)["comparison"])
    let regions = try #require(comparison["figures"]?["changed"]?["regions"]?.array)
    #expect(regions.count == 1)
    let box = try #require(regions[0]["box"]?.array).compactMap(\.integer)
    #expect(abs(box[0] - 100) <= 1 && abs(box[1] - 60) <= 1)
    #expect(abs(box[2] - 50) <= 2 && abs(box[3] - 50) <= 2)
    #expect(100 + 50 < width / 2 && 60 + 50 < height / 2)
    // Nothing changed outside, which is infinite and so null.
    #expect(comparison["region"]?["outside"]?["psnr_db"] == .null)
    #expect(comparison["region"]?["outside"]?["changed_share"]?.integer == 0)
    #expect(comparison["region"]?["inside"]?["psnr_db"] != .null)
    let text = await project.run("picture", "@a.png", "@b.png", "--ellipse", "0,0,0.5,0.5")
    #expect(text.output.contains("  outside "))
    #expect(text.output.contains("psnr infinite dB"), "\(text.output)")
  }

  @Test(arguments: ["heat", "tiles", "side-by-side"])
  func `The differences are drawn`(kind: String) async throws {
    try write(photograph(), "a.png")
    try write(painted(photograph(), x: 64, y: 64, side: 64), "b.png")
    let told = await project.run(
      "picture", "@a.png", "@b.png", "--diff", "@d.png", "--diff-kind", kind)
    #expect(told.messages.contains("differences drawn: "))
    let drawn = try Picture(
      decoding: Array(Data(contentsOf: project.folder.appendingPathComponent("d.png"))))
    let (reference, candidate) = (
      try photograph(), try painted(photograph(), x: 64, y: 64, side: 64)
    )
    let expected = DifferencePictures.picture(
      try #require(DifferencePictures.Kind(rawValue: kind)), of: reference, and: candidate)
    #expect(drawn.digest == expected.digest)
    #expect(drawn.width == (kind == "side-by-side" ? 3 * reference.width + 32 : reference.width))
    // The painted square stands out in colour from the grey around it.
    let offset = kind == "side-by-side" ? 2 * reference.width + 32 : 0
    let middle = 4 * (96 * drawn.width + 96 + offset)
    #expect(Set(drawn.pixels[middle..<middle + 3]).count > 1)
    let outside = 4 * (200 * drawn.width + 300 + offset)
    #expect(Set(drawn.pixels[outside..<outside + 3]).count == 1)
  }

  @Test func `Pictures of two sizes can be drawn beside each other`() async throws {
    try write(photograph(), "a.png")
    try write(photograph().resized(width: 120, height: 200), "b.png")
    let told = await project.run(
      "picture", "@a.png", "@b.png", "--diff", "@d.webp", "--diff-kind", "side-by-side")
    #expect(told.status == 0)
    #expect(told.output.contains("similar: size 120x200 not "), "\(told.output)")
    let header = try PictureHeader(
      reading: Array(Data(contentsOf: project.folder.appendingPathComponent("d.webp"))))
    #expect(header.format == .webp)
    #expect(header.width == 2 * (try photograph().width) + 120 + 32)
  }

  @Test(arguments: [
    (["--diff", "d.png"], "--diff: needs two pictures"),
    (["--region", "0,0,1,1"], "--region, --ellipse and --mask: needs two pictures"),
    (["@a.png", "--diff-kind", "heat"], "name its file with --diff"),
    (["@a.png", "--diff", "@d.gif"], "must end in .png, .jpg or .webp"),
    (["@a.png", "--diff", "@a.png"], "would replace a picture that is compared"),
    (["@a.png", "--region", "0.5,0,0.6,1"], "invalid for '--region"),
    (["@a.png", "--region", "0,0,1"], "invalid for '--region"),
    (["@a.png", "--mask", "@no.png"], "no.png"),
    (["@a.png", "--mask", "@a.png", "--region", "0,0,1,1"], "one of --region"),
    (["@text.png"], "text.png: "),
  ])
  func `Wrong use is refused, and says what helps`(
    arguments: [String], message: String
  ) async throws {
    try write(Picture(width: 8, height: 8, pixels: [UInt8](repeating: 255, count: 256)), "a.png")
    try project.write("no picture", to: "text.png")
    let refused = await project.run(["picture", "@a.png"] + arguments)
    #expect(refused.status == 2)
    #expect(refused.messages.contains(message), "\(refused.messages)")
  }
}
