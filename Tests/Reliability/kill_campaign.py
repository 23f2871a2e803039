#!/usr/bin/env python3
"""Kills recordings at random moments, again and again until each is whole, and holds the simulator's
ledger against what the run store and the fixtures kept.

After each kill: what was billed is what is stored and what is in doubt, no more is in doubt than were
under way, and nothing that was stored before has been bought again.

usage: kill_campaign.py [PROOFSHEET] [KILLS] [SEED]
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter

import bench

CASES = 24
CONCURRENCY = 6
KILLS_OF_ONE = 6
DOUBTFUL = ("sent", "in-doubt")
# The store calls an attempt answered when its answer is on the disk, and promoted as a recording.
KEPT = ("answered", "promoted")


def suite(number, is_task):
    fault = "simulate:task:0*1" if is_task else "simulate:slow:60"
    return {
        "version": 1,
        "name": f"kill-{number}",
        "request": {
            "images": str(bench.INPUT),
            "size": "square",
            "prompt": f"Put cup {number} on paper. {fault}",
        },
        "matrix": {"output_format": ["url", "b64_json"], "seed": [f"1..{CASES // 2}"]},
    }


class Tally:
    """What a campaign has seen so far."""

    def __init__(self):
        self.kills = self.projects = self.billed = self.recorded = 0
        self.doubts = self.doubts_billed = self.most_in_doubt = self.kept_when_killed = 0
        self.wrong = []

    def complain(self, project, message):
        self.wrong.append(f"project {project}: {message}")


def states(project):
    """The states of each request's orders."""
    found = {}
    for case_key, state, _ in project.attempts():
        found.setdefault(bench.request_key(case_key), Counter())[state] += 1
    return found


def count(found, kinds):
    return sum(orders[kind] for orders in found.values() for kind in kinds)


def look(project, ledger, before, tally, number):
    """Checks what is there after a kill or at the end, and gives it."""
    found = states(project)
    for key, orders in found.items():
        kept = sum(orders[kind] for kind in KEPT)
        doubtful = sum(orders[kind] for kind in DOUBTFUL)
        if not kept <= ledger[key] <= kept + doubtful:
            tally.complain(number, f"{ledger[key]} billed, {kept} kept, {doubtful} in doubt: {key}")
        if key in before["kept"] and ledger[key] != before["ledger"][key]:
            tally.complain(number, f"bought again although it was kept: {key}")
    own = {key: ledger[key] for key in found}
    if sum(ledger.values()) != sum(own.values()):
        tally.complain(number, "the ledger holds requests that the store knows nothing of")
    return {
        "kept": {key for key, orders in found.items() if any(orders[kind] for kind in KEPT)},
        "doubts": count(found, DOUBTFUL),
        "ledger": Counter(own),
    }


def campaign(proofsheet, folder, number, limit, is_task, tally):
    """One project: killed until it is whole or has been killed often enough."""
    with bench.Simulator(proofsheet) as simulator:
        project = bench.Project(proofsheet, folder, simulator.url)
        project.write(suite(number, is_task))
        flags = ["--concurrency", str(CONCURRENCY), "--start-concurrency", str(CONCURRENCY)]
        state = {"kept": set(), "doubts": 0, "ledger": Counter()}
        # Longer than the start of the process, and shorter than the whole run.
        longest = 4.0 if is_task else 1.0
        for _ in range(min(KILLS_OF_ONE, limit)):
            if not project.run_and_kill(random.uniform(0.02, longest), *flags):
                break
            time.sleep(0.1)  # an order that was read is billed, whether its client lives or not
            tally.kills += 1
            earlier = state
            state = look(project, simulator.ledger(), earlier, tally, number)
            new = state["doubts"] - earlier["doubts"]
            tally.most_in_doubt = max(tally.most_in_doubt, new)
            tally.kept_when_killed += len(state["kept"] - earlier["kept"])
            if new > CONCURRENCY:
                tally.complain(number, f"{new} in doubt after one kill, {CONCURRENCY} at once")
        run = project.run(*flags)
        if run.returncode != 0:
            tally.complain(number, f"the last run ended with {run.returncode}: {run.stderr}")
        state = look(project, simulator.ledger(), state, tally, number)
        recorded = len(list((project.folder / "fixtures").glob("*/*.har")))
        billed = sum(state["ledger"].values())
        if recorded != CASES:
            tally.complain(number, f"{recorded} of {CASES} cases are recorded")
        tally.projects += 1
        tally.billed += billed
        tally.recorded += recorded
        tally.doubts += state["doubts"]
        tally.doubts_billed += billed - recorded
        replay = project.run(mode="replay")
        if replay.returncode != 0:
            tally.complain(number, f"what was recorded does not replay: {replay.stderr}")


def main():
    proofsheet = bench.binary()
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    random.seed(seed)
    tally = Tally()
    number = 0
    while tally.kills < kills and number < kills * 3:
        number += 1
        folder = tempfile.mkdtemp()
        try:
            campaign(proofsheet, folder, number, kills - tally.kills, number % 8 == 0, tally)
        finally:
            shutil.rmtree(folder)
    rows = [
        ("kills", tally.kills),
        ("recordings that were killed, of 24 cases each", tally.projects),
        ("pictures billed", tally.billed),
        ("pictures recorded", tally.recorded),
        ("orders in doubt", tally.doubts),
        ("of these billed", tally.doubts_billed),
        (f"most in doubt after one kill, of {CONCURRENCY} at once", tally.most_in_doubt),
        ("pictures kept when their run was killed", tally.kept_when_killed),
        ("of these bought again", sum("bought again" in line for line in tally.wrong)),
    ]
    for name, value in rows:
        print(f"{name:50} {value:6}")
    for line in tally.wrong[:20]:
        print("wrong:", line)
    if tally.kills < kills:
        tally.wrong.append(f"only {tally.kills} of {kills} runs were still there to be killed")
        print("wrong:", tally.wrong[-1])
    print(f"seed {seed}: " + ("nothing lost, nothing kept bought twice" if not tally.wrong else "failed"))
    sys.exit(1 if tally.wrong else 0)


main()
