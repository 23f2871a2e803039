import Experiments
import Recording
import SeedreamAPI
import Testing

/// A controller that tests drive, with a clock of its own.
private struct Drive {
  var controller: PaceController
  var now = Duration.zero

  init(max: Int, start: Int) {
    controller = PaceController(PaceController.Terms(limitMax: max, limitStart: start))
  }

  var limit: Int { controller.limit }

  /// Sends as many as there is room for, at most so many.
  mutating func send(_ count: Int = .max) -> [OrderPass] {
    var passes: [OrderPass] = []
    while controller.hasRoom, passes.count < count {
      controller.admit()
      passes.append(controller.send())
    }
    return passes
  }

  mutating func end(_ passes: [OrderPass], _ verdict: OrderVerdict) {
    for pass in passes { controller.end(pass, verdict, at: now) }
  }

  /// Sends a round and ends it.
  mutating func round(_ verdict: OrderVerdict, count: Int = .max) {
    end(send(count), verdict)
  }
}

struct PaceControllerTests {
  @Test func `While as many are under way as may be, the limit doubles each round`() {
    var drive = Drive(max: 64, start: 4)
    var underWay = drive.send()
    var limits = [drive.limit]
    for _ in 0..<5 {
      for pass in underWay.prefix(underWay.count) {
        underWay.removeFirst()
        drive.end([pass], .answered)
        underWay += drive.send()
      }
      limits.append(drive.limit)
    }
    // Of the very first those do not count that were sent when there were few.
    #expect(limits == [4, 5, 10, 20, 40, 64])
    #expect(drive.controller.isSlowStart)
  }

  @Test func `Of a round those count that were sent when the limit was used`() {
    var drive = Drive(max: 30, start: 4)
    let limits = (0..<4).map { _ in
      drive.round(.answered)
      return drive.limit
    }
    #expect(limits == [5, 7, 9, 11])
  }

  @Test func `A start above the highest limit is that limit`() {
    #expect(Drive(max: 3, start: 8).limit == 3)
  }

  @Test func `No limit is used, and none is kept to beyond its end`() {
    var drive = Drive(max: 5, start: 4)
    for _ in 0..<50 { drive.round(.answered) }
    #expect(drive.limit == 5)
    let passes = drive.send()
    #expect(passes.count == 5 && !drive.controller.hasRoom)
    drive.end(passes, .answered)
    #expect(drive.controller.inside == 0 && drive.controller.underWay == 0)
  }

  @Test func `A limit that is not used does not grow`() {
    var drive = Drive(max: 100, start: 10)
    for _ in 0..<100 { drive.round(.answered, count: 7) }
    #expect(drive.limit == 10)
    drive.round(.answered, count: 8)
    #expect(drive.limit == 11)
  }

  @Test func `However many of one episode are refused, the limit is cut once`() {
    var drive = Drive(max: 100, start: 20)
    let passes = drive.send()
    drive.end(Array(passes.prefix(15)), .rateLimited)
    #expect(drive.limit == 14)
    #expect(drive.controller.cuts == 1)
    drive.now = .seconds(60)
    // These were sent before the cut, however late they end.
    drive.end(Array(passes.dropFirst(15)), .rateLimited)
    #expect(drive.limit == 14)
    drive.round(.rateLimited)
    #expect(drive.limit == 9)
    #expect(drive.controller.cuts == 2)
  }

  @Test func `While it cools down the limit is neither cut nor raised`() {
    var drive = Drive(max: 100, start: 20)
    drive.end(drive.send(1), .rateLimited)
    drive.now = .milliseconds(14_999)
    drive.round(.rateLimited)
    for _ in 0..<50 { drive.round(.answered) }
    #expect(drive.limit == 14)
    drive.now = .seconds(15)
    drive.round(.rateLimited)
    #expect(drive.limit == 9)
  }

  @Test func `After a cut the limit grows by one a round`() {
    var drive = Drive(max: 100, start: 10)
    drive.end(drive.send(1), .rateLimited)
    drive.now = .seconds(20)
    #expect(drive.limit == 7 && !drive.controller.isSlowStart)
    var answers = 0
    while drive.limit == 7 {
      drive.round(.answered)
      answers += 7
    }
    #expect(drive.limit == 8)
    #expect(answers >= 14)
  }

  @Test func `While the service fails the limit is kept`() {
    var drive = Drive(max: 100, start: 10)
    drive.round(.trouble)
    #expect(drive.limit == 10 && drive.controller.cuts == 0)
    drive.now = .seconds(14)
    for _ in 0..<10 { drive.round(.answered) }
    #expect(drive.limit == 10)
    drive.now = .seconds(15)
    drive.round(.answered)
    #expect(drive.limit > 10)
  }

  @Test func `What the request alone is to blame for says nothing`() {
    var drive = Drive(max: 100, start: 10)
    for _ in 0..<10 { drive.round(.neutral) }
    #expect(drive.limit == 10)
  }

  @Test func `The limit never falls below one`() {
    var drive = Drive(max: 4, start: 4)
    for step in 1...10 {
      drive.now = .seconds(step * 20)
      drive.round(.rateLimited)
    }
    #expect(drive.limit == 1)
    drive.now = .seconds(1_000)
    drive.round(.answered)
    #expect(drive.limit == 2)
  }

  @Test func `One that is withdrawn leaves room`() {
    var drive = Drive(max: 1, start: 1)
    drive.controller.admit()
    #expect(!drive.controller.hasRoom)
    drive.controller.withdraw()
    #expect(drive.send().count == 1)
  }

  @Test(arguments: [
    (APIError.Category.rateLimited, OrderVerdict.rateLimited), (.unavailable, .trouble),
    (.server, .trouble), (.malformed, .trouble), (.invalidRequest, .neutral), (.blocked, .neutral),
    (.unauthorized, .neutral), (.noCredit, .neutral), (.notFound, .neutral),
    (.quotaExceeded, .neutral),
  ])
  func `Errors of the service say what they mean for the pace`(
    category: APIError.Category, verdict: OrderVerdict
  ) {
    let error = APIError(category, status: 500, message: "", retryAfter: .seconds(60))
    #expect(OrderVerdict(.api(error)) == verdict)
  }

  @Test(arguments: [
    (TransportFailure.Code.refused, OrderVerdict.trouble), (.timedOut, .trouble),
    (.dropped, .trouble), (.cancelled, .neutral), (.overBudget, .neutral), (.storage, .neutral),
    (.unresolved, .neutral),
  ])
  func `Failures of the transport say what they mean for the pace`(
    code: TransportFailure.Code, verdict: OrderVerdict
  ) {
    #expect(OrderVerdict(.transport(TransportFailure(code, .afterSending, ""))) == verdict)
  }
}

struct RateBucketTests {
  /// When each of many things may be used that are asked for all at once.
  private func times(_ perMinute: Int, count: Int, each: Int = 1) -> [Double] {
    var bucket = RateBucket(perMinute: perMinute)
    return (0..<count).map { _ in bucket.take(each, at: .zero) / .seconds(1) }
  }

  @Test(arguments: [1, 2, 9, 10, 20, 60, 300, 500, 30_000])
  func `No minute has more than are allowed`(perMinute: Int) {
    let times = times(perMinute, count: perMinute * 2 + 3)
    #expect(times == times.sorted())
    let spans = zip(times, times.dropFirst(perMinute)).map { $1 - $0 }
    #expect((spans.min() ?? 0) >= 60 - 1e-6)
  }

  @Test func `A tenth of a minute's worth goes at once, the rest evenly`() {
    let times = times(300, count: 40)
    #expect(times.count { $0 == 0 } == 30)
    #expect(abs(times[39] - 10.0 / 4.5) < 1e-6)
  }

  @Test func `A long quiet time saves no more than the bucket holds`() {
    var bucket = RateBucket(perMinute: 100)
    for _ in 0..<10 { #expect(bucket.take(1, at: .zero) == .zero) }
    let later = Duration.seconds(3_600)
    for _ in 0..<10 { #expect(bucket.take(1, at: later) == .zero) }
    #expect(bucket.take(1, at: later) > .zero)
  }

  @Test func `More than a bucket holds is taken when its time has come`() {
    let times = times(10, count: 3, each: 6)
    #expect(times[0] == 30 && times[1] == 66)
  }

  @Test func `A clock that goes back adds nothing`() {
    var bucket = RateBucket(perMinute: 10)
    #expect(bucket.take(1, at: .seconds(100)) == .zero)
    #expect(bucket.take(1, at: .seconds(10)) == .seconds(6))
  }
}
