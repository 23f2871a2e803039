internal import CCurl
internal import Glibc
internal import SeedreamAPI

/// One hop under way: its easy handle and what has arrived.
///
/// It lives on the loop's thread only, and is no `Sendable` so that the compiler keeps it there. The
/// handle holds its address without a reference: the loop removes the handle before it lets go.
@safe final class Transfer {
  /// The number of the hop.
  let id: UInt64
  /// What is carried out.
  let hop: Hop
  /// When it was taken up.
  let start = ContinuousClock.now
  /// The handle; freed with this object.
  let easy: UnsafeMutableRawPointer
  /// Why the hop must end, when we and not libcurl decided so.
  var stop: HopFailure.Reason?
  /// Whether any of the request may have been handed to the socket.
  private(set) var wasSent = false
  /// When anything was sent or arrived.
  private(set) var lastActivity: ContinuousClock.Instant

  private let continuation: CheckedContinuation<HopEnd, Never>
  private let errorText: UnsafeMutablePointer<CChar>
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private var sentCount = 0
  private var sentAt: ContinuousClock.Instant?
  private var head = ResponseHead()
  private var body: [UInt8] = []
  private var kinds: Set<AddressKind> = []

  /// Makes a handle ready.
  ///
  /// - Returns: `nil` when libcurl refuses; the continuation has been resumed then.
  init?(_ submission: TransferQueue.Submission) {
    guard let easy = unsafe curl_easy_init() else {
      submission.continuation.resume(
        returning: .failure(
          HopFailure(reason: .notStarted, wasSent: false, detail: "no memory for a transfer")))
      return nil
    }
    unsafe self.easy = easy
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    unsafe headerList = nil
    id = submission.id
    hop = submission.hop
    continuation = submission.continuation
    lastActivity = start
    let result = configure()
    guard result == CURLE_OK else {
      finish(.failure(failure(.curl(result.rawValue))))
      return nil
    }
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_slist_free_all(headerList)
    unsafe errorText.deallocate()
  }

  /// Tells who waits how it ended; to be called once.
  func finish(_ end: HopEnd) { continuation.resume(returning: end) }

  /// A failure of this hop as far as it got.
  func failure(_ reason: HopFailure.Reason) -> HopFailure {
    HopFailure(
      reason: reason, wasSent: wasSent, detail: unsafe String(cString: UnsafePointer(errorText)))
  }

  /// How the hop ended, when libcurl says that it did.
  func end(_ result: CURLcode) -> HopEnd {
    if hop.purpose == .resolve, !kinds.isEmpty { return .addresses(kinds) }
    if result == CURLE_OK { return .answer(answer()) }
    if let stop { return .failure(failure(stop)) }
    let tunnelStatus = long(CURLINFO_HTTP_CONNECTCODE)
    if !wasSent, tunnelStatus >= 300 {
      return .failure(failure(.tunnelRefused(status: tunnelStatus)))
    }
    return .failure(failure(.curl(result.rawValue)))
  }

  private func answer() -> HopAnswer {
    let total = microseconds(CURLINFO_TOTAL_TIME_T)
    let firstByte = min(microseconds(CURLINFO_STARTTRANSFER_TIME_T), total)
    var sent = microseconds(CURLINFO_PRETRANSFER_TIME_T)
    if let sentAt { sent = max(sent, Int((sentAt - start) / .microseconds(1))) }
    return HopAnswer(
      status: long(CURLINFO_RESPONSE_CODE), headers: head.headers, body: body,
      sentMicroseconds: min(sent, firstByte), firstByteMicroseconds: firstByte,
      totalMicroseconds: total)
  }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe ccurl_get_long(easy, info, &value) == CURLE_OK ? value : 0
  }

  private func microseconds(_ info: CURLINFO) -> Int {
    var value: curl_off_t = 0
    return unsafe ccurl_get_size(easy, info, &value) == CURLE_OK ? max(0, Int(value)) : 0
  }
}

extension Transfer {
  /// Takes a piece of the body; `false` ends the transfer.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
    lastActivity = .now
    guard bytes.count <= hop.bodyByteCountMax - body.count else {
      stop = .bodyTooLarge
      return false
    }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  /// Takes a line of the header; `false` ends the transfer.
  func receiveLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    lastActivity = .now
    guard let excess = head.add(line: unsafe Array(bytes)) else { return true }
    stop = .headTooLarge(excess)
    return false
  }

  /// Fills in the next piece of what is sent and gives its length, 0 at the end.
  func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    lastActivity = .now
    let count = min(buffer.count, hop.body.count - sentCount)
    unsafe buffer.copyBytes(from: hop.body[sentCount..<sentCount + count])
    sentCount += count
    if sentCount == hop.body.count, sentAt == nil { sentAt = lastActivity }
    return count
  }

  /// Decides, on a connection that is ready, whether the request is sent on it.
  ///
  /// This is the one gate before every sending, on new and on kept connections: once it says yes,
  /// bytes of the request may be out.
  func allowsSending(to addressText: String) -> Bool {
    if hop.method == .post, wasSent {
      stop = .repeated
      return false
    }
    let kind = IPAddress(addressText).map { AddressKind($0) }
    guard isAllowed(kind) else {
      stop = .address(addressText, kind)
      return false
    }
    stop = nil
    wasSent = true
    lastActivity = .now
    return true
  }

  /// Decides whether a connection to an address is opened at all.
  func allowsConnecting(to address: IPAddress?) -> Bool {
    let kind = address.map { AddressKind($0) }
    if let kind { kinds.insert(kind) }
    guard hop.purpose == .fetch else { return false }
    if isAllowed(kind) { return true }
    stop = .address(address?.description ?? "of an unknown family", kind)
    return false
  }

  private func isAllowed(_ kind: AddressKind?) -> Bool {
    guard let allowed = hop.allowedKinds else { return true }
    guard let kind else { return false }
    return kind == .global || allowed.contains(kind)
  }
}

extension Transfer {
  /// Adds a line to the header list.
  fileprivate func addHeader(_ line: String) -> CURLcode {
    guard let list = unsafe curl_slist_append(headerList, line) else { return CURLE_OUT_OF_MEMORY }
    unsafe headerList = list
    return CURLE_OK
  }

  /// Sets every option of the handle; ends at the first that libcurl refuses.
  private func configure() -> CURLcode {
    for line in hop.headerLines + (hop.authorizationLine.map { [$0.reveal()] } ?? []) {
      let result = addHeader(line)
      guard result == CURLE_OK else { return result }
    }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let options = unsafe HandleOptions(easy: easy, context: context)
    var result = unsafe options.set(hop, errorText: errorText)
    if result == CURLE_OK { result = unsafe ccurl_set_headers(easy, headerList) }
    return result
  }
}
