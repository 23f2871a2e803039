internal import ArgumentParser
internal import Canonical
internal import Experiments
internal import Recording
internal import Suites
internal import SystemPackage

/// Checks fixtures.
struct FixturesVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every digest and reference of the recordings, and find what is left over.",
    discussion: """
      Exits with 5 when something is broken: a recording that was changed, a picture that is missing \
      or has other bytes, a file that Git LFS has not fetched. What is left over, such as a recording \
      that no case asks for, is a warning and exits with 0.
      """)

  @OptionGroup var arguments: FixtureArguments

  @Option(help: "The form of the output: text or json.")
  var format: OutputFormat = .text

  func run() throws {
    let prepared = try arguments.prepare()
    let context = prepared.context
    let plans = try arguments.plans(prepared)
    var findings: [FixtureFinding] = []
    var summaries: [JSONValue] = []
    var byteCount = 0
    for plan in plans {
      let report = try readingFixtures {
        try FixtureVerifier.verify(
          plan.fixtures, suite: plan.suite.path,
          options: prepared.settings.folderOptions,
          runOptions: plan.purchaseCommands.programOption, cases: plan.caseKeys,
          baselinePath: BaselineFile.path(forSuite: plan.suite.path),
          baseline: plan.baselinePictures)
      }
      findings += report.findings
      byteCount += report.byteCount
      summaries.append(
        .members([
          "suite": .string(plan.suite.name.text), "recordings": .integer(report.recordingCount),
          "blobs": .integer(report.blobCount), "byte_count": .integer(report.byteCount),
        ]))
      context.say(
        "\(plan.suite.name): \(Count.of(report.recordingCount, "recording")), "
          + "\(Count.of(report.blobCount, "blob")), "
          + ByteCount.text(report.byteCount))
    }
    if let folder = plans.first?.fixtures.folder.parent,
      let finding = FixtureVerifier.sizeFinding(byteCount, of: folder)
    {
      findings.append(finding)
    }
    let broken = findings.count(where: \.isBroken)
    switch format {
    case .text: for finding in findings { context.output(finding.description + "\n") }
    case .json:
      let json = JSONValue.members([
        "version": .integer(1), "suites": .array(summaries),
        "findings": .array(findings.map(\.json)), "broken": .integer(broken),
        "warnings": .integer(findings.count - broken), "byte_count": .integer(byteCount),
      ])
      context.output(json.canonicalText + "\n")
    }
    context.say(
      findings.isEmpty
        ? "every digest and reference is right"
        : "\(broken) broken, \(Count.of(findings.count - broken, "warning"))")
    if broken > 0 { throw CommandExit(.fixture) }
  }
}
