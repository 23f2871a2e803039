import ProofsheetCommands

/// The command-line tool.
@main
enum Main {
  static func main() async {
    await Proofsheet.start()
  }
}
