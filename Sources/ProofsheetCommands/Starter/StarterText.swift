/// The texts of a project that is started.
enum StarterText {
  /// The first suite, from the project's folder.
  static let suiteName = "suites/first.yaml"

  /// The configuration: everything that can be set, and nothing set.
  static let config = #"""
    # yaml-language-server: $schema=schema/config.schema.json
    # What this project sets for every command. Take the '#' away from what you want to change.
    # A flag wins over an environment variable, that over a suite, and a suite over this file.
    version: 1

    # The API. A key goes to another host than this only where you allow the host yourself, by --endpoint,
    # by PROOFSHEET_ENDPOINT or in your own configuration: no file of a checkout decides who gets a key.
    # endpoint: https://image.onerouter.pro

    # How the key is sent, `Authorization: Bearer KEY` or `Authorization: KEY`, and the environment
    # variable that holds it. The key itself stands in no file.
    # auth:
    #   scheme: bearer
    #   key_variable: PROOFSHEET_API_KEY

    # How much at once, how much in all, and when to ask first. Amounts are US dollars; a run that would
    # pass one of the first two limits stops before it does.
    # limits:
    #   max_cost: 5
    #   max_requests: 200
    #   concurrency: 8
    #   confirm_above: 0.50
    #   request_timeout: 300s

    # What a picture costs, by a part of the model's name, and the day on which you looked it up.
    # prices:
    #   as_of: 2026-09-19
    #   models:
    #     seedream-v4: 0.03

    # Where recordings and reports lie, relative to this file.
    # paths:
    #   fixtures: fixtures
    #   reports: reports

    """#

  /// The first suite: small, quick to draw, and a lesson.
  static let suite = #"""
    # yaml-language-server: $schema=../schema/suite.schema.json
    # A first suite. Nothing below needs a key or costs anything:
    #
    #   proofsheet run suites/first.yaml --mode record --endpoint simulator    draws and records
    #   proofsheet run suites/first.yaml                                       replays, offline
    #
    # The simulator is a stand-in and no model: it shows how the tool works, not how well a prompt does.
    # To buy the pictures of the model in place of the stand-in's, $0.03 each:
    #
    #   PROOFSHEET_API_KEY=… proofsheet run suites/first.yaml --mode refresh --yes --max-cost 0.12
    version: 1
    name: first                 # also the folder of its recordings: fixtures/first
    description: The cup goes onto another table; two seeds each.

    # What all requests have in common. Paths are relative to this file. Further fields: model, n,
    # output_format, enable_safety_checker, enhance_prompt_mode.
    request:
      prompt: "Put the cup on {{surface}}; leave the cup, its saucer and the spoon alone."
      images: ../fixtures/inputs/coffee.jpg
      size: landscape_16_9      # or square_hd, auto_2K, {width: 1280, height: 960}, and more

    # Every combination of these lists is a case, and a case is one request: 2 × 2 = 4. A case is named by
    # the ids of its entries: linen--s7. List them with: proofsheet plan suites/first.yaml --list
    matrix:
      surface:                  # no field of the request, so it fills {{surface}} in
        - {id: linen, value: white linen}
        - {id: slate, value: dark slate}
      seed: [7, 42]             # ranges as well: [1..4, 42, 100..200 step 50]

    # Combinations to leave out:
    # exclude: [{surface: slate, seed: 42}]

    # The number of pictures, their size, and that they can be decoded are always checked.
    checks:
      - latency: {max: 60s, severity: warn}   # said and not failed; in replay: as recorded
      # Every picture must be one that you have approved. Look at the pictures in fixtures/first/blobs,
      # take the '#' of the next line away, and accept them with: proofsheet approve latest
      # - baseline: identical-pixels

    # Cases that are known to fail. They run; failing is skipped, passing again fails.
    # known: [{where: {surface: slate}, reason: the spoon is gone, until: 2099-12-31}]

    """#

  /// The licences of the photographs.
  static let photographs = #"""
    # Input photographs

    | file | pixels | where it is from |
    |---|---|---|
    | coffee.jpg | 600 × 400 | by Rachel Michetti, CC0; data folder of scikit-image, made a JPEG |

    """#

  /// What git must not keep.
  static let ignored = [
    StarterFile.LineGroup(
      comment: "# proofsheet: the run store and the reports of runs.", lines: ["/reports/"]),
    StarterFile.LineGroup(
      comment: "# proofsheet: a cache that is rebuilt, and files of writes that were cut off.",
      lines: ["/fixtures/**/.index", "*.partial"]),
  ]

  /// How git must treat recordings and pictures.
  static let attributes = [
    StarterFile.LineGroup(
      comment: "# proofsheet: recordings are made by a program, and sealed byte by byte.",
      lines: ["*.har text eol=lf linguist-generated"]),
    StarterFile.LineGroup(
      comment: """
        # proofsheet: pictures. Many of them belong into Git LFS: take the '#' away.
        # fixtures/**/blobs/** filter=lfs diff=lfs merge=lfs -text
        """,
      lines: [
        "fixtures/**/blobs/** binary", "fixtures/inputs/*.png binary",
        "fixtures/inputs/*.jpg binary", "fixtures/inputs/*.jpeg binary",
        "fixtures/inputs/*.webp binary",
      ]),
  ]
}
