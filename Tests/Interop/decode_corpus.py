#!/usr/bin/env python3
"""Decodes a made corpus here and in Pillow, and compares the digests of the pixels.

    python3 Tests/Interop/decode_corpus.py [--program FILE] [--folder FOLDER] [--keep]

It makes some hundreds of PNG, JPEG and WebP files: bit depths, filters, interlacing, transparency,
subsampling, odd sizes from 1x1, inks, orientation, profiles. Of each it asks `proofsheet picture
--format json`, and computes the digest from the pixels that Pillow reads; where Pillow cannot read
the file as its format defines it, from the samples that the file was made of. A file that is to be refused must be
refused by name. Any difference ends it with 1.

--program takes a built program instead of building one; --folder keeps the files; --keep writes the
small set that ImageComparisonTests decodes without Python, to Vectors/Corpus and Vectors/corpus.json.

The first run makes .build/venv/pictures and installs Pillow and NumPy into it.
"""

import argparse
import hashlib
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / ".build" / "venv" / "pictures"
VECTORS = ROOT / "Tests" / "ImageComparisonTests" / "Vectors"


def enter_venv():
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(VENV / "bin" / "pip"), "install", "--quiet",
                        "--disable-pip-version-check", "pillow", "numpy"], check=True)
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


enter_venv()

import numpy as np  # noqa: E402
from PIL import Image, ImageCms, ImageOps, features  # noqa: E402

files = {}  # name: (bytes, expectation)
refusals = {}  # name: (bytes, code, words)


# What is expected.


def pixel_digest(rgba):
    """Version 1, from an array of rows, columns and four samples of 8 or 16 bits."""
    rgba = rgba.copy()
    rgba[rgba[..., 3] == 0] = 0
    height, width, _ = rgba.shape
    bits = rgba.dtype.itemsize * 8
    head = b"px1\0" + struct.pack("<IIBB", width, height, 4, bits)
    return "px1:" + hashlib.sha256(head + rgba.astype(f"<u{bits // 8}").tobytes()).hexdigest()


def expectation(rgba, profile=None):
    bits = rgba.dtype.itemsize * 8
    return {
        "digest": pixel_digest(rgba), "width": rgba.shape[1], "height": rgba.shape[0],
        "bitDepth": bits, "hasAlpha": bool((rgba[..., 3] < (1 << bits) - 1).any()),
        "profile": hashlib.sha256(profile).hexdigest() if profile else None,
    }


def by_pillow(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    return expectation(np.asarray(upright.convert("RGBA")), profile)


def add(name, data, meant=None):
    """Files that Pillow reads whole; of those made here it must also read what was meant."""
    assert name not in files, name
    expected = by_pillow(data)
    if meant is not None and expectation(meant, None) != {**expected, "profile": None}:
        raise SystemExit(f"{name}: Pillow reads other pixels than the file was made of")
    files[name] = (data, expected)


def add_samples(name, data, meant):
    """Files that Pillow cannot read as PNG defines them: of 16 bits of colour, above all."""
    assert name not in files, name
    files[name] = (data, expectation(meant))


# Content.


def noise(shape, seed, bits=8):
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.integers(0, 1 << bits, shape, dtype=np.uint16)


def smooth(width, height, channels, bits=8, seed=1):
    """Slopes with some noise, so that every filter has something to predict."""
    most = (1 << bits) - 1
    x = np.arange(width)[None, :, None] * (3 + np.arange(channels)) * most / 97
    y = np.arange(height)[:, None, None] * (5 - np.arange(channels)) * most / 61
    grain = noise((height, width, channels), seed, bits) / 8
    return ((x + y + grain).astype(np.int64) % (most + 1)).astype(np.uint16)


# PNG.

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def packed(row, bits):
    """A row of samples as bytes."""
    flat = row.reshape(-1)
    if bits == 16:
        return flat.astype(">u2").tobytes()
    if bits == 8:
        return flat.astype(np.uint8).tobytes()
    spread = np.zeros((flat.size * bits + 7) // 8 * 8, np.uint8)
    for bit in range(bits):
        spread[bit:flat.size * bits:bits] = flat >> (bits - 1 - bit) & 1
    return np.packbits(spread).tobytes()


def filtered(row, above, step, filter_type):
    """PNG, section 9, by the book: one byte at a time."""
    out = bytearray([filter_type])
    for index, value in enumerate(row):
        a = row[index - step] if index >= step else 0
        b = above[index]
        c = above[index - step] if index >= step else 0
        p = a + b - c
        pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
        paeth = a if pa <= pb and pa <= pc else b if pb <= pc else c
        out.append(value - (0, a, b, (a + b) // 2, paeth)[filter_type] & 255)
    return bytes(out)


def png(samples, bits, colour_type, filters=(0,), interlaced=False, before=b"", after=b"",
        split=None, level=9):
    height, width, channels = samples.shape
    assert channels == CHANNELS[colour_type]
    step = max(1, channels * bits // 8)
    raw = b""
    line = 0
    for left, top, across, down in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[top::down, left::across]
        if part.size == 0:
            continue
        above = None
        for row in part:
            data = packed(row, bits)
            raw += filtered(data, above or bytes(len(data)), step, filters[line % len(filters)])
            above = data
            line += 1
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    stream = zlib.compress(raw, level)
    split = split or len(stream)
    data = b"".join(chunk(b"IDAT", stream[at:at + split]) for at in range(0, len(stream), split))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + data + after
            + chunk(b"IEND", b""))


def widened(samples, bits, colour_type, table=None, alphas=None, clear=None):
    """The red, green, blue and alpha that stored samples stand for."""
    most = 65535 if bits == 16 else 255
    kind = np.uint16 if bits == 16 else np.uint8
    height, width, channels = samples.shape
    rgba = np.full((height, width, 4), most, kind)
    if colour_type == 3:
        rgba[..., :3] = table[samples[..., 0]]
        if alphas is not None:
            rgba[..., 3] = alphas[samples[..., 0]]
        return rgba
    scaled = samples.astype(np.uint32) * most // ((1 << bits) - 1)
    rgba[..., :3] = scaled[..., :1] if channels < 3 else scaled[..., :3]
    if channels in (2, 4):
        rgba[..., 3] = scaled[..., -1]
    if clear is not None:
        rgba[(samples == np.array(clear, np.uint16)).all(axis=2), 3] = 0
    return rgba


def made_samples(width, height, bits, colour_type, seed):
    samples = smooth(width, height, CHANNELS[colour_type], bits, seed)
    if colour_type in (4, 6):
        # Alpha of nothing, all and between.
        pick = noise((height, width), seed + 7) % 3
        samples[..., -1] = np.where(pick == 0, 0, np.where(pick == 1, (1 << bits) - 1,
                                                           samples[..., -1]))
    return samples


def put_png(name, samples, bits, colour_type, palette=None, clear=None, **options):
    before = options.pop("before", b"")
    table = alphas = None
    if palette is not None:
        table, alphas = palette
        before += chunk(b"PLTE", table.tobytes())
        if alphas is not None:
            before += chunk(b"tRNS", alphas.tobytes())
            alphas = np.concatenate([alphas, np.full(256 - alphas.size, 255, np.uint8)])
    if clear is not None:
        before += chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear))
    data = png(samples, bits, colour_type, before=before, **options)
    meant = widened(samples, bits, colour_type, table, alphas, clear)
    # Pillow compares a transparent grey of 2 or 4 bits with samples that it has widened before.
    if bits == 16 or (clear is not None and bits in (2, 4)):
        add_samples(name, data, meant)
    else:
        add(name, data, meant)


def make_pngs():
    kinds = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4),
             (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]
    sizes = [(1, 1), (1, 6), (5, 1), (9, 8), (33, 17)]
    for colour_type, bits in kinds:
        for width, height in sizes:
            for interlaced in (False, True):
                samples = made_samples(width, height, bits, colour_type, width + bits)
                palette = None
                if colour_type == 3:
                    palette = (noise((1 << bits, 3), bits).astype(np.uint8), None)
                    if width > 5:
                        palette = (palette[0], noise((1 << bits) // 2, 3).astype(np.uint8))
                label = "interlaced-" if interlaced else ""
                put_png(f"png-{colour_type}-{bits}bit-{label}{width}x{height}.png", samples, bits,
                        colour_type, palette, interlaced=interlaced, filters=(0, 4, 2, 1, 3))
    for colour_type in (0, 2, 4, 6):
        for filter_type in range(5):
            for width, height in ((1, 1), (1, 5), (2, 3), (4, 4), (37, 19)):
                put_png(f"filter-{filter_type}-{colour_type}-{width}x{height}.png",
                        made_samples(width, height, 8, colour_type, 40 + filter_type), 8,
                        colour_type, filters=(filter_type,))
        put_png(f"filter-noise-{colour_type}.png",
                noise((41, 29, CHANNELS[colour_type]), colour_type), 8, colour_type,
                filters=(4, 3, 4, 1, 2, 0, 4, 4, 3, 3))
        put_png(f"parts-{colour_type}.png", made_samples(37, 19, 8, colour_type, 9), 8,
                colour_type, filters=(4,), split=7)
        put_png(f"stored-{colour_type}.png", made_samples(37, 19, 8, colour_type, 9), 8,
                colour_type, filters=(3,), level=0)
    for bits in (1, 2, 4, 8, 16):
        put_png(f"clear-0-{bits}bit.png", made_samples(13, 7, bits, 0, 5), bits, 0, clear=(1,))
    for bits in (8, 16):
        samples = made_samples(13, 7, bits, 2, 5)
        put_png(f"clear-2-{bits}bit.png", samples, bits, 2,
                clear=tuple(int(s) for s in samples[3, 4]))
    colours = (chunk(b"gAMA", struct.pack(">I", 100000))
               + chunk(b"cHRM", struct.pack(">8I", *[31270, 32900, 15000, 6000, 30000, 60000,
                                                     64000, 33000]))
               + chunk(b"sBIT", b"\5\6\5") + chunk(b"bKGD", struct.pack(">3H", 9, 8, 7))
               + chunk(b"pHYs", struct.pack(">IIB", 2835, 2000, 1)))
    late = chunk(b"tEXt", b"Comment\0behind") + chunk(b"zTXt", b"Z\0\0" + zlib.compress(b"a" * 9999))
    put_png("words-about-colour.png", made_samples(23, 9, 8, 2, 3), 8, 2, filters=(4,),
            before=colours, after=late)
    put_png("suggested-palette.png", made_samples(23, 9, 8, 2, 3), 8, 2, filters=(4,),
            before=chunk(b"PLTE", bytes(range(30))))
    for orientation in range(1, 9):
        put_exif("PNG", "png", orientation, "RGBA")


# Files that Pillow writes.


def saved(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def picture(width, height, mode="RGB", seed=2):
    image = Image.fromarray(made_samples(width, height, 8, 6, seed).astype(np.uint8), "RGBA")
    return image if mode == "RGBA" else image.convert("RGB").convert(mode)


def exif(orientation, is_big):
    order = ">" if is_big else "<"
    head = b"MM\0*" if is_big else b"II*\0"
    value = struct.pack(order + "HH", orientation, 0)
    return (b"Exif\0\0" + head + struct.pack(order + "IH", 8, 1)
            + struct.pack(order + "HHI", 0x0112, 3, 1) + value + b"\0\0\0\0")


def put_exif(form, ending, orientation, mode, **options):
    data = saved(picture(21, 10, mode), form, exif=exif(orientation, orientation % 2 == 0),
                 **options)
    add(f"orientation-{orientation}.{ending}", data)


def put_jpeg(name, image, **options):
    add(f"{name}.jpg", saved(image, "JPEG", **options))


def frame_place(data):
    """Where the first frame header's marker stands."""
    at = 2
    while True:
        marker, count = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            return at
        at += 2 + count


def patched(data, place, replacement):
    return data[:place] + replacement + data[place + len(replacement):]


def sampled(data, horizontal, vertical, width, height):
    """The same coded blocks under another sampling and size, with as many of them."""
    place = frame_place(data)
    data = patched(data, place + 5, struct.pack(">HH", height, width))
    return patched(data, place + 11, bytes([horizontal << 4 | vertical]))


def make_jpegs():
    sizes = [(1, 1), (1, 9), (8, 8), (17, 15), (33, 31), (97, 65)]
    for width, height in sizes:
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            for progressive in (False, True):
                label = ("progressive-" if progressive else "") + subsampling.replace(":", "")
                put_jpeg(f"{label}-{width}x{height}", picture(width, height), quality=85,
                         subsampling=subsampling, progressive=progressive)
        for mode in ("L", "CMYK"):
            for progressive in (False, True):
                label = ("progressive-" if progressive else "") + mode.lower()
                put_jpeg(f"{label}-{width}x{height}", picture(width, height, mode), quality=85,
                         progressive=progressive)
    for quality in (1, 30, 100):
        put_jpeg(f"quality-{quality}", picture(40, 30), quality=quality, subsampling="4:2:0")
    put_jpeg("restarts", picture(97, 65), quality=75, restart_marker_blocks=3)
    put_jpeg("optimized", picture(97, 65), quality=75, optimize=True)
    put_jpeg("stored-as-rgb", picture(33, 31), quality=75, keep_rgb=True)
    put_jpeg("profile-parts", picture(16, 16), quality=75, icc_profile=noise(150_000, 1)
             .astype(np.uint8).tobytes())
    # 4:2:2 has two blocks of brightness a unit and 4:2:0 has four, however they lie.
    half = saved(picture(64, 32), "JPEG", quality=85, subsampling="4:2:2")
    quarter = saved(picture(64, 64), "JPEG", quality=85, subsampling="4:2:0")
    add("sampling-440.jpg", sampled(half, 1, 2, 32, 64))
    add("sampling-440-odd.jpg", sampled(half, 1, 2, 31, 63))
    add("sampling-411.jpg", sampled(quarter, 4, 1, 128, 32))
    add("sampling-411-odd.jpg", sampled(quarter, 4, 1, 127, 31))
    inks = saved(picture(19, 15, "CMYK"), "JPEG", quality=85)
    adobe = inks.index(b"Adobe")
    add("ycck.jpg", patched(inks, adobe + 11, b"\2"))
    add("cmyk-without-marker.jpg", inks[:adobe - 4] + inks[adobe + 12:])
    for orientation in range(1, 9):
        put_exif("JPEG", "jpg", orientation, "RGB", quality=92)
    plain = saved(picture(16, 16), "JPEG", quality=75)
    place = frame_place(plain)
    refuse("twelve-bits.jpg", patched(plain, place + 4, b"\x0c"), "unsupported", "12 bits")
    refuse("arithmetic.jpg", patched(plain, place + 1, b"\xc9"), "unsupported", "arithmetic")
    refuse("arithmetic-progressive.jpg", patched(plain, place + 1, b"\xca"), "unsupported",
           "arithmetic")
    refuse("lossless.jpg", patched(plain, place + 1, b"\xc3"), "unsupported", "lossless")
    refuse("hierarchical.jpg", patched(plain, place + 1, b"\xc5"), "unsupported", "hierarchical")


def make_webps():
    for width, height in ((1, 1), (1, 9), (2, 2), (17, 15), (33, 31), (97, 65)):
        for mode in ("RGB", "RGBA"):
            label = f"{mode.lower()}-{width}x{height}"
            image = picture(width, height, mode)
            for quality in (20, 90):
                add(f"lossy-{quality}-{label}.webp", saved(image, "WEBP", quality=quality))
            add(f"lossless-{label}.webp", saved(image, "WEBP", lossless=True))
            add(f"exact-{label}.webp", saved(image, "WEBP", lossless=True, exact=True, method=6))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    add("profile.webp", saved(picture(16, 16), "WEBP", quality=80, icc_profile=srgb))
    add("profile.png", saved(picture(16, 16), "PNG", icc_profile=srgb))
    for orientation in range(1, 9):
        put_exif("WEBP", "webp", orientation, "RGBA", lossless=True)


def refuse(name, data, code, words):
    refusals[name] = (data, code, words)


def make_refusals():
    two = {"save_all": True, "append_images": [picture(16, 16, seed=9)], "duration": 100}
    refuse("animated.png", saved(picture(16, 16), "PNG", **two), "unsupported", "animated PNG")
    refuse("animated.webp", saved(picture(16, 16), "WEBP", **two), "unsupported", "animated WebP")
    refuse("gif.png", saved(picture(8, 8), "GIF"), "not-a-picture", "GIF")
    plain = png(made_samples(9, 9, 8, 2, 1), 8, 2, filters=(4,))
    refuse("half.png", plain[:len(plain) // 2], "truncated", "ends")
    refuse("checksum.png", plain[:-20] + bytes([plain[-20] ^ 1]) + plain[-19:], "damaged", "PNG")
    # The stream's own checksum, under a chunk checksum that holds.
    stream = plain.index(b"IDAT")
    count = struct.unpack(">I", plain[stream - 4:stream])[0]
    body = plain[stream + 4:stream + 4 + count]
    wrong = body[:-1] + bytes([body[-1] ^ 1])
    refuse("stream-checksum.png", plain[:stream - 4] + chunk(b"IDAT", wrong)
           + plain[stream + 8 + count:], "damaged", "PNG")


# Ours.


def program():
    subprocess.run(["swift", "build", "--product", "proofsheet", "--quiet"], cwd=ROOT, check=True)
    shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True,
                           capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "proofsheet"


def ask(ours, path):
    done = subprocess.run([str(ours), "picture", str(path), "--format", "json"],
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return None, done.stderr.strip()
    found = json.loads(done.stdout)["pictures"][0]
    return {
        "digest": found["pixels"], "width": found["width"], "height": found["height"],
        "bitDepth": found["bit_depth"], "hasAlpha": found["has_alpha"],
        "profile": found.get("icc_profile_sha256"),
    }, ""


def compare(ours, folder):
    differences = []
    for name, (data, expected) in files.items():
        (folder / name).write_bytes(data)
        found, error = ask(ours, folder / name)
        if found != expected:
            differences.append(f"{name}: {found or error}, expected {expected}")
    for name, (data, code, words) in refusals.items():
        (folder / name).write_bytes(data)
        found, error = ask(ours, folder / name)
        if found or f"{code}:" not in error or words not in error:
            differences.append(f"{name}: {found or error}, expected {code} with '{words}'")
    return differences


def kept():
    """One of each kind, and of every filter, small enough for the repository."""
    for name, (data, _) in files.items():
        first = name.split(".")[0].split("-")[0]
        if first in ("filter", "stored", "parts"):
            wanted = "noise" in name or "37x19" in name or first == "parts"
        elif first == "png":
            wanted = "33x17" in name
        elif name.endswith(".jpg"):
            wanted = "17x15" in name or first in ("sampling", "ycck", "cmyk")
        elif name.endswith(".webp"):
            wanted = "17x15" in name
        else:
            wanted = first in ("clear", "words", "suggested", "orientation")
        if wanted and len(data) < 3400:
            yield name


def keep():
    target = VECTORS / "Corpus"
    target.mkdir(exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    names = sorted(kept())
    for name in names:
        (target / name).write_bytes(files[name][0])
    for name, (data, _, _) in refusals.items():
        (target / name).write_bytes(data)
    made_by = {name: features.version(name) for name in ("pil", "libjpeg_turbo", "webp", "zlib")}
    document = {
        "madeBy": made_by, "pictures": {name: files[name][1] for name in names},
        "refused": {name: {"code": code, "says": words}
                    for name, (_, code, words) in refusals.items()},
    }
    (VECTORS / "corpus.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
    byte_count = sum(path.stat().st_size for path in target.iterdir())
    print(f"kept {len(names)} pictures and {len(refusals)} refusals, {byte_count} bytes")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    make_pngs()
    make_jpegs()
    make_webps()
    make_refusals()
    ours = (options.program or program()).resolve()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or pathlib.Path(made)
        folder.mkdir(exist_ok=True)
        differences = compare(ours, folder)
    for line in differences:
        print(line)
    counts = {form: sum(name.endswith(form) for name in files) for form in ("png", "jpg", "webp")}
    print(f"{len(files)} pictures ({counts['png']} PNG, {counts['jpg']} JPEG, {counts['webp']} WebP)"
          f" and {len(refusals)} refusals: {len(differences)} differences")
    if differences:
        raise SystemExit(1)
    if options.keep:
        keep()


if __name__ == "__main__":
    main()
