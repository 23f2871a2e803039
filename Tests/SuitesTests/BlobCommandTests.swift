import Canonical
import Suites
import SystemPackage
import Testing

/// The programs that carry pictures, as configurations name them.
struct BlobCommandTests {
  @Test func `A command is filled in, and what is put in is not looked through again`() throws {
    let command = BlobCommand(arguments: ["rclone", "--from={list}", "{folder}", "s3:{suite}/x"])
    #expect(
      command.filled(
        folder: "/a {list}", list: "/b", suite: try #require(SuiteName("mugs")))
        == ["rclone", "--from=/b", "/a {list}", "s3:mugs/x"])
  }

  @Test(arguments: [
    ([], "names no program"),
    (["", "{folder}", "{list}"], "names no program"),
    (["cp", "{folder}"], "does not use {list}"),
    (["cp", "{list}"], "does not use {folder}"),
    (["{folder}", "{list}"], "does not use {folder}"),
    (["cp", "{folder}", "{list}", "{bucket}"], "knows no placeholder {bucket}"),
    (["cp", "{folder}", "{list}", "a\u{7}"], "has an argument with control characters"),
    (
      ["cp", "{folder}{list}", String(repeating: "x", count: 4_097)],
      "has an argument of 4097 bytes; 4096 are allowed"
    ),
    (
      Array(repeating: "{folder}{list}", count: 101), "has 101 arguments; 100 are allowed"
    ),
  ])
  func `A command that cannot work is refused`(arguments: [String], problem: String) {
    #expect(BlobCommand.problem(with: arguments) == problem)
  }

  @Test func `Both commands and their time are read with their places`() throws {
    let text = """
      version: 1
      blob_store:
        push: [rclone, copy, --files-from, "{list}", "{folder}", "s3:{suite}"]
        pull: [rclone, copy, --files-from, "{list}", "s3:{suite}", "{folder}"]
        timeout: 90s
      """
    let (file, diagnostics) = ConfigLoader.load(
      bytes: Array(text.utf8), path: "proofsheet.yaml", owner: .user)
    #expect(diagnostics == [])
    #expect(file.blobPush?.value.arguments.last == "s3:{suite}")
    #expect(file.blobPush?.location.line == 3)
    #expect(file.blobPull?.value.arguments.last == "{folder}")
    #expect(file.blobTimeout?.value == .seconds(90))
  }

  @Test func `A mistake in a command names the place and the placeholders`() {
    let text = """
      version: 1
      blob_store: {push: [rclone, "{folder}"], pul: [a]}
      """
    let diagnostics = ConfigLoader.load(
      bytes: Array(text.utf8), path: "proofsheet.yaml", owner: .user
    ).diagnostics
    #expect(diagnostics.map(\.location.column) == [20, 42])
    #expect(diagnostics.first?.message == "the command 'push' does not use {list}")
    #expect(diagnostics.first?.hint?.contains("{folder}, {list}, {suite}") == true)
    #expect(diagnostics.last?.hint?.contains("pull") == true)
  }
}
