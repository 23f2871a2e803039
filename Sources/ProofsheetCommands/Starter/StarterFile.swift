internal import SystemPackage

/// One file of a project that is started.
struct StarterFile {
  /// What is to be in it.
  enum Content {
    /// The whole file; one that is there is left as it is.
    case whole([UInt8])
    /// Lines that must be in it; those that a file that is there lacks are added at its end.
    case lines([LineGroup])
  }

  /// Lines that belong together.
  struct LineGroup {
    /// What they do: lines that start with '#', and are no reason to add anything.
    let comment: String
    let lines: [String]

    /// The group as text, with only some of its lines.
    func text(_ chosen: [String]) -> String {
      ([comment] + chosen).map { $0 + "\n" }.joined()
    }
  }

  /// The path below the project's folder.
  let name: FilePath
  let content: Content

  private init(_ name: String, _ content: Content) {
    self.name = FilePath(name)
    self.content = content
  }

  private init(_ name: String, _ text: String) {
    self.init(name, .whole(Array(text.utf8)))
  }

  /// Every file of a new project, in the order in which they are told.
  ///
  /// - Throws: ``CommandExit`` when the program's own photograph is damaged.
  static func all(_ services: CIServices) throws -> [StarterFile] {
    guard let photograph = StarterPhotograph.bytes else {
      throw CommandExit.usage(
        "the photograph that is built into this program is damaged; nothing was written",
        hint: "install the program anew")
    }
    var files = [
      StarterFile("proofsheet.yaml", StarterText.config),
      StarterFile("fixtures/inputs/\(StarterPhotograph.name)", .whole(photograph)),
      StarterFile("fixtures/inputs/README.md", StarterText.photographs),
      StarterFile("suites/first.yaml", StarterText.suite),
      StarterFile(".gitignore", .lines(StarterText.ignored)),
      StarterFile(".gitattributes", .lines(StarterText.attributes)),
    ]
    if services.hasGitHub {
      files.append(StarterFile(".github/workflows/proofsheet.yml", StarterRecipe.gitHub))
    }
    if services.hasGitLab { files.append(StarterFile(".gitlab-ci.yml", StarterRecipe.gitLab)) }
    return files
  }

  /// The bytes of the file where there is none.
  var bytes: [UInt8] {
    switch content {
    case .whole(let bytes): bytes
    case .lines(let groups): Array(groups.map { $0.text($0.lines) }.joined(separator: "\n").utf8)
    }
  }

  /// What a file that is there lacks.
  ///
  /// - Returns: the bytes to add at its end and how many lines they add; `nil` when it lacks nothing.
  func addition(to existing: [UInt8]) -> (bytes: [UInt8], lineCount: Int)? {
    guard case .lines(let groups) = content else { return nil }
    let present = Set(existing.split { $0 == 0x0A || $0 == 0x0D }.map(Self.trimmed))
    var count = 0
    var pieces: [String] = []
    for group in groups {
      let missing = group.lines.filter { !present.contains(Array($0.utf8)) }
      guard !missing.isEmpty else { continue }
      count += missing.count
      pieces.append(group.text(missing))
    }
    guard count > 0 else { return nil }
    // A last line without its end would otherwise swallow the first one that is added.
    let gap = existing.isEmpty ? "" : existing.last == 0x0A ? "\n" : "\n\n"
    return (Array((gap + pieces.joined(separator: "\n")).utf8), count)
  }

  private static func trimmed(_ line: some Sequence<UInt8>) -> [UInt8] {
    var line = Array(line)
    while line.last == 0x20 || line.last == 0x09 { line.removeLast() }
    return line
  }
}

/// The continuous integration services that recipes are written for.
enum CIServices: String, CaseIterable {
  case both
  case github
  case gitlab
  case none

  var hasGitHub: Bool { self == .both || self == .github }
  var hasGitLab: Bool { self == .both || self == .gitlab }
}
