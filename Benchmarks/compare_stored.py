#!/usr/bin/env python3
"""Measures `proofsheet compare` of two stored runs of 10,000 cases each, from what is stored of pictures.

The runs are made of a result of suites/version-drift.yaml: 200 prompts, 25 seeds, two repeats, each with a
hash and colours of its own. Tells seconds and the largest memory, beside Python doing the same in the same
run: numpy, SciPy's false-discovery and statsmodels' Holm, scikit-image's CIEDE2000.
Usage: compare_stored.py [PROOFSHEET]
"""

import base64
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Interop"))
import environment

environment.enter("compare-peer", "numpy==2.4.6", "scipy", "statsmodels", "scikit-image==0.26.0")

import numpy
import scipy.stats
from skimage.color import deltaE_ciede2000, rgb2lab
from statsmodels.stats.multitest import multipletests

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
    own = random.Random(f"{prompt} {seed}")
    colours = bytes(
        min(255, max(0, own.randrange(30, 220) + chance.randrange(3) + shift)) for _ in range(192)
    )
    output["colours"] = {
        "version": "de2000-grid8",
        "rgb": base64.b64encode(colours).decode(),
    }
    return document


def peer(path, names):
    """Reads both runs, and does for each prompt what compare does: distances, tests, corrections."""
    store = sqlite3.connect(path)
    sides = []
    for name in names:
        prompts = {}
        for (text,) in store.execute("SELECT document FROM result WHERE run_id = ?", (name,)):
            document = json.loads(text)
            cells = {cell["axis"]: cell["entry"] for cell in document["cells"]}
            output = document["outputs"][0]
            bits = numpy.unpackbits(numpy.frombuffer(bytes.fromhex(output["hash"]["hex"]), "u1"))
            rgb = numpy.frombuffer(base64.b64decode(output["colours"]["rgb"]), "u1")
            prompts.setdefault(cells["prompt"], {}).setdefault(cells["seed"], []).append((bits, rgb))
        sides.append(prompts)
    draws = numpy.random.default_rng(1)
    values = []
    for prompt, seeds in sides[0].items():
        pictures, blocks = [], []
        for seed, first in seeds.items():
            second = sides[1][prompt][seed]
            blocks.append((len(pictures), len(first), len(second)))
            pictures += first + second
        bits = numpy.array([picture[0] for picture in pictures], "i4")
        lab = rgb2lab(numpy.array([picture[1] for picture in pictures]).reshape(-1, 64, 3) / 255)
        shape = bits.sum(1)[:, None] + bits.sum(1)[None, :] - 2 * bits @ bits.T
        colour = numpy.array(
            [deltaE_ciede2000(lab, lab[row : row + 1]).mean(axis=1) for row in range(len(lab))]
        )
        for distances in (shape, colour):
            values.append(probability(distances, blocks, draws))
    corrected = multipletests(values, method="holm")[1]
    scipy.stats.false_discovery_control(values)
    changed = (corrected.reshape(-1, 2) <= 0.05).any(axis=1)
    return {"changed": int(changed.sum()), "others": int((~changed).sum())}


def probability(distances, blocks, draws):
    """The share of 9,999 divisions of each seed's two and two that are as far apart."""
    options = []
    for start, first, second in blocks:
        a, b, c, d = range(start, start + first + second)
        options.append(
            [
                (distances[p, r] + distances[p, s] + distances[q, r] + distances[q, s]) / 4
                - (distances[p, q] + distances[r, s]) / 2
                for p, q, r, s in ((a, b, c, d), (a, c, b, d), (a, d, b, c))
            ]
        )
    options = numpy.array(options)
    chosen = draws.integers(0, 3, (9_999, len(blocks)))
    drawn = options[numpy.arange(len(blocks)), chosen].mean(axis=1)
    return (1 + (drawn >= options[:, 0].mean() - 1e-9).sum()) / 10_000


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
                "INSERT OR REPLACE INTO run (id, started_ms, mode, header, summary)"
                " VALUES (?, ?, 'replay', ?, ?)",
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
        with open(work / "found.json", "w") as found:
            process = subprocess.Popen(
                [PROGRAM, "compare", *names, "--stored-only", "--format", "json"],
                cwd=work, stdout=found)
            _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(process.returncode)
        counts = json.loads((work / "found.json").read_text())["counts"]
        start = time.monotonic()
        same = peer(work / "reports/proofsheet.sqlite", names)
        other = time.monotonic() - start
        if same["changed"] != counts["changed"]:
            sys.exit(f"error: compare says {counts}, Python says {same}")
        print(
            f"{2 * PROMPTS * SEEDS * REPEATS} cases of two runs: {seconds:.2f} s by the clock, "
            f"{used.ru_utime + used.ru_stime:.2f} s of processor, largest memory {used.ru_maxrss / 1024:.0f} MiB, verdicts {counts}"
        )
        print(f"Python doing the same: {other:.2f} s, {other / seconds:.1f} times as long")


main()
