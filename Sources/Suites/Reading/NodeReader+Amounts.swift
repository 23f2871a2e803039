internal import Canonical

extension NodeReader {
  /// A time with its unit: `500ms`, `60s`, `2m`.
  mutating func time(
    _ node: YAMLNode, of name: String, in range: ClosedRange<Duration>
  ) -> Duration? {
    guard let text = text(node, of: name) else { return nil }
    guard let duration = TimeText.duration(text) else {
      error(
        "\(VisibleText.quote(text)) is no time", at: node.place, hint: TimeText.expectation)
      return nil
    }
    guard range.contains(duration) else {
      error(
        "\(VisibleText.quote(text)) is out of range", at: node.place,
        hint: "\(TimeText.text(of: range.lowerBound)) to \(TimeText.text(of: range.upperBound))")
      return nil
    }
    return duration
  }

  /// An amount of US dollars without quotes.
  mutating func money(_ node: YAMLNode, of name: String) -> Money? {
    guard let text = node.scalar, !node.isNull else {
      error("\(name) must be an amount of US dollars, found \(node.kind)", at: node.place)
      return nil
    }
    guard let money = Money(text) else {
      error(
        "\(name) must be an amount of US dollars, found \(VisibleText.quote(text))",
        at: node.place, hint: RunLimits.moneyExpectation)
      return nil
    }
    guard node.isPlain else {
      error(
        "\(name) must be an amount of US dollars, found the text \(VisibleText.quote(text))",
        at: node.place, hint: "write it without quotes")
      return nil
    }
    return money
  }

  /// A day, and the moment at which it starts in UTC.
  mutating func day(_ node: YAMLNode, of name: String) -> (text: String, start: Timestamp)? {
    guard let text = text(node, of: name) else { return nil }
    guard let start = Timestamp("\(text)T00:00:00.000Z") else {
      error(
        "\(VisibleText.quote(text)) is no day", at: node.place,
        hint: "year, month and day: 2027-01-31")
      return nil
    }
    return (text, start)
  }
}

/// Times as people write them, with their unit.
package enum TimeText {
  /// What a text must look like, for messages.
  package static let expectation = "a whole number and its unit: 500ms, 60s, 2m"

  /// Reads a whole number of `ms`, `s` or `m`; a number past all limits gives the longest time.
  package static func duration(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let units = ["ms": 1, "s": 1_000, "m": 60_000]
    guard Decimal.isWhole(digits), let unit = units[String(text.dropFirst(digits.count))] else {
      return nil
    }
    let milliseconds = Int(digits)?.multipliedReportingOverflow(by: unit)
    guard let milliseconds, !milliseconds.overflow else { return .milliseconds(Int.max) }
    return .milliseconds(milliseconds.partialValue)
  }

  /// The time in whole seconds where it has such, else in milliseconds: `300s`, `1500ms`.
  package static func text(of duration: Duration) -> String {
    let milliseconds = Int(duration / .milliseconds(1))
    return milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
  }
}
