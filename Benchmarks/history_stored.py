#!/usr/bin/env python3
"""Measures `proofsheet history` over 1,000 stored runs of 100 cases each.

The runs are made of a result of suites/version-drift.yaml, with hashes and colours of their own; a tenth of
the pictures change from run to run. Tells seconds and the largest memory of each question, beside Python
reading the same store for the first of them. Usage: history_stored.py [PROOFSHEET] [RUNS] [CASES]
"""

import base64
import hashlib
import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/proofsheet").resolve()
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
CASES = int(sys.argv[3]) if len(sys.argv) > 3 else 100


def fill(path, chance):
    """Writes the runs into a store that has one."""
    store = sqlite3.connect(path)
    (own, header, summary) = store.execute("SELECT id, header, summary FROM run").fetchone()
    template = json.loads(store.execute("SELECT document FROM result").fetchone()[0])
    store.execute("DELETE FROM result")
    store.execute("DELETE FROM case_fact")
    store.execute("DELETE FROM run")
    looks = [chance.getrandbits(256) for _ in range(CASES)]
    colours = [bytes(chance.randrange(256) for _ in range(192)) for _ in range(CASES)]
    for run in range(RUNS):
        name = f"{own[:-6]}{run:06x}"
        store.execute(
            "INSERT INTO run (id, started_ms, mode, header, summary) VALUES (?, ?, 'replay', ?, ?)",
            (name, run * 60_000, header.replace(own, name), summary),
        )
        rows = []
        for case in range(CASES):
            if chance.random() < 0.1:
                looks[case] ^= 1 << chance.randrange(256)
            key = hashlib.sha256(f"{case}".encode()).hexdigest()
            pixels = hashlib.sha256(f"{looks[case]}".encode()).hexdigest()
            template["id"] = f"p{case}"
            template["key"] = f"{key}.0"
            output = template["outputs"][0]
            output["digest"] = pixels
            output["picture"]["pixel_digest"] = f"px1:{pixels}"
            output["hash"] = {"version": "pdq-nn512", "hex": f"{looks[case]:064x}", "quality": 100}
            output["colours"] = {
                "version": "de2000-grid8",
                "rgb": base64.b64encode(colours[case]).decode(),
            }
            outcome = "passed" if chance.random() < 0.99 else "drifted"
            template["outcome"] = outcome
            rows.append(
                (name, "version-drift", case, template["id"], template["key"], outcome,
                 json.dumps(template)))
        store.executemany("INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    store.commit()
    store.close()


def peer(path):
    """The same lines by Python: outcomes, distances from the first picture, latencies, changes."""
    store = sqlite3.connect(path)
    first, last, lines = {}, {}, []
    for (run,) in store.execute("SELECT id FROM run WHERE summary IS NOT NULL ORDER BY rowid"):
        counts, distances, latencies, changed = {}, [], [], 0
        for (text,) in store.execute(
            "SELECT document FROM result WHERE run_id = ? ORDER BY place", (run,)
        ):
            document = json.loads(text)
            counts[document["outcome"]] = counts.get(document["outcome"], 0) + 1
            latencies.append(document["latency_ms"])
            output = document["outputs"][0]
            own = int(output["hash"]["hex"], 16)
            distances.append((own ^ first.setdefault(document["id"], own)).bit_count())
            shown = output["picture"]["pixel_digest"]
            changed += last.get(document["id"], shown) != shown
            last[document["id"]] = shown
        lines.append((counts, statistics.median(distances), statistics.median(latencies), changed))
    return lines


def main():
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for part in ("suites", "fixtures"):
            shutil.copytree(ROOT / part, work / part)
        run = [PROGRAM, "run", "suites/version-drift.yaml", "--filter", "id=v4--still--s11"]
        subprocess.run(run, cwd=work, check=True, capture_output=True)
        path = work / "reports/proofsheet.sqlite"
        fill(path, random.Random(1))
        print(f"{RUNS} runs of {CASES} cases, a store of {path.stat().st_size / 1e6:.0f} MB")
        questions = [
            ("facts of an earlier version, once", ["--last", "1"]),
            ("lines", ["--format", "json"]),
            ("cases", ["--case", "p1", "--format", "json"]),
            ("flaky", ["--flaky", "--format", "json"]),
            ("changed", ["--changed", "--format", "json"]),
            ("keep, trial", ["--keep", f"{RUNS // 2}", "--dry-run"]),
            ("keep", ["--keep", f"{RUNS // 2}", "--yes"]),
        ]
        seconds, answers = {}, {}
        for title, arguments in questions:
            if title == "keep, trial":
                start = time.monotonic()
                lines = peer(path)
                seconds["peer"] = time.monotonic() - start
                found = json.loads(answers["lines"])["suites"][0]["runs"]
                if [line[3] for line in lines] != [line["changed"] for line in found]:
                    sys.exit("error: Python finds other changes")
                print(
                    f"Python reading the same for the lines: {seconds['peer']:.2f} s, "
                    f"{seconds['peer'] / seconds['lines']:.1f} times as long"
                )
            start = time.monotonic()
            with open(work / "answer", "w") as answer:
                process = subprocess.Popen(
                    [PROGRAM, "history", *arguments], cwd=work, stdout=answer,
                    stderr=subprocess.PIPE, text=True)
                said = process.stderr.read()
                _, status, used = os.wait4(process.pid, 0)
            seconds[title] = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                sys.exit(said)
            answers[title] = (work / "answer").read_text()
            print(
                f"{title}: {seconds[title]:.2f} s, {used.ru_utime + used.ru_stime:.2f} s of processor, "
                f"largest memory {used.ru_maxrss / 1024:.0f} MiB")


main()
