internal import Canonical
internal import Experiments
internal import Recording
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

extension Settings {
  /// The options that a command about a stored run needs to find its recordings and the run: those of this
  /// command line, and the folder of the run where the suites do not lead to it.
  ///
  /// - Parameter reports: the folder of the store that holds the run.
  func folderOptions(
    of run: RunHeader, in reports: FilePath, _ context: CommandContext
  ) -> String {
    func absolute(_ path: FilePath) -> FilePath {
      context.workingFolder.pushing(path).lexicallyNormalized()
    }
    let found = run.suites.first.map {
      ProjectFolders(suite: run.locate($0.path, context), workingFolder: context.workingFolder)
        .reports(self)
    }
    var isNamed = found.map { absolute($0) != absolute(reports) } ?? true
    if case .flag = self.reports.origin { isNamed = true }
    return folderOptions + (isNamed ? " --reports \(ShellText.quoted(reports))" : "")
  }

  /// The command that goes on with a stored run where it was bought.
  ///
  /// - Parameter reports: the folder of the store that holds the run.
  func resumption(
    of run: RunHeader, in reports: FilePath, _ context: CommandContext
  ) -> String {
    run.resumption(folderOptions(of: run, in: reports, context) + endpointOption(of: run)) {
      run.locate($0, context)
    }
  }

  /// The option without which a run would go on elsewhere; nothing where files and variables lead there.
  private func endpointOption(of run: RunHeader) -> String {
    guard let bought = run.endpoint else { return "" }
    let set =
      switch endpoint.value {
      case .simulator: EndpointName.simulatorWord
      case .server(let url): url.origin
      }
    guard bought == set else { return Origin(bought).endpointOption }
    guard case .flag(let name) = endpoint.origin else { return "" }
    return " \(name) \(ShellText.quoted(endpoint.value))"
  }
}
