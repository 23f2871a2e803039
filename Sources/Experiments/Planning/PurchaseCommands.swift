internal import Canonical
internal import Recording
internal import Suites
internal import SystemPackage

/// The commands that buy pictures of a suite, with all that they need when they are pasted.
package struct PurchaseCommands: Hashable, Sendable {
  /// The suite's file.
  let suite: FilePath
  /// The option without which a suite is not run whose checks start programs, with a blank before it.
  package let programOption: String
  /// Options of the command line that a further command needs as well, with a blank before each.
  private let options: String

  /// Puts them together.
  ///
  /// - Parameter options: options that they repeat, with a blank before each.
  init(for suite: LoadedSuite, options: String = "") {
    self.suite = suite.path
    self.options = options
    programOption = suite.programs.isEmpty ? "" : " --allow-commands"
  }

  /// The command that runs the suite.
  ///
  /// - Parameters:
  ///   - mode: one that buys.
  ///   - filter: the option that selects cases, with a blank before it.
  ///   - origin: where the pictures came from that it adds to; `nil` where there are none.
  func run(_ mode: RunMode, filter: String = "", addingTo origin: Origin?) -> String {
    "proofsheet run \(ShellText.quoted(suite)) --mode \(mode.rawValue)\(filter)\(programOption)"
      + ending(origin)
  }

  /// The command that probes the endpoint.
  ///
  /// - Parameter origin: where the pictures came from that are judged by what it finds; `nil` where that is not
  ///   known.
  func probe(of origin: Origin?) -> String {
    "proofsheet probe \(ShellText.quoted(suite))\(ending(origin))"
  }

  /// Pictures of the simulator and of a model do not mix, so that what is added to the simulator's comes
  /// from it as well, unless this command line names an endpoint.
  private func ending(_ origin: Origin?) -> String {
    let origin = options.contains("--endpoint") ? nil : origin
    return options + origin.purchaseOptions
  }
}
