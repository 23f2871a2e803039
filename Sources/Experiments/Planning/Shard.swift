package import Canonical
internal import SeedreamAPI
package import Suites

/// One of several parts of a plan that run apart, on machines of their own.
///
/// Cases stay together that have one comparison key, so that repeats and models lie together, and in a
/// suite with groups those that have in common what its groups have, so that groups stay whole. Such
/// bundles are dealt by what they ask for, not by their place; see ``ShardPart``.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// How many shards a plan may have.
  package static let countMax = 10_000

  /// Which one, from 1.
  package let index: Int
  /// How many there are.
  package let count: Int

  /// Puts a shard together; `nil` where there is no such one.
  package init?(index: Int, of count: Int) {
    guard (1...Self.countMax).contains(count), (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Reads `2/3`; `nil` for what is no shard.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({
        $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }),
      let index = Int(parts[0]), let count = Int(parts[1])
    else { return nil }
    self.init(index: index, of: count)
  }

  /// `2/3`.
  package var description: String { "\(index)/\(count)" }

  /// The beginning of the digest of what cases have in common that stay together; two that agree in it
  /// by chance stay together as well.
  fileprivate static func key(of suiteCase: SuiteCase, of suite: LoadedSuite) -> UInt64 {
    digest(of: suiteCase, of: suite).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func digest(of suiteCase: SuiteCase, of suite: LoadedSuite) -> SHA256Digest {
    let across = Set(suite.groups.map(\.across)).subtracting([.repeats])
    guard !across.isEmpty else { return suiteCase.request.comparisonKey.digest }
    let shared = suiteCase.cells.filter { !across.contains(.axis($0.axis)) }
    return SHA256Digest(
      hashing: Array(shared.map { "\($0.axis)\u{0}\($0.entry)" }.joined(separator: "\u{1}").utf8))
  }

  /// Its share of a number, the remainder going to the first.
  ///
  /// - Parameter least: what every shard has at least.
  package func share(of number: Int, atLeast least: Int = 0) -> Int {
    max(least, number / count + (index == 1 ? number % count : 0))
  }

  /// Its share of an amount, the remainder going to the first.
  package func share(of amount: Money) -> Money {
    let whole = amount.microDollars
    return Money(
      microDollars: whole / Int64(count) + (index == 1 ? whole % Int64(count) : 0))
  }
}

/// What one shard has of the cases of a suite.
package struct ShardPart: Sendable {
  /// The shard.
  package let shard: Shard
  /// How many bundles of cases were dealt to all shards, those of suites before this one included.
  package let dealt: Int
  private let suite: LoadedSuite
  private let own: Set<UInt64>

  /// Deals the cases of a suite: bundles that stay together go, in the order of their keys, to one shard
  /// after the other, so that no shard has more than one bundle more than another.
  ///
  /// Eight bytes are kept for each bundle while they are dealt.
  ///
  /// - Parameters:
  ///   - cases: what is dealt, the same for every shard.
  ///   - earlier: how many bundles of suites before this one were dealt.
  package init(
    _ shard: Shard, dealing cases: some Sequence<SuiteCase>, of suite: LoadedSuite,
    after earlier: Int = 0
  ) {
    self.shard = shard
    self.suite = suite
    var keys: Set<UInt64> = []
    for suiteCase in cases { keys.insert(Shard.key(of: suiteCase, of: suite)) }
    let sorted = keys.sorted()
    own = Set(
      sorted.indices.lazy.filter { (earlier + $0) % shard.count == shard.index - 1 }
        .map { sorted[$0] })
    dealt = earlier + sorted.count
  }

  /// Whether a case of the suite belongs to it.
  package func holds(_ suiteCase: SuiteCase) -> Bool {
    own.contains(Shard.key(of: suiteCase, of: suite))
  }
}

extension Shard {
  /// A shard that a service for parallel jobs has told of, or why none can be told.
  package enum Found: Hashable, Sendable {
    /// The shard, and the variable that tells it.
    case shard(Shard, by: String)
    /// The variables contradict each other or mean nothing.
    case unusable(String)
    /// No service has told anything.
    case none
  }

  /// Looks where a job is told which part it is: GitLab, CircleCI, Buildkite, Slurm arrays, Bazel and
  /// Kubernetes indexed jobs, whose number has to be set in the pod.
  package static func find(in environment: [String: String]) -> Found {
    let sources: [(index: String, count: String, first: Int)] = [
      ("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),
      ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
      ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
      ("TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0),
    ]
    if let text = environment["SLURM_ARRAY_TASK_ID"], !text.isEmpty {
      return slurm(text, environment)
    }
    for source in sources {
      guard let text = environment[source.index], !text.isEmpty else { continue }
      guard let index = number(text), let count = number(environment[source.count]),
        let shard = Shard(index: index - source.first + 1, of: count)
      else {
        return .unusable(
          "\(source.index) is '\(text.prefix(40))' and \(source.count) is "
            + "'\((environment[source.count] ?? "").prefix(40))', which is no part of a whole")
      }
      return .shard(shard, by: source.index)
    }
    if let text = environment["JOB_COMPLETION_INDEX"], !text.isEmpty {
      return kubernetes(text, environment)
    }
    return .none
  }

  /// Numbers that a service may tell; reckoning with them never overflows.
  private static let numbers = 0...Int(Int32.max)

  private static func number(_ text: String?) -> Int? {
    text.flatMap { Int($0) }.flatMap { numbers.contains($0) ? $0 : nil }
  }

  /// Kubernetes tells a pod of an indexed job its index, from 0, and nothing of how many there are.
  private static func kubernetes(_ text: String, _ environment: [String: String]) -> Found {
    let told = ["PROOFSHEET_SHARDS", "JOB_COMPLETIONS"].compactMap { name in
      environment[name].flatMap { $0.isEmpty ? nil : (name: name, text: $0) }
    }
    let index = "JOB_COMPLETION_INDEX is '\(text.prefix(40))'"
    guard let first = told.first else {
      return .unusable(
        "\(index), and Kubernetes tells a pod nothing of how many there are; set JOB_COMPLETIONS or "
          + "PROOFSHEET_SHARDS in the pod's 'env' to the job's 'completions'")
    }
    let values = told.map { "\($0.name) is '\($0.text.prefix(40))'" }.joined(separator: ", ")
    guard let number = number(text), let count = Self.number(first.text),
      told.allSatisfy({ Self.number($0.text) == count }),
      let shard = Shard(index: number + 1, of: count)
    else {
      return .unusable(
        "\(index) and \(values), which is no part of a whole; the index counts from 0, and the number "
          + "is the job's 'completions', \(countMax) at most")
    }
    return .shard(shard, by: "JOB_COMPLETION_INDEX")
  }

  /// The tasks of an array need not start at 0, nor lie one apart.
  private static func slurm(_ text: String, _ environment: [String: String]) -> Found {
    func told(_ name: String) -> Int? { number(environment["SLURM_ARRAY_TASK_\(name)"]) }
    let id = number(text)
    // Task 2 of three, submitted again by itself, would run and buy the whole.
    if told("COUNT") == 1, let id, id > 1 {
      return .unusable(
        "SLURM_ARRAY_TASK_ID is '\(id)' in an array of one task; repeat a task of an array with "
          + "'scontrol requeue JOB_\(id)', or name the part, for example --shard \(id)/\(id + 1)")
    }
    guard let id, let first = told("MIN"), let count = told("COUNT"),
      let step = told("STEP") ?? told("MAX").map({ ($0 - first) / max(1, count - 1) }),
      id >= first, max(1, step) > 0, (id - first) % max(1, step) == 0,
      let shard = Shard(index: (id - first) / max(1, step) + 1, of: count)
    else {
      return .unusable(
        "SLURM_ARRAY_TASK_ID is '\(text.prefix(40))', and SLURM_ARRAY_TASK_MIN, _COUNT and _STEP do "
          + "not say which part of the array that is; number its tasks evenly")
    }
    return .shard(shard, by: "SLURM_ARRAY_TASK_ID")
  }
}
