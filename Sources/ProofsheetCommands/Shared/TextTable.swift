/// Rows of text in columns that line up.
struct TextTable {
  /// How a column's cells stand in it.
  enum Side { case left, right }

  private let columns: [(title: String, side: Side)]
  private var rows: [[String]] = []

  /// Names the columns.
  init(_ columns: [(title: String, side: Side)]) { self.columns = columns }

  /// Adds a row of as many cells as there are columns.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row has a cell for each column")
    rows.append(cells)
  }

  /// The title and the rows, without blanks at the end.
  var lines: [String] {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return columns[column].side == .left ? row[column] + padding : padding + row[column]
      }
      let line = cells.joined(separator: "  ")
      return String(
        line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
    }
  }
}

/// Sizes as people read them.
enum ByteCount {
  /// A size in decimal units: `640 B`, `98.4 kB`, `2.9 MB`.
  static func text(_ count: Int) -> String {
    guard count >= 1_000 else { return "\(count) B" }
    var (unit, size) = ("kB", 1_000)
    for (name, next) in [("MB", 1_000_000), ("GB", 1_000_000_000)] where count >= next {
      (unit, size) = (name, next)
    }
    // Rounded down, so that 999,999 bytes are not told as 1000.0 kB.
    let tenths = count / (size / 10)
    return "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}
