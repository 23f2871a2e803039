internal import Canonical
internal import Glibc
package import SeedreamAPI
internal import Synchronization

/// Carries requests over the network with libcurl, all of them on one thread.
///
/// Beyond what ``HTTPTransport`` promises:
/// - A POST is never sent twice: it gets a connection of its own, and its redirects are not followed.
/// - The redirects of a GET are followed up to the limit, to the same scheme only and without the
///   key. With a limit of none, and for statuses without a `Location`, the answer is given as it is.
/// - The key of a download is never sent, even if the request holds one.
/// - A failure's phase is `afterSending` from the moment that a connection is ready and the first
///   byte may leave.
package final class CurlTransport: HTTPTransport {
  /// The statuses of redirects that a GET follows (RFC 9110 section 15.4).
  static let redirectStatuses: Set<Int> = [301, 302, 303, 307, 308]

  private let userAgent: String
  private let proxies: ProxySettings
  private let queue = TransferQueue()
  private let thread: Mutex<pthread_t?>
  /// The kinds of addresses that the hosts of endpoints have.
  private let endpointKinds = Mutex<[String: Set<AddressKind>]>([:])

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - userAgent: the value of `User-Agent`, such as `proofsheet/1.0`; printable ASCII.
  ///   - environment: the process's environment, of which the variables for proxies are read.
  /// - Throws: ``TransportFailure`` with `other` when the system gives no thread.
  package init(userAgent: String, environment: [String: String]) throws(TransportFailure) {
    precondition(
      !userAgent.isEmpty && userAgent.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F },
      "a user agent is printable ASCII (was \(userAgent))")
    self.userAgent = userAgent
    proxies = ProxySettings(environment: environment)
    do {
      thread = Mutex(try TransferLoop.startThread(serving: queue))
    } catch {
      throw TransportFailure(
        .other, .beforeSending,
        "cannot start the thread for HTTP (error \(error.errorNumber)); "
          + "check the limit of processes ('ulimit -u')")
    }
  }

  deinit { close() }

  /// Ends the thread and waits for it; requests under way fail as cancelled.
  ///
  /// It happens by itself when the transport is no longer used.
  package func close() {
    queue.close()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    // Joining can fail only for a thread that is gone or our own, and it is neither.
    if let running { _ = pthread_join(running, nil) }
  }

  /// Sends a request and gives the whole answer, whatever its status.
  package func send(
    _ request: HTTPRequest, as id: ExchangeID
  ) async throws(TransportFailure) -> HTTPResponse {
    let start = Timestamp.now()
    let deadline = ContinuousClock.now + min(max(request.limits.total, .zero), Duration.limitMax)
    let plan = try await RequestPlan.make(request)
    var visit = Visit(
      request: request, plan: plan, url: request.url, redirectCount: 0, deadline: deadline,
      authorization: id.role == .download ? nil : request.authorization)
    var timing: HTTPTiming?
    while true {
      let answer = try await fetch(visit)
      let elapsed = timing.map { $0.adding(answer) } ?? HTTPTiming(start: start, answer)
      guard let target = try redirectTarget(of: answer, in: visit) else {
        return HTTPResponse(
          status: answer.status, headers: answer.headers, body: answer.body, timing: elapsed)
      }
      timing = elapsed
      visit.url = target
      visit.redirectCount += 1
      visit.authorization = nil
    }
  }
}

extension CurlTransport {
  /// Where a request has got to.
  private struct Visit {
    let request: HTTPRequest
    let plan: RequestPlan
    var url: HTTPURL
    var redirectCount: Int
    let deadline: ContinuousClock.Instant
    var authorization: Authorization?

    var report: FailureReport {
      FailureReport(
        url: url, limits: request.limits, key: request.authorization?.key,
        isRedirected: redirectCount > 0)
    }
  }

  /// Makes one hop, keeping the rule of addresses.
  private func fetch(_ visit: Visit) async throws(TransportFailure) -> HopAnswer {
    var hop = self.hop(visit)
    guard case .publicOnly(let endpoint) = visit.request.addresses else {
      return try answer(of: await run(hop), in: visit)
    }
    if hop.proxy != nil {
      try await checkLiteral(visit, endpoint: endpoint)
      return try answer(of: await run(hop), in: visit)
    }
    let known = knownKinds(of: endpoint)
    hop.allowedKinds = known ?? []
    let end = await run(hop)
    // Most results are public; only when one is not, the endpoint's own address matters.
    guard known == nil, case .failure(let failure) = end,
      case .address(_, let kind?) = failure.reason,
      try await resolvedKinds(of: endpoint, visit).contains(kind)
    else { return try answer(of: end, in: visit) }
    hop.allowedKinds = knownKinds(of: endpoint)
    return try answer(of: await run(hop), in: visit)
  }

  private func hop(_ visit: Visit) -> Hop {
    let limits = visit.request.limits
    return Hop(
      purpose: .fetch, method: visit.request.method, url: visit.url,
      headerLines: visit.plan.headerLines,
      authorizationLine: visit.authorization.map {
        Secret("Authorization: \($0.revealHeaderValue())")
      },
      body: visit.plan.body, userAgent: userAgent, proxy: proxies.proxy(for: visit.url),
      allowedKinds: nil, connect: limits.connect,
      idle: min(max(limits.idle, .milliseconds(1)), Duration.limitMax), deadline: visit.deadline,
      bodyByteCountMax: max(0, limits.bodyByteCountMax))
  }

  private func answer(of end: HopEnd, in visit: Visit) throws(TransportFailure) -> HopAnswer {
    switch end {
    case .answer(let answer): return answer
    case .failure(let failure): throw visit.report.failure(failure)
    case .addresses: preconditionFailure("a hop that fetches ends with an answer or a failure")
    }
  }

  /// Hands a hop to the thread and waits for its end; cancelling the task gives the hop up.
  private func run(_ hop: Hop) async -> HopEnd {
    let id = queue.makeID()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard !Task.isCancelled else {
          continuation.resume(
            returning: .failure(HopFailure(reason: .cancelled, wasSent: false, detail: "")))
          return
        }
        queue.submit(TransferQueue.Submission(id: id, hop: hop, continuation: continuation))
        // A cancellation since the guard may have found nothing to give up.
        if Task.isCancelled { queue.cancel(id) }
      }
    } onCancel: {
      queue.cancel(id)
    }
  }
}

extension CurlTransport {
  /// Behind a proxy only the text of the host is known here: an address in it is checked.
  private func checkLiteral(
    _ visit: Visit, endpoint: HTTPURL
  ) async throws(TransportFailure) {
    guard let host = URLResolver.host(of: visit.url),
      let kind = AddressKind(literalHost: host), kind != .global
    else { return }
    let isKnown = knownKinds(of: endpoint)?.contains(kind)
    let isAllowed =
      if let isKnown { isKnown } else {
        try await resolvedKinds(of: endpoint, visit).contains(kind)
      }
    guard isAllowed else {
      throw visit.report.failure(
        HopFailure(reason: .address(host, kind), wasSent: false, detail: ""))
    }
  }

  /// The kinds of an endpoint's addresses as far as its text or an earlier look tell.
  private func knownKinds(of endpoint: HTTPURL) -> Set<AddressKind>? {
    if let host = URLResolver.host(of: endpoint), let kind = AddressKind(literalHost: host) {
      return [kind]
    }
    return endpointKinds.withLock { $0[endpoint.host] }
  }

  /// Asks libcurl's resolver for the addresses of an endpoint; none when it has none.
  private func resolvedKinds(
    of endpoint: HTTPURL, _ visit: Visit
  ) async throws(TransportFailure) -> Set<AddressKind> {
    var hop = self.hop(visit)
    hop.purpose = .resolve
    hop.method = .get
    hop.url = endpoint
    hop.authorizationLine = nil
    hop.body = []
    hop.proxy = nil
    switch await run(hop) {
    case .addresses(let kinds):
      endpointKinds.withLock { $0[endpoint.host] = kinds }
      return kinds
    case .failure(let failure)
    where failure.reason == .cancelled || failure.reason == .closed || failure.reason == .total:
      throw visit.report.failure(failure)
    case .failure, .answer:
      return []
    }
  }

  /// Where to go on; `nil` when the answer is the end.
  private func redirectTarget(
    of answer: HopAnswer, in visit: Visit
  ) throws(TransportFailure) -> HTTPURL? {
    let redirectsMax = visit.request.limits.redirectsMax
    guard visit.request.method == .get, redirectsMax > 0,
      Self.redirectStatuses.contains(answer.status), let location = answer.headers["Location"]
    else { return nil }
    guard visit.redirectCount < redirectsMax else {
      throw visit.report.redirect("there were \(redirectsMax) before it (limit: redirectsMax)")
    }
    guard let text = URLResolver.resolve(location, from: visit.url) else {
      throw visit.report.redirect("its Location is no URL")
    }
    let scheme = visit.url.scheme
    guard text.lowercased().hasPrefix(scheme.rawValue + "://") else {
      throw visit.report.redirect("it leads to another scheme than \(scheme.rawValue)")
    }
    do {
      return try HTTPURL(text)
    } catch {
      throw visit.report.redirect("\(error)")
    }
  }
}

extension HTTPTiming {
  /// The timing of a request that one hop has answered.
  fileprivate init(start: Timestamp, _ answer: HopAnswer) {
    let sent = answer.sentMicroseconds / 1_000
    let firstByte = answer.firstByteMicroseconds / 1_000
    self.init(
      start: start, sendMilliseconds: sent, waitMilliseconds: firstByte - sent,
      receiveMilliseconds: answer.totalMicroseconds / 1_000 - firstByte)
  }

  /// The timing with one more hop: what came before its body was waiting for it.
  fileprivate func adding(_ answer: HopAnswer) -> HTTPTiming {
    let hop = HTTPTiming(start: start, answer)
    return HTTPTiming(
      start: start, sendMilliseconds: sendMilliseconds,
      waitMilliseconds: waitMilliseconds + receiveMilliseconds + hop.sendMilliseconds
        + hop.waitMilliseconds,
      receiveMilliseconds: hop.receiveMilliseconds)
  }
}
