internal import FuzzPictureSupport
internal import FuzzSupport
internal import PNGSupport

private let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

/// Reads bytes as the chunks of a PNG, with their checksums made right.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPNG(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  let file = MadePNG.repaired(signature + bytes.dropFirst(signature.count))
  judgePicture(file)
  judgePNG(file)
  return 0
}
