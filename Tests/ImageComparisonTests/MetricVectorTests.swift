import Canonical
import ImageComparison
import Testing

/// Figures beside those of pdqhash and scikit-image.
@Suite struct MetricVectorTests {
  @Test func `The list of metric vectors is whole`() {
    #expect(MetricVectors.pairs.count == 17)
    #expect(MetricVectors.photographs.count == 5)
    #expect(MetricVectors.colours.count == 34)
    #expect(MetricVectors.colours.allSatisfy { $0.count == 7 })
  }

  @Test(arguments: MetricVectors.pairs)
  func `A pair is made of the same pixels`(pair: MetricVectors.Pair) throws {
    let (left, right) = try MetricVectors.pictures(pair.name)
    #expect(left.digest.description == pair.value["left"]?.string)
    #expect(right.digest.description == pair.value["right"]?.string)
  }

  @Test(arguments: MetricVectors.pairs)
  func `PDQ and its quality are those of pdqhash`(pair: MetricVectors.Pair) throws {
    let (left, right) = try MetricVectors.pictures(pair.name)
    for (index, picture) in [left, right].enumerated() {
      let expected = try #require(pair.value["pdq"]?.array?[index])
      let pdq = PDQ(picture)
      #expect(pdq.hash.hex == expected["hash"]?.string)
      #expect(pdq.quality == expected["quality"]?.integer)
    }
  }

  @Test(arguments: MetricVectors.photographs)
  func `The hashes of the turned photograph are those of pdqhash`(name: String) throws {
    let pdq = PDQ(try MetricVectors.load(name))
    let expected = try #require(MetricVectors.file["hashes"]?[name])
    #expect(pdq.quality == expected["quality"]?.integer)
    // The order of pdqhash: it turns counterclockwise, and flips about x, y and both diagonals.
    let turns: [Turn] = [
      .none, .counterclockwise, .half, .clockwise, .upsideDown, .mirrored, .transposed,
      .transversed,
    ]
    #expect(
      turns.map { pdq.hash(turned: $0).hex } == expected["dihedral"]?.array?.compactMap(\.string))
  }

  @Test(arguments: MetricVectors.pairs)
  func `PSNR is that of scikit-image`(pair: MetricVectors.Pair) throws {
    let (left, right) = try MetricVectors.pictures(pair.name)
    let psnr = PixelDifference(left, right).psnr
    #expect(abs(psnr - (try pair.number("psnr"))) < 1e-3)
  }

  @Test(arguments: MetricVectors.pairs.filter(\.hasWindows))
  func `SSIM and its tiles are those of scikit-image`(pair: MetricVectors.Pair) throws {
    let (left, right) = try MetricVectors.pictures(pair.name)
    let similarity = StructuralSimilarity(left, right)
    let mean = try #require(similarity.mean)
    #expect(abs(mean - (try pair.number("ssim"))) < 1e-4)
    let tiles = try #require(pair.value["tiles"]?.array).map(MetricVectors.number)
    #expect(similarity.tiles.count == tiles.count)
    for (tile, expected) in zip(similarity.tiles, tiles) {
      #expect(abs(tile.mean - expected) < 1e-4, "\(tile.box)")
    }
  }

  @Test(arguments: MetricVectors.pairs, ["1", "2.3", "5", "10"])
  func `The changed share is that of scikit-image`(
    pair: MetricVectors.Pair, limit: String
  ) throws {
    let (left, right) = try MetricVectors.pictures(pair.name)
    let expected = try MetricVectors.number(pair.value["changed"]?[limit])
    let number = try #require(Double(limit))
    // A pixel on the edge of a limit may fall on either side in 32-bit floats.
    let tolerance = 2e-5
    for floor in [0, number] {
      let map = ColourDifferenceMap(left, right, floor: floor)
      #expect(abs(map.share(above: number) - expected) <= tolerance, "floor \(floor)")
    }
  }

  @Test(arguments: MetricVectors.pairs)
  func `The grid of colours is numpy's, and its distance that of scikit-image`(
    pair: MetricVectors.Pair
  ) throws {
    let (left, right) = try MetricVectors.pictures(pair.name)
    let grids = (ColourGrid(left), ColourGrid(right))
    func hex(_ grid: ColourGrid) -> String {
      grid.samples.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect([hex(grids.0), hex(grids.1)] == pair.value["grid"]?.array?.compactMap(\.string))
    let expected = try pair.number("grid_distance")
    #expect(abs(grids.0.distance(to: grids.1) - expected) < 1e-3)
    #expect(abs(grids.1.distance(to: grids.0) - grids.0.distance(to: grids.1)) < 1e-4)
    #expect(grids.0.distance(to: grids.0) == 0)
  }

  @Test func `A change of hue alone is seen by the grid of colours and hardly by PDQ`() throws {
    let coffee = try MetricVectors.load("coffee.png")
    var turned = coffee.pixels
    // A quarter of the red becomes blue: about the same luma, another hue.
    for pixel in stride(from: 0, to: turned.count, by: 4) {
      turned[pixel] = UInt8(Int(coffee.pixels[pixel]) * 3 / 4)
      turned[pixel + 2] = UInt8(min(255, Int(coffee.pixels[pixel + 2]) + 60))
    }
    let other = Picture(width: coffee.width, height: coffee.height, pixels: turned)
    #expect(PDQ(coffee).hash.distance(to: PDQ(other).hash) <= 10)
    #expect(ColourGrid(coffee).distance(to: ColourGrid(other)) > 8)
  }

  @Test func `Another number of samples is no grid of colours`() {
    #expect(ColourGrid(samples: [1, 2, 3]) == nil)
    let grid = ColourGrid(samples: [UInt8](repeating: 9, count: ColourGrid.sampleCount))
    #expect(grid?.samples.first == 9)
  }

  @Test(arguments: MetricVectors.colours)
  func `CIEDE2000 gives the published differences`(row: [Double]) {
    let first = LabColour(lightness: row[0], a: row[1], b: row[2])
    let second = LabColour(lightness: row[3], a: row[4], b: row[5])
    #expect(abs(first.difference(to: second) - row[6]) < 1e-4)
    #expect(abs(second.difference(to: first) - row[6]) < 1e-4)
  }

  @Test(arguments: MetricVectors.pairs)
  func `Sharpness is that of numpy`(pair: MetricVectors.Pair) throws {
    let (_, right) = try MetricVectors.pictures(pair.name)
    let sharpness = PictureCharacter(right).sharpness
    guard pair.value["sharpness"] != nil else { return #expect(sharpness == nil) }
    let expected = try pair.number("sharpness")
    #expect(abs(try #require(sharpness) - expected) <= expected * 1e-5)
  }
}
