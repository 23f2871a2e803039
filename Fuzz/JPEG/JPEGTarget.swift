internal import FuzzPictureSupport
internal import FuzzSupport

/// Reads bytes as a JPEG, whatever they begin with.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJPEG(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  judgePicture([0xFF, 0xD8, 0xFF] + bytes.dropFirst(3))
  return 0
}
