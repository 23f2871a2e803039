internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import SystemPackage

/// The pages of a comparison: whether and how they are written.
struct ComparePage: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write pages that open in a browser: pictures side by side, heat map, plots.",
      valueName: "folder"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Pictures of the pages: changed, all or none.",
      discussion: "changed: those of pairs that differ, and a thumbnail of every other."))
  var images: HTMLOptions.Pictures = .changed

  /// Refuses a folder before anything is compared.
  ///
  /// - Throws: ``CommandExit`` for a file, and for a folder that holds a run's proof sheet or somebody else's page, which
  ///   have pages of these names.
  func check() throws {
    guard let html else { return }
    let holdsRun = [RunFolder.fileName, "run.json"].contains {
      DurableFile.exists(FilePath(html).appending($0))
    }
    if holdsRun {
      throw CommandExit.usage(
        "\(html) holds the proof sheet of a run",
        hint: "name another folder with --html, for example \(html)-compared")
    }
    try PageFolder.check(FilePath(html), option: "--html")
  }

  /// Writes the pages, if they were asked for.
  ///
  /// - Throws: what cannot be written.
  func write(
    _ compared: NamedComparison, _ alignment: CaseAlignment,
    _ runs: (left: ComparedRun, right: ComparedRun), _ context: CommandContext
  ) throws {
    guard let html else { return }
    let store = runs.left.store ?? runs.right.store
    try ComparisonPage.write(
      compared, alignment, to: FilePath(html),
      options: HTMLOptions(
        pictures: images, cache: store?.folder.appending("rendered"),
        sources: [runs.left.folder, runs.right.folder],
        concurrency: ProcessorCount.available))
    context.say("written: \(FilePath(html).appending("index.html"))")
  }
}
