/// A guess at what bytes are that begin no picture, for messages.
enum FileKind {
  /// Says what bytes look like, such as `a GIF picture` or `an HTML page`.
  static func describe(_ bytes: [UInt8]) -> String {
    let view = ByteView(bytes)
    guard let first = view.big32(at: 0) else {
      return bytes.isEmpty ? "an empty file" : "\(bytes.count) bytes"
    }
    switch first {
    case 0x4749_4638: return "a GIF picture"
    case 0x4949_2A00, 0x4D4D_002A: return "a TIFF picture"
    case 0x2550_4446: return "a PDF document"
    case 0x504B_0304: return "a ZIP archive"
    case 0x8950_4E47: return "a PNG file whose line ends were changed on the way"
    case FourCC.riff: return "a RIFF file that is no WebP"
    default: break
    }
    if first >> 16 == 0x1F8B { return "gzip data" }
    if first >> 16 == 0x424D { return "a BMP picture" }
    if first >> 8 == 0x0000_01, view.byte(at: 3) == 0 { return "an icon file" }
    if view.big32(at: 4) == FourCC.heifType, let brand = view.part(at: 8, count: 4) {
      switch String(decoding: brand.copy, as: UTF8.self) {
      case "avif", "avis": return "an AVIF picture"
      case "heic", "heix", "heim", "heis", "hevc", "mif1", "msf1": return "a HEIC picture"
      default: return "an ISO media file"
      }
    }
    if first == 0x0000_000C, view.big32(at: 4) == 0x4A58_4C20 { return "a JPEG XL picture" }
    if first >> 16 == 0xFF0A { return "a JPEG XL picture" }
    return describeText(bytes) ?? "no picture format at all"
  }

  private static func describeText(_ bytes: [UInt8]) -> String? {
    let head = bytes.prefix(512)
    guard !head.contains(where: { $0 < 9 || (14..<32).contains($0) && $0 != 27 }) else {
      return nil
    }
    let text = String(decoding: head, as: UTF8.self).lowercased()
    guard let first = text.first(where: { !$0.isWhitespace && $0 != "\u{FEFF}" }) else {
      return "blank text"
    }
    if text.contains("<svg") { return "an SVG drawing" }
    if text.contains("<html") || text.contains("<!doctype html") { return "an HTML page" }
    if first == "<" { return "XML text" }
    if first == "{" || first == "[" { return "JSON text" }
    return "text"
  }
}
