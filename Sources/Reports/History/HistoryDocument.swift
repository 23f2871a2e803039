package import Canonical
internal import Experiments
internal import ImageComparison

extension NamedHistory {
  /// Decimals of distances and shares in JSON and CSV.
  private static let decimals = 6

  /// The history as one JSON object: `version`, `suite`, `reference`, `simulated`, `runs` and, as it was
  /// asked for, `cases`, `flaky` or `changes`.
  package var json: JSONValue {
    var members: [(String, JSONValue?)] = [
      ("version", .integer(Self.version)), ("suite", .string(suite.text)),
      ("reference", .string(reference)), ("simulated", .bool(isSimulated)),
      (
        "distances",
        .array([.string(DriftMetric.shape.version), .string(DriftMetric.colour.version)])
      ),
      ("runs", .array(lines.map(Self.json))),
    ]
    switch matter {
    case .runs: break
    case .cases(let trends): members.append(("cases", .array(trends.map(json))))
    case .flaky(let cases): members.append(("flaky", .array(cases.map(Self.json))))
    case .changes(let changes): members.append(("changes", .array(changes.map(json))))
    }
    return .object(JSONObject(members.compactMap { name, value in value.map { (name, $0) } }))
  }

  private static func number(_ value: Double?) -> JSONValue? {
    value.flatMap { JSONNumber(rounding: $0, decimals: decimals) }.map(JSONValue.number)
  }

  private static func json(_ spread: Spread) -> JSONValue {
    .members([
      "median": number(spread.median), "p95": number(spread.high), "max": number(spread.max),
    ])
  }

  private static func json(_ counts: [Outcome: Int]) -> JSONValue {
    .object(JSONObject(counts.map { ($0.key.rawValue, .integer($0.value)) }))
  }

  private static func json(_ line: HistoryLine) -> JSONValue {
    .members([
      "id": .string(line.run.id.text), "started_at": .string(line.run.startedAt.description),
      "mode": .string(line.run.mode.rawValue), "interrupted": .bool(line.run.isInterrupted),
      "ended": .bool(line.run.hasEnded),
      "possibly_billed": line.run.hasEnded ? nil : .string(line.possiblyBilled.decimal),
      "simulated": .bool(line.run.isSimulated), "counts": json(line.counts),
      "drift": line.drift.map(json), "colour": line.colour.map(json),
      "unknown_distances": .integer(line.unknownCount), "latency_ms": line.latency.map(json),
      "cost": .string(line.cost.decimal), "changed": .integer(line.changedCount),
    ])
  }

  private func json(_ trend: CaseTrend) -> JSONValue {
    .members([
      "id": .string(trend.caseID.text),
      "points": .array(
        trend.points.map { point in
          .members([
            "run": .string(lines[point.run].run.id.text),
            "outcome": .string(point.outcome.rawValue),
            "pdq": point.distance.map { .integer($0.bits) },
            "colour": Self.number(point.distance?.colour), "changed": .bool(point.isChanged),
            "latency_ms": point.latencyMilliseconds.map { .integer($0) },
            "cost": .string(point.cost.decimal),
          ])
        }),
    ])
  }

  private static func json(_ flaky: FlakyCase) -> JSONValue {
    .members([
      "id": .string(flaky.caseID.text), "runs": .integer(flaky.total),
      "otherwise": .integer(flaky.otherCount), "rate": number(flaky.rate),
      "interval": .array(
        [number(flaky.interval.low), number(flaky.interval.high)].compactMap(\.self)),
      "counts": json(flaky.counts),
    ])
  }

  private func json(_ change: CaseChange) -> JSONValue {
    .members([
      "id": .string(change.caseID.text), "first": .string(lines[change.first].run.id.text),
      "before": .string(lines[change.before].run.id.text),
      "pdq": change.distance.map { .integer($0.bits) },
      "colour": Self.number(change.distance?.colour), "times": .integer(change.count),
      "other_request": .bool(change.isOtherRequest), "returned": .bool(change.returns),
      "lasts": .bool(change.lasts),
    ])
  }

  // MARK: - CSV

  /// The history as CSV (RFC 4180): a line a run, a point of a case, a flaky case or a change.
  package var csv: String {
    func text(_ value: Double?) -> String {
      value.flatMap { JSONNumber(rounding: $0, decimals: Self.decimals)?.text } ?? ""
    }
    switch matter {
    case .runs: return runsTable(text)
    case .cases(let trends):
      var table = CSVWriter(
        ["case", "run", "begun", "outcome", "pdq", "colour", "changed", "latency_ms", "cost"])
      for trend in trends {
        for point in trend.points {
          let run = lines[point.run].run
          table.add([
            trend.caseID.text, run.id.text, run.startedAt.description, point.outcome.rawValue,
            point.distance.map { "\($0.bits)" } ?? "", text(point.distance?.colour),
            "\(point.isChanged)", point.latencyMilliseconds.map { "\($0)" } ?? "",
            point.cost.decimal,
          ])
        }
      }
      return table.text
    case .flaky(let cases):
      var table = CSVWriter(["case", "runs", "otherwise", "rate", "low", "high", "outcomes"])
      for flaky in cases {
        table.add([
          flaky.caseID.text, "\(flaky.total)", "\(flaky.otherCount)", text(flaky.rate),
          text(flaky.interval.low), text(flaky.interval.high), Self.outcomes(flaky),
        ])
      }
      return table.text
    case .changes(let changes):
      var table = CSVWriter(
        ["case", "first", "begun", "before", "pdq", "colour", "times", "note"])
      for change in changes {
        let first = lines[change.first].run
        table.add([
          change.caseID.text, first.id.text, first.startedAt.description,
          lines[change.before].run.id.text, change.distance.map { "\($0.bits)" } ?? "",
          text(change.distance?.colour), "\(change.count)", Self.note(change),
        ])
      }
      return table.text
    }
  }

  private func runsTable(_ text: (Double?) -> String) -> String {
    var table = CSVWriter(
      ["run", "begun", "mode"] + Outcome.allCases.map(\.rawValue) + [
        "pdq_median", "pdq_max", "colour_median", "colour_max", "unknown_distances",
        "latency_ms_median", "latency_ms_p95", "cost", "changed",
      ])
    for line in lines {
      table.add(
        [line.run.id.text, line.run.startedAt.description, line.run.mode.rawValue]
          + Outcome.allCases.map { "\(line.counts[$0] ?? 0)" } + [
            text(line.drift?.median), text(line.drift?.max), text(line.colour?.median),
            text(line.colour?.max), "\(line.unknownCount)", text(line.latency?.median),
            text(line.latency?.high), line.cost.decimal, "\(line.changedCount)",
          ])
    }
    return table.text
  }
}
