/// What an IP address is for, as far as it matters for where a download may go.
///
/// After the registries of special addresses, RFC 6890 with its updates:
/// https://www.iana.org/assignments/iana-ipv4-special-registry and
/// https://www.iana.org/assignments/iana-ipv6-special-registry.
package enum AddressKind: String, Hashable, Sendable, CaseIterable {
  /// Reachable on the public Internet.
  case global = "public"
  /// This machine (127.0.0.0/8, ::1).
  case loopback
  /// A private network (RFC 1918, fc00::/7, fec0::/10, 64:ff9b:1::/48).
  case privateNetwork = "private"
  /// The same link (169.254.0.0/16, fe80::/10), where clouds keep their metadata service.
  case linkLocal = "link-local"
  /// A carrier's network behind address translation (100.64.0.0/10).
  case shared
  /// A cloud's metadata service at an address that is not link-local.
  case metadata
  /// No address (0.0.0.0/8, ::), which systems take for this machine.
  case unspecified
  /// Many machines at once.
  case multicast
  /// All machines of a network.
  case broadcast
  /// Set aside for documentation, tests or the future.
  case reserved

  /// Tells the kind of an address.
  package init(_ address: IPAddress) {
    switch address {
    case .v4(let value): self.init(v4: value)
    case .v6(let high, let low): self.init(high: high, low: low)
    }
  }

  /// Tells the kind of the address that the text of a host is, or of `localhost` (RFC 6761).
  ///
  /// - Returns: `nil` for a name, whose addresses only a resolver knows.
  package init?(literalHost host: String) {
    var name = host.lowercased()
    if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
    if let address = IPAddress(name) {
      self.init(address)
      return
    }
    if name.hasSuffix(".") { name.removeLast() }
    guard name == "localhost" || name.hasSuffix(".localhost") else { return nil }
    self = .loopback
  }

  private struct Network {
    let address: IPAddress
    let bitCount: Int
    let kind: AddressKind

    init(_ text: String, _ bitCount: Int, _ kind: AddressKind) {
      guard let address = IPAddress(text) else {
        preconditionFailure("a network of the table is an address (was \(text))")
      }
      self.address = address
      self.bitCount = bitCount
      self.kind = kind
    }
  }

  /// The first network that holds an address tells its kind.
  private static let networksV4: [Network] = [
    // Alibaba Cloud and Azure.
    Network("100.100.100.200", 32, .metadata),
    Network("168.63.129.16", 32, .metadata),
    // Oracle Cloud's older service.
    Network("192.0.0.192", 32, .metadata),
    Network("0.0.0.0", 8, .unspecified),
    Network("10.0.0.0", 8, .privateNetwork),
    Network("100.64.0.0", 10, .shared),
    Network("127.0.0.0", 8, .loopback),
    Network("169.254.0.0", 16, .linkLocal),
    Network("172.16.0.0", 12, .privateNetwork),
    Network("192.0.0.0", 24, .reserved),
    Network("192.0.2.0", 24, .reserved),
    Network("192.88.99.0", 24, .reserved),
    Network("192.168.0.0", 16, .privateNetwork),
    Network("198.18.0.0", 15, .reserved),
    Network("198.51.100.0", 24, .reserved),
    Network("203.0.113.0", 24, .reserved),
    Network("224.0.0.0", 4, .multicast),
    Network("255.255.255.255", 32, .broadcast),
    Network("240.0.0.0", 4, .reserved),
  ]

  private static let networksV6: [Network] = [
    // Amazon's and Google's.
    Network("fd00:ec2::254", 128, .metadata),
    Network("fd20:ce::254", 128, .metadata),
    Network("::", 128, .unspecified),
    Network("::1", 128, .loopback),
    Network("64:ff9b:1::", 48, .privateNetwork),
    Network("2001::", 23, .reserved),
    Network("2001:db8::", 32, .reserved),
    Network("3fff::", 20, .reserved),
    Network("2000::", 3, .global),
    Network("fc00::", 7, .privateNetwork),
    Network("fe80::", 10, .linkLocal),
    Network("fec0::", 10, .privateNetwork),
    Network("ff00::", 8, .multicast),
  ]

  private init(v4 value: UInt32) {
    let address = IPAddress.v4(value)
    self =
      Self.networksV4.first { address.lies(in: $0.address, bitCount: $0.bitCount) }?.kind
      ?? .global
  }

  private init(high: UInt64, low: UInt64) {
    // Forms that lead to a version 4 address are as that one: mapped (RFC 4291 section 2.5.5.2),
    // translated (RFC 6052) and 6to4 (RFC 3056).
    if high == 0, low >> 32 == 0xFFFF {
      self.init(v4: UInt32(truncatingIfNeeded: low))
    } else if high == 0x0064_FF9B_0000_0000, low >> 32 == 0 {
      self.init(v4: UInt32(truncatingIfNeeded: low))
    } else if high >> 48 == 0x2002 {
      self.init(v4: UInt32(truncatingIfNeeded: high >> 16))
    } else {
      let address = IPAddress.v6(high: high, low: low)
      self =
        Self.networksV6.first { address.lies(in: $0.address, bitCount: $0.bitCount) }?.kind
        ?? .reserved
    }
  }
}
