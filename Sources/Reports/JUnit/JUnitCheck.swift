internal import Canonical
package import SystemPackage

/// Says whether a file is the JUnit XML that dashboards read without surprises.
package enum JUnitCheck {
  /// Reads a file and says what is wrong with it, at most a hundred things.
  ///
  /// Without a schema of its own the file is held against ``JUnitReport``'s dialect and against what a
  /// schema cannot say: no declaration of a document type, no comment, CDATA section or processing
  /// instruction, no two cases of one class and name, counts and times that add up.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - schema: an XML Schema of another tool, the only thing that the file is then held against.
  ///   - suiteAsRoot: whether each `testsuite` is validated as a document of its own, as Surefire
  ///     writes them.
  /// - Returns: problems with their lines; none when the file is good.
  /// - Throws: `FileFailure` when a file cannot be read.
  package static func problems(
    in path: FilePath, schema: FilePath? = nil, suiteAsRoot: Bool = false
  ) throws -> [String] {
    let problems = XMLProblems()
    if schema == nil { try checkStart(of: path, problems) }
    let compiled: XMLSchema
    if let schema {
      compiled = try XMLSchema(file: schema)
    } else {
      compiled = XMLSchema(text: JUnitSchema.text)
    }
    let reader = try XMLReader(
      path, schema: compiled, validatesWhole: !suiteAsRoot, problems: problems)
    var sums = JUnitSums()
    var isAtNode = reader.read()
    while isAtNode {
      guard reader.kind != .documentType else {
        problems.add(line: reader.line, "a document type is declared; it is not read further")
        break
      }
      if schema == nil { sums.take(reader, problems) }
      if suiteAsRoot, reader.kind == .element, reader.name == "testsuite" {
        reader.validateElement()
        isAtNode = reader.skip()
      } else {
        isAtNode = reader.read()
      }
    }
    return problems.lines
  }

  /// A mark of byte order, a blank or another encoding before the declaration trips some readers.
  private static func checkStart(of path: FilePath, _ problems: XMLProblems) throws(FileFailure) {
    let expected = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8)
    var start = [UInt8](repeating: 0, count: expected.count)
    do {
      let file = try FileDescriptor.open(path, .readOnly)
      try file.closeAfter {
        let count = try unsafe start.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
        start.removeLast(start.count - count)
      }
    } catch {
      throw FileFailure(operation: "read", path: path, errno: error as? Errno ?? .ioError)
    }
    if start != expected {
      let text = String(decoding: expected, as: UTF8.self)
      problems.add(line: 1, "the file does not start with \(text)")
    }
  }
}

/// Adds up what cases and suites say, and compares it with what the elements around them say.
private struct JUnitSums {
  /// Sums of one level: what is inside, and what is said of it.
  private struct Level {
    static let names = ["tests", "failures", "errors", "skipped", "time"]

    var element = ""
    var line = 0
    var declared: [String: Int] = [:]
    var counted: [String: Int] = [:]

    mutating func add(_ name: String, _ amount: Int) {
      let (sum, overflow) = counted[name, default: 0].addingReportingOverflow(amount)
      counted[name] = overflow ? .max : sum
    }

    func report(to problems: XMLProblems) {
      for name in Self.names {
        guard let said = declared[name] else { continue }
        let found = counted[name, default: 0]
        if said != found {
          let unit = name == "time" ? " ms" : ""
          problems.add(
            line: line, "\(element) says \(name) \(said)\(unit); its parts make \(found)\(unit)")
        }
      }
    }
  }

  private var root = Level()
  private var suite = Level()
  private var names: Set<String> = []
  /// Levels above the root that a file of one suite leaves out.
  private var missing = 0

  mutating func take(_ reader: borrowing XMLReader, _ problems: XMLProblems) {
    switch reader.kind {
    case .characterData: problems.add(line: reader.line, "a CDATA section; some readers drop it")
    case .comment: problems.add(line: reader.line, "a comment; some readers stop at it")
    case .instruction: problems.add(line: reader.line, "a processing instruction")
    case .entityReference: problems.add(line: reader.line, "a reference to an entity")
    case .element: takeStart(reader, problems)
    case .endElement: takeEnd(depth: reader.depth, problems)
    default: break
    }
  }

  private mutating func takeStart(_ reader: borrowing XMLReader, _ problems: XMLProblems) {
    let name = reader.name
    if reader.depth == 0, name == "testsuite" { missing = 1 }
    switch (reader.depth + missing, name) {
    case (0, _):
      root = level(reader, name)
    case (1, "testsuite"):
      suite = level(reader, name)
      for (name, amount) in suite.declared { root.add(name, amount) }
    case (2, "testcase"):
      suite.add("tests", 1)
      if let time = Self.milliseconds(reader.attribute("time")) { suite.add("time", time) }
      let key = [reader.attribute("classname"), reader.attribute("name")].map { $0 ?? "" }
      if !names.insert(key.joined(separator: "\n")).inserted {
        problems.add(line: reader.line, "a second case '\(key[1])' of '\(key[0])'")
      }
    case (3, "failure"): suite.add("failures", 1)
    case (3, "error"): suite.add("errors", 1)
    case (3, "skipped"): suite.add("skipped", 1)
    default: break
    }
    if reader.isEmpty { takeEnd(depth: reader.depth, problems) }
  }

  private func takeEnd(depth: Int, _ problems: XMLProblems) {
    switch depth + missing {
    case 0: root.report(to: problems)
    case 1: suite.report(to: problems)
    default: break
    }
  }

  private func level(_ reader: borrowing XMLReader, _ name: String) -> Level {
    var level = Level(element: name, line: reader.line)
    for name in Level.names {
      let value = reader.attribute(name)
      level.declared[name] = name == "time" ? Self.milliseconds(value) : value.flatMap { Int($0) }
    }
    return level
  }

  /// The milliseconds of a time with three decimals; `nil` for any other, which the schema refuses.
  private static func milliseconds(_ text: String?) -> Int? {
    guard let text else { return nil }
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
    guard pieces.count == 2, pieces[1].utf8.count == 3 else { return nil }
    return Int(pieces[0] + pieces[1])
  }
}
