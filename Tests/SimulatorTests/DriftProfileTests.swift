import Canonical
import ImageComparison
import SeedreamAPI
import Testing

@testable import Simulator

/// What another model does to a picture, which comparisons of versions are checked against.
struct DriftProfileTests {
  private static let next = ModelName("bytedance-seedream-v4-next-image-to-image")

  private func edit(
    _ model: ModelName, _ drift: SimulatorSettings.Drift, seed: Int = 7
  ) -> Edit {
    Edit(
      model: model, prompt: "Put the cup on linen paper", seed: Seed(seed), mode: .standard,
      size: PixelSize(width: 320, height: 320), index: 0, drift: drift)
  }

  private func comparison(_ left: Edit, _ right: Edit) -> Comparison {
    let photograph = samplePicture(width: 320, height: 320)
    let input = StudioInput(picture: photograph.opaque, digest: photograph.digest)
    let painter = PhotoPainter()
    return Comparison(
      of: painter.paint(left, inputs: [input]), with: painter.paint(right, inputs: [input]))
  }

  @Test(arguments: [
    (SimulatorSettings.Drift.none, true), (.shade, false), (.redraw, false),
  ])
  func `Another model gives the same pixels or not, as is asked for`(
    drift: SimulatorSettings.Drift, isSame: Bool
  ) {
    let found = comparison(edit(.seedreamV4, drift), edit(Self.next, drift))
    #expect((found.level == .identicalPixels) == isSame, "\(found.summary)")
    if !isSame { #expect(found.level < .near, "\(found.summary)") }
  }

  @Test(arguments: SimulatorSettings.Drift.allCases)
  func `Seedream 4.0 itself is the same with every profile`(drift: SimulatorSettings.Drift) {
    #expect(
      comparison(edit(.seedreamV4, drift), edit(.seedreamV4, .shade)).level == .identicalPixels)
  }

  @Test func `Drawing anew leaves the colours and moves the shapes`() {
    #expect(ModelShift(Self.next, .redraw).hueDegrees == 0)
    #expect(ModelShift(Self.next, .shade).hueDegrees != 0)
    var (own, other) = (
      edit(.seedreamV4, .redraw).drawDice(inputs: []), edit(Self.next, .redraw).drawDice(inputs: [])
    )
    #expect(own.next(0...1_000_000) != other.next(0...1_000_000))
    var (first, second) = (
      edit(.seedreamV4, .shade).drawDice(inputs: []), edit(Self.next, .shade).drawDice(inputs: [])
    )
    #expect(first.next(0...1_000_000) == second.next(0...1_000_000))
  }
}
