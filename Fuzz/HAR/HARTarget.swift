internal import Canonical
internal import FuzzSupport
internal import Recording

/// Reads bytes as a recording: as they are, and sealed anew as somebody who means harm could.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHAR(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  judge(bytes)
  if let sealed = sealed(bytes) { judge(sealed) }
  return 0
}

private func judge(_ bytes: [UInt8]) {
  let fixture: Fixture
  do {
    fixture = try HARReader.fixture(from: bytes)
  } catch {
    judgeShown(error.description)
    require(error.description.utf8.count < 4_000, "a message of \(error.description.utf8.count)")
    return
  }
  for blob in fixture.blobs {
    require(BlobID(fileName: blob.fileName) == blob, "'\(blob)' names a file of one folder")
  }
  let written = HARWriter.bytes(of: fixture, creatorVersion: "1.0")
  do {
    let again = try HARReader.fixture(from: written)
    require(
      HARWriter.bytes(of: again, creatorVersion: "1.0") == written, "a recording is written once")
    require(again.caseKey == fixture.caseKey && again.blobs == fixture.blobs, "it is the same one")
  } catch {
    fatalError("what was written cannot be read: \(error)")
  }
}

/// The text with the key of its request and the seal of its log; `nil` where there is no place for
/// them.
private func sealed(_ bytes: [UInt8]) -> [UInt8]? {
  let json: JSONValue
  do {
    json = try JSONParser.parse(bytes)
  } catch {
    return nil
  }
  guard var root = json.object, var log = root["log"]?.object,
    var own = log["_proofsheet"]?.object
  else { return nil }
  if let request = own["request"] {
    own["case_key"] = .string("\(RequestKey(canonicalRequest: request)).0")
  }
  own["seal"] = nil
  log["_proofsheet"] = .object(own)
  let seal = SHA256Digest(hashing: JSONValue.object(log).canonicalBytes)
  own["seal"] = .string(seal.hex)
  log["_proofsheet"] = .object(own)
  root["log"] = .object(log)
  return JSONValue.object(root).prettyBytes
}
