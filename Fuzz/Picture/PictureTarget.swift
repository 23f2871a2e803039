internal import Canonical
internal import FuzzSupport
internal import ImageComparison

/// Limits that keep an execution within milliseconds.
private let limits = PictureLimits(
  fileByteCountMax: 1 << 20, pixelCountMax: 1 << 16, sideMax: 4_096, chunkByteCountMax: 1 << 16,
  chunkCountMax: 1_000, scanCountMax: 20, profileByteCountMax: 1 << 16)

/// Reads the header of a picture with the limits of real runs, and decodes the picture if it is small.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPicture(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  let standard = PictureLimits.standard
  var header: PictureHeader?
  do throws(PictureError) {
    let read = try PictureHeader(reading: bytes)
    require(read.width > 0 && read.height > 0, "a picture has pixels")
    require(read.width <= standard.sideMax && read.height <= standard.sideMax, "within limits")
    require(read.width * read.height <= standard.pixelCountMax, "within limits")
    header = read
  } catch {
    judgeShown("\(error)")
  }
  do throws(PictureError) {
    let picture = try Picture(decoding: bytes, limits: limits)
    guard let header else { fatalError("a picture was decoded that the gate refuses") }
    require(
      picture.width == header.uprightWidth && picture.height == header.uprightHeight
        && picture.format == header.format && picture.bitDepth == header.decodedBitDepth,
      "the picture is what its header says")
    require(
      picture.pixels.count == picture.width * picture.height * picture.bitDepth / 2,
      "the picture has all of its pixels")
  } catch {
    judgeShown("\(error)")
  }
  return 0
}
