extension FixtureFolder {
  /// Where the recordings come from; `nil` where there is none that can be read.
  ///
  /// A suite does not mix origins, so that one recording speaks for all.
  ///
  /// - Throws: ``FileFailure`` when the folder cannot be listed.
  package func recordedOrigin() throws -> Origin? {
    if let known = knownIndex { return known.origin?.origin }
    for id in try caseIDs() {
      do {
        if let fixture = try fixture(of: id) { return fixture.origin }
      } catch {
        // A damaged one is replaced like none.
        continue
      }
    }
    return nil
  }

  /// Why answers of an origin are not recorded here: pictures of the simulator and of a model must not
  /// stand in one suite.
  ///
  /// - Returns: `nil` where they can be.
  /// - Throws: ``FileFailure`` when the folder cannot be listed.
  package func conflict(with origin: Origin) throws -> String? {
    guard let recorded = try recordedOrigin(), !recorded.mixes(with: origin) else { return nil }
    return "\(folder) holds recordings of \(recorded); this answer is of \(origin). "
      + "Record into another folder with --fixtures, or remove the old recordings"
  }
}
