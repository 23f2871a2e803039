internal import Canonical
internal import Suites

/// Reads the text of a filter, scalar by scalar so that a problem has a place.
struct CaseFilterReader {
  private let text: String
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var valueCount = 0

  init(_ text: String) {
    self.text = text
    // One more than allowed is enough to refuse it.
    scalars = Array(text.unicodeScalars.prefix(CaseFilter.byteCountMax + 1))
  }

  private static let quoting =
    "put a value that holds spaces, | or quotes into double quotes: "
    + #"prompt="a b""#
  private static let conditions =
    "a condition is name=value, name!=value or a part of a case id; "
    + "a range of whole numbers is 1..10"

  /// The terms of the filter.
  ///
  /// - Throws: ``FilterProblem`` for the first thing that is wrong.
  mutating func terms() throws(FilterProblem) -> [CaseFilter.Term] {
    guard text.utf8.count <= CaseFilter.byteCountMax else {
      throw problem(
        "a filter of \(Count.of(text.utf8.count, "byte"))", at: 0..<1,
        hint: "at most \(Count.grouped(CaseFilter.byteCountMax)) are allowed")
    }
    var terms: [CaseFilter.Term] = []
    while true {
      while let scalar = current, isBlank(scalar) { index += 1 }
      guard current != nil else { return terms }
      guard terms.count < CaseFilter.termsMax else {
        throw problem("more than \(CaseFilter.termsMax) conditions", at: index..<index + 1)
      }
      terms.append(try term())
    }
  }

  private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private var next: Unicode.Scalar? { index + 1 < scalars.count ? scalars[index + 1] : nil }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  private func problem(
    _ message: String, at place: Range<Int>, hint: String? = nil
  ) -> FilterProblem {
    FilterProblem(message, in: text, at: place, hint: hint)
  }

  private func string(_ place: Range<Int>) -> String {
    var string = ""
    string.unicodeScalars.append(contentsOf: scalars[place])
    return string
  }

  private mutating func term() throws(FilterProblem) -> CaseFilter.Term {
    let start = index
    while let scalar = current, !isBlank(scalar), scalar != "=", scalar != "\"" {
      if scalar == "!", next == "=" { break }
      index += 1
    }
    let place = start..<index
    let isNegated = current == "!"
    guard isNegated || current == "=" else {
      index = start
      return try words()
    }
    guard !place.isEmpty else {
      throw problem(
        "expected a name before '\(isNegated ? "!=" : "=")'", at: index..<index + 1,
        hint: Self.conditions)
    }
    if let odd = scalars[place].firstIndex(where: { "<>:~|!".unicodeScalars.contains($0) }) {
      throw problem(
        "expected '=' or '!=' after \(VisibleText.quote(string(start..<odd)))", at: odd..<odd + 1,
        hint: Self.conditions)
    }
    index += isNegated ? 2 : 1
    let subject = CaseFilter.Subject(name: string(place))
    let values = try values()
    if subject == .outcome { for value in values { try judgeOutcome(value) } }
    return CaseFilter.Term(subject, isNegated: isNegated, values: values, place: place)
  }

  private func judgeOutcome(_ value: CaseFilter.Value) throws(FilterProblem) {
    if case .text(let text) = value.kind, Outcome(rawValue: text) != nil { return }
    let known = Outcome.allCases.map(\.rawValue)
    let near = NearestName.nearest(to: string(value.place), among: known)
    throw problem(
      "\(value.shown) is no outcome", at: value.place,
      hint: near.map { "did you mean '\($0)'?" } ?? "there are \(known.joined(separator: ", "))")
  }

  /// Parts of case ids, any of which is enough.
  private mutating func words() throws(FilterProblem) -> CaseFilter.Term {
    let start = index
    let values = try values()
    for value in values {
      guard case .text(let word) = value.kind else { continue }
      // Another character can be in no case id, so that the word would never be found.
      let odd = word.unicodeScalars.enumerated().first { _, scalar in
        !(scalar.isASCII && IdentifierRule.isAllowed(UInt8(scalar.value))) && scalar != "~"
      }
      guard let odd else { continue }
      let isQuoted = scalars[value.place.lowerBound] == "\""
      let at = value.place.lowerBound + odd.offset + (isQuoted ? 1 : 0)
      throw problem(
        "no case id holds \(VisibleText.quote(String(odd.element)))", at: at..<at + 1,
        hint: Self.conditions)
    }
    return CaseFilter.Term(.word, isNegated: false, values: values, place: start..<index)
  }

  private mutating func values() throws(FilterProblem) -> [CaseFilter.Value] {
    var values: [CaseFilter.Value] = []
    while true {
      valueCount += 1
      guard valueCount <= CaseFilter.valuesMax else {
        throw problem(
          "more than \(Count.grouped(CaseFilter.valuesMax)) values", at: index..<index + 1)
      }
      values.append(current == "\"" ? try quoted() : try bare())
      guard current == "|" else { return values }
      index += 1
    }
  }

  private mutating func quoted() throws(FilterProblem) -> CaseFilter.Value {
    let start = index
    var value = ""
    index += 1
    while let scalar = current, scalar != "\"" {
      if scalar == "\\", let next, next == "\"" || next == "\\" { index += 1 }
      value.unicodeScalars.append(scalars[index])
      index += 1
    }
    guard current != nil else {
      throw problem(
        "the quote is never closed", at: start..<start + 1,
        hint: #"write \" for a quote within quotes"#)
    }
    index += 1
    if let scalar = current, !isBlank(scalar), scalar != "|" {
      throw problem(
        "expected a space or '|' after the closing quote", at: index..<index + 1,
        hint: #"write \" for a quote within quotes"#)
    }
    guard !value.isEmpty else { throw problem("expected a value", at: start..<index) }
    return CaseFilter.Value(kind: .text(value), place: start..<index)
  }

  private mutating func bare() throws(FilterProblem) -> CaseFilter.Value {
    let start = index
    while let scalar = current, !isBlank(scalar), scalar != "|" {
      guard scalar != "\"" else {
        throw problem("a quote within a value", at: index..<index + 1, hint: Self.quoting)
      }
      index += 1
    }
    guard index > start else {
      throw problem("expected a value", at: start..<start + 1, hint: Self.quoting)
    }
    let place = start..<index
    return CaseFilter.Value(kind: try kind(of: string(place), at: place), place: place)
  }

  /// Tells ranges of whole numbers from everything else.
  private func kind(
    of part: String, at place: Range<Int>
  ) throws(FilterProblem) -> CaseFilter.Value.Kind {
    if part.hasPrefix("..") || part.hasSuffix("..") {
      throw problem(
        "the range \(VisibleText.quote(part)) lacks an end", at: place,
        hint: "a range has two ends: 1..10")
    }
    let ends = part.split(separator: ".", omittingEmptySubsequences: false)
    guard ends.count == 3, ends[1].isEmpty, Self.isWhole(ends[0]), Self.isWhole(ends[2]) else {
      return .text(part)
    }
    guard let low = Int(ends[0]), let high = Int(ends[2]) else {
      throw problem(
        "the range \(VisibleText.quote(part)) has a number of too many digits", at: place,
        hint: "numbers up to \(Count.grouped(Int.max)) are understood")
    }
    guard low <= high else {
      throw problem(
        "the range \(part) ends before it begins", at: place, hint: "did you mean \(high)..\(low)?")
    }
    return .range(low...high)
  }

  private static func isWhole(_ text: Substring) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text
    return !digits.isEmpty
      && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
