/// Reads the segments of a JPEG file (ITU-T T.81, annex B) up to its first scan.
///
/// The walk is stricter than the codec's: bytes between segments are refused, so that both read
/// the same segments.
enum JPEGLayout {
  static func read(_ file: ByteView, _ limits: PictureLimits) throws(PictureError) -> PictureLayout
  {
    var frame: PictureHeader?
    var orientation: Int?
    var profile: [(number: Int, part: ByteView)] = []
    var offset = 2
    for _ in 0..<limits.chunkCountMax {
      let segment = try readSegment(file, at: offset)
      offset = segment.end
      switch segment.marker {
      case 0xDA:
        guard let frame else {
          throw PictureError(.damaged, "the JPEG file has a scan before its frame header")
        }
        var layout = PictureLayout(
          header: PictureHeader(
            format: .jpeg, width: frame.width, height: frame.height, colour: frame.colour,
            orientation: orientation ?? ExifOrientation.upright,
            isProgressive: frame.isProgressive))
        layout.profile = profile.sorted { $0.number < $1.number }.map(\.part)
        return layout
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard frame == nil else {
          throw PictureError(.damaged, "the JPEG file has two frame headers")
        }
        frame = try readFrame(segment.body, marker: segment.marker, limits)
      case 0xE1:
        if orientation == nil, segment.body.big32(at: 0) == 0x4578_6966,
          segment.body.big16(at: 4) == 0
        {
          orientation = ExifOrientation.read(segment.body)
        }
      case 0xE2:
        if let part = readProfilePart(segment.body) { profile.append(part) }
      default: break
      }
    }
    throw PictureError(
      .tooLarge, "the JPEG file has more than \(limits.chunkCountMax) segments before its picture")
  }

  /// Refuses a file that is cut off or has more scans than allowed, which is where a small
  /// progressive file could take minutes.
  static func checkScans(_ file: ByteView, _ limits: PictureLimits) throws(PictureError) {
    var offset = 2
    var scanCount = 0
    while let mark = file.firstOffset(of: 0xFF, from: offset) {
      guard let marker = file.byte(at: mark + 1) else { break }
      switch marker {
      case 0xFF: offset = mark + 1
      // A stuffed byte, a restart, or a mark without a body: still inside the scan.
      case 0x00, 0x01, 0xD0...0xD8: offset = mark + 2
      case 0xD9: return
      default:
        if marker == 0xDA { scanCount += 1 }
        guard scanCount <= limits.scanCountMax else {
          throw PictureError(
            .tooLarge,
            "the JPEG file has more than \(limits.scanCountMax) scans; that many are read")
        }
        guard let count = file.big16(at: mark + 2) else { offset = file.count; continue }
        offset = mark + 2 + max(count, 2)
      }
    }
    throw PictureError(
      .truncated, "the JPEG file ends at byte \(file.count), before its end mark")
  }

  private static func readSegment(
    _ file: ByteView, at offset: Int
  ) throws(PictureError) -> (marker: UInt8, body: ByteView, end: Int) {
    let truncated = PictureError(
      .truncated, "the JPEG file ends at byte \(file.count), before its picture")
    guard let mark = file.byte(at: offset) else { throw truncated }
    guard mark == 0xFF else {
      throw PictureError(.damaged, "the JPEG file has stray bytes at byte \(offset)")
    }
    var start = offset + 1
    // Any number of 0xFF may stand before a marker.
    while file.byte(at: start) == 0xFF { start += 1 }
    guard let marker = file.byte(at: start) else { throw truncated }
    switch marker {
    case 0x00...0x01, 0xD0...0xD9:
      throw PictureError(
        .damaged,
        "the JPEG file has marker \(String(marker, radix: 16)) at byte \(offset), "
          + "before its picture")
    default: break
    }
    guard let count = file.big16(at: start + 1) else { throw truncated }
    guard count >= 2 else {
      throw PictureError(.damaged, "the JPEG file has an impossible segment at byte \(offset)")
    }
    guard let body = file.part(at: start + 3, count: count - 2) else { throw truncated }
    return (marker, body, start + 1 + count)
  }

  private static func readFrame(
    _ body: ByteView, marker: UInt8, _ limits: PictureLimits
  ) throws(PictureError) -> PictureHeader {
    guard let precision = body.byte(at: 0), let height = body.big16(at: 1),
      let width = body.big16(at: 3), let componentCount = body.byte(at: 5),
      body.count == 6 + 3 * Int(componentCount)
    else { throw PictureError(.damaged, "the JPEG frame header has an impossible length") }
    try limits.check(width: width, height: height, of: .jpeg)
    switch marker {
    case 0xC0...0xC2: break
    case 0xC3, 0xC7, 0xCB, 0xCF:
      throw PictureError(.unsupported, "lossless JPEG is not read")
    case 0xC9, 0xCA: throw PictureError(.unsupported, "arithmetic-coded JPEG is not read")
    default: throw PictureError(.unsupported, "hierarchical JPEG is not read")
    }
    guard precision == 8 else {
      throw PictureError(.unsupported, "JPEG of \(precision) bits a sample is not read; 8 are")
    }
    let colour: PictureHeader.Colour
    switch componentCount {
    case 1: colour = .grey
    case 3: colour = .rgb
    case 4: colour = .cmyk
    default:
      throw PictureError(.unsupported, "JPEG of \(componentCount) components is not read")
    }
    return PictureHeader(
      format: .jpeg, width: width, height: height, colour: colour, isProgressive: marker == 0xC2)
  }

  /// The part of a profile in an APP2 segment (ICC.1:2022, annex B.4): name, number, count, bytes.
  private static func readProfilePart(_ body: ByteView) -> (number: Int, part: ByteView)? {
    guard body.big32(at: 0) == 0x4943_435F, body.big32(at: 4) == 0x5052_4F46,
      body.big32(at: 8) == 0x494C_4500, let number = body.byte(at: 12),
      let part = body.part(at: 14, count: body.count - 14)
    else { return nil }
    return (Int(number), part)
  }
}
