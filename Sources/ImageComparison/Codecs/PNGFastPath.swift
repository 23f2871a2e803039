internal import CImageCodecs

/// PNG of 8 bits a sample that is neither interlaced nor of a palette, over libdeflate.
///
/// It reads files that are without any fault, in about half of libpng's time and into the same
/// pixels; whatever is amiss in another is left to libpng to find and to name.
enum PNGFastPath {
  /// Bytes that are read behind the last stored pixel, and not used.
  private static let slack = 4
  /// The zlib header's first byte for the largest window, as nearly all writers put it.
  private static let largestWindow: UInt8 = 0x78

  /// The stored rows; `nil` for a file that libpng must read.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - layout: what was read of it.
  static func decode(_ bytes: [UInt8], _ layout: PictureLayout) -> StoredPixels? {
    let header = layout.header
    guard let chunks = layout.chunks, chunks.arePlain, header.bitDepth == 8, !header.isProgressive
    else { return nil }
    switch header.colour {
    case .grey: return decode(bytes, header, chunks, as: GreyPixel.self)
    case .greyAlpha: return decode(bytes, header, chunks, as: GreyAlphaPixel.self)
    case .rgb: return decode(bytes, header, chunks, as: RGBPixel.self)
    case .rgba: return decode(bytes, header, chunks, as: RGBAPixel.self)
    case .palette, .cmyk: return nil
    }
  }

  private static func decode<Pixel: PNGPixel>(
    _ bytes: [UInt8], _ header: PictureHeader, _ chunks: PNGChunks, as: Pixel.Type
  ) -> StoredPixels? {
    guard checksumsHold(bytes, chunks), let data = chunks.data else { return nil }
    // Several chunks are joined; of the usual single one no copy is made.
    let (stream, range) =
      chunks.dataCount == 1 ? (bytes, data) : join(bytes, chunks)
    let storedByteCount = header.height * (header.width * Pixel.byteCount + 1)
    // Chunks may be empty, all of them too.
    guard let first = stream[range].first, windowHolds(first, storedByteCount) else { return nil }
    let pixelByteCount = header.height * header.width * 4
    // The stored rows are inflated to the end of the pixels' own memory. Widening goes from the
    // front and never catches up with what it still has to read: a row's filter byte keeps it apart.
    let capacity = pixelByteCount + header.height + slack
    let start = capacity - slack - storedByteCount
    var isDecoded = false
    var hasAlpha = false
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      guard let base = target.baseAddress else { return }
      let isWhole = unsafe stream.withUnsafeBufferPointer { source in
        guard let first = source.baseAddress else { return false }
        return unsafe p_inflate_whole(
          first + range.lowerBound, range.count, base + start, storedByteCount) == 1
      }
      guard isWhole else { return }
      unsafe (base + start + storedByteCount).initialize(repeating: 0, count: slack)
      var rows = unsafe UnsafeMutableRawBufferPointer(target).mutableBytes
      if let found = undo(&rows, header, from: start, as: Pixel.self) {
        isDecoded = true
        hasAlpha = found
        count = pixelByteCount
      }
    }
    return isDecoded ? StoredPixels(header, pixels: pixels, hasAlpha: hasAlpha) : nil
  }

  /// Undoes the filters of all rows; gives whether a pixel is not opaque, `nil` for a bad filter.
  private static func undo<Pixel: PNGPixel>(
    _ rows: inout MutableRawSpan, _ header: PictureHeader, from start: Int, as: Pixel.Type
  ) -> Bool? {
    let filters = PNGRows<Pixel>(width: header.width)
    let rowByteCount = 4 * header.width
    let canHaveAlpha = Pixel.overlay == 0
    var isOpaque = true
    var source = start
    for row in 0..<header.height {
      let filter = unsafe rows.unsafeLoad(fromByteOffset: source, as: UInt8.self)
      let target = row * rowByteCount
      guard filters.undo(filter, &rows, from: source + 1, to: target, isFirst: row == 0) else {
        return nil
      }
      source += 1 + header.width * Pixel.byteCount
      // Once the row below is made from it a row may lose its invisible colours.
      if canHaveAlpha, row > 0 {
        let above = target - rowByteCount..<target
        if Alpha.clear8(&rows, above) { isOpaque = false }
      }
    }
    if canHaveAlpha {
      let last = (header.height - 1) * rowByteCount..<header.height * rowByteCount
      if Alpha.clear8(&rows, last) { isOpaque = false }
    }
    return !isOpaque
  }

  private static func checksumsHold(_ bytes: [UInt8], _ chunks: PNGChunks) -> Bool {
    let view = ByteView(bytes)
    return unsafe bytes.withUnsafeBufferPointer { file in
      guard let base = file.baseAddress else { return false }
      return chunks.checked.allSatisfy { range in
        let crc = unsafe libdeflate_crc32(0, base + range.lowerBound, range.count)
        return view.big32(at: range.upperBound) == Int(crc)
      }
    }
  }

  private static func join(_ bytes: [UInt8], _ chunks: PNGChunks) -> ([UInt8], Range<Int>) {
    var joined: [UInt8] = []
    joined.reserveCapacity(chunks.dataByteCount)
    for range in chunks.dataRanges { joined += bytes[range] }
    return (joined, 0..<joined.count)
  }

  /// Whether libpng, which holds a stream to the window that it names, could have any objection.
  private static func windowHolds(_ first: UInt8, _ storedByteCount: Int) -> Bool {
    first == largestWindow || storedByteCount <= 1 << (Int(first >> 4) + 8)
  }
}
