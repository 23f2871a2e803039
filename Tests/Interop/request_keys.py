#!/usr/bin/env python3
"""Request keys of the golden suite in SuitesTests, computed without any of the product's code.

Canonical JSON: names sorted by their UTF-8 bytes, no blanks, strings as UTF-8 with the escapes
\\" \\\\ \\b \\t \\n \\f \\r and \\u00xx for other control characters and DEL.
Request key: SHA-256 of "proofsheet-request-key/1", a line feed and the canonical JSON.

Usage: python3 Tests/Interop/request_keys.py
"""

import hashlib

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical(value):
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(
            ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 0x20 or ord(c) == 0x7F else c)
            for c in value
        ) + '"'
    if isinstance(value, list):
        return "[" + ",".join(canonical(v) for v in value) + "]"
    names = sorted(value, key=lambda name: name.encode())
    return "{" + ",".join(canonical(n) + ":" + canonical(value[n]) for n in names) + "}"


def key(**body):
    defaults = {
        "model": "bytedance-seedream-v4-image-to-image",
        "enable_safety_checker": False,
        "enhance_prompt_mode": "standard",
        "n": 1,
        "output_format": "b64_json",
    }
    text = canonical({"path": "/v1/images/edits", "body": defaults | body})
    return hashlib.sha256(b"proofsheet-request-key/1\n" + text.encode()).hexdigest()


PICTURE = b"\x89PNG\r\n\x1a\ncup"
LOCAL = [{"media_type": "image/png", "sha256": hashlib.sha256(PICTURE).hexdigest()}]
REMOTE = ["https://x.example/a.png"]
PAPER = {"prompt": "Put the cup on paper\u2028\u2014 caf\u00e9 \"white\"\n", "image_urls": LOCAL}
SKY = {"prompt": "Put the cup in the sky", "image_urls": REMOTE}
SQUARE = {"size": "square_hd"}
WIDE = {"image_size": {"width": 1280, "height": 960}}

CASES = [
    ("paper--square_hd--s1", PAPER | SQUARE | {"seed": 1}),
    ("paper--square_hd--s51", PAPER | SQUARE | {"seed": 51}),
    ("paper--wide--s1", PAPER | WIDE | {"seed": 1}),
    ("paper--wide--s51", PAPER | WIDE | {"seed": 51}),
    ("sky--square_hd--s1", SKY | SQUARE | {"seed": 1}),
    ("sky--square_hd--s51", SKY | SQUARE | {"seed": 51}),
    ("sky--auto_4K--s7--n2", SKY | {"size": "auto_4K", "seed": 7, "n": 2}),
]

for name, body in CASES:
    print(name, key(**body))
