internal import SeedreamAPI
internal import Suites

/// Who may get the key.
///
/// Whoever sends a change to a project writes its configuration file. A file of the checkout must
/// not choose a host that the key goes to, unless its user has allowed the host.
enum HostRule {
  /// Why the key does not go to an endpoint; `nil` when it may.
  ///
  /// - Returns: what is wrong, with the place in the file, and the two ways to allow it.
  static func refusal(
    _ url: HTTPURL, _ settings: Settings, userFile: String
  ) -> (message: String, hint: String)? {
    guard case .config(let place) = settings.endpoint.origin, !isLoopback(url.host),
      url.host != defaultHost, !settings.allowedHosts.contains(where: { $0.value == url.host })
    else { return nil }
    return (
      "\(place): a file of the project sends requests to the host \(url.host), "
        + "which you have not allowed to get your key; nothing was sent",
      "if you trust it, add 'allow_hosts: [\(url.host)]' to \(userFile), "
        + "or set \(SettingLayer.allowHostsVariable)=\(url.host)"
    )
  }

  /// The host of the gateway whose contract this is.
  private static let defaultHost: String? = {
    do { return try HTTPURL(Endpoint.defaultURL).host } catch { return nil }
  }()

  /// Whether a host is this machine, by its text alone.
  ///
  /// Only plain decimal addresses count: an escape such as `127.%65.…` is a name for who undoes it.
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.first == "127"
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count)
          && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
