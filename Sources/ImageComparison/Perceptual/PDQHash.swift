internal import Canonical

/// A perceptual hash of 256 bits: alike pictures give hashes that differ in few bits.
public struct PDQHash: Hashable, Sendable, CustomStringConvertible {
  /// The number of bits.
  public static let bitCount = 256

  /// Bits 0 to 63, 64 to 127, 128 to 191 and 192 to 255, the first bit the lowest.
  private var words = SIMD4<UInt64>()

  /// A hash of no bits, which a picture below five pixels a side has.
  public init() {}

  /// Reads 64 lower-case hexadecimal digits, the last bit first; anything else gives `nil`.
  ///
  /// - Parameter hex: the form that PDQ's own programs write.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hexadecimal.decode(hex), bytes.count == Self.bitCount / 8 else { return nil }
    for (index, byte) in bytes.enumerated() {
      words[3 - index / 8] = words[3 - index / 8] << 8 | UInt64(byte)
    }
  }

  /// Sets a bit from 0 to 255.
  mutating func set(_ bit: Int) {
    words[bit / 64] |= 1 << UInt64(bit % 64)
  }

  /// 64 lower-case hexadecimal digits, the last bit first.
  public var hex: String {
    (0..<4).reversed().map { index in
      let digits = String(words[index], radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// 64 lower-case hexadecimal digits, the last bit first.
  public var description: String { hex }

  /// The number of bits that differ, 0 to 256; unrelated pictures have about 128.
  ///
  /// - Parameter other: the hash of another picture.
  public func distance(to other: PDQHash) -> Int {
    let bits = words ^ other.words
    return (0..<4).reduce(0) { $0 + bits[$1].nonzeroBitCount }
  }
}

/// How a picture is turned against another: one of the eight symmetries of a rectangle and a square.
public enum Turn: String, Sendable, CaseIterable {
  /// As it is.
  case none
  /// Turned by 90 degrees, clockwise.
  case clockwise = "rotated-90"
  /// Turned by 180 degrees.
  case half = "rotated-180"
  /// Turned by 90 degrees, counterclockwise.
  case counterclockwise = "rotated-270"
  /// Left and right exchanged.
  case mirrored
  /// Top and bottom exchanged.
  case upsideDown = "flipped"
  /// Rows and columns exchanged.
  case transposed
  /// Rows and columns exchanged about the other diagonal.
  case transversed

  /// What the turned picture has at a frequency: the picture's, with this sign.
  ///
  /// Mirroring an axis negates its cosines of odd order; index 0 is order 1.
  func isNegated(row: Int, column: Int) -> Bool {
    let (oddRow, oddColumn) = (row & 1 == 0, column & 1 == 0)
    switch self {
    case .none, .transposed: return false
    case .half, .transversed: return oddRow != oddColumn
    case .mirrored, .clockwise: return oddColumn
    case .upsideDown, .counterclockwise: return oddRow
    }
  }

  /// True where rows become columns.
  var isTransposing: Bool {
    switch self {
    case .clockwise, .counterclockwise, .transposed, .transversed: true
    case .none, .half, .mirrored, .upsideDown: false
    }
  }
}
