internal import CImageCodecs
internal import Canonical

extension Picture {
  /// Decodes a whole PNG, JPEG or WebP file.
  ///
  /// The format is told by the first bytes, and the header passes ``PictureHeader`` before a byte
  /// is allocated for the picture. Options are fixed: JPEG with the accurate inverse transform and
  /// smooth chroma upsampling, EXIF orientation applied, grey and palette pictures expanded, colour
  /// profiles and PNG's other words about colour (gamma, chromaticities) not applied, 16-bit PNG kept
  /// at 16 bits. Of CMYK JPEG each colour is the light that its ink and black let through,
  /// `(255 - ink) * (255 - black) / 255` to the nearest, and samples are taken as `255 - ink`, as
  /// Adobe's programs write them. An animation is refused: a digest of its first frame would call
  /// two different ones equal.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - limits: what the file may ask for.
  /// - Throws: ``PictureError`` of any code but `not-writable`; a file whose codec so much as
  ///   warns about its data is `damaged`.
  public init(
    decoding bytes: [UInt8], limits: PictureLimits = .standard
  ) throws(PictureError) {
    let layout = try PictureLayout(reading: bytes, limits: limits)
    let stored: StoredPixels
    switch layout.header.format {
    case .png: stored = try PNGCodec.decode(bytes, layout, limits)
    case .jpeg: stored = try JPEGCodec.decode(bytes, layout.header, limits)
    case .webp: stored = try WebPCodec.decode(bytes, layout.header)
    }
    self.init(stored, layout, limits)
  }

  /// Decodes a whole file to be looked at small, in less time and memory than at its full size.
  ///
  /// A JPEG file is decoded at half, a quarter or an eighth of its size where that leaves the longer side
  /// at least `longerSide`; what is still larger is then resized. No digest and no metric may be taken of
  /// it: the samples differ from those of a picture that was decoded in full.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - longerSide: what the longer side has in pixels at most, 1 to 16384.
  ///   - limits: what the file may ask for.
  /// - Throws: ``PictureError`` as ``init(decoding:limits:)``.
  package init(
    decoding bytes: [UInt8], longerSide: Int, limits: PictureLimits = .standard
  ) throws(PictureError) {
    let layout = try PictureLayout(reading: bytes, limits: limits)
    guard layout.header.format == .jpeg else {
      self = try Picture(decoding: bytes, limits: limits).fitted(longerSide: longerSide)
      return
    }
    let divisor = JPEGCodec.divisor(layout.header, longerSide: longerSide)
    let stored = try JPEGCodec.decode(bytes, layout.header, dividedBy: divisor, limits)
    self = Picture(stored, layout, limits).fitted(longerSide: longerSide)
  }

  /// Decodes a PNG file by one of two libraries, so that tests can compare them.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - library: what decodes it.
  ///   - limits: what the file may ask for.
  /// - Returns: `nil` for a file that is no PNG, or that libdeflate leaves to libpng.
  /// - Throws: ``PictureError`` as ``init(decoding:limits:)``.
  package init?(
    decoding bytes: [UInt8], by library: PNGLibrary, limits: PictureLimits = .standard
  ) throws(PictureError) {
    let layout = try PictureLayout(reading: bytes, limits: limits)
    guard layout.header.format == .png else { return nil }
    let stored: StoredPixels
    switch library {
    case .libdeflate:
      guard let found = PNGFastPath.decode(bytes, layout) else { return nil }
      stored = found
    case .libpng: stored = try PNGCodec.decodeByLibpng(bytes, layout, limits)
    }
    self.init(stored, layout, limits)
  }

  private init(_ stored: StoredPixels, _ layout: PictureLayout, _ limits: PictureLimits) {
    let header = layout.header
    var pixels = stored.pixels
    let bitDepth = header.decodedBitDepth
    if header.orientation != ExifOrientation.upright {
      pixels = Orientation.upright(
        pixels, width: stored.width, height: stored.height, pixelByteCount: bitDepth / 2,
        orientation: header.orientation)
    }
    self.init(
      width: header.isTransposed ? stored.height : stored.width,
      height: header.isTransposed ? stored.width : stored.height, bitDepth: bitDepth,
      cleared: pixels, hasAlpha: stored.hasAlpha, format: header.format,
      iccProfileDigest: ColourProfile.digest(layout, limits))
  }
}

/// What decodes a PNG file.
package enum PNGLibrary: Sendable, CaseIterable {
  /// The quick way, for plain files without fault.
  case libdeflate
  /// The way for all files.
  case libpng
}

/// The colour profile beside a picture.
enum ColourProfile {
  /// The digest of the profile's bytes; `nil` when there is none, or none that can be read.
  static func digest(_ layout: PictureLayout, _ limits: PictureLimits) -> SHA256Digest? {
    guard let first = layout.profile.first else { return nil }
    if layout.header.format == .png { return inflate(first, limits).map(SHA256Digest.init) }
    let byteCount = layout.profile.reduce(0) { $0 + $1.count }
    guard byteCount <= limits.profileByteCountMax else { return nil }
    return SHA256Digest(hashing: layout.profile.flatMap(\.copy))
  }

  /// PNG keeps a name of at most 79 bytes, a zero, a method byte (0), and a zlib stream.
  private static func inflate(_ body: ByteView, _ limits: PictureLimits) -> [UInt8]? {
    guard let nameEnd = body.firstOffset(of: 0, from: 0), nameEnd <= 79,
      body.byte(at: nameEnd + 1) == 0,
      let stream = body.part(at: nameEnd + 2, count: body.count - nameEnd - 2)
    else { return nil }
    let compressed = Array(stream.copy)
    // Deflate makes at most 1032 bytes of one.
    let capacity = min(limits.profileByteCountMax, compressed.count * 1032)
    let profile = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      guard let base = target.baseAddress else { return }
      let written = unsafe compressed.withUnsafeBufferPointer {
        unsafe p_inflate($0.baseAddress, $0.count, base, capacity)
      }
      count = max(0, written)
    }
    return profile.isEmpty ? nil : profile
  }
}
