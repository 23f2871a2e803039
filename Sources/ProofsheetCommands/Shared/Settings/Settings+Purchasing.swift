internal import Experiments
internal import Recording
internal import SeedreamAPI

extension Settings {
  /// What a command that buys needs, held to every limit that is set.
  ///
  /// - Throws: what making the network throws.
  func purchasing(
    from endpoint: Endpoint, keeping ledger: any ExchangeLedger, in blobs: BlobStore,
    _ guardian: SpendGuard, _ context: CommandContext
  ) throws -> RunEnvironment.Purchasing {
    RunEnvironment.Purchasing(
      endpoint: endpoint, transport: try context.makeTransport(), ledger: ledger, blobs: blobs,
      guardian: guardian, policy: retryPolicy, sleeper: context.sleeper,
      pace: PaceGate(
        pace, signal: guardian.signal, sleeper: context.sleeper, now: context.uptime),
      limits: requestLimits, taskTime: taskTimeout.value, keyVariable: keyVariable.value)
  }
}
