internal import ArgumentParser
internal import Canonical
internal import Suites
internal import SystemPackage

/// Writes the JSON Schemas of suite and config files.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Write the JSON Schema of suite and config files, for editors.",
    discussion: """
      An editor that knows YAML completes and checks a suite whose first line is:

        # yaml-language-server: $schema=../schema/suite.schema.json

      A schema refuses nothing that 'plan' takes; what depends on several places of a file, such as \
      an axis named twice or a picture that is not there, only 'plan' finds.
      """)

  @Argument(
    help: ArgumentHelp("Write this one to standard output: suite or config.", valueName: "file"))
  var kind: LanguageSchema?

  @Option(
    help: ArgumentHelp(
      "Write both into this folder, as suite.schema.json and config.schema.json.",
      valueName: "dir"))
  var output: String?

  func validate() throws {
    guard (kind == nil) != (output == nil) else {
      throw ValidationError(
        "name one schema, 'suite' or 'config', or a folder for both with --output")
    }
  }

  func run() throws {
    let context = CommandContext.current
    if let kind { context.output(String(decoding: kind.fileBytes, as: UTF8.self)) }
    guard let output else { return }
    let folder = FilePath(output)
    do {
      try DurableFile.createFolder(folder)
      for schema in LanguageSchema.allCases {
        let path = folder.appending(schema.fileName)
        try DurableFile.write(schema.fileBytes, to: path)
        context.say("\(path): written")
      }
    } catch {
      throw CommandExit.usage("\(error)", hint: "name a folder that can be written")
    }
  }
}

extension LanguageSchema: ExpressibleByArgument {}
