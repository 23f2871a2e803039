import FoundationEssentials
package import SystemPackage
package import Testing

/// Gives each test case an empty folder of its own and removes it afterwards.
package struct TemporaryFolder: TestTrait, SuiteTrait, TestScoping {
  /// The folder of the running test.
  @TaskLocal package static var path: FilePath = "/nonexistent"

  /// Each test case has a folder, not each suite.
  package var isRecursive: Bool { true }

  /// Makes the folder, runs the test and removes the folder, whatever the test did.
  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    let name = "proofsheet-tests-\(UInt64.random(in: .min ... .max))"
    let folder = FileManager.default.temporaryDirectory.path + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let result: Result<Void, any Error>
    do {
      result = .success(try await Self.$path.withValue(FilePath(folder)) { try await function() })
    } catch {
      result = .failure(error)
    }
    try FileManager.default.removeItem(atPath: folder)
    try result.get()
  }
}

extension Trait where Self == TemporaryFolder {
  /// A temporary folder for each test case.
  package static var temporaryFolder: Self { Self() }
}
