internal import Canonical
internal import SystemPackage

/// The files of a proof sheet's folder that are served: those that a sheet has, and nothing else.
struct ReviewFiles: Sendable {
  /// The largest file that is served, in bytes.
  static let byteCountMax = 256 << 20
  /// The longest name.
  static let nameByteCountMax = 200

  private static let folders: Set<String> = ["thumbnails", "pictures", "differences"]
  private static let types = [
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8", "svg": "image/svg+xml", "webp": "image/webp",
    "png": "image/png", "jpg": "image/jpeg", "json": "application/json",
    "jsonl": "application/jsonl",
  ]

  let folder: FilePath

  /// Reads a file.
  ///
  /// - Parameter path: the path as it was sent, for example `/thumbnails/12ab.webp`; nothing in it is decoded.
  /// - Throws: ``ReviewRefusal`` with 404 where there is no such file, or it is none of a sheet's.
  func read(_ path: Substring) throws(ReviewRefusal) -> (bytes: [UInt8], type: String) {
    let missing = ReviewRefusal(404, "there is nothing here")
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard path.hasPrefix("/"), let name = parts.last, Self.isName(name),
      let ending = name.split(separator: ".").last, let type = Self.types[String(ending)]
    else { throw missing }
    var place = folder
    switch parts.count {
    case 1: break
    case 2 where Self.folders.contains(String(parts[0])): place.append(String(parts[0]))
    default: throw missing
    }
    do {
      // A link could lead anywhere.
      guard try FileStatus(of: place).kind == .folder,
        try FileStatus(of: place.appending(String(name))).kind == .file
      else { throw missing }
      return (
        try DurableFile.read(place.appending(String(name)), byteCountMax: Self.byteCountMax), type
      )
    } catch {
      throw missing
    }
  }

  private static func isName(_ name: Substring) -> Bool {
    guard !name.hasPrefix("."), name.contains("."), name.utf8.count <= nameByteCountMax else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
