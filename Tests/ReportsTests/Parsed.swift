import Canonical
import Experiments
import Reports
import SystemPackage
import Testing

/// A document as libxml2 reads it back: elements in order, each with what tests ask for.
struct Parsed {
  struct Element {
    var name: String
    var attributes: [String: String] = [:]
    var text = ""
  }

  private(set) var elements: [Element] = []

  private static let names: [String] = [
    "name", "classname", "message", "type", "value", "time", "timestamp", "tests", "skipped",
    "file", "line", "hostname", "id", "package",
  ]

  /// Reads a file; a broken one fails the test.
  init(_ path: FilePath) throws {
    let problems = XMLProblems()
    let reader = try XMLReader(path, problems: problems)
    var open: [Int] = []
    while reader.read() {
      switch reader.kind {
      case .element:
        var element = Element(name: reader.name)
        for name in Self.names {
          element.attributes[name] = reader.attribute(name)
        }
        elements.append(element)
        if !reader.isEmpty { open.append(elements.count - 1) }
      case .endElement: open.removeLast()
      case .text, .significantWhitespace:
        if let last = open.last { elements[last].text += reader.value }
      default: break
      }
    }
    #expect(problems.lines == [])
  }

  func first(_ name: String) throws -> Element {
    try #require(elements.first { $0.name == name }, "no element '\(name)'")
  }
}

/// The text of a file.
func read(_ path: FilePath) throws -> String {
  String(decoding: try DurableFile.read(path, byteCountMax: 64 << 20), as: UTF8.self)
}

/// Writes a run as JUnit and reads it back.
func junit(
  _ run: some RunReader, workspace: FilePath? = nil, dialect: JUnitDialect = .strict
) throws -> (text: String, parsed: Parsed, problems: [String]) {
  try withFolder { folder in
    let file = folder.appending("junit.xml")
    let options = JUnitOptions(dialect: dialect, workspace: workspace)
    try JUnitReport.write(run, to: file, options: options)
    return (try read(file), try Parsed(file), try JUnitCheck.problems(in: file))
  }
}
