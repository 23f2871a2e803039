/// Pictures that show a comparison.
public enum DifferencePictures {
  /// The fixed legend of heat maps: from which difference a colour is used.
  public struct LegendEntry: Hashable, Sendable {
    /// The difference CIEDE2000 above which the colour is used.
    public let above: Double
    /// Red, green and blue.
    public let colour: [UInt8]
  }

  /// Differences of 1 are hardly seen, of 2.3 just noticed, of 5 clear, of 10 gross.
  public static let legend = [
    LegendEntry(above: 1, colour: [66, 120, 200]),
    LegendEntry(above: 2.3, colour: [250, 220, 60]),
    LegendEntry(above: 5, colour: [245, 130, 30]),
    LegendEntry(above: 10, colour: [215, 25, 60]),
  ]

  /// The legend of tile maps: below which similarity a colour is used, the worst last.
  public static let tileLegend = [
    LegendEntry(above: 0.99, colour: [66, 120, 200]),
    LegendEntry(above: 0.95, colour: [250, 220, 60]),
    LegendEntry(above: 0.8, colour: [245, 130, 30]),
    LegendEntry(above: 0.5, colour: [215, 25, 60]),
  ]

  /// The reference in faint grey, with each differing pixel in the colour of the ``legend``.
  ///
  /// - Parameters:
  ///   - map: the differences, measured with a floor of at most 1.
  ///   - reference: one of the two pictures.
  public static func heatMap(_ map: ColourDifferenceMap, over reference: Picture) -> Picture {
    precondition(
      map.width == reference.width && map.height == reference.height, "pictures of one size")
    let limits = legend.map { ColourDifferenceMap.step($0.above) }
    var pixels = faint(OpaquePixels(reference))
    for (index, step) in map.steps.enumerated() {
      guard let entry = limits.lastIndex(where: { step > $0 }) else { continue }
      for channel in 0..<3 { pixels[4 * index + channel] = legend[entry].colour[channel] }
    }
    return Picture(width: map.width, height: map.height, pixels: pixels)
  }

  /// The reference in faint grey under tiles in the colours of the ``tileLegend``, half transparent.
  ///
  /// - Parameters:
  ///   - similarity: the tiles.
  ///   - reference: one of the two pictures.
  public static func tileMap(
    _ similarity: StructuralSimilarity, over reference: Picture
  ) -> Picture {
    var pixels = faint(OpaquePixels(reference))
    for tile in similarity.tiles {
      guard let entry = tileLegend.last(where: { tile.mean < $0.above }) else { continue }
      for row in tile.box.y..<tile.box.y + tile.box.height {
        for column in tile.box.x..<tile.box.x + tile.box.width {
          let start = 4 * (row * reference.width + column)
          for channel in 0..<3 {
            let mixed = Int(pixels[start + channel]) + Int(entry.colour[channel])
            pixels[start + channel] = UInt8(mixed / 2)
          }
        }
      }
    }
    return Picture(width: reference.width, height: reference.height, pixels: pixels)
  }

  /// Pictures beside each other on grey, from the top, with a gap between them.
  ///
  /// - Parameters:
  ///   - pictures: at least one; together at most ``Picture/sideMax`` pixels wide.
  ///   - gap: the pixels between two of them.
  public static func sideBySide(_ pictures: [Picture], gap: Int = 16) -> Picture {
    precondition(!pictures.isEmpty, "at least one picture")
    let width = pictures.reduce(0) { $0 + $1.width } + gap * (pictures.count - 1)
    let height = pictures.reduce(0) { max($0, $1.height) }
    var pixels = [UInt8](repeating: 128, count: 4 * width * height)
    for index in stride(from: 3, to: pixels.count, by: 4) { pixels[index] = 255 }
    var left = 0
    for picture in pictures {
      let source = picture.narrowedTo8Bits()
      for row in 0..<picture.height {
        let start = 4 * row * picture.width
        let target = 4 * (row * width + left)
        pixels.replaceSubrange(
          target..<target + 4 * picture.width, with: source[start..<start + 4 * picture.width])
      }
      left += picture.width + gap
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  /// Luma between 160 and 255.
  private static func faint(_ picture: OpaquePixels) -> [UInt8] {
    var pixels = picture.pixels
    let source = picture.pixels.span
    for index in 0..<picture.width * picture.height {
      let grey = UInt8(160 + Luma.of(source.pixel(at: index)) * (95.0 / 255))
      for channel in 0..<3 { pixels[4 * index + channel] = grey }
    }
    return pixels
  }
}
