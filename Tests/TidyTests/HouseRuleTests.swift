import Foundation
import Testing

/// House rules that no compiler checks.
@Suite struct HouseRuleTests {
  /// Lines that a file of the product may have.
  static let fileLinesMax = 500
  /// Lines that a function may have.
  static let functionLinesMax = 70

  @Test func `Every public and package symbol has a doc comment`() throws {
    let pattern =
      /^\s*(@[A-Za-z]+(\([^)]*\))? )*(public|package) (?!import|init\(from)(?:static |final |indirect |mutating |consuming |convenience |nonisolated |private\(set\) |lazy )*(?:struct|class|enum|actor|protocol|func|var|let|init|subscript|typealias|case)\b/
    for file in try SourceTree.files(below: "Sources") {
      for (index, line) in file.lines.enumerated() where line.contains(pattern) {
        var above = index - 1
        // Attributes stand between the comment and the declaration.
        while above >= 0, file.lines[above].contains(/^\s*@/) { above -= 1 }
        let comment = above >= 0 ? file.lines[above] : ""
        #expect(
          comment.contains(/^\s*\/\/\//), "\(file):\(index + 1) has no doc comment: \(line)")
      }
    }
  }

  @Test func `No file is longer than a reader's patience`() throws {
    for file in try SourceTree.files(below: "Sources") {
      #expect(file.lines.count <= Self.fileLinesMax, "\(file) has \(file.lines.count) lines")
    }
  }

  @Test func `No function is longer than a screen`() throws {
    for file in try SourceTree.files(below: "Sources") {
      for (name, start, count) in functions(of: file) where count > Self.functionLinesMax {
        Issue.record("\(file):\(start) \(name) has \(count) lines")
      }
    }
  }

  /// The functions of a file by indentation, which the formatter keeps true.
  private func functions(of file: SourceTree.File) -> [(name: String, start: Int, count: Int)] {
    var found: [(String, Int, Int)] = []
    for (index, line) in file.lines.enumerated() {
      guard line.contains(/^\s*([a-z@()]+ )*(func [^ (]+|init[?]?)[(<]/) else { continue }
      let indentation = line.prefix { $0 == " " }
      let close = "\(indentation)}"
      guard let end = file.lines[index...].firstIndex(of: close) else { continue }
      found.append((line.trimmingCharacters(in: .whitespaces), index + 1, end - index + 1))
    }
    return found
  }

  @Test(arguments: [
    "try!", "as!", "@unchecked Sendable", "TODO", "FIXME", "XXX", "fatalError(\"not",
  ])
  func `The product holds no shortcut`(shortcut: String) throws {
    for file in try SourceTree.files(below: "Sources") {
      for (index, line) in file.lines.enumerated() where line.contains(shortcut) {
        Issue.record("\(file):\(index + 1) holds \(shortcut)")
      }
    }
  }

  @Test func `Tests do not sleep`() throws {
    let sleeping = ["Task" + ".sleep", "usleep" + "(", " sleep" + "(", "Thread" + ".sleep"]
    for file in try SourceTree.files(below: "Tests") {
      for (index, line) in file.lines.enumerated() {
        for word in sleeping where line.contains(word) && !line.contains("func sleep(") {
          Issue.record("\(file):\(index + 1) sleeps")
        }
      }
    }
  }

  @Test func `The top of the project holds what the design names and little else`() throws {
    let expected: Set<String> = [
      "Package.swift", "Sources", "Tests", "Fuzz", "Benchmarks", "suites", "reports", "fixtures",
      "README.md",
      "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile",
    ]
    let found = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
      .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" }
    #expect(Set(found).subtracting(expected) == [], "not named by the design")
  }
}
