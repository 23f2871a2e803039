import Canonical
import Testing

@Suite struct `Moments` {
  // Computed by Python's datetime; see Tests/Interop/api_vectors.py.
  static let vectors: [(String, Int64)] = [
    ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1),
    ("1969-12-31T23:59:59.000Z", -1_000),
    ("2000-02-29T12:34:56.789Z", 951_827_696_789), ("1900-03-01T00:00:00.000Z", -2_203_891_200_000),
    ("1900-02-28T23:59:59.999Z", -2_203_891_200_001),
    ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
    ("2024-12-31T23:59:59.001Z", 1_735_689_599_001),
    ("2100-02-28T23:59:59.999Z", 4_107_542_399_999),
    ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
    ("2026-11-22T18:15:00.123Z", 1_795_371_300_123),
    ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ("2038-01-19T03:14:08.000Z", 2_147_483_648_000),
    ("1600-02-29T00:00:00.500Z", -11_670_998_399_500),
  ]

  @Test(arguments: vectors)
  func `Python's vectors are written and read`(text: String, milliseconds: Int64) {
    let moment = Timestamp(milliseconds: milliseconds)
    #expect(moment.description == text)
    #expect(Timestamp(text) == moment)
    #expect(moment.seconds == String(text.prefix(19)))
    #expect(moment.compact == text.prefix(19).filter { !"-:".contains($0) } + "Z")
  }

  @Test(arguments: [
    "", "2026-11-22", "2026-11-22T18:15:00Z", "2026-11-22T18:15:00.123", "2026-11-22T18:15:00.123z",
    "2026-11-22 18:15:00.123Z", "2026-11-22T18:15:00.123+00", "2026-02-31T00:00:00.000Z",
    "2026-02-29T00:00:00.000Z",
    "2100-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z",
    "2026-01-00T00:00:00.000Z",
    "2026-01-01T24:00:00.000Z", "2026-01-01T00:60:00.000Z", "2026-01-01T00:00:60.000Z",
    "99999-1-01T00:00:00.000Z",
    "2026-01-01T00:00:00.00éZ", "-026-01-01T00:00:00.000Z",
  ])
  func `Other texts are no moment`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test func `Days that follow one another are written in order for two centuries`() {
    let day: Int64 = 86_400_000
    var last = Timestamp(milliseconds: -26_000 * day)
    for offset in Int64(-25_999)...48_000 {
      let next = Timestamp(milliseconds: offset * day)
      if last.description >= next.description || Timestamp(next.description) != next {
        Issue.record("\(last) does not come before \(next)")
        return
      }
      last = next
    }
  }

  @Test(arguments: [Int64.min, .min + 1, .max])
  func `The ends of the range can be written`(milliseconds: Int64) {
    #expect(Timestamp(milliseconds: milliseconds).description.hasSuffix("Z"))
  }

  @Test func `Moments are ordered and now is between two others`() {
    let first = Timestamp.now()
    let second = Timestamp.now()
    #expect(first <= second)
    #expect(first > Timestamp(milliseconds: 1_700_000_000_000))
  }
}
