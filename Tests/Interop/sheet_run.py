"""Makes a run as Proofsheet writes it, of any size and with any text: `run.jsonl` and its pictures.

`proofsheet report FOLDER --format html` renders it, as it does a run that somebody else made.
"""

import hashlib
import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

# What must stay text wherever it stands; the first two are one character with what Unicode joins to them.
HOSTILE = (
    "\u0600<img src=x onerror=\"document.title='owned'\"> \"\u0301 onmouseover=alert(1) "
    "<script>document.title='owned'</script> ]]> </script><!-- --> &amp; {{prompt}} ${x} `x` "
    "\u2028\u2029 \u202eevil\u202c \u2066x \ufeff \x00\x1b[31m \\u003c 'quote' </textarea> 😀 e\u0301"
)


def spelled(text):
    """A text as pages show it: marks that turn its direction are spelled out."""
    marks = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return "".join(f"<U+{ord(letter):X}>" if letter in marks else letter for letter in text)


SHOWN = spelled(HOSTILE)
START = "2026-11-22T18:15:00.000Z"


def picture(width, height, hue, mark=None, kind="PNG"):
    """A picture with a shape in it, and with another one where it was changed."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for row in range(height):
        share = row / height
        draw.line([(0, row), (width, row)], fill=tuple(int(c * (1 - share / 2)) for c in hue))
    box = [width * 0.25, height * 0.3, width * 0.7, height * 0.8]
    draw.ellipse(box, fill=tuple(255 - c for c in hue), outline=(255, 255, 255))
    if mark:
        left, top = mark
        draw.rectangle([left, top, left + width // 8, top + height // 8], fill=(220, 30, 60))
    target = io.BytesIO()
    image.save(target, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return target.getvalue()


class Run:
    """A run under way."""

    def __init__(self, folder, suites, simulated=True):
        self.folder = Path(folder)
        (self.folder / "pictures").mkdir(parents=True, exist_ok=True)
        self.file = (self.folder / "run.jsonl").open("w")
        self.suites = suites
        self.simulated = simulated
        self.counts = {}
        self.groups = 0
        self.positions = {}
        self.inputs = {}

    def keep(self, data, kind):
        """Keeps a picture under its digest."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.folder / "pictures" / f"{digest}.{kind}"
        if not path.exists():
            path.write_bytes(data)
        return {"digest": digest, "kind": kind, "path": f"pictures/{digest}.{kind}"}

    def line(self, kind, document):
        self.file.write(json.dumps({"version": 1, "kind": kind} | document) + "\n")

    def start(self, cases):
        """The first line; cases are counted before they are made."""
        self.line(
            "run-started",
            {
                "id": "20261122T181500Z-3fa9c1",
                "started_at": START,
                "mode": "replay",
                "tool_version": "0.1.0",
                "cases": sum(cases.values()),
                "suites": [
                    {
                        "name": name,
                        "path": f"suites/{name}.yaml",
                        "digest": "ab" * 32,
                        "cases": cases[name],
                        "inputs": list(self.inputs.get(name, [])),
                    }
                    for name in self.suites
                ],
            },
        )

    def case(self, suite, cells, outcome="passed", group=None, **more):
        """One case; what is not given is what a passed case has."""
        position = self.positions.get(suite, 0)
        self.positions[suite] = position + 1
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        self.groups += 1 if group else 0
        identifier = more.pop("id", "--".join(cell[1] for cell in cells))
        key = hashlib.sha256(f"{suite}{identifier}".encode()).hexdigest()
        document = {
            "suite": suite,
            "position": position,
            "id": identifier,
            "key": f"{key}.0",
            "cells": [{"axis": a, "entry": e, "value": v} for a, e, v in cells],
            "tags": [],
            "location": {"path": f"suites/{suite}.yaml", "line": 12, "column": 7},
            "model": "bytedance-seedream-v4-image-to-image",
            "size": "square_hd",
            "prompt": "Put the cup on linen paper; leave the cup alone.",
            "outcome": outcome,
            "reason": "equal to 1 of 1 approved",
            "details": [],
            "notices": [],
            "checks": [],
            "outputs": [],
            "source": "replayed",
            "origin": "simulator" if self.simulated else "https://api.example.com",
            "started_at": START,
            "latency_ms": 900 + (position * 37) % 4000,
            "cost": "0",
            "possibly_billed": "0",
            "failed_attempts": [],
            "spending": {"spent": "0", "possibly_billed": "0", "requests": 0},
        } | more
        if group:
            document["group"] = group
        self.line("group" if group else "case", document)

    def output(self, data, kind, width, height, index=0, **more):
        """An output whose picture is kept."""
        kept = self.keep(data, kind)
        return {
            "index": index,
            "digest": kept["digest"],
            "kind": kind,
            "bytes": len(data),
            "path": kept["path"],
            "picture": {
                "codec": {"jpg": "jpeg"}.get(kind, kind),
                "width": width,
                "height": height,
                "pixel_digest": "px1:" + kept["digest"],
            },
        } | more

    def finish(self):
        self.line(
            "run-finished",
            {
                "counts": self.counts,
                "spending": {"spent": "0", "possibly_billed": "0", "requests": 0},
                "wall_ms": 1234,
                "simulated": self.simulated,
                "interrupted": False,
                "groups": self.groups,
                "exit_code": 1,
            },
        )
        self.file.close()
