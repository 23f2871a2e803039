#!/usr/bin/env python3
"""Writes the picture files and pixel digests that ImageComparisonTests checks against.

Needs Pillow 11 or later, with JPEG and WebP; it installs
nothing. Run it from the root of the repository:

    python3 Tests/Interop/make_picture_vectors.py

It writes Tests/ImageComparisonTests/Vectors/. Every digest comes from Pillow's own decoders, or,
for PNG files that Pillow cannot hold or write (16 bits, interlacing, transparent colours), from the
samples that the file was made from. Nothing here uses the code under test. Another version of
Pillow may write other files; their digests belong to those files, so commit both together.
"""

import hashlib
import io
import json
import pathlib
import struct
import zlib

from PIL import Image, ImageCms, ImageOps, features

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "Tests" / "ImageComparisonTests" / "Vectors"
PHOTOGRAPHS = ["coffee.png", "chelsea.png", "rocket.jpg"]

pictures = {}
refused = {}


# The pixel digest, version 1: image-comparison by hand, from rows of (r, g, b, a) samples.


def pixel_digest(width, height, bits, rows):
    """rows: a list of rows, each a list of (r, g, b, a)."""
    code = "<H" if bits == 16 else "<B"
    hasher = hashlib.sha256(b"px1\0" + struct.pack("<IIBB", width, height, 4, bits))
    for row in rows:
        for r, g, b, a in row:
            if a == 0:
                r = g = b = 0
            for sample in (r, g, b, a):
                hasher.update(struct.pack(code, sample))
    return "px1:" + hasher.hexdigest()


def record(name, width, height, bits, rows, profile=None):
    most = 65535 if bits == 16 else 255
    pictures[name] = {
        "digest": pixel_digest(width, height, bits, rows),
        "width": width,
        "height": height,
        "bitDepth": bits,
        "hasAlpha": any(pixel[3] < most for row in rows for pixel in row),
        "profile": hashlib.sha256(profile).hexdigest() if profile else None,
    }


def rows_of(image):
    width, height = image.size
    data = image.convert("RGBA").tobytes()
    step = 4 * width
    return [
        [tuple(data[y * step + 4 * x : y * step + 4 * x + 4]) for x in range(width)]
        for y in range(height)
    ]


def record_by_pillow(name, data):
    image = Image.open(io.BytesIO(data))
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    record(name, *upright.size, 8, rows_of(upright), profile)


def keep(name, data):
    (TARGET / name).write_bytes(data)


def saved(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


# Made content.


def noise(x, y, channel):
    value = (x * 73856093 ^ y * 19349663 ^ channel * 83492791) & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0x5BD1E995 & 0xFFFFFFFF
    return value >> 24


def sample(x, y, channel, width, height):
    base = (x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), (x + y) * 7)[channel]
    return (base + noise(x, y, channel) // 8) & 255


def made(width, height, alpha=False):
    image = Image.new("RGBA" if alpha else "RGB", (width, height))
    for y in range(height):
        for x in range(width):
            pixel = tuple(sample(x, y, c, width, height) for c in range(3))
            if alpha:
                pixel += ((0, 255, noise(x, y, 3))[(x // 2 + y) % 3],)
            image.putpixel((x, y), pixel)
    return image


# A PNG writer for what Pillow does not write: any depth, transparent colours, interlacing.


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def packed(samples, bits):
    if bits == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    if bits == 8:
        return bytes(samples)
    per = 8 // bits
    out = bytearray()
    for start in range(0, len(samples), per):
        byte = 0
        for index in range(per):
            value = samples[start + index] if start + index < len(samples) else 0
            byte = byte << bits | value
        out.append(byte)
    return bytes(out)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def png(width, height, bits, colour_type, at, extra=b"", interlaced=False):
    """at(x, y) gives the stored samples of a pixel."""
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = bytearray()
    for left, top, across, down in passes:
        columns = range(left, width, across)
        if not columns:
            continue
        for y in range(top, height, down):
            raw.append(0)
            raw += packed([s for x in columns for s in at(x, y)], bits)
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(bytes(raw), 9)) + chunk(b"IEND", b""))


def made_png(name, width, height, bits, colour_type, at, pixel, extra=b"", interlaced=False):
    """pixel(stored samples) gives the (r, g, b, a) that they stand for."""
    keep(name, png(width, height, bits, colour_type, at, extra, interlaced))
    rows = [[pixel(at(x, y)) for x in range(width)] for y in range(height)]
    record(name, width, height, 16 if bits == 16 else 8, rows)


def make_own_pngs():
    for bits in (1, 2, 4):
        most = (1 << bits) - 1
        made_png(f"grey-{bits}bit.png", 13, 7, bits, 0,
                 lambda x, y: (noise(x, y, 0) & most,),
                 lambda s: (s[0] * 255 // most,) * 3 + (255,))
    made_png("grey-2bit-transparent.png", 13, 7, 2, 0, lambda x, y: ((x + y) % 4,),
             lambda s: (s[0] * 85,) * 3 + (0 if s[0] == 2 else 255,),
             chunk(b"tRNS", struct.pack(">H", 2)))
    made_png("rgb-transparent.png", 9, 9, 8, 2, lambda x, y: ((x % 3) * 100, 50, y),
             lambda s: s + (0 if s == (100, 50, 4) else 255,),
             chunk(b"tRNS", struct.pack(">HHH", 100, 50, 4)))
    wide = lambda x, y, c: noise(x, y, c) << 8 | noise(y, x, c + 5)
    made_png("grey-16bit.png", 11, 5, 16, 0, lambda x, y: (wide(x, y, 0),),
             lambda s: s * 3 + (65535,))
    made_png("grey-alpha-16bit.png", 11, 5, 16, 4,
             lambda x, y: (wide(x, y, 0), (0, 65535, 256, 255)[(x + y) % 4]),
             lambda s: (s[0],) * 3 + (s[1],))
    made_png("rgb-16bit.png", 11, 5, 16, 2, lambda x, y: tuple(wide(x, y, c) for c in range(3)),
             lambda s: s + (65535,))
    made_png("rgb-16bit-transparent.png", 11, 5, 16, 2, lambda x, y: (x * 257, 1000, y * 3),
             lambda s: s + (0 if s == (1028, 1000, 6) else 65535,),
             chunk(b"tRNS", struct.pack(">HHH", 1028, 1000, 6)))
    made_png("rgba-16bit-interlaced.png", 19, 13, 16, 6,
             lambda x, y: tuple(wide(x, y, c) for c in range(3)) + ((x * y * 321) & 65535,),
             lambda s: s, interlaced=True)
    for width, height in ((1, 1), (2, 3), (9, 1), (1, 9), (23, 17)):
        made_png(f"rgb-interlaced-{width}x{height}.png", width, height, 8, 2,
                 lambda x, y: tuple(sample(x, y, c, width, height) for c in range(3)),
                 lambda s: s + (255,), interlaced=True)
    table = bytes(noise(i, 1, c) for i in range(16) for c in range(3))
    alphas = bytes([0, 128, 255, 7])
    made_png("palette-4bit-transparent-interlaced.png", 15, 11, 4, 3,
             lambda x, y: ((x * 3 + y) % 16,),
             lambda s: tuple(table[3 * s[0]:3 * s[0] + 3])
             + (alphas[s[0]] if s[0] < 4 else 255,),
             chunk(b"PLTE", table) + chunk(b"tRNS", alphas), interlaced=True)
    check_own_writer()


def check_own_writer():
    """Pillow must read the own writer's 8-bit files as they were meant."""
    for name in ("rgb-interlaced-23x17.png", "palette-4bit-transparent-interlaced.png",
                 "rgb-transparent.png", "grey-4bit.png"):
        meant = pictures[name]
        record_by_pillow(name, (TARGET / name).read_bytes())
        assert pictures[name] == meant, name


# Files that Pillow writes and reads.


def make_pillow_files():
    def both(name, image, form, **options):
        data = saved(image, form, **options)
        keep(name, data)
        record_by_pillow(name, data)

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photograph = Image.open(ROOT / "fixtures/inputs/rocket.jpg").resize((97, 65))

    both("rgb-1x1.png", made(1, 1), "PNG")
    both("rgb-31x17.png", made(31, 17), "PNG")
    both("rgba-31x17.png", made(31, 17, alpha=True), "PNG")
    both("grey-31x17.png", made(31, 17).convert("L"), "PNG")
    both("grey-alpha-31x17.png", made(31, 17, alpha=True).convert("LA"), "PNG")
    both("palette-31x17.png", made(31, 17).quantize(40), "PNG")
    both("profile.png", made(8, 8), "PNG", icc_profile=srgb)
    both("text.png", made(8, 8), "PNG", pnginfo=text_chunks())
    both("exif-6.png", made(13, 7, alpha=True), "PNG", exif=exif(6))

    both("grey-33x21.jpg", photograph.convert("L").resize((33, 21)), "JPEG", quality=85)
    both("rgb-1x1.jpg", made(1, 1), "JPEG", quality=90)
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        label = subsampling.replace(":", "")
        both(f"baseline-{label}.jpg", photograph, "JPEG", quality=88, subsampling=subsampling)
        both(f"progressive-{label}.jpg", photograph, "JPEG", quality=88, subsampling=subsampling,
             progressive=True)
    both("restarts.jpg", photograph, "JPEG", quality=75, restart_marker_blocks=3)
    both("stored-as-rgb.jpg", photograph, "JPEG", quality=75, keep_rgb=True)
    both("profile.jpg", made(16, 16), "JPEG", quality=80, icc_profile=srgb)
    for orientation in range(1, 9):
        both(f"exif-{orientation}.jpg", made(21, 10), "JPEG", quality=92, subsampling="4:2:0",
             exif=exif(orientation))

    both("lossy.webp", photograph, "WEBP", quality=80)
    both("lossy-alpha.webp", made(31, 17, alpha=True), "WEBP", quality=80)
    both("lossless.webp", photograph.resize((33, 21)), "WEBP", lossless=True)
    both("lossless-alpha.webp", made(31, 17, alpha=True), "WEBP", lossless=True, exact=True)
    both("rgb-1x1.webp", made(1, 1), "WEBP", lossless=True)
    both("profile.webp", made(16, 16), "WEBP", quality=80, icc_profile=srgb)
    both("exif-8.webp", made(21, 10), "WEBP", lossless=True, exif=exif(8))
    both("cmyk.jpg", made(8, 8).convert("CMYK"), "JPEG")


def text_chunks():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "not part of the picture " * 40, zip=True)
    info.add_itxt("Author", "nobody")
    return info


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "maker"
    return data


def make_refused():
    def refuse(name, data, code, says):
        keep(name, data)
        refused[name] = {"code": code, "says": says}

    small = made(8, 8)
    two = {"save_all": True, "append_images": [made(8, 8, alpha=True)], "duration": 100}
    refuse("animated.png", saved(small, "PNG", **two), "unsupported", "an animated PNG")
    refuse("animated.webp", saved(small, "WEBP", lossless=True, **two), "unsupported",
           "an animated WebP")
    refuse("gif-named.png", saved(small, "GIF"), "not-a-picture", "GIF")
    refuse("tiff-named.jpg", saved(small, "TIFF"), "not-a-picture", "TIFF")
    refuse("bmp-named.png", saved(small, "BMP"), "not-a-picture", "BMP")
    refuse("svg-named.png", b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>\n',
           "not-a-picture", "SVG")
    refuse("text-named.jpg", b"no picture today\n", "not-a-picture", "text")
    refuse("empty.webp", b"", "not-a-picture", "empty")


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.iterdir():
        if old.is_file() and old.name != "corpus.json":
            old.unlink()
    make_own_pngs()
    make_pillow_files()
    make_refused()
    for name in PHOTOGRAPHS:
        record_by_pillow(f"fixtures/inputs/{name}", (ROOT / "fixtures/inputs" / name).read_bytes())
    made_by = {name: features.version(name) for name in ("pil", "libjpeg_turbo", "webp", "zlib")}
    text = json.dumps(
        {"madeBy": made_by, "pictures": pictures, "refused": refused}, indent=1, sort_keys=True)
    (TARGET / "vectors.json").write_text(text + "\n")
    print(f"{len(pictures)} pictures, {len(refused)} refused")


if __name__ == "__main__":
    main()
