/// Reads the chunks of a PNG file (W3C PNG, third edition, sections 5 and 11) without inflating.
enum PNGLayout {
  static func read(_ file: ByteView, _ limits: PictureLimits) throws(PictureError) -> PictureLayout
  {
    let start = try readStart(file, limits)
    var orientation = ExifOrientation.upright
    var profile: ByteView?
    var chunks = PNGChunks()
    var offset = 8
    var chunkCount = 0
    while true {
      let chunk = try readChunk(file, at: offset, limits)
      chunkCount += 1
      guard chunkCount <= limits.chunkCountMax else {
        throw PictureError(
          .tooLarge, "the PNG file has more than \(limits.chunkCountMax) chunks")
      }
      chunks.add(chunk.name, at: offset, byteCount: chunk.body.count)
      offset += 12 + chunk.body.count
      switch chunk.name {
      case FourCC.actl:
        throw PictureError(.unsupported, "an animated PNG is not read; still pictures are")
      case FourCC.iccp: profile = profile ?? chunk.body
      case FourCC.pngExif: orientation = ExifOrientation.read(chunk.body)
      default: break
      }
      if chunk.name == FourCC.iend { break }
    }
    guard chunks.dataStandTogether else {
      throw PictureError(.damaged, "the PNG file has other chunks between those of picture data")
    }
    guard chunks.data != nil else {
      throw PictureError(.damaged, "the PNG file holds no picture data")
    }
    var layout = PictureLayout(
      header: PictureHeader(
        format: .png, width: start.width, height: start.height, bitDepth: start.bitDepth,
        colour: start.colour, orientation: orientation, isProgressive: start.isInterlaced))
    layout.chunks = chunks
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

/// Where the chunks of a PNG file lie, and whether they are all of the plainest kind.
struct PNGChunks {
  /// The bytes that each checksum covers, name and body; the checksum follows them.
  private(set) var checked: [Range<Int>] = []
  /// True when nothing but picture data has a say in the pixels.
  private(set) var arePlain = true
  /// False when there is another chunk between those of picture data.
  private(set) var dataStandTogether = true
  /// True when the file has a transparency chunk.
  private(set) var haveTransparency = false
  /// Which of ``checked`` hold picture data, from the first to behind the last.
  private var dataPlace: Range<Int>?

  /// Notes a chunk.
  ///
  /// - Parameters:
  ///   - name: its name.
  ///   - offset: where its length stands.
  ///   - byteCount: the bytes of its body.
  mutating func add(_ name: Int, at offset: Int, byteCount: Int) {
    let index = checked.count
    checked.append(offset + 4..<offset + 8 + byteCount)
    switch name {
    case FourCC.ihdr: if index > 0 { arePlain = false }
    case FourCC.idat:
      if let place = dataPlace, place.upperBound != index { dataStandTogether = false }
      dataPlace = (dataPlace?.lowerBound ?? index)..<index + 1
    case FourCC.iend: if byteCount > 0 { arePlain = false }
    case FourCC.trns:
      haveTransparency = true
      arePlain = false
    default:
      // Chunks that may be skipped are named by letters, of which the first is lower-case.
      let letters = (0..<4).map { UInt8(truncatingIfNeeded: name >> (8 * $0)) & 0xDF }
      if name & 0x2000_0000 == 0 || !letters.allSatisfy({ (0x41...0x5A).contains($0) }) {
        arePlain = false
      }
    }
  }

  /// The body of the first chunk of picture data; `nil` when there is none.
  var data: Range<Int>? { dataPlace.map { body($0.lowerBound) } }

  /// How many chunks of picture data there are.
  var dataCount: Int { dataPlace?.count ?? 0 }

  /// The bodies of the chunks of picture data, where these stand together.
  var dataRanges: [Range<Int>] { (dataPlace ?? 0..<0).map(body) }

  /// The bytes of picture data.
  var dataByteCount: Int { dataRanges.reduce(0) { $0 + $1.count } }

  private func body(_ index: Int) -> Range<Int> {
    checked[index].lowerBound + 4..<checked[index].upperBound
  }
}
