#!/usr/bin/env python3
"""Sends SIGINT, SIGTERM and SIGHUP to programs the moment they say that they are there, many at a time.

Each must end at once and without failure: a signal that comes while signals are only beginning to be watched
is neither lost, which would leave a server behind, nor ends the program as if nobody watched.

usage: signals.py [PROOFSHEET]
"""

import signal
import subprocess
import sys
from collections import Counter

import bench

TOGETHER = 16
SECONDS_MAX = 30
ROUNDS = 4
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ended(process):
    try:
        return process.wait(timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "it never ended"


def main():
    proofsheet = bench.binary()
    ends = Counter()
    for number in NUMBERS:
        for _ in range(ROUNDS):
            processes = [
                subprocess.Popen(
                    [proofsheet, "simulate", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
                )
                for _ in range(TOGETHER)
            ]
            for process in processes:
                assert process.stdout.readline().startswith("http://127.0.0.1:")
                process.send_signal(number)
            for process in processes:
                ends[ended(process)] += 1
                process.stdout.close()
    print(f"{sum(ends.values())} simulators were told to end as soon as they had begun: {dict(ends)}")
    sys.exit(0 if set(ends) == {0} else 1)


main()
