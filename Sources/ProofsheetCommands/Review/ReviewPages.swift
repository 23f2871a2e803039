internal import Canonical
internal import Experiments
internal import Glibc
internal import Reports
internal import SystemPackage

/// The proof sheet that a review serves: the run's own, or one of what a run that goes on has found so far.
struct ReviewPages: Sendable {
  /// The folder of the sheet.
  let folder: FilePath
  private let reports: FilePath
  private let options: SheetOptions
  private let isOwn: Bool

  init(_ run: ReviewedRun, _ reports: FilePath, _ options: SheetOptions) {
    self.reports = reports
    self.options = options
    isOwn = run.standing == .ended
    // The run writes its own sheet at its end, and one that was killed has none.
    folder =
      isOwn
      ? run.folder : reports.appending("rendered").appending("review-\(run.header.id)-\(getpid())")
  }

  /// Renders the sheet where there is none, or one of another version, or one without the pictures.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - now: the time.
  func prepare(_ run: ReviewedRun, at now: Timestamp) throws {
    if isOwn, HTMLReport.isCurrent(folder), hasPictures(run) { return }
    try render(try run.reader(at: now))
  }

  private func hasPictures(_ run: ReviewedRun) -> Bool {
    guard let entry = run.queue.entries.first,
      let result = run.results[ReviewedRun.Key(suite: entry.suite, output: entry.output)],
      let output = result.outputs.first(where: { $0.index == entry.output.index })
    else { return true }
    let name = "\(output.blob.digest.hex).\(output.blob.kind.rawValue)"
    return DurableFile.isFile(folder.appending("pictures").appending(name))
  }

  /// Renders the sheet.
  func render(_ run: any RunReader) throws {
    let hasLines = isOwn && DurableFile.isFile(folder.appending(RunFolder.fileName))
    try HTMLReport.write(
      run, to: folder, options: options.options(reports: reports), writesLines: !hasLines)
  }

  /// Removes a sheet of a run that went on: the run has its own.
  func remove() {
    guard !isOwn else { return }
    do {
      for name in ["thumbnails", "pictures", "differences"] + [""] {
        let place = folder.appending(name)
        for file in try DurableFile.names(in: place)
        where !DurableFile.isFolder(place.appending(file)) {
          try DurableFile.remove(place.appending(file))
        }
        unsafe rmdir(place.string)
      }
    } catch {
      // It lies among what is rendered, and harms nobody.
      return
    }
  }
}
