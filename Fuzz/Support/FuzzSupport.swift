package import Canonical
internal import Glibc
package import Suites
package import SystemPackage

/// Copies what the fuzzer made.
package func copied(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  unsafe Array(UnsafeBufferPointer(start: start, count: count))
}

/// Ends the process where a property does not hold; the fuzzer then keeps the input.
package func require(_ holds: Bool, _ property: @autoclosure () -> String) {
  guard !holds else { return }
  fatalError("a property does not hold: \(property())")
}

/// A folder with what a hostile file may name: a secret, a link to it, a pipe, a picture.
package enum Trap {
  /// The variable by which the script that made the folder names it.
  static let variable = "PROOFSHEET_FUZZ_FOLDER"
  /// What the secret file holds, and no message may.
  package static let secret = "canary-6b1f0e"

  /// The folder.
  package static let folder: FilePath = {
    guard let path = unsafe getenv(variable) else {
      fatalError("\(variable) is not set; start the targets by Fuzz/run")
    }
    return FilePath(unsafe String(cString: path))
  }()
}

/// The lines of a text, each with its number of Unicode scalars, broken as editors break them.
package struct LineLengths {
  private let lengths: [Int]

  /// Counts the lines of UTF-8; bytes that are none count as they are repaired.
  package init(_ bytes: [UInt8]) {
    var lengths = [0]
    var isAfterReturn = false
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if scalar == "\n", isAfterReturn {
        isAfterReturn = false
        continue
      }
      isAfterReturn = scalar == "\r"
      if scalar == "\n" || scalar == "\r" {
        lengths.append(0)
      } else {
        lengths[lengths.count - 1] += 1
      }
    }
    self.lengths = lengths
  }

  /// Whether a place lies in the text, or right behind the end of a line of it.
  package func holds(line: Int, column: Int) -> Bool {
    line >= 1 && line <= lengths.count && column >= 1 && column <= lengths[line - 1] + 1
  }
}

/// What must hold of everything that a person is told about a file.
///
/// - Parameters:
///   - diagnostics: what is told.
///   - source: the bytes of the file.
///   - countMax: how many there may be.
package func judge(_ diagnostics: [Diagnostic], source: [UInt8], countMax: Int) {
  require(diagnostics.count <= countMax, "\(diagnostics.count) diagnostics")
  let lines = LineLengths(source)
  for diagnostic in diagnostics {
    let location = diagnostic.location
    require(
      lines.holds(line: location.line, column: location.column),
      "\(diagnostic) lies in the file")
    for case .some(let place) in diagnostic.notes.map(\.location) {
      require(lines.holds(line: place.line, column: place.column), "the note \(place) does")
    }
  }
  // Ten show what all would, for a long line is cut anew for each.
  for diagnostic in diagnostics.prefix(10) {
    let shown = diagnostic.rendered(source: source)
    judgeShown(shown)
    require(shown.utf8.count < 100_000, "a diagnostic of \(shown.utf8.count) bytes")
  }
}

/// What must hold of every text for a terminal.
package func judgeShown(_ text: String) {
  for scalar in text.unicodeScalars where scalar != "\n" {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
      fatalError(
        "a terminal is sent U+\(String(scalar.value, radix: 16)) in \(text.debugDescription)")
    default: break
    }
  }
  require(!text.contains(Trap.secret), "no message shows a file's content: \(text)")
}

/// Whether a value is the same after writing and reading it.
package func judgeWriting(_ value: JSONValue, limits: JSONLimits) {
  let canonical = value.canonicalBytes
  for bytes in [canonical, value.prettyBytes] {
    do {
      let again = try JSONParser.parse(bytes, limits: limits)
      require(again == value, "what was written is read as another value")
      require(again.canonicalBytes == canonical, "the canonical form is a fixed point")
    } catch {
      fatalError("what was written cannot be read: \(error)")
    }
  }
}
