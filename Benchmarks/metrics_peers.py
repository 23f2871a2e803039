"""The work of metrics-benchmark in Pillow, pdqhash and scikit-image.

usage: metrics_peers.py make FOLDER PHOTO | measure FOLDER REPEATS | report FOLDER

`make` enlarges a photograph to 2048 x 2048, adds grain, and writes it with three changed copies: coded
as JPEG of quality 90, with an object of 3 % of the area, and with noise of one level.
"""

import io
import pathlib
import sys
import time

import numpy as np
from PIL import Image, ImageDraw

mode, folder = sys.argv[1], pathlib.Path(sys.argv[2])
SIDE = 2048


def make(photograph):
    random = np.random.default_rng(1)
    picture = Image.open(photograph).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    grain = random.normal(0, 2.5, (SIDE, SIDE, 3))
    base = np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)
    steps = random.choice([-1, 0, 0, 0, 0, 1], base.shape)
    noise = np.clip(base.astype(int) + steps, 0, 255).astype(np.uint8)
    coded = io.BytesIO()
    Image.fromarray(base).save(coded, "JPEG", quality=90)
    changed = Image.fromarray(base)
    ImageDraw.Draw(changed).ellipse((400, 500, 800, 900), fill=(200, 30, 90))
    Image.fromarray(base).save(folder / "base.png", compress_level=3)
    Image.fromarray(noise).save(folder / "noise.png", compress_level=3)
    Image.open(coded).save(folder / "q90.png", compress_level=3)
    changed.save(folder / "object.png", compress_level=3)


def measure(repeats):
    import pdqhash
    from skimage.color import deltaE_ciede2000, rgb2lab
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity
    from skimage.registration import phase_cross_correlation

    def decode():
        return [
            np.asarray(Image.open(folder / f"{name}.png").convert("RGB")) for name in ("base", "q90")
        ]

    left, right = decode()
    index = np.arange(512) * SIDE // 512

    def luma(picture):
        return picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)

    def similarity():
        return structural_similarity(
            luma(left), luma(right), gaussian_weights=True, sigma=1.5,
            use_sample_covariance=False, data_range=255, full=True)[0]

    def colour():
        from scipy.ndimage import uniform_filter
        smooth = [
            rgb2lab(uniform_filter(p.astype(np.float32) / 255, (3, 3, 1), mode="nearest"))
            for p in (left, right)
        ]
        return (deltaE_ciede2000(*smooth) > 5).mean()

    tasks = {
        "decode-both": decode,
        "pdq-both": lambda: [pdqhash.compute_dihedral(p[index][:, index]) for p in (left, right)],
        "ssim": similarity,
        "psnr": lambda: peak_signal_noise_ratio(left, right, data_range=255),
        "de2000": colour,
        "shift": lambda: phase_cross_correlation(luma(left), luma(right), upsample_factor=4),
    }
    total = 0
    for name, task in tasks.items():
        times = []
        for _ in range(repeats if name in ("decode-both", "pdq-both", "psnr") else 1):
            start = time.process_time()
            value = task()
            times.append((time.process_time() - start) * 1000)
        total += min(times) if name != "decode-both" else 0
        print(name, min(times), flush=True)
        if name in ("ssim", "psnr"):
            print(f"{name}-value", value)
    print("default", total)


def report():
    def read(name):
        lines = (folder / f"{name}.txt").read_text().splitlines()
        return {line.split()[0]: line.split()[1:] for line in lines}

    pairs, peers = {name: read(name) for name in ("q90", "object", "noise")}, read("peers")
    print(f"{'ms, one thread':22}{'q90':>9}{'object':>9}{'noise':>9}{'peers q90':>11}{'ratio':>8}")
    for name in pairs["q90"]:
        if name == "values" or name.endswith("-value"):
            continue
        ours = [float(pairs[pair][name][0]) for pair in pairs]
        line = f"{name:22}" + "".join(f"{value:9.1f}" for value in ours)
        if name in peers:
            peer = float(peers[name][0])
            line += f"{peer:11.0f}{peer / ours[0]:7.1f}x"
        print(line)
    for name, values in pairs.items():
        print(f"{name}: {' '.join(values['values'])}; SSIM {float(values['ssim-value'][0]):.6f}, "
              f"PSNR {float(values['psnr-value'][0]):.3f}")
    print(f"peers of q90: SSIM {float(peers['ssim-value'][0]):.6f}, "
          f"PSNR {float(peers['psnr-value'][0]):.3f}")


if mode == "make":
    make(sys.argv[3])
elif mode == "measure":
    measure(int(sys.argv[3]))
else:
    report()
