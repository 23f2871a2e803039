internal import SeedreamAPI

extension SuiteReader {
  /// A seed, or a range `first..last` or `first..last step k`.
  mutating func seeds(_ node: YAMLNode) -> SeedRange? {
    guard let text = text(node, of: "'seed'") else { return nil }
    guard text.contains("..") else {
      return wholeNumber(node, of: "'seed'", in: Seed.range)
        .map { SeedRange(first: $0, step: 1, count: 1) }
    }
    let words = text.split(separator: " ")
    let ends = (words.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
    let isShaped =
      ends.count == 3 && ends[1].isEmpty && [ends[0], ends[2]].allSatisfy(Decimal.isWhole)
      && (words.count == 1 || (words.count == 3 && words[1] == "step" && Decimal.isWhole(words[2])))
    guard isShaped else {
      error(
        "\(VisibleText.quote(text)) is no range of seeds", at: node.place,
        hint: "write 1..4 or 100..200 step 50")
      return nil
    }
    guard let first = Int(ends[0]), let last = Int(ends[2]),
      let step = words.count == 3 ? Int(words[2]) : 1, step > 0
    else {
      error(
        "\(VisibleText.quote(text)) is no range of seeds", at: node.place,
        hint: "seeds are \(Seed.range.lowerBound) to \(Seed.range.upperBound), a step is at least 1"
      )
      return nil
    }
    return range(from: first, through: last, step: step, text: text, at: node.place)
  }

  private mutating func range(
    from first: Int, through last: Int, step: Int, text: String, at place: Place
  ) -> SeedRange? {
    let shown = VisibleText.quote(text)
    guard first <= last else {
      error(
        "the range \(shown) ends before it starts", at: place, hint: "write \(last)..\(first)")
      return nil
    }
    let (span, overflow) = last.subtractingReportingOverflow(first)
    let (count, isHuge) = (span / step).addingReportingOverflow(1)
    guard !overflow, !isHuge, count <= limits.entriesPerAxisMax else {
      let asked = overflow || isHuge ? "more than \(Int.max.grouped)" : count.grouped
      error(
        "the range \(shown) asks for \(asked) seeds", at: place,
        hint: "an axis has at most \(limits.entriesPerAxisMax.grouped) entries")
      return nil
    }
    guard Seed.range.contains(first), Seed.range.contains(last) else {
      error(
        "the range \(shown) leaves the seeds of the API", at: place,
        hint: "expected \(Seed.range.lowerBound) to \(Seed.range.upperBound.grouped)")
      return nil
    }
    if first == 0 {
      var request = AxisLookup.blank
      request.seed = Seed(0)
      for finding in request.findings() where finding.field == "seed" { report(finding, at: place) }
    }
    return SeedRange(first: first, step: step, count: count)
  }

  /// Says which seeds two stretches of an axis share.
  ///
  /// Only stretches whose ends overlap are counted out, so that an axis of one long range costs
  /// nothing.
  mutating func checkSeeds(_ stretches: [(range: SeedRange, place: Place)], axis: String) {
    let sorted = stretches.indices.sorted { stretches[$0].range.first < stretches[$1].range.first }
    var end = -1
    var isOverlapping = false
    for index in sorted {
      if stretches[index].range.first <= end { isOverlapping = true }
      end = max(end, stretches[index].range.last)
    }
    guard isOverlapping else { return }
    var all: [(seed: Int32, stretch: Int32)] = []
    for (index, stretch) in stretches.enumerated() {
      for offset in 0..<stretch.range.count {
        let seed = stretch.range.first + offset * stretch.range.step
        all.append((Int32(truncatingIfNeeded: seed), Int32(truncatingIfNeeded: index)))
      }
    }
    all.sort { ($0.seed, $0.stretch) < ($1.seed, $1.stretch) }
    var told: Set<Int32> = []
    for (earlier, later) in zip(all, all.dropFirst()) where earlier.seed == later.seed {
      guard told.insert(later.stretch).inserted else { continue }
      error(
        "the seed \(later.seed) stands twice in the axis \(VisibleText.quote(axis))",
        at: stretches[Int(later.stretch)].place,
        notes: [("first here", stretches[Int(earlier.stretch)].place)])
    }
  }
}
