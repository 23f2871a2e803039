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
  /// The clock that `created` and the ledger read.
  package var now: @Sendable () -> Timestamp

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
  ///   - now: the clock.
  package init(
    port: UInt16 = 0, apiKeys: [Secret] = [], codec: Codec = .png, ordersInFlightMax: Int = 512,
    connectionsMax: Int = 1_024, bodyByteCountMax: Int = 192 << 20,
    pictureByteCountMax: Int = 512 << 20, enforcesModelAreaMin: Bool = false,
    hasStrictSizes: Bool = false, now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
  ) {
    precondition(ordersInFlightMax > 0, "orders in flight (was \(ordersInFlightMax))")
    precondition(connectionsMax > 0, "connections (was \(connectionsMax))")
    precondition(bodyByteCountMax >= 0, "bytes of a body (was \(bodyByteCountMax))")
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
    self.now = now
  }
}
