package import SeedreamAPI

/// Which proxy leads to a URL, by the environment variables that curl reads.
///
/// libcurl would read them itself, but before 8.7 it cannot tell whether it used a proxy, and the
/// check of addresses must know: behind a proxy the address of the connection is the proxy's.
/// So the choice is made here, by curl's rules, and libcurl is told to do exactly that
/// (https://everything.curl.dev/usingcurl/proxies/env.html).
package struct ProxySettings: Sendable {
  private let http: Secret?
  private let https: Secret?
  private let exceptions: String

  /// Reads the variables.
  ///
  /// - Parameter environment: the process's environment; empty values count as absent. `HTTP_PROXY`
  ///   in capitals is not read, for a web server sets it from a header of that name.
  package init(environment: [String: String]) {
    func value(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    http = value("http_proxy", "all_proxy", "ALL_PROXY").map(Secret.init)
    https = value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY").map(Secret.init)
    exceptions = value("no_proxy", "NO_PROXY") ?? ""
  }

  /// The URL of the proxy, which may hold a password; `nil` for a direct connection.
  package func proxy(for url: HTTPURL) -> Secret? {
    guard let proxy = url.scheme == .http ? http : https, !isException(url.host) else { return nil }
    return proxy
  }

  /// Whether the list of `no_proxy` names a host: itself, a domain that it is in, an address, or a
  /// network (`10.0.0.0/8`); a lone `*` names all.
  private func isException(_ host: String) -> Bool {
    if exceptions == "*" { return true }
    let entries = exceptions.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }
    if let address = IPAddress(host) {
      return entries.contains { Self.holds(address, entry: $0) }
    }
    let name = Self.trimmed(host[...])
    return entries.contains { entry in
      let domain = Self.trimmed(entry)
      return !domain.isEmpty && (name == domain || name.hasSuffix("." + domain))
    }
  }

  private static func holds(_ address: IPAddress, entry: Substring) -> Bool {
    let pieces = entry.split(separator: "/", maxSplits: 1)
    guard let text = pieces.first else { return false }
    var plain = String(text)
    if plain.hasPrefix("["), plain.hasSuffix("]") { plain = String(plain.dropFirst().dropLast()) }
    guard let network = IPAddress(plain) else { return false }
    if pieces.count == 1 { return network == address }
    guard let bitCount = Int(pieces[1]) else { return false }
    return address.lies(in: network, bitCount: bitCount)
  }

  /// A name without a point before or after it.
  private static func trimmed(_ name: Substring) -> Substring {
    var name = name
    if name.hasPrefix(".") { name.removeFirst() }
    if name.hasSuffix(".") { name.removeLast() }
    return name
  }
}
