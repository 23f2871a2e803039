internal import Canonical
internal import Experiments
internal import Reports
internal import RunStore
internal import SystemPackage

/// A run that a side of a comparison is taken from.
struct ComparedRun {
  let reader: any RunReader
  /// The folder of its reports.
  let folder: FilePath
  /// The store that it is in; `nil` of a folder that lies elsewhere.
  let store: RunStore?

  var header: RunHeader { reader.header }

  /// Finds a run in the run store, or in a folder of reports that lies anywhere.
  ///
  /// - Throws: ``CommandExit`` where there is none.
  init(_ name: String, _ folders: FolderOptions, _ context: CommandContext) throws {
    if let folder = StoredRuns.foreignFolder(name) {
      let run = try told { try RunFolder(folder) }
      for finding in run.summary.findings where finding.kind == .incomplete {
        context.say("warning: \(finding.suite): \(finding.message)")
      }
      (reader, store, self.folder) = (run, nil, folder)
    } else {
      let run = try StoredRuns.find(name, folders, context)
      (reader, store) = (run, run.store)
      folder = run.folder
    }
  }

  /// Whether it is another name of the same run in the same place.
  func isSame(as other: ComparedRun, _ context: CommandContext) -> Bool {
    func place(_ run: ComparedRun) -> FilePath {
      context.workingFolder.pushing(run.folder).lexicallyNormalized()
    }
    return header.id == other.header.id && place(self) == place(other)
  }
}
