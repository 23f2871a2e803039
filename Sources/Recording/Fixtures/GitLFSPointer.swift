internal import Canonical
package import SystemPackage

/// The text that Git LFS keeps in the place of a file whose bytes were not fetched.
///
/// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
package enum GitLFSPointer {
  /// A pointer is shorter than this.
  package static let byteCountMax = 1_024
  private static let start = Array("version https://git-lfs.github.com/spec/v1".utf8)

  /// Whether the bytes of a file are a pointer.
  package static func isPointer(_ bytes: [UInt8]) -> Bool {
    bytes.count < byteCountMax && bytes.starts(with: start)
  }

  /// The command that fetches one file.
  ///
  /// A name without a slash is looked for in every folder, wherever the command is run.
  package static func fetchCommand(for path: FilePath) -> String {
    "git lfs pull --include \(ShellText.quoted(path.lastComponent?.string ?? path.string))"
  }

  /// The command that fetches everything in the folder of a suite.
  package static func fetchCommand(forFolder path: FilePath) -> String {
    "git lfs pull --include "
      + ShellText.quoted("**/\(path.lastComponent?.string ?? path.string)/**")
  }
}
