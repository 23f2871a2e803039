/// A table as CSV (RFC 4180) that a sheet of calculation may open: no cell of it is taken for a formula.
package struct CSVWriter {
  /// The rows so far, the titles first.
  package private(set) var text = ""
  private let columnCount: Int

  /// Starts a table.
  ///
  /// - Parameter titles: the titles of its columns.
  package init(_ titles: [String]) {
    columnCount = titles.count
    add(titles)
  }

  /// Adds a row.
  ///
  /// - Parameter cells: a cell a column; those that are left out at the end are empty.
  package mutating func add(_ cells: [String]) {
    precondition(cells.count <= columnCount, "a row has a cell for each column")
    let empty = repeatElement("", count: columnCount - cells.count)
    text += CSVText.row(cells + empty)
  }
}
