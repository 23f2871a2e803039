/// A fault and the orders that meet it: `FAULT[*TIMES][=SHARE]`.
///
/// `status:503*2` meets the first two orders of each request and lets the third through;
/// `drop-after=0.05` meets one order in twenty, chosen by the simulator's fault seed, the request and
/// how often it was ordered, so that two runs of the same orders meet the same faults.
package struct FaultRule: Hashable, Sendable {
  /// A rule that cannot be read.
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was found and what was expected.
    package let description: String
  }

  /// What goes wrong.
  package let fault: Fault
  /// How many orders of each request meet it, from the first on; `nil` for all.
  package let times: Int?
  /// The share of orders that meet it, 0 to 1.
  package let share: Double

  /// The longest rule in bytes.
  package static let byteCountMax = 100

  /// Puts a rule together.
  package init(_ fault: Fault, times: Int? = nil, share: Double = 1) {
    self.fault = fault
    self.times = times
    self.share = share
  }

  /// Reads a rule.
  ///
  /// - Throws: ``Problem`` that lists the faults there are.
  package init(_ text: String) throws(Problem) {
    guard text.utf8.count <= Self.byteCountMax else {
      throw Problem(description: "a fault has at most \(Self.byteCountMax) bytes")
    }
    var rest = text[...]
    var share = 1.0
    if let sign = rest.lastIndex(of: "=") {
      guard let read = Double(rest[rest.index(after: sign)...]), (0...1).contains(read) else {
        throw Problem(description: "'\(text)': the share behind = is a number from 0 to 1")
      }
      share = read
      rest = rest[..<sign]
    }
    var times: Int?
    if let sign = rest.lastIndex(of: "*") {
      guard let read = Int(rest[rest.index(after: sign)...]), read > 0 else {
        throw Problem(description: "'\(text)': the number of times behind * is 1 or more")
      }
      times = read
      rest = rest[..<sign]
    }
    guard let fault = Fault(rest) else {
      throw Problem(
        description: "'\(text)' is no fault; there are \(Fault.forms.joined(separator: ", ")), "
          + "each with *TIMES and =SHARE behind it")
    }
    self.init(fault, times: times, share: share)
  }

  /// What stands before a rule in a prompt: a word `simulate:RULE`.
  package static let promptMark = "simulate:"
  /// The field of a request that holds a rule.
  package static let field = "x-simulator-fault"
}
