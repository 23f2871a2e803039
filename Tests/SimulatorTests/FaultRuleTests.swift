import Testing

@testable import Simulator

@Suite("A rule of faults")
struct FaultRuleTests {
  @Test(
    "names a fault, how often and how many orders meet it",
    arguments: [
      ("status:503*2", FaultRule(.status(503), times: 2)),
      ("drop-after=0.05", FaultRule(.dropAfter, share: 0.05)),
      ("rate-limited:7*1=0.5", FaultRule(.rateLimited(retryAfter: 7), times: 1, share: 0.5)),
      ("rate-limited", FaultRule(.rateLimited(retryAfter: nil))),
      ("error-in-200", FaultRule(.errorInside(503))),
      ("task", FaultRule(.task(polls: 2))),
      ("task:0", FaultRule(.task(polls: 0))),
      ("fewer", FaultRule(.fewer(1))),
      ("slow:250", FaultRule(.slow(milliseconds: 250))),
    ])
  func reads(text: String, rule: FaultRule) throws {
    #expect(try FaultRule(text) == rule)
  }

  @Test(
    "is refused where it is none",
    arguments: [
      "", "status", "status:200", "status:abc", "status:+503", "stall:3", "fewer:0", "slow",
      "slow:600001", "task:-1", "drop after", "status:503*0", "status:503*x", "stall=1.5",
      "stall=nan", "stall=", String(repeating: "x", count: 101),
    ])
  func refuses(text: String) {
    #expect(throws: FaultRule.Problem.self) { try FaultRule(text) }
  }

  @Test("says what there is")
  func lists() {
    #expect {
      try FaultRule("sleepy")
    } throws: { error in
      "\(error)".hasPrefix("'sleepy' is no fault; there are status:CODE, rate-limited[:SECONDS],")
    }
  }
}
