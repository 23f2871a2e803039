/// Numbers as sentences say them.
public enum Count {
  /// A number in groups of three digits: `1,000,000`.
  public static func grouped(_ number: some BinaryInteger) -> String {
    let digits = Array(String(number.magnitude).utf8)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.unicodeScalars.append(Unicode.Scalar(digit))
    }
    return text
  }

  /// An amount with its dollars in groups of three digits: `$30,000.00`.
  public static func grouped(_ amount: Money) -> String {
    let text = amount.description
    guard let first = text.firstIndex(where: \.isNumber),
      let point = text.firstIndex(of: "."), let dollars = Int(text[first..<point])
    else { return text }
    return text[..<first] + grouped(dollars) + text[point...]
  }

  /// A number and what is counted: `1 case`, `1,000 cases`.
  ///
  /// - Parameters:
  ///   - number: how many.
  ///   - noun: the word for one.
  ///   - plural: the word for more; `nil` adds an s.
  public static func of(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
