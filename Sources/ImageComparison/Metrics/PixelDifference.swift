internal import Glibc

/// How the samples of two pictures of one size differ.
public struct PixelDifference: Hashable, Sendable {
  /// The name of the definition: all three colours of 8 bits count alike.
  public static let version = "psnr-rgb8"

  /// The sum of the squared differences of red, green and blue.
  public let squareSum: UInt64
  /// The pixels of which at least one sample differs.
  public let differingCount: Int
  /// The pixels of each picture.
  public let pixelCount: Int

  /// The peak signal to noise ratio in decibels, infinite where nothing differs:
  /// `10 log10(255² * 3 * pixels / squareSum)`.
  public var psnr: Double {
    guard squareSum > 0 else { return .infinity }
    return 10 * log10(255 * 255 * 3 * Double(pixelCount) / Double(squareSum))
  }

  /// Measures two pictures.
  ///
  /// - Parameters:
  ///   - left: a picture.
  ///   - right: another of the same size.
  ///   - ground: what is shown behind transparent pixels.
  public init(_ left: Picture, _ right: Picture, on ground: Ground = .white) {
    self.init(OpaquePixels(left, on: ground), OpaquePixels(right, on: ground))
  }

  init(_ left: OpaquePixels, _ right: OpaquePixels) {
    precondition(
      left.width == right.width && left.height == right.height, "pictures of one size")
    let (a, b) = (left.pixels.span, right.pixels.span)
    pixelCount = left.width * left.height
    var squares: UInt64 = 0
    var differing = 0
    var start = 0
    while start < pixelCount {
      // A lane gets at most 3 * 255² of a pixel, and so 22,000 pixels fit 32 bits.
      let end = min(pixelCount, start + 8 * 16_384)
      let (square, count) = Self.squares(a, b, from: start, to: end)
      squares += square
      differing += count
      start = end
    }
    squareSum = squares
    differingCount = differing
  }

  init(squareSum: UInt64, differingCount: Int, pixelCount: Int) {
    self.squareSum = squareSum
    self.differingCount = differingCount
    self.pixelCount = pixelCount
  }

  /// The squared differences of one pixel.
  @inline(__always)
  static func square(_ left: UInt32, _ right: UInt32) -> UInt32 {
    var sum: UInt32 = 0
    for shift in [UInt32(0), 8, 16] {
      let difference = (left &>> shift) & 255 &- (right &>> shift) & 255
      sum &+= difference &* difference
    }
    return sum
  }

  private static func squares(
    _ a: Span<UInt8>, _ b: Span<UInt8>, from start: Int, to end: Int
  ) -> (UInt64, Int) {
    var sums = Words.zero
    var counts = Words.zero
    var index = start
    while index &+ 8 <= end {
      let (left, right) = (a.pixels(at: index), b.pixels(at: index))
      let bits = left ^ right
      let four = bits.lowHalf | bits.highHalf
      let two = four.lowHalf | four.highHalf
      if two.x | two.y != 0 {
        let byte = Words(repeating: 255)
        let red = (left & byte) &- (right & byte)
        let green = ((left &>> 8) & byte) &- ((right &>> 8) & byte)
        let blue = ((left &>> 16) & byte) &- ((right &>> 16) & byte)
        // Numbers up to 2^24 are exact as Float, and lanes multiply those on every machine.
        sums &+= squared(red) &+ squared(green) &+ squared(blue)
        counts &+= (bits | (0 &- bits)) &>> 31
      }
      index &+= 8
    }
    var sum = (0..<8).reduce(UInt64(0)) { $0 + UInt64(sums[$1]) }
    var count = (0..<8).reduce(0) { $0 + Int(counts[$1]) }
    while index < end {
      let (left, right) = (a.pixel(at: index), b.pixel(at: index))
      sum += UInt64(square(left, right))
      if left != right { count += 1 }
      index &+= 1
    }
    return (sum, count)
  }

  @inline(__always)
  private static func squared(_ difference: Words) -> Words {
    let number = Lanes(SIMD8<Int32>(truncatingIfNeeded: difference))
    return Words(truncatingIfNeeded: LaneMath.nearest(number * number))
  }
}
