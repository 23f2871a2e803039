package import Canonical

/// JSON as part of a script.
package enum ScriptData {
  /// The canonical form of a value with what a script or a reader of its source could take for something
  /// else written by its number: `<`, line separators, marks of text direction and the byte order mark.
  ///
  /// These occur inside strings only, where the escape means the same.
  package static func bytes(_ value: JSONValue) -> [UInt8] {
    let source = value.canonicalBytes
    guard source.contains(where: { $0 == lessThan || $0 == 0xE2 || $0 == 0xEF || $0 == 0xD8 })
    else {
      return source
    }
    var target: [UInt8] = []
    target.reserveCapacity(source.count + 64)
    var index = 0
    while index < source.count {
      let byte = source[index]
      if byte == lessThan {
        target += "\\u003c".utf8
        index += 1
      } else if byte >= 0xC0, let (scalar, count) = hidden(source, at: index) {
        target += "\\u".utf8
        let digits = String(scalar, radix: 16)
        target += repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count)
        target += digits.utf8
        index += count
      } else {
        target.append(byte)
        index += 1
      }
    }
    return target
  }

  private static let lessThan = UInt8(ascii: "<")

  /// The scalar at a place where it must not be written as it is, and its length in bytes.
  private static func hidden(_ bytes: [UInt8], at index: Int) -> (scalar: UInt32, count: Int)? {
    func byte(_ offset: Int) -> UInt32 {
      index + offset < bytes.count ? UInt32(bytes[index + offset] & 0x3F) : 0
    }
    switch bytes[index] {
    case 0xD8:
      // The Arabic letter mark.
      let scalar = 0x600 | byte(1)
      return scalar == 0x61C ? (scalar, 2) : nil
    case 0xE2, 0xEF:
      let scalar = UInt32(bytes[index] & 0x0F) << 12 | byte(1) << 6 | byte(2)
      switch scalar {
      case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: return (scalar, 3)
      default: return nil
      }
    default: return nil
    }
  }
}
