import Canonical
import Glibc
import SeedreamAPI
import Suites
import SystemPackage
import Testing

/// YAML text whose places are marked by keycap emoji, which are taken out before it is read.
struct MarkedText {
  var text = ""
  var places: [Int: (line: Int, column: Int)] = [:]

  init(_ marked: String) {
    var line = 1
    var column = 1
    for character in marked {
      let scalars = Array(character.unicodeScalars)
      if scalars.count == 3, scalars[2].value == 0x20E3, let digit = Int(String(scalars[0])) {
        places[digit] = (line, column)
        continue
      }
      text.append(character)
      if character == "\n" || character == "\r\n" {
        line += 1
        column = 1
      } else {
        column += scalars.count
      }
    }
  }
}

/// What a suite needs beside the part that a test is about.
enum Text {
  static let head = "version: 1\nname: t\n"
  static let request = head + "request: {prompt: cup, images: https://x.example/a.png}\n"
}

func load(
  _ text: String, path: FilePath = "suite.yaml", limits: SuiteLimits = .standard
) throws(SuiteFailure) -> LoadedSuite {
  try SuiteLoader.load(bytes: Array(text.utf8), path: path, limits: limits)
}

/// Everything that a text is told about, errors and warnings.
func diagnostics(
  of text: String, path: FilePath = "suite.yaml", limits: SuiteLimits = .standard
) -> [Diagnostic] {
  do {
    return try load(text, path: path, limits: limits).warnings
  } catch {
    return error.diagnostics
  }
}

/// Expects exactly these diagnostics, in order: the digit of the place, and text of message or hint.
func expect(
  _ marked: String, _ expected: [(Int, String)], path: FilePath = "suite.yaml",
  limits: SuiteLimits = .standard, at location: Testing.SourceLocation = #_sourceLocation
) {
  let marked = MarkedText(marked)
  let found = diagnostics(of: marked.text, path: path, limits: limits)
  let isExpected =
    found.count == expected.count
    && zip(found, expected).allSatisfy { diagnostic, expected in
      let (digit, text) = expected
      let whole =
        "\(diagnostic.severity.rawValue): \(diagnostic.message) (\(diagnostic.hint ?? ""))"
      return whole.contains(text)
        && diagnostic.location.line == marked.places[digit]?.line
        && diagnostic.location.column == marked.places[digit]?.column
    }
  guard !isExpected else { return }
  let shown = found.map { "  found \($0) (\($0.hint ?? ""))" }
  let wanted = expected.map { digit, text in
    let place = marked.places[digit]
    return "  wanted \(place?.line ?? 0):\(place?.column ?? 0): \(text)"
  }
  Issue.record(
    "\(([""] + wanted + shown).joined(separator: "\n"))", sourceLocation: location)
}

/// Runs a body with an empty folder that is removed afterwards.
func withFolder<Result>(_ body: (FilePath) throws -> Result) throws -> Result {
  let folder = FilePath("/tmp/suites-tests-\(getpid())-\(UInt64.random(in: .min ... .max))")
  try DurableFile.createFolder(folder)
  defer { remove(folder) }
  return try body(folder)
}

private func remove(_ folder: FilePath) {
  do {
    for name in try DurableFile.names(in: folder) {
      let path = folder.appending(name)
      if DurableFile.isFolder(path) { remove(path) } else { try DurableFile.remove(path) }
    }
  } catch {
    Issue.record("\(error)")
  }
  _ = unsafe rmdir(folder.string)
}

/// Bytes that start as a PNG does.
func picture(_ text: String = "") -> [UInt8] {
  [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + text.utf8
}
