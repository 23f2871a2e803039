/// What a picture file may ask for before anything is allocated or decoded for it.
public struct PictureLimits: Hashable, Sendable {
  /// The most bytes of a file.
  public var fileByteCountMax: Int
  /// The most pixels, width times height; a decoded pixel takes 4 bytes, or 8 at 16 bits a sample.
  public var pixelCountMax: Int
  /// The largest width and the largest height in pixels; no more than ``Picture/sideMax`` counts.
  public var sideMax: Int
  /// The most bytes of one PNG chunk or one WebP chunk other than picture data.
  public var chunkByteCountMax: Int
  /// The most chunks of a PNG or WebP file, and the most segments of a JPEG file.
  public var chunkCountMax: Int
  /// The most scans of a JPEG file; every scan of a progressive file costs a pass over the picture.
  public var scanCountMax: Int
  /// The most bytes of a colour profile that is digested; of a larger one no digest is kept.
  public var profileByteCountMax: Int

  /// Makes limits; those not given are the standard ones.
  ///
  /// - Parameters:
  ///   - fileByteCountMax: the most bytes of a file.
  ///   - pixelCountMax: the most pixels.
  ///   - sideMax: the largest width and height in pixels.
  ///   - chunkByteCountMax: the most bytes of one chunk that holds no picture data.
  ///   - chunkCountMax: the most chunks or segments.
  ///   - scanCountMax: the most scans of a JPEG file.
  ///   - profileByteCountMax: the most bytes of a colour profile.
  public init(
    fileByteCountMax: Int = 64 << 20, pixelCountMax: Int = 40_000_000, sideMax: Int = 16_384,
    chunkByteCountMax: Int = 8 << 20, chunkCountMax: Int = 100_000, scanCountMax: Int = 100,
    profileByteCountMax: Int = 1 << 20
  ) {
    self.fileByteCountMax = fileByteCountMax
    self.pixelCountMax = pixelCountMax
    self.sideMax = sideMax
    self.chunkByteCountMax = chunkByteCountMax
    self.chunkCountMax = chunkCountMax
    self.scanCountMax = scanCountMax
    self.profileByteCountMax = profileByteCountMax
  }

  /// 64 MiB, 40 megapixels, 16384 pixels a side, 8 MiB a chunk, 100 scans.
  public static let standard = PictureLimits()

  /// Refuses a size that the limits do not allow.
  func check(width: Int, height: Int, of format: PictureFormat) throws(PictureError) {
    guard width > 0, height > 0 else {
      throw PictureError(
        .damaged, "the \(format.title) header gives \(width) x \(height) pixels")
    }
    let sideMax = min(sideMax, Picture.sideMax)
    guard width <= sideMax, height <= sideMax else {
      throw PictureError(
        .tooLarge,
        "the \(format.title) header gives \(width) x \(height) pixels; "
          + "at most \(sideMax) a side are read")
    }
    guard width * height <= pixelCountMax else {
      throw PictureError(
        .tooLarge,
        "the \(format.title) header gives \(width) x \(height) pixels; "
          + "at most \(pixelCountMax) are read")
    }
  }
}
