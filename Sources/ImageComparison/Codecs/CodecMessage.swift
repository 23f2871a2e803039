internal import CImageCodecs

/// The text that a codec leaves when it fails.
struct CodecMessage {
  var raw = p_message()

  /// The text up to its end mark.
  var text: String {
    unsafe withUnsafeBytes(of: raw.text) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
