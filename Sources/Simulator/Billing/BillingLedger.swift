package import Canonical
package import SeedreamAPI
internal import Synchronization

/// What was billed: one entry for each picture that was made.
///
/// A picture is billed when it is made, before its answer is sent: a client that hangs up early pays
/// nevertheless (`api-contract.md` section 5). Whether the answer arrived is kept beside it.
package final class BillingLedger: Sendable {
  /// One picture that was billed.
  package struct Entry: Hashable, Sendable {
    /// The request that ordered it.
    package let requestKey: RequestKey
    /// Its place in the answer, from 0.
    package let imageIndex: Int
    /// The model that was asked for.
    package let model: ModelName
    /// When it was billed.
    package let at: Timestamp
    /// Whether the whole answer was given to the client's socket and the client did not break the
    /// connection off before it read it.
    package fileprivate(set) var isDelivered: Bool

    fileprivate var json: JSONValue {
      .members([
        "at": .string(at.description),
        "delivered": .bool(isDelivered),
        "image_index": .integer(imageIndex),
        "model": .string(model.text),
        "request_key": .string(requestKey.description),
      ])
    }
  }

  /// The entries of one answer.
  struct Receipt: Hashable, Sendable {
    fileprivate let entries: Range<Int>
  }

  /// Entries that a ledger may hold; a full one bills nothing more, since it must lose nothing.
  package static let entriesMax = 1_000_000

  private let state = Mutex<[Entry]>([])

  /// Starts an empty ledger.
  package init() {}

  /// The entries in the order in which they were billed.
  package var entries: [Entry] { state.withLock { $0 } }

  /// Bills pictures; `nil` when the ledger is full.
  func bill(_ count: Int, of key: RequestKey, model: ModelName, at: Timestamp) -> Receipt? {
    state.withLock { entries in
      guard entries.count + count <= Self.entriesMax else { return nil }
      let first = entries.count
      for index in 0..<count {
        entries.append(
          Entry(requestKey: key, imageIndex: index, model: model, at: at, isDelivered: false))
      }
      return Receipt(entries: first..<entries.count)
    }
  }

  /// Runs a step of sending an answer and notes whether that was its last.
  ///
  /// The ledger is locked meanwhile: a client that has read the whole answer and asks for the ledger
  /// must find it noted there.
  ///
  /// - Parameters:
  ///   - receipt: the answer's entries; `nil` for an answer that bills nothing.
  ///   - step: hands bytes to the socket without waiting; true when none are left.
  func deliver<Failure: Error>(
    _ receipt: Receipt?, by step: () throws(Failure) -> Bool
  ) throws(Failure) -> Bool {
    guard let receipt else { return try step() }
    let outcome: Result<Bool, Failure> = state.withLock { entries in
      do throws(Failure) {
        let isDone = try step()
        if isDone { Self.mark(receipt, &entries, isDelivered: true) }
        return .success(isDone)
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Notes that an answer was not read after all.
  func withdraw(_ receipt: Receipt?) {
    guard let receipt else { return }
    state.withLock { Self.mark(receipt, &$0, isDelivered: false) }
  }

  private static func mark(_ receipt: Receipt, _ entries: inout [Entry], isDelivered: Bool) {
    for index in receipt.entries { entries[index].isDelivered = isDelivered }
  }

  /// The ledger as `GET /_simulator/ledger` answers it.
  package var json: JSONValue {
    let entries = entries
    return .members([
      "entries": .array(entries.map(\.json)),
      "images": .integer(entries.count),
      "simulator": .bool(true),
    ])
  }
}
