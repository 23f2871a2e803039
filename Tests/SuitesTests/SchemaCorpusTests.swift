import Canonical
import Foundation
import Suites
import SystemPackage
import Testing

/// A file of `Tests/Schema`, which `Tests/Interop/check_schema.py` holds against the schemas.
struct CorpusFile: Sendable, CustomTestStringConvertible {
  let path: FilePath

  static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .appending("Schema")

  /// The files of a folder; none where it cannot be read, which another test tells.
  static func all(in name: String) -> [CorpusFile] {
    let folder = folder.appending(name)
    do {
      return try DurableFile.names(in: folder).map { CorpusFile(path: folder.appending($0)) }
    } catch {
      return []
    }
  }

  var testDescription: String { path.stem ?? "" }
  var isConfig: Bool { testDescription.hasPrefix("config-") }

  func bytes() throws -> [UInt8] { try DurableFile.read(path, byteCountMax: 1_000_000) }

  /// What the first line says of the reader's message: `# says: …`; `nil` where it says nothing.
  func expectedMessage() throws -> String? {
    let line = String(decoding: try bytes().prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return line.hasPrefix("# says: ") ? String(line.dropFirst("# says: ".count)) : nil
  }

  /// Everything that the reader says of the file.
  func diagnostics() throws -> [Diagnostic] {
    if isConfig {
      let owner: ConfigOwner =
        testDescription.contains("user") ? .user : .project(userFile: nil)
      return ConfigLoader.load(bytes: try bytes(), path: path, owner: owner).diagnostics
    }
    do {
      return try SuiteLoader.load(path).warnings
    } catch {
      return error.diagnostics
    }
  }
}

/// The reader and the schemas take and refuse the same files.
struct SchemaCorpusTests {
  @Test(
    arguments: [("valid", 25), ("invalid", 75), ("reader-only", 5)])
  func `The corpus is there`(folder: String, least: Int) {
    #expect(CorpusFile.all(in: folder).count >= least)
  }

  @Test(arguments: CorpusFile.all(in: "valid"))
  func `The reader takes what the schema takes`(file: CorpusFile) throws {
    let errors = try file.diagnostics().filter { $0.severity == .error }
    #expect(errors.map(\.description) == [])
  }

  @Test(arguments: CorpusFile.all(in: "invalid") + CorpusFile.all(in: "reader-only"))
  func `The reader finds the one mistake of a file`(file: CorpusFile) throws {
    let errors = try file.diagnostics().filter { $0.severity == .error }
    #expect(errors.count == 1, "\(errors.map(\.description))")
    let expected = try #require(
      try file.expectedMessage(), "the first line says what is told: # says: …")
    #expect(errors.first?.message == expected)
  }
}
