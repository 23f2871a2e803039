internal import Canonical

/// Rows of comma-separated values as RFC 4180 has them, harmless in a spreadsheet.
enum CSVText {
  /// What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), with the wide forms that
  /// some take for the same.
  private static let formulaStarts = Set(
    "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars)
  private static let special = Set(",\"\r\n".unicodeScalars)

  /// A row with its line end.
  static func row(_ cells: [String]) -> String {
    cells.map(cell).joined(separator: ",") + "\r\n"
  }

  /// A cell: quoted where it must be, with an apostrophe before what would be a formula.
  ///
  /// A number with a sign is none and stays a number. Characters that no reader takes are spelled out.
  static func cell(_ text: String) -> String {
    let clean = XMLText.clean(text)
    let scalars = clean.unicodeScalars
    // By scalars: to Swift's characters a sign with an accent is another one.
    let isFormula = scalars.first.map { formulaStarts.contains($0) } ?? false
    let harmless = isFormula && !isNumber(clean) ? "'\(clean)" : clean
    guard scalars.contains(where: { special.contains($0) }) else { return harmless }
    var quoted = "\""
    for scalar in harmless.unicodeScalars {
      quoted.unicodeScalars.append(scalar)
      if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
    }
    return quoted + "\""
  }

  private static func isNumber(_ text: String) -> Bool {
    guard let first = text.utf8.first, first == UInt8(ascii: "-") else { return false }
    return Double(text) != nil && text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
  }
}
