/// Finds the name that was probably meant.
package enum NearestName {
  /// Names longer than this are not compared, so that the work stays small.
  package static let scalarCountMax = 64
  /// Candidates beyond this number are not looked at.
  package static let candidateCountMax = 1_000

  /// The candidate with the least edit distance; `nil` when none is near enough to be meant.
  ///
  /// A difference in case, or of `-` and `_`, costs nothing; of equally near ones the first wins.
  package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= 4 * scalarCountMax else { return nil }
    let wanted = fold(name)
    guard !wanted.isEmpty, wanted.count <= scalarCountMax else { return nil }
    let allowed = max(1, min(3, wanted.count / 3))
    var best: (name: String, distance: Int)?
    for candidate in candidates.prefix(candidateCountMax) {
      let folded = fold(candidate)
      guard abs(folded.count - wanted.count) <= allowed else { continue }
      if let distance = distance(wanted, folded, atMost: allowed),
        distance < (best?.distance ?? .max)
      {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  private static func fold(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.map { $0 == "_" ? "-" : $0 }
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make one text the other.
  ///
  /// The restricted Damerau-Levenshtein distance, known as "optimal string alignment".
  ///
  /// - Returns: `nil` for more than `most`, which most pairs of names show in their first letters.
  static func distance(
    _ left: [Unicode.Scalar], _ right: [Unicode.Scalar], atMost most: Int
  ) -> Int? {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1] + last.dropFirst().map { _ in 0 }
      for column in 0..<right.count {
        let isSame = left[row] == right[column]
        var least = min(
          last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, beforeLast[column - 1] + 1)
        }
        current[column + 1] = least
      }
      // A row is made of the two before it, and no step makes a distance less.
      if last.allSatisfy({ $0 > most }), current.allSatisfy({ $0 > most }) { return nil }
      (beforeLast, last) = (last, current)
    }
    return last[right.count] <= most ? last[right.count] : nil
  }
}
