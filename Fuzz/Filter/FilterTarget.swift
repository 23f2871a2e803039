internal import Canonical
internal import Experiments
internal import FuzzSupport
internal import Suites

private let cells = [
  CaseCell(axis: "prompt", entry: "paper", value: "Put the cup on linen paper"),
  CaseCell(axis: "seed", entry: "s7", value: "7"),
]

/// Reads bytes as a filter of cases and asks it about some.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFilter(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let text = unsafe String(decoding: copied(start, count), as: UTF8.self)
  let filter: CaseFilter
  do {
    filter = try CaseFilter(text)
  } catch {
    judgeShown(error.description)
    let lines = error.description.split(separator: "\n", omittingEmptySubsequences: false)
    require(lines.count == 3 && lines[2].last == "^", "a caret points at the place:\n\(error)")
    require(lines[2].count <= lines[1].unicodeScalars.count * 2 + 1, "within the filter")
    return 0
  }
  do {
    require(try CaseFilter(filter.description) == filter, "a filter is what it says")
  } catch {
    fatalError("a filter cannot be read again: \(error)")
  }
  let names = ["paper--s7", "", text.unicodeScalars.prefix(10).map { String($0) }.joined()]
  for name in names {
    let admitted = filter.admits(
      suite: name, id: name, cells: cells, tags: [name], outcome: .drifted)
    let isAdmittedBefore = filter.admits(suite: name, id: name, cells: cells, tags: [name])
    // Before the outcome is known nothing may be left out that would be selected later.
    require(!admitted || isAdmittedBefore, "a case is left out too early")
  }
  require(filter.axisNames.allSatisfy { !CaseFilter.ownNames.contains($0) }, "names of axes")
  return 0
}
