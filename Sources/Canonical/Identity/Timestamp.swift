internal import Glibc

/// A moment in UTC, in whole milliseconds since 1970.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  /// Takes milliseconds since 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// The moment by the system's clock.
  public static func now() -> Timestamp {
    var time = timespec()
    // The real-time clock always exists on Linux (man 2 clock_gettime).
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Reads `YYYY-MM-DDTHH:MM:SS.mmmZ`, as ``description`` writes; anything else gives `nil`.
  public init?(_ text: String) {
    let digits = Array(text.utf8)
    let shape = Array("0000-00-00T00:00:00.000Z".utf8)
    guard digits.count == shape.count else { return nil }
    for (digit, expected) in zip(digits, shape) {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
      guard expected == UInt8(ascii: "0") ? isDigit : digit == expected else { return nil }
    }
    func number(_ range: Range<Int>) -> Int64 {
      digits[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
    let days = Self.days(year: number(0..<4), month: number(5..<7), day: number(8..<10))
    let seconds = days * 86_400 + number(11..<13) * 3_600 + number(14..<16) * 60 + number(17..<19)
    self.init(milliseconds: seconds * 1_000 + number(20..<23))
    // Reading 31 February gives 3 March, whose text is another.
    guard description == text else { return nil }
  }

  /// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
  public var description: String {
    "\(seconds).\(Self.pad(Int(milliseconds.remainder(1_000)), 3))Z"
  }

  /// `YYYY-MM-DDTHH:MM:SS` in UTC without a zone, the one form that every JUnit schema takes.
  public var seconds: String {
    let civil = civil
    let date = "\(Self.pad(civil.year, 4))-\(Self.pad(civil.month, 2))-\(Self.pad(civil.day, 2))"
    return "\(date)T\(Self.pad(civil.hour, 2)):\(Self.pad(civil.minute, 2))"
      + ":\(Self.pad(civil.second, 2))"
  }

  /// `YYYYMMDDTHHMMSSZ`, for names.
  public var compact: String {
    seconds.filter { $0 != "-" && $0 != ":" } + "Z"
  }

  /// Orders by time.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  private struct Civil {
    var year, month, day, hour, minute, second: Int
  }

  /// Days to civil date, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  private var civil: Civil {
    let total = milliseconds.floored(1_000)
    let days = total.floored(86_400)
    let rest = Int(total - days * 86_400)
    let shifted = days + 719_468
    let era = shifted.floored(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return Civil(
      year: Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), month: Int(month),
      day: Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1),
      hour: rest / 3_600, minute: rest / 60 % 60, second: rest % 60)
  }

  /// Civil date to days, by the same source.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear.floored(400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func pad(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

extension Int64 {
  /// The quotient rounded down, also below zero.
  fileprivate func floored(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self < 0 && self % divisor != 0 ? quotient - 1 : quotient
  }

  /// What is left after ``floored(_:)``, never below zero.
  ///
  /// Multiplying the quotient back would overflow at the lower end of the range.
  fileprivate func remainder(_ divisor: Int64) -> Int64 {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}
