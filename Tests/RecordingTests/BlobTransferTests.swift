import Canonical
import Glibc
import Recording
import SystemPackage
import TestSupport
import Testing

@Suite(.temporaryFolder)
struct BlobTransferTests {
  private let folder = fixtures()
  private let incoming = TemporaryFolder.path.appending("incoming")

  private func blob(_ seed: UInt64) -> BlobID { BlobID(of: Made.picture(seed)) }

  private func store(_ seeds: UInt64...) throws {
    for seed in seeds { try folder.blobs.write(Made.picture(seed), as: blob(seed)) }
  }

  private func spoil(_ seed: UInt64, _ bytes: [UInt8] = [1, 2, 3]) throws {
    try DurableFile.createFolder(folder.blobs.folder)
    try DurableFile.write(bytes, to: folder.blobs.path(of: blob(seed)))
  }

  private static let pointer = Array(
    """
    version https://git-lfs.github.com/spec/v1
    oid sha256:\(String(repeating: "a", count: 64))
    size 10

    """.utf8)

  @Test func `Only pictures whose bytes are right are handed over`() throws {
    try store(1, 2)
    try spoil(3)
    try spoil(4, Self.pointer)
    let push = BlobTransfer.push(from: folder, named: Set((1...5).map { blob($0) }))
    #expect(push.blobs == [blob(1), blob(2)].sorted())
    #expect(push.byteCount == Made.picture(1).count * 2)
    #expect(Set(push.problems.map(\.blob)) == [blob(3), blob(4), blob(5)])
    #expect(push.problems.allSatisfy { $0.message.contains($0.blob.fileName) })
    #expect(
      String(decoding: push.list, as: UTF8.self)
        == push.blobs.map { "\($0.fileName)\n" }.joined())
  }

  @Test func `What is missing, a pointer or damaged is fetched, and what is right is not`() throws {
    try store(1)
    try spoil(2)
    try spoil(3, Self.pointer)
    let pull = BlobTransfer.pull(into: folder, named: Set((1...4).map { blob($0) }))
    #expect(pull.blobs == [blob(2), blob(3), blob(4)].sorted())
    #expect(pull.problems == [])
  }

  @Test func `A picture is taken only with the bytes of its name, and not through a link`() throws {
    try store(9)
    var pull = BlobTransfer.pull(into: folder, named: Set((1...4).map { blob($0) }))
    try DurableFile.createFolder(incoming)
    func bring(_ seed: UInt64, _ bytes: [UInt8]) throws {
      try DurableFile.write(bytes, to: incoming.appending(blob(seed).fileName))
    }
    try bring(1, Made.picture(1))
    try bring(2, [9])
    let link = incoming.appending(blob(3).fileName)
    #expect(unsafe symlink(folder.blobs.path(of: blob(9)).string, link.string) == 0)
    #expect(try pull.take(from: incoming) == 1)
    #expect(folder.blobs.contains(blob(1)))
    #expect(!folder.blobs.contains(blob(2)))
    #expect(!folder.blobs.contains(blob(3)))
    let said = Dictionary(uniqueKeysWithValues: pull.problems.map { ($0.blob, $0.message) })
    #expect(said[blob(1)] == nil)
    #expect(said[blob(2)]?.hasPrefix("what the command brought as ") == true)
    #expect(said[blob(3)]?.hasPrefix("what the command brought as ") == true)
    #expect(said[blob(4)] == "the command did not bring \(blob(4).fileName)")
  }

  @Test func `A damaged picture and a pointer give way to what is fetched`() throws {
    try spoil(1)
    try spoil(2, Self.pointer)
    var pull = BlobTransfer.pull(into: folder, named: [blob(1), blob(2)])
    try DurableFile.createFolder(incoming)
    for seed in [1, 2] as [UInt64] {
      try DurableFile.write(
        Made.picture(seed), to: incoming.appending(blob(seed).fileName))
    }
    #expect(try pull.take(from: incoming) == 2)
    #expect(try folder.blobs.bytes(of: blob(1)) == Made.picture(1))
    #expect(try folder.blobs.bytes(of: blob(2)) == Made.picture(2))
  }

  @Test func `A store that gives back other bytes is found out`() throws {
    try store(1, 2)
    var push = BlobTransfer.push(from: folder, named: [blob(1), blob(2)])
    try DurableFile.createFolder(incoming)
    try DurableFile.write(Made.picture(1), to: incoming.appending(blob(1).fileName))
    try DurableFile.write([0], to: incoming.appending(blob(2).fileName))
    #expect(push.compare(with: incoming) == 1)
    #expect(push.problems.map(\.blob) == [blob(2)])
  }
}
