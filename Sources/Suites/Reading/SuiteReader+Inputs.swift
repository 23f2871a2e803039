internal import Canonical
internal import SeedreamAPI
internal import SystemPackage

extension SuiteReader {
  /// The first line of a file that Git LFS put in place of the real one
  /// (git-lfs, docs/spec.md, "The Pointer").
  private static let pointerStart = "version https://git-lfs.github.com/spec/"

  /// A picture by its path or https URL.
  mutating func image(_ written: String, at place: Place) -> InputImage? {
    if written.hasPrefix("https://") { return .remote(written) }
    if written.contains("://") || written.hasPrefix("data:") {
      error(
        "\(VisibleText.quote(written)) is neither a path nor an https URL", at: place,
        hint: "name a file relative to the suite, or a URL that starts with https://")
      return nil
    }
    guard let file = file(written, at: place) else { return nil }
    if let known = inputBlobs[file] { return .local(known) }
    guard inputs.count < limits.inputsMax else {
      error("more than \(limits.inputsMax.grouped) different pictures", at: place)
      return nil
    }
    guard let bytes = read(file, written: written, at: place) else { return nil }
    let blob = BlobID(of: bytes)
    inputBlobs[file] = blob
    inputs.append(
      InputFile(
        blob: blob, path: file, written: written, byteCount: bytes.count,
        location: place.location(in: path)))
    return .local(blob)
  }

  /// A file that a check compares with, by its path.
  mutating func referenceFile(_ node: YAMLNode, of name: String) -> BlobID? {
    guard let written = text(node, of: name) else { return nil }
    guard !written.contains("://"), !written.hasPrefix("data:") else {
      error(
        "\(VisibleText.quote(written)) is no path", at: node.place,
        hint: "a check compares with a file, named relative to the suite")
      return nil
    }
    guard let file = file(written, at: node.place) else { return nil }
    if let known = referenceBlobs[file] { return known }
    guard references.count < limits.referencesMax else {
      error(
        "checks compare with more than \(limits.referencesMax.grouped) different files",
        at: node.place)
      return nil
    }
    guard let bytes = read(file, written: written, at: node.place) else { return nil }
    let blob = BlobID(of: bytes)
    referenceBlobs[file] = blob
    references.append(
      InputFile(
        blob: blob, path: file, written: written, byteCount: bytes.count,
        location: node.place.location(in: path)))
    return blob
  }

  /// A path, resolved against the suite's folder.
  private mutating func file(_ written: String, at place: Place) -> FilePath? {
    if written.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      error("the path \(VisibleText.quote(written)) holds control characters", at: place)
      return nil
    }
    return written.hasPrefix("/") ? FilePath(written) : path.parent.appending(written)
  }

  /// Says which checks name an input that no case has.
  mutating func judgeInputUses() {
    guard !sound.areImagesBroken, !sound.isRequestBroken, imageCountMax > 0 else { return }
    for use in inputUses where use.input > imageCountMax {
      error(
        "no case has \(use.input) input pictures", at: use.place,
        hint: "inputs are counted from 1; the most that a case has is \(imageCountMax)")
    }
  }

  private mutating func read(_ file: FilePath, written: String, at place: Place) -> [UInt8]? {
    let shown = VisibleText.quote(written)
    // Asked first, for opening a pipe would wait for its other end.
    guard DurableFile.isFile(file) else {
      if DurableFile.isFolder(file) {
        error("\(shown) is a folder; a picture is needed", at: place)
      } else if DurableFile.exists(file) {
        error("\(shown) is a pipe, a device or the like; a picture is needed", at: place)
      } else if DurableFile.isLink(file) {
        error("\(shown) is a symbolic link that leads to no file", at: place)
      } else {
        error("there is no picture \(shown)", at: place, hint: hint(forMissing: file))
      }
      return nil
    }
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(file, byteCountMax: InputFacts.byteCountMax)
    } catch {
      self.error(
        "the picture \(shown) cannot be read: \(VisibleText.escape(error.reason))", at: place)
      return nil
    }
    if bytes.starts(with: Self.pointerStart.utf8) {
      error(
        "\(shown) is a Git LFS pointer, not the picture itself", at: place,
        // Patterns of Git LFS start from the repository, and a name alone is found anywhere.
        hint: "fetch it with: git lfs pull --include "
          + ShellText.quoted(file.lastComponent?.string ?? written))
      return nil
    }
    // A suite of a stranger must not get other files sent; what the pixels are is for others.
    guard [.png, .jpeg, .webp].contains(BlobKind(sniffing: bytes)) else {
      error("\(shown) is no picture that can be sent", at: place, hint: "PNG, JPEG or WebP")
      return nil
    }
    return bytes
  }

  private mutating func hint(forMissing file: FilePath) -> String {
    var hint = "paths are relative to the suite's folder"
    // Nobody sees more errors, and listing a folder for each is what takes time.
    guard log.counts[.error, default: 0] < limits.diagnosticsMax else { return hint }
    do {
      let names = try names(in: file.parent)
      if let nearest = NearestName.nearest(to: file.lastComponent?.string ?? "", among: names) {
        hint = "did you mean \(VisibleText.quote(nearest))? " + hint
      }
    } catch {
      hint += "; \(VisibleText.escape(error.description))"
    }
    return hint
  }

  /// The names in a folder, which is listed once however many pictures are missing in it.
  private mutating func names(in folder: FilePath) throws(FileFailure) -> [String] {
    if let known = listings[folder] { return known }
    let names = try DurableFile.names(in: folder)
    listings[folder] = names
    return names
  }
}
