#!/usr/bin/env python3
"""Figures that the tests hold, computed apart from the Swift sources with Python's library only.

Run it and compare with the tables of RequestKeyTests, TimestampTests and ImageSizeTests:

    python3 Tests/Interop/api_vectors.py
"""

import hashlib
import json
import math
from datetime import datetime, timedelta, timezone

PNG = bytes([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
FIRST = PNG + b"one"
SECOND = bytes([0xFF, 0xD8, 0xFF, 0xE0]) + b"two"
MODEL = "bytedance-seedream-v4-image-to-image"


def canonical(value):
    """JSON without blanks, names by code point (which is the order of UTF-8), DEL escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("\x7f", "\\u007f").encode("utf-8")


def local(content, media_type):
    return {"media_type": media_type, "sha256": hashlib.sha256(content).hexdigest()}


def keys(body):
    def digest(algorithm, fields):
        request = {"path": "/v1/images/edits", "body": fields}
        return hashlib.sha256(algorithm.encode() + b"\n" + canonical(request)).hexdigest()

    shared = {k: v for k, v in body.items() if k not in ("model", "output_format")}
    return digest("proofsheet-request-key/1", body), digest("proofsheet-comparison-key/1", shared)


def request(**changes):
    body = {
        "model": MODEL,
        "prompt": "Make the sky pink",
        "image_urls": [local(FIRST, "image/png")],
        "size": "auto",
        "enable_safety_checker": False,
        "enhance_prompt_mode": "standard",
        "n": 1,
        "output_format": "url",
    }
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


REQUESTS = {
    "defaults": request(),
    "every field": request(
        model="seedream-5-0-260128",
        prompt="Zeile 1\nsay \"héllo\" \\ 紙 😀\t\x01\x7f",
        image_urls=[
            local(FIRST, "image/png"),
            "https://pictures.example/a%2Fb.png?x=1&y=2",
            local(SECOND, "image/jpeg"),
        ],
        size=None,
        image_size={"width": 1280, "height": 720},
        seed=42,
        enable_safety_checker=True,
        enhance_prompt_mode="fast",
        n=3,
        output_format="b64_json",
    ),
    "composed": request(prompt="caf\u00e9"),
    "decomposed": request(prompt="cafe\u0301"),
    "largest seed": request(seed=2**31 - 1, size="auto_4K"),
    "base64": request(output_format="b64_json"),
    "other model": request(model="seedream-4-5-251128"),
}

MOMENTS = [
    "1970-01-01T00:00:00.000", "1969-12-31T23:59:59.999", "1969-12-31T23:59:59.000",
    "2000-02-29T12:34:56.789", "1900-03-01T00:00:00.000", "1900-02-28T23:59:59.999",
    "2024-02-29T23:59:59.999", "2024-12-31T23:59:59.001", "2100-02-28T23:59:59.999",
    "2100-03-01T00:00:00.000", "2026-11-22T18:15:00.123", "0001-01-01T00:00:00.000",
    "9999-12-31T23:59:59.999", "2038-01-19T03:14:08.000", "1600-02-29T00:00:00.500",
]

SIZES = [
    (512, 512, 921_600), (768, 1024, 921_600), (576, 1024, 921_600), (1024, 768, 921_600),
    (1024, 576, 921_600), (640, 640, 921_600), (800, 600, 921_600), (1000, 900, 921_600),
    (300, 1200, 921_600), (1, 16, 921_600), (959, 961, 921_600), (1280, 719, 921_600),
    (1024, 1024, 3_686_400), (768, 1024, 3_686_400), (1280, 720, 3_686_400), (333, 777, 3_686_400),
]


def scaled_up(width, height, minimum):
    """The least integer sides a, b with a*a*h >= minimum*w and b*b*w >= minimum*h."""
    if width * height >= minimum:
        return width, height

    def side(this, other):
        root = math.isqrt(minimum * this // other)
        return root if root * root * other >= minimum * this else root + 1

    return side(width, height), side(height, width)


def main():
    for name, body in REQUESTS.items():
        key, comparison = keys(body)
        print(f"{name}: {key} {comparison}")
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    for text in MOMENTS:
        moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        print(f"{text}Z: {(moment - epoch) // timedelta(milliseconds=1)}")
    for width, height, minimum in SIZES:
        print(f"{width}x{height} to {minimum}:", "{}x{}".format(*scaled_up(width, height, minimum)))


if __name__ == "__main__":
    main()
