#!/usr/bin/env python3
"""Measures `proofsheet compare` of two stored runs of 10,000 cases each, from stored digests and hashes.

The runs are made of a result of suites/version-drift.yaml: 200 prompts, 25 seeds, two repeats, each with a
hash of its own. Tells seconds and the largest memory. Usage: compare_stored.py [PROOFSHEET]
"""

import hashlib
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/proofsheet").resolve()
PROMPTS, SEEDS, REPEATS = 200, 25, 2


def changed(template, prompt, seed, repeat, shift, chance):
    """A case's document with other names, keys and pictures."""
    document = json.loads(json.dumps(template))
    key = hashlib.sha256(f"{prompt} {seed}".encode()).hexdigest()
    base = int(hashlib.sha256(f"look {prompt} {seed}".encode()).hexdigest(), 16)
    for _ in range(8):
        base ^= 1 << chance.randrange(256)
    base ^= (1 << shift) - 1
    pixels = hashlib.sha256(f"{base}".encode()).hexdigest()
    document["id"] = f"p{prompt}--s{seed}" + (f"--r{repeat}" if repeat else "")
    document["key"] = f"{key}.{repeat}"
    document["comparison_key"] = key
    document["seed"] = seed
    document["cells"] = [
        {"axis": "prompt", "entry": f"p{prompt}", "value": f"prompt {prompt}"},
        {"axis": "seed", "entry": f"s{seed}", "value": f"{seed}"},
    ]
    output = document["outputs"][0]
    output["digest"] = pixels
    output["picture"]["pixel_digest"] = f"px1:{pixels}"
    output["hash"] = {"version": "pdq-nn512", "hex": f"{base:064x}", "quality": 100}
    return document


def main():
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for part in ("suites", "fixtures"):
            shutil.copytree(ROOT / part, work / part)
        run = [PROGRAM, "run", "suites/version-drift.yaml", "--filter", "id=v4--still--s11"]
        subprocess.run(run, cwd=work, check=True, capture_output=True)
        store = sqlite3.connect(work / "reports/proofsheet.sqlite")
        (own, header, summary) = store.execute("SELECT id, header, summary FROM run").fetchone()
        template = json.loads(store.execute("SELECT document FROM result").fetchone()[0])
        chance = random.Random(1)
        names = []
        for number, shift in enumerate((0, 12)):
            identifier = own[:-1] + "ab"[number]
            names.append(identifier)
            text = header.replace(own, identifier)
            store.execute(
                "INSERT OR REPLACE INTO run VALUES (?, ?, 'replay', ?, ?)",
                (identifier, number, text, summary),
            )
            store.execute("DELETE FROM result WHERE run_id = ?", (identifier,))
            place = 0
            for prompt in range(PROMPTS):
                for seed in range(SEEDS):
                    for repeat in range(REPEATS):
                        # Every second prompt differs.
                        far = shift if prompt % 2 else 0
                        document = changed(template, prompt, seed, repeat, far, chance)
                        store.execute(
                            "INSERT INTO result VALUES (?, ?, ?, ?, ?, 'passed', ?)",
                            (identifier, "version-drift", place, document["id"], document["key"],
                             json.dumps(document)),
                        )
                        place += 1
        store.commit()
        store.close()
        start = time.monotonic()
        done = subprocess.run(
            [PROGRAM, "compare", *names, "--stored-only", "--format", "json"],
            cwd=work, capture_output=True, text=True,
        )
        seconds = time.monotonic() - start
        if done.returncode != 0:
            sys.exit(done.stderr)
        counts = json.loads(done.stdout)["counts"]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{2 * PROMPTS * SEEDS * REPEATS} cases of two runs: {seconds:.2f} s by the clock, "
            f"largest memory {used.ru_maxrss / 1024:.0f} MiB, verdicts {counts}"
        )


main()
