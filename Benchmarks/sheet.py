"""The part of sheet.sh that makes runs and opens pages."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "Interop"))

from environment import BROWSER, ROOT, enter, proofsheet  # noqa: E402

enter(*BROWSER)

from playwright.sync_api import sync_playwright  # noqa: E402
from sheet_run import Run, picture  # noqa: E402

WORK = ROOT / ".build" / "sheet-benchmark"
SIDE, VISITS, ALLOWED = 512, 5, 1500


def make(folder, cases):
    """A run of so many cases, each with a picture of its own; one of fifty has drifted."""
    run = Run(folder, ["many"])
    run.start({"many": cases})
    for place in range(cases):
        seed, prompt = divmod(place, 5)
        hue = (place * 7 % 256, place * 13 % 256, place % 256)
        data = picture(SIDE, SIDE, hue, (place % 400, place // 400 * 10 % 400), "JPEG")
        more = {"outcome": "drifted", "reason": "unlike"} if place % 50 == 0 else {}
        cells = [("edit", f"edit{prompt}", f"Put the cup on surface {prompt}"), ("seed", str(seed), str(seed))]
        run.case("many", cells, outputs=[run.output(data, "jpg", SIDE, SIDE)], seed=seed, **more)
    run.finish()


def render(source, target, *options):
    """Seconds by the clock, processor seconds and peak memory in KiB of one rendering."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [proofsheet(), "report", source, "--format", "html", "--output", target, *options],
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def size(folder, pattern):
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def visit(browser, folder):
    """Milliseconds until cases are on the screen: the script's own clock starts when the page is asked for."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto((folder / "index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector(".frame")
    painted = page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
    )
    ready = page.evaluate("Number(document.documentElement.dataset.ready)")
    page.context.close()
    return ready, painted


counts = [int(word) for word in sys.argv[2:] if word] or [100, 1000, 10_000]
shutil.rmtree(WORK, ignore_errors=True)
print(f"{'cases':>7}{'render':>9}{'CPU':>8}{'again':>8}{'CPU':>8}{'no images':>11}{'peak':>9}{'page':>10}{'folder':>10}{'usable':>9}{'painted':>9}")
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox"], headless=True
    )
    for cases in counts:
        place = WORK / str(cases)
        source, target = place / "run", place / "sheet"
        make(source, cases)
        first, first_cpu, peak = render(source, target)
        # What a second run finds: thumbnails of the same pictures, in a folder of its own.
        again, again_cpu, _ = render(source, place / "again")
        bare, _, _ = render(source, place / "bare", "--images", "none")
        figures = [visit(browser, target) for _ in range(VISITS)]
        usable, painted = (statistics.median(column) for column in zip(*figures))
        page = sum(size(target, pattern) for pattern in ("*.html", "*.js", "*.css", "*.json*"))
        print(
            f"{cases:7}{first:8.2f}s{first_cpu:7.2f}s{again:7.2f}s{again_cpu:7.2f}s{bare:10.2f}s{peak / 1024:6.0f}MiB"
            f"{page / 2**20:7.1f}MiB{size(target, '**/*') / 2**20:7.1f}MiB{usable:7.0f}ms{painted:7.0f}ms"
        )
        if cases == max(counts):
            print(f"allowed: {ALLOWED} ms; {'kept' if painted <= ALLOWED else 'NOT KEPT'}")
    browser.close()
shutil.rmtree(WORK)
