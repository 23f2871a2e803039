internal import Canonical

/// One picture of an answer, as the API delivers it.
public struct AnswerItem: Hashable, Sendable {
  /// How the picture comes.
  public enum Delivery: Hashable, Sendable {
    /// Its bytes.
    case bytes([UInt8])
    /// Where to fetch it.
    case url(HTTPURL)
    /// Not at all, as the service says, and why.
    case failed(APIError)
    /// As something that is neither a picture nor a link to one, and what is wrong with it.
    case unreadable(APIError)
  }

  /// How the picture comes.
  public let delivery: Delivery
  /// The prompt as the service rewrote it, when it says so.
  public let revisedPrompt: String?
}

/// What an answer to a request for pictures says.
public enum EditAnswer: Hashable, Sendable {
  /// Pictures, in order; there may be more or fewer than were asked for.
  case pictures([AnswerItem], created: Int?)
  /// The work goes on; ask after the task.
  case task(id: String)
  /// An error.
  case refused(APIError)

  /// Pictures that an answer may hold.
  public static let itemsMax = 64
  /// The longest task id in bytes.
  public static let taskIDByteCountMax = 200

  /// Reads an answer, looking for an error first: a 200 may hold one.
  public init(_ response: HTTPResponse) {
    self.init(
      status: response.status, headers: response.headers, body: response.body,
      embedded: response.embedded)
  }

  /// Reads the parts of an answer, looking for an error first: a 200 may hold one.
  ///
  /// - Parameter embedded: bytes by the name that stands in place of their base64.
  public init(
    status: Int, headers: [HTTPHeader], body: [UInt8], embedded: [String: [UInt8]] = [:]
  ) {
    let json: JSONValue
    do {
      json = try JSONParser.parse(body)
    } catch {
      let isHTML = body.first { $0 > 0x20 } == UInt8(ascii: "<")
      let problem = isHTML ? "the answer is HTML, not JSON" : "the answer is no JSON: \(error)"
      self = .refused(
        APIError(status: status, headers: headers, json: nil)
          ?? APIError(.malformed, status: status, message: problem))
      return
    }
    if let error = APIError(status: status, headers: headers, json: json) {
      self = .refused(error)
      return
    }
    self.init(json: json, reader: ItemReader(status: status, embedded: embedded))
  }

  private init(json: JSONValue, reader: ItemReader) {
    let status = reader.status
    func malformed(_ message: String) -> EditAnswer {
      .refused(APIError(.malformed, status: status, message: message))
    }
    switch json["data"] {
    case .array(let elements):
      guard !elements.isEmpty else {
        self = malformed("the answer's data is an empty list; pictures were expected")
        return
      }
      guard elements.count <= Self.itemsMax else {
        self = malformed("the answer has \(elements.count) pictures; \(Self.itemsMax) are allowed")
        return
      }
      self = Self.answer(elements.map(reader.item), created: json["created"]?.integer)
    case .object(let task):
      self = Self.taskAnswer(.object(task), reader: reader)
    case nil: self = malformed("the answer has no data")
    case let other?: self = malformed("the answer's data is \(other.kind); a list was expected")
    }
  }

  /// The answer of some items: an error where each of them is one, for it is no other answer than one that
  /// says so at once.
  private static func answer(_ items: [AnswerItem], created: Int?) -> EditAnswer {
    let errors = items.compactMap { item -> APIError? in
      switch item.delivery {
      case .failed(let error), .unreadable(let error): error
      case .bytes, .url: nil
      }
    }
    guard errors.count == items.count, let first = errors.first else {
      return .pictures(items, created: created)
    }
    return .refused(first)
  }

  /// Reads the state of a task; its results stand in `data.outputs` (`api-contract.md` section 1.2).
  private static func taskAnswer(_ task: JSONValue, reader: ItemReader) -> EditAnswer {
    let status = reader.status
    let state = task["status"]?.string?.lowercased() ?? ""
    switch state {
    case "completed", "succeeded":
      let outputs = task["outputs"]?.array ?? []
      guard !outputs.isEmpty, outputs.count <= itemsMax else {
        return .refused(
          APIError(.malformed, status: status, message: "the finished task has no outputs"))
      }
      let items = outputs.map { output in
        reader.item(output.object == nil ? .members(["url": output]) : output)
      }
      return answer(items, created: nil)
    case "failed", "error":
      let reason = task["fail_reason"]?.string ?? "the task failed without a reason"
      return .refused(APIError(.server, status: status, code: "task-failed", message: reason))
    default:
      guard let id = task["task_id"]?.string ?? task["id"]?.string, isTaskID(id) else {
        return .refused(
          APIError(.malformed, status: status, message: "the answer names no usable task id"))
      }
      return .task(id: id)
    }
  }

  /// A task id becomes part of a URL to which the key is sent, hence the narrow rule.
  private static func isTaskID(_ text: String) -> Bool {
    (1...taskIDByteCountMax).contains(text.utf8.count)
      && text.utf8.allSatisfy(IdentifierRule.isAllowed) && text != "." && text != ".."
  }
}

/// Reads the pictures of one answer.
private struct ItemReader {
  let status: Int
  let embedded: [String: [UInt8]]

  func item(_ json: JSONValue) -> AnswerItem {
    // The members that are not used are empty strings, also where another name is.
    func text(_ names: String...) -> String? {
      names.compactMap { json[$0]?.string }.first { !$0.isEmpty }
    }
    let revised = text("revised_prompt")
    func unreadable(_ message: String) -> AnswerItem {
      AnswerItem(
        delivery: .unreadable(APIError(.malformed, status: status, message: message)),
        revisedPrompt: revised)
    }
    if let error = json["error"],
      let read = APIError(status: status, headers: [], json: .members(["error": error]))
    {
      return AnswerItem(delivery: .failed(read), revisedPrompt: revised)
    }
    if let encoded = text("b64_json", "base64") {
      guard let bytes = decode(base64: encoded) else {
        return unreadable("b64_json is not valid base64")
      }
      return AnswerItem(delivery: .bytes(bytes), revisedPrompt: revised)
    }
    guard let url = text("url", "image_url") else {
      return unreadable("an item has neither url nor b64_json")
    }
    if url.hasPrefix("data:") {
      guard let bytes = decode(base64: url) else {
        return unreadable("a data URL is not base64")
      }
      return AnswerItem(delivery: .bytes(bytes), revisedPrompt: revised)
    }
    do {
      return AnswerItem(delivery: .url(try HTTPURL(url)), revisedPrompt: revised)
    } catch {
      return unreadable("the result's URL: \(error.description)")
    }
  }

  /// Decodes base64, without the `data:…;base64,` that some gateways put in front.
  private func decode(base64 text: String) -> [UInt8]? {
    if let bytes = embedded[text] { return bytes }
    var bytes = Array(text.utf8)
    if text.hasPrefix("data:") {
      guard let comma = bytes.prefix(200).firstIndex(of: UInt8(ascii: ",")),
        bytes[..<comma].reversed().starts(with: ";base64".utf8.reversed())
      else { return nil }
      bytes.removeSubrange(...comma)
    }
    return Base64.decode(bytes)
  }
}
