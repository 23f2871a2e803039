internal import Canonical
internal import SeedreamAPI

extension SuiteReader {
  /// Fields that the contract judges together: the second is reported, the first decides with it.
  private static let pairs: [(decider: RequestField, judged: RequestField)] = [
    (.model, .size), (.model, .enhancePromptMode), (.images, .n),
  ]

  /// Entries of one axis that decide alike.
  private struct Group {
    let axis: Int?
    var entries: [Int]
    let request: EditRequest
  }

  /// Judges the pairs of fields of the matrix, each pair of entries that differ in what they decide
  /// once, and never a combination that is excluded.
  mutating func judgePairs(exclusion: Exclusion) {
    for (decider, judged) in Self.pairs {
      let first = lookups.firstIndex { $0.axis.fields.contains(decider) }
      let second = lookups.firstIndex { $0.axis.fields.contains(judged) }
      if let first, first == second {
        for index in lookups[first].axis.blocks.indices {
          let request = request(baseRequest, block: index, of: lookups[first].axis)
          let entry = lookups[first].axis.starts[index]
          judge(request, judged, at: place(of: judged, block: index, axis: first)) {
            exclusion.count(fixed: [first: entry]) > 0
          }
        }
        continue
      }
      for group in groups(by: decider, axis: first) {
        judge(group, judged, axis: second, exclusion: exclusion)
      }
    }
  }

  private mutating func judge(
    _ group: Group, _ judged: RequestField, axis: Int?, exclusion: Exclusion
  ) {
    guard let axis else {
      judge(group.request, judged, at: owners[judged]?.place ?? suitePlace) {
        group.entries.isEmpty
          || group.entries.contains { entry in
            exclusion.count(fixed: group.axis.map { [$0: entry] } ?? [:]) > 0
          }
      }
      return
    }
    let blocks = lookups[axis].axis.blocks.indices
    for block in blocks where log.diagnostics.count < limits.diagnosticsMax {
      let request = request(group.request, block: block, of: lookups[axis].axis)
      let entry = lookups[axis].axis.starts[block]
      judge(request, judged, at: place(of: judged, block: block, axis: axis)) {
        guard let other = group.axis else { return exclusion.count(fixed: [axis: entry]) > 0 }
        return group.entries.contains { exclusion.count(fixed: [axis: entry, other: $0]) > 0 }
      }
    }
  }

  private mutating func judge(
    _ request: EditRequest, _ judged: RequestField, at place: Place, ifPlanned: () -> Bool
  ) {
    let findings = request.findings().filter {
      RequestField(contractName: $0.field) == judged
    }
    guard !findings.isEmpty, ifPlanned() else { return }
    for finding in findings { report(finding, at: place) }
  }

  /// Judges the pairs of fields of one included case.
  mutating func judgePairs(of draft: IncludeDraft, request: EditRequest) {
    for finding in request.findings() {
      guard let field = RequestField(contractName: finding.field),
        Self.pairs.contains(where: { $0.judged == field })
      else { continue }
      let own = draft.assignments.first { $0.field == field }?.place
      report(finding, at: own ?? owners[field]?.place ?? draft.place)
    }
  }

  /// The entries of the axis that sets a field, those that decide alike together.
  private func groups(by field: RequestField, axis: Int?) -> [Group] {
    guard let axis else { return [Group(axis: nil, entries: [], request: baseRequest)] }
    var groups: [JSONValue: Group] = [:]
    var order: [JSONValue] = []
    for (block, start) in zip(lookups[axis].axis.blocks.indices, lookups[axis].axis.starts) {
      let request = request(baseRequest, block: block, of: lookups[axis].axis)
      let key: JSONValue
      switch field {
      case .images: key = .integer(request.images.count)
      case .model: key = .string(ModelLimits(model: request.model).family)
      default: key = request.identity(of: field)
      }
      if groups[key] == nil {
        order.append(key)
        groups[key] = Group(axis: axis, entries: [], request: request)
      }
      groups[key]?.entries.append(start)
    }
    return order.compactMap { groups[$0] }
  }

  private func request(_ base: EditRequest, block: Int, of axis: Axis) -> EditRequest {
    var request = base
    if case .listed(let entry) = axis.blocks[block] {
      for assignment in entry.assignments { assignment.value.set(in: &request) }
    }
    return request
  }

  private func place(of field: RequestField, block: Int, axis: Int) -> Place {
    let block = lookups[axis].axis.blocks[block]
    guard case .listed(let entry) = block else { return block.place }
    return entry.assignments.first { $0.field == field }?.place ?? entry.place
  }
}
