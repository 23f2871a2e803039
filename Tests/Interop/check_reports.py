#!/usr/bin/env python3
"""Reads the reports of runs with other people's readers: JSON against the published schemas (jsonschema),
CSV (Python's csv), Markdown (cmarkgfm, GitHub's own parser), JUnit (junitparser), each of a run that is as
expected, of one with hostile texts that fails, of one that was interrupted and of one that was killed.

Usage: check_reports.py [path of proofsheet]
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import ROOT, enter, latest_run, proofsheet

enter("reports", "jsonschema==4.26.0", "cmarkgfm==2025.10.22", "junitparser==5.0.3")

import cmarkgfm
import jsonschema
import junitparser

SUITE = r"""
version: 1
name: hostile
request: {images: ../fixtures/inputs/coffee.png, output_format: b64_json, size: {width: 960, height: 960}}
matrix:
  prompt:
    - {id: formula, value: "=cmd|' /C calc'!A0"}
    - {id: quotes, value: "a \"quoted\", comma\r\nand a line"}
    - {id: markup, value: "[x](javascript:alert(1)) <script>alert(1)</script> ![y](https://a.example/z.png) | `c`"}
    - {id: lines, value: "a \u2028 b \u2029 c \u0085 d \e[31m"}
  seed: [1, 2]
checks:
  - {baseline: identical-bytes, where: {seed: "2"}}
  - {latency: {max: 1ms, severity: warn}}
groups:
  - {across: seed, expect: distinct}
known: [{where: {prompt: lines, seed: 2}, reason: "=1+1 <b>known</b>"}]
"""


def run(folder, *arguments, code=0, environment=None):
    done = subprocess.run(
        [proofsheet(), *arguments], cwd=folder, capture_output=True, env=os.environ | (environment or {}),
    )
    if done.returncode != code:
        sys.exit(f"error: {arguments} ended with {done.returncode}, not {code}:\n{done.stderr.decode()}")
    return done.stdout.decode(), done.stderr.decode()


def validator(name):
    schema = json.loads((ROOT / "schema" / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


RUN, LINE = validator("run"), validator("run-line")


def valid(validate, document, name):
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validate.iter_errors(document)]
    if errors:
        sys.exit(f"error: {name} is not valid:\n" + "\n".join(errors[:5]))


def check_json(folder, name, stdout=None, code=0):
    """The documents of the latest run; gives its cases."""
    latest = latest_run(folder / "reports")
    lines = (latest / "run.jsonl").read_text(encoding="utf-8")
    # splitlines breaks at every separator of Unicode.
    found = [json.loads(line) for line in lines.splitlines()]
    if stdout is not None:
        assert [json.loads(line) for line in stdout.splitlines()] == found, "standard output is another run"
    for line in found:
        valid(LINE, line, f"{name}: a line of {latest}/run.jsonl")
    if (latest / "run.json").exists():
        valid(RUN, json.loads((latest / "run.json").read_text()), f"{name}: run.json")
    whole = json.loads(run(folder, "report", "latest", "--format", "json", code=code)[0])
    valid(RUN, whole, f"{name}: report --format json")
    cases = [line for line in found if line["kind"] in ("case", "group")]
    assert [case["id"] for case in whole["cases"]] == [case["id"] for case in cases]
    print(f"{name}: run.json, {len(found)} lines and the whole document are valid")
    return cases


def refused(folder):
    """The schemas refuse what is not so, or they would say nothing."""
    latest = latest_run(folder / "reports")
    document = json.loads((latest / "run.json").read_text())
    changes = 0
    for change in (
        lambda d: d.pop("summary"), lambda d: d.update(version=2), lambda d: d["header"].update(mode="x"),
        lambda d: d["summary"]["counts"].update(fine=1), lambda d: d["summary"]["spending"].update(spent=1),
    ):  # fmt: skip
        changed = json.loads(json.dumps(document))
        change(changed)
        assert not RUN.is_valid(changed), changed
        changes += 1
    for line in map(json.loads, (latest / "run.jsonl").read_text().split("\n")[:-1]):
        for member in ("version", "kind") + (("outcome", "key") if line["kind"] == "case" else ()):
            changed = {key: value for key, value in line.items() if key != member}
            assert not LINE.is_valid(changed), (member, line["kind"])
            changes += 1
    print(f"{changes} changed documents are refused")


def check_csv(folder, cases):
    text, _ = run(folder, "report", "latest", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    wanted = [
        (case["id"], output.get("digest", "")) for case in cases for output in case["outputs"] or [{}]
    ]
    assert [(row["case"], row["sha256"]) for row in rows] == wanted
    by_case = {case["id"]: case for case in cases}
    for row in rows:
        prompt = by_case[row["case"]]["prompt"]
        meant = ("'" if prompt[:1] in "=+-@" and prompt else "") + prompt.replace("\x1b", "#x1B")
        assert row["prompt"] == meant, (row["prompt"], meant)
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "@"), cell
    assert sum(int(row["latency_ms"] or 0) for row in rows) == sum(case["latency_ms"] for case in cases)
    print(f"csv: {len(rows)} rows as meant, none a formula")


def check_markdown(folder, cases):
    text, _ = run(folder, "report", "latest", "--format", "markdown")
    page = cmarkgfm.github_flavored_markdown_to_html(text, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    tags = set(re.findall(r"<([a-z0-9]+)", page))
    assert tags <= {
        "h2", "h3", "blockquote", "p", "table", "thead", "tbody", "tr", "th", "td", "a", "code", "ul", "li",
        "strong",
    }, tags  # fmt: skip
    links = re.findall(r'<a href="([^"]*)"', page)
    assert links and all(re.fullmatch(r"suites/[a-z]+\.yaml#L[0-9]+", link) for link in links), links
    for case in cases:
        if case["outcome"] not in ("passed",):
            assert f"<code>{case['id']}</code>" in page, case["id"]
    print(f"markdown: {len(links)} links to lines of suites, nothing of strangers is markup")


def check_services(folder):
    summary = folder / "summary.md"
    summary.write_text("before\n")
    environment = {
        "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(folder),
        "GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "a" * 40,
    }  # fmt: skip
    output, messages = run(
        folder, "run", "suites/hostile.yaml", "--format", "json", "--code-quality", "quality.json", code=1,
        environment=environment,
    )
    for line in output.splitlines():
        json.loads(line)
    commands = [line for line in messages.splitlines() if line.lstrip().startswith("::")]
    errors = [line for line in commands if line.startswith("::error file=suites/hostile.yaml,line=")]
    assert errors and len(errors) <= 10, messages
    assert len([line for line in commands if line.startswith("::warning ")]) == 8
    page = summary.read_text()
    assert page.startswith("before\n\n## Proofsheet: "), page[:200]
    assert f"https://github.example/o/r/blob/{'a' * 40}/suites/hostile.yaml#L" in page
    entries = json.loads((folder / "quality.json").read_text())
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert (folder / entry["location"]["path"]).is_file() and entry["location"]["lines"]["begin"] > 0
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) > 8
    print(f"GitHub: {len(commands)} annotations and a summary; GitLab: {len(entries)} entries")


def junit(path):
    tree = junitparser.JUnitXml.fromfile(str(path))
    cases = [case for suite in tree for case in suite]
    state = {
        item.value for suite in tree for item in suite.properties() if item.name == "proofsheet.run.state"
    }
    return cases, state


def start(folder, reports):
    """A recording from a slow simulator, once some of its cases have ended."""
    process = subprocess.Popen(
        [
            proofsheet(), "run", "suites/quickstart.yaml", "--mode", "record", "--endpoint", "simulator",
            "--fixtures", folder / f"fixtures-{reports}", "--reports", reports, "--junit", f"{reports}.xml",
            "--concurrency", "1",
        ],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=os.environ | {"PROOFSHEET_SIMULATOR": "--fault slow:200"},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while True:
        lines = [path.read_bytes().count(b'"kind":"case"') for path in folder.glob(f"{reports}/20*/run.jsonl")]
        if sum(lines) >= 4:
            return process
        if time.monotonic() > deadline or process.poll() is not None:
            sys.exit(f"error: the run made no progress: {process.stderr.read().decode()}")
        time.sleep(0.02)


def check_interrupted(folder):
    process = start(folder, "stopped")
    process.send_signal(signal.SIGINT)
    process.stderr.read()
    assert process.wait() == 130, process.returncode
    cases, state = junit(folder / "stopped.xml")
    skipped = [case for case in cases if case.is_skipped]
    assert len(cases) == 24 and 0 < len(skipped) < 24 and state == {"interrupted"}, (len(cases), state)
    run(folder, "junit-check", "stopped.xml")
    run(folder, "report", "latest", "--reports", "stopped", "--format", "junit", "--output", "again.xml")
    assert (folder / "again.xml").read_bytes() == (folder / "stopped.xml").read_bytes()
    print(f"interrupted: a report of {len(cases)} cases, {len(skipped)} of them skipped, exit code 130")


def check_killed(folder):
    process = start(folder, "killed")
    process.kill()
    process.wait()
    process.stderr.read()
    assert not (folder / "killed.xml").exists()
    _, messages = run(
        folder, "report", "latest", "--reports", "killed", "--format", "junit", "--output", "killed.xml",
        code=4,
    )
    run(folder, "junit-check", "killed.xml")
    cases, state = junit(folder / "killed.xml")
    passed = [case for case in cases if not case.result]
    broken = [case for case in cases if case.result]
    assert state == {"incomplete"} and len(passed) >= 4, (state, cases)
    assert [case.name for case in broken] == ["run: run-incomplete"], broken
    missing = 24 - len(passed)
    assert f"{missing} of 24 cases have no result" in messages, messages
    assert f"{missing} of 24 cases have no result" in broken[0].result[0].message
    for form in ("text", "json", "csv", "markdown"):
        output, messages = run(folder, "report", "latest", "--reports", "killed", "--format", form, code=4)
        assert output and "have no result" in messages
    run(
        folder, "report", "latest", "--reports", "killed", "--format", "html", "--output", "killed-sheet", code=4
    )
    assert "have no result" in (folder / "killed-sheet/index.html").read_text()
    # The same command goes on, and its run is the latest again.
    run(
        folder, "run", "suites/quickstart.yaml", "--mode", "record", "--endpoint", "simulator", "--fixtures",
        folder / "fixtures-killed", "--reports", "killed", "--quiet",
    )
    run(folder, "report", "latest", "--reports", "killed", "--format", "junit", "--output", "killed.xml")
    assert len(junit(folder / "killed.xml")[0]) == 24
    print(f"killed: a report of {len(passed)} cases, {missing} told as missing, exit code 4; then whole again")


def check_outputs(folder):
    """What is named as an output: links, pipes, devices and standard output stay what they are."""
    expected, _ = run(folder, "report", "latest", "--format", "csv")
    (folder / "kept.csv").write_text("old")
    (folder / "link.csv").symlink_to("kept.csv")
    os.mkfifo(folder / "pipe")
    report = [proofsheet(), "report", "latest", "--format", "csv", "--output"]
    run(folder, *report[1:], "link.csv")
    assert (folder / "link.csv").is_symlink() and (folder / "kept.csv").read_bytes().decode() == expected
    reader = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    run(folder, *report[1:], "pipe")
    assert (folder / "pipe").is_fifo() and os.read(reader, 1 << 20).decode().startswith(expected[:100])
    os.close(reader)
    _, messages = run(folder, *report[1:], "pipe", code=2)
    assert "nobody reads" in messages, messages
    for name in ("-", "/dev/stdout", "/dev/fd/1"):
        assert run(folder, *report[1:], name)[0] == expected, name
        with open(folder / "log", "w") as log:
            log.write("before\n")
            log.flush()
            subprocess.run([*report, name], cwd=folder, stdout=log, stderr=subprocess.DEVNULL, check=True)
        assert (folder / "log").read_bytes().decode() == "before\n" + expected, name
    assert Path("/dev/stdout").is_symlink() and not (folder / "-").exists()
    run(folder, "run", "suites/hostile.yaml", "--quiet", "--junit", "/dev/null", "--code-quality", "/dev/null", code=1)
    assert Path("/dev/null").is_char_device()
    _, messages = run(folder, *report[1:], "/dev/full", code=2)
    assert "cannot write /dev/full: no space left" in messages, messages
    for arguments in (
        ["report", "latest", "--format", "csv"], ["report", "latest"], ["plan", "suites/hostile.yaml", "--list"],
        ["schema", "run"], ["config"], ["run", "suites/quickstart.yaml", "--format", "json", "--mode", "record",
        "--endpoint", "simulator"],
    ):
        for closed in (False, True):
            with open("/dev/full", "w") as full:
                done = subprocess.run(
                    [proofsheet(), *arguments], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True,
                    preexec_fn=(lambda: os.close(1)) if closed else None,
                )
            assert done.returncode == 2, (arguments, closed, done)
            assert "error: cannot write standard output: " in done.stderr, (arguments, closed, done)
    gone = subprocess.run(
        f"'{proofsheet()}' report latest --format csv | head -n 1", shell=True, cwd=folder, capture_output=True
    )
    assert gone.returncode == 0 and not gone.stderr and gone.stdout.decode() == expected.splitlines(True)[0], gone
    print("outputs: links, pipes, devices and standard output stay what they are; what cannot be written ends with 2")


def main():
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "suites").mkdir()
        (folder / "suites/hostile.yaml").write_text(SUITE)
        (folder / "suites/quickstart.yaml").write_text((ROOT / "suites/quickstart.yaml").read_text())
        (folder / "fixtures").mkdir()
        (folder / "fixtures/inputs").symlink_to(ROOT / "fixtures/inputs")
        run(folder, "run", "suites/hostile.yaml", "--mode", "record", "--endpoint", "simulator")
        check_json(folder, "recorded")
        output, _ = run(folder, "run", "suites/hostile.yaml", "--format", "json", code=1)
        cases = check_json(folder, "replayed", output)
        refused(folder)
        check_csv(folder, cases)
        check_markdown(folder, cases)
        check_services(folder)
        check_outputs(folder)
        check_interrupted(folder)
        check_killed(folder)


main()
