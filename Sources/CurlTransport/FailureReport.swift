internal import CCurl
internal import SeedreamAPI

/// Puts failures of hops into words for people.
struct FailureReport: Sendable {
  /// Where the hop went.
  let url: HTTPURL
  /// The request's limits.
  let limits: HTTPLimits
  /// The key, which must not appear even where the other side sends it back.
  let key: Secret?
  /// Whether an earlier hop of the same request has been answered.
  let isRedirected: Bool

  /// The failure of the request for the failure of a hop.
  func failure(_ failure: HopFailure) -> TransportFailure {
    let (code, sentence) = words(failure)
    let phase: TransportFailure.Phase =
      failure.wasSent || isRedirected ? .afterSending : .beforeSending
    return TransportFailure(code, phase, scrub(sentence))
  }

  /// A redirect that is not followed.
  func redirect(_ reason: String) -> TransportFailure {
    TransportFailure(
      .redirect, .afterSending, scrub("a redirect from \(url.display) is not followed: \(reason)"))
  }

  /// Takes out the key and the query, where signatures stand, and what a terminal would obey.
  private func scrub(_ sentence: String) -> String {
    var sentence = sentence
    let known = key?.reveal() ?? ""
    for secret in [known.utf8.count < Secret.searchedByteCountMin ? "" : known, url.query ?? ""]
    where !secret.isEmpty {
      sentence = sentence.replacing(secret, with: "<redacted>")
    }
    return String(
      String.UnicodeScalarView(
        sentence.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }

  private func words(_ failure: HopFailure) -> (TransportFailure.Code, String) {
    let place = url.display
    switch failure.reason {
    case .curl(let code):
      return words(CURLcode(code), failure)
    case .tunnelRefused(let status):
      return (
        .refused,
        "the proxy refused a tunnel to \(url.origin) with status \(status); "
          + "check the proxy's rules and password, or no_proxy"
      )
    case .idle:
      return (
        .timedOut, "nothing was sent to or received from \(place) for \(limits.idle) (limit: idle)"
      )
    case .total:
      return (.timedOut, "\(place) was not done within \(limits.total) (limit: total)")
    case .bodyTooLarge:
      return (.tooLarge, tooLarge)
    case .headTooLarge(.bytes):
      return (
        .tooLarge,
        "the header of the answer from \(place) is longer than \(ResponseHead.byteCountMax) bytes"
      )
    case .headTooLarge(.lines):
      return (
        .tooLarge,
        "the header of the answer from \(place) has more than \(ResponseHead.lineCountMax) lines"
      )
    case .address(let address, let kind):
      let text = kind.map { "the \($0.rawValue) address \(address)" } ?? "the address '\(address)'"
      return (
        .address,
        "\(place) leads to \(text), which is not on the public Internet; downloads go there only "
          + "when the endpoint itself has an address of that kind"
      )
    case .repeated:
      return (
        .dropped, "the connection to \(place) ended without an answer; the request is not repeated"
      )
    case .cancelled:
      return (.cancelled, "the request to \(place) was cancelled")
    case .closed:
      return (.cancelled, "the request to \(place) was given up, for the transport was closed")
    case .notStarted:
      return (.other, "libcurl could not take up the request to \(place): \(failure.detail)")
    }
  }

  private var tooLarge: String {
    "the answer from \(url.display) is longer than \(limits.bodyByteCountMax) bytes "
      + "(limit: bodyByteCountMax)"
  }

  private func words(_ code: CURLcode, _ failure: HopFailure) -> (TransportFailure.Code, String) {
    let place = url.display
    let detail =
      failure.detail.isEmpty
      ? unsafe String(cString: curl_easy_strerror(code)) : failure.detail
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return (
        .unresolved,
        "no address is known for \(url.origin): \(detail); check the host name and the network"
      )
    case CURLE_COULDNT_CONNECT, CURLE_PROXY:
      return (
        .refused,
        "cannot connect to \(url.origin): \(detail); check host, port, proxy and the network"
      )
    case CURLE_OPERATION_TIMEDOUT:
      return (.timedOut, "no connection to \(url.origin) within \(limits.connect) (limit: connect)")
    case CURLE_FILESIZE_EXCEEDED:
      return (.tooLarge, tooLarge)
    case _ where Self.tlsCodes.contains(code.rawValue):
      return (
        .tls, "the TLS handshake with \(url.origin) failed: \(detail); check the certificate"
      )
    case _ where Self.droppedCodes.contains(code.rawValue):
      return (.dropped, "the connection to \(place) broke: \(detail)")
    case _ where Self.protocolCodes.contains(code.rawValue):
      return (.protocolError, "\(place) does not speak HTTP as expected: \(detail)")
    case CURLE_URL_MALFORMAT:
      return (.invalidRequest, "libcurl does not take the URL \(place): \(detail)")
    default:
      return (.other, "the request to \(place) failed: \(detail) (libcurl \(code.rawValue))")
    }
  }

  private static let tlsCodes = Set(
    [
      CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND,
      CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED,
      CURLE_SSL_CLIENTCERT,
    ].map(\.rawValue))

  private static let droppedCodes = Set(
    [
      CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING,
      CURLE_SEND_FAIL_REWIND, CURLE_HTTP2_STREAM, CURLE_SSL_SHUTDOWN_FAILED,
    ].map(\.rawValue))

  /// `CURLE_UNSUPPORTED_PROTOCOL` is what libcurl says of an answer without a status line, which it
  /// takes for HTTP/0.9; the schemes of URLs are checked before.
  private static let protocolCodes = Set(
    [
      CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING,
      CURLE_CHUNK_FAILED, CURLE_HTTP2, CURLE_HTTP_RETURNED_ERROR,
    ].map(\.rawValue))
}
