package import Canonical
package import Experiments

/// Decisions that a page asks for at once, with what it showed of each output.
package struct ReviewOrder: Hashable, Sendable {
  /// One decision, and which earlier one the page showed.
  package struct Line: Hashable, Sendable {
    /// The decision.
    package let wanted: WantedDecision
    /// When the decision was made that the page showed beside the picture; `nil` where it showed none.
    package let seen: Timestamp?
  }

  /// The decisions; no output twice.
  package let lines: [Line]

  /// Reads the body of a request: an object with the lists `decisions`, each element as `DecisionFile` has it,
  /// and `seen`, each a time or null.
  ///
  /// - Throws: ``ReviewRefusal`` with status 400 naming the first thing that is wrong, and where.
  package init(reading body: [UInt8]) throws(ReviewRefusal) {
    let document: JSONValue
    do {
      document = try JSONParser.parse(
        body, limits: JSONLimits(byteCountMax: ReviewServer.bodyByteCountMax, depthMax: 8))
    } catch {
      throw ReviewRefusal(400, "the body is no JSON: \(error)")
    }
    guard let decisions = document["decisions"]?.array, let seen = document["seen"]?.array,
      document.object?.members.count == 2, decisions.count == seen.count, !decisions.isEmpty,
      decisions.count <= ReviewQueue.entriesMax
    else {
      throw ReviewRefusal(
        400,
        "expected an object with the lists 'decisions' and 'seen', of the same length, "
          + "1 to \(ReviewQueue.entriesMax)")
    }
    var lines: [Line] = []
    for (place, decision) in decisions.enumerated() {
      var time: Timestamp?
      if seen[place] != .null {
        time = seen[place].string.flatMap { Timestamp($0) }
        guard time != nil else {
          throw ReviewRefusal(400, "at /seen/\(place): expected a time or null")
        }
      }
      do {
        let wanted = try WantedDecision(reading: decision, at: "/decisions/\(place)")
        lines.append(Line(wanted: wanted, seen: time))
      } catch {
        throw ReviewRefusal(400, "\(error)")
      }
    }
    let outputs = lines.map { "\($0.wanted.suite) \($0.wanted.output)" }
    guard Set(outputs).count == outputs.count else {
      throw ReviewRefusal(400, "at /decisions: an output is decided about twice")
    }
    self.lines = lines
  }
}

/// A request that is not obeyed: the status, and what a person reads.
package struct ReviewRefusal: Error, Hashable, Sendable {
  /// An output that cannot be decided about, with the reason.
  package struct Output: Hashable, Sendable {
    /// The suite.
    package let suite: SuiteName
    /// The case.
    package let caseID: CaseID
    /// Which output.
    package let output: OutputID
    /// Why not.
    package let reason: String

    /// Names an output.
    package init(suite: SuiteName, caseID: CaseID, output: OutputID, reason: String) {
      self.suite = suite
      self.caseID = caseID
      self.output = output
      self.reason = reason
    }
  }

  /// The status of HTTP.
  package let status: Int
  /// One sentence.
  package let message: String
  /// The outputs that are the reason; nothing was decided then.
  package let outputs: [Output]

  /// Refuses a request.
  package init(_ status: Int, _ message: String, outputs: [Output] = []) {
    self.status = status
    self.message = message
    self.outputs = outputs
  }

  var json: JSONValue {
    .members([
      "error": .string(message),
      "refused": .array(
        outputs.map { output in
          .members([
            "suite": .string(output.suite.text), "case": .string(output.caseID.text),
            "key": .string(output.output.caseKey.description),
            "image": .integer(output.output.index), "reason": .string(output.reason),
          ])
        }),
    ])
  }
}

/// Where a page's requests end: what is decided, and how the run stands.
package protocol ReviewDesk: Sendable {
  /// The script that says what waits.
  func queueScript() async throws(ReviewRefusal) -> [UInt8]

  /// How the run and its decisions stand.
  ///
  /// - Parameter revision: what the page knows already; `nil` for nothing.
  func state(after revision: Int?) async throws(ReviewRefusal) -> JSONValue

  /// Makes decisions durable, all or none, and gives the state after them.
  func decide(_ order: ReviewOrder) async throws(ReviewRefusal) -> JSONValue

  /// Takes the last decisions back, and gives the state after that.
  func undo() async throws(ReviewRefusal) -> JSONValue
}
