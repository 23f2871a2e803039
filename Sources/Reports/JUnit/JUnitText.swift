internal import Canonical
internal import Experiments
internal import SeedreamAPI
internal import Suites
internal import SystemPackage

/// The texts that a JUnit report shows of a case.
///
/// Texts of strangers stand on one line each, so that none can pass for a line of ours: consumers take
/// `[[ATTACHMENT|…]]` for a file to publish and `at …(file:line)` for the place of the failure.
struct JUnitText {
  /// The longest single fact in bytes.
  static let factByteCountMax = 65_536
  /// The longest prompt that is shown, in bytes.
  static let promptByteCountMax = 1_000
  /// Files that one case attaches at most.
  static let attachmentsMax = 20

  /// The folder that paths of attachments are relative to; `nil` when it is not known.
  let workspace: FilePath?
  /// Pictures that were drawn of failed cases.
  let pictures: JUnitPictures

  /// The reason on one line, for an attribute; never empty.
  func message(_ result: CaseResult) -> String {
    let line = Self.defused(XMLText.line(result.reason))
    return line.isEmpty ? result.outcome.rawValue : line
  }

  /// Everything that helps to understand an outcome, ending with the place in the suite's file.
  func explanation(_ result: CaseResult) -> String {
    let identity = result.identity
    var lines = [Self.fact(result.reason)]
    lines += result.details.map { "- " + Self.fact($0) }
    if let hint = result.hint { lines.append("hint: " + Self.fact(hint)) }
    lines += result.checks.map {
      "check \(Self.fact($0.name)): \($0.warning == nil ? "" : "warning: ")"
        + "\($0.verdict.rawValue): \(Self.fact($0.message))"
    }
    if let group = result.group {
      lines.append(
        "group: across \(Self.fact(group.across)), \(group.memberCount) of \(group.caseCount) cases"
      )
    }
    let seed = identity.seed.map { ", seed \($0)" } ?? ""
    lines.append("request: model \(Self.fact(identity.model.text))\(seed), size \(identity.size)")
    if !identity.cells.isEmpty {
      let cells = identity.cells.map { "\($0.axis)=\($0.entry)" }
      lines.append("cells: " + Self.fact(cells.joined(separator: " ")))
    }
    let prompt = XMLText.line(identity.prompt, byteCountMax: Self.promptByteCountMax)
    lines.append("prompt: " + Self.defused(prompt))
    lines += result.failedAttempts.enumerated().map { "attempt \($0 + 1): " + Self.fact($1) }
    lines += result.notices.map { "notice: " + Self.fact($0) }
    let text = lines.filter { !$0.isEmpty }.joined(separator: "\n")
    return XMLText.node(text + "\n" + place(identity.location))
  }

  /// The lines by which consumers find the line of the suite's file.
  ///
  /// One reads a path and a line at the end of a text, another only Java's stack frames
  /// (`junit.md` section 3).
  private func place(_ location: SourceLocation) -> String {
    let (path, frame) = place.texts(location.path)
    return " at \(path):\(location.line)\n\tat \(frame):\(location.line))\n"
  }

  /// The texts of the path that was told last: nearly all cases of a suite stand in one file, and taking a
  /// path apart takes longer than writing the rest of a case.
  private final class Place {
    private var last: (path: FilePath, texts: (path: String, frame: String))?

    /// The path, and the start of a frame of Java's with the file.
    func texts(_ path: FilePath) -> (path: String, frame: String) {
      if let last, last.path == path { return last.texts }
      let file = JUnitText.fact(path.lastComponent?.string ?? "")
      let folder = path.removingLastComponent().lastComponent?.string ?? ""
      let type = JUnitText.word(path.stem ?? "suite")
      let start = folder.isEmpty || folder == "." ? "" : JUnitText.fact(folder) + "."
      let texts = (path: JUnitText.fact(path.string), frame: "\(start)\(type).case(\(file)")
      last = (path, texts)
      return texts
    }
  }

  private let place = Place()

  init(workspace: FilePath?, pictures: JUnitPictures) {
    self.workspace = workspace
    self.pictures = pictures
  }

  /// What came back, line by line, and for a failure the pictures to show; `nil` when there is nothing.
  func output(_ result: CaseResult) -> String? {
    var lines: [String] = []
    if result.outcome.verdict == .success {
      lines += result.notices.map { "notice: " + Self.fact($0) }
    } else {
      lines += result.outputs.map(fact)
    }
    if result.outcome.verdict == .failure {
      lines += attachments(pictures.attachments(of: result))
    }
    guard !lines.isEmpty else { return nil }
    return XMLText.node(lines.joined(separator: "\n") + "\n")
  }

  private func fact(_ output: OutputRecord) -> String {
    var line = "output \(output.index): sha256 \(output.blob.digest), \(output.byteCount) bytes"
    if let picture = output.picture {
      line += ", \(Self.fact(picture.codec)) \(picture.size), \(Self.fact(picture.pixelDigest))"
    }
    if let problem = output.problem { line += ", " + Self.fact(problem) }
    return line
  }

  /// One line a picture; the first is the one that is shown.
  private func attachments(_ paths: [FilePath]) -> [String] {
    var names: Set<String> = []
    var lines: [String] = []
    for picture in paths {
      // Two files of one name count as one to the plugin that collects them.
      guard lines.count < Self.attachmentsMax, let path = relative(picture),
        let name = picture.lastComponent?.string, names.insert(name).inserted
      else { continue }
      lines.append("[[ATTACHMENT|\(path)]]")
    }
    return lines
  }

  /// The path from the workspace; `nil` for one that lies elsewhere or that the notation cannot hold.
  private func relative(_ path: FilePath) -> String? {
    var path = path.lexicallyNormalized()
    if path.isAbsolute {
      guard let workspace, path.removePrefix(workspace.lexicallyNormalized()) else { return nil }
    }
    let text = path.string
    guard !text.isEmpty, !text.hasPrefix(".."), !text.utf8.contains(UInt8(ascii: "|")),
      !Self.holds("]]", text),
      XMLText.line(text) == text
    else { return nil }
    return text
  }

  /// A stranger's text on one line.
  static func fact(_ text: String) -> String {
    defused(XMLText.line(text, byteCountMax: factByteCountMax))
  }

  private static let attachmentMark = Array("[[ATTACHMENT|".utf8)

  /// A text in which nothing looks like an attachment.
  ///
  /// Compares bytes: to Swift's characters a bar with an accent is no bar, to a dashboard it is.
  private static func defused(_ text: String) -> String {
    guard holds("[[", text) else { return text }
    let bytes = Array(text.utf8)
    var defused: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      defused.append(byte)
      if byte == attachmentMark[0], bytes[index...].starts(with: attachmentMark) {
        defused.append(UInt8(ascii: " "))
      }
    }
    return String(decoding: defused, as: UTF8.self)
  }

  /// Whether a text holds a pair of bytes.
  private static func holds(_ pair: StaticString, _ text: String) -> Bool {
    var last: UInt8 = 0
    let (first, second) = pair.withUTF8Buffer { unsafe ($0[0], $0[1]) }
    for byte in text.utf8 {
      if last == first, byte == second { return true }
      last = byte
    }
    return false
  }

  /// A text as one component of a dotted name.
  static func word(_ text: String) -> String {
    String(String.UnicodeScalarView(fact(text).unicodeScalars.map { $0 == "." ? "_" : $0 }))
  }
}
