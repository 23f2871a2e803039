import Experiments
import Testing

struct OutcomeTests {
  @Test(arguments: [
    (Outcome.passed, Experiments.ExitStatus.success, Outcome.Verdict.success),
    (.failed, .failure, .failure), (.drifted, .failure, .failure),
    (.unapproved, .failure, .failure), (.blocked, .failure, .failure),
    (.checkError, .service, .error), (.rateLimited, .service, .error),
    (.apiError, .service, .error),
    (.transportError, .service, .error), (.fixtureMissing, .fixture, .error),
    (.fixtureStale, .fixture, .error), (.fixtureCorrupt, .fixture, .error),
    (.overBudget, .incomplete, .skipped), (.cancelled, .incomplete, .skipped),
    (.known, .success, .skipped), (.partial, .success, .skipped),
    (.undecided, .incomplete, .skipped),
  ])
  func `An outcome asks for an exit code and has a verdict`(
    outcome: Outcome, status: Experiments.ExitStatus, verdict: Outcome.Verdict
  ) {
    #expect(outcome.exitStatus == status)
    #expect(outcome.verdict == verdict)
    #expect(RunSummary(counts: [outcome: 2]).exitStatus == status)
    #expect(RunSummary(counts: [outcome: 0]).exitStatus == .success)
  }

  @Test func `The table above is complete`() {
    #expect(Outcome.allCases.count == 17)
  }

  private typealias Status = Experiments.ExitStatus

  private static let codes: [([Int32], Int32)] = [
    ([], 0), ([0], 0), ([4, 0], 4), ([1, 4], 1), ([1, 3], 3), ([3, 5, 1], 5), ([130, 5], 130),
    ([2, 5], 2), ([2, 130], 130),
  ]

  @Test(arguments: codes)
  func `The worst of several exit codes is the run's`(codes: [Int32], worst: Int32) throws {
    let codes = try codes.map { try #require(Status(rawValue: $0)) }
    #expect(Status.worst(codes).rawValue == worst)
    #expect(Status.worst(codes.reversed()).rawValue == worst)
  }

  @Test func `The codes are those that scripts rely on`() {
    #expect(Experiments.ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 130])
    #expect(Set(Experiments.ExitStatus.precedence) == Set(Experiments.ExitStatus.allCases))
  }

  @Test func `An interrupted run says so whatever its cases say`() {
    let summary = RunSummary(counts: [.fixtureCorrupt: 1], isInterrupted: true)
    #expect(summary.exitStatus == .interrupted)
    #expect(RunSummary(isInterrupted: true).exitStatus == .interrupted)
  }
}
