internal import Canonical
internal import Experiments
internal import SystemPackage

/// The files that one suite is written into, one after the other.
final class JUnitParts {
  private let suite: JUnitSuite
  private let folder: FilePath
  private var writer: XMLWriter?
  private var number = 0
  private var seen = JUnitTotals()
  private var written: Set<String> = []

  init(suite: JUnitSuite, folder: FilePath) {
    self.suite = suite
    self.folder = folder
  }

  private var part: JUnitSuite.Part { suite.parts[number] }

  /// Opens the first file, or the next once the present one has all its cases.
  ///
  /// - Parameter ending: writes what stands behind the cases of a file.
  /// - Returns: the part that was opened; `nil` while the present one goes on.
  func advance(
    ending: (JUnitSuite.Part, JUnitTotals, borrowing XMLWriter) throws -> Void
  ) throws -> JUnitSuite.Part? {
    if writer != nil {
      guard seen.tests >= part.caseCount, number + 1 < suite.parts.count else { return nil }
      try close(ending: ending)
      number += 1
    }
    try open()
    return part
  }

  /// Writes something into the present file.
  func run(_ body: (borrowing XMLWriter) throws -> Void) rethrows {
    try writer?.run(body)
  }

  /// Takes note that a case was written.
  func took(_ result: CaseResult) throws {
    seen.add(result)
    try writer?.throwFailure()
  }

  /// Ends the last file; a suite without cases has one, too.
  func finish(
    starting: (JUnitSuite.Part, borrowing XMLWriter) -> Void,
    ending: (JUnitSuite.Part, JUnitTotals, borrowing XMLWriter) throws -> Void
  ) throws {
    if writer == nil {
      try open()
      let part = part
      run { starting(part, $0) }
    }
    try close(ending: ending)
  }

  /// Removes what a former run has left under names of this suite that are not written any more.
  func removeOlder() throws(FileFailure) {
    let stem = "TEST-\(suite.header.name)"
    for name in try DurableFile.names(in: folder) where !written.contains(name) {
      guard name.hasPrefix("\(stem)."), name.hasSuffix(".xml") else { continue }
      let middle = name.dropFirst(stem.utf8.count + 1).dropLast(4)
      let isNumber = middle.utf8.allSatisfy { (0x30...0x39).contains($0) }
      if name == "\(stem).xml" || (isNumber && !middle.isEmpty) {
        try DurableFile.remove(folder.appending(name))
      }
    }
  }

  private func open() throws {
    let ending = suite.parts.count > 1 ? ".\(number + 1).xml" : ".xml"
    let name = "TEST-\(suite.header.name)\(ending)"
    written.insert(name)
    seen = JUnitTotals()
    writer = try XMLWriter(to: PartialFile(replacing: folder.appending(name)))
  }

  private func close(
    ending: (JUnitSuite.Part, JUnitTotals, borrowing XMLWriter) throws -> Void
  ) throws {
    let (part, seen) = (part, seen)
    try writer?.run { try ending(part, seen, $0) }
    guard let whole = writer.take() else { return }
    try whole.finish()
  }
}
