import Canonical
import Experiments
import SeedreamAPI
import Suites
import Testing

struct SpendGuardTests {
  private func cents(_ number: Int64) -> Money { Money(microDollars: number * 10_000) }

  private func code(
    _ body: () async throws(TransportFailure) -> Void
  ) async -> TransportFailure.Code? {
    do {
      try await body()
      return nil
    } catch {
      #expect(error.phase == .beforeSending)
      return error.code
    }
  }

  @Test func `An order is set aside, and settled at what it did cost`() async throws {
    let guardian = SpendGuard(cap: cents(10))
    let meter = CaseMeter(guardian)
    try await meter.reserve(cents(6))
    #expect(guardian.spending == Spending(cap: cents(10), requests: 1))
    meter.settle(cents(3))
    #expect(meter.spent == cents(3))
    #expect(guardian.spending == Spending(spent: cents(3), cap: cents(10), requests: 1))
    #expect(
      await code { () async throws(TransportFailure) in
        try await CaseMeter(guardian).reserve(cents(7))
      } == nil)
  }

  @Test func `What was not sent is given back`() async throws {
    let guardian = SpendGuard(cap: cents(5), requestsMax: 1)
    let meter = CaseMeter(guardian)
    try await meter.reserve(cents(5))
    meter.release()
    meter.close()
    #expect(guardian.spending == Spending(cap: cents(5)))
    try await meter.reserve(cents(5))
    #expect(guardian.spending.requests == 1)
  }

  @Test func `What may have been billed counts against the cap`() async throws {
    let guardian = SpendGuard(cap: cents(10))
    let meter = CaseMeter(guardian)
    try await meter.reserve(cents(6))
    meter.doubt()
    #expect(meter.possiblyBilled == cents(6))
    #expect(meter.spent == .zero)
    #expect(guardian.spending.possiblyBilled == cents(6))
    #expect(
      await code { () async throws(TransportFailure) in try await meter.reserve(cents(5)) }
        == .overBudget)
    try await meter.reserve(cents(4))
  }

  @Test func `A task is set aside until its end is seen`() async throws {
    let guardian = SpendGuard(cap: cents(10))
    let seen = CaseMeter(guardian)
    try await seen.reserve(cents(5))
    seen.settle(cents(5))
    seen.close()
    let unseen = CaseMeter(guardian)
    try await unseen.reserve(cents(5))
    unseen.close()
    unseen.close()
    #expect(unseen.possiblyBilled == cents(5))
    #expect(
      guardian.spending
        == Spending(spent: cents(5), possiblyBilled: cents(5), cap: cents(10), requests: 2))
  }

  @Test func `A task that an earlier run has ordered takes nothing of the cap`() {
    let guardian = SpendGuard(cap: cents(2))
    let meter = CaseMeter(guardian)
    meter.settle(cents(3))
    meter.close()
    #expect(meter.earlier == cents(3) && meter.spent == .zero)
    #expect(guardian.spending == Spending(cap: cents(2)))
  }

  @Test func `Requests are counted, also those that are repeated`() async throws {
    let guardian = SpendGuard(cap: nil, requestsMax: 2)
    let meter = CaseMeter(guardian)
    for _ in 0..<2 {
      try await meter.reserve(cents(100))
      meter.settle(.zero)
    }
    #expect(
      await code { () async throws(TransportFailure) in try await meter.reserve(.zero) }
        == .overBudget)
  }

  @Test func `A stopped run reserves nothing, for the first reason`() async throws {
    let guardian = SpendGuard(cap: nil)
    guardian.stop("no credit")
    guardian.stop("interrupted")
    #expect(guardian.stopReason == "no credit")
    let meter = CaseMeter(guardian)
    #expect(
      await code { () async throws(TransportFailure) in try await meter.reserve(.zero) }
        == .cancelled)
    #expect(guardian.spending.requests == 0)
  }

  @Test func `Amounts at the end of their range do not wrap around`() async throws {
    let guardian = SpendGuard(cap: cents(10))
    let meters = [CaseMeter(guardian), CaseMeter(guardian)]
    for meter in meters { try await meter.reserve(.zero) }
    for meter in meters { meter.settle(Money(microDollars: .max)) }
    #expect(
      await code { () async throws(TransportFailure) in
        try await CaseMeter(guardian).reserve(cents(1))
      }
        == .overBudget)
  }

  @Test(arguments: [true, false])
  func `What others have set aside is waited for, and refused only once it is spent`(
    isGivenBack: Bool
  ) async throws {
    let guardian = SpendGuard(cap: cents(5))
    let first = CaseMeter(guardian)
    try await first.reserve(cents(3))
    let second = CaseMeter(guardian)
    async let refusal = code { () async throws(TransportFailure) in
      try await second.reserve(cents(3))
    }
    if isGivenBack { first.release() } else { first.settle(cents(3)) }
    #expect(await refusal == (isGivenBack ? nil : .overBudget))
  }

  @Test func `A case that waits for money ends with the run`() async throws {
    let guardian = SpendGuard(cap: cents(5))
    let first = CaseMeter(guardian)
    try await first.reserve(cents(3))
    let second = CaseMeter(guardian)
    async let refusal = code { () async throws(TransportFailure) in
      try await second.reserve(cents(3))
    }
    guardian.stop("interrupted")
    #expect(await refusal == .cancelled)
  }

  @Test func `Many cases at once never set aside more than the cap`() async {
    let cap = cents(100)
    let guardian = SpendGuard(cap: cap)
    let bought = await withTaskGroup(of: Int.self) { group in
      for number in 0..<400 {
        group.addTask { @concurrent in
          let meter = CaseMeter(guardian)
          do {
            try await meter.reserve(Money(microDollars: 30_000))
          } catch {
            return 0
          }
          await Task.yield()
          let now = guardian.spending
          #expect(now.spent + now.possiblyBilled <= cap)
          switch number % 3 {
          case 0: meter.doubt()
          case 1: meter.release()
          default: meter.settle(Money(microDollars: 30_000))
          }
          meter.close()
          return number % 3 == 1 ? 0 : 1
        }
      }
      return await group.reduce(0, +)
    }
    let spending = guardian.spending
    #expect(spending.spent + spending.possiblyBilled == Money(microDollars: 30_000) * bought)
    #expect(spending.requests == bought)
    #expect(bought <= 33)
  }
}
