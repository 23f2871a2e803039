/// How the bytes of one pixel become red, green, blue and alpha.
protocol PNGPixel {
  /// Bytes a stored pixel.
  static var byteCount: Int { get }
  /// What is laid over each pixel: full alpha where the file stores none.
  static var overlay: UInt32 { get }
  /// Gives a stored pixel, red in the lowest byte; alpha is anything where the file stores none.
  static func load(_ rows: borrowing MutableRawSpan, at offset: Int) -> UInt32
}

/// One sample of brightness.
enum GreyPixel: PNGPixel {
  static let byteCount = 1
  static let overlay: UInt32 = 0xFF00_0000

  @inline(__always)
  static func load(_ rows: borrowing MutableRawSpan, at offset: Int) -> UInt32 {
    UInt32(unsafe rows.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) &* 0x01_0101
  }
}

/// Brightness and alpha.
enum GreyAlphaPixel: PNGPixel {
  static let byteCount = 2
  static let overlay: UInt32 = 0

  @inline(__always)
  static func load(_ rows: borrowing MutableRawSpan, at offset: Int) -> UInt32 {
    let pair = UInt32(unsafe rows.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    return (pair & 0xFF) &* 0x01_0101 | (pair & 0xFF00) << 16
  }
}

/// Three colours; the byte behind the pixel is read with it.
enum RGBPixel: PNGPixel {
  static let byteCount = 3
  static let overlay: UInt32 = 0xFF00_0000

  @inline(__always)
  static func load(_ rows: borrowing MutableRawSpan, at offset: Int) -> UInt32 {
    unsafe rows.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }
}

/// Three colours and alpha.
enum RGBAPixel: PNGPixel {
  static let byteCount = 4
  static let overlay: UInt32 = 0

  @inline(__always)
  static func load(_ rows: borrowing MutableRawSpan, at offset: Int) -> UInt32 {
    unsafe rows.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
  }
}

/// Undoes the filters of PNG rows (W3C PNG, third edition, section 9) and widens their pixels.
///
/// Four samples are worked on at once. Every load and store is checked against the span.
struct PNGRows<Pixel: PNGPixel> {
  /// Pixels a row.
  let width: Int

  /// Undoes one row's filter.
  ///
  /// - Parameters:
  ///   - filter: the filter's number.
  ///   - rows: the memory that both rows are in. They may overlap where no pixel is written over
  ///     stored ones that are still to be read.
  ///   - source: where the stored pixels begin; a byte behind the last must be there.
  ///   - target: where the pixels of four bytes go. The row above ends there.
  ///   - isFirst: true for the row that has none above.
  /// - Returns: false for a filter that PNG does not define.
  func undo(
    _ filter: UInt8, _ rows: inout MutableRawSpan, from source: Int, to target: Int, isFirst: Bool
  ) -> Bool {
    // Of a row of zeros above, up is nothing and Paeth is the pixel to the left.
    switch (filter, isFirst) {
    case (0, _), (2, true): widen(&rows, source, target)
    case (1, _), (4, true): undoSub(&rows, source, target)
    case (2, false): undoUp(&rows, source, target)
    case (3, _): undoAverage(&rows, source, target, isFirst: isFirst)
    case (4, false): undoPaeth(&rows, source, target)
    default: return false
    }
    return true
  }

  private func widen(_ rows: inout MutableRawSpan, _ source: Int, _ target: Int) {
    for column in 0..<width {
      let stored = Pixel.load(rows, at: source + column * Pixel.byteCount)
      rows.storeBytes(
        of: stored | Pixel.overlay, toByteOffset: target + column * 4, as: UInt32.self)
    }
  }

  private func undoSub(_ rows: inout MutableRawSpan, _ source: Int, _ target: Int) {
    var left = SIMD4<UInt8>.zero
    for column in 0..<width {
      left = left &+ bytes(Pixel.load(rows, at: source + column * Pixel.byteCount))
      rows.storeBytes(
        of: word(left) | Pixel.overlay, toByteOffset: target + column * 4, as: UInt32.self)
    }
  }

  private func undoUp(_ rows: inout MutableRawSpan, _ source: Int, _ target: Int) {
    let above = target - 4 * width
    var first = 0
    if Pixel.byteCount == 4 {
      // Four pixels at once, where they lie as they will.
      while first + 4 <= width {
        let stored = unsafe rows.unsafeLoadUnaligned(
          fromByteOffset: source + first * 4, as: SIMD16<UInt8>.self)
        let over = unsafe rows.unsafeLoadUnaligned(
          fromByteOffset: above + first * 4, as: SIMD16<UInt8>.self)
        rows.storeBytes(
          of: stored &+ over, toByteOffset: target + first * 4, as: SIMD16<UInt8>.self)
        first += 4
      }
    }
    for column in first..<width {
      let stored = bytes(Pixel.load(rows, at: source + column * Pixel.byteCount))
      let over = bytes(RGBAPixel.load(rows, at: above + column * 4))
      rows.storeBytes(
        of: word(stored &+ over) | Pixel.overlay, toByteOffset: target + column * 4,
        as: UInt32.self)
    }
  }

  private func undoAverage(
    _ rows: inout MutableRawSpan, _ source: Int, _ target: Int, isFirst: Bool
  ) {
    let above = target - 4 * width
    var left = SIMD4<Int16>.zero
    for column in 0..<width {
      let stored = wide(Pixel.load(rows, at: source + column * Pixel.byteCount))
      let over = isFirst ? .zero : wide(RGBAPixel.load(rows, at: above + column * 4))
      left = (stored &+ ((left &+ over) &>> 1)) & 0xFF
      rows.storeBytes(
        of: narrow(left) | Pixel.overlay, toByteOffset: target + column * 4, as: UInt32.self)
    }
  }

  private func undoPaeth(_ rows: inout MutableRawSpan, _ source: Int, _ target: Int) {
    let above = target - 4 * width
    var left = SIMD4<Int16>.zero
    var corner = SIMD4<Int16>.zero
    for column in 0..<width {
      let stored = wide(Pixel.load(rows, at: source + column * Pixel.byteCount))
      let over = wide(RGBAPixel.load(rows, at: above + column * 4))
      let (toLeft, toOver) = (over &- corner, left &- corner)
      let farLeft = magnitude(toLeft)
      let farOver = magnitude(toOver)
      let farCorner = magnitude(toLeft &+ toOver)
      var guess = corner
      guess.replace(with: over, where: farOver .<= farCorner)
      guess.replace(with: left, where: (farLeft .<= farOver) .& (farLeft .<= farCorner))
      // The overlay is not part of the prediction: lanes do not mix.
      left = (stored &+ guess) & 0xFF
      corner = over
      rows.storeBytes(
        of: narrow(left) | Pixel.overlay, toByteOffset: target + column * 4, as: UInt32.self)
    }
  }

  @inline(__always) private func bytes(_ word: UInt32) -> SIMD4<UInt8> {
    unsafe unsafeBitCast(word, to: SIMD4<UInt8>.self)
  }

  @inline(__always) private func word(_ bytes: SIMD4<UInt8>) -> UInt32 {
    unsafe unsafeBitCast(bytes, to: UInt32.self)
  }

  @inline(__always) private func wide(_ word: UInt32) -> SIMD4<Int16> {
    SIMD4<Int16>(truncatingIfNeeded: bytes(word))
  }

  @inline(__always) private func narrow(_ samples: SIMD4<Int16>) -> UInt32 {
    word(SIMD4<UInt8>(truncatingIfNeeded: samples))
  }

  @inline(__always) private func magnitude(_ samples: SIMD4<Int16>) -> SIMD4<Int16> {
    samples.replacing(with: 0 &- samples, where: samples .< 0)
  }
}
