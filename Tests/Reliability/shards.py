#!/usr/bin/env python3
"""Records a suite in three shards at once, each with folders of its own as on three machines, kills one and
starts it again; puts the recordings together, replays them in three shards and whole; and compares the
merged JUnit report with that of the whole, byte by byte.

usage: shards.py [PROOFSHEET]
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench

SHARDS = 3
CASES = 48


def run(proofsheet, folder, reports, *flags, fixtures="fixtures"):
    return subprocess.Popen(
        [
            str(proofsheet), "run", "suites/parts.json", "--fixtures", fixtures, "--reports", reports,
            "--unapproved", "warn", "--quiet", *flags,
        ],
        cwd=folder, env=bench.Project.environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process, name):
    _, messages = process.communicate(timeout=bench.TIMEOUT)
    if process.returncode not in (0, 1):  # a group may fail, and its report must be the same too
        sys.exit(f"{name} ended with {process.returncode}: {messages}")


def junit(folder, reports):
    runs = sorted(path for path in (Path(folder) / reports).glob("2*") if path.is_dir())
    return (runs[-1] / "junit.xml").read_bytes()


def main():
    proofsheet = bench.binary()
    with tempfile.TemporaryDirectory() as folder, bench.Simulator(proofsheet) as simulator:
        project = bench.Project(proofsheet, folder, simulator.url)
        project.write(
            {
                "version": 1,
                "name": "parts",
                "request": {"images": str(bench.INPUT), "size": "square"},
                "matrix": {
                    "prompt": [
                        {"id": f"p{number}", "value": f"Put it on paper {number}. simulate:slow:200"}
                        for number in range(CASES // 4)
                    ],
                    "seed": ["1..4"],
                },
                "groups": [{"across": "seed", "expect": "near"}],
            }
        )
        buying = ["--mode", "record", "--endpoint", simulator.url, "--yes", "--max-cost", "3"]

        def part(index, *flags, fixtures="fixtures"):
            shard = f"{index}/{SHARDS}"
            return run(proofsheet, folder, f"part-{index}", "--shard", shard, *flags, fixtures=fixtures)

        def record(index):
            return part(index, *buying, fixtures=f"fixtures-{index}")

        parts = [record(index) for index in range(1, SHARDS + 1)]
        time.sleep(0.5)
        parts[1].send_signal(signal.SIGKILL)
        parts[1].wait()
        time.sleep(0.4)
        again = record(2)
        for name, process in (("shard 1", parts[0]), ("shard 3", parts[2]), ("shard 2", again)):
            end(process, name)
        for index in range(1, SHARDS + 1):
            source = Path(folder) / f"fixtures-{index}"
            shutil.copytree(source, Path(folder) / "fixtures", dirs_exist_ok=True)
        recorded = len(list((Path(folder) / "fixtures").glob("*/*.har")))
        billed = sum(simulator.ledger().values())
        print(f"recorded in {SHARDS} shards, one killed: {recorded} of {CASES}, {billed} billed")
        if recorded != CASES:
            sys.exit("not every case is recorded")
        # Attachments name the folder of reports, so that both get one of the same name.
        whole = run(proofsheet, folder, "merged")
        whole.communicate()
        (Path(folder) / "merged").rename(Path(folder) / "whole")
        replays = [part(index) for index in range(1, SHARDS + 1)]
        for replay in replays:
            replay.communicate()
        merge = subprocess.run(
            [
                str(proofsheet), "merge", *[f"part-{index}" for index in (3, 1, 2)], "--reports",
                "merged",
            ],
            cwd=folder, capture_output=True, text=True,
        )  # fmt: skip
        print(merge.stderr.strip())
        if merge.returncode != whole.returncode:
            sys.exit(f"merge ended with {merge.returncode}, the whole with {whole.returncode}")
        if junit(folder, "merged") != junit(folder, "whole"):
            sys.exit("the merged report is not that of the whole")
        print(f"the merged report is that of the whole: {len(junit(folder, 'whole'))} bytes")


main()
