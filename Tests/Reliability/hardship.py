#!/usr/bin/env python3
"""Records while the disk fills up, the folder of recordings becomes read-only, the clock is set back, the
terminal is closed, and makes recordings of what a live run received that was killed; and while
another run uses the same store; and holds the simulator's ledger against what was kept each time.

usage: hardship.py [PROOFSHEET]      needs root for mounts, and a C compiler for the clock
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import bench

CASES = 12
WRONG = []


def expect(holds, message):
    if not holds:
        WRONG.append(message)
        print("wrong:", message)


def as_root(*command):
    subprocess.run([*([] if os.geteuid() == 0 else ["sudo"]), *command], check=True)


@contextmanager
def small_disk(folder, megabytes):
    """A file system of its own in memory."""
    folder.mkdir(parents=True)
    options = f"size={megabytes}m,mode=0777"
    as_root("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    try:
        yield folder
    finally:
        as_root("umount", str(folder))


def make(proofsheet, folder, simulator, fault="simulate:slow:1500", delivery="b64_json"):
    project = bench.Project(proofsheet, folder, simulator.url)
    project.write(
        {
            "version": 1,
            "name": "hard",
            "request": {
                "images": str(bench.INPUT),
                "size": "square",
                "prompt": f"Put it on paper. {fault}",
                "output_format": delivery,
            },
            "matrix": {"seed": [f"1..{CASES}"]},
        }
    )
    return project


PACE = ["--concurrency", "4", "--start-concurrency", "4"]


def begin(project, *flags, environment=None, **more):
    return subprocess.Popen(
        project.command(*PACE, *flags, **more), env={**project.environment, **(environment or {})},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process):
    _, messages = process.communicate(timeout=bench.TIMEOUT)
    return process.returncode, messages


def kept(project):
    """How many orders of each request are kept, and how many are in doubt."""
    kept, doubt = Counter(), Counter()
    for case_key, state, _ in project.attempts():
        key = bench.request_key(case_key)
        kept[key] += state in ("answered", "promoted")
        doubt[key] += state in ("sent", "in-doubt")
    return kept, doubt


def settle(name, project, simulator, before, environment=None):
    """Runs to the end, and checks that nothing that was kept was bought again."""
    status, messages = end(begin(project, environment=environment))
    expect(status == 0, f"{name}: the next run ended with {status}: {messages}")
    ledger = simulator.ledger()
    _, doubt = kept(project)
    recorded = len(list((project.folder / "fixtures").glob("*/*.har")))
    again = [key for key, count in before[0].items() if count and ledger[key] != before[1][key]]
    expect(not again, f"{name}: {len(again)} pictures were kept and bought again")
    expect(recorded == CASES, f"{name}: {recorded} of {CASES} are recorded")
    billed, doubts = sum(ledger.values()), sum(doubt.values())
    expect(CASES <= billed <= CASES + doubts, f"{name}: {billed} billed, {doubts} in doubt")
    print(f"{name}: {recorded} recorded, {billed} billed, {doubts} in doubt, kept bought again {len(again)}")


def disk_full(proofsheet, root, simulator):
    with small_disk(root / "disk", 320) as disk:
        project = make(proofsheet, disk, simulator)
        run = begin(project)
        while not sum(kept(project)[1].values()):
            time.sleep(0.05)
        # What is under way finds no room for its answer.
        with open(disk / "filler", "wb") as filler:
            try:
                while True:
                    filler.write(b"\0" * 65_536)
                    filler.flush()
            except OSError:
                pass
        status, messages = end(run)
        expect(status in (2, 3), f"disk full: the run ended with {status}")
        expect("space" in messages.lower(), f"disk full: the message does not say so: {messages}")
        expect(len(simulator.ledger()) < CASES, "disk full: it went on buying")
        (disk / "filler").unlink()
        before = (kept(project)[0], simulator.ledger())
        settle("disk full", project, simulator, before)


def small_from_the_start(proofsheet, root, simulator):
    with small_disk(root / "small", 16) as disk:
        project = make(proofsheet, disk, simulator)
        status, messages = end(begin(project))
        expect(status in (2, 3), f"no room: the run ended with {status}")
        expect("MiB are free" in messages, f"no room: {messages}")
        expect(not simulator.ledger(), "no room: something was bought")
        print(f"no room from the start: exit {status}, nothing bought")


def read_only(proofsheet, root, simulator):
    project = make(proofsheet, root / "read-only", simulator)
    with small_disk(project.folder / "fixtures", 64) as fixtures:
        as_root("mount", "-o", "remount,ro", str(fixtures))
        status, messages = end(begin(project))
        expect(status == 2, f"read-only from the start: exit {status}: {messages}")
        expect(not simulator.ledger(), "read-only from the start: something was bought")
        as_root("mount", "-o", "remount,rw", str(fixtures))
        run = begin(project)
        while not sum(kept(project)[1].values()):
            time.sleep(0.05)
        as_root("mount", "-o", "remount,ro", str(fixtures))
        status, messages = end(run)
        expect(status == 2, f"read-only: the run ended with {status}: {messages}")
        expect("cannot be recorded" in messages, f"read-only: {messages}")
        as_root("mount", "-o", "remount,rw", str(fixtures))
        before = (kept(project)[0], simulator.ledger())
        expect(sum(before[0].values()) > 0, "read-only: nothing was kept")
        settle("read-only folder", project, simulator, before)


def clock_back(proofsheet, root, simulator):
    project = make(proofsheet, root / "clock", simulator, "simulate:slow:400")
    earlier = {"LD_PRELOAD": clock_of_two_days_ago(root)}
    run = begin(project, "--filter", "seed=1..6")
    expect(end(run)[0] == 0, "clock: the first run failed")
    kill_after_one(project, begin(project, mode="refresh"))
    first = (kept(project)[0], simulator.ledger())
    # Goes on under a clock of two days ago, is killed once more, and goes on.
    kill_after_one(project, begin(project, mode="refresh", environment=earlier))
    status, messages = end(begin(project, mode="refresh", environment=earlier))
    expect(status == 0, f"clock: the refresh ended with {status}: {messages}")
    days = {path.name[:8] for path in project.reports.glob("2*") if path.is_dir()}
    expect(len(days) == 2, f"clock: the clock was not set back: {days}")
    _, doubt = kept(project)
    ledger = simulator.ledger()
    # The first run bought six, the refresh everything once.
    surplus = sum(ledger.values()) - 6 - CASES
    expect(
        0 <= surplus <= sum(doubt.values()),
        f"clock: {surplus} more than once, {sum(doubt.values())} in doubt",
    )
    print(
        f"clock set back two days: {sum(ledger.values())} billed for {CASES + 6}, "
        f"{sum(doubt.values())} in doubt, {sum(first[0].values())} kept when it was set back"
    )


def kill_after_one(project, run):
    """Kills a run once it has kept a further picture, in the middle of others."""
    before = sum(kept(project)[0].values())
    while sum(kept(project)[0].values()) == before and run.poll() is None:
        time.sleep(0.02)
    expect(run.poll() is None, "clock: a refresh ended before it could be killed")
    run.send_signal(signal.SIGKILL)
    run.wait()
    time.sleep(0.6)


CLOCK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  int status = syscall(SYS_clock_gettime, clock, now);
  if (status == 0 && clock == CLOCK_REALTIME) now->tv_sec -= 2 * 86400;
  return status;
}
"""


def clock_of_two_days_ago(root):
    """A library that sets the time of day back, and leaves the environment alone."""
    compiler = next((name for name in ("cc", "clang", "gcc") if shutil.which(name)), None)
    if not compiler:
        sys.exit("error: a C compiler is needed: apt-get install gcc")
    library = root / "clock.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)],
        input=CLOCK, text=True, check=True,
    )  # fmt: skip
    return str(library)


def two_at_once(proofsheet, root, simulator):
    project = make(proofsheet, root / "two", simulator)
    first = begin(project)
    while not sum(kept(project)[1].values()):
        time.sleep(0.05)
    status, messages = end(begin(project))
    expect(status == 2, f"two at once: the second ended with {status}")
    expect(f"(process {first.pid})" in messages, f"two at once: {messages}")
    status, messages = end(first)
    expect(status == 0, f"two at once: the first ended with {status}: {messages}")
    billed = sum(simulator.ledger().values())
    expect(billed == CASES, f"two at once: {billed} billed")
    print(f"two runs at once on one store: the second is refused, {billed} billed for {CASES}")


def stopped(proofsheet, root, simulator, name, *numbers):
    """One wish to stop, of one signal or of some that follow closely: what is paid for is waited for."""
    project = make(proofsheet, root / name.replace(" ", "-"), simulator)
    run = begin(project)
    while not sum(kept(project)[1].values()):
        time.sleep(0.05)
    for number in numbers:
        run.send_signal(number)
        time.sleep(0.02)
    status, messages = end(run)
    expect(status == 130, f"{name}: exit {status}: {messages}")
    found, doubt = kept(project)
    expect(sum(doubt.values()) == 0, f"{name}: {sum(doubt.values())} in doubt")
    expect(0 < sum(found.values()) < CASES, f"{name}: {sum(found.values())} kept")
    before = (found, simulator.ledger())
    settle(name, project, simulator, before)


def interrupted(proofsheet, root, simulator):
    stopped(proofsheet, root, simulator, "interrupted once", signal.SIGINT)


def hung_up(proofsheet, root, simulator):
    stopped(proofsheet, root, simulator, "terminal closed", signal.SIGHUP)


def timed_out(proofsheet, root, simulator):
    # timeout(1) signals the program, and then its group, the program among it.
    stopped(proofsheet, root, simulator, "ended by timeout", signal.SIGTERM, signal.SIGTERM, signal.SIGCONT)


def live_killed(proofsheet, root, simulator):
    """What a live run received before it was killed becomes recordings, and is not bought again."""
    project = make(proofsheet, root / "live", simulator, "simulate:slow:600")
    run = begin(project, mode="live")
    while not sum(kept(project)[0].values()) and run.poll() is None:
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    time.sleep(1)
    before = (kept(project)[0], simulator.ledger())
    received = sum(before[0].values())
    expect(received > 0, "live run killed: nothing was kept")
    places = ["--reports", str(project.reports), "--fixtures", str(project.folder / "fixtures")]
    adopted = subprocess.run(
        [proofsheet, "fixtures", "adopt", "latest", *places], env=project.environment,
        capture_output=True, text=True, timeout=bench.TIMEOUT,
    )  # fmt: skip
    expect(adopted.returncode == 0, f"live run killed: adopt ended with {adopted.returncode}: {adopted.stderr}")
    expect(f"{received} answer" in adopted.stderr, f"live run killed: {received} received: {adopted.stderr}")
    expect("did not come to its end" in adopted.stderr, f"live run killed: {adopted.stderr}")
    settle("live run killed, adopted", project, simulator, before)


def interrupted_twice(proofsheet, root, simulator):
    project = make(proofsheet, root / "twice", simulator, "simulate:slow:4000")
    run = begin(project)
    while not sum(kept(project)[1].values()):
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    time.sleep(1.2)  # Sooner it is the same wish.
    run.send_signal(signal.SIGINT)
    start = time.monotonic()
    status, messages = end(run)
    expect(status == 130, f"interrupted twice: exit {status}: {messages}")
    expect(time.monotonic() - start < 1, "interrupted twice: it waited")
    time.sleep(4)
    before = (kept(project)[0], simulator.ledger())
    settle("interrupted twice", project, simulator, before)


def main():
    proofsheet = bench.binary()
    root = Path(tempfile.mkdtemp())
    try:
        for step in (
            small_from_the_start, disk_full, read_only, clock_back, two_at_once, interrupted,
            interrupted_twice, hung_up, timed_out, live_killed,
        ):  # fmt: skip
            with bench.Simulator(proofsheet) as simulator:
                step(proofsheet, root, simulator)
    finally:
        shutil.rmtree(root)
    print("nothing lost, nothing kept bought twice" if not WRONG else f"{len(WRONG)} things are wrong")
    sys.exit(1 if WRONG else 0)


main()
