internal import ArgumentParser
internal import Canonical
internal import SystemPackage

extension CIServices: ExpressibleByArgument {}

/// Starts a project.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Start a project: config, a photograph, a first suite that needs no key, CI recipes.",
    discussion: """
      Files that are there are left as they are; lines that .gitignore and .gitattributes lack are \
      added at their end. Running it again changes nothing.
      """)

  @Argument(help: ArgumentHelp("The folder; it is made when it is not there.", valueName: "dir"))
  var folder = "."

  @Option(help: "Write CI recipes for these services: both, github, gitlab or none.")
  var ci: CIServices = .both

  func run() throws {
    let context = CommandContext.current
    let folder = try StarterFolder(FilePath(folder))
    let files = try StarterFile.all(ci)
    let steps = try files.map { (file: $0, step: try folder.step(for: $0)) }
    try folder.tryWriting()
    var created: [FilePath] = []
    var isChanged = false
    for (file, step) in steps {
      do {
        try folder.take(step, for: file)
      } catch {
        throw CommandExit.usage(
          "\(error)",
          hint: isChanged
            ? "what is listed above is written; mend the cause and run the same command again"
            : "nothing was written")
      }
      switch step {
      case .keep: context.say("kept     \(folder.place(of: file.name))")
      case .create:
        created.append(file.name)
        isChanged = true
        context.say("created  \(folder.place(of: file.name))")
      case .extend(_, _, let count):
        isChanged = true
        context.say("added    \(count) line(s) to \(folder.place(of: file.name))")
      }
    }
    if !isChanged { context.say("everything was there already; nothing was changed") }
    try tellRepository(folder, created, context)
    tellNext(folder, context)
  }

  /// Services read recipes at the top of a repository only.
  private func tellRepository(
    _ folder: StarterFolder, _ created: [FilePath], _ context: CommandContext
  ) throws {
    let recipes = created.filter(StarterRecipe.names.contains)
    guard !recipes.isEmpty, let (top, way) = try folder.repository() else { return }
    context.say(
      """

      note: the repository starts at \(top), and CI reads recipes there only: move
            \(recipes.map(\.string).joined(separator: " and ")) there,
            and put '\(way)/' before 'suites' and 'reports' in them
      """)
  }

  private func tellNext(_ folder: StarterFolder, _ context: CommandContext) {
    let enter = folder.path == "." ? "" : "  cd \(ShellWord.quote(folder.path.string))\n"
    context.say(
      """

      Next, without a key and without cost:
      \(enter)  proofsheet run \(StarterText.suiteName) --mode record --endpoint simulator
        proofsheet run \(StarterText.suiteName)

      The first command lets a stand-in on this machine draw the pictures, and records them; the
      second replays the recordings offline, as CI does. \(StarterText.suiteName) says how to go on.
      """)
  }
}

/// Words of a command that a person copies into a shell.
enum ShellWord {
  /// The word as the shell reads it back, in quotes where it needs them.
  static func quote(_ text: String) -> String {
    let text = text.hasPrefix("-") ? "./" + text : text
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._/+,:@%".utf8.contains(byte)
      }
    }
    guard !isPlain || text.isEmpty else { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: #"'\''"#) + "'"
  }
}
