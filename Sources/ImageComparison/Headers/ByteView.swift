/// A stretch of a file, read with every offset checked; it shares the file's storage.
struct ByteView {
  private let bytes: [UInt8]
  private let start: Int
  /// The number of bytes in the stretch.
  let count: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    start = 0
    count = bytes.count
  }

  private init(_ bytes: [UInt8], start: Int, count: Int) {
    self.bytes = bytes
    self.start = start
    self.count = count
  }

  /// A part of the stretch; `nil` when it is not all there.
  func part(at offset: Int, count partCount: Int) -> ByteView? {
    guard offset >= 0, partCount >= 0, offset <= count, partCount <= count - offset else {
      return nil
    }
    return ByteView(bytes, start: start + offset, count: partCount)
  }

  /// The bytes copied out.
  var copy: ArraySlice<UInt8> { bytes[start..<start + count] }

  func byte(at offset: Int) -> UInt8? {
    guard offset >= 0, offset < count else { return nil }
    return bytes[start + offset]
  }

  func big16(at offset: Int) -> Int? { big(at: offset, byteCount: 2) }
  func big32(at offset: Int) -> Int? { big(at: offset, byteCount: 4) }
  func little16(at offset: Int) -> Int? { little(at: offset, byteCount: 2) }
  func little24(at offset: Int) -> Int? { little(at: offset, byteCount: 3) }
  func little32(at offset: Int) -> Int? { little(at: offset, byteCount: 4) }

  /// The offset of the first byte of that value at or after an offset.
  func firstOffset(of value: UInt8, from offset: Int) -> Int? {
    guard offset >= 0, offset < count else { return nil }
    return bytes[(start + offset)..<(start + count)].firstIndex(of: value).map { $0 - start }
  }

  private func big(at offset: Int, byteCount: Int) -> Int? {
    guard offset >= 0, offset <= count, byteCount <= count - offset else { return nil }
    var value = 0
    for index in 0..<byteCount { value = value << 8 | Int(bytes[start + offset + index]) }
    return value
  }

  private func little(at offset: Int, byteCount: Int) -> Int? {
    guard offset >= 0, offset <= count, byteCount <= count - offset else { return nil }
    var value = 0
    for index in 0..<byteCount { value |= Int(bytes[start + offset + index]) << (8 * index) }
    return value
  }
}

/// Names of chunks as big-endian words.
enum FourCC {
  static let riff = 0x5249_4646
  static let webp = 0x5745_4250
  static let ihdr = 0x4948_4452
  static let idat = 0x4944_4154
  static let iend = 0x4945_4E44
  static let plte = 0x504C_5445
  static let trns = 0x7452_4E53
  static let iccp = 0x6943_4350
  static let pngExif = 0x6558_4966
  static let actl = 0x6163_544C
  static let vp8 = 0x5650_3820
  static let vp8l = 0x5650_384C
  static let vp8x = 0x5650_3858
  static let alph = 0x414C_5048
  static let webpProfile = 0x4943_4350
  static let webpExif = 0x4558_4946
  static let heifType = 0x6674_7970
}
