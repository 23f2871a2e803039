internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import SystemPackage

/// Looks for secrets.
struct FixturesScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Look for secrets in recordings, baselines, suites and input pictures.",
    discussion: """
      A suite is looked through with its baseline, its input pictures and its recordings; a folder \
      with every file below it, and the suites in it as suites. Known secrets are the key of \
      PROOFSHEET_API_KEY or of the variable that the configuration names, plain, percent-encoded, JSON-escaped and in base64; beside them \
      the shapes of well-known credentials are found: \
      \(TokenShape.allCases.map(\.rawValue).joined(separator: ", ")), and URLs, members and headers \
      that carry a credential. A secret is never shown. Exits with 1 when something is found, or a \
      file cannot be looked through.
      """)

  @Argument(help: ArgumentHelp("Suite files, folders, or other files.", valueName: "path"))
  var paths: [String]

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  @OptionGroup var folders: FolderOptions

  func validate() throws {
    guard !paths.isEmpty else { throw ValidationError("name at least one suite or folder") }
  }

  func run() throws {
    let sources = try SettingSources(folders, CommandContext.current)
    let context = sources.context
    let keyVariable = sources.settings().keyVariable.value
    let files = try readingFixtures { try ScanTargets(paths, folders, context) }
    let scanner = SecretScanner(context.redactor)
    var findings: [SecretFinding] = []
    for path in files.paths { findings += scanner.scan(path) }
    switch format {
    case .text: for finding in findings { context.output(finding.description + "\n") }
    case .json:
      let json = JSONValue.members([
        "version": .integer(1), "files": .integer(files.paths.count),
        "findings": .array(findings.map(\.json)),
      ])
      context.output(json.canonicalText + "\n")
    }
    if (context.environment[keyVariable] ?? "").isEmpty {
      context.say(
        "note: \(keyVariable) is not set, so that the key itself was not looked for"
      )
    }
    context.say(
      "\(Count.of(files.paths.count, "file")) looked through, \(Count.of(findings.count, "finding"))"
    )
    guard findings.isEmpty else {
      throw CommandExit(
        .failure,
        "hint: replace what was found where it was given out, then take it out of the file and of "
          + "its history; a recording is bought anew with 'proofsheet run --mode refresh'")
    }
  }
}
