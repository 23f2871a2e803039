internal import Canonical
package import Experiments
internal import Suites

/// What the proof sheet must know of a whole run before its first case: the axes, and what is plotted.
package struct SheetSurvey: Hashable, Sendable {
  /// An axis with its entries in the order in which cases come.
  package struct Axis: Hashable, Sendable {
    /// The name.
    package let name: String
    /// The ids of its entries.
    package fileprivate(set) var entries: [String] = []
    /// What people read of each entry.
    package fileprivate(set) var values: [String] = []
    fileprivate var places: [String: Int] = [:]
  }

  /// Axes that are shown; of a run with more the later ones are left out.
  package static let axesMax = 64
  /// Bytes of an entry's value that are shown beside its id.
  package static let valueByteCountMax = 400
  /// Bars of a plot.
  static let barCount = 24

  /// The axes in the order in which cases name them.
  package private(set) var axes: [Axis] = []
  /// How many cases and groups there are.
  package private(set) var resultCount = 0
  /// How many of them are groups.
  package private(set) var groupCount = 0
  /// The latencies of cases that have one, by factors of the fourth root of two of a millisecond.
  private(set) var latencies: [Int: Int] = [:]
  /// What each suite cost.
  private(set) var costs: [SuiteName: Money] = [:]

  /// How far outputs are from what is approved of them.
  private(set) var distances = DistanceSurvey()

  private var axisPlaces: [String: Int] = [:]

  /// Reads a run once.
  ///
  /// - Throws: what reading throws.
  package init(_ run: some RunReader) throws {
    for suite in run.header.suites {
      try run.forEachResult(of: suite.name) { add($0) }
    }
  }

  private mutating func add(_ result: CaseResult) {
    resultCount += 1
    if result.group != nil { groupCount += 1 }
    costs[result.identity.suite, default: .zero] += result.cost
    distances.add(result)
    if result.group == nil, result.latencyMilliseconds > 0 {
      latencies[Self.step(of: result.latencyMilliseconds), default: 0] += 1
    }
    for cell in result.identity.cells {
      guard let place = place(of: cell.axis) else { continue }
      guard axes[place].places[cell.entry] == nil else { continue }
      axes[place].places[cell.entry] = axes[place].entries.count
      axes[place].entries.append(cell.entry)
      axes[place].values.append(
        XMLText.line(cell.value, byteCountMax: Self.valueByteCountMax))
    }
  }

  private mutating func place(of axis: String) -> Int? {
    if let known = axisPlaces[axis] { return known }
    guard axes.count < Self.axesMax else { return nil }
    axisPlaces[axis] = axes.count
    axes.append(Axis(name: axis))
    return axes.count - 1
  }

  /// The place of a case on each axis; -1 where it has none.
  package func coordinates(of identity: CaseIdentity) -> [Int] {
    var places = [Int](repeating: -1, count: axes.count)
    for cell in identity.cells {
      guard let axis = axisPlaces[cell.axis], let entry = axes[axis].places[cell.entry] else {
        continue
      }
      places[axis] = entry
    }
    return places
  }

  /// Which axes are rows, columns and tabs when the sheet is opened; -1 stands for none.
  ///
  /// Columns are models where there are several, and else the longest of at most ``columnsMax`` entries that
  /// is not the rows'; rows are seeds where there are several, else the longest axis; tabs the next one.
  package var layout: (rows: Int, columns: Int, tabs: Int) {
    var free = axes.indices.filter { axes[$0].entries.count > 1 }
    func take(_ place: Int?) -> Int {
      guard let place else { return -1 }
      free.removeAll { $0 == place }
      return place
    }
    func longest(_ limit: Int) -> Int? {
      free.filter { axes[$0].entries.count <= limit }.max {
        (axes[$0].entries.count, $1) < (axes[$1].entries.count, $0)
      }
    }
    let models = take(free.first { axes[$0].name == "model" })
    let rows = take(
      free.first { axes[$0].name == "seed" } ?? longest(.max))
    let columns = models >= 0 ? models : take(longest(Self.columnsMax) ?? longest(.max))
    if rows < 0, columns >= 0 { return (columns, -1, -1) }
    return (rows, columns, take(longest(Self.columnsMax)))
  }

  /// Columns that are still a table to look at.
  static let columnsMax = 40

  /// The number of a latency's bar before bars are joined.
  static func step(of milliseconds: Int) -> Int {
    var (step, limit) = (0, 1.0)
    while Double(milliseconds) > limit {
      limit *= 1.189_207_115
      step += 1
    }
    return step
  }
}
