/// A PNG file put together by hand, right or wrong as a test wants it.
package struct MadePNG {
  /// The width in pixels.
  package var width: Int
  /// The height in pixels.
  package var height: Int
  /// The colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
  package var colourType: UInt8
  /// Bits a sample.
  package var bitDepth: UInt8 = 8
  /// The rows, each behind its filter byte.
  package var rows: [UInt8] = []
  /// The most bytes of one chunk of picture data.
  package var splitByteCount = Int.max
  /// The first byte of the zlib stream, which names its window.
  package var window: UInt8 = 0x78
  /// What is added to the checksum of the zlib stream.
  package var checksumError: UInt32 = 0
  /// Bytes behind the zlib stream in the last chunk of picture data.
  package var excess: [UInt8] = []
  /// The chunks of picture data themselves, where they are no zlib stream of ``rows``.
  package var dataChunks: [[UInt8]]?
  /// Chunks between the header and the picture data.
  package var chunksBefore: [UInt8] = []
  /// Chunks between the picture data and the end.
  package var chunksAfter: [UInt8] = []

  /// Makes a file without rows.
  package init(width: Int, height: Int, colourType: UInt8) {
    self.width = width
    self.height = height
    self.colourType = colourType
  }

  /// The bytes of a row, without its filter byte.
  package var rowByteCount: Int {
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colourType] ?? 0
    return (width * channels * Int(bitDepth) + 7) / 8
  }

  /// The file.
  package var bytes: [UInt8] {
    let header =
      Self.big(width) + Self.big(height) + [bitDepth, colourType, 0, 0, 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += Self.chunk("IHDR", header) + chunksBefore
    for part in dataChunks ?? split { file += Self.chunk("IDAT", part) }
    return file + chunksAfter + Self.chunk("IEND", [])
  }

  private var split: [[UInt8]] {
    let stream = zlibStream + excess
    var parts: [[UInt8]] = []
    var start = 0
    while start < stream.count {
      let end = start + min(splitByteCount, stream.count - start)
      parts.append(Array(stream[start..<end]))
      start = end
    }
    return parts
  }

  /// A chunk with its checksum.
  package static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + body
    return big(body.count) + checked + big(Int(cyclicChecksum(checked[...])))
  }

  /// The file with the checksum of every chunk made right, as far as chunks can be told.
  package static func repaired(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    var offset = 8
    while offset + 12 <= bytes.count {
      let count = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard count <= bytes.count - offset - 12 else { break }
      let end = offset + 8 + count
      bytes.replaceSubrange(
        end..<end + 4, with: big(Int(cyclicChecksum(bytes[offset + 4..<end]))))
      offset = end + 4
    }
    return bytes
  }

  /// Bytes that are not compressed, as a zlib stream (RFC 1950 and 1951).
  private var zlibStream: [UInt8] {
    // The second byte makes the head a multiple of 31.
    var stream = [window, UInt8(31 - Int(window) * 256 % 31)]
    var start = 0
    repeat {
      let count = min(65_535, rows.count - start)
      let isLast: UInt8 = start + count == rows.count ? 1 : 0
      let low = UInt8(truncatingIfNeeded: count)
      let high = UInt8(truncatingIfNeeded: count >> 8)
      stream += [isLast, low, high, ~low, ~high] + rows[start..<start + count]
      start += count
    } while start < rows.count
    var (first, second): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      first = (first + UInt32(byte)) % 65_521
      second = (second + first) % 65_521
    }
    return stream + Self.big(Int((second << 16 | first) &+ checksumError))
  }

  private static func big(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static let checksumTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
    }
  }

  private static func cyclicChecksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      checksumTable[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8
    }
  }
}
