import Canonical
import SeedreamAPI
import Suites
import Testing

@Suite struct X {
@Test func `A suite`() throws {
  let suite = try load(
    """
    version: 1
    name: mugs
    request: {output_format: b64_json, images: https://x.example/a.png}
    matrix:
      model: [{id: v4, value: bytedance-seedream-v4-image-to-image}]
      edit:
        - {id: paper, prompt: "Put the cup on paper", tags: [background]}
        - {id: sky, prompt: "Put the cup in the sky", checks: [{latency: {max: 60s}}]}
      size: [square_hd, {id: wide, value: {width: 1280, height: 960}}]
      seed: [1..2, 42]
      repeat: 2
    exclude: [{edit: sky, size: wide}]
    include: [{edit: paper, size: auto_2K, seed: 7}]
    checks:
      - baseline: identical-pixels
    """)
  for c in suite.cases { print(c.position, c.id, c.caseKey, c.tags, c.checks.map(\.name), c.location) }
  #expect(suite.caseCount == Array(suite.cases).count)
}
}
