internal import Glibc

/// A numeric IP address.
package enum IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// Version 4, in host byte order.
  case v4(UInt32)
  /// Version 6: the first and the last eight bytes, in host byte order.
  case v6(high: UInt64, low: UInt64)

  /// Reads the usual text of an address, without brackets; a zone after `%` is left out.
  ///
  /// Anything else, such as a name or the old short forms of version 4 (`127.1`), gives `nil`.
  package init?(_ text: String) {
    let plain = String(text.prefix { $0 != "%" })
    var v4 = in_addr()
    if unsafe inet_pton(AF_INET, plain, &v4) == 1 {
      self = .v4(UInt32(bigEndian: v4.s_addr))
      return
    }
    var v6 = [UInt8](repeating: 0, count: 16)
    guard unsafe inet_pton(AF_INET6, plain, &v6) == 1 else { return nil }
    self.init(v6Bytes: v6)
  }

  /// Takes the sixteen bytes of a version 6 address in network order.
  init(v6Bytes bytes: [UInt8]) {
    precondition(bytes.count == 16, "a version 6 address has 16 bytes (was \(bytes.count))")
    self = .v6(
      high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
      low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Whether the address lies in the network of the first bits of another one.
  ///
  /// - Parameter bitCount: how many bits must be equal; more than the address has, or less than
  ///   none, never matches.
  package func lies(in network: IPAddress, bitCount: Int) -> Bool {
    switch (self, network) {
    case (.v4(let own), .v4(let other)):
      return (0...32).contains(bitCount) && (own ^ other) >> UInt32(32 - bitCount) == 0
    case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
      guard (0...128).contains(bitCount) else { return false }
      let highBits = min(bitCount, 64)
      let lowBits = max(bitCount - 64, 0)
      // A shift by the whole width gives zero in Swift, so no bits compare as equal.
      return (high ^ otherHigh) >> UInt64(64 - highBits) == 0
        && (low ^ otherLow) >> UInt64(64 - lowBits) == 0
    default:
      return false
    }
  }

  /// The usual text.
  package var description: String {
    switch self {
    case .v4(let value):
      return [24, 16, 8, 0].map { String(value >> UInt32($0) & 0xFF) }.joined(separator: ".")
    case .v6(let high, let low):
      return [high, low].flatMap { half in
        [48, 32, 16, 0].map { String(half >> UInt64($0) & 0xFFFF, radix: 16) }
      }.joined(separator: ":")
    }
  }
}
