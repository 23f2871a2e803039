package import Canonical
package import SeedreamAPI

/// A request as it is recorded: redacted, with its body as parts.
package struct RecordedRequest: Hashable, Sendable {
  /// The method.
  package let method: HTTPMethod
  /// The URL after redaction.
  package let url: String
  /// The fields that the allow-list lets through.
  package let headers: [HTTPHeader]
  /// The body; `nil` where there was none.
  package let body: Body?

  /// Puts a request together.
  package init(method: HTTPMethod, url: String, headers: [HTTPHeader], body: Body?) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

/// An answer as it is recorded: redacted, with its body as parts.
package struct RecordedResponse: Hashable, Sendable {
  /// The status code.
  package let status: Int
  /// The fields that the allow-list lets through.
  package let headers: [HTTPHeader]
  /// The body.
  package let body: Body

  /// Puts an answer together.
  package init(status: Int, headers: [HTTPHeader], body: Body) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// One HTTP request and its answer.
package struct Exchange: Hashable, Sendable {
  /// What it was for.
  package let role: ExchangeRole
  /// Which one of that role in its case, from 0.
  package let ordinal: Int
  /// What was sent.
  package let request: RecordedRequest
  /// What came back.
  package let response: RecordedResponse
  /// When, and how long its phases took.
  package let timing: HTTPTiming

  /// Puts an exchange together.
  package init(
    role: ExchangeRole, ordinal: Int, request: RecordedRequest, response: RecordedResponse,
    timing: HTTPTiming
  ) {
    self.role = role
    self.ordinal = ordinal
    self.request = request
    self.response = response
    self.timing = timing
  }

  /// The blobs that request and answer name.
  package var blobs: [BlobID] { (request.body?.blobs ?? []) + response.body.blobs }
}

/// Where recorded answers came from.
package enum Origin: Hashable, Sendable, CustomStringConvertible {
  /// The API, or something that speaks like it, at this origin.
  case api(String)
  /// Proofsheet's simulator, which is a stand-in and no model.
  case simulator

  /// The header by which the simulator says what it is.
  package static let simulatorHeader = "X-Simulator"

  /// Tells the origin of an answer.
  package init(url: HTTPURL, headers: [HTTPHeader]) {
    self = headers[Self.simulatorHeader] == nil ? .api(url.origin) : .simulator
  }

  /// Reads the form that ``description`` writes.
  package init(_ text: String) {
    self = text == "simulator" ? .simulator : .api(text)
  }

  /// `simulator`, or the scheme, host and port.
  package var description: String {
    switch self {
    case .api(let origin): origin
    case .simulator: "simulator"
    }
  }

  /// The options of a command that buys from it again, with a blank before each.
  ///
  /// Scripts and people run commands as they are printed: one that named no endpoint would go to the
  /// default gateway, whose pictures do not mix with those of the simulator.
  package var purchaseOptions: String {
    endpointOption + (self == .simulator ? "" : Self.spendingOptions)
  }

  /// What spending needs where nobody is asked.
  fileprivate static let spendingOptions = " --yes --max-cost 1"

  /// The one of these that names it, where it is not the default gateway.
  package var endpointOption: String {
    switch self {
    case .simulator: return " --endpoint simulator"
    case .api(let origin):
      let isDefault = Endpoint.defaultURL == origin || Endpoint.defaultURL.hasPrefix("\(origin)/")
      return isDefault ? "" : " --endpoint \(ShellText.quoted(origin))"
    }
  }

  /// Whether pictures of two origins may stand in one suite.
  package func mixes(with other: Origin) -> Bool {
    (self == .simulator) == (other == .simulator)
  }
}

extension Origin? {
  /// The options of a command that buys from the origin of pictures, or from the default gateway where there
  /// are none yet; with a blank before each.
  package var purchaseOptions: String { self?.purchaseOptions ?? Origin.spendingOptions }
}

/// The recorded exchanges of one request.
package struct Fixture: Hashable, Sendable {
  /// Whose recording it is.
  package let caseKey: CaseKey
  /// The canonical request that the key was made of; a stale recording names its fields by it.
  package let canonicalRequest: JSONValue
  /// Where the answers came from.
  package let origin: Origin
  /// The version of the redaction policy that the exchanges went through.
  package let redactionPolicy: String
  /// The exchanges in the order in which they ran.
  package let exchanges: [Exchange]

  /// Exchanges that a fixture may hold.
  package static let exchangesMax = 500

  /// Puts a fixture together.
  package init(
    caseKey: CaseKey, canonicalRequest: JSONValue, origin: Origin,
    redactionPolicy: String = Redactor.policy, exchanges: [Exchange]
  ) {
    self.caseKey = caseKey
    self.canonicalRequest = canonicalRequest
    self.origin = origin
    self.redactionPolicy = redactionPolicy
    self.exchanges = exchanges
  }

  /// The blobs that the exchanges name, each once, sorted.
  package var blobs: [BlobID] { Set(exchanges.flatMap(\.blobs)).sorted() }

  /// When the first exchange was started.
  package var recordedAt: Timestamp? { exchanges.first?.timing.start }
}

extension Fixture {
  /// How far a case's exchanges are from a recording that can be replayed.
  package enum Completeness: Hashable, Sendable {
    /// They can be replayed to the end.
    case complete
    /// A picture that was paid for is still to be fetched, or a task still to be asked after.
    case incomplete(String)
    /// The last answer is a passing error, which is nothing to replay.
    case notRecordable(String)
  }

  /// What the last answer of exchanges says that is no picture's; `nil` where there is none.
  package static func lastAnswer(
    of exchanges: [Exchange], blobs: some BlobSource
  ) throws -> EditAnswer? {
    guard let last = exchanges.last(where: { $0.role != .download }) else { return nil }
    return EditAnswer(
      status: last.response.status, headers: last.response.headers,
      body: try last.response.body.parts.joined(from: blobs))
  }

  /// Judges the exchanges of a case by what the answers say.
  ///
  /// - Parameters:
  ///   - exchanges: those of the last attempts, in order.
  ///   - blobs: the bytes of bodies.
  ///   - expectedError: an error that the case expects, which is an answer like any other.
  package static func completeness(
    of exchanges: [Exchange], blobs: some BlobSource,
    expecting expectedError: APIError.Category? = nil
  ) throws -> Completeness {
    switch try lastAnswer(of: exchanges, blobs: blobs) {
    case nil: return .notRecordable("there is no answer")
    case .refused(let error):
      return error.isFinal(expecting: expectedError)
        ? .complete : .notRecordable(error.description)
    case .task(let id): return .incomplete("the task \(id) is still to be asked after")
    case .pictures(let items, _):
      let fetched = Set(
        exchanges.filter { $0.role == .download && $0.response.status == 200 }.map(\.ordinal))
      for (index, item) in items.enumerated() {
        if case .url = item.delivery, !fetched.contains(index) {
          return .incomplete("picture \(index) is still to be fetched")
        }
      }
      return .complete
    }
  }
}
