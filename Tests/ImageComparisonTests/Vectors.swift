import Canonical
import ImageComparison
import SystemPackage
import Testing

/// The committed files and the figures that Pillow gave for them.
enum Vectors {
  /// What a file must decode to.
  struct Expected: Sendable, CustomTestStringConvertible {
    var name: String
    var digest: String
    var width: Int
    var height: Int
    var bitDepth: Int
    var hasAlpha: Bool
    var profile: String?

    var testDescription: String { name }
  }

  /// How a file must be refused.
  struct Refused: Sendable, CustomTestStringConvertible {
    var name: String
    var code: String
    var says: String

    var testDescription: String { name }
  }

  struct Unreadable: Error {}

  static let folder = FilePath(#filePath).removingLastComponent().appending("Vectors")
  static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()

  /// The bytes of a vector, or of a path below the root that begins with `fixtures/`.
  static func bytes(_ name: String) throws -> [UInt8] {
    let path =
      name.hasPrefix("fixtures/") ? root.pushing(FilePath(name)) : folder.pushing(FilePath(name))
    return try DurableFile.read(path, byteCountMax: 4 << 20)
  }

  static let pictures =
    expected(in: "vectors.json", folder: "") + expected(in: "corpus.json", folder: "Corpus/")

  static let refused =
    refused(in: "vectors.json", folder: "") + refused(in: "corpus.json", folder: "Corpus/")

  private static func expected(in file: String, folder: String) -> [Expected] {
    members("pictures", of: file).compactMap { name, value in
      guard let digest = value["digest"]?.string, let width = value["width"]?.integer,
        let height = value["height"]?.integer, let bitDepth = value["bitDepth"]?.integer,
        let hasAlpha = value["hasAlpha"]?.bool
      else { return nil }
      return Expected(
        name: folder + name, digest: digest, width: width, height: height, bitDepth: bitDepth,
        hasAlpha: hasAlpha, profile: value["profile"]?.string)
    }
  }

  private static func refused(in file: String, folder: String) -> [Refused] {
    members("refused", of: file).compactMap { name, value in
      guard let code = value["code"]?.string, let says = value["says"]?.string else { return nil }
      return Refused(name: folder + name, code: code, says: says)
    }
  }

  private static func members(_ name: String, of file: String) -> [(String, JSONValue)] {
    do {
      let value = try JSONParser.parse(bytes(file))
      guard let object = value[name]?.object else { throw Unreadable() }
      return object.members.map { ($0.name, $0.value) }
    } catch {
      fatalError("Vectors/\(file) cannot be read: \(error)")
    }
  }
}

@Suite struct VectorTests {
  @Test func `The list of vectors is whole`() {
    #expect(Vectors.pictures.count == 55 + 94)
    #expect(Vectors.refused.count == 8 + 11)
  }

  @Test(arguments: Vectors.pictures)
  func `A file decodes to the pixels that another decoder gave`(expected: Vectors.Expected) throws {
    let bytes = try Vectors.bytes(expected.name)
    let picture = try Picture(decoding: bytes)
    #expect(picture.width == expected.width)
    #expect(picture.height == expected.height)
    #expect(picture.bitDepth == expected.bitDepth)
    #expect(picture.hasAlpha == expected.hasAlpha)
    #expect(picture.iccProfileDigest?.hex == expected.profile)
    #expect(picture.digest.description == expected.digest)
    #expect(picture.format == PictureFormat(magicOf: bytes))
    let header = try PictureHeader(reading: bytes)
    #expect(header.uprightWidth == expected.width)
    #expect(header.uprightHeight == expected.height)
    #expect(header.decodedBitDepth == expected.bitDepth)
  }

  @Test(arguments: Vectors.refused)
  func `A file that is not read is refused by name`(expected: Vectors.Refused) throws {
    let bytes = try Vectors.bytes(expected.name)
    let error = #expect(throws: PictureError.self) { try Picture(decoding: bytes) }
    #expect(error?.code.description == expected.code)
    #expect(error?.message.contains(expected.says) == true)
  }
}
