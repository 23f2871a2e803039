import Canonical
import SeedreamAPI
import Testing

@Suite struct `Answers to a request` {
  static func answer(_ body: String, status: Int = 200) -> EditAnswer {
    EditAnswer(status: status, headers: [], body: Array(body.utf8))
  }

  /// An item of an answer beside a picture.
  static func item(_ text: String) throws -> AnswerItem {
    let body = #"{"data":[{"b64_json":"AQ=="},\#(text)],"created":1}"#
    guard case .pictures(let items, _) = answer(body) else { throw Unexpected() }
    try #require(items.count == 2)
    return items[1]
  }

  struct Unexpected: Error {}

  static let url = "https://resource.trustai.sg/image/generated%2Fonerouter_0b1c.png"

  @Test func `The documented example is read, its URL as written`() throws {
    let body =
      #"{"data":[{"url":"\#(Self.url)","b64_json":"","revised_prompt":""}],"created":1760177063}"#
    let item = AnswerItem.Delivery.url(try HTTPURL(Self.url))
    guard case .pictures(let items, let created) = Self.answer(body) else { throw Unexpected() }
    #expect(items.map(\.delivery) == [item])
    #expect(items.map(\.revisedPrompt) == [nil])
    #expect(created == 1_760_177_063)
  }

  @Test(arguments: [
    #"{"url":"","b64_json":"AQID","revised_prompt":""}"#, #"{"b64_json":"AQID"}"#,
    #"{"b64_json":"data:image/png;base64,AQID"}"#, #"{"b64_json":"data:;base64,AQID"}"#,
    #"{"url":"data:image/jpeg;base64,AQID"}"#, #"{"base64":"AQID"}"#,
    #"{"b64_json":"","base64":"AQID"}"#, #"{"b64_json":"AQ\nID"}"#,
    #"{"b64_json":"AQID","url":"https://a.example/x","mime_type":"image/png"}"#,
    #"{"b64_json":"AQID","error":null}"#,
    #"{"b64_json":"AQID","error":""}"#,
    #"{"b64_json":null,"url":"data:image/png;charset=x;base64,AQID"}"#,
  ])
  func `Bytes are taken wherever they stand`(text: String) throws {
    #expect(try Self.item(text).delivery == .bytes([1, 2, 3]))
  }

  @Test(arguments: [
    #"{"url":"https://a.example/x"}"#, #"{"url":"https://a.example/x","b64_json":"","base64":""}"#,
    #"{"image_url":"https://a.example/x"}"#, #"{"url":"","image_url":"https://a.example/x"}"#,
    #"{"url":"https://a.example/x","b64_json":null}"#,
  ])
  func `Else the URL is taken`(text: String) throws {
    #expect(try Self.item(text).delivery == .url(try HTTPURL("https://a.example/x")))
  }

  @Test(
    arguments: [
      ("{}", .malformed, "neither"), ("7", .malformed, "neither"), ("null", .malformed, "neither"),
      (#"{"url":"","b64_json":"","revised_prompt":""}"#, .malformed, "neither"),
      (#"{"b64_json":"AQI_"}"#, .malformed, "base64"),
      (#"{"b64_json":"data:image/png,AQID"}"#, .malformed, "base64"),
      (#"{"b64_json":"data:AQID"}"#, .malformed, "base64"),
      (#"{"url":"data:text/plain,x"}"#, .malformed, "base64"),
      (#"{"url":"/relative"}"#, .malformed, "https://"),
      (#"{"url":"file:///etc/passwd"}"#, .malformed, "https://"),
      (#"{"url":"https://u:p@a.example/"}"#, .malformed, "user name"),
      (#"{"error":{"code":"OutputImageSensitiveContentDetected","message":"no"}}"#, .blocked, "no"),
      (#"{"error":{"code":"InternalServiceError","message":"no"},"url":""}"#, .server, "no"),
      (#"{"error":{"code":403,"message":"no"}}"#, .blocked, "no"),
      (#"{"error":"no"}"#, .malformed, "no"),
    ] as [(String, APIError.Category, String)])
  func `An item without a picture says why`(
    text: String, category: APIError.Category, message: String
  ) throws {
    let error: APIError
    switch try Self.item(text).delivery {
    case .failed(let found): error = found
    case .unreadable(let found): error = found
    case .bytes, .url: throw Unexpected()
    }
    #expect(error.category == category)
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test func `Items keep their order and their prompts`() throws {
    let body =
      #"{"data":[{"b64_json":"AQ==","revised_prompt":"p"},{"error":"e"},{"b64_json":"Ag=="}],"created":"x"}"#
    guard case .pictures(let items, let created) = Self.answer(body) else { throw Unexpected() }
    #expect(items.map(\.revisedPrompt) == ["p", nil, nil])
    #expect(items[0].delivery == .bytes([1]))
    #expect(items[2].delivery == .bytes([2]))
    #expect(created == nil)
  }

  @Test(
    arguments: [
      (200, #"{"data":[],"created":1}"#, .malformed, "empty list"),
      (200, #"{"created":1}"#, .malformed, "no data"),
      (200, #"{"data":null}"#, .malformed, "null"), (200, #"{"data":"x"}"#, .malformed, "a string"),
      (200, "[]", .malformed, "no data"), (200, "", .malformed, "no JSON"),
      (204, "", .malformed, "no JSON"),
      (200, "<!DOCTYPE html><html>", .malformed, "HTML"), (200, " \n<html>", .malformed, "HTML"),
      (200, #"{"data":[{"url":"https://a.exam"#, .malformed, "no JSON"),
      (200, #"{"data":[{"b64_json":"!"}]}"#, .malformed, "not valid base64"),
      (200, #"{"data":[{"error":{"code":403,"message":"m"}},{"url":""}]}"#, .blocked, "m"),
      (200, #"{"data":[{"revised_prompt":"<b>","url":""#, .malformed, "no JSON"),
      (200, #"{"data":[{"b64_json":"AQ==","b64_json":"Ag=="}]}"#, .malformed, "stands twice"),
      (302, #"{"moved":true}"#, .malformed, "no data"), (502, "<html>", .server, "no error body"),
      (429, "slow down", .rateLimited, "no error body"),
      (200, #"{"error":{"code":429,"message":"m"}}"#, .rateLimited, "m"),
      (200, #"{"data":[{"b64_json":"AQ=="}],"error":{"code":402,"message":"m"}}"#, .noCredit, "m"),
      (200, #"{"code":422,"message":"m"}"#, .invalidRequest, "m"),
      (400, #"{"data":[{"b64_json":"AQ=="}]}"#, .invalidRequest, "no error body"),
    ] as [(Int, String, APIError.Category, String)])
  func `Another answer is refused with the reason`(
    status: Int, body: String, category: APIError.Category, message: String
  ) throws {
    guard case .refused(let error) = Self.answer(body, status: status) else { throw Unexpected() }
    #expect(error.category == category)
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test(arguments: [64, 65])
  func `Pictures are counted`(count: Int) {
    let items = Array(repeating: #"{"b64_json":"AQ=="}"#, count: count).joined(separator: ",")
    let answer = Self.answer("{\"data\":[\(items)]}")
    if count <= EditAnswer.itemsMax, case .pictures(let items, _) = answer {
      #expect(items.count == count)
    } else if case .refused(let error) = answer {
      #expect(error.message == "the answer has 65 pictures; 64 are allowed")
    } else {
      Issue.record("\(answer)")
    }
  }

  @Test func `An empty item error does not hide the picture, an empty error not the answer`() throws
  {
    let body = #"{"data":[{"b64_json":"AQ==","error":""}],"error":""}"#
    guard case .pictures(let items, _) = Self.answer(body) else { throw Unexpected() }
    #expect(items.map(\.delivery) == [.bytes([1])])
  }
}

@Suite struct `Answers with a task` {
  static func task(_ data: String) -> EditAnswer {
    `Answers to a request`.answer(#"{"code":200,"message":"success","data":\#(data)}"#)
  }

  @Test(arguments: ["created", "in_progress", "IN_PROGRESS", "queued", ""])
  func `A task that runs is to be asked after`(status: String) {
    let data =
      #"{"task_id":"t-1.A_b","object":"image","model":"m","status":"\#(status)","urls":{"query":"https://x"}}"#
    #expect(Self.task(data) == .task(id: "t-1.A_b"))
    #expect(Self.task(#"{"id":"t","status":"\#(status)"}"#) == .task(id: "t"))
  }

  @Test(arguments: [
    #"{"task_id":"","status":"created"}"#, #"{"task_id":"a/b"}"#, #"{"task_id":"a?b"}"#,
    #"{"task_id":"a b"}"#,
    #"{"task_id":".."}"#, #"{"task_id":"."}"#, #"{"task_id":"a%2Fb"}"#, #"{"task_id":"a\r\nX: y"}"#,
    #"{"task_id":7}"#,
    #"{"task_id":"é"}"#, "{}", #"{"task_id":"\#(String(repeating: "x", count: 201))"}"#,
  ])
  func `A task id that could change the URL is refused`(data: String) throws {
    guard case .refused(let error) = Self.task(data) else {
      throw `Answers to a request`.Unexpected()
    }
    #expect(error.category == .malformed)
    #expect(error.message.contains("task id"))
  }

  @Test(arguments: ["completed", "succeeded", "SUCCEEDED"])
  func `A finished task has its pictures`(status: String) throws {
    let data =
      #"{"status":"\#(status)","outputs":["https://a.example/1%2F2.png",{"b64_json":"AQ=="},"data:image/png;base64,Ag=="]}"#
    guard case .pictures(let items, _) = Self.task(data) else {
      throw `Answers to a request`.Unexpected()
    }
    #expect(
      items.map(\.delivery) == [
        .url(try HTTPURL("https://a.example/1%2F2.png")), .bytes([1]), .bytes([2]),
      ])
  }

  @Test(arguments: [
    #"{"status":"completed"}"#, #"{"status":"succeeded","outputs":[]}"#,
    #"{"status":"completed","outputs":{}}"#,
  ])
  func `A finished task without pictures is malformed`(data: String) throws {
    guard case .refused(let error) = Self.task(data) else {
      throw `Answers to a request`.Unexpected()
    }
    #expect(error.category == .malformed)
  }

  @Test(arguments: [
    (#"{"status":"failed","fail_reason":"why"}"#, "why"),
    (#"{"status":"error"}"#, "without a reason"),
  ])
  func `A failed task says why and is not tried again`(data: String, message: String) throws {
    guard case .refused(let error) = Self.task(data) else {
      throw `Answers to a request`.Unexpected()
    }
    #expect(error.category == .server)
    #expect(error.code == "task-failed")
    #expect(error.message.contains(message))
    for role in ExchangeRole.allCases {
      #expect(
        RetryPolicy().action(after: .api(error), attempts: 1, role: role, jitter: 1) == .giveUp)
    }
  }
}
