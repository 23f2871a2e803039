"""Runs the writers of Benchmarks/junit.sh in turn, compares what they wrote and prints ratios.

usage: junit_peers.py BENCHMARK FOLDER COUNT REPEATS
"""

import re
import resource
import subprocess
import sys
from pathlib import Path

SMALL = 100_000
REASON = "the size is 1024 x 768 & not 1024 x 1024"
TEXT = (
    f"{REASON}\nrequest: model seedream-v4, seed 7, size square_hd\n"
    "prompt: Put the cup on linen paper; leave the <cup> alone\n"
    " at suites/mug.yaml:10\n\tat suites.mug.case(mug.yaml:10)\n"
)


def by_junitparser(count, path):
    """The same document as junitparser makes it; run in a process of its own."""
    import junitparser

    suite = junitparser.TestSuite("mug")
    suite.timestamp = "2026-11-22T18:30:00"
    suite.add_property("proofsheet.version", "1.2.3")
    suite.add_property("proofsheet.run.mode", "replay")
    cases = []
    for place in range(count):
        case = junitparser.TestCase(f"paper--{1000000 + place}", "proofsheet.mug", 1.002)
        if place % 10 == 9:
            failure = junitparser.Failure(REASON, "failed")
            failure.text = TEXT
            case.result = [failure]
        cases.append(case)
    # One by one it would count all of them again each time.
    suite.add_testcases(cases)
    document = junitparser.JUnitXml("proofsheet")
    document.add_testsuite(suite)
    document.update_statistics()
    document.write(path)
    print(Path("/proc/self/status").read_text())


def measured(*command):
    """CPU seconds and peak MiB of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = re.search(r"VmHWM:\s+(\d+) kB", done.stdout)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, int(peak.group(1)) / 1024


def best(repeats, *command):
    runs = [measured(*command) for _ in range(repeats)]
    return min(time for time, _ in runs), max(memory for _, memory in runs)


def cases(path):
    """Name, class, time, and message, type and text of a failure, of each case."""
    import xml.etree.ElementTree as tree

    for _, node in tree.iterparse(path):
        if node.tag == "testcase":
            failure = node.find("failure")
            found = failure is not None and (failure.get("message"), failure.get("type"), failure.text)
            yield node.get("name"), node.get("classname"), float(node.get("time")), found
            node.clear()


def main():
    program, folder, count, repeats = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    ours, theirs, python = folder / "ours.xml", folder / "c.xml", folder / "junitparser.xml"
    figures = {}
    for size in sorted({SMALL, count}):
        rows = {
            "C": best(repeats, folder / "writer", size, theirs),
            "here": best(repeats, program, "write", size, ours),
            "here, making results alone": best(repeats, program, "make", size, "-"),
        }
        if ours.read_bytes() != theirs.read_bytes():
            sys.exit("error: the C program and the report wrote different bytes")
        if size == SMALL:
            rows["junitparser"] = best(1, sys.executable, __file__, "junitparser", size, python)
            if list(cases(python)) != list(cases(ours)):
                sys.exit("error: junitparser wrote other cases")
        figures[size] = rows
        base = rows["C"][0]
        print(f"{size:,} cases, {ours.stat().st_size / size:.1f} bytes each; the C program is 1")
        for name, (time, memory) in rows.items():
            print(f"  {name:28} {time / base:6.2f} x the CPU time ({time:.2f} s), peak {memory:7.1f} MiB")
        writing = rows["here"][0] - rows["here, making results alone"][0]
        print(f"  {'here, without making results':28} {writing / base:6.2f} x")


if sys.argv[1] == "junitparser":
    by_junitparser(int(sys.argv[2]), sys.argv[3])
else:
    main()
