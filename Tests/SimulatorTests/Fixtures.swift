import Canonical
import ImageComparison
import SeedreamAPI
import Synchronization
import Testing

@testable import Simulator

/// Draws next to nothing and remembers what it was asked for: the rules of the API need no picture.
final class NotingPainter: Painting {
  private let state = Mutex<[(edit: Edit, inputs: [StudioInput])]>([])

  var edits: [Edit] { state.withLock { $0.map(\.edit) } }
  var inputCounts: [Int] { state.withLock { $0.map(\.inputs.count) } }

  func paint(_ edit: Edit, inputs: [StudioInput]) -> Picture {
    state.withLock { $0.append((edit, inputs)) }
    let shade = UInt8(edit.drawDice(inputs: inputs).first)
    return Picture(
      width: 4, height: 2,
      pixels: [UInt8](repeating: 0, count: 32).enumerated().map { $0.offset % 4 == 3 ? 255 : shade }
    )
  }
}

/// Draws noise, which no codec makes small: its answers do not fit into a socket's buffers.
struct NoisePainter: Painting {
  private let noise: Picture

  init() {
    var state: UInt32 = 1
    let pixels = (0..<640 * 480 * 4).map { place -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return place % 4 == 3 ? 255 : UInt8(truncatingIfNeeded: state >> 24)
    }
    noise = Picture(width: 640, height: 480, pixels: pixels)
  }

  func paint(_ edit: Edit, inputs: [StudioInput]) -> Picture { noise }
}

extension Dice {
  /// The first number of the stream.
  var first: Int {
    var dice = self
    return dice.next(0...255)
  }
}

/// A small photograph: a gradient with a brighter disc.
func samplePicture(width: Int = 48, height: Int = 32, shade: Int = 0) -> Picture {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      let isInside = (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2) < 80
      pixels += [
        UInt8(x * 200 / width), UInt8(y * 200 / height + shade), isInside ? 220 : 60, 255,
      ]
    }
  }
  return Picture(width: width, height: height, pixels: pixels)
}

/// An order as the client would send it.
struct SampleOrder {
  var request: EditRequest
  private var blobs = MemoryBlobs()

  init(
    prompt: String = "Put the cup on linen paper", pictures: [[UInt8]]? = nil,
    size: ImageSize = .preset(.squareHD), seed: Int? = 7, n: Int = 1,
    outputFormat: DeliveryFormat = .base64
  ) throws {
    let pictures = try pictures ?? [PictureEncoder.png(samplePicture())]
    var images: [InputImage] = []
    for picture in pictures { images.append(.local(blobs.insert(picture))) }
    request = EditRequest(
      prompt: prompt, images: images, size: size, seed: seed.flatMap { Seed($0) }, n: n,
      outputFormat: outputFormat)
  }

  /// The body that the client writes.
  func body() throws -> [UInt8] { try request.wireParts.joined(from: blobs) }

  /// The body with some members replaced, or removed where the value is `nil`.
  func body(replacing members: [(String, JSONValue?)]) throws -> [UInt8] {
    var object = try #require(try JSONParser.parse(body()).object)
    for (name, value) in members { object[name] = value }
    return JSONValue.object(object).canonicalBytes
  }
}

/// The fields of a valid order.
let orderFields = [("Authorization", "Bearer key-1"), ("Content-Type", "application/json")]

/// Sends an order.
func post(
  _ baseURL: String, _ body: [UInt8], fields: [(String, String)] = orderFields
) async throws -> Answer {
  try await TestClient.exchange(baseURL, "POST", EditRequest.path, fields: fields, body: body)
}

/// Runs a simulator that draws next to nothing.
func withSimulator<Result: Sendable>(
  _ settings: SimulatorSettings = SimulatorSettings(), painter: NotingPainter = NotingPainter(),
  _ body: (SimulatorServer, String) async throws -> Result
) async throws -> Result {
  try await SimulatorServer(settings: settings, painter: painter).serving(body)
}
