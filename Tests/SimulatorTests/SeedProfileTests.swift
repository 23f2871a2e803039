import Canonical
import ImageComparison
import SeedreamAPI
import Testing

@testable import Simulator

/// What a seed does, and what else makes two answers to one request differ.
struct SeedProfileTests {
  /// The pictures that the same order brings when it is made so many times.
  private func pictures(
    _ settings: SimulatorSettings, times: Int = 2, seed: Int = 7, n: Int = 1
  ) async throws -> [[UInt8]] {
    let photograph = try PictureEncoder.png(samplePicture(width: 320, height: 320))
    let order = try SampleOrder(pictures: [photograph], size: .preset(.squareHD), seed: seed, n: n)
    return try await SimulatorServer.serving(settings) { _, baseURL in
      var pictures: [[UInt8]] = []
      for _ in 0..<times {
        let answer = try await post(baseURL, order.body())
        for item in try #require(try answer.json()["data"]?.array) {
          let text = try #require(item["b64_json"]?.string)
          pictures.append(try #require(Base64.decodeExactly(Array(text.utf8))))
        }
      }
      return pictures
    }
  }

  private func comparison(_ pictures: [[UInt8]]) throws -> Comparison {
    Comparison(of: try Picture(decoding: pictures[0]), with: try Picture(decoding: pictures[1]))
  }

  @Test func `With exact seeds the same order gives the same bytes`() async throws {
    let pictures = try await pictures(SimulatorSettings())
    #expect(pictures[0] == pictures[1])
  }

  @Test(arguments: [SimulatorSettings.Codec.png, .jpeg(quality: 85)])
  func `With pixel noise the same order is near and not equal`(
    codec: SimulatorSettings.Codec
  ) async throws {
    let pictures = try await pictures(SimulatorSettings(codec: codec, seeds: .pixelNoise))
    #expect(pictures[0] != pictures[1])
    #expect(try comparison(pictures).level == .near)
  }

  @Test func `With ignored seeds the same order gives another picture each time`() async throws {
    let pictures = try await pictures(SimulatorSettings(seeds: .ignored))
    #expect(try comparison(pictures).level < .near)
  }

  @Test func `What calls draw is repeated by the seed of calls, and not without it`() async throws {
    let first = try await pictures(SimulatorSettings(seeds: .ignored, callSeed: 5))
    let second = try await pictures(SimulatorSettings(seeds: .ignored, callSeed: 5))
    let other = try await pictures(SimulatorSettings(seeds: .ignored, callSeed: 6))
    #expect(first == second)
    #expect(first[0] != other[0])
  }

  @Test func `The pictures of one answer differ with ignored seeds too`() async throws {
    let pictures = try await pictures(SimulatorSettings(seeds: .ignored), times: 1, n: 2)
    #expect(try comparison(pictures).level < .near)
  }

  @Test func `The seed 0 draws where that is asked for, and no other seed does`() async throws {
    let settings = SimulatorSettings(drawsSeedZero: true)
    let zero = try await pictures(settings, seed: 0)
    #expect(zero[0] != zero[1])
    let one = try await pictures(settings, seed: 1)
    #expect(one[0] == one[1])
  }

  @Test(arguments: [SimulatorSettings.Codec.png, .jpeg(quality: 85)])
  func `Metadata of calls changes bytes and not pixels`(
    codec: SimulatorSettings.Codec
  ) async throws {
    let plain = try await pictures(SimulatorSettings(codec: codec), times: 1)
    let pictures = try await pictures(SimulatorSettings(codec: codec, stampsFiles: true))
    #expect(pictures[0] != pictures[1])
    let digests = try (pictures + plain).map { try Picture(decoding: $0).digest }
    #expect(Set(digests).count == 1)
  }

  @Test func `A watermark changes the lower right corner and nothing else`() async throws {
    let plain = try await pictures(SimulatorSettings(), times: 1)
    let marked = try await pictures(SimulatorSettings(hasWatermark: true), times: 1)
    let figures = try #require(try comparison(plain + marked).figures)
    let picture = try Picture(decoding: plain[0])
    let boxes = figures.changes.regions.map(\.box)
    #expect(!boxes.isEmpty)
    for box in boxes {
      #expect(box.x > picture.width * 3 / 4)
      #expect(box.y > picture.height * 3 / 4)
    }
  }
}
