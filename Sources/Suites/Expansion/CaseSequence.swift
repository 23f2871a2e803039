internal import Canonical
internal import SystemPackage

/// A case that `include` adds, before repeats.
struct IncludedCase: Sendable {
  let level: Level
}

/// What a suite's cases are made of.
struct Expansion: Sendable {
  let path: FilePath
  let base: Level
  let axes: [Axis]
  /// Whether the product of the axes makes cases; an empty matrix makes none beside `include`.
  let hasProduct: Bool
  let exclusion: Exclusion
  let included: [IncludedCase]
  /// What the scopes of checks stand for.
  let scopes: [CaseScope]
  /// The failures that are known; the first that is about a case holds for it.
  let known: [Quarantine]
  let repeatCount: Int

  var productCount: Int { hasProduct ? exclusion.count() : 0 }
}

/// The cases of a suite in plan order: the product with the first axis outermost and repeats
/// innermost, then the included cases.
///
/// Nothing is kept but one case an axis, so that a million cases take no more memory than one.
package struct CaseSequence: Sequence, Sendable {
  let expansion: Expansion
  /// The exact number of cases.
  package let count: Int

  init(_ expansion: Expansion) {
    self.expansion = expansion
    count = (expansion.productCount + expansion.included.count) * expansion.repeatCount
  }

  /// The number of cases.
  package var underestimatedCount: Int { count }

  /// Starts with the first case.
  package func makeIterator() -> CaseIterator { CaseIterator(expansion) }
}

/// Makes the cases of a suite one at a time.
package struct CaseIterator: IteratorProtocol, Sendable {
  /// The entry that stands on one axis.
  private struct Cursor {
    /// The index of the entry; -1 before the first.
    var entry = -1
    var block = 0
  }

  private let expansion: Expansion
  private var cursors: [Cursor]
  /// The case up to each axis; the first is what `request` fixes.
  private var levels: [Level]
  /// The rules of `exclude` that still may match, up to each axis.
  private var rules: [Exclusion.RuleSet]
  private var depth = 0
  private var isProductDone: Bool
  private var includedIndex = -1
  private var repeatIndex = 0
  private var position = 0

  init(_ expansion: Expansion) {
    self.expansion = expansion
    cursors = expansion.axes.map { _ in Cursor() }
    levels = .init(repeating: expansion.base, count: expansion.axes.count + 1)
    rules = .init(repeating: expansion.exclusion.all, count: expansion.axes.count + 1)
    isProductDone = !expansion.hasProduct
    repeatIndex = expansion.repeatCount - 1
  }

  /// The next case; `nil` after the last.
  package mutating func next() -> SuiteCase? {
    repeatIndex += 1
    if repeatIndex == expansion.repeatCount {
      repeatIndex = 0
      if isProductDone || !advance() {
        isProductDone = true
        includedIndex += 1
      }
    }
    if !isProductDone { return emit(levels[expansion.axes.count]) }
    guard includedIndex < expansion.included.count else { return nil }
    return emit(expansion.included[includedIndex].level)
  }

  private mutating func emit(_ level: Level) -> SuiteCase {
    defer { position += 1 }
    let id =
      repeatIndex == 0 ? level.id : "\(level.id)\(level.id.isEmpty ? "" : "--")r\(repeatIndex)"
    return SuiteCase(
      position: position, id: CaseID(joining: id.isEmpty ? [] : [id]), cells: level.cells,
      request: level.filledRequest, repeatIndex: repeatIndex, tags: level.tags,
      checks: level.checks.applying(to: level.cells, expansion.scopes),
      known: expansion.known.first { $0.scope.admits(level.cells) }?.failure,
      location: level.place.location(in: expansion.path))
  }

  /// Moves to the next combination that is not excluded; `false` after the last.
  private mutating func advance() -> Bool {
    let axes = expansion.axes
    if axes.isEmpty {
      defer { depth = -1 }
      return depth == 0
    }
    while depth >= 0 {
      let axis = axes[depth]
      cursors[depth].entry += 1
      let entry = cursors[depth].entry
      guard entry < axis.count else {
        cursors[depth] = Cursor()
        depth -= 1
        continue
      }
      var block = cursors[depth].block
      if block + 1 < axis.starts.count, axis.starts[block + 1] == entry { block += 1 }
      cursors[depth].block = block
      if !expansion.exclusion.all.isEmpty {
        rules[depth + 1] = rules[depth]
        guard expansion.exclusion.narrow(&rules[depth + 1], axis: depth, entry: entry) else {
          continue
        }
      }
      levels[depth + 1] = levels[depth]
      switch axis.blocks[block] {
      case .listed(let listed): levels[depth + 1].add(listed, of: axis.name)
      case .seeds(let range, let place):
        let seed = range.first + (entry - axis.starts[block]) * range.step
        levels[depth + 1].add(seed: seed, of: axis.name, at: place)
      }
      if depth == axes.count - 1 { return true }
      depth += 1
    }
    return false
  }
}
