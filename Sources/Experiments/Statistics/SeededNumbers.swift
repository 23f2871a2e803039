internal import Canonical

/// The numbers that statistics draw: those of ``SplitMix64``, below bounds and as shares.
package struct SeededNumbers: Sendable {
  /// The seed where nothing else is said, so that a comparison gives the same p-values each time.
  package static let standardSeed: UInt64 = 20_261_126

  private var source: SplitMix64

  /// Starts the stream of a seed.
  package init(seed: UInt64 = standardSeed) { source = SplitMix64(seed: seed) }

  /// The next number, any of 64 bits.
  package mutating func next() -> UInt64 { source.next() }

  /// The next number below a bound; its bias is less than the bound over 2^64.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a number below \(bound)")
    return Int(source.next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The next number from 0 to below 1, of 53 bits.
  package mutating func nextShare() -> Double { Double(source.next() >> 11) / Double(1 << 53) }
}
