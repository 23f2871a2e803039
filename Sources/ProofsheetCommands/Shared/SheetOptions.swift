internal import ArgumentParser
internal import Reports
internal import SystemPackage

extension HTMLOptions.Pictures: ExpressibleByArgument {}

/// How the proof sheet is written.
struct SheetOptions: ParsableArguments {
  /// The folder, beside the runs, of what a sheet keeps for later ones.
  static let cacheName = "rendered"

  @Option(
    help: ArgumentHelp(
      "Pictures in the proof sheet: changed, all or none.",
      discussion: "changed: those of cases that did not pass, and a thumbnail of every other. "
        + "Pictures are hard links where the file system has them."))
  var images: HTMLOptions.Pictures = .changed

  /// The options of a report.
  ///
  /// - Parameters:
  ///   - reports: the folder of all reports, where thumbnails are kept for later ones.
  ///   - sources: folders of other proof sheets.
  func options(reports: FilePath, sources: [FilePath] = []) -> HTMLOptions {
    HTMLOptions(
      pictures: images, cache: reports.appending(Self.cacheName), sources: sources,
      concurrency: ProcessorCount.available)
  }
}
