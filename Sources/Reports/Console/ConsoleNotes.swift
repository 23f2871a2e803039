internal import Canonical
internal import Experiments

/// The notes that cases carry, put together for the summary.
struct ConsoleNotes {
  /// Notes that are shown; further ones are counted and left to `--verbose`.
  static let shownMax = 3
  /// Checks that warned and are shown, however many cases each warned of.
  static let checksMax = 20
  /// Different notes that are told apart, and checks that warned.
  static let distinctMax = 1_000

  /// What one check warned of.
  private struct Warned {
    let id: CaseID
    let message: String
    var count = 0
    /// Whether it said something else of another case.
    var differs = false

    /// What it said; where that differs, of which case.
    var example: String { differs ? "for example \(id): \(message)" : message }
  }

  /// How many cases carry which note.
  private var texts: [String: Int] = [:]
  /// What checks warned of, by their names: the figures of each case make a text of its own.
  private var checks: [String: Warned] = [:]
  private var total = 0

  /// Adds the notes of a case.
  mutating func add(_ result: CaseResult) {
    guard !result.notices.isEmpty else { return }
    total += result.notices.count
    let warnings = result.checks.filter { $0.warning != nil }
    for note in result.notices {
      if let check = warnings.first(where: { $0.warning == note }) {
        add(check, of: result.identity.id)
      } else if texts[note] != nil || texts.count < Self.distinctMax {
        texts[note, default: 0] += 1
      }
    }
  }

  private mutating func add(_ check: CheckResult, of id: CaseID) {
    guard checks[check.name] != nil || checks.count < Self.distinctMax else { return }
    var warned = checks[check.name] ?? Warned(id: id, message: check.message)
    warned.count += 1
    warned.differs = warned.differs || warned.message != check.message
    checks[check.name] = warned
  }

  /// Checks that warned, then the notes that most cases carry, each once with their number, and how many are left.
  func lines(_ style: ConsoleStyle) -> [String] {
    let warned = checks.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .prefix(Self.checksMax).map { ("warning: \($0): \($1.example)", $1.count) }
    let other = texts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.shownMax)
    let shown = warned + other.map { ($0, $1) }
    let left = total - shown.reduce(0) { $0 + $1.1 }
    var lines = shown.map { note, count in
      style.wrap("note, \(ConsoleFigure.count(count, "case")): ", note, indent: "")
    }
    if left > 0 {
      let rest = "\(Count.of(left, "more note")): --verbose shows \(left > 1 ? "them" : "it")"
      lines.append(style.wrap("and ", rest, indent: ""))
    }
    return lines
  }
}
