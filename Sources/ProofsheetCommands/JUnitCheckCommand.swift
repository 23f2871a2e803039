internal import ArgumentParser
internal import Experiments
internal import Reports
internal import SystemPackage

/// Checks a JUnit file against the project's own schema, or another.
struct JUnitCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "junit-check",
    abstract: "Check a JUnit file against the strict schema, or against another.",
    shouldDisplay: false)

  @Argument(help: "The JUnit file.")
  var file: String

  @Option(help: ArgumentHelp("An XML schema to use instead of the built-in one.", valueName: "xsd"))
  var schema: String?

  @Flag(help: "Check each test suite as a document of its own.")
  var suiteAsRoot = false

  func run() throws {
    let context = CommandContext.current
    let problems: [String]
    do {
      problems = try JUnitCheck.problems(
        in: FilePath(file), schema: schema.map { FilePath($0) }, suiteAsRoot: suiteAsRoot)
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
    for problem in problems { context.say("\(file): \(problem)") }
    guard problems.isEmpty else { throw CommandExit(.failure) }
    context.say("\(file): valid against \(schema ?? "the strict schema")")
  }
}
