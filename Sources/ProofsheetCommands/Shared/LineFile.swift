internal import Canonical
internal import Experiments
internal import Reports
internal import SystemPackage

/// A file of JSON lines that is written as a run goes on.
struct LineFile: ~Copyable {
  private let descriptor: FileDescriptor
  /// Where events go.
  let sink: JSONLinesReport

  /// Opens a file anew.
  ///
  /// - Throws: ``FileFailure``.
  init(_ path: FilePath) throws {
    do {
      descriptor = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw FileFailure(operation: "write", path: path, errno: error as? Errno ?? .ioError)
    }
    sink = JSONLinesReport(to: descriptor, named: path)
  }

  deinit {
    do {
      try descriptor.close()
    } catch {
      // Every line was written with a call of its own, whose failure was told.
    }
  }

  /// Opens a file, lets events be written to it and closes it.
  static func write(to path: FilePath, _ body: (JSONLinesReport) throws -> Void) throws {
    let file = try LineFile(path)
    try body(file.sink)
  }
}
