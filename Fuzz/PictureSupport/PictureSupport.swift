internal import Canonical
internal import FuzzSupport
package import ImageComparison

/// Limits that keep an execution within milliseconds.
package let pictureLimits = PictureLimits(
  fileByteCountMax: 1 << 20, pixelCountMax: 1 << 14, sideMax: 4_096, chunkByteCountMax: 1 << 16,
  chunkCountMax: 1_000, scanCountMax: 20, profileByteCountMax: 1 << 16)

/// Decodes a small picture and ends the process where it is not what its header says.
package func judgePicture(_ bytes: [UInt8]) {
  do throws(PictureError) {
    let picture = try Picture(decoding: bytes, limits: pictureLimits)
    let header = try PictureHeader(reading: bytes)
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
}

/// Ends the process where libdeflate makes another picture of a PNG than libpng.
package func judgePNG(_ bytes: [UInt8]) {
  let quick: Picture
  do throws(PictureError) {
    guard let found = try Picture(decoding: bytes, by: .libdeflate, limits: pictureLimits) else {
      return
    }
    quick = found
  } catch {
    return judgeShown("\(error)")
  }
  do throws(PictureError) {
    let slow = try Picture(decoding: bytes, by: .libpng, limits: pictureLimits)
    require(quick.pixels == slow?.pixels, "both make the same pixels")
    require(quick.hasAlpha == slow?.hasAlpha, "both find the same alpha")
  } catch {
    fatalError("libdeflate reads what libpng refuses: \(error)")
  }
}
