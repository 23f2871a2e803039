import Canonical
import ImageComparison
import Testing

/// The figures that others' metrics gave, and the rules by which their pictures were made.
enum MetricVectors {
  /// Two pictures and the figures of others.
  struct Pair: Sendable, CustomTestStringConvertible {
    var name: String
    var value: JSONValue

    var testDescription: String { name }
    var hasWindows: Bool { value["ssim"] != nil }

    func number(_ name: String) throws -> Double { try MetricVectors.number(value[name]) }
  }

  static let file: JSONValue = {
    do {
      return try JSONParser.parse(Vectors.bytes("metrics.json"))
    } catch {
      fatalError("Vectors/metrics.json cannot be read: \(error)")
    }
  }()

  static let pairs: [Pair] = (file["pairs"]?.object?.members ?? []).map {
    Pair(name: $0.name, value: $0.value)
  }
  static let photographs: [String] = (file["hashes"]?.object?.members ?? []).map(\.name)
  static let colours: [[Double]] = (file["ciede2000"]?.array ?? []).map { row in
    (row.array ?? []).compactMap(double)
  }

  private static func double(_ value: JSONValue) -> Double? {
    if case .number(let number) = value { Double(number.text) } else { nil }
  }

  static func number(_ value: JSONValue?) throws -> Double {
    guard let number = value.flatMap(double) else { throw Vectors.Unreadable() }
    return number
  }

  static func load(_ name: String) throws -> Picture {
    try Picture(decoding: Vectors.bytes("fixtures/inputs/\(name)"))
  }

  /// The pictures of a pair, made once.
  static func pictures(_ name: String) throws -> (left: Picture, right: Picture) {
    guard let pair = made[name] else { throw Vectors.Unreadable() }
    return pair
  }

  private static let made: [String: (left: Picture, right: Picture)] = {
    do {
      return try Dictionary(uniqueKeysWithValues: pairs.map { ($0.name, try make($0.name)) })
    } catch {
      fatalError("the pairs cannot be made: \(error)")
    }
  }()

  private static func make(_ name: String) throws -> (left: Picture, right: Picture) {
    let words = name.split(separator: " ").map(String.init)
    if words[0] == "small" {
      let sides = words[1].split(separator: "x").compactMap { Int($0) }
      let (coffee, chelsea) = try (load("coffee.png"), load("chelsea.png"))
      return (
        crop(coffee, 0, 0, sides[0], sides[1]), crop(chelsea, 0, 0, sides[0], sides[1])
      )
    }
    let source = try load(words[0] == "rocket" ? "rocket.jpg" : "\(words[0]).png")
    let (width, height) = (source.width, source.height)
    switch words[1] {
    case "noise": return (source, Made.noisy(source))
    case "brighter": return (source, Made.brighter(source, by: 3))
    case "disc": return (source, Made.disc(source))
    case "shift":
      return (
        crop(source, 2, 2, width - 2, height - 2), crop(source, 0, 0, width - 2, height - 2)
      )
    case "mirrored": return (source, Made.mirrored(source))
    case "crop": return (crop(source, 0, 0, 451, 300), try load("chelsea.png"))
    case "q90": return (source, try Picture(decoding: Vectors.bytes("chelsea-q90.jpg")))
    default: throw Vectors.Unreadable()
    }
  }

  static func crop(_ source: Picture, _ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Picture {
    let rows = (y..<y + height).map { row in
      let start = (row * source.width + x) * 4
      return source.pixels[start..<start + 4 * width]
    }
    return Picture(width: width, height: height, pixels: Array(rows.joined()))
  }
}
