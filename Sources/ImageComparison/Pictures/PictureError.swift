/// Why bytes are no picture that can be read, or why a picture cannot be written.
public struct PictureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case notAPicture = "not-a-picture"
      case unsupported, tooLarge = "too-large"
      case truncated, damaged
      case notWritable = "not-writable"
    }

    private let kind: Kind

    /// The bytes begin none of the formats that are read.
    public static let notAPicture = Code(kind: .notAPicture)
    /// The file is of a known format but uses a feature that is not read, such as CMYK colours.
    public static let unsupported = Code(kind: .unsupported)
    /// The file passes one of the ``PictureLimits``.
    public static let tooLarge = Code(kind: .tooLarge)
    /// The file ends before its picture does.
    public static let truncated = Code(kind: .truncated)
    /// The file breaks the rules of its format.
    public static let damaged = Code(kind: .damaged)
    /// The picture cannot be written in the format that was asked for.
    public static let notWritable = Code(kind: .notWritable)

    /// The code as it stands in reports, such as `too-large`.
    public var description: String { kind.rawValue }
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence with the values that were found and those that are allowed.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}
