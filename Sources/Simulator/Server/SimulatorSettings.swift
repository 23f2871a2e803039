package import Canonical
package import SeedreamAPI

/// What a simulator is told when it is made.
package struct SimulatorSettings: Sendable {
  /// How the pictures are encoded.
  package enum Codec: Hashable, Sendable {
    /// PNG, as the gateway's documented example answers.
    case png
    /// JPEG of a quality from 1 to 100, as the upstream service answers.
    case jpeg(quality: Int)

    /// The ending of file names, without its point.
    var fileExtension: String {
      switch self {
      case .png: "png"
      case .jpeg: "jpg"
      }
    }
  }

  /// What a seed does.
  package enum SeedProfile: String, Hashable, Sendable, CaseIterable {
    /// The same request gives the same pixels.
    case exact
    /// The same request gives the same picture with other noise, which eyes do not see.
    case pixelNoise = "pixel-noise"
    /// The same request gives the same composition in other colours.
    case loose
    /// A seed has no effect: every call gives another picture.
    case ignored
  }

  /// What a model other than Seedream 4.0 does to a picture.
  package enum Drift: String, Hashable, Sendable, CaseIterable {
    /// It gives the same pixels.
    case none
    /// It turns the palette by 25 to 65 degrees and adds 10 to 25 % of contrast; places and shapes stay.
    case shade
    /// It draws places and shapes anew for each seed, in the same colours.
    case redraw
  }

  /// The port on 127.0.0.1; 0 takes any free one.
  package var port: UInt16
  /// The keys that are accepted; empty accepts every key that is not empty.
  package var apiKeys: [Secret]
  /// How the pictures are encoded.
  package var codec: Codec
  /// Orders that may be worked on at once; one more is answered with 429.
  ///
  /// The gateway states 30; the default is higher, so that a run is not slowed unless it is asked for.
  package var ordersInFlightMax: Int
  /// Connections that may be open at once; one more is answered with 503 and closed.
  package var connectionsMax: Int
  /// The longest request body in bytes; a longer one is answered with 413.
  package var bodyByteCountMax: Int
  /// Bytes of finished pictures that are kept for fetching by URL; the longest unused go first.
  package var pictureByteCountMax: Int
  /// Whether a size below the model's least area is refused, as the upstream service does, instead of
  /// scaled up, as the gateway does.
  package var enforcesModelAreaMin: Bool
  /// Whether a request with both `size` and `image_size` is refused instead of `image_size` winning.
  package var hasStrictSizes: Bool
  /// Whether only the first picture of a size is drawn and the others are copies of it with another
  /// comment, so that a client can be measured; needs JPEG.
  package var isCanned: Bool
  /// What a seed does.
  package var seeds: SeedProfile
  /// What a model other than Seedream 4.0 does.
  package var drift: Drift
  /// Whether the seed 0 asks for any picture, as some services have it.
  package var drawsSeedZero: Bool
  /// Whether each file carries a comment of its call, so that bytes differ where pixels do not.
  package var stampsFiles: Bool
  /// Whether pictures carry a mark in their lower right corner.
  package var hasWatermark: Bool
  /// Decides what calls draw that their requests do not decide.
  package var callSeed: UInt64
  /// What goes wrong, and with which orders.
  package var faults: [FaultRule]
  /// Chooses the orders that meet faults of a share.
  package var faultSeed: Int
  /// How long orders take, as a multiple of ``Latency``'s; 0 answers as soon as the picture is drawn.
  package var timeFactor: Double
  /// Orders a minute, one more being answered with 429; `nil` for no such limit.
  package var ordersPerMinute: Int?
  /// Images a minute, an order of more being answered with 429; `nil` for no such limit.
  package var imagesPerMinute: Int?
  /// Whether a refusal by a limit says with `Retry-After` when to come back; the gateway does not.
  package var sendsRetryAfter: Bool
  /// Seconds after which a result link is gone; `nil` for as long as there is room.
  package var linkSeconds: Int?
  /// The clock that `created`, the ledger and limits by time read.
  package var now: @Sendable () -> Timestamp
  /// What waits; tests wait for nothing.
  package var pause: @Sendable (Duration) async throws -> Void

  /// Puts settings together; those not given are the gateway's.
  ///
  /// - Parameters:
  ///   - port: the port on 127.0.0.1, 0 for any free one.
  ///   - apiKeys: the keys that are accepted; empty for every key that is not empty.
  ///   - codec: how the pictures are encoded.
  ///   - ordersInFlightMax: orders at once.
  ///   - connectionsMax: connections at once.
  ///   - bodyByteCountMax: bytes of a request body.
  ///   - pictureByteCountMax: bytes of pictures kept for fetching.
  ///   - enforcesModelAreaMin: whether too small a size is refused.
  ///   - hasStrictSizes: whether two sizes in one request are refused.
  ///   - isCanned: whether pictures of a size are copies of the first.
  ///   - seeds: what a seed does.
  ///   - drift: what another model does.
  ///   - drawsSeedZero: whether the seed 0 asks for any picture.
  ///   - stampsFiles: whether each file carries a comment of its call.
  ///   - hasWatermark: whether pictures carry a mark.
  ///   - callSeed: decides what requests do not; another one each time unless it is given.
  ///   - faults: what goes wrong.
  ///   - faultSeed: chooses the orders that meet faults of a share.
  ///   - timeFactor: how long orders take, 0 for no pause.
  ///   - ordersPerMinute: orders a minute; `nil` for no limit.
  ///   - imagesPerMinute: images a minute; `nil` for no limit.
  ///   - sendsRetryAfter: whether refusals by a limit say when to come back.
  ///   - linkSeconds: seconds that a result link lives; `nil` for no end.
  ///   - now: the clock.
  ///   - pause: what waits.
  package init(
    port: UInt16 = 0, apiKeys: [Secret] = [], codec: Codec = .png, ordersInFlightMax: Int = 512,
    connectionsMax: Int = 1_024, bodyByteCountMax: Int = 192 << 20,
    pictureByteCountMax: Int = 512 << 20, enforcesModelAreaMin: Bool = false,
    hasStrictSizes: Bool = false, isCanned: Bool = false,
    seeds: SeedProfile = .exact, drift: Drift = .shade, drawsSeedZero: Bool = false,
    stampsFiles: Bool = false,
    hasWatermark: Bool = false, callSeed: UInt64 = .random(in: .min ... .max),
    faults: [FaultRule] = [], faultSeed: Int = 0,
    timeFactor: Double = 0, ordersPerMinute: Int? = nil, imagesPerMinute: Int? = nil,
    sendsRetryAfter: Bool = false, linkSeconds: Int? = nil,
    now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    precondition(ordersInFlightMax > 0, "orders in flight (was \(ordersInFlightMax))")
    precondition(connectionsMax > 0, "connections (was \(connectionsMax))")
    precondition(bodyByteCountMax >= 0, "bytes of a body (was \(bodyByteCountMax))")
    precondition(!isCanned || codec != .png, "canned pictures are JPEG")
    precondition(timeFactor >= 0 && timeFactor.isFinite, "a time factor (was \(timeFactor))")
    precondition(ordersPerMinute ?? 1 > 0, "orders a minute (was \(ordersPerMinute ?? 0))")
    precondition(imagesPerMinute ?? 1 > 0, "images a minute (was \(imagesPerMinute ?? 0))")
    if case .jpeg(let quality) = codec {
      precondition((1...100).contains(quality), "a quality is 1 to 100 (was \(quality))")
    }
    self.port = port
    self.apiKeys = apiKeys
    self.codec = codec
    self.ordersInFlightMax = ordersInFlightMax
    self.connectionsMax = connectionsMax
    self.bodyByteCountMax = bodyByteCountMax
    self.pictureByteCountMax = pictureByteCountMax
    self.enforcesModelAreaMin = enforcesModelAreaMin
    self.hasStrictSizes = hasStrictSizes
    self.isCanned = isCanned
    self.seeds = seeds
    self.drift = drift
    self.drawsSeedZero = drawsSeedZero
    self.stampsFiles = stampsFiles
    self.hasWatermark = hasWatermark
    self.callSeed = callSeed
    self.faults = faults
    self.faultSeed = faultSeed
    self.timeFactor = timeFactor
    self.ordersPerMinute = ordersPerMinute
    self.imagesPerMinute = imagesPerMinute
    self.sendsRetryAfter = sendsRetryAfter
    self.linkSeconds = linkSeconds
    self.now = now
    self.pause = pause
  }
}
