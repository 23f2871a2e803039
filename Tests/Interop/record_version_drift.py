#!/usr/bin/env python3
"""Records suites/version-drift.yaml anew, each prompt from a simulator that differs by what is known."""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import environment

PROFILES = {
    "still": "--drift none",
    "shaded": "--drift shade",
    "redrawn": "--drift redraw",
    "restless": "--drift shade --seeds ignored --call-seed 4",
}

for prompt, profile in PROFILES.items():
    subprocess.run(
        [
            environment.proofsheet(),
            *("run", "suites/version-drift.yaml", "--mode", "refresh", "--endpoint", "simulator"),
            *("--filter", f"prompt={prompt}"),
        ],
        cwd=environment.ROOT,
        env=os.environ | {"PROOFSHEET_SIMULATOR": f"--codec jpeg --quality 10 {profile}"},
        check=True,
    )
