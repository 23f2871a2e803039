internal import Canonical
internal import ImageComparison
internal import SeedreamAPI

/// What happens to a drawn picture on its way to the client: noise, a watermark, metadata.
enum Finish {
  /// One pixel in so many is one level brighter, and as many are one darker.
  static let noiseOneIn = 8

  /// The picture with noise that eyes do not see.
  ///
  /// A quarter of the pixels is one level brighter or darker in all colours: about 54 dB.
  static func noisy(_ picture: Picture, _ dice: Dice) -> Picture {
    var dice = dice
    var pixels = picture.pixels
    var target = pixels.mutableSpan
    let lots = noiseOneIn
    var index = 0
    let end = picture.width * picture.height
    while index < end {
      // One number serves twenty pixels, three bits each.
      var number = dice.next(0...(1 << 60 - 1))
      for pixel in index..<min(end, index + 20) {
        let lot = number % lots
        number /= lots
        guard lot < 2 else { continue }
        for channel in 0..<3 {
          let value = Int(target[4 * pixel + channel]) + (lot == 0 ? 1 : -1)
          target[4 * pixel + channel] = UInt8(clamping: value)
        }
      }
      index += 20
    }
    return Picture(width: picture.width, height: picture.height, pixels: pixels)
  }

  /// Bars and gaps of the watermark, from its left.
  private static let bars = [true, true, false, true, false, true, true, true, false, false, true]

  /// The picture with a mark of white bars, half transparent, in its lower right corner.
  static func marked(_ picture: Picture) -> Picture {
    let unit = max(1, min(picture.width, picture.height) / 100)
    let (width, height) = (bars.count * unit, 4 * unit)
    let (left, top) = (picture.width - width - 2 * unit, picture.height - height - 2 * unit)
    guard left >= 0, top >= 0 else { return picture }
    var pixels = picture.pixels
    for row in top..<top + height {
      for column in left..<left + width where bars[(column - left) / unit] {
        let start = 4 * (row * picture.width + column)
        for channel in start..<start + 3 {
          pixels[channel] = UInt8((Int(pixels[channel]) + 256) / 2)
        }
      }
    }
    return Picture(width: picture.width, height: picture.height, pixels: pixels)
  }

  /// A file with a comment of this call; the pixels stay.
  static func stamped(_ file: [UInt8], with text: String) -> [UInt8] {
    file.starts(with: [0xFF, 0xD8])
      ? CannedPicture.stamped(file, with: text) : PNGComment.stamped(file, with: text)
  }
}

/// A comment in a PNG file.
enum PNGComment {
  /// Where the first chunk, the header, ends: 8 bytes of signature, 12 around 13 of header.
  private static let headerEnd = 33

  /// A PNG file with a chunk `tEXt` behind its header (PNG, third edition, 11.3.3.2).
  static func stamped(_ png: [UInt8], with text: String) -> [UInt8] {
    let body = Array("Comment\0\(SHA256Digest(hashing: Array(text.utf8)).hex)".utf8)
    let typed = Array("tEXt".utf8) + body
    let chunk = big(UInt32(body.count)) + typed + big(checksum(typed))
    return Array(png[..<headerEnd]) + chunk + png[headerEnd...]
  }

  private static func big(_ word: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  /// The checksum of a chunk: CRC-32 of ISO 3309 (PNG, annex D), bit by bit.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
      }
    }
  }
}
