import Canonical
import SeedreamAPI
import Testing

@Suite struct `Errors of the API` {
  struct Row: Sendable, CustomTestStringConvertible {
    let status: Int
    let body: String
    let category: APIError.Category
    let meant: Int
    let code: String
    let message: String
    let parameter: String?
    var testDescription: String { "\(status) \(body.prefix(80))" }

    init(
      _ status: Int, _ body: String, _ category: APIError.Category, meant: Int? = nil,
      code: String = "",
      message: String = "m", parameter: String? = nil
    ) {
      self.status = status
      self.body = body
      self.category = category
      self.meant = meant ?? status
      self.code = code
      self.message = message
      self.parameter = parameter
    }
  }

  /// `{"error":{"code":…,"message":"m","type":"","param":""}}`, the gateway's shape.
  static func gateway(_ code: String) -> String {
    #"{"error":{"code":\#(code),"message":"m","type":"","param":""}}"#
  }

  static func ark(_ code: String) -> String {
    #"{"error":{"code":"\#(code)","message":"m","param":"","type":"BadRequest"}}"#
  }

  static func fal(_ type: String) -> String {
    #"{"detail":[{"loc":["body","prompt"],"msg":"m","type":"\#(type)","url":"https://docs.fal.ai/errors/#x"}]}"#
  }

  static let noBody = "the answer has no error body that the contract knows"

  static let gatewayRows = [
    Row(400, gateway("400"), .invalidRequest), Row(401, gateway("401"), .unauthorized),
    Row(402, gateway("402"), .noCredit), Row(403, gateway("403"), .blocked),
    Row(404, gateway("404"), .notFound),
    Row(408, gateway("408"), .server), Row(422, gateway("422"), .invalidRequest),
    Row(429, gateway("429"), .rateLimited),
    Row(500, gateway("500"), .server), Row(502, gateway("502"), .server),
    Row(503, gateway("503"), .unavailable),
    Row(504, gateway("504"), .server),
    // Inside a 200 the numeric code is the status that is meant.
    Row(200, gateway("400"), .invalidRequest, meant: 400),
    Row(200, gateway("401"), .unauthorized, meant: 401),
    Row(200, gateway("402"), .noCredit, meant: 402), Row(200, gateway("403"), .blocked, meant: 403),
    Row(200, gateway("429"), .rateLimited, meant: 429),
    Row(200, gateway("502"), .server, meant: 502),
    Row(200, gateway("503"), .unavailable, meant: 503),
    Row(200, gateway("\"429\""), .rateLimited, meant: 429),
    Row(200, gateway("1010"), .malformed, code: "1010"),
    Row(400, gateway("50412"), .invalidRequest, code: "50412"),
    Row(200, gateway("4e400"), .malformed), Row(200, gateway("null"), .malformed),
    Row(200, gateway("[]"), .malformed),
    Row(
      400, #"{"error":{"code":400,"message":"m","type":"invalid_request_error","param":"size"}}"#,
      .invalidRequest,
      parameter: "size"),
    Row(
      422, #"{"error":{"code":422,"message":"m","type":"content_policy_violation"}}"#, .blocked),
    Row(500, #"{"error":"m"}"#, .server), Row(200, #"{"error":"m"}"#, .malformed),
    Row(200, #"{"error":{}}"#, .malformed, message: ""),
    Row(200, #"{"error":7}"#, .malformed, message: ""),
    Row(200, #"{"code":422,"message":"m"}"#, .invalidRequest, meant: 422),
    Row(200, #"{"code":403,"message":"m"}"#, .blocked, meant: 403),
    Row(500, #"{"message":"m"}"#, .server),
    Row(500, #"{}"#, .server, message: noBody), Row(502, "<html>", .server, message: noBody),
    Row(503, "", .unavailable, message: noBody), Row(429, "", .rateLimited, message: noBody),
    Row(499, "", .server, message: noBody), Row(413, "", .invalidRequest, message: noBody),
    Row(500, #"{"error":null}"#, .server, message: noBody),
  ]

  static let arkRows =
    [
      (400, "MissingParameter", APIError.Category.invalidRequest),
      (400, "InvalidParameter", .invalidRequest),
      (400, "InvalidParameter.X", .invalidRequest),
      (400, "InputTextSensitiveContentDetected", .blocked),
      (400, "InputImageSensitiveContentDetected", .blocked),
      (400, "InputImageSensitiveContentDetected.PrivacyInformation", .blocked),
      (400, "OutputImageSensitiveContentDetected", .blocked),
      (400, "SensitiveContentDetected", .blocked),
      (400, "SensitiveContentDetected.SevereViolation", .blocked),
      (400, "InputTextRiskDetection", .blocked),
      (401, "AuthenticationError", .unauthorized), (403, "AccountOverdueError", .noCredit),
      (403, "AccessDenied", .unauthorized), (404, "InvalidEndpointOrModel.NotFound", .notFound),
      (404, "ModelNotOpen", .notFound), (429, "ModelAccountIpmRateLimitExceeded", .rateLimited),
      (429, "ModelAccountRpmRateLimitExceeded", .rateLimited),
      (429, "ModelAccountTpmRateLimitExceeded", .rateLimited),
      (429, "APIAccountRpmRateLimitExceeded", .rateLimited),
      (429, "AccountRateLimitExceeded", .rateLimited),
      (429, "RateLimitExceeded.EndpointRPMExceeded", .rateLimited),
      (429, "QuotaExceeded", .quotaExceeded),
      (429, "SetLimitExceeded", .quotaExceeded), (429, "ServerOverloaded", .rateLimited),
      (429, "RequestBurstTooFast", .rateLimited), (429, "InflightBatchsizeExceeded", .rateLimited),
      (499, "RequestCanceled", .server), (500, "InternalServiceError", .server),
    ].flatMap { status, code, category in
      // The same code within a 200, as wrappers and items of an answer have it, means the same.
      [Row(status, ark(code), category, code: code), Row(200, ark(code), category, code: code)]
    }

  static let falRows = [
    Row(
      422, fal("content_policy_violation"), .blocked, code: "content_policy_violation",
      parameter: "body.prompt"),
    Row(
      422, fal("image_too_small"), .invalidRequest, code: "image_too_small",
      parameter: "body.prompt"),
    Row(422, fal("greater_than"), .invalidRequest, code: "greater_than", parameter: "body.prompt"),
    Row(
      400, fal("downstream_service_error"), .invalidRequest, code: "downstream_service_error",
      parameter: "body.prompt"),
    Row(
      500, fal("internal_server_error"), .server, code: "internal_server_error",
      parameter: "body.prompt"),
    Row(
      504, fal("generation_timeout"), .server, code: "generation_timeout", parameter: "body.prompt"),
    Row(
      504, #"{"detail":"Request timed out","error_type":"request_timeout"}"#, .server,
      code: "request_timeout",
      message: "Request timed out"),
    Row(
      422, #"{"detail":[{"loc":["body","image_urls",3],"msg":"m","type":"image_load_error"}]}"#,
      .invalidRequest,
      code: "image_load_error", parameter: "body.image_urls.3"),
    Row(422, #"{"detail":[]}"#, .invalidRequest, message: ""),
    Row(422, #"{"detail":{}}"#, .invalidRequest, message: ""),
    Row(422, #"{"detail":[7]}"#, .invalidRequest, message: ""),
    Row(422, #"{"detail":[{"loc":"x","msg":7,"type":[]}]}"#, .invalidRequest, message: ""),
    Row(401, #"{"detail":"m"}"#, .unauthorized),
  ]

  @Test(arguments: gatewayRows + arkRows + falRows)
  func `Every shape is read into one meaning`(row: Row) throws {
    let json: JSONValue?
    do { json = try JSONParser.parse(Array(row.body.utf8)) } catch { json = nil }
    let error = try #require(APIError(status: row.status, headers: [], json: json))
    #expect(error.category == row.category)
    #expect(error.status == row.meant)
    #expect(error.code == row.code)
    #expect(error.message == row.message)
    #expect(error.parameter == row.parameter)
    #expect(error.retryAfter == nil)
  }

  @Test(arguments: [
    #"{"data":[],"created":1}"#, #"{"error":null,"data":[]}"#, #"{"detail":null}"#,
    #"{"code":200,"data":{}}"#, "[]",
    "null", #"{"code":"ok"}"#, #"{"code":399}"#, #"{"error":"","data":[]}"#,
  ])
  func `An answer without an error has none`(body: String) throws {
    #expect(APIError(status: 200, headers: [], json: try JSONParser.parse(Array(body.utf8))) == nil)
  }

  @Test func `A 200 without JSON has no error of the API`() {
    #expect(APIError(status: 200, headers: [], json: nil) == nil)
  }

  @Test(
    arguments: [
      ("0", .seconds(0)), ("7", .seconds(7)), ("86400", .seconds(86_400)),
      ("86401", .seconds(86_400)),
      ("99999999999", .seconds(86_400)), ("-1", nil), ("1.5", nil), ("", nil),
      ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("999999999999999999999999", .seconds(86_400)),
      ("7 ", nil), ("+7", nil),
    ] as [(String, Duration?)])
  func `The wait that is asked for is read, at most a day`(text: String, wait: Duration?) {
    let bodies: [JSONValue?] = [
      nil, .members(["error": .members(["code": .integer(429)])]),
      .members(["detail": .string("d")]),
      .members(["code": .integer(429)]),
    ]
    for body in bodies {
      let error = APIError(status: 429, headers: [HTTPHeader("retry-after", text)], json: body)
      #expect(error?.retryAfter == wait)
    }
  }

  @Test func `Texts from outside are cleaned and cut`() {
    let error = APIError(
      .server, status: 500, code: String(repeating: "c", count: 300) + "\u{1B}",
      message: "a\u{1B}[31m\r\nb\u{0}\u{9B}c\u{7F}" + String(repeating: "é", count: 3_000),
      parameter: "p\u{7}")
    #expect(error.message.hasPrefix("a [31m  b  c é"))
    #expect(error.message.hasSuffix("é…"))
    #expect(error.message.utf8.count <= APIError.messageByteCountMax + 4)
    #expect(error.code == String(repeating: "c", count: 200) + "…")
    #expect(error.parameter == "p ")
    #expect(APIError(.server, status: 500, message: "紙😀").message == "紙😀")
  }

  @Test(arguments: [
    (
      APIError(.invalidRequest, status: 422, code: "greater_than", message: "m", parameter: "n"),
      "HTTP 422 greater_than: m (field n)"
    ),
    (APIError(.rateLimited, status: 429, code: "429", message: "m"), "HTTP 429: m"),
    (APIError(.noCredit, status: 402, message: ""), "HTTP 402: no-credit"),
  ])
  func `An error is said in a sentence`(error: APIError, text: String) {
    #expect(error.description == text)
  }

  @Test(arguments: APIError.Category.allCases)
  func `Final errors may be recorded, two end the run`(category: APIError.Category) {
    let error = APIError(category, status: 400, message: "")
    #expect(error.isFinal == [.invalidRequest, .blocked].contains(category))
    #expect(error.abortsRun == [.unauthorized, .noCredit].contains(category))
  }
}
