import Canonical
import Testing

@Suite struct `JSON numbers` {
  static func number(_ text: String) throws -> JSONNumber {
    try #require(JSONNumber(text: Array(text.utf8)), "\(text)")
  }

  @Test(arguments: [
    ["1", "1.0", "1e0", "10e-1", "0.1E1", "1.000", "100E-2"],
    ["0", "-0", "0.0", "0e7", "-0.00e-5"],
    ["1e400", "10e399", "0.1e401"], ["-2.5", "-25e-1", "-0.25e1", "-2.50"],
    ["9007199254740993", "9007199254740993.0", "9007199254740.993e3"],
  ])
  func `One value has one form however it is written`(texts: [String]) throws {
    let numbers = try texts.map(Self.number)
    #expect(Set(numbers).count == 1)
    #expect(Set(numbers.map(\.text)).count == 1)
  }

  @Test(arguments: [
    ("9007199254740992", "9007199254740993"), ("1", "-1"), ("1e400", "1e401"),
    ("0.1", "0.10000000000000001"),
    ("0", "1e-9999"), ("1e400", "-1e400"),
  ])
  func `Values that a double cannot tell apart stay two`(left: String, right: String) throws {
    #expect(try Self.number(left) != Self.number(right))
    #expect(try Self.number(left).text != Self.number(right).text)
  }

  @Test(arguments: [
    ("123", "123"), ("-120", "-120"), ("1e20", "100000000000000000000"), ("1e21", "1e21"),
    ("123456789012345678901", "123456789012345678901"),
    ("1234567890123456789012", "1234567890123456789012e0"),
    ("12345678901234567890120", "1234567890123456789012e1"), ("0.5", "0.5"),
    ("5e-21", "0.000000000000000000005"),
    ("5e-22", "5e-22"), ("-1.25", "-1.25"), ("1234.5678", "1234.5678"),
  ])
  func `The canonical text is fixed`(text: String, canonical: String) throws {
    #expect(try Self.number(text).text == canonical)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("1e3", 1_000), ("9223372036854775807", Int.max),
      ("-9223372036854775808", Int.min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.5", nil), ("1e10000", nil),
      ("1e-1", nil),
      ("99999999999999999999", nil), ("1e18", 1_000_000_000_000_000_000),
    ] as [(String, Int?)])
  func `A whole number that fits is an integer`(text: String, value: Int?) throws {
    #expect(try Self.number(text).integer == value)
  }

  @Test(
    arguments: [
      ("0.1", 0.1), ("1e308", 1e308), ("1e400", .infinity), ("-1e400", -.infinity), ("1e-400", 0),
      ("-2.5", -2.5),
      ("5e-324", .leastNonzeroMagnitude), ("-1e-9000", 0),
    ] as [(String, Double)])
  func `The nearest double is given`(text: String, value: Double) throws {
    #expect(try Self.number(text).double == value)
  }

  @Test func `Every integer is taken, also the widest`() {
    #expect(JSONNumber(Int.min).text == "-9223372036854775808")
    #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
    #expect(JSONNumber(UInt64.max).integer == nil)
    #expect(JSONNumber(Int128.min).text == "-170141183460469231731687303715884105728e0")
  }

  @Test(
    arguments: [
      (0.125, 2, "0.13"), (-0.125, 2, "-0.13"), (0.5, 0, "1"), (-0.001, 2, "0"), (3, 9, "3"),
      (1e15, 0, "1e15"),
      (2.675, 3, "2.675"), (.nan, 2, nil), (.infinity, 2, nil), (1e16, 0, nil), (1e10, 9, nil),
    ] as [(Double, Int, String?)])
  func `A double is rounded half away from zero`(value: Double, decimals: Int, text: String?) throws
  {
    let expected = try text.map { try Self.number($0) }
    #expect(JSONNumber(rounding: value, decimals: decimals) == expected)
    let json = JSONValue.decimal(value, decimals: decimals)
    #expect(json == expected.map { .number($0) } ?? .null)
  }

  @Test func `A thousand digits are taken, one more is refused`() throws {
    let most = String(repeating: "7", count: 1_000)
    #expect(try Self.number(most).text == most + "e0")
    #expect(JSONNumber(text: Array((most + "7").utf8)) == nil)
    #expect(JSONNumber(text: Array((most + ".0").utf8)) == nil)
  }

  @Test(arguments: [
    "1e10001", "1e-10001", "1e99999999999999999999999", "1e-99999999999999999999999", "10e10000",
    "0.1e-10000", "0e10001",
  ])
  func `A power of ten past the limit is refused at once`(text: String) {
    #expect(JSONNumber(text: Array(text.utf8)) == nil)
  }

  @Test(arguments: ["1e10000", "-1e-10000", "1.5e-9999", "0.01e10000", "100e9998", "0.00e-10000"])
  func `What is read is read again from its canonical text`(text: String) throws {
    let number = try Self.number(text)
    #expect(try Self.number(number.text) == number)
  }

  @Test(.timeLimit(.minutes(10)))
  func `A number of a megabyte is refused without delay`() {
    let digits = [UInt8](repeating: UInt8(ascii: "9"), count: 1 << 20)
    #expect(JSONNumber(text: digits) == nil)
    #expect(JSONNumber(text: Array("1e".utf8) + digits) == nil)
    #expect(JSONNumber(text: Array("0.".utf8) + digits) == nil)
  }
}
