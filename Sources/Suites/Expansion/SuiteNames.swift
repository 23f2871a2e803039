/// What the cases of a suite may be selected by.
package enum SelectableName: Hashable, Sendable {
  /// An axis; told before its entries.
  case axis(String)
  /// An entry of an axis, by id and by value as shown.
  case entry(axis: String, id: String, value: String)
  /// Entries of an axis that are seeds of a range: the ids are `s1`, the values `1`.
  case seeds(axis: String, SeedSpan)
  /// A tag.
  case tag(String)
}

/// Seeds at equal distances.
package struct SeedSpan: Hashable, Sendable, CustomStringConvertible {
  /// The first and the last seed.
  package let bounds: ClosedRange<Int>
  /// The distance.
  package let step: Int

  /// The seeds as a suite states them: `7`, `1..4`, `100..200 step 50`.
  package var description: String {
    if bounds.count == 1 { return "\(bounds.lowerBound)" }
    let range = "\(bounds.lowerBound)..\(bounds.upperBound)"
    return step == 1 ? range : "\(range) step \(step)"
  }

  /// Whether a seed is one of them.
  package func contains(_ seed: Int) -> Bool {
    bounds.contains(seed) && (seed - bounds.lowerBound).isMultiple(of: step)
  }

  /// Whether any of them lies within bounds.
  package func meets(_ other: ClosedRange<Int>) -> Bool {
    guard bounds.overlaps(other) else { return false }
    let least = max(bounds.lowerBound, other.lowerBound)
    let past = (least - bounds.lowerBound) % step
    // The first seed from there on; the sum cannot overflow, for seeds are far below the limit.
    return least + (past == 0 ? 0 : step - past) <= min(bounds.upperBound, other.upperBound)
  }
}

extension LoadedSuite {
  /// Tells everything that cases may be selected by, without making a case.
  package func forEachName(_ body: (SelectableName) -> Void) {
    for axis in axes {
      body(.axis(axis.name))
      for block in axis.blocks {
        switch block {
        case .listed(let entry):
          body(.entry(axis: axis.name, id: entry.id, value: entry.shown))
          for tag in entry.tags { body(.tag(tag)) }
        case .seeds(let range, _):
          let span = SeedSpan(bounds: range.first...range.last, step: range.step)
          body(.seeds(axis: axis.name, span))
        }
      }
    }
    for included in cases.expansion.included {
      for cell in included.level.cells {
        body(.axis(cell.axis))
        body(.entry(axis: cell.axis, id: cell.entry, value: cell.value))
      }
      for tag in included.level.tags { body(.tag(tag)) }
    }
  }
}

extension CaseSequence {
  /// Combinations of the matrix that `exclude` takes away, before repeats.
  package var excludedCount: Int {
    guard expansion.hasProduct else { return 0 }
    return expansion.axes.reduce(1) { $0 * $1.count } - expansion.productCount
  }

  /// Cases that `include` adds, before repeats.
  package var includedCount: Int { expansion.included.count }
}
