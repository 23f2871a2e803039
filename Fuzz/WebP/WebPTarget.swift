internal import FuzzPictureSupport
internal import FuzzSupport

/// Reads bytes as a WebP: as they are, and with the length that its head must name.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  judgePicture(bytes)
  let body = bytes.dropFirst(12)
  let named = UInt32(truncatingIfNeeded: body.count + 4)
  let length = (0..<4).map { UInt8(truncatingIfNeeded: named >> (8 * UInt32($0))) }
  judgePicture(Array("RIFF".utf8) + length + Array("WEBP".utf8) + body)
  return 0
}
