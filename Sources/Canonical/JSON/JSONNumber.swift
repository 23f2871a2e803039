/// A decimal number kept exactly: 1, 1.0 and 1e0 are one value, 2^53 and 2^53+1 are two.
public struct JSONNumber: Hashable, Sendable {
  /// Digits that a number may have before and after the point together.
  public static let digitsMax = 1_000
  /// The largest power of ten that a number may be written with, and that its canonical text has.
  public static let exponentMax = 10_000

  /// Digits of a whole number that 64 bits always hold.
  private static let plainDigitsMax = 18

  /// Whether the value is below zero.
  private let isNegative: Bool
  /// The digits without leading and trailing zeros; empty for zero.
  private let digits: [UInt8]
  /// The power of ten that the digits are multiplied with.
  private let exponent: Int

  /// Takes a whole number.
  public init(_ value: some BinaryInteger) {
    // A whole number's text is a JSON number of few digits, so that reading it cannot fail.
    guard let number = JSONNumber(text: Array(String(value).utf8)) else {
      preconditionFailure("an integer is a JSON number (was \(value))")
    }
    self = number
  }

  /// Rounds to a count of decimals, half away from zero; out of range gives `nil`.
  public init?(rounding value: Double, decimals: Int) {
    precondition((0...9).contains(decimals), "decimals must be 0 to 9 (was \(decimals))")
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded(.toNearestOrAwayFromZero)
    guard scaled.magnitude < 9e15 else { return nil }
    let whole = String(Int64(scaled.magnitude))
    let sign = scaled < 0 ? "-" : ""
    self.init(text: Array("\(sign)\(whole)e-\(decimals)".utf8))
  }

  /// Reads the grammar of RFC 8259 section 6; other text, or a number past the limits, gives `nil`.
  public init?(text: some Collection<UInt8>) {
    let text = Array(text)
    if let digits = Self.plainDigits(text) {
      (self.digits, isNegative, exponent) = (digits, false, 0)
      return
    }
    var reader = Reader(rest: text[...])
    let negative = reader.take(UInt8(ascii: "-"))
    let whole = reader.takeDigits()
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
    var fraction: [UInt8] = []
    if reader.take(UInt8(ascii: ".")) {
      fraction = reader.takeDigits()
      guard !fraction.isEmpty else { return nil }
    }
    guard let power = reader.takeExponent(), reader.rest.isEmpty,
      whole.count + fraction.count <= Self.digitsMax
    else { return nil }

    var all = whole + fraction
    var scale = power - fraction.count
    while let last = all.last, last == UInt8(ascii: "0") {
      all.removeLast()
      scale += 1
    }
    // Else "10e10000" would be read, and its canonical text "1e10001" would not.
    guard all.isEmpty || scale.magnitude <= Self.exponentMax else { return nil }
    let leading = all.prefix { $0 == UInt8(ascii: "0") }.count
    digits = Array(all.dropFirst(leading))
    isNegative = negative && !digits.isEmpty
    exponent = digits.isEmpty ? 0 : scale
  }

  /// The text itself where it is a whole number of few digits that begins and ends with none that
  /// counts nothing: most are, and need no reader.
  private static func plainDigits(_ text: [UInt8]) -> [UInt8]? {
    guard (1...plainDigitsMax).contains(text.count), text[0] != UInt8(ascii: "0"),
      text[text.count - 1] != UInt8(ascii: "0")
    else { return nil }
    for byte in text where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { return nil }
    return text
  }

  /// The canonical text: plain digits for whole numbers of up to 21 digits and for short fractions,
  /// else digits, `e` and the power of ten.
  public var text: String {
    if digits.isEmpty { return "0" }
    let sign = isNegative ? "-" : ""
    let plain = String(decoding: digits, as: UTF8.self)
    if exponent >= 0, digits.count + exponent <= 21 {
      return sign + plain + String(repeating: "0", count: exponent)
    }
    if exponent < 0, -exponent <= 21 {
      let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + plain
      let point = padded.index(padded.endIndex, offsetBy: exponent)
      return "\(sign)\(padded[..<point]).\(padded[point...])"
    }
    return "\(sign)\(plain)e\(exponent)"
  }

  /// The value, when it is whole and fits.
  public var integer: Int? {
    guard exponent >= 0, digits.count + exponent <= 20 else { return nil }
    if digits.count + exponent <= Self.plainDigitsMax {
      var value = digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
      for _ in 0..<exponent { value *= 10 }
      return isNegative ? -value : value
    }
    return Int(text)
  }

  /// The nearest binary value.
  public var double: Double { Double(text) ?? (isNegative ? -.infinity : .infinity) }

  /// Takes the pieces of a number's text one after the other.
  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest = rest.dropFirst()
      return true
    }

    mutating func takeDigits() -> [UInt8] {
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      rest = rest.dropFirst(digits.count)
      return Array(digits)
    }

    /// The power of ten, 0 where none is written; `nil` when it is malformed or too large.
    mutating func takeExponent() -> Int? {
      guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return 0 }
      let negative = take(UInt8(ascii: "-"))
      if !negative { _ = take(UInt8(ascii: "+")) }
      guard let value = Int(String(decoding: takeDigits(), as: UTF8.self)),
        value <= JSONNumber.exponentMax
      else { return nil }
      return negative ? -value : value
    }
  }
}
