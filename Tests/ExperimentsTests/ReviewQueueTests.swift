import Canonical
import Experiments
import SystemPackage
import Testing

/// What waits for a decision, and in which order.
struct ReviewQueueTests {
  /// A case with one baseline check and outputs told by numbers.
  private func result(
    _ seed: Int, _ verdict: CheckResult.Verdict, outcome: Outcome? = nil,
    outputs: [OutputRecord] = [Sample.output()], ssim: Double? = nil, other: String? = nil,
    check: String = "baseline"
  ) throws -> CaseResult {
    var measures: [Measure] = []
    if let ssim {
      measures = [
        Measure(
          picture: 0, other: other.map { FilePath("blobs/\($0)") },
          figures: [
            Measure.Figure("ssim-y601-g11-valid", ssim),
            Measure.Figure("ssim-y601-g11-valid.worst-tile", 0),
          ])
      ]
    }
    return CaseResult(
      identity: try Sample.identity(seed: seed), outcome: outcome ?? .drifted, reason: "",
      checks: [
        CheckResult(name: "size", verdict: .passed, message: ""),
        CheckResult(name: check, verdict: verdict, message: "", measures: measures),
      ], outputs: outputs, source: .replayed)
  }

  private func seeds(_ queue: ReviewQueue) -> [[String]] {
    queue.changes.map { $0.map(\.caseID.text) }
  }

  @Test func `Failed comes before drifted, drifted before unapproved, the furthest first`() throws {
    var queue = ReviewQueue()
    let near = Sample.output(bytes: 3, pixels: "px1:c")
    let far = Sample.output(bytes: 4, pixels: "px1:d")
    queue.add(try result(1, .unapproved), judged: nil)
    queue.add(try result(2, .drifted, outputs: [near], ssim: 0.9), judged: nil)
    queue.add(try result(3, .drifted, outputs: [far], ssim: 0.2), judged: nil)
    queue.add(try result(4, .failed, outputs: [near], ssim: 0.99), judged: nil)
    queue.add(try result(5, .passed, outcome: .passed), judged: nil)
    #expect(seeds(queue) == [["s4"], ["s3"], ["s2"], ["s1"]])
    #expect(queue.resultCount == 5)
    #expect(queue.changes[1][0].difference == 0.8)
  }

  @Test func `Equal changes are one, in the order of the run`() throws {
    var queue = ReviewQueue()
    let same = (1...3).map { Sample.output(bytes: UInt8($0), pixels: "px1:same") }
    queue.add(try result(1, .unapproved, outputs: [same[0]]), judged: nil)
    queue.add(
      try result(2, .unapproved, outputs: [Sample.output(bytes: 9, pixels: "px1:other")]),
      judged: nil)
    queue.add(try result(3, .unapproved, outputs: [same[1]]), judged: nil)
    queue.add(try result(4, .drifted, outputs: [same[2]], ssim: 0.5, other: "a.png"), judged: nil)
    queue.add(try result(5, .drifted, outputs: [same[2]], ssim: 0.5, other: "b.png"), judged: nil)
    queue.add(try result(6, .drifted, outputs: [same[2]], ssim: 0.5, other: "a.png"), judged: nil)
    #expect(seeds(queue) == [["s4", "s6"], ["s5"], ["s1", "s3"], ["s2"]])
  }

  @Test func `What the run knew a decision about does not wait, nor what is known to fail`() throws
  {
    let judged = Baseline(
      suite: try #require(SuiteName("mug")),
      entries: [
        try Sample.entry(.rejected, bytes: 1), try Sample.entry(.approved, bytes: 2, index: 1),
      ])
    var queue = ReviewQueue()
    let outputs = [
      Sample.output(bytes: 1), Sample.output(1, bytes: 2), Sample.output(2, bytes: 3),
      Sample.output(3, bytes: 4, pixels: nil),
    ]
    queue.add(try result(1, .failed, outputs: outputs), judged: judged)
    queue.add(try result(2, .failed, outcome: .known), judged: judged)
    #expect(queue.entries.map(\.output.index) == [2], "one that cannot be decoded is left out too")
    queue.skip()
    #expect(queue.resultCount == 3)
  }

  @Test func `A warning waits as well, a check of another name does not`() throws {
    var queue = ReviewQueue()
    queue.add(try result(1, .unapproved, outcome: .passed, check: "baseline-2"), judged: nil)
    queue.add(try result(2, .failed, check: "blank"), judged: nil)
    queue.add(try result(3, .error), judged: nil)
    #expect(queue.entries.map(\.caseID.text) == ["s1"])
  }

  @Test func `A queue has a limit, beyond which outputs are counted only`() throws {
    var queue = ReviewQueue()
    let outputs = (0..<ReviewQueue.entriesMax).map { Sample.output($0) }
    queue.add(try result(1, .unapproved, outputs: outputs), judged: nil)
    queue.add(try result(2, .unapproved), judged: nil)
    #expect(queue.entries.count == ReviewQueue.entriesMax)
    #expect(queue.leftOutCount == 1)
    #expect(queue.changes.count == 1)
  }
}
