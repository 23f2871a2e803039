/// An amount of US dollars in whole millionths, so that sums are exact.
public struct Money: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The largest amount that text may state, $1,000,000, so that sums of many cannot overflow.
  public static let dollarsMax: Int64 = 1_000_000

  /// Millionths of a dollar.
  public let microDollars: Int64

  /// No money.
  public static let zero = Money(microDollars: 0)

  /// Takes millionths of a dollar.
  public init(microDollars: Int64) { self.microDollars = microDollars }

  /// Reads dollars as people write them: `5`, `0.03`, `$12.50`; at most six decimals, no sign.
  public init?(_ text: String) {
    let plain = text.hasPrefix("$") ? text.dropFirst() : text[...]
    let pieces = plain.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count <= 2, let whole = pieces.first, !whole.isEmpty,
      whole.utf8.allSatisfy(Self.isDigit), let dollars = Int64(whole), dollars <= Self.dollarsMax
    else { return nil }
    let fraction = pieces.count == 2 ? pieces[1] : "0"
    guard (1...6).contains(fraction.utf8.count), fraction.utf8.allSatisfy(Self.isDigit),
      let millionths = Int64(fraction + String(repeating: "0", count: 6 - fraction.utf8.count))
    else { return nil }
    microDollars = dollars * 1_000_000 + millionths
    guard microDollars <= Self.dollarsMax * 1_000_000 else { return nil }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Dollars with at least two decimals and as many more as the amount needs: `$0.03`, `$0.005`.
  public var description: String {
    let text = decimal
    return text.hasPrefix("-") ? "-$" + text.dropFirst() : "$" + text
  }

  /// The same without the dollar sign, for files.
  public var decimal: String {
    let sign = microDollars < 0 ? "-" : ""
    let (dollars, millionths) = microDollars.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    var digits = String(millionths)
    digits = String(repeating: "0", count: 6 - digits.count) + digits
    while digits.count > 2, digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(dollars).\(digits)"
  }

  /// Adds; past the range of 64 bits the sum stays at its end, which no cap allows.
  public static func + (left: Money, right: Money) -> Money {
    let (sum, overflow) = left.microDollars.addingReportingOverflow(right.microDollars)
    return Money(microDollars: overflow ? (left.microDollars < 0 ? .min : .max) : sum)
  }

  /// Subtracts, with the same rule at the ends.
  public static func - (left: Money, right: Money) -> Money {
    let (rest, overflow) = left.microDollars.subtractingReportingOverflow(right.microDollars)
    return Money(microDollars: overflow ? (left.microDollars < 0 ? .min : .max) : rest)
  }

  /// Multiplies by a count, with the same rule at the ends.
  public static func * (left: Money, count: Int) -> Money {
    let (product, overflow) = left.microDollars.multipliedReportingOverflow(by: Int64(count))
    let end: Int64 = (left.microDollars < 0) == (count < 0) ? .max : .min
    return Money(microDollars: overflow ? end : product)
  }

  /// Adds to an amount in place.
  public static func += (left: inout Money, right: Money) { left = left + right }

  /// Takes from an amount in place.
  public static func -= (left: inout Money, right: Money) { left = left - right }

  /// Orders by amount.
  public static func < (left: Money, right: Money) -> Bool {
    left.microDollars < right.microDollars
  }
}
