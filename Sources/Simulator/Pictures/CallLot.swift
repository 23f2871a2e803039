internal import Canonical
internal import SeedreamAPI
internal import Synchronization

/// What one call draws that its request does not decide.
struct CallLot: Sendable {
  /// One text a call.
  let text: String

  /// Draws of the call for one purpose.
  ///
  /// - Parameters:
  ///   - purpose: keeps the streams apart.
  ///   - index: the place in the answer.
  func dice(_ purpose: String, index: Int) -> Dice {
    Dice(purpose, .array([.string(text), .integer(index)]))
  }
}

/// Numbers the calls of each request.
///
/// The lot of a call depends on the request, on how often it was made before, and on a number of the
/// simulator's own; so it does not depend on the order in which other requests arrive.
final class CallBook: Sendable {
  /// Requests that are counted; with more, counting starts anew.
  static let requestsMax = 1_000_000

  private let seed: UInt64
  private let counts = Mutex<[RequestKey: Int]>([:])

  /// Opens a book.
  ///
  /// - Parameter seed: makes the lots; two simulators of one seed draw the same.
  init(seed: UInt64) { self.seed = seed }

  /// The lot of the next call of a request.
  func next(for key: RequestKey) -> CallLot {
    let number = counts.withLock { counts in
      if counts.count >= Self.requestsMax { counts.removeAll() }
      counts[key, default: 0] += 1
      return counts[key, default: 0]
    }
    return CallLot(text: "\(seed) \(key) \(number)")
  }
}
