internal import Canonical
internal import FuzzSupport
internal import Recording

/// Enough for what the fuzzer makes, and few enough to be reached.
private let limits = JSONLimits(byteCountMax: 1 << 20, depthMax: 64, valueCountMax: 10_000)

/// Reads bytes as JSON, and as a body that is split for storing.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  do {
    judgeWriting(try JSONParser.parse(bytes, limits: limits), limits: limits)
  } catch {
    judge(error, in: bytes)
  }
  judgeSplit(bytes)
  return 0
}

private func judge(_ error: JSONError, in bytes: [UInt8]) {
  require((0...bytes.count).contains(error.offset), "the place \(error.offset) lies in the text")
  let before = bytes[..<error.offset]
  let line = before.count { $0 == 0x0A } + 1
  let column = error.offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
  require(error.line == line && error.column == column, "\(error) is where it says")
  require(
    error.description.utf8.count < 2_000, "a message of \(error.description.utf8.count) bytes")
  judgeShown(error.description)
}

/// The parts of a body must give the very bytes that were paid for.
private func judgeSplit(_ bytes: [UInt8]) {
  let split = BodySplitter.split(bytes)
  var blobs = MemoryBlobs()
  for blob in split.blobs {
    require(blobs.insert(blob.bytes).digest == blob.id.digest, "a blob has its digest")
  }
  do {
    require(try split.body.parts.joined(from: blobs) == bytes, "the parts make the body")
  } catch {
    fatalError("a part is missing: \(error)")
  }
  require(split.body.byteCount == bytes.count, "a body has the length of its parts")
}
