package import SystemPackage

/// How a proof sheet is written.
package struct HTMLOptions: Hashable, Sendable {
  /// Which pictures lie in the folder.
  package enum Pictures: String, Hashable, Sendable, CaseIterable {
    /// Those of cases that did not pass or warn, and a thumbnail of every other.
    case changed
    /// Those of every case.
    case all
    /// None, and no thumbnails.
    case none
  }

  /// Which pictures lie in the folder.
  package var pictures: Pictures
  /// Where thumbnails and difference pictures are kept for later reports; `nil` keeps none.
  package var cache: FilePath?
  /// Folders of other proof sheets, of which thumbnails and difference pictures are taken.
  package var sources: [FilePath]
  /// Pictures that are worked on at a time.
  package var concurrency: Int

  /// Puts options together.
  package init(
    pictures: Pictures = .changed, cache: FilePath? = nil, sources: [FilePath] = [],
    concurrency: Int = 2
  ) {
    precondition(concurrency > 0, "at least one at a time (was \(concurrency))")
    self.pictures = pictures
    self.cache = cache
    self.sources = sources
    self.concurrency = concurrency
  }
}
