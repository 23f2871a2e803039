import Foundation
import Testing

/// One language of filters in every command that takes one.
@Suite(.project) struct FilterTests {
  private var project: Project { Project.current }

  private func run(_ command: String, _ filters: String...) async -> Project.Outcome {
    await run(command, filters)
  }

  private func run(_ command: String, _ filters: [String]) async -> Project.Outcome {
    let selection = filters.flatMap { ["--filter", $0] }
    let ofRun = [command, "latest", "--reports", project.path("reports")]
    return switch command {
    case "run", "plan": await project.run([command, "@suites/quickstart.yaml"] + selection)
    case "report": await project.run(ofRun + selection)
    default: await project.run(ofRun + selection + ["--dry-run"])
    }
  }

  private static let mistakes = [
    (
      "seed=9..1",
      "error: --filter: the range 9..1 ends before it begins\n  seed=9..1\n       ^~~~\n"
        + "hint: did you mean 1..9?\n"
    ),
    (
      "promt=paper",
      "error: --filter: no case has the axis 'promt'\n  promt=paper\n  ^~~~~\n"
        + "hint: did you mean 'prompt'?\n"
    ),
    (
      "prompt=\"Paper\"|duks",
      "error: --filter: no case has the prompt 'Paper'\n  prompt=\"Paper\"|duks\n         ^~~~~~~\n"
        + "hint: did you mean 'paper'?\n"
    ),
    (
      "seed=1..6",
      "error: --filter: no case has the seed 1..6\n  seed=1..6\n       ^~~~\nhint: there are 7, 42\n"
    ),
    (
      "tag=slow",
      "error: --filter: no case has the tag 'slow'\n  tag=slow\n      ^~~~\nhint: no case has any\n"
    ),
  ]

  @Test(
    "Each command tells a mistake in a filter in the same words",
    arguments: ["run", "plan", "approve", "reject", "report"], mistakes)
  func tellsMistakes(command: String, mistake: (filter: String, message: String)) async throws {
    try project.copyQuickstart()
    if !["run", "plan"].contains(command) {
      _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    }
    let outcome = await run(command, mistake.filter)
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(outcome.messages == mistake.message)
  }

  @Test(
    "Each command selects the same cases",
    arguments: [
      (["prompt=paper seed=1..10"], 6), (["prompt!=dusk size!=square_hd|portrait_4_3"], 4),
      (["images=cat|cup s42"], 12), (["id=paper--cup--square_hd--s7"], 1),
      (
        ["prompt=\"Put it on a sheet of warm, sunlit paper; leave the subject alone.\" seed=7"], 6
      ),
      (["prompt=paper", "seed=7"], 6), (["prompt!=dusk", "size!=square_hd|portrait_4_3"], 4),
    ])
  func selectsTheSame(filters: [String], count: Int) async throws {
    try project.copyQuickstart()
    let plan = await project.run(
      ["plan", "@suites/quickstart.yaml", "--list", "--quiet"]
        + filters.flatMap { ["--filter", $0] })
    #expect(plan.output.split(separator: "\n").count == count, "\(plan.messages)")
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let report = await run("report", filters)
    #expect(report.output.split(separator: "\n").count == count, "\(report.messages)")
    let approve = await run("approve", filters)
    #expect(
      approve.messages.contains("0 pictures would be approved, \(count) decided before"),
      "\(approve.messages)")
    let part = await run("run", filters)
    #expect(part.messages.contains("\(count) passed"), "\(part.messages)")
  }

  @Test("Each of several filters is whole by itself")
  func readsEachFilter() async throws {
    try project.copyQuickstart()
    let plan = await run("plan", "prompt=\"paper", "seed=7\"")
    #expect(plan.status == 2)
    #expect(
      plan.messages.hasPrefix(
        "error: --filter: the quote is never closed\n  prompt=\"paper\n         ^\n"),
      "\(plan.messages)")
  }

  @Test("Several filters select what one does that joins them", arguments: ["--filter", "--case"])
  func joinsFiltersOfHistories(option: String) async throws {
    try project.copyQuickstart()
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let start = ["history", "--reports", project.path("reports"), "--format", "csv"]
    let several = await project.run(start + [option, "prompt=paper", option, "size=square_hd s7"])
    let one = await project.run(start + [option, "prompt=paper size=square_hd s7"])
    #expect(several.status == 0, "\(several.messages)")
    #expect(several.output == one.output)
    let wider = await project.run(start + [option, "size=square_hd s7"])
    #expect(several.output != wider.output)
  }

  private static let reports = ["latest", "--reports", "@reports"]
  private static let takingFilters = [
    ["plan", "@suites/quickstart.yaml", "--filter"],
    ["run", "@suites/quickstart.yaml", "--filter"],
    ["probe", "@suites/quickstart.yaml", "--filter"],
    ["fixtures", "export", "@suites/quickstart.yaml", "--har", "@all.har", "--filter"],
    ["fixtures", "adopt"] + reports + ["--filter"],
    ["approve"] + reports + ["--filter"],
    ["reject"] + reports + ["--filter"],
    ["review"] + reports + ["--filter"],
    ["report"] + reports + ["--filter"],
    ["compare", "latest"] + reports + ["--filter"],
    ["history", "--reports", "@reports", "--filter"],
    ["history", "--reports", "@reports", "--case"],
  ]

  @Test(
    "A filter without a condition is refused, for it may be a variable of a script that is not set",
    arguments: takingFilters, ["", " \t"])
  func refusesEmptyFilters(command: [String], filter: String) async throws {
    try project.copyQuickstart()
    let before = try project.files().map(\.name).sorted()
    let outcome = await project.run(command + [filter])
    #expect(outcome.status == 2)
    #expect(outcome.output == "")
    #expect(
      outcome.messages == """
        error: --filter: it holds no condition
        hint: a condition is name=value, name!=value or a part of a case id; where every case is \
        meant, leave the option out

        """)
    #expect(try project.files().map(\.name).sorted() == before)
  }

  @Test("Outcomes are of runs that have ended", arguments: ["run", "plan"])
  func keepsOutcomes(command: String) async throws {
    try project.copyQuickstart()
    let outcome = await run(command, "outcome=drifted")
    #expect(outcome.status == 2)
    #expect(
      outcome.messages == """
        error: --filter: outcome= selects cases of a run that has ended
        hint: it works with 'approve', 'reject' and 'report'

        """)
  }

  @Test("A report that selects nothing is empty and says why; a decision about nothing is an error")
  func tellsNothing() async throws {
    try project.copyQuickstart()
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let report = await run("report", "outcome=drifted")
    #expect(report.status == 0)
    #expect(report.output == "")
    let reason =
      "--filter: it selects no case: no case fulfils this condition\n  outcome=drifted\n  ^~~~~~~\n"
    #expect(report.messages == "warning: \(reason)")
    let approve = await run("approve", "outcome=drifted")
    #expect(approve.status == 2)
    #expect(approve.messages.contains(" is selected\n\(reason)hint: the cases are listed by:"))
  }

  @Test("A filtered report is of the selected cases, in every form", arguments: ["junit", "jsonl"])
  func filtersReports(format: String) async throws {
    try project.copyQuickstart()
    _ = await project.run("run", "@suites/quickstart.yaml", "--quiet")
    let report = await project.run(
      "report", "latest", "--reports", project.path("reports"), "--format", format, "--output",
      "@part", "--filter", "prompt=paper seed=7")
    #expect(report.status == 0, "\(report.messages)")
    #expect(
      report.messages == "written: \(project.path("part")) (6 of 24 cases, by --filter)\n")
    let text = try project.read("part")
    if format == "junit" {
      #expect(text.contains("tests=\"6\" failures=\"0\""))
    } else {
      #expect(text.split(separator: "\n").count == 8)
      #expect(text.contains("\"passed\":6"))
    }
  }

  @Test("Control characters of a filter are shown, not obeyed")
  func showsControls() async throws {
    try project.copyQuickstart()
    let plan = await run("plan", "prompt=\"\u{1B}[31m\u{202E}\"")
    #expect(plan.status == 2)
    #expect(!plan.messages.contains("\u{1B}") && !plan.messages.contains("\u{202E}"))
    #expect(plan.messages.contains("  prompt=\"<U+001B>[31m<U+202E>\"\n         ^~~"))
  }
}
