internal import SystemPackage

/// Recipes for continuous integration, each a file of its service.
enum StarterRecipe {
  /// The files of recipes.
  static let names: [FilePath] = [".github/workflows/proofsheet.yml", ".gitlab-ci.yml"]

  /// The workflow of GitHub Actions.
  static let gitHub = #"""
    # Replays every suite from its recordings on every change. It needs no API key and buys nothing.
    #
    # The recordings are part of the repository: record and commit 'fixtures' before the first run, or it
    # ends with exit 5, fixture missing.
    name: proofsheet

    on:
      push:
        branches: [main, master]
      pull_request:

    permissions:
      contents: read

    env:
      # Where the tool is built from: the Git URL, and the branch or tag, of Proofsheet. A container image
      # with `proofsheet` in it, named below, saves the build and needs neither.
      PROOFSHEET_SOURCE: ""
      PROOFSHEET_VERSION: main

    jobs:
      replay:
        runs-on: ubuntu-24.04
        container: swift:6.2-noble
        timeout-minutes: 30
        steps:
          - uses: actions/checkout@v4
            # with: {lfs: true}    # when .gitattributes keeps pictures in Git LFS

          - name: Install proofsheet
            run: |
              if ! command -v proofsheet; then
                : "${PROOFSHEET_SOURCE:?is not set: give it the Git URL of Proofsheet in this file}"
                apt-get update -qq && apt-get install -y -qq git make > /dev/null
                git clone --depth 1 --branch "$PROOFSHEET_VERSION" "$PROOFSHEET_SOURCE" /tmp/proofsheet
                make -C /tmp/proofsheet install
              fi

          - name: Replay
            run: proofsheet run suites --junit reports/junit.xml

          # Also when pictures have changed: that is when somebody wants to look at them.
          - name: Keep the reports
            if: ${{ !cancelled() }}
            uses: actions/upload-artifact@v4
            with:
              name: proofsheet-reports
              path: reports
              retention-days: 14

    """#

  /// The pipeline of GitLab.
  static let gitLab = #"""
    # Replays every suite from its recordings on every change. It needs no API key and buys nothing.
    #
    # The recordings are part of the repository: record and commit 'fixtures' before the first run, or it
    # ends with exit 5, fixture missing.
    proofsheet:
      stage: test
      image: swift:6.2-noble
      timeout: 30 minutes
      variables:
        # Where the tool is built from: the Git URL, and the branch or tag, of Proofsheet. An image with
        # `proofsheet` in it saves the build and needs neither.
        PROOFSHEET_SOURCE: ""
        PROOFSHEET_VERSION: main
      before_script:
        - |
          if ! command -v proofsheet; then
            : "${PROOFSHEET_SOURCE:?is not set: give it the Git URL of Proofsheet in this file}"
            apt-get update -qq && apt-get install -y -qq git make > /dev/null
            git clone --depth 1 --branch "$PROOFSHEET_VERSION" "$PROOFSHEET_SOURCE" /tmp/proofsheet
            make -C /tmp/proofsheet install
          fi
      script:
        - proofsheet run suites --junit reports/junit.xml --code-quality reports/quality.json
      artifacts:
        # Also when pictures have changed: that is when somebody wants to look at them.
        when: always
        expire_in: 2 weeks
        paths: [reports/]
        reports:
          junit: reports/junit.xml
          codequality: reports/quality.json

    """#
}
