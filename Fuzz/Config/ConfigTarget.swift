internal import FuzzSupport
internal import Suites
internal import SystemPackage

/// Errors, warnings, and the note that counts the rest.
private let diagnosticsMax = 2 * SuiteLimits.standard.diagnosticsMax + 1

/// Loads bytes as the configuration of a project and as that of a user.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfig(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  let path = Trap.folder.appending("proofsheet.yaml")
  let user = ConfigLoader.load(bytes: bytes, path: path, owner: .user)
  judge(user.diagnostics, source: bytes, countMax: diagnosticsMax)
  let project = ConfigLoader.load(
    bytes: bytes, path: path, owner: .project(userFile: Trap.folder.appending("config.yaml")))
  judge(project.diagnostics, source: bytes, countMax: diagnosticsMax)
  if project.diagnostics.allSatisfy({ $0.severity != .error }) {
    require(
      user.diagnostics.allSatisfy { $0.severity != .error },
      "a project may say no more than a user: \(user.diagnostics)")
  }
  return 0
}
