/// What goes wrong with an order, on request (`api-contract.md` section 4, item 12).
package enum Fault: Hashable, Sendable {
  /// A refusal with this status, 400 to 599; 502 comes as HTML, as gateways send it. Bills nothing.
  case status(Int)
  /// A refusal with 429, which says how many seconds to wait where that is given. Bills nothing.
  case rateLimited(retryAfter: Int?)
  /// Status 200 with an error of this code within (section 3.1). Bills nothing.
  case errorInside(Int)
  /// Status 200 with an empty list of pictures. Bills nothing.
  case emptyData
  /// This many pictures fewer than were asked for; at least one comes. Bills those that come.
  case fewer(Int)
  /// An error in place of the last picture. Bills the others.
  case itemError
  /// A task in place of pictures; it ends after this many questions. Bills at once.
  case task(polls: Int)
  /// A task that fails after one question. Bills nothing.
  case taskFailed
  /// A task that never ends. Bills at once.
  case taskEndless
  /// An answer whose JSON ends in the middle. Bills.
  case truncatedJSON
  /// A connection that ends in the middle of the answer. Bills.
  case cut
  /// An answer that stops in its middle while the connection stays open. Bills.
  case stall
  /// A connection that is reset before anything is made. Bills nothing.
  case dropBefore
  /// A connection that is reset when all is made. Bills.
  case dropAfter
  /// An answer that comes this much later, in milliseconds. Bills.
  case slow(milliseconds: Int)
  /// HTML in place of the bytes of every picture. Bills.
  case noPicture
  /// A result link that has expired when it is asked for; no effect on base64. Bills.
  case expiredLink

  /// The longest pause, in milliseconds.
  package static let slowMax = 600_000
  /// Questions that a task may take.
  package static let pollsMax = 1_000
  /// The longest wait that a refusal may ask for, in seconds.
  package static let retryAfterMax = 86_400

  /// The names, with what stands behind them.
  package static let forms = [
    "status:CODE", "rate-limited[:SECONDS]", "error-in-200[:CODE]", "empty-data", "fewer[:N]",
    "item-error", "task[:POLLS]", "task-failed", "task-endless", "truncated-json", "cut", "stall",
    "drop-before", "drop-after", "slow:MILLISECONDS", "no-picture", "expired-link",
  ]

  /// Reads `NAME` or `NAME:NUMBER`; `nil` for what is none of ``forms``.
  package init?(_ text: some StringProtocol) {
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = pieces.first ?? ""
    var number: Int?
    if pieces.count == 2 {
      guard let read = Int(pieces[1]), read >= 0, pieces[1].utf8.allSatisfy({ $0 != 0x2B }) else {
        return nil
      }
      number = read
    }
    let fault = number.map { Self.counted(String(name), $0) } ?? Self.plain(String(name))
    guard let fault else { return nil }
    self = fault
  }

  private static func counted(_ name: String, _ number: Int) -> Fault? {
    switch name {
    case "status" where (400...599).contains(number): .status(number)
    case "rate-limited" where number <= retryAfterMax: .rateLimited(retryAfter: number)
    case "error-in-200" where (400...599).contains(number): .errorInside(number)
    case "fewer" where number > 0: .fewer(number)
    case "task" where number <= pollsMax: .task(polls: number)
    case "slow" where number <= slowMax: .slow(milliseconds: number)
    default: nil
    }
  }

  private static func plain(_ name: String) -> Fault? {
    switch name {
    case "rate-limited": .rateLimited(retryAfter: nil)
    case "error-in-200": .errorInside(503)
    case "empty-data": .emptyData
    case "fewer": .fewer(1)
    case "item-error": .itemError
    case "task": .task(polls: 2)
    case "task-failed": .taskFailed
    case "task-endless": .taskEndless
    case "truncated-json": .truncatedJSON
    case "cut": .cut
    case "stall": .stall
    case "drop-before": .dropBefore
    case "drop-after": .dropAfter
    case "no-picture": .noPicture
    case "expired-link": .expiredLink
    default: nil
    }
  }
}
