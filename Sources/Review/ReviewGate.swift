internal import Canonical
internal import LoopbackServer

/// Lets in what comes from a page of this server, and nothing else.
///
/// Any page of the world can make a browser send requests to 127.0.0.1, and a name that leads there
/// (DNS rebinding) makes them look like its own. So `Host` must be exactly the address that is listened on, the path
/// must start with the token that was printed, and what changes anything needs `Origin` and the token in a
/// field besides, which no other page can set.
struct ReviewGate: Sendable {
  /// The field that holds the token once more.
  static let tokenField = "x-proofsheet-token"

  /// The address, for example `127.0.0.1:41234`.
  let host: String
  private let token: SHA256Digest
  /// The code of an address that leads to the page once, for programs whose arguments others can see.
  private let code: SHA256Digest?

  init(host: String, token: String, code: String?) {
    self.host = host
    self.token = SHA256Digest(hashing: Array(token.utf8))
    self.code = code.map { SHA256Digest(hashing: Array($0.utf8)) }
  }

  /// Checks a request before its body is read.
  ///
  /// - Returns: what is asked for, below the token.
  /// - Throws: ``ReviewRefusal``.
  func admit(_ head: RequestHead) throws(ReviewRefusal) -> Substring {
    guard head.values("host") == [host] else {
      throw ReviewRefusal(421, "this server is \(host) and answers to no other name")
    }
    let origins = head.values("origin")
    let isOwnOrigin = origins == ["http://\(host)"]
    guard origins.isEmpty || isOwnOrigin else {
      throw ReviewRefusal(403, "the request comes from another page")
    }
    guard head.method == "GET" || head.method == "POST" else {
      throw ReviewRefusal(405, "GET and POST are spoken here")
    }
    let path = head.path.dropFirst()
    let end = path.firstIndex(of: "/") ?? path.endIndex
    guard isToken(path[..<end]) else {
      throw ReviewRefusal(
        403, "open the address that 'proofsheet review' printed; it holds a token of its own")
    }
    if head.method == "POST" {
      guard isOwnOrigin else { throw ReviewRefusal(403, "the field Origin is missing") }
      let tokens = head.values(Self.tokenField)
      guard tokens.count == 1, isToken(tokens[0][...]) else {
        throw ReviewRefusal(403, "the field X-Proofsheet-Token does not hold the token")
      }
      guard head.values("content-type") == ["application/json"] else {
        throw ReviewRefusal(415, "expected Content-Type: application/json")
      }
    }
    return path[end...]
  }

  /// Whether a request is for the address that leads to the page once.
  func isOpening(_ head: RequestHead) -> Bool {
    guard let code, head.method == "GET", head.values("host") == [host],
      head.path.hasPrefix("/open/")
    else { return false }
    return SHA256Digest(hashing: Array(head.path.dropFirst("/open/".count).utf8)) == code
  }

  // Digests are compared, so that the time it takes tells nothing of the token.
  private func isToken(_ text: Substring) -> Bool {
    SHA256Digest(hashing: Array(text.utf8)) == token
  }
}
