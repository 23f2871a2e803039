/// The script of the sheet, from its parts.
///
/// It makes elements of text only, so that nothing in a run is ever read as markup.
enum SheetScript {
  static let text = [model, grid, tools, `case`, facts, review, start].joined(separator: "\n")
}
