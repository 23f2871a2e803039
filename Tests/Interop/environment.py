"""A virtual environment for one check, with packages from PyPI, kept below .build/."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# What `enter` needs for a script that drives Chromium: one environment for all of them.
BROWSER = ("sheet", "playwright>=1.40", "pillow>=10", "jsonschema==4.26.0")


def enter(name, *requirements):
    """Runs the calling script again inside the environment, making or completing it first."""
    folder = ROOT / ".build" / "interop" / name
    python = folder / "bin" / "python"
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    stamp = folder / "requirements.txt"
    wanted = "\n".join(requirements) + "\n"
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
            check=True,
        )
        stamp.write_text(wanted)
    os.execv(python, [str(python), *sys.argv])


def chromium():
    """Debian's browser, which is installed where it is missing."""
    path = "/usr/bin/chromium"
    if not shutil.which(path):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=True, env=quiet,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return path


def latest_run(reports):
    """The folder of the run that was begun last; names tell seconds only, lines milliseconds."""

    def begun(folder):
        with open(folder / "run.jsonl", encoding="utf-8") as lines:
            header = json.loads(lines.readline())
        return header.get("started_at") or header["header"]["started_at"]

    return max((path for path in Path(reports).glob("2*") if (path / "run.jsonl").exists()), key=begun)


def validator(name):
    """What holds documents against a published schema; its environment has jsonschema."""
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "schema" / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def proofsheet():
    """The binary: the first argument, else the release build."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/proofsheet")
    if not path.is_file():
        sys.exit(f"error: {path} is not there; build it with: swift build -c release")
    return path.resolve()


def recorded_suites():
    """Every suite of the repository that has recordings, so that a new one is covered by itself."""
    suites = []
    for folder in sorted((ROOT / "fixtures").iterdir()):
        if any(folder.glob("*.har")):
            suite = ROOT / "suites" / f"{folder.name}.yaml"
            if not suite.is_file():
                sys.exit(f"error: {folder} holds recordings, but {suite} is not there")
            suites.append(f"suites/{folder.name}.yaml")
    if len(suites) < 3:
        sys.exit(f"error: only {suites} have recordings")
    return suites


def export(target, *more, suites=("suites/quickstart.yaml",)):
    """Exports suites into one HAR."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [proofsheet(), "fixtures", "export", *suites, "--har", target, *more],
        cwd=ROOT,
        check=True,
    )
    return target


def run(*arguments, environment=None, expected=0, folder=ROOT):
    """Runs proofsheet with no variable of the caller's that names a proxy; gives what it printed."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("PROOFSHEET_")
    }
    done = subprocess.run(
        [proofsheet(), "run", *arguments],
        cwd=folder,
        env=clean | (environment or {}),
        capture_output=True,
        text=True,
    )
    if done.returncode != expected:
        sys.exit(f"error: run ended with {done.returncode}, expected {expected}:\n{done.stderr}")
    return done.stdout


def free_port():
    """A port of this machine that nothing listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def server(command, port, log):
    """Runs a program until it listens at a port, and ends it afterwards."""
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"error: {command[0]} does not listen at {port}:\n{log.read_text()}")
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def mitmdump(port, work, *options):
    """mitmproxy as a proxy on this machine, without its own certificates' folder in the home."""
    program = Path(sys.prefix) / "bin" / "mitmdump"
    settings = {"confdir": work / "mitmproxy", "connection_strategy": "lazy"}
    sets = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    where = ["--listen-host", "127.0.0.1", "--listen-port", str(port)]
    return server([program, *where, *sets, *options], port, work / f"mitmdump-{port}.log")
