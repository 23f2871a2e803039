/// The file formats that are read, told apart by their first bytes alone.
public enum PictureFormat: String, Sendable, CaseIterable {
  /// Portable Network Graphics, W3C third edition.
  case png
  /// JPEG, ITU-T T.81.
  case jpeg
  /// WebP, RFC 9649.
  case webp

  /// Tells the format from the first bytes; `nil` when they begin none of the formats.
  ///
  /// Names and media types that a sender claims take no part in it.
  public init?(magicOf bytes: [UInt8]) {
    self.init(magicOf: ByteView(bytes))
  }

  init?(magicOf view: ByteView) {
    if view.big32(at: 0) == 0x8950_4E47, view.big32(at: 4) == 0x0D0A_1A0A {
      self = .png
    } else if view.big16(at: 0) == 0xFFD8, view.byte(at: 2) == 0xFF {
      self = .jpeg
    } else if view.big32(at: 0) == FourCC.riff, view.big32(at: 8) == FourCC.webp {
      self = .webp
    } else {
      return nil
    }
  }

  /// The media type, such as `image/png`.
  public var mediaType: String { "image/\(rawValue)" }

  /// The usual ending of file names without its dot: `png`, `jpg` or `webp`.
  public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

  /// The name as people write it.
  var title: String {
    switch self {
    case .png: "PNG"
    case .jpeg: "JPEG"
    case .webp: "WebP"
    }
  }
}
