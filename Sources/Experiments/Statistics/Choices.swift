/// All choices of so many places among so many, in lexicographic order; the first is `0..<count`.
struct Choices: Sequence, IteratorProtocol {
  private let total: Int
  private var chosen: [Int]?

  /// Takes how many places there are, and how many of them are chosen.
  init(_ count: Int, of total: Int) {
    precondition((0...total).contains(count), "so many are chosen of so many")
    self.total = total
    chosen = Array(0..<count)
  }

  /// The next choice, its places ascending.
  mutating func next() -> [Int]? {
    guard var choice = chosen else { return nil }
    defer { chosen = Self.following(&choice, total) ? choice : nil }
    return choice
  }

  private static func following(_ choice: inout [Int], _ total: Int) -> Bool {
    let count = choice.count
    guard let place = choice.indices.last(where: { choice[$0] < total - count + $0 }) else {
      return false
    }
    choice[place] += 1
    for later in choice.indices where later > place { choice[later] = choice[later - 1] + 1 }
    return true
  }
}
