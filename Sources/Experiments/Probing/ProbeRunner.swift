internal import Canonical

/// Asks for the samples of a probe.
package struct ProbeRunner: Sendable {
  private let runner: CaseRunner
  private let environment: RunEnvironment

  /// Takes a plan of the suite in the mode `live`, so that no sample becomes a recording, and what
  /// spending needs.
  package init(plan: Plan, environment: RunEnvironment) {
    precondition(plan.mode == .live, "the samples of a probe are no recordings")
    runner = CaseRunner(plan: plan, environment: environment)
    self.environment = environment
  }

  /// Asks for every sample; once the guard of spending stops, the rest is cancelled.
  ///
  /// - Parameters:
  ///   - design: the samples.
  ///   - concurrency: how many are asked for at once.
  ///   - told: told of each sample that ended.
  /// - Returns: how each sample ended, in the order of the design.
  package func run(
    _ design: ProbeDesign, concurrency: Int, told: @escaping @Sendable (CaseResult) -> Void
  ) async -> [CaseResult] {
    await withTaskGroup(of: (Int, CaseResult).self) { group in
      var results = [CaseResult?](repeating: nil, count: design.samples.count)
      var next = 0
      func start() {
        guard next < design.samples.count else { return }
        let (place, planned) = (next, design.samples[next].planned)
        next += 1
        group.addTask {
          if let reason = environment.purchasing?.guardian.stopReason {
            return (
              place,
              CaseResult(
                identity: planned.identity, outcome: .cancelled,
                reason: "the probe was stopped before this sample: \(reason)")
            )
          }
          return (place, await runner.run(planned))
        }
      }
      for _ in 0..<max(1, concurrency) { start() }
      while let (place, result) = await group.next() {
        results[place] = result
        told(result)
        start()
      }
      return results.compactMap(\.self)
    }
  }
}
