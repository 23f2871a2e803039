"""What the reliability scripts share: the simulator, projects, runs and their reports."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRICE = 30_000  # micro-dollars of a picture of the default model
INPUT = ROOT / "fixtures/inputs/coffee.png"
TIMEOUT = 600


class Simulator:
    """A simulator of its own process, stopped at the end."""

    def __init__(self, proofsheet, *flags):
        self.process = subprocess.Popen(
            [proofsheet, "simulate", "--port", "0", "--canned", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            sys.exit("error: the simulator did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ledger(self):
        """Billed images by request key."""
        with urllib.request.urlopen(self.url + "/_simulator/ledger", timeout=60) as answer:
            document = json.load(answer)
        entries = next(value for value in document.values() if isinstance(value, list))
        return Counter(entry["request_key"] for entry in entries)


class Project:
    """A folder with one suite, and runs in it."""

    def __init__(self, proofsheet, folder, url):
        self.proofsheet = str(proofsheet)
        self.folder = Path(folder)
        self.url = url
        (self.folder / "suites").mkdir(parents=True, exist_ok=True)

    def write(self, document):
        """Writes the suite; JSON is a form of YAML."""
        self.suite = self.folder / "suites" / (document["name"] + ".json")
        self.suite.write_text(json.dumps(document))

    def command(self, *flags, mode="record", cap="1000"):
        return [
            self.proofsheet, "run", str(self.suite), "--mode", mode, "--endpoint", self.url,
            "--yes", "--max-cost", cap, "--quiet", "--unapproved", "warn",
            "--fixtures", str(self.folder / "fixtures"), "--reports", str(self.reports), *flags,
        ]  # fmt: skip

    @property
    def reports(self):
        return self.folder / "reports"

    environment = {**os.environ, "PROOFSHEET_API_KEY": "reliability-key"}

    def run(self, *flags, **more):
        """Runs to the end and gives the process with its messages."""
        return subprocess.run(
            self.command(*flags, **more), env=self.environment, text=True,
            capture_output=True, timeout=TIMEOUT,
        )  # fmt: skip

    def run_and_kill(self, delay, *flags, **more):
        """Runs, and kills with SIGKILL after a delay in seconds.

        Gives whether it was still running.
        """
        process = subprocess.Popen(
            self.command(*flags, **more), env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(delay)
        was_running = process.poll() is None
        if was_running:
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=TIMEOUT)
        return was_running

    def events(self):
        """The lines of the run that was begun last."""
        runs = sorted(path for path in self.reports.iterdir() if path.is_dir() and path.name[0] == "2")
        return [json.loads(line) for line in (runs[-1] / "run.jsonl").read_text().splitlines()]

    def attempts(self):
        """Rows of the attempts that order pictures: request key, state and reservation."""
        with tempfile.TemporaryDirectory() as copy:
            # A copy: whoever opens a store may write to it.
            for path in self.reports.glob("proofsheet.sqlite*"):
                (Path(copy) / path.name).write_bytes(path.read_bytes())
            database = Path(copy) / "proofsheet.sqlite"
            if not database.exists():
                return []
            connection = sqlite3.connect(database)
            try:
                tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
                if ("attempt",) not in tables:
                    return []  # killed while the store was made
                return connection.execute(
                    "SELECT case_key, state, reserved_micro FROM attempt WHERE role = 'generate'"
                ).fetchall()
            finally:
                connection.close()


def request_key(case_key):
    """The request of a case key, which ends in the number of the repeat."""
    return case_key.rsplit(".", 1)[0]


def binary():
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/proofsheet")
    if not path.is_file():
        sys.exit(f"error: {path} is not there; build it with: swift build -c release")
    return path.resolve()


def micro_dollars(text):
    """An amount as reports write it, without loss."""
    whole, _, part = text.partition(".")
    return int(whole) * 1_000_000 + int((part + "000000")[:6])
