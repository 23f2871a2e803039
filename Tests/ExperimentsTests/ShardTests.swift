import Canonical
import Experiments
import SeedreamAPI
import Suites
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct ShardTests {
  private func shard(_ index: Int, _ count: Int) throws -> Shard {
    try #require(Shard(index: index, of: count))
  }

  @Test(arguments: ["1/1", "2/3", "10000/10000"])
  func `A shard is read as it is written`(text: String) throws {
    #expect(try #require(Shard(text)).description == text)
  }

  @Test(arguments: [
    "", "1", "0/3", "4/3", "1/0", "-1/3", "+1/3", "1/3/5", "a/b", "1/10001", " 1/2",
  ])
  func `What is no part of a whole is no shard`(text: String) {
    #expect(Shard(text) == nil)
  }

  @Test(arguments: [
    (["CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"], "2/3"),
    (["CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "4"], "1/4"),
    (["BUILDKITE_PARALLEL_JOB": "3", "BUILDKITE_PARALLEL_JOB_COUNT": "4"], "4/4"),
    (["TEST_SHARD_INDEX": "1", "TEST_TOTAL_SHARDS": "2"], "2/2"),
    (["JOB_COMPLETION_INDEX": "0", "PROOFSHEET_SHARDS": "5"], "1/5"),
    (["JOB_COMPLETION_INDEX": "4", "JOB_COMPLETIONS": "5", "PROOFSHEET_SHARDS": ""], "5/5"),
    (["JOB_COMPLETION_INDEX": "1", "JOB_COMPLETIONS": "3", "PROOFSHEET_SHARDS": "3"], "2/3"),
    (
      [
        "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_STEP": "2",
        "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MAX": "9",
      ], "3/4"
    ),
    (
      [
        "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "2",
        "SLURM_ARRAY_TASK_COUNT": "3",
      ], "3/3"
    ),
  ])
  func `Services for parallel jobs tell the shard`(environment: [String: String], expected: String)
  {
    guard case .shard(let shard, let variable) = Shard.find(in: environment) else {
      Issue.record("nothing was found in \(environment)")
      return
    }
    #expect(shard.description == expected)
    #expect(environment[variable] != nil)
  }

  @Test(arguments: [
    ["CI_NODE_INDEX": "4", "CI_NODE_TOTAL": "3"], ["CI_NODE_INDEX": "1"],
    ["JOB_COMPLETION_INDEX": "0"], ["TEST_SHARD_INDEX": "x", "TEST_TOTAL_SHARDS": "2"],
    ["SLURM_ARRAY_TASK_ID": "1"],
    ["CI_NODE_INDEX": "-9223372036854775808", "CI_NODE_TOTAL": "3"],
    ["TEST_SHARD_INDEX": "9223372036854775807", "TEST_TOTAL_SHARDS": "3"],
    [
      "SLURM_ARRAY_TASK_ID": "9223372036854775807", "SLURM_ARRAY_TASK_MIN": "-9",
      "SLURM_ARRAY_TASK_MAX": "9", "SLURM_ARRAY_TASK_COUNT": "3",
    ],
    [
      "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "2", "SLURM_ARRAY_TASK_MAX": "2",
      "SLURM_ARRAY_TASK_STEP": "1", "SLURM_ARRAY_TASK_COUNT": "1",
    ],
    [
      "SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "2",
      "SLURM_ARRAY_TASK_COUNT": "3",
    ],
  ])
  func `Variables that contradict each other are told`(environment: [String: String]) {
    guard case .unusable(let reason) = Shard.find(in: environment) else {
      Issue.record("\(environment) was used")
      return
    }
    #expect(environment.keys.contains { reason.contains($0) })
  }

  @Test(arguments: [
    (
      ["JOB_COMPLETION_INDEX": "1"],
      "JOB_COMPLETION_INDEX is '1', and Kubernetes tells a pod nothing of how many there are; set "
        + "JOB_COMPLETIONS or PROOFSHEET_SHARDS in the pod's 'env' to the job's 'completions'"
    ),
    (
      ["JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "3"],
      "JOB_COMPLETION_INDEX is '3' and JOB_COMPLETIONS is '3', which is no part of a whole"
    ),
    (
      ["JOB_COMPLETION_INDEX": "1", "JOB_COMPLETIONS": "3", "PROOFSHEET_SHARDS": "4"],
      "PROOFSHEET_SHARDS is '4', JOB_COMPLETIONS is '3', which is no part of a whole"
    ),
    (
      ["JOB_COMPLETION_INDEX": "9223372036854775807", "JOB_COMPLETIONS": "3"],
      "which is no part of a whole"
    ),
    (["JOB_COMPLETION_INDEX": "-1", "JOB_COMPLETIONS": "3"], "which is no part of a whole"),
    (["JOB_COMPLETION_INDEX": "x", "JOB_COMPLETIONS": "3"], "which is no part of a whole"),
  ])
  func `A pod of Kubernetes is told what to set`(environment: [String: String], message: String) {
    guard case .unusable(let reason) = Shard.find(in: environment) else {
      Issue.record("\(environment) was used")
      return
    }
    #expect(reason.contains(message), "\(reason)")
  }

  @Test func `Without a service there is none`() {
    #expect(Shard.find(in: ["PATH": "/bin", "CI_NODE_INDEX": ""]) == .none)
  }

  @Test(arguments: [(0, 3), (1, 3), (100, 7), (10, 10), (3, 10)])
  func `Shares add up to the whole, and the first has the rest`(number: Int, count: Int) throws {
    let shares = try (1...count).map { try shard($0, count).share(of: number) }
    #expect(shares.reduce(0, +) == number)
    #expect(shares.dropFirst().allSatisfy { $0 == number / count })
    let money = try (1...count).map {
      try shard($0, count).share(of: Money(microDollars: 5_000_001))
    }
    #expect(money.reduce(.zero, +) == Money(microDollars: 5_000_001))
    #expect(try shard(count, count).share(of: number, atLeast: 1) >= 1)
  }

  @Test(arguments: [1, 2, 3, 7])
  func `Each case is in one shard, and its repeats with it`(count: Int) throws {
    let plan = try Bench(seeds: "[1..60]").plan(.replay)
    let parts = try (1...count).map { plan.sharded(by: try shard($0, count)) }
    let positions = parts.flatMap { $0.map(\.identity.position) }.sorted()
    #expect(positions == Array(0..<60))
    #expect(parts.allSatisfy { $0.selected.count == $0.reduce(0) { sum, _ in sum + 1 } })
    #expect(count == 1 || parts.allSatisfy { !$0.isWhole })
    let sizes = parts.map { $0.selected.count }
    #expect(try #require(sizes.max()) - #require(sizes.min()) <= 1, "\(sizes)")
  }

  @Test func `Groups stay whole`() throws {
    let folder = TemporaryFolder.path
    try DurableFile.write(try Sample.png(width: 32, height: 32), to: folder.appending("cup.png"))
    let text = """
      version: 1
      name: mug
      request: {images: cup.png}
      matrix: {prompt: [a, b, c, d, e, f, g, h, i, j], seed: [1..6], size: [square, square_hd]}
      groups: [{across: seed, expect: distinct}]
      """
    let suite = try SuiteLoader.load(bytes: Array(text.utf8), path: folder.appending("mug.yaml"))
    let shards = try (1...3).map { ShardPart(try shard($0, 3), dealing: suite.cases, of: suite) }
    let later = ShardPart(try shard(3, 3), dealing: suite.cases, of: suite, after: 20)
    #expect(later.dealt == 40)
    var homes: [String: Set<Int>] = [:]
    for suiteCase in suite.cases {
      let home = try #require(shards.first { $0.holds(suiteCase) }).shard
      let shared = suiteCase.cells.filter { $0.axis != "seed" }.map(\.entry).joined(separator: " ")
      homes[shared, default: []].insert(home.index)
    }
    #expect(homes.count == 20)
    #expect(homes.values.allSatisfy { $0.count == 1 })
    let sizes = (1...3).map { index in homes.values.count { $0 == [index] } }
    #expect(sizes == [7, 7, 6])
    // A further suite goes on where the one before it has ended.
    #expect(suite.cases.count { later.holds($0) } == 7 * 6)
  }
}

struct MergedHeaderTests {
  private func part(
    _ index: Int, of count: Int = 2, mode: RunMode = .replay, version: String = "1.0",
    digest: [UInt8] = [], cases: Int = 5, name: String = "mug", run: Int? = nil
  ) throws -> RunHeader {
    RunHeader(
      id: try Sample.run(run ?? index),
      startedAt: Timestamp(milliseconds: Int64(1_000 * (9 - index))),
      mode: mode, toolVersion: version, endpoint: nil,
      suites: [
        SuiteHeader(
          name: try #require(SuiteName(name)), path: "suites/mug.yaml",
          digest: SHA256Digest(hashing: digest), caseCount: 2)
      ],
      shard: ShardHeader(
        try #require(Shard(index: index, of: count)), caseCounts: [cases], suiteCounts: [9]))
  }

  private func problem(_ parts: [RunHeader]) throws -> String? {
    do throws(MergeProblem) {
      _ = try MergedHeader(parts, id: parts[0].id)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `Complete shards make the header of the whole`() throws {
    let merged = try MergedHeader([try part(2), try part(1)], id: try Sample.run(7))
    #expect(merged.header.id == (try Sample.run(7)))
    #expect(merged.header.shard == nil)
    #expect(merged.header.suites.map(\.caseCount) == [5])
    #expect(merged.header.startedAt == Timestamp(milliseconds: 7_000))
    #expect(merged.groupPlaces.values.map(\.self) == [9])
  }

  @Test func `Shards that do not belong together are told`() throws {
    let first = try part(1)
    let cases: [(RunHeader, String)] = [
      (try part(1, run: 3), "both shard 1/2"), (try part(2, of: 3), "one is of 2 shards"),
      (try part(2, mode: .live), "replay and live"), (try part(2, version: "2.0"), "versions"),
      (try part(2, digest: [1]), "was changed between them"),
      (try part(2, cases: 6), "filters select different cases"),
      (try part(2, name: "cup"), "suites"),
      (try Sample.header(), "is no shard"),
    ]
    for (other, message) in cases {
      #expect(try problem([first, other])?.contains(message) == true)
    }
    #expect(try problem([first])?.contains("1 shard of 2 is missing: 2") == true)
    #expect(try problem([try Sample.header()])?.contains("is no shard") == true)
  }

  @Test func `Summaries add up`() {
    let one = RunSummary(
      counts: [.passed: 2, .failed: 1],
      spending: Spending(
        spent: Money(microDollars: 3), possiblyBilled: Money(microDollars: 1),
        cap: Money(microDollars: 10), requests: 4), wallMilliseconds: 50, isSimulated: true)
    let other = RunSummary(counts: [.passed: 1], wallMilliseconds: 70, isInterrupted: true)
    let sum = RunSummary(merging: [one, other])
    #expect(sum.counts == [.passed: 3, .failed: 1])
    #expect(sum.spending == one.spending)
    #expect(sum.wallMilliseconds == 70 && sum.isSimulated && sum.isInterrupted)
  }
}
