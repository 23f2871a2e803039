/// Reads the chunks of a PNG file (W3C PNG, third edition, sections 5 and 11) without inflating.
enum PNGLayout {
  static func read(_ file: ByteView, _ limits: PictureLimits) throws(PictureError) -> PictureLayout
  {
    let start = try readStart(file, limits)
    var orientation = ExifOrientation.upright
    var isAnimated = false
    var profile: ByteView?
    var dataSeen = false
    var offset = 8 + 12 + 13
    var chunkCount = 1
    while true {
      let chunk = try readChunk(file, at: offset, limits)
      chunkCount += 1
      guard chunkCount <= limits.chunkCountMax else {
        throw PictureError(
          .tooLarge, "the PNG file has more than \(limits.chunkCountMax) chunks")
      }
      offset += 12 + chunk.body.count
      switch chunk.name {
      case FourCC.idat: dataSeen = true
      case FourCC.actl: isAnimated = true
      case FourCC.iccp: profile = profile ?? chunk.body
      case FourCC.pngExif: orientation = ExifOrientation.read(chunk.body)
      default: break
      }
      if chunk.name == FourCC.iend { break }
    }
    guard dataSeen else { throw PictureError(.damaged, "the PNG file holds no picture data") }
    var layout = PictureLayout(
      header: PictureHeader(
        format: .png, width: start.width, height: start.height, bitDepth: start.bitDepth,
        colour: start.colour, orientation: orientation, isAnimated: isAnimated,
        isProgressive: start.isInterlaced))
    if let profile { layout.profile = [profile] }
    return layout
  }

  private struct Start {
    var width: Int
    var height: Int
    var bitDepth: Int
    var colour: PictureHeader.Colour
    var isInterlaced: Bool
  }

  private static func readStart(
    _ file: ByteView, _ limits: PictureLimits
  ) throws(PictureError) -> Start {
    let chunk = try readChunk(file, at: 8, limits)
    guard chunk.name == FourCC.ihdr, chunk.body.count == 13 else {
      throw PictureError(.damaged, "the PNG file does not begin with a header of 13 bytes")
    }
    let body = chunk.body
    guard let width = body.big32(at: 0), let height = body.big32(at: 4),
      let bitDepth = body.byte(at: 8), let colourType = body.byte(at: 9),
      let methods = body.big16(at: 10), let interlace = body.byte(at: 12)
    else { throw PictureError(.truncated, "the PNG header is cut off") }
    try limits.check(width: width, height: height, of: .png)
    guard let colour = colour(ofType: colourType, bitDepth: bitDepth) else {
      throw PictureError(
        .damaged, "the PNG header gives colour type \(colourType) at \(bitDepth) bits")
    }
    guard methods == 0, interlace <= 1 else {
      throw PictureError(
        .unsupported, "the PNG header asks for methods that no edition of PNG defines")
    }
    return Start(
      width: width, height: height, bitDepth: Int(bitDepth), colour: colour,
      isInterlaced: interlace == 1)
  }

  private static func colour(ofType type: UInt8, bitDepth: UInt8) -> PictureHeader.Colour? {
    switch (type, bitDepth) {
    case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16): .grey
    case (2, 8), (2, 16): .rgb
    case (3, 1), (3, 2), (3, 4), (3, 8): .palette
    case (4, 8), (4, 16): .greyAlpha
    case (6, 8), (6, 16): .rgba
    default: nil
    }
  }

  private static func readChunk(
    _ file: ByteView, at offset: Int, _ limits: PictureLimits
  ) throws(PictureError) -> (name: Int, body: ByteView) {
    guard let count = file.big32(at: offset), let name = file.big32(at: offset + 4) else {
      throw PictureError(.truncated, "the PNG file ends at byte \(file.count), before its end mark")
    }
    // Lower-case first letters mark chunks that decoders may skip.
    let isAncillary = name & 0x2000_0000 != 0
    guard !isAncillary || count <= limits.chunkByteCountMax else {
      throw PictureError(
        .tooLarge,
        "the PNG file has a chunk of \(count) bytes at byte \(offset); "
          + "at most \(limits.chunkByteCountMax) are read")
    }
    guard let body = file.part(at: offset + 8, count: count),
      file.part(at: offset + 8 + count, count: 4) != nil
    else {
      throw PictureError(
        .truncated,
        "the PNG file ends at byte \(file.count), inside the chunk of \(count) bytes "
          + "at byte \(offset)")
    }
    return (name, body)
  }
}
