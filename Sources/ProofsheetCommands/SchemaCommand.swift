internal import ArgumentParser
internal import Canonical
internal import Reports
internal import Suites
internal import SystemPackage

/// Writes the JSON Schemas of suite and config files, of what runs write, and of decisions.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract:
      "Write the JSON Schema of suite and config files, of what runs write, and of decisions.",
    discussion: """
      An editor that knows YAML completes and checks a suite whose first line is:

        # yaml-language-server: $schema=../schema/suite.schema.json

      A schema refuses nothing that 'plan' takes; what depends on several places of a file, such as \
      an axis named twice or a picture that is not there, only 'plan' finds.

      'run' describes run.json and 'report RUN --format json', and 'run-line' each line of run.jsonl \
      and of 'run --format json'. Members may be added within a version.

      'decisions' describes decisions.json, which the page of a run writes and 'approve --from' reads.
      """)

  @Argument(
    help: ArgumentHelp(
      "Write this one to standard output: suite, config, run, run-line or decisions.",
      valueName: "file"))
  var kind: PublishedSchema?

  @Option(
    help: ArgumentHelp(
      "Write all into this folder, as suite.schema.json and so on.",
      valueName: "dir"))
  var output: String?

  func validate() throws {
    guard (kind == nil) != (output == nil) else {
      throw ValidationError(
        "name one schema, such as 'suite' or 'run', or a folder for all with --output")
    }
  }

  func run() throws {
    let context = CommandContext.current
    if let kind { context.output(String(decoding: kind.fileBytes, as: UTF8.self)) }
    guard let output else { return }
    let folder = FilePath(output)
    do {
      try DurableFile.createFolder(folder)
      for schema in PublishedSchema.allCases {
        let path = folder.appending(schema.fileName)
        try DurableFile.write(schema.fileBytes, to: path)
        context.say("\(path): written")
      }
    } catch {
      throw CommandExit.usage("\(error)", hint: "name a folder that can be written")
    }
  }
}

/// The schemas that are published.
enum PublishedSchema: String, CaseIterable, ExpressibleByArgument {
  case suite
  case config
  case run
  case line = "run-line"
  case decisions

  /// The name of the schema's file.
  var fileName: String { "\(rawValue).schema.json" }

  /// The bytes of the schema's file.
  var fileBytes: [UInt8] {
    switch self {
    case .suite: LanguageSchema.suite.fileBytes
    case .config: LanguageSchema.config.fileBytes
    case .run: RunSchema.run.fileBytes
    case .line: RunSchema.line.fileBytes
    case .decisions: DecisionSchema.fileBytes
    }
  }
}
