internal import CCurl
internal import Glibc
internal import SeedreamAPI

/// The options of one easy handle.
@unsafe struct HandleOptions {
  /// The handle.
  let easy: UnsafeMutableRawPointer
  /// The address of the ``Transfer``, which outlives the handle's use.
  let context: UnsafeMutableRawPointer

  /// Sets the options of a hop; ends at the first that libcurl refuses.
  func set(_ hop: Hop, errorText: UnsafeMutablePointer<CChar>) -> CURLcode {
    let isPost = hop.method == .post
    var longs: [(CURLoption, Int)] = [
      // Signals would hit other threads; the loop's thread blocks them all.
      (CURLOPT_NOSIGNAL, 1),
      // Without it, giving up waits for a name server that does not answer.
      (CURLOPT_QUICK_EXIT, 1),
      (CURLOPT_NOPROGRESS, 1),
      (CURLOPT_FOLLOWLOCATION, 0),
      (CURLOPT_PATH_AS_IS, 1),
      (CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
      (CURLOPT_HTTP09_ALLOWED, 0),
      (CURLOPT_SSL_VERIFYPEER, 1),
      (CURLOPT_SSL_VERIFYHOST, 2),
      (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
      // Our headers, above all the key, never go to the proxy that opens a tunnel.
      (CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE)),
      (CURLOPT_BUFFERSIZE, 64 << 10),
      (CURLOPT_CONNECTTIMEOUT_MS, hop.connect.timeoutMilliseconds),
      // libcurl sends a request again on a new connection when a kept one closes without an answer
      // (Curl_retry_request). The other side may have acted on a POST by then, so a POST gets a
      // connection of its own, where libcurl never does that. HTTP/1.1 leaves out the streams that
      // HTTP/2 lets a server refuse, which libcurl sends again too.
      (CURLOPT_FRESH_CONNECT, isPost || hop.purpose == .resolve ? 1 : 0),
      (CURLOPT_HTTP_VERSION, isPost ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS),
      (isPost ? CURLOPT_POST : CURLOPT_HTTPGET, 1),
    ].map { ($0.0, Int($0.1)) }
    if hop.purpose == .resolve { longs.append((CURLOPT_NOBODY, 1)) }
    for (option, value) in longs {
      let result = unsafe ccurl_set_long(easy, option, value)
      guard result == CURLE_OK else { return result }
    }
    var result = unsafe ccurl_set_size(
      easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(hop.bodyByteCountMax))
    if result == CURLE_OK, isPost {
      result = unsafe ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(hop.body.count))
    }
    if result == CURLE_OK { result = unsafe setTexts(hop) }
    if result == CURLE_OK { result = unsafe setCallbacks(hop, errorText) }
    return result
  }

  private func setTexts(_ hop: Hop) -> CURLcode {
    let texts: [(CURLoption, String)] = [
      (CURLOPT_URL, hop.url.text),
      (CURLOPT_PROTOCOLS_STR, "http,https"),
      (CURLOPT_USERAGENT, hop.userAgent),
      (CURLOPT_ACCEPT_ENCODING, "gzip"),
      // The choice is made already: empty texts keep libcurl from reading the environment.
      (CURLOPT_PROXY, hop.proxy?.reveal() ?? ""),
      (CURLOPT_NOPROXY, ""),
    ]
    for (option, text) in texts {
      let result = unsafe ccurl_set_string(easy, option, text)
      guard result == CURLE_OK else { return result }
    }
    return CURLE_OK
  }

  private func setCallbacks(_ hop: Hop, _ errorText: UnsafeMutablePointer<CChar>) -> CURLcode {
    var results = unsafe [
      ccurl_set_error_buffer(easy, errorText),
      ccurl_set_write(easy, receiveBody), ccurl_set_header(easy, receiveHeader),
      ccurl_set_read(easy, sendBody), ccurl_set_prereq(easy, checkSending),
    ]
    var contexts = [
      CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_PREREQDATA,
    ]
    if hop.purpose == .resolve || hop.allowedKinds != nil {
      unsafe results.append(ccurl_set_opensocket(easy, openSocket))
      contexts.append(CURLOPT_OPENSOCKETDATA)
    }
    results += contexts.map { unsafe ccurl_set_pointer(easy, $0, context) }
    return results.first { $0 != CURLE_OK } ?? CURLE_OK
  }
}

extension Duration {
  /// Whole milliseconds for a limit: at least one, for 0 means none to libcurl, at most a week.
  var timeoutMilliseconds: Int {
    let bounded = Swift.min(Swift.max(self, .milliseconds(1)), .limitMax)
    return Int(bounded / .milliseconds(1))
  }

  /// The longest limit; a longer one is taken for it.
  static let limitMax = Duration.seconds(7 * 86_400)
}

/// The transfer behind a context; the loop holds a reference while callbacks can run.
private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
  guard let context = unsafe context else { return nil }
  return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

private func receiveBody(
  bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  // libcurl documents that size is always 1.
  let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
  guard let transfer = unsafe transfer(context), unsafe transfer.receive(buffer) else { return -1 }
  return count
}

private func receiveHeader(
  bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  guard let transfer = unsafe transfer(context), unsafe transfer.receiveLine(buffer) else {
    return -1
  }
  return size * count
}

private func sendBody(
  bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  guard let transfer = unsafe transfer(context) else { return Int(CURL_READFUNC_ABORT) }
  return unsafe transfer.send(
    into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private func checkSending(
  context: UnsafeMutableRawPointer?, primaryAddress: UnsafeMutablePointer<CChar>?,
  localAddress: UnsafeMutablePointer<CChar>?, primaryPort: Int32, localPort: Int32
) -> Int32 {
  guard let transfer = unsafe transfer(context) else { return CURL_PREREQFUNC_ABORT }
  let address = unsafe primaryAddress.map { unsafe String(cString: UnsafePointer($0)) } ?? ""
  return transfer.allowsSending(to: address) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private func openSocket(
  context: UnsafeMutableRawPointer?, purpose: curlsocktype,
  address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let transfer = unsafe transfer(context), let address = unsafe address,
    unsafe transfer.allowsConnecting(to: IPAddress(address))
  else { return CURL_SOCKET_BAD }
  return unsafe socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
    address.pointee.protocol)
}

extension IPAddress {
  /// The address that libcurl is about to connect to; `nil` for families other than version 4 and 6.
  fileprivate init?(_ address: UnsafePointer<curl_sockaddr>) {
    // The structure goes on behind its last member as far as the family needs (curl/curl.h), so the
    // bytes are read by their places in sockaddr_in and sockaddr_in6.
    guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
    let raw = unsafe UnsafeRawPointer(address) + offset
    let count = unsafe Int(address.pointee.addrlen)
    switch unsafe address.pointee.family {
    case AF_INET where count >= 8:
      self = .v4(UInt32(bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    case AF_INET6 where count >= 24:
      self.init(v6Bytes: (8..<24).map { unsafe raw.load(fromByteOffset: $0, as: UInt8.self) })
    default:
      return nil
    }
  }
}
