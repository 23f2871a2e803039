internal import Canonical
package import Experiments
internal import Mustache
package import SystemPackage

/// Writes a comparison as a folder that opens in a browser, as a file, without a network and without a script.
///
/// | file | holds |
/// |---|---|
/// | `index.html` | sides, verdicts, heat maps, prompts, quality, what has no partner; written last |
/// | `prompts-N.html` | prompts with their plots and pairs, ``ComparisonPlan/pairsPerPage`` pairs in a file; where one would do they stand on `index.html` |
/// | `thumbnails`, `pictures`, `differences` | named by digests |
///
/// Pictures and pages are made a page at a time.
package enum ComparisonPage {
  /// Prompts that `index.html` lists, the worst first.
  static let promptsMax = 1_000
  /// Cases without a partner that are listed.
  static let missingMax = 500
  /// Cases without a picture that are listed of a prompt.
  static let unusableMax = 50
  /// Tags whose quality is told.
  static let tagsMax = 100

  /// Writes a comparison.
  ///
  /// - Parameters:
  ///   - compared: what was found.
  ///   - alignment: the cases that were compared, with their pictures.
  ///   - folder: where to; it is made, and files of an earlier comparison in it are replaced.
  ///   - options: which pictures, and how many at a time.
  /// - Throws: `FileFailure` when a file cannot be written; then there is no `index.html`.
  package static func write(
    _ compared: NamedComparison, _ alignment: CaseAlignment, to folder: FilePath,
    options: HTMLOptions
  ) throws {
    let folder = try SheetFolder(folder, folders: ["thumbnails", "pictures", "differences"])
    try DurableFile.remove(folder.path.appending("index.html"))
    let templates = try ComparisonTemplates()
    let plan = ComparisonPlan(compared.found)
    var pictures = ComparisonPictures(alignment, folder, options)
    var views = ComparisonView(compared, plan)
    try folder.write(Array(SheetStyle.text.utf8), to: "style.css")
    try folder.write(Array(ComparisonStyle.text.utf8), to: "compare.css")
    try folder.write(
      Array(SheetTemplates.icon(isGood: compared.found.status(of: [.changed]) == .success).utf8),
      to: "icon.svg")
    for number in plan.pages.indices where plan.pages.count > 1 {
      let page = templates.prompts.render(try views.page(number, &pictures))
      try folder.write(Array(page.utf8), to: ComparisonPlan.file(number))
    }
    try folder.removeNumbered(
      "prompts-", ".html", from: plan.pages.count > 1 ? plan.pages.count + 1 : 1)
    let inline = plan.pages.count == 1 ? try views.page(0, &pictures) : [:]
    let page = templates.index.render(views.index.merging(inline) { own, _ in own })
    try folder.write(Array(page.utf8), to: "index.html")
  }
}
