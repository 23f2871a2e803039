"""A virtual environment for one check, with packages from PyPI, kept below .build/."""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


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


def proofsheet():
    """The binary: the first argument, else the release build."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/release/proofsheet")
    if not path.is_file():
        sys.exit(f"error: {path} is not there; build it with: swift build -c release")
    return path.resolve()


def export(target, *more):
    """Exports the quickstart suite."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [proofsheet(), "fixtures", "export", "suites/quickstart.yaml", "--har", target, *more],
        cwd=ROOT,
        check=True,
    )
    return target
