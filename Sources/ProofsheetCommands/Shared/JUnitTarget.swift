internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import SystemPackage

extension JUnitDialect: ExpressibleByArgument {}

/// A place that JUnit XML is written to: a file, or a folder that gets a file a suite.
struct JUnitTarget: Hashable, Sendable {
  /// The file or folder.
  let path: FilePath
  /// Whether it is a folder.
  let isFolder: Bool

  /// Takes what an option says: a path that ends with a slash is a folder.
  init(_ text: String) {
    path = FilePath(text)
    isFolder = text.hasSuffix("/")
  }

  /// Tries the step that will write it, so that a path that cannot be written fails before anything
  /// runs.
  func tryWriting() throws(FileFailure) {
    if isFolder {
      try DurableFile.createFolder(path)
      _ = try PartialFile(replacing: path.appending("trial"))
    } else {
      guard !DurableFile.isFolder(path) else {
        throw FileFailure(
          operation: "write", path: path,
          reason: "it is a folder; end it with a slash to write a file a suite into it")
      }
      try PartialFile.tryWriting(output: path)
    }
  }

  /// Writes a run there.
  func write(
    _ run: some RunReader, _ dialect: JUnitDialect, pictures: JUnitPictures = JUnitPictures(),
    _ context: CommandContext
  ) throws {
    let options = JUnitOptions(
      dialect: dialect, workspace: context.workingFolder, pictures: pictures)
    if isFolder {
      try JUnitReport.write(run, intoFolder: path, options: options)
    } else {
      try JUnitReport.write(run, to: path, options: options)
    }
  }
}
