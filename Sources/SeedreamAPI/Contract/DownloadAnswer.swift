internal import Canonical

/// What the media host answers where a picture is asked for.
package enum DownloadAnswer {
  /// The longest error that is looked for in place of a picture, in bytes.
  private static let errorByteCountMax = 65_536
  /// The bytes by which text is told from a picture: no format that holds pixels has text only in so many.
  private static let headByteCount = 512

  /// Why the answer to a download is no picture; `nil` when it may be one.
  ///
  /// A page of the host or of a proxy is no picture, whatever its status says: what is paid for lies at the
  /// link still, and is fetched again. A drawing in SVG, and bytes that no codec knows, are what the
  /// service made; fetching them again would not change them, and a check judges them.
  ///
  /// - Parameters:
  ///   - response: the answer.
  ///   - place: where the picture should be, for the message.
  package static func error(
    in response: HTTPResponse, at place: String = "its link"
  ) -> APIError? {
    guard response.status == 200 else {
      return unfetchable(
        APIError(
          status: response.status, headers: response.headers, json: json(response.body)),
        status: response.status, place)
    }
    if response.body.isEmpty {
      return APIError(.malformed, status: 200, message: "the picture at \(place) has no bytes")
    }
    // The media host answers 200 with {"code":404,…} (`api-contract.md` section 3.1).
    if let error = APIError(
      status: 200, headers: response.headers, json: json(response.body))
    {
      return unfetchable(error, status: 200, place)
    }
    return textKind(of: response.body).map {
      APIError(
        .malformed, status: 200, message: "there is \($0) in place of the picture at \(place)")
    }
  }

  private static func unfetchable(
    _ error: APIError?, status: Int, _ place: String
  ) -> APIError {
    let status = error?.status ?? status
    return APIError(
      status == 404 || status == 403 || status == 410
        ? .notFound : APIError.category(status: status, code: ""),
      status: status,
      message: "the picture at \(place) cannot be fetched; result links expire",
      retryAfter: error?.retryAfter)
  }

  /// The JSON object that came in place of a picture; no codec starts with a brace.
  private static func json(_ body: [UInt8]) -> JSONValue? {
    guard body.first == UInt8(ascii: "{"), body.count <= errorByteCountMax else { return nil }
    do { return try JSONParser.parse(body) } catch { return nil }
  }

  /// What text stands where a picture should; `nil` for anything that may hold one.
  private static func textKind(of body: [UInt8]) -> String? {
    guard BlobKind(sniffing: body) == .data else { return nil }
    let head = body.prefix(headByteCount)
    // Backspace to carriage return and escape stand in text; pictures have zeros and other controls.
    guard !head.contains(where: { $0 < 8 || (14..<32).contains($0) && $0 != 27 }) else {
      return nil
    }
    let text = String(decoding: head, as: UTF8.self).lowercased()
    if text.contains("<html") || text.contains("<!doctype html") { return "an HTML page" }
    if text.contains("<svg") { return nil }
    return text.first { !$0.isWhitespace && $0 != "\u{FEFF}" } == "<" ? "markup" : "text"
  }
}
