import Testing

@testable import Suites

struct NearestNameTests {
  @Test(arguments: [
    ("seed", "seed", 0), ("seed", "sead", 1), ("seed", "sed", 1), ("seed", "seeds", 1),
    ("seed", "sede", 1), ("prompt", "pormtp", 2), ("matrix", "axis", nil), ("", "abc", 3),
    ("abc", "", 3), ("", "abcd", nil), ("abcdef", "badcfe", 3), ("abcdefgh", "badcfehg", nil),
    ("ca", "abc", 3), ("same-start-and-more", "same-start", nil),
  ])
  func `Slips between two names are counted up to a limit`(
    left: String, right: String, count: Int?
  ) {
    let pair = (Array(left.unicodeScalars), Array(right.unicodeScalars))
    #expect(NearestName.distance(pair.0, pair.1, atMost: 3) == count)
    #expect(NearestName.distance(pair.1, pair.0, atMost: 3) == count)
  }

  @Test(arguments: [
    ("sead", "seed"), ("OUTPUT-FORMAT", "output_format"), ("colour", nil), ("", nil),
    ("modle", "model"), ("n", "s"),
  ])
  func `The nearest name is proposed when it is near`(name: String, nearest: String?) {
    let names = ["model", "prompt", "seed", "s", "output_format"]
    #expect(NearestName.nearest(to: name, among: names) == nearest)
    #expect(NearestName.nearest(to: String(repeating: name, count: 100), among: names) == nil)
  }
}
