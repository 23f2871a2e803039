import Canonical
import Recording
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct BlobStoreTests {
  private let bytes = Made.picture()
  private var blob: BlobID { BlobID(of: bytes) }

  private func failure(_ store: BlobStore) -> BlobFailure? {
    #expect(throws: BlobFailure.self) { try store.bytes(of: blob) }
  }

  @Test func `Bytes are given back as they were stored`() throws {
    let store = store()
    #expect(!store.contains(blob))
    try store.write(bytes, as: blob)
    #expect(store.contains(blob))
    #expect(try store.bytes(of: blob) == bytes)
    #expect(try DurableFile.names(in: store.folder) == [blob.fileName])
  }

  @Test func `A blob that is not there is missing`() {
    let failure = failure(store())
    #expect(failure?.kind == .missing)
    #expect(failure?.description.contains(blob.fileName) == true)
  }

  @Test func `A blob whose bytes are not those of its name is corrupt`() throws {
    let store = store()
    try store.write(Array(bytes.dropLast()) + [bytes[bytes.count - 1] ^ 1], as: blob)
    let failure = failure(store)
    #expect(failure?.kind == .corrupt)
    #expect(failure?.description.hasSuffix("git checkout -- '\(store.path(of: blob))'") == true)
  }

  @Test func `A pointer of Git LFS is named with the command that fetches the bytes`() throws {
    let store = store()
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:\(blob.digest)\nsize 9\n"
    try store.write(Array(pointer.utf8), as: blob)
    let failure = failure(store)
    #expect(failure?.kind == .pointer)
    #expect(failure?.description.contains("git lfs pull") == true)
  }

  @Test func `A folder in the place of a blob cannot be read`() throws {
    let store = store()
    try DurableFile.createFolder(store.path(of: blob))
    #expect(failure(store)?.kind == .unreadable)
  }

  @Test(arguments: ["", "version https://git-lfs.github.com/spec/v1\n", "other bytes"])
  func `Writing or adopting mends a file that is not the blob`(damage: String) throws {
    let good = BlobStore(folder: TemporaryFolder.path.appending("good"))
    try good.write(bytes, as: blob)
    for mend in [
      { (store: BlobStore) in try store.write(bytes, as: blob) },
      { store in try store.adopt(blob, from: good) },
    ] {
      let store = store()
      try DurableFile.createFolder(store.folder)
      try DurableFile.write(Array(damage.utf8), to: store.path(of: blob))
      try mend(store)
      #expect(try store.bytes(of: blob) == bytes)
    }
  }

  @Test func `A blob is checked when it is adopted`() throws {
    let bad = BlobStore(folder: TemporaryFolder.path.appending("bad"))
    try DurableFile.createFolder(bad.folder)
    try DurableFile.write([1], to: bad.path(of: blob))
    let store = store()
    #expect(throws: BlobFailure.self) { try store.adopt(blob, from: bad) }
    #expect(!store.contains(blob))
  }

  @Test func `A blob that was found right is not read again`() throws {
    let store = store()
    try store.write(bytes, as: blob)
    let verifier = BlobVerifier(store: store)
    try verifier.verify(blob)
    try DurableFile.remove(store.path(of: blob))
    try verifier.verify(blob)
    #expect(throws: BlobFailure.self) { try BlobVerifier(store: store).verify(blob) }
  }

  @Test func `Bytes that are to be served are read once, and anew where they are asked for again`()
    throws
  {
    let store = store()
    try store.write(bytes, as: blob)
    let verifier = BlobVerifier(store: store)
    try verifier.verify(blob, isServed: true)
    // What was checked is what is served, whatever became of the file.
    try DurableFile.write([1], to: store.path(of: blob))
    #expect(try verifier.bytes(of: blob) == bytes)
    #expect(throws: BlobFailure.self) { try verifier.bytes(of: blob) }
  }

  @Test func `Bytes that nobody asks for are forgotten`() throws {
    let store = store()
    let verifier = BlobVerifier(store: store)
    let large = (0..<3).map {
      Array(repeating: UInt8($0), count: BlobVerifier.keptByteCountMax / 2)
    }
    for bytes in large {
      try store.write(bytes, as: BlobID(of: bytes))
      try verifier.verify(BlobID(of: bytes), isServed: true)
      try DurableFile.remove(store.path(of: BlobID(of: bytes)))
    }
    #expect(throws: BlobFailure.self) { try verifier.bytes(of: BlobID(of: large[0])) }
    #expect(try verifier.bytes(of: BlobID(of: large[2])) == large[2])
  }
}
