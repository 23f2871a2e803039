package import Canonical
package import Suites
package import SystemPackage

/// What a check has measured of a picture.
package struct Measure: Hashable, Sendable {
  /// What a number is held to.
  package enum Limit: Hashable, Sendable {
    /// It must not be less.
    case atLeast(Double)
    /// It must not be more.
    case atMost(Double)

    /// The limit rounded as figures are, so that a stored one equals it.
    var rounded: Limit {
      switch self {
      case .atLeast(let value): .atLeast(Figure("", value).value)
      case .atMost(let value): .atMost(Figure("", value).value)
      }
    }
  }

  /// One number.
  package struct Figure: Hashable, Sendable {
    /// Decimals that are kept.
    package static let decimals = 6
    /// Numbers from here on are taken for this one.
    package static let magnitudeMax = 1e9

    /// The name of its definition with the version, and after a point what of it is meant.
    package let name: String
    /// The number, rounded to ``decimals``.
    package let value: Double
    /// What it was held to; `nil` where it is told only.
    package let limit: Limit?

    /// Rounds a number, so that a stored one equals it.
    package init(_ name: String, _ value: Double, _ limit: Limit? = nil) {
      self.name = name
      self.limit = limit?.rounded
      let bounded = value.isNaN ? 0 : max(-Self.magnitudeMax, min(Self.magnitudeMax, value))
      self.value = JSONNumber(rounding: bounded, decimals: Self.decimals)?.double ?? 0
    }

    /// The number in digits, as documents write it.
    package var text: String { JSONNumber(rounding: value, decimals: Self.decimals)?.text ?? "0" }

    /// The number as JSON has it.
    var json: JSONValue {
      JSONNumber(rounding: value, decimals: Self.decimals).map(JSONValue.number) ?? .integer(0)
    }
  }

  /// The place of the picture in the answer, from 0.
  package let picture: Int
  /// The picture that it was compared with; `nil` where there is none.
  package let other: FilePath?
  /// The numbers by name, none twice.
  package let figures: [Figure]

  /// Puts a measure together.
  package init(picture: Int, other: FilePath? = nil, figures: [Figure]) {
    self.picture = picture
    self.other = other
    // A document keeps no order of members.
    self.figures = figures.sorted { $0.name < $1.name }
  }
}

/// What a group of cases is, and the two of them that broke it.
package struct GroupRecord: Hashable, Sendable {
  /// One of two pictures that are not to each other what they should be.
  package struct Member: Hashable, Sendable {
    /// The case.
    package let caseID: CaseID
    /// The place of the picture in the answer.
    package let index: Int
    /// Where its bytes lie.
    package let path: FilePath

    /// Names a picture.
    package init(caseID: CaseID, index: Int, path: FilePath) {
      self.caseID = caseID
      self.index = index
      self.path = path
    }
  }

  /// What tells its cases apart: an axis by name, or `repeat`.
  package let across: String
  /// What its cases are to each other.
  package let expectation: GroupExpectation
  /// How many of its cases the run had.
  package let memberCount: Int
  /// How many cases it has in the suite.
  package let caseCount: Int
  /// The two pictures that broke it; none where none did.
  package let pair: [Member]

  /// Puts a record together.
  package init(
    across: String, expectation: GroupExpectation, memberCount: Int, caseCount: Int,
    pair: [Member] = []
  ) {
    self.across = across
    self.expectation = expectation
    self.memberCount = memberCount
    self.caseCount = caseCount
    self.pair = pair
  }
}
