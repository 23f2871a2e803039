/// What a file's header says, read without decoding and without allocating anything of its size.
///
/// This is the gate before the codecs: a file that passes has one of three formats, a size within
/// the ``PictureLimits``, and features that the codecs are asked for here. A header may still lie
/// about the data behind it; the codecs find that out.
public struct PictureHeader: Hashable, Sendable {
  /// How colours are stored.
  public enum Colour: String, Sendable, CaseIterable {
    /// One sample of brightness.
    case grey
    /// Brightness and alpha.
    case greyAlpha
    /// Indices into a table of colours, with or without alpha.
    case palette
    /// Three colours, whatever the model in which they are coded.
    case rgb
    /// Three colours and alpha.
    case rgba
    /// Four inks, whatever the model in which they are coded.
    case cmyk
  }

  /// The format, by its first bytes.
  public let format: PictureFormat
  /// The width in pixels as stored, before ``orientation``.
  public let width: Int
  /// The height in pixels as stored, before ``orientation``.
  public let height: Int
  /// Bits a sample as stored: 1, 2, 4, 8 or 16.
  public let bitDepth: Int
  /// How colours are stored.
  public let colour: Colour
  /// The EXIF orientation, 1 to 8; 1 is upright and stands where the file gives none.
  public let orientation: Int
  /// True for interlaced PNG and progressive JPEG.
  public let isProgressive: Bool

  /// Reads the header of a whole file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - limits: what the file may ask for.
  /// - Throws: ``PictureError`` of any code but `not-writable`.
  public init(
    reading bytes: [UInt8], limits: PictureLimits = .standard
  ) throws(PictureError) {
    self = try PictureLayout(reading: bytes, limits: limits).header
  }

  init(
    format: PictureFormat, width: Int, height: Int, bitDepth: Int = 8, colour: Colour,
    orientation: Int = ExifOrientation.upright, isProgressive: Bool = false
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.bitDepth = bitDepth
    self.colour = colour
    self.orientation = orientation
    self.isProgressive = isProgressive
  }

  /// Whether ``orientation`` turns rows into columns.
  var isTransposed: Bool { orientation >= 5 }
  /// The width in pixels once ``orientation`` is applied.
  public var uprightWidth: Int { isTransposed ? height : width }
  /// The height in pixels once ``orientation`` is applied.
  public var uprightHeight: Int { isTransposed ? width : height }
  /// Bits a sample of the decoded picture: 8, or 16 for a PNG of 16.
  public var decodedBitDepth: Int { bitDepth == 16 ? 16 : 8 }
}

/// A header and where the file keeps what decoding needs besides.
struct PictureLayout {
  let header: PictureHeader
  /// The stored parts of the colour profile in order; compressed as one part in PNG.
  var profile: [ByteView] = []
  /// The chunks of a PNG.
  var chunks: PNGChunks?

  init(header: PictureHeader) {
    self.header = header
  }

  init(reading bytes: [UInt8], limits: PictureLimits) throws(PictureError) {
    guard bytes.count <= limits.fileByteCountMax else {
      throw PictureError(
        .tooLarge,
        "the file has \(bytes.count) bytes; at most \(limits.fileByteCountMax) are read")
    }
    let view = ByteView(bytes)
    switch PictureFormat(magicOf: view) {
    case .png: self = try PNGLayout.read(view, limits)
    case .jpeg: self = try JPEGLayout.read(view, limits)
    case .webp: self = try WebPLayout.read(view, limits)
    case nil:
      throw PictureError(
        .notAPicture,
        "the bytes are \(FileKind.describe(bytes)); PNG, JPEG and WebP are read")
    }
  }
}
