internal import Canonical
internal import SeedreamAPI
package import SystemPackage

/// Reads suite files.
package enum SuiteLoader {
  /// Reads a suite and the local pictures that it names.
  ///
  /// Pictures are digested, not decoded: whether they have pixels that the API takes is for others.
  ///
  /// - Throws: ``SuiteFailure`` with everything that is wrong, in order of place.
  package static func load(
    _ path: FilePath, limits: SuiteLimits = .standard
  ) throws(SuiteFailure) -> LoadedSuite {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path, byteCountMax: limits.fileByteCountMax)
    } catch {
      let place = SourceLocation(path: path, line: 1, column: 1)
      throw SuiteFailure(
        path: path,
        diagnostics: [Diagnostic(.error, VisibleText.escape(error.description), at: place)])
    }
    return try load(bytes: bytes, path: path, limits: limits)
  }

  /// Reads a suite from its bytes; pictures are looked for relative to the path.
  ///
  /// - Throws: ``SuiteFailure`` as ``load(_:limits:)``.
  package static func load(
    bytes: [UInt8], path: FilePath, limits: SuiteLimits = .standard
  ) throws(SuiteFailure) -> LoadedSuite {
    var reader = SuiteReader(path: path, limits: limits)
    return try reader.read(bytes)
  }
}
