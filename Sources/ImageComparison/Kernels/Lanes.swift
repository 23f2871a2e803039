/// Eight numbers that are computed at once.
typealias Lanes = SIMD8<Float>

/// Eight words that are computed at once: as pixels, red lies in the lowest byte.
typealias Words = SIMD8<UInt32>

extension Span<Float> {
  /// The eight numbers from an index; the index is checked.
  @inline(__always)
  func lanes(at index: Int) -> Lanes {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
  }

  /// The four numbers from an index; the index is checked.
  @inline(__always)
  func four(at index: Int) -> SIMD4<Float> {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Float>.self)
  }
}

extension MutableSpan<Float> {
  /// Sets the four numbers from an index; the index is checked.
  @inline(__always)
  mutating func set(_ four: SIMD4<Float>, at index: Int) {
    var raw = unsafe mutableBytes
    raw.storeBytes(of: four, toByteOffset: index &* 4, as: SIMD4<Float>.self)
  }

  /// The eight numbers from an index; the index is checked.
  @inline(__always)
  func lanes(at index: Int) -> Lanes {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
  }

  /// Sets the eight numbers from an index; the index is checked.
  @inline(__always)
  mutating func set(_ lanes: Lanes, at index: Int) {
    var raw = unsafe mutableBytes
    raw.storeBytes(of: lanes, toByteOffset: index &* 4, as: Lanes.self)
  }
}

extension Span<UInt32> {
  /// The eight words from an index; the index is checked.
  @inline(__always)
  func words(at index: Int) -> Words {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: Words.self)
  }
}

extension MutableSpan<UInt32> {
  /// Sets the eight words from an index; the index is checked.
  @inline(__always)
  mutating func set(_ words: Words, at index: Int) {
    var raw = unsafe mutableBytes
    raw.storeBytes(of: words, toByteOffset: index &* 4, as: Words.self)
  }
}

extension Span<UInt8> {
  /// The pixel at an index of pixels, four bytes each.
  @inline(__always)
  func pixel(at index: Int) -> UInt32 {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
  }

  /// The eight pixels from an index of pixels, four bytes each.
  @inline(__always)
  func pixels(at index: Int) -> Words {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: Words.self)
  }
}

/// Luma 601 of 8-bit samples: .299 R + .587 G + .114 B, summed in this order.
enum Luma {
  /// The luma of one pixel.
  @inline(__always)
  static func of(_ pixel: UInt32) -> Float {
    Float(pixel & 255) * 0.299 + Float((pixel &>> 8) & 255) * 0.587
      + Float((pixel &>> 16) & 255) * 0.114
  }

  /// The luma of eight pixels.
  @inline(__always)
  static func of(_ pixels: Words) -> Lanes {
    let byte = Words(repeating: 255)
    let red = Lanes(SIMD8<Int32>(truncatingIfNeeded: pixels & byte))
    let green = Lanes(SIMD8<Int32>(truncatingIfNeeded: (pixels &>> 8) & byte))
    let blue = Lanes(SIMD8<Int32>(truncatingIfNeeded: (pixels &>> 16) & byte))
    return red * 0.299 + green * 0.587 + blue * 0.114
  }

  /// Writes the luma of `count` pixels from the pixel `start` to a row from `place`.
  static func fill(
    _ row: inout MutableSpan<Float>, at place: Int, from pixels: Span<UInt8>, start: Int, count: Int
  ) {
    var index = 0
    while index &+ 8 <= count {
      row.set(of(pixels.pixels(at: start &+ index)), at: place &+ index)
      index &+= 8
    }
    while index < count {
      row[place &+ index] = of(pixels.pixel(at: start &+ index))
      index &+= 1
    }
  }
}

/// Functions of eight numbers; the standard library computes them one by one.
enum LaneMath {
  /// The square root of numbers that are not negative, to a relative error of about 1e-7.
  @inline(__always)
  static func root(_ number: Lanes) -> Lanes {
    let bits = unsafe unsafeBitCast(number, to: Words.self)
    // The reciprocal root from the exponent, then three steps of Newton's method.
    let guess = Words(repeating: 0x5F37_59DF) &- (bits &>> 1)
    var inverse = unsafe unsafeBitCast(guess, to: Lanes.self)
    let half = number * 0.5
    inverse *= 1.5 - half * inverse * inverse
    inverse *= 1.5 - half * inverse * inverse
    inverse *= 1.5 - half * inverse * inverse
    return number * inverse
  }

  /// The cube root of positive numbers, to a relative error of about 1e-7.
  @inline(__always)
  static func cubeRoot(_ number: Lanes) -> Lanes {
    let bits = unsafe unsafeBitCast(number, to: SIMD8<Int32>.self)
    // A third of the exponent, then two steps of Halley's method.
    let third = SIMD8<Int32>(truncatingIfNeeded: thirds(bits)) &+ 709_921_077
    var root = unsafe unsafeBitCast(third, to: Lanes.self)
    for _ in 0..<2 {
      let cube = root * root * root
      root *= (cube + number * 2) / (cube * 2 + number)
    }
    return root
  }

  /// About a third of positive integers.
  @inline(__always)
  private static func thirds(_ number: SIMD8<Int32>) -> SIMD8<Int32> {
    // 1/4 + 1/16 + 1/64 + … = 1/3, in shifts, which every machine has in lanes.
    let quarter = number &>> 2
    let series = quarter &+ (quarter &>> 2)
    let longer = series &+ (series &>> 4)
    return longer &+ (longer &>> 8)
  }

  /// e to the power of -x for x from 0 to 80, to a relative error of about 1e-5.
  @inline(__always)
  static func decay(_ number: Lanes) -> Lanes {
    // 2^-k * 2^-f: the whole part goes into the exponent, the rest is halved into a short series.
    let power = number * 1.442_695_041
    let whole = nearest(power)
    let rest = (power - Lanes(whole)) * -0.693_147_181
    var series = rest * Float(1.0 / 120) + Float(1.0 / 24)
    series = series * rest + Float(1.0 / 6)
    series = series * rest + 0.5
    series = series * rest + 1
    series = series * rest + 1
    let exponent = (SIMD8<Int32>(repeating: 127) &- whole) &<< 23
    return series * (unsafe unsafeBitCast(exponent, to: Lanes.self))
  }

  /// The nearest whole numbers of numbers between -2^22 and 2^22.
  @inline(__always)
  static func nearest(_ number: Lanes) -> SIMD8<Int32> {
    // Beside 1.5 * 2^23 a number keeps no fraction, and its whole part is the lowest bits.
    let shifted = number + 12_582_912
    return unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4B40_0000
  }

  /// The sum of the eight numbers.
  @inline(__always)
  static func sum(_ lanes: Lanes) -> Float {
    let four = lanes.lowHalf + lanes.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// True when a lane has its highest bit set.
  @inline(__always)
  static func hasSign(_ lanes: SIMD8<Int32>) -> Bool {
    let four = lanes.lowHalf | lanes.highHalf
    let two = four.lowHalf | four.highHalf
    return (two.x | two.y) < 0
  }
}
