#!/usr/bin/env python3
"""Meets every fault of the simulator twenty times in one run, and holds outcome and money of each case
against what the fault means and against the simulator's ledger.

usage: faults.py [PROOFSHEET] [TIMES]
"""

import sys
import tempfile
from collections import Counter, defaultdict

import bench

#  id: (rule, n, output format, outcome, spent, possibly billed, images in the ledger), money in pictures
NO, ONE = 0, 1
KINDS = {
    "none": ("", 1, "url", "passed", ONE, NO, 1),
    "none-base64": ("", 1, "b64_json", "passed", ONE, NO, 1),
    "slow": ("slow:500", 1, "url", "passed", ONE, NO, 1),
    "bad-request": ("status:400", 1, "url", "api-error", NO, NO, 0),
    "forbidden": ("status:403", 1, "url", "blocked", NO, NO, 0),
    "not-found": ("status:404", 1, "url", "api-error", NO, NO, 0),
    "timeout-status": ("status:408", 1, "url", "api-error", NO, ONE, 0),
    "unprocessable": ("status:422", 1, "url", "api-error", NO, NO, 0),
    "limited": ("rate-limited", 1, "url", "rate-limited", NO, NO, 0),
    "limited-once": ("rate-limited:1*1", 1, "url", "passed", ONE, NO, 1),
    "limited-long": ("rate-limited:3600", 1, "url", "rate-limited", NO, NO, 0),
    "server-error": ("status:500", 1, "url", "api-error", NO, ONE, 0),
    "bad-gateway-html": ("status:502", 1, "url", "api-error", NO, ONE, 0),
    "unavailable": ("status:503", 1, "url", "api-error", NO, NO, 0),
    "unavailable-twice": ("status:503*2", 1, "url", "passed", ONE, NO, 1),
    "gateway-timeout": ("status:504", 1, "url", "api-error", NO, ONE, 0),
    "limited-in-200": ("error-in-200:429*1", 1, "url", "passed", ONE, NO, 1),
    "error-in-200": ("error-in-200:500", 1, "url", "api-error", NO, ONE, 0),
    "empty-data": ("empty-data", 1, "url", "api-error", NO, ONE, 0),
    "fewer": ("fewer", 2, "url", "failed", ONE, NO, 1),
    "item-error": ("item-error", 2, "url", "failed", ONE, NO, 1),
    "item-error-only": ("item-error", 1, "url", "api-error", NO, ONE, 0),
    "task": ("task:1", 1, "url", "passed", ONE, NO, 1),
    "task-failed": ("task-failed", 1, "url", "api-error", NO, ONE, 0),
    "task-endless": ("task-endless", 1, "url", "transport-error", NO, ONE, 1),
    "truncated-json": ("truncated-json", 1, "b64_json", "api-error", NO, ONE, 1),
    "cut": ("cut", 1, "b64_json", "transport-error", NO, ONE, 1),
    "stall": ("stall", 1, "b64_json", "transport-error", NO, ONE, 1),
    "drop-before": ("drop-before", 1, "url", "transport-error", NO, ONE, 0),
    "drop-after": ("drop-after", 1, "url", "transport-error", NO, ONE, 1),
    "no-picture": ("no-picture", 1, "url", "api-error", ONE, NO, 1),
    "no-picture-base64": ("no-picture", 1, "b64_json", "failed", ONE, NO, 1),
    "expired-link": ("expired-link", 1, "url", "api-error", ONE, NO, 1),
    "upstream-block": (None, 1, "url", "blocked", NO, NO, 0),
}


def suite(times):
    entries = []
    for name, (rule, n, delivery, *_) in KINDS.items():
        words = {None: "upstream-block-test", "": ""}.get(rule, f"simulate:{rule}")
        entries.append(
            {
                "id": name,
                "prompt": f"Put the cup on paper. {words}".strip(),
                "n": n,
                "output_format": delivery,
            }
        )
    return {
        "version": 1,
        "name": "faults",
        "request": {"images": str(bench.INPUT), "size": "square"},
        "matrix": {"fault": entries, "seed": [f"1..{times}"]},
    }


def check(events, ledger):
    """Prints the table and gives what is wrong."""
    wrong = []
    rows = defaultdict(Counter)
    spent = doubt = 0
    cases = [event for event in events if event["kind"] == "case"]
    for case in cases:
        name = case["id"].split("--")[0]
        _, _, _, outcome, paid, possibly, images = KINDS[name]
        key = bench.request_key(case["key"])
        cost = bench.micro_dollars(case["cost"])
        possibly_billed = bench.micro_dollars(case["possibly_billed"])
        found = (case["outcome"], cost, possibly_billed, ledger[key])
        expected = (outcome, paid * bench.PRICE, possibly * bench.PRICE, images)
        if found != expected:
            wrong.append(f"{case['case_id']}: {found}, expected {expected}: {case['reason']}")
        row = rows[name]
        row[case["outcome"]] += 1
        row["images"] += ledger[key]
        row["spent"] += cost
        row["doubt"] += possibly_billed
        spent += cost
        doubt += ledger[key] * bench.PRICE if possibly_billed else 0
    print(f"{'fault':20} {'outcome':28} {'spent':>7} {'possibly':>9} {'billed':>7}")
    for name, row in rows.items():
        outcomes = ", ".join(
            f"{count} {key}" for key, count in row.items() if key not in ("images", "spent", "doubt")
        )
        print(
            f"{name:20} {outcomes:28} {row['spent'] / 1e6:7.2f} {row['doubt'] / 1e6:9.2f} "
            f"{row['images'] * bench.PRICE / 1e6:7.2f}"
        )
    billed = sum(ledger.values()) * bench.PRICE
    summary = events[-1]["spending"]
    print(
        f"{len(cases)} cases: {spent / 1e6:.2f} spent + {doubt / 1e6:.2f} of what may have been billed "
        f"= {billed / 1e6:.2f} of the ledger"
    )
    if spent + doubt != billed:
        wrong.append(f"the run's money is {spent + doubt}, the ledger's {billed}")
    if bench.micro_dollars(summary["spent"]) != spent:
        wrong.append(f"the summary says {summary['spent']} spent")
    possibly = sum(bench.micro_dollars(case["possibly_billed"]) for case in cases)
    if bench.micro_dollars(summary["possibly_billed"]) != possibly:
        wrong.append(f"the summary says {summary['possibly_billed']} possibly billed")
    return wrong


def aborting(proofsheet, folder, simulator, status):
    """A key that is refused, or an account without credit, ends the run at once."""
    project = bench.Project(proofsheet, folder, simulator.url)
    project.write(
        {
            "version": 1,
            "name": f"abort-{status}",
            "request": {
                "images": str(bench.INPUT),
                "size": "square",
                "prompt": f"Put it on paper. simulate:status:{status}",
            },
            "matrix": {"seed": ["1..100"]},
        }
    )
    run = project.run("--concurrency", "8")
    counts = Counter(event["outcome"] for event in project.events() if event["kind"] == "case")
    print(f"status {status}: exit {run.returncode}, {dict(counts)}")
    if run.returncode != 3 or counts["api-error"] > 8 or counts["cancelled"] < 92:
        return [f"status {status} did not end the run: {run.stderr}"]
    return []


def main():
    proofsheet = bench.binary()
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as folder, bench.Simulator(proofsheet) as simulator:
        project = bench.Project(proofsheet, folder + "/faults", simulator.url)
        project.write(suite(times))
        run = project.run(
            "--concurrency", "64", "--start-concurrency", "64", "--request-timeout", "5s",
            "--max-wait", "1s", "--task-timeout", "6s",
        )  # fmt: skip
        events = project.events()
        wrong = check(events, simulator.ledger())
        expected = len(KINDS) * times
        if sum(event["kind"] == "case" for event in events) != expected:
            wrong.append(f"not every one of {expected} cases ended")
        if run.returncode != 3:
            wrong.append(f"the run ended with {run.returncode}: {run.stderr[-2000:]}")
        for status in (401, 402):
            wrong += aborting(proofsheet, f"{folder}/{status}", simulator, status)
    for line in wrong[:40]:
        print("wrong:", line)
    print("every case ended as it should" if not wrong else f"{len(wrong)} things are wrong")
    sys.exit(1 if wrong else 0)


main()
