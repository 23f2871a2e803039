internal import FuzzPictureSupport
internal import FuzzSupport
internal import PNGSupport

/// The bytes that say what file is made of the others.
private let headCount = 6

/// Makes a whole PNG of rows behind their filters, and reads it by both libraries.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPNGRows(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = unsafe copied(start, count)
  guard bytes.count > headCount else { return -1 }
  let colourTypes: [UInt8] = [0, 2, 4, 6]
  var png = MadePNG(
    width: Int(bytes[0]) % 67 + 1, height: Int(bytes[1]) % 31 + 1,
    colourType: colourTypes[Int(bytes[2]) % 4])
  png.splitByteCount = bytes[3] == 0 ? .max : Int(bytes[3]) * 8
  png.window = bytes[4] & 1 == 0 ? 0x78 : bytes[4] & 0x70 | 8
  png.checksumError = bytes[5] == 0xFF ? 1 : 0
  var rows = Array(bytes[headCount...])
  // Mostly as many rows as there should be, with filters that PNG defines.
  if bytes[4] & 2 == 0 {
    let rowByteCount = png.rowByteCount + 1
    let needed = rowByteCount * png.height
    while rows.count < needed { rows += rows.prefix(needed - rows.count) }
    rows.removeLast(rows.count - needed)
    if bytes[4] & 4 == 0 {
      for row in 0..<png.height { rows[row * rowByteCount] %= 5 }
    }
  }
  png.rows = rows
  let file = png.bytes
  judgePicture(file)
  judgePNG(file)
  return 0
}
