#!/usr/bin/env python3
"""Measures the first replay of suites/quickstart.yaml and suites/size-rules.yaml: nothing is known of a picture.

Tells processor time and time by the clock, the least of several runs, with and without the proof sheet;
beside turbojpeg decoding the same files and nothing else, and pytest with vcrpy, Pillow and imagehash, which
decode, digest the pixels, hash and compare.
Usage: first_replay.py [PROOFSHEET] [ROUNDS]
"""

import functools
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Interop"))
import environment

environment.enter("first-replay-peer", "vcrpy", "requests", "pillow", "imagehash", "pytest")

import imagehash
import requests
import vcr
from PIL import Image

PROGRAM = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/proofsheet").resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
NAMES = ("quickstart", "size-rules")

PEER = '''
import hashlib, io, json, pathlib
import imagehash, pytest, requests, vcr
from PIL import Image

folder = pathlib.Path(__file__).parent
known = json.loads((folder / "known.json").read_text())
recorder = vcr.VCR(record_mode="none", match_on=["method", "uri"])


@pytest.mark.parametrize("case", sorted(known))
def test_case(case):
    with recorder.use_cassette(str(folder / f"{case}.yaml")):
        answer = requests.get(known[case]["url"], timeout=60)
    picture = Image.open(io.BytesIO(answer.content)).convert("RGBA")
    assert hashlib.sha256(answer.content).hexdigest() == case
    assert hashlib.sha256(picture.tobytes()).hexdigest() == known[case]["pixels"]
    assert str(imagehash.phash(picture)) == known[case]["hash"]
'''


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def make_peer(folder, files):
    """Writes a cassette and an approved digest and hash of each picture, and the tests."""
    known = {}
    recorder = vcr.VCR(record_mode="once", match_on=["method", "uri"])
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=ROOT / "fixtures"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for path in files:
        url = f"http://127.0.0.1:{server.server_port}/{path.relative_to(ROOT / 'fixtures')}"
        with recorder.use_cassette(str(folder / f"{path.stem}.yaml")):
            requests.get(url, timeout=60).raise_for_status()
        picture = Image.open(path).convert("RGBA")
        known[path.stem] = {
            "url": url, "hash": str(imagehash.phash(picture)),
            "pixels": hashlib.sha256(picture.tobytes()).hexdigest(),
        }
    server.shutdown()
    (folder / "known.json").write_text(json.dumps(known))
    (folder / "test_pictures.py").write_text(PEER)


def spent(command, folder):
    """Processor seconds and seconds by the clock."""
    start = time.monotonic()
    with open(folder / "said", "w+") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            sys.exit(said.read())
    return used.ru_utime + used.ru_stime, time.monotonic() - start


def main():
    files = [path for name in NAMES for path in sorted((ROOT / "fixtures" / name / "blobs").glob("*.jpg"))]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        subprocess.run(
            ["cc", "-O2", "-o", work / "bare", ROOT / "Benchmarks/Replay/bare.c", "-lturbojpeg"],
            check=True)
        make_peer(work, files)
        megapixels = 0
        for path in files:
            with Image.open(path) as picture:
                megapixels += picture.width * picture.height / 1e6
        bare = int(subprocess.run(
            [work / "bare", str(ROUNDS), *files], check=True, capture_output=True).stdout) / 1e6
        print(f"{len(files)} pictures, {megapixels:.1f} megapixels; turbojpeg alone: {bare:.3f} s of processor")

        def least(command):
            rounds = [spent(command(round), work) for round in range(ROUNDS)]
            return min(figures[0] for figures in rounds), min(figures[1] for figures in rounds)

        def run(title, *options):
            def command(round):
                reports = work / f"{title}-{round}"
                suites = [f"suites/{name}.yaml" for name in NAMES]
                return [PROGRAM, "run", *suites, "--reports", reports, *options]
            return least(command)

        peer = least(lambda _: [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", work / "test_pictures.py"])
        for title, figures in [
            ("first replay", run("plain", "--no-html")),
            ("with the proof sheet", run("sheet")),
            ("pytest, vcrpy, Pillow, imagehash", peer),
        ]:
            print(
                f"{title}: {figures[0]:.3f} s of processor, {figures[0] / bare:.2f} times turbojpeg alone; "
                f"{figures[1]:.2f} s by the clock; pytest takes {peer[0] / figures[0]:.1f} times the processor, "
                f"{peer[1] / figures[1]:.1f} times as long")


main()
