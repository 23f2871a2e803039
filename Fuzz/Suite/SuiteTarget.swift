internal import Canonical
internal import FuzzSupport
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// Limits that a small file reaches, so that an execution takes milliseconds.
private let limits: SuiteLimits = {
  var limits = SuiteLimits.standard
  limits.casesMax = 5_000
  limits.entriesPerAxisMax = 5_000
  limits.filledPromptsMax = 5_000
  limits.filledByteCountMax = 1 << 20
  limits.excludedStretchesMax = 20_000
  return limits
}()

/// Errors, warnings, and the note that counts the rest.
private let diagnosticsMax = 2 * SuiteLimits.standard.diagnosticsMax + 1
/// Cases of a suite that are looked at.
private let casesShownMax = 50

/// Loads bytes as a suite in a folder of traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSuite(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  do {
    let suite = try SuiteLoader.load(
      bytes: bytes, path: Trap.folder.appending("suite.yaml"), limits: limits)
    judge(suite.warnings, source: bytes, countMax: diagnosticsMax)
    judge(suite)
  } catch {
    require(error.diagnostics.contains { $0.severity == .error }, "a failure has an error")
    judge(error.diagnostics, source: bytes, countMax: diagnosticsMax)
  }
  return 0
}

private func judge(_ suite: LoadedSuite) {
  require(suite.caseCount > 0 && suite.caseCount <= limits.casesMax, "\(suite.caseCount) cases")
  for input in suite.inputs {
    require(input.byteCount <= InputFacts.byteCountMax, "\(input.path) is small enough to send")
  }
  var ids: Set<String> = []
  var keys: Set<CaseKey> = []
  for each in suite.cases.prefix(casesShownMax) {
    require(CaseID(each.id.text) == each.id, "'\(each.id)' is a case id")
    require(ids.insert(each.id.text.lowercased()).inserted, "'\(each.id)' stands once")
    require(keys.insert(each.caseKey).inserted, "the request of '\(each.id)' is made once")
    let canonical = each.request.canonical
    judgeWriting(canonical, limits: JSONLimits())
    require(RequestKey(canonicalRequest: canonical) == each.caseKey.request, "a key is stable")
    require(
      !each.request.findings().contains { $0.severity == .error },
      "'\(each.id)' may be sent: \(each.request.findings())")
  }
}
