#!/usr/bin/env python3
"""Records while the disk fills up, the folder of recordings becomes read-only, the clock is set back, the
terminal is closed, and makes recordings of what a live run received that was killed; and while
another run uses the same store; and holds the simulator's ledger against what was kept each time.
Reports, comparisons, histories, merges and decisions meet a disk without room, too: each is made whole, or not
at all and told.

usage: hardship.py [PROOFSHEET]      needs root for mounts, and a C compiler for the clock
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
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


def fill(disk, free=0):
    """Takes the room of a disk, but for some bytes."""
    with open(disk / "filler", "wb", buffering=0) as filler:
        for step in (65_536, 4_096):
            try:
                while True:
                    filler.write(b"\0" * step)
            except OSError:
                pass
        filler.truncate(max(0, filler.tell() - free))


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
        fill(disk)
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


FULL = "no space left"


class Reported:
    """A project with two runs and three shards, whose reports are made on a disk without room."""

    def __init__(self, proofsheet, folder, simulator, reports=None):
        self.project = make(proofsheet, folder, simulator, "")
        self.proofsheet = str(proofsheet)
        self.reports = reports or folder / "reports"
        self.places = ["--reports", self.reports, "--fixtures", folder / "fixtures"]
        # What is bought needs more room than what is replayed.
        status, messages = end(begin(self.project))
        expect(status == 0, f"{folder.name}: {messages}")
        for part, more in (("", []), ("", []), *((f"part-{one}", ["--shard", f"{one}/3"]) for one in (1, 2, 3))):
            done = self.run("run", self.project.suite, *more, "--no-html", part=part)
            expect(done.returncode == 0, f"{folder.name}: {done.stderr}")
        self.runs = sorted(path.name for path in self.reports.glob("2*"))[-2:]

    def run(self, *arguments, part="", **more):
        places = [*self.places[:1], self.reports / part, *self.places[2:]] if part else self.places
        command = [self.proofsheet, *arguments, *(places if arguments[0] != "merge" else [])]
        return subprocess.run(
            [str(word) for word in command], env=self.project.environment, text=True, timeout=bench.TIMEOUT,
            **({"capture_output": True} | more),
        )  # fmt: skip

    def parts(self):
        return [self.reports / f"part-{number}" for number in (1, 2, 3)]


def expect_told(name, done):
    """A command that found no room says so and ends with 2."""
    told = done.returncode == 2 and FULL in done.stderr.lower() and "error:" in done.stderr
    expect(told, f"{name}: exit {done.returncode}: {done.stderr}")


def full_outputs(proofsheet, root, simulator):
    """Under its name a report is whole, or what was there before."""
    made = Reported(proofsheet, root / "outputs", simulator)
    count = 0
    with small_disk(root / "outputs-disk", 8) as disk:
        at = disk / "made"
        for name, target, *arguments in (
            *((form, "report.out", "report", "latest", "--format", form, "--output", at / "report.out")
              for form in ("text", "json", "jsonl", "csv", "markdown", "junit")),
            ("html", "index.html", "report", "latest", "--format", "html", "--output", at),
            ("compare --html", "index.html", "compare", *made.runs, "--html", at, "--images", "all"),
            ("compare --junit", "compared.xml", "compare", *made.runs, "--junit", at / "compared.xml"),
        ):  # fmt: skip
            whole = None
            for free in (1 << 22, 0, 4_096, 16_384, 65_536):
                shutil.rmtree(at, ignore_errors=True)
                at.mkdir()
                fill(disk, free)
                done = made.run(*arguments)
                count += 1
                found = (at / target).read_bytes() if (at / target).exists() else None
                whole = whole or found
                what = f"{name} with {free} bytes left"
                if free == 0 or done.returncode:
                    expect_told(what, done)
                    expect(found is None, f"{what}: {target} is there")
                else:
                    expect(found == whole and whole, f"{what}: exit 0, and {target} is not whole")
                rest = [path.name for path in at.rglob("*.partial")]
                expect(not rest, f"{what}: {rest} are left")
            if target == "report.out":
                (at / target).write_text("as before")
                fill(disk)
                expect_told(f"{name} over another", made.run(*arguments))
                expect((at / target).read_text() == "as before", f"{name}: the older file is gone")
        for arguments in (
            *(("report", "latest", "--format", form) for form in ("text", "json", "csv", "markdown")),
            ("compare", *made.runs), ("history", made.project.suite),
        ):  # fmt: skip
            with open(disk / "standard-output", "wb") as output:
                fill(disk)
                done = made.run(*arguments, capture_output=False, stdout=output, stderr=subprocess.PIPE)
            expect_told(f"{arguments[0]} to standard output", done)
            count += 1
        for free in (0, 65_536, 1 << 18, 3 << 17, 1 << 19):
            shutil.rmtree(at, ignore_errors=True)
            at.mkdir()
            fill(disk, free)
            expect_told(f"merge with {free} bytes left", made.run("merge", *made.parts(), "--reports", at))
            count += 1
            for path in at.glob("2*/run.jsonl"):
                kinds = [json.loads(line)["kind"] for line in path.read_text().splitlines()]
                expect(kinds[-1] == "run-finished", f"merge with {free} bytes left: {path.name} is half")
            rest = [path.name for path in at.rglob("*.partial")]
            expect(not rest, f"merge with {free} bytes left: {rest} are left")
        (disk / "filler").unlink()
        done = made.run("merge", *made.parts(), "--reports", at)
        expect(done.returncode == 0, f"merge with room again: {done.stderr}")
    print(f"reports on a full disk: {count} commands, each whole or told")


def full_store(proofsheet, root, simulator):
    """Commands that read a run store on a full disk say so, and harm nothing."""
    with small_disk(root / "store-disk", 64) as disk:
        made = Reported(proofsheet, root / "store", simulator, disk / "reports")
        before = made.run("report", "latest", "--format", "csv").stdout
        refused = 0
        for free in (0, 16_384, 65_536, 1 << 17, 1 << 18):
            for arguments in (
                ("report", "latest", "--format", "json"), ("compare", *made.runs), ("history", made.project.suite),
                ("merge", *made.parts(), "--reports", disk / "merged"), ("approve", "latest", "--dry-run"),
                ("review", "latest"),
            ):  # fmt: skip
                fill(disk, free)
                with subprocess.Popen(
                    [str(word) for word in (proofsheet, *arguments, *(made.places if arguments[0] != "merge" else []))],
                    env=made.project.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                ) as process:  # fmt: skip
                    if arguments[0] == "review" and process.stdout.readline():
                        process.terminate()
                    output, messages = process.communicate(timeout=bench.TIMEOUT)
                if free == 0 or process.returncode:
                    refused += 1
                    done = subprocess.CompletedProcess([], process.returncode, output, messages)
                    expect_told(f"{arguments[0]} of a store with {free} bytes left", done)
                shutil.rmtree(disk / "merged", ignore_errors=True)
        (disk / "filler").unlink()
        after = made.run("report", "latest", "--format", "csv").stdout
        expect(before == after and before, "a store on a full disk: the run is another afterwards")
    print(f"run store on a full disk: {refused} commands refused, and the runs are as they were")


def full_decisions(proofsheet, root, simulator):
    """Decisions about two suites are in both baselines, or in none."""
    with small_disk(root / "decisions-disk", 16) as disk:
        folder = disk / "project"
        project = make(proofsheet, folder, simulator, "")
        first, document = project.suite, json.loads(project.suite.read_text())
        document["checks"] = [{"baseline": "near"}]
        project.write(document)
        document["request"]["prompt"] = "Put it on cloth."
        project.write(document | {"name": "later"})
        places = ["--reports", str(root / "decisions"), "--fixtures", str(folder / "fixtures")]
        run = [str(proofsheet), "run", str(first), str(project.suite), "--mode", "live", "--endpoint", simulator.url]
        bought = subprocess.run(
            [*run, "--yes", "--max-cost", "9", "--no-html", "--unapproved", "warn", *places], env=project.environment,
            capture_output=True, text=True,
        )  # fmt: skip
        expect(bought.returncode == 0, f"decisions: {bought.stderr}")
        # Each suite keeps its pictures, in whole pages; then there must be room for both baselines.
        stored = (root / "decisions" / "blobs").glob("*.jpg")
        pictures = sum(-(-path.stat().st_size // 4_096) * 4_096 for path in stored)
        baselines = [path.with_name(path.stem + ".baseline.json") for path in (first, project.suite)]
        refused = 0
        for free in [0, pictures // 2, *(pictures + 4_096 * more for more in range(-3, 40))]:
            for path in [*baselines, folder / "fixtures", disk / "filler"]:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            fill(disk, free)
            approve = [str(proofsheet), "approve", "latest", *places]
            done = subprocess.run(approve, env=project.environment, capture_output=True, text=True)
            there = [path.exists() for path in baselines]
            what = f"approve with {free} bytes left"
            if done.returncode:
                refused += 1
                expect_told(what, done)
            expect(there == 2 * [done.returncode == 0], f"{what}: exit {done.returncode}, baselines {there}")
            rest = [path.name for path in disk.rglob("*.partial")]
            expect(not rest, f"{what}: {rest} are left")
            if all(there):
                break
        expect(done.returncode == 0 and refused > 3, f"approve: {refused} refused, the last ended with {done.stderr}")
        for path in [*baselines, folder / "fixtures", disk / "filler"]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        review_full(proofsheet, project, places, disk, baselines)
    print(f"decisions on a full disk: {refused} approvals refused whole, a review goes on")


def review_full(proofsheet, project, places, disk, baselines):
    """A page whose decision finds no room is told, and decides once there is some."""
    process = subprocess.Popen(
        [str(proofsheet), "review", "latest", *places], env=project.environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    address = process.stdout.readline().strip()
    try:
        queue = urllib.request.urlopen(address + "queue.js", timeout=60).read().decode()
        entries = json.loads(queue.split("proofsheet.queue = ", 1)[1].rstrip().rstrip(";"))["entries"]
        members = ("suite", "case", "key", "image", "digest", "pixels")
        wanted = [{name: entry[name] for name in members} | {"decision": "approved"} for entry in entries]
        body = json.dumps({"decisions": wanted, "seen": [None] * len(wanted)}).encode()
        origin, token = address.rstrip("/").rsplit("/", 1)
        fields = {"Origin": origin, "X-Proofsheet-Token": token, "Content-Type": "application/json"}

        def decide():
            request = urllib.request.Request(address + "api/decide", body, fields)
            try:
                return 200, urllib.request.urlopen(request, timeout=60).read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()

        fill(disk)
        code, text = decide()
        expect(code >= 400 and FULL in text, f"review: {code} {text[:300]}")
        expect(not any(path.exists() for path in baselines), "review: a baseline was written")
        (disk / "filler").unlink()
        code, text = decide()
        expect(code == 200 and all(path.exists() for path in baselines), f"review with room: {code} {text[:300]}")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def main():
    proofsheet = bench.binary()
    root = Path(tempfile.mkdtemp())
    try:
        for step in (
            small_from_the_start, disk_full, read_only, clock_back, two_at_once, interrupted,
            interrupted_twice, hung_up, timed_out, live_killed, full_outputs, full_store, full_decisions,
        ):  # fmt: skip
            with bench.Simulator(proofsheet) as simulator:
                step(proofsheet, root, simulator)
    finally:
        shutil.rmtree(root)
    print("nothing lost, nothing kept bought twice" if not WRONG else f"{len(WRONG)} things are wrong")
    sys.exit(1 if WRONG else 0)


main()
