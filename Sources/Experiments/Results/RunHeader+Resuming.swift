internal import Canonical
package import SystemPackage

extension RunHeader {
  /// The command that goes on with the run and buys nothing twice; a replay, which costs nothing, it begins anew.
  ///
  /// - Parameters:
  ///   - options: those that say where recordings and runs lie and where pictures are bought, with a blank before
  ///     each.
  ///   - locate: finds the path of a suite from where the command is to be given.
  package func resumption(
    _ options: String, locate: (FilePath) -> FilePath = { $0 }
  ) -> String {
    var words = ["proofsheet run"] + suites.map { ShellText.quoted(locate($0.path)) }
    if mode != .replay { words.append("--mode \(mode.rawValue)") }
    if mode == .live { words.append("--resume") }
    if let shard { words.append("--shard \(shard.shard)") }
    return words.joined(separator: " ") + options
  }
}
