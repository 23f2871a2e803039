import Canonical
import Experiments
import Recording
import SeedreamAPI
import TestSupport
import Testing

/// Orders that were taken and bring no pictures.
@Suite(.temporaryFolder)
struct LostOrderTests {
  private static let order = #"{"data":[{"url":"https://cdn.example/a.png"}]}"#
  private static let task = #"{"data":{"task_id":"t-1","status":"created"}}"#

  /// A service that takes orders, and answers everything else with a status.
  private func service(_ order: String, then status: Int) -> Gateway {
    Gateway { (_, id) throws(TransportFailure) in
      id.role == .generate ? Sample.response(order) : Sample.response("gone", status: status)
    }
  }

  @Test(arguments: [403, 404, 410])
  func `A link that has expired is tried once more by the next run, and then ordered anew`(
    status: Int
  ) async throws {
    let bench = try Bench(fields: "output_format: url")
    let gone = service(Self.order, then: status)
    let first = try await bench.runOne(.record, gone)
    #expect(first.outcome == .apiError)
    #expect(first.reason.contains("picture 0 is paid for and gone"), "\(first.reason)")
    #expect(first.hint?.contains("once more") == true)
    #expect(first.cost == Money(microDollars: 30_000))
    #expect(gone.seen.count { $0.role == .download } == 4)

    bench.ledger.nextRun()
    let again = service(Self.order, then: status)
    let second = try await bench.runOne(.record, again)
    #expect(second.outcome == .apiError)
    #expect(second.hint?.contains("order it anew") == true, "\(second.hint ?? "")")
    #expect(second.cost == .zero && second.possiblyBilled == .zero)
    #expect(again.seen.allSatisfy { $0.role == .download })

    bench.ledger.nextRun()
    let third = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(third.outcome == .passed, "\(third.reason)")
    #expect(third.cost == Money(microDollars: 30_000))
  }

  @Test func `A task that is gone is asked after by the next run, and then ordered anew`()
    async throws
  {
    let bench = try Bench()
    let first = try await bench.runOne(.record, service(Self.task, then: 404))
    #expect(first.outcome == .apiError)
    #expect(first.possiblyBilled == Money(microDollars: 30_000))
    #expect(first.hint?.contains("once more") == true)
    bench.ledger.nextRun()
    let again = service(Self.task, then: 404)
    let second = try await bench.runOne(.record, again)
    #expect(second.hint?.contains("order it anew") == true)
    #expect(again.seen.map(\.role) == [.poll])
    bench.ledger.nextRun()
    let third = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(third.outcome == .passed)
  }

  @Test func `A task that does not end is in doubt, and asked after again without an order`()
    async throws
  {
    let bench = try Bench()
    let endless = Gateway { (_, _) throws(TransportFailure) in Sample.response(Self.task) }
    let first = try await bench.runOne(.record, endless)
    #expect(first.outcome == .transportError)
    #expect(first.possiblyBilled == Money(microDollars: 30_000) && first.cost == .zero)
    #expect(first.hint?.contains("go on asking after the task") == true)
    bench.ledger.nextRun()
    let answer = Sample.answer(try Sample.png())
    let later = Gateway { (_, id) throws(TransportFailure) in
      #expect(id.role == .poll)
      return Sample.response(answer)
    }
    #expect(try await bench.runOne(.record, later).outcome == .passed)
  }

  @Test func `A ledger that cannot note a loss fails the command`() async throws {
    let bench = try Bench(fields: "output_format: url")
    _ = try await bench.runOne(.record, service(Self.order, then: 404))
    let full = try Bench(fields: "output_format: url", isFull: true)
    let settled = try await full.runOne(.record, service(Self.order, then: 404))
    #expect(settled.outcome == .transportError)
    #expect(full.guardian.stopReason?.contains("the disk is full") == true)
  }

  /// An order that fails in a way that somebody has to mend first.
  private func refusal(_ code: String, status: Int) -> Gateway {
    .always(#"{"error":{"code":"\#(code)","message":"no"}}"#, status: status)
  }

  @Test(arguments: [
    (RunMode.record, "then run again"), (.refresh, "then run again"),
    (.live, "then run with --resume"),
  ])
  func `What has to be mended first says how the run goes on, by its mode`(
    mode: RunMode, words: String
  ) async throws {
    let broke = try await Bench().runOne(mode, refusal("InsufficientBalance", status: 402))
    #expect(broke.hint == "add credit at the gateway, \(words): what is paid for is kept")
    let limited = try await Bench().runOne(mode, refusal("QuotaExceeded", status: 429))
    #expect(
      limited.hint
        == "raise the account's own limit at the gateway, \(words): what is paid for is kept")
  }

  @Test func `A live run never says to run again where that would buy everything anew`()
    async throws
  {
    let bench = try Bench(fields: "output_format: url")
    _ = try await bench.runOne(.live, service(Self.order, then: 404))
    bench.ledger.nextRun()
    let lost = try await bench.runOne(.live, service(Self.order, then: 404))
    #expect(
      lost.hint == "it is lost, and what it did cost is spent; run with --resume to order it anew")
    let failure = TransportFailure(.timedOut, .afterSending, "no answer within 300 s")
    let doubtful = try await Bench().runOne(.live, .failing(failure))
    #expect(doubtful.hint?.contains("run with --resume to order it anew") == true)
  }

  @Test func `An order without an answer says that running again orders anew`() async throws {
    let failure = TransportFailure(.timedOut, .afterSending, "no answer within 300 s")
    let result = try await Bench().runOne(.record, .failing(failure))
    #expect(result.outcome == .transportError)
    #expect(result.hint?.contains("--repeat-possibly-billed") == true)
  }

  /// The media host answers 200 with an error inside (`api-contract.md` section 3.1).
  @Test func `An error in place of a picture is not kept as the picture`() async throws {
    let bench = try Bench(fields: "output_format: url")
    let failing = Gateway { (_, id) throws(TransportFailure) in
      id.role == .generate
        ? Sample.response(Self.order) : Sample.response(#"{"code":500,"message":"later"}"#)
    }
    let first = try await bench.runOne(.record, failing)
    #expect(first.outcome != .passed)
    let picture = try Sample.png()
    let later = Gateway { (_, id) throws(TransportFailure) in
      #expect(id.role == .download)
      return Sample.response(picture)
    }
    #expect(try await bench.runOne(.record, later).outcome == .passed)
  }

  /// A service that takes orders and sends bytes in place of their pictures.
  private func service(sending bytes: [UInt8]) -> Gateway {
    Gateway { (_, id) throws(TransportFailure) in
      id.role == .generate ? Sample.response(Self.order) : Sample.response(bytes)
    }
  }

  @Test(arguments: [
    ("<!DOCTYPE html><html><body>Be right back</body></html>", "an HTML page"),
    ("\u{FEFF}<html lang=en>", "an HTML page"), ("<?xml version='1.0'?><Error/>", "markup"),
    ("Service unavailable", "text"), ("", "no bytes"),
  ])
  func `A page in place of a picture is fetched again, recorded never and paid for once`(
    page: String, named: String
  ) async throws {
    let bench = try Bench(fields: "output_format: url")
    let host = service(sending: Array(page.utf8))
    let first = try await bench.runOne(.record, host)
    #expect(first.outcome == .apiError)
    #expect(
      first.reason.contains("picture 0 is paid for and could not be fetched"), "\(first.reason)")
    #expect(first.reason.contains(named), "\(first.reason)")
    #expect(first.hint?.contains("only fetched then") == true)
    #expect(first.cost == Money(microDollars: 30_000) && first.outputs.isEmpty)
    #expect(host.seen.count { $0.role == .download } == 4)
    #expect(try bench.fixtures.caseIDs().isEmpty)
    bench.ledger.nextRun()
    let picture = try Sample.png()
    let later = Gateway { (_, id) throws(TransportFailure) in
      #expect(id.role == .download)
      return Sample.response(picture)
    }
    let second = try await bench.runOne(.record, later)
    #expect(second.outcome == .passed, "\(second.reason)")
    #expect(second.cost == .zero)
    #expect(try await bench.runOne(.replay).outcome == .passed)
  }

  @Test(arguments: ["<svg xmlns='http://www.w3.org/2000/svg'/>", "BM\u{1}\u{0}\u{0}"])
  func `Bytes that no codec reads are what the service made, and are recorded`(
    text: String
  ) async throws {
    let bench = try Bench(fields: "output_format: url")
    let host = service(sending: Array(text.utf8))
    let bought = try await bench.runOne(.record, host)
    #expect(bought.outcome == .failed)
    #expect(host.seen.count { $0.role == .download } == 1)
    let replayed = try await bench.runOne(.replay)
    #expect(replayed.outcome == .failed && replayed.reason == bought.reason)
  }

  @Test func `A page that stays longer than any host keeps a picture ends the order`() async throws
  {
    let bench = try Bench(fields: "output_format: url")
    let page = service(sending: Array("<html>".utf8))
    _ = try await bench.runOne(.record, page)
    bench.ledger.nextRun()
    let young = try await bench.runOne(.record, page, daysLater: 6)
    #expect(young.hint?.contains("only fetched then") == true)
    bench.ledger.nextRun()
    let old = try await bench.runOne(.record, page, daysLater: 8)
    #expect(old.hint?.contains("order it anew") == true, "\(old.hint ?? "")")
    bench.ledger.nextRun()
    let anew = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(anew.outcome == .passed && anew.cost == Money(microDollars: 30_000))
  }

  @Test func `A task that runs longer than any host keeps it ends the order`() async throws {
    let bench = try Bench()
    let endless = Gateway { (_, _) throws(TransportFailure) in Sample.response(Self.task) }
    _ = try await bench.runOne(.record, endless)
    bench.ledger.nextRun()
    let old = try await bench.runOne(.record, endless, daysLater: 8)
    #expect(old.hint?.contains("order it anew") == true, "\(old.hint ?? "")")
  }

  @Test(arguments: [true, false])
  func `Pictures of a simulator that has ended are ordered anew, those of a service waited for`(
    isSimulator: Bool
  ) async throws {
    let bench = try Bench(fields: "output_format: url")
    let ended = Gateway { (_, id) throws(TransportFailure) in
      guard id.role == .generate else {
        throw TransportFailure(.refused, .beforeSending, "cannot connect")
      }
      let answer = Sample.response(Self.order)
      return HTTPResponse(
        status: 200, headers: isSimulator ? [HTTPHeader(Origin.simulatorHeader, "1")] : [],
        body: answer.body, timing: answer.timing)
    }
    _ = try await bench.runOne(.record, ended)
    bench.ledger.nextRun()
    let second = try await bench.runOne(.record, ended)
    #expect(second.outcome == .transportError)
    let wanted = isSimulator ? "order it anew" : "only fetched then"
    #expect(second.hint?.contains(wanted) == true, "\(second.hint ?? "")")
  }

  @Test func `A link that is gone for once is not given up for what failed before`() async throws {
    let bench = try Bench(fields: "output_format: url")
    _ = try await bench.runOne(.record, service(sending: Array("<html>".utf8)))
    bench.ledger.nextRun()
    let gone = try await bench.runOne(.record, service(Self.order, then: 404))
    #expect(gone.hint?.contains("once more") == true, "\(gone.hint ?? "")")
    bench.ledger.nextRun()
    let picture = try Sample.png()
    let back = Gateway { (_, id) throws(TransportFailure) in
      #expect(id.role == .download)
      return Sample.response(picture)
    }
    #expect(try await bench.runOne(.record, back).outcome == .passed)
  }

  @Test func `Who repeats what may be billed gives up what does not come`() async throws {
    let bench = try Bench(fields: "output_format: url")
    let page = service(sending: Array("<html>".utf8))
    let first = try await bench.runOne(.record, page, repeatsDoubtful: true)
    #expect(first.hint?.contains("once more") == true, "\(first.hint ?? "")")
    bench.ledger.nextRun()
    let second = try await bench.runOne(.record, page, repeatsDoubtful: true)
    #expect(second.hint?.contains("order it anew") == true, "\(second.hint ?? "")")
    bench.ledger.nextRun()
    let third = try await bench.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(third.outcome == .passed)
  }

  @Test func `A picture where nothing is ever fetched from is given up by the next run`()
    async throws
  {
    let bench = try Bench(fields: "output_format: url")
    let inside = Gateway { (_, id) throws(TransportFailure) in
      guard id.role == .generate else {
        throw TransportFailure(.address, .beforeSending, "169.254.0.1 is no public address")
      }
      return Sample.response(Self.order)
    }
    _ = try await bench.runOne(.record, inside)
    bench.ledger.nextRun()
    let second = try await bench.runOne(.record, inside)
    #expect(second.hint?.contains("order it anew") == true, "\(second.hint ?? "")")
  }

  @Test(arguments: [
    #"{"b64_json":"!!! not base64 !!!"}"#, #"{"url":"file:///etc/passwd"}"#,
    #"{"error":{"code":"InternalServiceError","message":"later"}}"#,
  ])
  func `An answer of which nothing can be read may be billed, and is no recording`(
    item: String
  ) async throws {
    let bench = try Bench(seeds: "[1, 2]", cap: Money(microDollars: 30_000))
    let results = try await bench.run(.record, .always(#"{"data":[\#(item)]}"#))
    #expect(results.map(\.outcome) == [.apiError, .overBudget], "\(results.map(\.reason))")
    #expect(results.map(\.possiblyBilled) == [Money(microDollars: 30_000), .zero])
    #expect(try bench.fixtures.caseIDs().isEmpty)
    let later = try Bench(ledger: bench.ledger)
    bench.ledger.nextRun()
    let anew = try await later.runOne(.record, .always(Sample.answer(try Sample.png())))
    #expect(anew.outcome == .passed, "\(anew.reason)")
  }

  @Test func `What cannot be read beside pictures is paid for`() async throws {
    let bench = try Bench(fields: "output_format: b64_json, n: 2")
    let picture = Sample.base64(try Sample.png())
    let answer = #"{"data":[{"b64_json":"\#(picture)"},{"b64_json":"!"}]}"#
    let result = try await bench.runOne(.record, .always(answer))
    #expect(result.outcome == .failed)
    #expect(result.cost == Money(microDollars: 60_000))
  }

  @Test
  func `An order that may be billed and cannot be repeated for want of money is told as it failed`()
    async throws
  {
    let bench = try Bench(cap: Money(microDollars: 30_000))
    let failure = TransportFailure(.dropped, .afterSending, "the connection broke")
    let result = try await bench.runOne(.record, .failing(failure), repeatsDoubtful: true)
    #expect(result.outcome == .transportError, "\(result.reason)")
    #expect(result.reason.contains("the connection broke; not repeated: "), "\(result.reason)")
    #expect(result.possiblyBilled == Money(microDollars: 30_000))
  }
}
