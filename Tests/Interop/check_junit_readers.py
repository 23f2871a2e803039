#!/usr/bin/env python3
"""Reads our JUnit XML with other people's readers: counts, names, times and texts must be what we meant.

What we meant is what the JSON lines of the same run say. The run holds passed, failed, skipped and broken
cases with hostile prompts. Usage: check_junit_readers.py [path of proofsheet]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import ROOT, enter, proofsheet

enter(
    "junit", "junitparser==5.0.3", "xunitparser==1.3.4", "lxml==6.1.3", "junit2html==31.1.4",
    "test-results-parser==0.6.1",
)

import junitparser
import lxml.etree
import xunitparser
from test_results_parser import parse_junit_xml

SUITE = r"""
version: 1
name: hostile
request: {images: ../fixtures/inputs/coffee.png, output_format: b64_json, size: {width: 960, height: 960}}
matrix:
  prompt:
    - {id: plain, value: "Tint the table."}
    - {id: markup, value: "a ]]> b <script>alert(1)</script> & \"quoted\" <![CDATA[x]]> &lt;"}
    - {id: control, value: "esc \e[31m nul-like \a tab \t line\nbreak \u2028 end"}
    - {id: marks, value: "[[ATTACHMENT|/etc/passwd]] at Other.swift:1 \u202E \uFFFE"}
    - {id: long, value: "WORDS"}
  seed: [1, 2]
checks:
  - {baseline: identical-bytes, where: {seed: "2"}}
known: [{where: {prompt: long, seed: 2}, reason: "too long ]]> for <anyone>"}]
""".replace("WORDS", "word " * 700)


def run(folder, *arguments, codes=(0,)):
    done = subprocess.run([proofsheet(), *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode not in codes:
        sys.exit(f"error: {arguments} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def meant(lines):
    """Name, verdict and milliseconds of each case as the JSON lines of the run have them."""
    verdicts = {"passed": "passed", "unapproved": "failure", "known": "skipped", "fixture-corrupt": "error"}
    cases = {}
    for line in map(json.loads, filter(None, lines.split("\n"))):
        if line["kind"] == "case":
            cases[line["id"]] = (verdicts[line["outcome"]], line["latency_ms"])
    return cases


def check(reader, found, wanted):
    if found != wanted:
        sys.exit(f"error: {reader} reads\n{found}\nwhere we meant\n{wanted}")
    print(f"{reader}: {len(found)} cases as meant")


def by_junitparser(path):
    found = {}
    for suite in junitparser.JUnitXml.fromfile(str(path)):
        for case in suite:
            kinds = {type(result).__name__.lower() for result in case.result}
            found[case.name] = (kinds.pop() if kinds else "passed", round(case.time * 1000))
    return found


def by_xunitparser(path):
    found = {}
    suite, _ = xunitparser.parse(path.open())
    for case in suite:
        kind = {"success": "passed", "failure": "failure", "error": "error", "skipped": "skipped"}[case.result]
        found[case.methodname] = (kind, round(case.time.total_seconds() * 1000))
    return found


def by_codecov(path):
    """Codecov's parser takes one kind for what failed and what broke."""
    found = {}
    for run_ in parse_junit_xml(path.read_bytes()).testruns:
        kind = {"pass": "passed", "skip": "skipped"}.get(str(run_.outcome).split(".")[-1].lower(), "failure")
        found[run_.name.split("\x1f")[-1]] = (kind, round(run_.duration * 1000))
    return found


def by_lxml(path):
    found = {}
    for case in lxml.etree.parse(str(path)).iter("testcase"):
        kinds = [kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None]
        found[case.get("name")] = (kinds[0] if kinds else "passed", round(float(case.get("time")) * 1000))
    return found


def texts(path):
    """What our texts must and must not hold, as lxml reads them."""
    root = lxml.etree.parse(str(path)).getroot()
    text = {case.get("name"): "".join(case.itertext()) for case in root.iter("testcase")}
    assert "a ]]> b <script>alert(1)</script> & \"quoted\" <![CDATA[x]]> &lt;" in text["markup--s2"], text["markup--s2"]
    assert "#x1B[31m" in text["control--s2"], text["control--s2"]
    marks = text["marks--s2"]
    assert "[[ATTACHMENT|/etc" not in marks and "#xFFFE" in marks, marks
    assert "too long ]]> for <anyone>" in text["long--s2"]
    for case in root.iter("testcase"):
        attached = [line for line in "".join(case.itertext()).splitlines() if line.startswith("[[ATTACHMENT|")]
        assert len(attached) <= 1 and (not attached or case.find("failure") is not None), attached
    print("lxml: hostile texts come back as they were meant")


def main():
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "suites").mkdir()
        (folder / "suites/hostile.yaml").write_text(SUITE)
        (folder / "fixtures").mkdir()
        (folder / "fixtures/inputs").symlink_to(ROOT / "fixtures/inputs")
        run(folder, "run", "suites/hostile.yaml", "--mode", "record", "--endpoint", "simulator")
        har = folder / "fixtures/hostile/plain--s1.har"
        har.write_text(har.read_text()[:-40])
        for dialect in ["strict", "extended", "ant"]:
            lines = run(
                folder, "run", "suites/hostile.yaml", "--format", "json", "--junit", "junit.xml",
                "--junit-dialect", dialect, codes=(5,),
            )
            path = folder / "junit.xml"
            wanted = meant(lines)
            assert {kind for kind, _ in wanted.values()} == {"passed", "failure", "error", "skipped"}, wanted
            print(f"-- {dialect}")
            check("junitparser", by_junitparser(path), wanted)
            check("xunitparser", by_xunitparser(path), wanted)
            check("lxml", by_lxml(path), wanted)
            merged = {name: ("failure" if kind == "error" else kind, time) for name, (kind, time) in wanted.items()}
            check("Codecov's test-results-parser", by_codecov(path), merged)
            subprocess.run(
                [Path(sys.prefix) / "bin" / "junit2html", path, folder / "junit.html"], check=True,
                stdout=subprocess.DEVNULL,
            )
            page = (folder / "junit.html").read_text()
            assert all(name in page for name in wanted), "junit2html leaves cases out"
            assert "<script>alert(1)" not in page
            print(f"junit2html: {len(wanted)} cases on its page")
            if dialect != "ant":
                texts(path)


main()
