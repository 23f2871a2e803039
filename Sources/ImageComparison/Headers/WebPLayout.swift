/// Reads the chunks of a WebP file (RFC 9649, section 2).
enum WebPLayout {
  static func read(_ file: ByteView, _ limits: PictureLimits) throws(PictureError) -> PictureLayout
  {
    guard let riffCount = file.little32(at: 4), let riff = file.part(at: 0, count: 8 + riffCount)
    else {
      throw PictureError(
        .truncated,
        "the WebP file has \(file.count) bytes of the \(8 + (file.little32(at: 4) ?? 0)) it names")
    }
    let first = try readChunk(riff, at: 12)
    if first.name == FourCC.vp8x {
      return try readExtended(riff, first, limits)
    }
    guard let picture = try readPicture(first) else {
      throw PictureError(.damaged, "the WebP file begins with no picture")
    }
    try limits.check(width: picture.width, height: picture.height, of: .webp)
    return PictureLayout(
      header: PictureHeader(
        format: .webp, width: picture.width, height: picture.height,
        colour: picture.hasAlpha ? .rgba : .rgb))
  }

  private struct Chunk {
    var name: Int
    var body: ByteView
    var end: Int
  }

  private struct Coded {
    var width: Int
    var height: Int
    var hasAlpha: Bool
  }

  private static func readExtended(
    _ riff: ByteView, _ first: Chunk, _ limits: PictureLimits
  ) throws(PictureError) -> PictureLayout {
    guard let flags = first.body.byte(at: 0), let lastColumn = first.body.little24(at: 4),
      let lastRow = first.body.little24(at: 7)
    else { throw PictureError(.damaged, "the WebP header is too short") }
    let (width, height) = (lastColumn + 1, lastRow + 1)
    try limits.check(width: width, height: height, of: .webp)
    guard flags & 0x02 == 0 else {
      throw PictureError(.unsupported, "an animated WebP is not read; still pictures are")
    }
    var orientation = ExifOrientation.upright
    var profile: ByteView?
    var picture: Coded?
    var offset = first.end
    var chunkCount = 1
    while offset < riff.count {
      let chunk = try readChunk(riff, at: offset)
      chunkCount += 1
      guard chunkCount <= limits.chunkCountMax else {
        throw PictureError(
          .tooLarge, "the WebP file has more than \(limits.chunkCountMax) chunks")
      }
      offset = chunk.end
      switch chunk.name {
      case FourCC.vp8, FourCC.vp8l:
        if picture == nil { picture = try readPicture(chunk) }
      case FourCC.alph: break
      default:
        guard chunk.body.count <= limits.chunkByteCountMax else {
          throw PictureError(
            .tooLarge,
            "the WebP file has a chunk of \(chunk.body.count) bytes; "
              + "at most \(limits.chunkByteCountMax) are read")
        }
        if chunk.name == FourCC.webpExif { orientation = ExifOrientation.read(chunk.body) }
        if chunk.name == FourCC.webpProfile { profile = profile ?? chunk.body }
      }
    }
    guard picture?.width == width, picture?.height == height else {
      throw PictureError(
        .damaged, "the WebP file holds no picture of the \(width) x \(height) pixels it names")
    }
    var layout = PictureLayout(
      header: PictureHeader(
        format: .webp, width: width, height: height,
        colour: flags & 0x10 != 0 || picture?.hasAlpha == true ? .rgba : .rgb,
        orientation: orientation))
    if let profile { layout.profile = [profile] }
    return layout
  }

  private static func readChunk(_ riff: ByteView, at offset: Int) throws(PictureError) -> Chunk {
    guard let name = riff.big32(at: offset), let count = riff.little32(at: offset + 4),
      let body = riff.part(at: offset + 8, count: count)
    else {
      throw PictureError(
        .damaged, "the WebP file has a chunk at byte \(offset) that reaches over its end")
    }
    // Chunks are padded to even lengths.
    return Chunk(name: name, body: body, end: offset + 8 + count + count % 2)
  }

  /// The size that coded data names; `nil` for chunks of other kinds.
  private static func readPicture(_ chunk: Chunk) throws(PictureError) -> Coded? {
    let body = chunk.body
    switch chunk.name {
    case FourCC.vp8:
      // RFC 6386, section 9.1: bit 0 of the tag is clear in key frames.
      guard let tag = body.byte(at: 0), tag & 1 == 0, body.little24(at: 3) == 0x2A019D,
        let width = body.little16(at: 6), let height = body.little16(at: 8)
      else { throw PictureError(.damaged, "the WebP picture does not begin with a key frame") }
      return Coded(width: width & 0x3FFF, height: height & 0x3FFF, hasAlpha: false)
    case FourCC.vp8l:
      // RFC 9649, section 3.4: signature, 14 bits each of width and height less one, alpha.
      guard body.byte(at: 0) == 0x2F, let bits = body.little32(at: 1), bits >> 29 == 0 else {
        throw PictureError(.damaged, "the lossless WebP picture has no signature")
      }
      return Coded(
        width: (bits & 0x3FFF) + 1, height: ((bits >> 14) & 0x3FFF) + 1,
        hasAlpha: bits >> 28 == 1)
    default: return nil
    }
  }
}
