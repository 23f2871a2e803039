package import SystemPackage

/// A place in a file that a person wrote.
package struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file by the path that it was given as.
  package let path: FilePath
  /// The line, from 1.
  package let line: Int
  /// The column in Unicode scalars, from 1.
  package let column: Int

  /// Puts a place together.
  package init(path: FilePath, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
  }

  /// `path:line:column`, with characters of the path that a terminal would obey made visible.
  package var description: String { "\(VisibleText.escape(path.string)):\(line):\(column)" }
}
