internal import Canonical
internal import Experiments
internal import Recording
internal import RunStore
internal import Suites
internal import SystemPackage

extension RunSession {
  /// Says what need not be bought, for a live run has received or ordered it.
  func tellAdoptable(_ plans: [Plan], _ store: RunStore) throws {
    guard command.mode == .record else { return }
    do {
      for plan in plans {
        let received = try received(plan, store)
        for run in received.keys.sorted() { try tell(received[run] ?? [:], of: run, plan, store) }
      }
    } catch {
      throw CommandExit(.usage, "error: \(error)")
    }
  }

  /// The cases to buy that live runs have got an answer for, by the run that was answered last.
  private func received(
    _ plan: Plan, _ store: RunStore
  ) throws -> [RunID: [CaseKey: SuiteCase]] {
    let answers = try store.liveAnswers(of: plan.suite.name)
    guard !answers.isEmpty else { return [:] }
    let survey = PlanSurvey(plan)
    var received: [RunID: [CaseKey: SuiteCase]] = [:]
    for suiteCase in plan.selected {
      guard let run = answers[suiteCase.caseKey], case .buy = survey.state(of: suiteCase) else {
        continue
      }
      received[run, default: [:]][suiteCase.caseKey] = suiteCase
    }
    return received
  }

  /// Tells what of a live run can be adopted, and what is still to be fetched before.
  private func tell(
    _ cases: [CaseKey: SuiteCase], of run: RunID, _ plan: Plan, _ store: RunStore
  ) throws {
    var (complete, incomplete) = (0, 0)
    for stored in try store.liveCases(of: plan.suite.name, in: run) where stored.isPromotable {
      guard let suiteCase = cases[stored.recordedCase.caseKey] else { continue }
      switch try Fixture.completeness(
        of: stored.exchanges, blobs: store.blobs, expecting: suiteCase.expectedError)
      {
      case .complete: complete += 1
      case .incomplete: incomplete += 1
      case .notRecordable: break
      }
    }
    func told(_ count: Int, _ deed: String, _ hint: String) {
      context.say(
        "\(plan.suite.name): \(Count.of(count, "case")) to buy \(count == 1 ? "was" : "were") \(deed) in "
          + "the live run \(run)\nhint: instead of buying, \(hint)")
    }
    if complete > 0 {
      let folder = ShellText.quoted(reports.appending(run.text))
      told(
        complete, "answered",
        "make recordings of that with: proofsheet fixtures adopt \(folder)\(settings.folderOptions)"
      )
    }
    // Only the last live run can be gone on with.
    guard incomplete > 0, try store.lastLiveRun(of: [plan.suite.name]) == run else { return }
    let header = try store.begunRun(run.text).run.header
    let filter = set.filter.isAll ? "" : " --filter \(ShellText.quoted(set.filter))"
    told(
      incomplete, "ordered",
      "fetch \(incomplete == 1 ? "that" : "those") with: \(settings.resumption(of: header, in: reports, context))"
        + filter)
  }
}
