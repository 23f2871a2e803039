/// A line of text as it is shown, with a caret under a place in it.
package struct MarkedLine: Hashable, Sendable {
  /// Scalars of a line that are shown; a longer line is cut around the place.
  package static let shownCountMax = 160

  /// The line with characters that a terminal would obey spelled out, cut around the place.
  package let shown: String
  /// Blanks up to the place, then a caret and as many tildes as the rest of it is wide.
  package let carets: String

  /// Marks a place.
  ///
  /// - Parameters:
  ///   - line: the text, without line feeds that mean a new line.
  ///   - start: the first scalar of the place, from 0; past the end the caret stands behind the line.
  ///   - length: the scalars of the place, at least 1.
  package init(_ line: String, from start: Int, length: Int) {
    let scalars = Array(line.unicodeScalars)
    let start = min(start, scalars.count)
    let end = min(max(start + length, start + 1), max(scalars.count, start + 1))
    let from = start > Self.shownCountMax / 2 ? start - Self.shownCountMax / 2 : 0
    let to = min(scalars.count, from + Self.shownCountMax)
    var shown = from > 0 ? "…" : ""
    var carets = from > 0 ? " " : ""
    for index in from..<max(to, start + 1) {
      let scalar: Unicode.Scalar = index < scalars.count ? scalars[index] : " "
      // A tab's width depends on the terminal; one blank keeps the caret under its place.
      let isTab = scalar == "\t"
      if index < to { shown += isTab ? " " : VisibleText.escape(scalar) }
      let width = isTab ? 1 : max(0, VisibleText.width(scalar))
      if index == start {
        carets += "^" + String(repeating: "~", count: max(0, width - 1))
      } else {
        carets += String(repeating: (start..<end).contains(index) ? "~" : " ", count: width)
      }
    }
    if to < scalars.count { shown += "…" }
    while carets.last == " " { carets.removeLast() }
    self.shown = shown
    self.carets = carets
  }
}
