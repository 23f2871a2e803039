internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Reports
internal import SystemPackage

/// What a run tells the CI service that it runs on.
struct CIOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write what is not as expected as GitLab's code quality report, too.", valueName: "file"))
  var codeQuality: String?

  @Flag(
    help: ArgumentHelp(
      "Write no annotations and no step summary where GitHub runs this.",
      discussion: "Without it both are written where GITHUB_ACTIONS is true."))
  var noGithub = false

  /// Tries the step that will write the file, so that a path that cannot be written fails before anything
  /// runs.
  func tryWriting() throws(FileFailure) {
    if let codeQuality { try PartialFile.tryWriting(output: FilePath(codeQuality)) }
  }

  /// Writes everything that applies; a failure of one hides no other.
  ///
  /// - Returns: what could not be written, a line each.
  func write(_ run: some RunReader, _ context: CommandContext) -> [String] {
    var problems: [String] = []
    func attempt(_ name: String, _ work: () throws -> Void) {
      do { try work() } catch { problems.append("\(name): \(error)") }
    }
    if let codeQuality {
      attempt("the code quality report") {
        let file = try PartialFile(output: FilePath(codeQuality))
        try CodeQuality.write(run, context.sourcePlaces) { try file.write($0) }
        try file.commit()
      }
    }
    guard context.isOnGitHub, !noGithub else { return problems }
    attempt("the annotations") {
      for line in try GitHubCommands.annotations(of: run, context.sourcePlaces) {
        context.commandLines(line + "\n")
      }
    }
    if let path = context.environment["GITHUB_STEP_SUMMARY"], !path.isEmpty {
      attempt("the step summary") {
        try StepSummary.append(run, context.sourcePlaces, to: FilePath(path), context)
      }
    }
    return problems
  }
}

/// The page that GitHub shows of a step.
enum StepSummary {
  /// Less room than this is none, in bytes.
  private static let byteCountMin = 4_096

  /// Adds a run to what the step has written already.
  ///
  /// - Throws: ``FileFailure``, and what reading the run throws.
  static func append(
    _ run: some RunReader, _ places: SourcePlaces, to path: FilePath, _ context: CommandContext
  ) throws {
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.append, .create, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        let written = try file.seek(offset: 0, from: .end)
        let room = MarkdownReport.byteCountMax - Int(written)
        guard room >= byteCountMin else {
          context.say(
            "warning: the step's summary has no room left for this run: \(path) may have "
              + "\(MarkdownReport.byteCountMax >> 20) MiB")
          return
        }
        // A paragraph of its own, whatever stands before.
        let text = "\n" + (try MarkdownReport.text(run, places, byteCountMax: room - 1))
        _ = try file.writeAll(text.utf8)
      }
    } catch let errno as Errno {
      throw FileFailure(operation: "write", path: path, errno: errno)
    }
  }
}

extension CommandContext {
  /// Whether GitHub's runner reads what is written.
  var isOnGitHub: Bool { environment["GITHUB_ACTIONS"] == "true" }

  /// Finds lines of suites where the service that runs this shows files.
  var sourcePlaces: SourcePlaces {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let root = value("GITHUB_WORKSPACE") ?? value("CI_PROJECT_DIR")
    var address: String?
    if isOnGitHub, let server = value("GITHUB_SERVER_URL"),
      let repository = value("GITHUB_REPOSITORY"), let commit = value("GITHUB_SHA")
    {
      address = "\(server)/\(repository)/blob/\(commit)/"
    }
    return SourcePlaces(
      workingFolder: workingFolder, root: root.map { FilePath($0) } ?? workingFolder,
      address: address)
  }

  /// The same context, whose messages are no commands where GitHub's runner reads them.
  var withDefusedMessages: CommandContext {
    guard isOnGitHub else { return self }
    var context = self
    let (messages, output) = (messages, output)
    context.messages = { messages(GitHubCommands.defused($0)) }
    // Data must stay what it is: where it is JSON, an escape reads the same.
    context.jsonOutput = { output($0.replacing("##[", with: "##\\u005b")) }
    context.commandLines = messages
    return context
  }
}
