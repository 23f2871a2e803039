internal import Canonical
internal import Reports
internal import SystemPackage

/// A folder that pages are written to because the user named it.
enum PageFolder {
  /// Refuses a folder before anything is written to it.
  ///
  /// - Parameters:
  ///   - folder: the folder, which need not be there.
  ///   - option: the option that names another one.
  /// - Throws: ``CommandExit`` for a file, and where `index.html` is somebody else's.
  static func check(_ folder: FilePath, option: String) throws {
    if DurableFile.exists(folder), !DurableFile.isFolder(folder) {
      throw CommandExit.usage(
        "\(folder) is a file, and pages need a folder", hint: "name another folder with \(option)")
    }
    let page = folder.appending("index.html")
    let isFree = !DurableFile.exists(page) && !DurableFile.isLink(page)
    guard try isFree || told({ try PageHead.isOn(page) }) else {
      throw CommandExit.usage(
        "\(page) was not written by Proofsheet and would be replaced; nothing was written",
        hint: "name a folder without such a page with \(option), or move that file away")
    }
  }
}
