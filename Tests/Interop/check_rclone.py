#!/usr/bin/env python3
"""Hands the pictures of a suite to a store with rclone and fetches them again, digests compared.

The store is a folder of this machine, which rclone calls a local remote. It needs Debian's rclone and
nothing of PyPI. Usage: check_rclone.py [path of proofsheet]
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from environment import ROOT, proofsheet

KEY = "canary-key-77aa01c9"


class Project:
    def __init__(self, folder):
        self.folder = folder
        self.store = folder / "store"
        self.home = folder / "home"
        self.blobs = folder / "fixtures" / "quickstart" / "blobs"
        self.store.mkdir()
        (self.home / "proofsheet").mkdir(parents=True)
        for name in ["suites/quickstart.yaml", "suites/quickstart.baseline.json"]:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        shutil.copytree(ROOT / "fixtures/quickstart", folder / "fixtures/quickstart")
        shutil.copytree(ROOT / "fixtures/inputs", folder / "fixtures/inputs")

    def configure(self, path):
        path.write_text(
            json.dumps(
                {
                    "version": 1,
                    "blob_store": {
                        "push": ["rclone", "copy", "--files-from", "{list}", "{folder}", f"{self.store}/{{suite}}"],
                        "pull": ["rclone", "copy", "--files-from", "{list}", f"{self.store}/{{suite}}", "{folder}"],
                    },
                }
            )
        )

    def run(self, *arguments, expected=0):
        environment = {n: v for n, v in os.environ.items() if not n.startswith("PROOFSHEET_")}
        environment |= {"XDG_CONFIG_HOME": str(self.home), "PROOFSHEET_API_KEY": KEY}
        done = subprocess.run(
            [proofsheet(), *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        if done.returncode != expected:
            sys.exit(f"error: {arguments} ended with {done.returncode}, expected {expected}:\n{done.stderr}")
        return done.stderr


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def check(condition, text):
    if not condition:
        sys.exit(f"error: {text}")


def main():
    if shutil.which("rclone") is None:
        sys.exit("error: rclone is not there; install it with: apt-get install rclone")
    with tempfile.TemporaryDirectory() as work:
        project = Project(Path(work))
        suite = "suites/quickstart.yaml"
        before = names(project.blobs)

        said = project.run("fixtures", "push", suite, expected=2)
        check("no command is configured as blob_store.push" in said, said)
        project.configure(project.folder / "proofsheet.yaml")
        said = project.run("fixtures", "push", suite, expected=2)
        check("--allow-commands" in said and not names(project.store), said)
        (project.folder / "proofsheet.yaml").unlink()
        project.configure(project.home / "proofsheet" / "config.yaml")

        said = project.run("fixtures", "push", suite, "--verify")
        remote = project.store / "quickstart"
        check(f"{len(before)} pictures came back as they were" in said, said)
        check(names(remote) == before, f"the store holds {names(remote)}")
        for path in remote.iterdir():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            check(digest == path.stem, f"{path} holds bytes of the digest {digest}")

        shutil.rmtree(project.blobs)
        said = project.run("run", suite, expected=5)
        check("fixtures pull" in said, said)
        said = project.run("fixtures", "pull", suite)
        check(f"{len(before)} pictures fetched" in said, said)
        check(names(project.blobs) == before, "not every picture came back")
        project.run("run", suite)
        said = project.run("fixtures", "pull", suite)
        check("every picture is here" in said, said)

        # What the store has spoilt or lost is not taken, and the rest is.
        spoilt, lost = before[0], before[1]
        (remote / spoilt).write_bytes(b"no picture")
        (remote / lost).unlink()
        for name in before[:3]:
            (project.blobs / name).unlink()
        said = project.run("fixtures", "pull", suite, expected=5)
        check("1 picture fetched" in said, said)
        check(f"did not bring {lost}" in said and "is not taken" in said, said)
        check(names(project.blobs) == before[2:], "something wrong was taken")
        left = [path for path in (project.folder / "reports" / "transfer").rglob("*") if path.is_file()]
        check(not left, f"left behind: {left}")
        for path in project.folder.rglob("*"):
            check(not path.is_file() or KEY.encode() not in path.read_bytes(), f"the key stands in {path}")
    print(f"rclone: {len(before)} pictures pushed, compared, pulled; a spoilt and a lost one told apart")


main()
