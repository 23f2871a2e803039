#!/usr/bin/env python3
"""Writes the figures of others' metrics that ImageComparisonTests checks against.

Makes its own virtual environment under .build and installs pdqhash 0.2.8, scikit-image, numpy and
Pillow there. Run it from the root of the repository:

    python3 Tests/Interop/metrics_vectors.py

It writes Tests/ImageComparisonTests/Vectors/metrics.json and chelsea-q90.jpg. The pairs are made
from the shipped photographs by rules that the tests repeat: the digest of every made picture is kept,
so that a rule that is repeated wrongly is told apart from a metric that is wrong. Nothing here uses
the code under test.
"""

import hashlib
import io
import json
import os
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Tests" / "ImageComparisonTests" / "Vectors"
VENV = ROOT / ".build" / "metrics-venv"
PACKAGES = ["pdqhash==0.2.8", "scikit-image==0.26.0", "numpy", "pillow"]

if pathlib.Path(sys.prefix).resolve() != VENV.resolve():
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    subprocess.run([VENV / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(python, [str(python), *sys.argv])

import numpy as np  # noqa: E402
import pdqhash  # noqa: E402
from PIL import Image  # noqa: E402
from skimage.color import deltaE_ciede2000, rgb2lab  # noqa: E402
from skimage.metrics import peak_signal_noise_ratio, structural_similarity  # noqa: E402

# The test data of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005, table 1:
# L, a, b of two colours and the difference as published, rounded to four places.
SHARMA = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.02 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1
50 -1.1848 -84.8006 50 0 -82.7485 1
50 -0.9009 -85.5211 50 0 -82.7485 1
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.49 -0.001 50 -2.49 0.0009 7.1792
50 2.49 -0.001 50 -2.49 0.001 7.1792
50 2.49 -0.001 50 -2.49 0.0011 7.2195
50 2.49 -0.001 50 -2.49 0.0012 7.2195
50 -0.001 2.49 50 0.0009 -2.49 4.8045
50 -0.001 2.49 50 0.001 -2.49 4.8045
50 -0.001 2.49 50 0.0011 -2.49 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.903
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1
50 2.5 0 50 3.2972 0 1
50 2.5 0 50 1.8634 0.5757 1
50 2.5 0 50 3.2592 0.335 1
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.263
61.2901 3.7196 -5.3901 61.4292 2.248 -4.962 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.694 23.0331 14.973 -42.5619 2.0373
36.4612 47.858 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.441 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.135 0.9033 -0.0636 -0.5514 0.9082
"""


def load(name):
    return np.asarray(Image.open(ROOT / "fixtures" / "inputs" / name).convert("RGB"))


def noise(picture):
    """Adds -1, 0, 0 or 1 to every sample: bits 13 and 14 of Marsaglia's xorshift, one step a sample."""
    state = 2463534242
    flat = picture.astype(np.int16).reshape(-1)
    steps = np.zeros(len(flat), np.int16)
    for index in range(len(flat)):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        steps[index] = (-1, 0, 0, 1)[state >> 13 & 3]
    return np.clip(flat + steps, 0, 255).astype(np.uint8).reshape(picture.shape)


def brighter(picture):
    return np.clip(picture.astype(np.int16) + 3, 0, 255).astype(np.uint8)


def disc(picture):
    """A disc of one colour, 1/12 of the width in radius, at a third of both sides."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    inside = (x - width // 3) ** 2 + (y - height // 3) ** 2 <= (width // 12) ** 2
    made = picture.copy()
    made[inside] = (200, 30, 90)
    return made


def nearest512(picture):
    height, width = picture.shape[:2]
    if max(width, height) <= 512:
        return np.ascontiguousarray(picture)
    rows, columns = np.arange(512) * height // 512, np.arange(512) * width // 512
    return np.ascontiguousarray(picture[rows][:, columns])


def pixel_digest(picture):
    height, width = picture.shape[:2]
    rgba = np.dstack([picture, np.full((height, width), 255, np.uint8)])
    head = b"px1\0" + struct.pack("<IIBB", width, height, 4, 8)
    return "px1:" + hashlib.sha256(head + rgba.tobytes()).hexdigest()


def pdq(picture):
    bits, quality = pdqhash.compute(nearest512(picture))
    return {"hash": np.packbits(bits).tobytes().hex(), "quality": int(quality)}


def luma(picture):
    return picture.astype(np.float64) @ np.array([0.299, 0.587, 0.114])


def boxed(picture):
    padded = np.pad(picture.astype(np.float64), ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = picture.shape[:2]
    parts = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return sum(parts) / 9


def tiles(similarity, height, width):
    """Means of the valid part of the map in tiles of 64; a rest below 32 joins the tile before."""
    rows, columns = max(1, (height + 32) // 64), max(1, (width + 32) // 64)
    means = []
    for row in range(rows):
        for column in range(columns):
            top, left = max(5, row * 64), max(5, column * 64)
            bottom = height if row == rows - 1 else (row + 1) * 64
            right = width if column == columns - 1 else (column + 1) * 64
            part = similarity[top : min(bottom, height - 5), left : min(right, width - 5)]
            means.append(float(part.mean()))
    return means


def sharpness(picture):
    y = luma(picture)
    value = 4 * y[1:-1, 1:-1] - y[1:-1, :-2] - y[1:-1, 2:] - y[:-2, 1:-1] - y[2:, 1:-1]
    return float(value.var())


def grid(picture):
    """The mean colour of 8 x 8 cells, whole numbers rounded halves up."""
    picture = nearest512(picture).astype(np.int64)
    height, width = picture.shape[:2]
    cells = np.zeros((8, 8, 3), np.uint8)
    for row in range(8):
        top = row * height // 8
        bottom = max(top + 1, (row + 1) * height // 8)
        for column in range(8):
            left = column * width // 8
            right = max(left + 1, (column + 1) * width // 8)
            part = picture[top:bottom, left:right].reshape(-1, 3)
            cells[row, column] = (2 * part.sum(axis=0) + len(part)) // (2 * len(part))
    return cells


def grid_distance(left, right):
    """The mean of scikit-image's CIEDE2000 over the cells."""
    return float(deltaE_ciede2000(rgb2lab(left / 255), rgb2lab(right / 255)).mean())


def figures(left, right):
    height, width = left.shape[:2]
    result = {
        "left": pixel_digest(left),
        "right": pixel_digest(right),
        "pdq": [pdq(left), pdq(right)],
        "grid": [grid(left).tobytes().hex(), grid(right).tobytes().hex()],
        "grid_distance": grid_distance(grid(left), grid(right)),
        "psnr": float(peak_signal_noise_ratio(left, right, data_range=255)),
    }
    if min(height, width) >= 3:
        result["sharpness"] = sharpness(right)
    if min(height, width) >= 11:
        mean, full = structural_similarity(
            luma(left), luma(right), gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
            data_range=255, full=True)
        result["ssim"] = float(mean)
        result["tiles"] = tiles(full, height, width)
    difference = deltaE_ciede2000(rgb2lab(boxed(left) / 255), rgb2lab(boxed(right) / 255))
    result["changed"] = {
        str(limit): float((difference > limit).mean()) for limit in (1, 2.3, 5, 10)
    }
    return result


def sharma():
    rows = [[float(word) for word in line.split()] for line in SHARMA.strip().splitlines()]
    for row in rows:
        ours = float(deltaE_ciede2000(np.array(row[:3]), np.array(row[3:6])))
        if abs(ours - row[6]) > 1e-4:
            sys.exit(f"scikit-image gives {ours} for {row}")
    return rows


def main():
    coffee, chelsea, rocket = load("coffee.png"), load("chelsea.png"), load("rocket.jpg")
    jpeg = io.BytesIO()
    Image.fromarray(chelsea).save(jpeg, "JPEG", quality=90)
    (TARGET / "chelsea-q90.jpg").write_bytes(jpeg.getvalue())
    encoded = np.asarray(Image.open(io.BytesIO(jpeg.getvalue())).convert("RGB"))
    pairs = {
        "coffee noise": (coffee, noise(coffee)),
        "coffee brighter": (coffee, brighter(coffee)),
        "coffee disc": (coffee, disc(coffee)),
        "coffee shift": (coffee[2:, 2:], coffee[:-2, :-2]),
        "coffee mirrored": (coffee, coffee[:, ::-1]),
        "coffee crop": (coffee[:300, :451], chelsea),
        "chelsea q90": (chelsea, encoded),
        "rocket noise": (rocket, noise(rocket)),
        "rocket disc": (rocket, disc(rocket)),
    }
    for width, height in [(1, 1), (2, 3), (5, 5), (11, 11), (12, 40), (17, 5), (17, 31), (100, 64)]:
        pairs[f"small {width}x{height}"] = (coffee[:height, :width], chelsea[:height, :width])
    hashes = {}
    for name in ["astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "rocket.jpg"]:
        turned, quality = pdqhash.compute_dihedral(nearest512(load(name)))
        hashes[name] = {
            "quality": int(quality),
            "dihedral": [np.packbits(bits).tobytes().hex() for bits in turned],
        }
    values = {
        "ciede2000": sharma(),
        "hashes": hashes,
        "pairs": {name: figures(left, right) for name, (left, right) in pairs.items()},
    }
    (TARGET / "metrics.json").write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")
    print(f"{len(pairs)} pairs, {len(hashes)} photographs")


if __name__ == "__main__":
    main()
