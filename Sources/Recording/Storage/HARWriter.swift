package import Canonical
internal import SeedreamAPI

/// Writes a fixture as HAR 1.2, with what HAR has no place for in members that begin with `_`.
///
/// Pictures stand beside the file and are named by `_file`, a path relative to it, as Playwright reads
/// it. A body that holds pictures in base64 stands as `_parts`; its `text` shows `blob:<file>` in
/// their place. The whole log is sealed by a digest.
package enum HARWriter {
  /// The version of the members that are ours.
  package static let format = "proofsheet-fixture/1"
  /// The folder of blobs, beside the HAR.
  package static let blobFolder = "blobs"

  /// The bytes of a fixture's file: two spaces a level, members sorted, a line feed at the end.
  ///
  /// - Parameters:
  ///   - fixture: what to write.
  ///   - creatorVersion: the version of the tool that wrote it.
  package static func bytes(of fixture: Fixture, creatorVersion: String) -> [UInt8] {
    let entries = fixture.exchanges.map { json(of: $0) }
    let unsealed = JSONObject([
      ("version", .string("1.2")),
      (
        "creator",
        .members(["name": .string("proofsheet"), "version": .string(creatorVersion)])
      ),
      ("pages", .array([])),
      ("entries", .array(entries)),
      (
        "_proofsheet",
        .members([
          "format": .string(format),
          "key_algorithm": .string(RequestKey.algorithm),
          "case_key": .string(fixture.caseKey.description),
          "request": fixture.canonicalRequest,
          "origin": .string(fixture.origin.description),
          "redaction": .string(fixture.redactionPolicy),
        ])
      ),
    ])
    return JSONValue.members(["log": .object(sealed(unsealed))]).prettyBytes
  }

  /// The log with the digest of its canonical form without that digest.
  private static func sealed(_ log: JSONObject) -> JSONObject {
    var log = log
    var own = log["_proofsheet"]?.object ?? JSONObject()
    own["seal"] = .string(seal(of: log).hex)
    log["_proofsheet"] = .object(own)
    return log
  }

  /// The digest that seals a log: of the canonical form, the seal itself left out.
  static func seal(of log: JSONObject) -> SHA256Digest {
    var log = log
    var own = log["_proofsheet"]?.object ?? JSONObject()
    own["seal"] = nil
    log["_proofsheet"] = .object(own)
    return SHA256Digest(hashing: JSONValue.object(log).canonicalBytes)
  }

  /// One exchange as an entry of a HAR.
  package static func json(of exchange: Exchange) -> JSONValue {
    let timing = exchange.timing
    return .members([
      "startedDateTime": .string(timing.start.description),
      "time": .integer(timing.totalMilliseconds),
      "request": request(exchange.request),
      "response": response(exchange.response),
      "cache": .object(JSONObject()),
      "timings": .members([
        "send": .integer(timing.sendMilliseconds),
        "wait": .integer(timing.waitMilliseconds),
        "receive": .integer(timing.receiveMilliseconds),
      ]),
      "_proofsheet": .members([
        "role": .string(exchange.role.rawValue), "ordinal": .integer(exchange.ordinal),
      ]),
    ])
  }

  private static func request(_ request: RecordedRequest) -> JSONValue {
    .members([
      "method": .string(request.method.rawValue),
      "url": .string(request.url),
      "httpVersion": .string("HTTP/1.1"),
      "cookies": .array([]),
      "headers": headers(request.headers),
      "queryString": .array(query(of: request.url)),
      "headersSize": .integer(-1),
      "bodySize": .integer(request.body?.byteCount ?? 0),
      "postData": request.body.map {
        content($0, mediaType: request.headers["content-type"] ?? "application/octet-stream")
      },
    ])
  }

  private static func response(_ response: RecordedResponse) -> JSONValue {
    .members([
      "status": .integer(response.status),
      "statusText": .string(""),
      "httpVersion": .string("HTTP/1.1"),
      "cookies": .array([]),
      "headers": headers(response.headers),
      "content": content(
        response.body, mediaType: response.headers["content-type"] ?? "application/octet-stream"),
      "redirectURL": .string(response.headers["location"] ?? ""),
      "headersSize": .integer(-1),
      "bodySize": .integer(response.body.byteCount),
    ])
  }

  private static func headers(_ headers: [HTTPHeader]) -> JSONValue {
    .array(headers.map { .members(["name": .string($0.name), "value": .string($0.value)]) })
  }

  /// The query as HAR lists it; derived from the redacted URL, so that no secret stands here alone.
  private static func query(of url: String) -> [JSONValue] {
    guard let mark = url.firstIndex(of: "?") else { return [] }
    return url[url.index(after: mark)...].split(separator: "&").map { parameter in
      let pieces = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return .members([
        "name": .string(String(pieces[0])),
        "value": .string(pieces.count == 2 ? String(pieces[1]) : ""),
      ])
    }
  }

  private static func content(_ body: Body, mediaType: String) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("mimeType", .string(mediaType)),
      ("size", .integer(body.byteCount)),
      ("_sha256", .string(body.digest.hex)),
    ]
    if case .blob(let blob)? = body.parts.first, body.parts.count == 1 {
      members.append(("_file", .string("\(blobFolder)/\(blob.fileName)")))
    } else {
      members.append(("text", .string(shownText(of: body))))
      if !body.blobs.isEmpty { members.append(("_parts", .array(body.parts.map(part)))) }
    }
    return .object(JSONObject(members))
  }

  /// The literal text with a short name in the place of each picture.
  private static func shownText(of body: Body) -> String {
    body.parts.map { part in
      switch part {
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      case .blob(let blob), .base64(let blob): "blob:\(blob.fileName)"
      }
    }.joined()
  }

  private static func part(_ part: BodyPart) -> JSONValue {
    switch part {
    case .bytes(let bytes): .members(["text": .string(String(decoding: bytes, as: UTF8.self))])
    case .blob(let blob): .members(["_file": .string("\(blobFolder)/\(blob.fileName)")])
    case .base64(let blob): .members(["base64_file": .string("\(blobFolder)/\(blob.fileName)")])
    }
  }
}
