internal import CCurl
internal import SeedreamAPI

/// Questions about URLs that must be answered as libcurl itself would, by libcurl's URL parser.
enum URLResolver {
  /// Where a `Location` leads, read from the URL that gave it (RFC 3986 section 5).
  ///
  /// The path is kept as it is: nothing is decoded, and `..` after the merge stays.
  /// - Returns: the URL as text, of whatever scheme; `nil` when it is none.
  static func resolve(_ location: String, from base: HTTPURL) -> String? {
    part(CURLUPART_URL, of: [base.text, location])
  }

  /// The host as libcurl understands it: escapes undone, old forms of addresses (`0x7f.1`) made
  /// plain, without the brackets of version 6.
  static func host(of url: HTTPURL) -> String? {
    guard let host = part(CURLUPART_HOST, of: [url.text]) else { return nil }
    return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }

  /// Sets each URL relative to the one before and gives a part of the last.
  private static func part(_ part: CURLUPart, of urls: [String]) -> String? {
    guard let handle = unsafe curl_url() else { return nil }
    defer { unsafe curl_url_cleanup(handle) }
    let flags = UInt32(CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME)
    for url in urls {
      guard unsafe curl_url_set(handle, CURLUPART_URL, url, flags) == CURLUE_OK else { return nil }
    }
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(handle, part, &text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK,
      let text = unsafe text
    else { return nil }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
  }
}
