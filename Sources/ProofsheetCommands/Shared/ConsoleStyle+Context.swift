internal import Reports

extension ConsoleStyle {
  /// The style of the terminal that a command runs on.
  ///
  /// - Parameters:
  ///   - context: tells of the terminal and of `NO_COLOR`.
  ///   - settings: name the folders that commands in hints need.
  ///   - reports: the option that leads to the run where `settings` have none and no report names it.
  init(
    _ context: CommandContext, _ settings: Settings, verbosity: Verbosity, reports: String = ""
  ) {
    self.init(
      isTerminal: context.isTerminal, columns: context.columns,
      colour: context.isTerminal && (context.environment["NO_COLOR"] ?? "").isEmpty,
      verbosity: verbosity, commandOptions: settings.reportsOption + reports)
  }
}
