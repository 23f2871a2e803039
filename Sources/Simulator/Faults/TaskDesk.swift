internal import Canonical
internal import SeedreamAPI
internal import Synchronization

/// Orders that are answered by a task: made at once, handed out later (`api-contract.md` section 1.2).
final class TaskDesk: Sendable {
  /// Tasks that are kept; the simulator refuses one more.
  static let tasksMax = 100_000
  /// What comes before the id in the path of a task.
  static let path = "/v1/images/tasks/"

  /// How a task ends.
  enum End: Sendable {
    /// With these entries of `data`, which bill what the receipt says.
    case pictures([JSONValue], BillingLedger.Receipt)
    /// With a reason.
    case failure(String)
    /// Not at all.
    case never
  }

  private struct Work: Sendable {
    let model: ModelName
    let end: End
    var pollsLeft: Int
  }

  private let works = Mutex<[String: Work]>([:])

  /// Takes an order in.
  ///
  /// - Parameter polls: questions that find it still running.
  /// - Returns: the answer that names the task; `nil` when there are too many.
  func open(_ order: Order, polls: Int, end: End, baseURL: String) -> WireAnswer? {
    let id = works.withLock { works -> String? in
      guard works.count < Self.tasksMax else { return nil }
      // One request ordered twice makes two tasks.
      let id = "task-\(order.key.digest.short)-\(works.count + 1)"
      works[id] = Work(model: order.request.model, end: end, pollsLeft: polls)
      return id
    }
    return id.map {
      WireAnswer(
        json: Self.state(
          $0, order.request.model, "created",
          [("urls", .members(["query": .string("\(baseURL)\(Self.path)\($0)")]))]))
    }
  }

  /// Answers a question after a task.
  func answer(_ id: String) throws(APIProblem) -> WireAnswer {
    let found = works.withLock { works -> (work: Work, isDone: Bool)? in
      guard var work = works[id] else { return nil }
      let isDone = work.pollsLeft == 0
      work.pollsLeft = max(0, work.pollsLeft - 1)
      works[id] = work
      return (work, isDone)
    }
    guard let (work, isDone) = found else { throw .gateway(404, "there is no such task") }
    func answer(
      _ status: String, _ more: [(String, JSONValue)] = [], _ receipt: BillingLedger.Receipt? = nil
    ) -> WireAnswer {
      WireAnswer(json: Self.state(id, work.model, status, more), receipt: receipt)
    }
    switch work.end {
    case _ where !isDone: return answer("in_progress")
    case .never: return answer("in_progress")
    case .failure(let reason): return answer("failed", [("fail_reason", .string(reason))])
    case .pictures(let data, let receipt):
      return answer("completed", [("outputs", .array(data))], receipt)
    }
  }

  private static func state(
    _ id: String, _ model: ModelName, _ status: String, _ more: [(String, JSONValue)]
  ) -> JSONValue {
    var data = JSONObject([
      ("task_id", .string(id)), ("object", .string("image")), ("model", .string(model.text)),
      ("status", .string(status)),
    ])
    for (name, value) in more { data[name] = value }
    return .members([
      "code": .integer(200), "data": .object(data), "message": .string("success"),
    ])
  }
}
