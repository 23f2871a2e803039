package import Canonical
package import Recording
package import SeedreamAPI
package import SystemPackage

/// Everything that running cases needs from outside.
package struct RunEnvironment: Sendable {
  /// What a run that may spend needs besides.
  package struct Purchasing: Sendable {
    /// Where to and with which key.
    package let endpoint: Endpoint
    /// The network.
    package let transport: any HTTPTransport
    /// Keeps what was paid for.
    package let ledger: any ExchangeLedger
    /// The bytes of what was paid for.
    package let blobs: BlobStore
    /// What may be spent.
    package let guardian: SpendGuard
    /// When requests are repeated.
    package let policy: RetryPolicy
    /// What waits.
    package let sleeper: any Sleeper
    /// Holds orders to a pace; `nil` where they go out at once.
    package let pace: PaceGate?
    /// Limits of a request for pictures.
    package let limits: HTTPLimits
    /// How long a task is asked after before giving up.
    package let taskTime: Duration
    /// The name of the variable that holds the key, for messages.
    package let keyVariable: String

    /// Puts together what spending needs.
    package init(
      endpoint: Endpoint, transport: any HTTPTransport, ledger: any ExchangeLedger,
      blobs: BlobStore, guardian: SpendGuard, policy: RetryPolicy = RetryPolicy(),
      sleeper: any Sleeper = SystemSleeper(), pace: PaceGate? = nil,
      limits: HTTPLimits = HTTPLimits(), taskTime: Duration = SeedreamClient.taskTime,
      keyVariable: String = "PROOFSHEET_API_KEY"
    ) {
      self.endpoint = endpoint
      self.transport = transport
      self.ledger = ledger
      self.blobs = blobs
      self.guardian = guardian
      self.policy = policy
      self.sleeper = sleeper
      self.pace = pace
      self.limits = limits
      self.taskTime = taskTime
      self.keyVariable = keyVariable
    }
  }

  /// Takes secrets out of everything that is kept.
  package let redactor: Redactor
  /// The version that recordings name.
  package let toolVersion: String
  /// Whether an output without approval fails its case.
  package let failsUnapproved: Bool
  /// `nil` in replay: then there is no way to the network.
  package let purchasing: Purchasing?
  /// Tells the time, by which quarantines end.
  package let clock: @Sendable () -> Timestamp
  /// Takes a request that has no recording, to keep it whole where a message shows parts.
  package let keepMiss: @Sendable (CaseIdentity, Miss) -> Void
  /// What is said of recordings that are unused or too old.
  package let rules: RecordingRules
  /// Starts the programs of checks; `nil` where that was not allowed.
  package let programs: (any ProgramStarter)?
  /// The folder that relative paths start from.
  package let workingFolder: FilePath
  /// What is known of pictures from earlier runs; `nil` where nothing is kept.
  package let facts: (any PictureFacts)?

  /// Puts an environment together.
  package init(
    redactor: Redactor, toolVersion: String, failsUnapproved: Bool, purchasing: Purchasing?,
    rules: RecordingRules = RecordingRules(), clock: @escaping @Sendable () -> Timestamp,
    keepMiss: @escaping @Sendable (CaseIdentity, Miss) -> Void = { _, _ in },
    programs: (any ProgramStarter)? = nil, workingFolder: FilePath = ".",
    facts: (any PictureFacts)? = nil
  ) {
    self.facts = facts
    self.programs = programs
    self.workingFolder = workingFolder
    self.clock = clock
    self.keepMiss = keepMiss
    self.rules = rules
    self.redactor = redactor
    self.toolVersion = toolVersion
    self.failsUnapproved = failsUnapproved
    self.purchasing = purchasing
  }
}
