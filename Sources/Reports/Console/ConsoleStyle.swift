internal import Canonical
internal import Suites

/// How a report on the console looks.
package struct ConsoleStyle: Hashable, Sendable {
  /// How much is said.
  package enum Verbosity: Hashable, Sendable {
    /// Cases that failed, and the counts at the end.
    case quiet
    /// The start, progress, cases that failed, and a summary.
    case normal
    /// Every case with its checks, too.
    case verbose
  }

  /// The fewest columns that lines are laid out for.
  package static let columnsMin = 40
  /// Scalars of one text that are shown; reports hold the rest.
  static let shownCountMax = 2_000

  /// Whether lines can be drawn over; elsewhere nothing is wrapped, so that lines can be searched.
  package let isTerminal: Bool
  /// The width, at least ``columnsMin``.
  package let columns: Int
  /// Whether colours may be used; the caller honours `NO_COLOR`.
  package let colour: Bool
  /// How much is said.
  package let verbosity: Verbosity
  /// Options of this command line that a command in a hint needs and that no report holds, with a blank before
  /// each.
  package let commandOptions: String

  /// Puts a style together.
  package init(
    isTerminal: Bool, columns: Int = 80, colour: Bool = false, verbosity: Verbosity = .normal,
    commandOptions: String = ""
  ) {
    self.commandOptions = commandOptions
    self.isTerminal = isTerminal
    self.columns = max(Self.columnsMin, columns)
    self.colour = colour
    self.verbosity = verbosity
  }

  /// Colours by the numbers of ECMA-48's "select graphic rendition".
  enum Colour: Int {
    case bold = 1
    case red = 31
    case green = 32
    case yellow = 33
    case cyan = 36
  }

  /// A hint as it works when it is pasted: commands about runs are told where these lie.
  func hint(_ text: String) -> String {
    let namesRun = ["proofsheet approve ", "proofsheet run "].contains { text.contains($0) }
    return namesRun ? text + commandOptions : text
  }

  func paint(_ text: String, _ colour: Colour) -> String {
    self.colour && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// A text on lines no wider than the terminal, each after the first indented.
  ///
  /// Breaks at blanks; a word that is wider than a line stays whole, so that paths can be copied.
  ///
  /// - Parameter label: what stands before the text on the first line, already fit to be shown.
  func wrap(_ label: String, _ text: String, indent: String) -> String {
    let scalars = text.unicodeScalars
    let cut = scalars.prefix(Self.shownCountMax)
    let shown = VisibleText.escape(String(cut)) + (cut.endIndex < scalars.endIndex ? "…" : "")
    guard isTerminal else { return indent + label + shown }
    let indented = indent + "  "
    var lines: [String] = []
    var line = indent + label
    var width = Self.width(line)
    var isEmpty = true
    for word in shown.split(separator: " ") {
      let wordWidth = Self.width(word)
      if !isEmpty, width + 1 + wordWidth > columns {
        lines.append(line)
        line = indented
        width = indented.count
        isEmpty = true
      }
      if !isEmpty {
        line += " "
        width += 1
      }
      line += word
      width += wordWidth
      isEmpty = false
    }
    return (lines + [line]).joined(separator: "\n")
  }

  static func width(_ text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { $0 + VisibleText.width($1) }
  }
}

/// Figures as people read them.
enum ConsoleFigure {
  /// Dollars without empty cents: `$5`, `$3.12`.
  static func money(_ amount: Money) -> String {
    let text = amount.description
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  /// `43ms`, `7.3s`, `45s`, `1m05s`, `2h10m`, `3d04h`.
  ///
  /// - Parameter hasTenths: whether less than ten seconds are told with a decimal.
  static func time(_ milliseconds: Int, hasTenths: Bool = true) -> String {
    let seconds = max(0, milliseconds) / 1_000
    func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    switch seconds {
    case ..<1 where hasTenths: return "\(max(0, milliseconds))ms"
    case ..<10 where hasTenths: return "\(seconds).\(max(0, milliseconds) % 1_000 / 100)s"
    case ..<60: return "\(seconds)s"
    case ..<3_600: return "\(seconds / 60)m\(padded(seconds % 60))s"
    case ..<86_400: return "\(seconds / 3_600)h\(padded(seconds / 60 % 60))m"
    default: return "\(seconds / 86_400)d\(padded(seconds / 3_600 % 24))h"
    }
  }

  /// `1 case`, `2 cases`.
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
