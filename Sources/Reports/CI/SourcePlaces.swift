internal import Suites
package import SystemPackage

/// Finds the lines of suites where a service shows files: from the root of the checkout.
package struct SourcePlaces: Hashable, Sendable {
  /// The folder that paths of a run start from; empty where it is not known.
  let workingFolder: FilePath
  /// The folder that the service knows files by; `nil` where paths stay as they are.
  let root: FilePath?
  /// The address that a path from the root is added to, with its slash; `nil` for links from here.
  let address: String?

  /// Puts places together.
  ///
  /// - Parameters:
  ///   - workingFolder: the folder that paths of a run start from.
  ///   - root: the folder that the service knows files by; `nil` where paths stay as they are.
  ///   - address: what stands before such a path in a link, with its slash; `nil` for links from here.
  package init(workingFolder: FilePath = "", root: FilePath? = nil, address: String? = nil) {
    self.workingFolder = workingFolder
    self.root = root
    self.address = address
  }

  /// A path from the root; `nil` for one that lies elsewhere.
  func path(_ path: FilePath) -> String? {
    guard let root else { return path.lexicallyNormalized().string }
    var whole = workingFolder.pushing(path).lexicallyNormalized()
    guard whole.removePrefix(root.lexicallyNormalized()), !whole.isEmpty else { return nil }
    return whole.string
  }

  /// The target of a link to a line; `nil` for a file that lies elsewhere.
  func link(_ location: SourceLocation) -> String? {
    guard let path = path(location.path), address != nil || !path.hasPrefix("/") else { return nil }
    return (address ?? "") + MarkdownText.target(path) + "#L\(location.line)"
  }
}
