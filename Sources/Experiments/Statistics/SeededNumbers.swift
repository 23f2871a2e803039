/// A stream of numbers that a seed decides, the same on every machine and with every compiler.
///
/// The generator is that of `SplitMix64`, in this module: where each number is a call into another, loops that draw
/// millions of them keep and release what they read each time, and a comparison takes a third longer.
package struct SeededNumbers: Sendable {
  /// The seed where nothing else is said, so that a comparison gives the same p-values each time.
  package static let standardSeed: UInt64 = 20_261_126

  private var state: UInt64

  /// Starts the stream of a seed.
  package init(seed: UInt64 = standardSeed) { state = seed }

  /// The next number, any of 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// The next number below a bound; its bias is less than the bound over 2^64.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a number below \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The next number from 0 to below 1, of 53 bits.
  package mutating func nextShare() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
