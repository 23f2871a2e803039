import Canonical
import Testing

struct CountTests {
  @Test(
    "Numbers are grouped by three digits",
    arguments: [
      (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"),
      (Int.min, "-9,223,372,036,854,775,808"),
    ])
  func groups(number: Int, text: String) {
    #expect(Count.grouped(number) == text)
  }

  @Test(
    "Amounts are grouped before the point",
    arguments: [
      (30_000, "$0.03"), (999_999_999, "$999.999999"), (30_000_000_000, "$30,000.00"),
      (-1_234_500_000, "-$1,234.50"),
    ] as [(Int64, String)])
  func groupsMoney(microDollars: Int64, text: String) {
    #expect(Count.grouped(Money(microDollars: microDollars)) == text)
  }

  @Test("A noun agrees with its number")
  func agrees() {
    #expect(Count.of(1, "case") == "1 case")
    #expect(Count.of(0, "case") == "0 cases")
    #expect(Count.of(12_000, "entry", "entries") == "12,000 entries")
  }
}
