/// What is shown behind transparent pixels while pictures are measured.
///
/// An opaque picture is measured as it is. Where one of two pictures has alpha both are measured
/// twice, on white and on black, and the worse figure counts: what differs in alpha alone differs on
/// at least one of the two grounds.
public enum Ground: String, Sendable, CaseIterable {
  /// All samples 255.
  case white
  /// All samples 0.
  case black
}

/// The pixels that metrics look at: 8 bits a sample, opaque.
///
/// 16-bit samples are rounded to 8 bits (`value * 255 / 65535`), alpha is mixed with the ground.
struct OpaquePixels: Sendable {
  let width: Int
  let height: Int
  /// Red, green, blue, 255.
  let pixels: [UInt8]

  init(_ picture: Picture, on ground: Ground = .white) {
    width = picture.width
    height = picture.height
    pixels = picture.flattenedTo8Bits(on: ground == .white ? 255 : 0)
  }

  init(width: Int, height: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The grounds on which two pictures are compared.
  static func grounds(_ left: Picture, _ right: Picture) -> [Ground] {
    left.hasAlpha || right.hasAlpha ? [.white, .black] : [.white]
  }
}
