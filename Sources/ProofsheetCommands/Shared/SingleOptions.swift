/// Options that money, what is run, or a file that is written hangs on: of two the parser takes the last, and says
/// nothing of the first.
enum SingleOptions {
  private static let names: Set = [
    "--carry", "--code-quality", "--endpoint", "--har", "--html", "--junit", "--max-cost",
    "--max-failures",
    "--max-requests", "--mode", "--only", "--output", "--shard",
  ]

  /// Refuses a command line, which the parser has understood, with one of them twice.
  ///
  /// - Throws: ``CommandExit`` that names the option.
  static func requireOnce(_ arguments: [String]) throws {
    var seen: Set<String> = []
    // What begins with two dashes is never the value of the option before it, and no option after `--`.
    for argument in arguments.prefix(while: { $0 != "--" }) {
      let name = String(argument.prefix { $0 != "=" })
      guard names.contains(name), !seen.insert(name).inserted else { continue }
      throw CommandExit.usage(
        "\(name) is given twice, and only the last would count", hint: "give it once")
    }
  }
}
