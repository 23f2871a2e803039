import Canonical
import Foundation
import Testing

@testable import ProofsheetCommands

/// `proofsheet schema`.
@Suite(.project) struct SchemaCommandTests {
  private var project: Project { Project.current }

  @Test(arguments: ["suite", "config", "run", "run-line", "decisions"])
  func `A schema goes to standard output as it stands in the repository`(kind: String) async throws
  {
    let run = await project.run("schema", kind)
    #expect(run.status == 0)
    #expect(run.messages == "")
    let committed = Project.checkout.appendingPathComponent("schema/\(kind).schema.json")
    #expect(run.output == (try String(contentsOf: committed, encoding: .utf8)))
  }

  @Test func `A folder gets every schema and nothing else`() async throws {
    let run = await project.run("schema", "--output", "@editor/schemas")
    #expect(run.status == 0)
    #expect(run.output == "")
    let folder = project.path("editor/schemas")
    #expect(
      run.messages == """
        \(folder)/suite.schema.json: written
        \(folder)/config.schema.json: written
        \(folder)/run.schema.json: written
        \(folder)/run-line.schema.json: written
        \(folder)/decisions.schema.json: written

        """)
    #expect(
      try project.files().map(\.name).sorted() == [
        "editor/schemas/config.schema.json", "editor/schemas/decisions.schema.json",
        "editor/schemas/run-line.schema.json",
        "editor/schemas/run.schema.json", "editor/schemas/suite.schema.json",
      ])
    let suite = await project.run("schema", "suite")
    #expect(try project.read("editor/schemas/suite.schema.json") == suite.output)
  }

  @Test func `A folder that cannot be made is named`() async throws {
    try project.write("in the way", to: "schemas")
    let run = await project.run("schema", "--output", "@schemas")
    #expect(run.status == 2)
    #expect(run.messages.contains("schemas"), "\(run.messages)")
    #expect(try project.read("schemas") == "in the way")
  }

  @Test(arguments: [[], ["suite", "--output", "@x"], ["baseline"]])
  func `Either one schema is named or a folder for both`(arguments: [String]) async throws {
    let run =
      await arguments.isEmpty
      ? project.run("schema")
      : arguments.count == 1
        ? project.run("schema", arguments[0])
        : project.run("schema", arguments[0], arguments[1], arguments[2])
    #expect(run.status == 2)
    #expect(run.messages.contains("suite"), "\(run.messages)")
    #expect(try project.files().isEmpty)
  }

  @Test func `Defaults of the schema are those of the commands`() async throws {
    let run = await project.run("schema", "config")
    let keys = try #require(try JSONParser.parse(Array(run.output.utf8))["properties"])
    func standard(_ section: String, _ key: String) -> JSONValue? {
      keys[section]?["properties"]?[key]?["default"]
    }
    #expect(standard("auth", "key_variable") == .string(Settings.defaultKeyVariable))
    let asked = try #require(standard("limits", "confirm_above"))
    #expect(Money(asked.canonicalText) == Settings.defaultConfirmAbove)
  }
}
