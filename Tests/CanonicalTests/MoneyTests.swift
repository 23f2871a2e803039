import Canonical
import Testing

@Suite struct `Amounts of money` {
  @Test(
    arguments: [
      ("5", 5_000_000, "5.00"), ("0.03", 30_000, "0.03"), ("$12.50", 12_500_000, "12.50"),
      ("0", 0, "0.00"),
      ("0.000001", 1, "0.000001"), ("0.0050", 5_000, "0.005"), ("007.1", 7_100_000, "7.10"),
      ("1000000", 1_000_000_000_000, "1000000.00"),
      ("999999.999999", 999_999_999_999, "999999.999999"),
    ] as [(String, Int64, String)])
  func `Dollars are read and written`(text: String, micro: Int64, decimal: String) throws {
    let money = try #require(Money(text))
    #expect(money.microDollars == micro)
    #expect(money.decimal == decimal)
    #expect(money.description == "$" + decimal)
    #expect(Money(money.description) == money)
  }

  @Test(arguments: [
    "", "$", ".5", "5.", "-1", "+1", "1,5", "1.2.3", "1e3", " 1", "1 ", "$$1", "€1", "0.0000001",
    "1000001",
    "1000000.000001", "99999999999999999999", "١", "1.٠", "0x1", "NaN", "1_000",
  ])
  func `Other texts are no amount`(text: String) {
    #expect(Money(text) == nil)
  }

  @Test(
    arguments: [(-30_000, "-0.03"), (-12_500_000, "-12.50"), (Int64.min, "-9223372036854.775808")]
      as [(Int64, String)])
  func `What is overspent is written with a sign before the dollar`(micro: Int64, decimal: String) {
    #expect(Money(microDollars: micro).decimal == decimal)
    #expect("\(Money(microDollars: micro))" == "-$" + decimal.dropFirst())
  }

  @Test func `Sums are exact`() {
    let price = Money(microDollars: 30_000)
    var sum = Money.zero
    for _ in 0..<120 { sum += price }
    #expect(sum == price * 120)
    #expect(sum.decimal == "3.60")
    sum -= Money(microDollars: 600_000)
    #expect(sum == Money("3"))
    #expect(Money.zero < price && !(price < price))
  }

  static let most = Money(microDollars: .max)
  static let least = Money(microDollars: .min)
  static let one = Money(microDollars: 1)

  @Test func `Past the range a result stays at its end`() {
    #expect(Self.most + Self.one == Self.most)
    #expect(Self.least + Money(microDollars: -1) == Self.least)
    #expect(Self.least - Self.one == Self.least)
    #expect(Self.most - Money(microDollars: -1) == Self.most)
    #expect(Self.most * 2 == Self.most)
    #expect(Self.least * 2 == Self.least)
    #expect(Self.most * -2 == Self.least)
    #expect(Self.least * -1 == Self.most)
  }

  @Test func `Taking the least amount away is exact where it fits`() {
    #expect(Self.one - Self.least == Self.most)
    #expect(Money(microDollars: -1) - Self.least == Self.most)
    #expect(Self.least - Self.least == .zero)
  }
}
