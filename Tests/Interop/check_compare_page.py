#!/usr/bin/env python3
"""Chromium opens the pages of a comparison as files, with and without scripts allowed, and everything on them leads somewhere.

The versions of suites/version-drift.yaml, whose differences are known, are compared; then those of a suite of the
simulator with more prompts and seeds than a page holds, with hostile text, pictures that are lost and cases without a
partner. Looked for on the way: messages of the console, requests that leave the folder, markup made of text, links and
anchors that lead nowhere, controls without a name, text of too little contrast, pages that are wider than the screen.
Screenshots at 1280 and 390 pixels, light and dark, lie in .build/interop/compare-shots/.

Usage: python3 Tests/Interop/check_compare_page.py [PROOFSHEET]
"""

import json
import shutil
import subprocess
from urllib.parse import unquote

from environment import BROWSER, ROOT, enter, proofsheet

enter(*BROWSER)

from page_driver import CHROMIUM, Driver  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from sheet_run import HOSTILE, spelled  # noqa: E402

WORK = ROOT / ".build" / "interop" / "compare-check"
SHOTS = ROOT / ".build" / "interop" / "compare-shots"
PROMPTS, SEEDS = 6, 20


def call(*arguments, folder=ROOT):
    """Runs proofsheet; gives what it printed."""
    done = subprocess.run([proofsheet(), *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout + done.stderr


def known():
    """The suite whose versions differ by what its text says."""
    reports = WORK / "known"
    call("run", "suites/version-drift.yaml", "--reports", reports)
    folder = reports / "compared"
    told = call("compare", "model=v4", "model=v45", "--reports", reports, "--html", folder)
    assert f"written: {folder}/index.html" in told, told
    return folder


def links(driver):
    """Every link of the folder's pages leads to a file, and every anchor to an element of one name."""
    page = driver.page
    anchors, wanted = {}, []
    for path in sorted(driver.folder.glob("*.html")):
        page.goto(path.as_uri())
        ids = page.eval_on_selector_all("[id]", "(list) => list.map((e) => e.id)")
        assert len(ids) == len(set(ids)), path
        anchors[path.name] = set(ids)
        wanted += [(path.name, link) for link in page.eval_on_selector_all("a[href]", "(list) => list.map((e) => e.getAttribute('href'))")]
        text = path.read_text()
        for part in ("<script", "style=", "onerror=\"", "javascript:"):
            assert part not in text, (path, part)
        assert "default-src 'none'; style-src 'self'; img-src 'self'" in text.replace("&#39;", "'"), path
    for origin, link in wanted:
        name, _, anchor = link.partition("#")
        if not name or name.endswith(".html"):
            assert not anchor or anchor in anchors[name or origin], (origin, link)
        else:
            assert (driver.folder / unquote(name)).is_file(), (origin, link)
    return len(wanted)


class Pages(Driver):
    """The pages of a folder; they hold no script that would say when it is ready."""

    def __init__(self, browser, folder, **options):
        self.folder = folder.resolve()
        super().__init__(browser, self.folder.as_uri(), SHOTS, **options)

    def visit(self, name="index.html", anchor=""):
        self.page.goto("about:blank")
        self.page.goto(f"{self.home}/{name}{anchor}")


def check_known(driver):
    """Verdicts, the heat map that leads to its pictures, plots, figures."""
    page = driver.page
    driver.visit()
    assert page.locator(".banner").is_visible()
    assert page.locator(".verdicts .mark").all_inner_texts() == ["2 changed", "1 changed within noise", "1 same"]
    # A map of perceptual hashes, and one of colours.
    assert page.locator("table.heat").count() == 2
    for heat in page.locator("table.heat").all():
        rows = heat.locator("tbody tr").all_inner_texts()
        assert [row.split()[0] for row in rows] == ["redrawn", "shaded", "restless", "still"], rows
        assert heat.locator("tbody td.h4").count() == 10 and heat.locator("tbody td.h0").count() == 5
    heat = page.locator("table.heat").first
    names = page.locator("article.promptpart h3 bdi").all_inner_texts()
    assert names == ["redrawn", "shaded", "restless", "still"], names
    heat.get_by_role("link", name="shaded, seed 13").click()
    assert page.url.endswith("#p2-s13"), page.url
    box = page.locator("#p2-s13").bounding_box()
    assert -5 < box["y"] < 800, box
    assert page.locator("#p2-s13 img").count() == 6, "two pairs, each with A, B and where they differ"
    assert page.locator("#p4-s11 img").count() == 4, "the same pictures have no map"
    for image in page.locator("#p2-s13 img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("async (i) => { await i.decode(); return i.naturalWidth }") > 64
    plots = [plot.get_attribute("aria-label") for plot in page.locator("#p1 svg").all()]
    assert len(plots) == 2 and "pdq-nn512" in plots[0] and "de2000-grid8" in plots[1], plots
    # Eight tests are corrected together: four prompts by two distances.
    assert all("n = 5 seeds, p = 0.004, by Holm p = 0.033" in plot for plot in plots), plots
    page.locator("#p1 details").first.locator("summary").click()
    assert "pdq-nn512" in page.locator("#p1 details").first.inner_text()
    page.keyboard.press("Tab")
    focused = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focused == "solid", focused


def many():
    """A suite with more pairs than a page holds, one prompt of which is hostile; some of its pictures are lost."""
    project = WORK / "many"
    (project / "suites").mkdir(parents=True)
    shutil.copy(ROOT / "fixtures" / "inputs" / "rocket.jpg", project / "rocket.jpg")
    prompts = [{"id": f"p{number}", "value": f"Paint number {number}.", "tags": [f"kind-{number % 2}"]} for number in range(1, PROMPTS)]
    # What a suite may hold: everything of it but control characters.
    text = "".join(letter for letter in HOSTILE if letter >= " ")
    prompts.append({"id": "hostile", "value": text.replace("{{", "\\{{"), "tags": ["hostile"]})
    suite = {
        "version": 1,
        "name": "many",
        "request": {"images": "../rocket.jpg", "size": {"width": 960, "height": 960}, "output_format": "b64_json"},
        "matrix": {
            "model": [
                {"id": "v4", "value": "bytedance-seedream-v4-image-to-image"},
                {"id": "v45", "value": "bytedance-seedream-v4-next-image-to-image"},
            ],
            "prompt": prompts,
            "seed": [f"1..{SEEDS}"],
        },
        "exclude": [{"model": "v45", "prompt": "p1", "seed": f"{SEEDS - 1}..{SEEDS}"}],
    }
    # JSON is YAML, but for the pairs of escapes that JSON writes characters beyond U+FFFF as.
    written = json.dumps(suite).replace(json.dumps("😀")[1:-1], "😀")
    (project / "suites" / "many.yaml").write_text(written)
    call("run", "suites/many.yaml", "--mode", "record", "--endpoint", "simulator", folder=project)
    blobs = sorted((project / "fixtures" / "many" / "blobs").iterdir())
    for path in blobs[:8]:
        path.unlink()
    folder = project / "compared"
    call("compare", "model=v4", "model=v45", "--html", folder, folder=project)
    return folder, text


def check_many(driver, text):
    """Pages lead on and back, what is cut or lost is said, and text stays text."""
    page = driver.page
    driver.visit()
    files = sorted(path.name for path in driver.folder.glob("prompts-*.html"))
    assert len(files) > 1, files
    assert "2 cases without a partner" in page.locator("main").inner_text()
    page.locator("table.heat tbody td a").last.click()
    assert "prompts-" in page.url and "#p" in page.url, page.url
    assert page.locator(page.url[page.url.index("#") :]).count() == 1
    driver.visit(files[0])
    page.get_by_role("link", name="Next page").first.click()
    assert page.url.endswith(files[1]), page.url
    page.get_by_role("link", name="Comparison").first.click()
    assert page.url.endswith("index.html"), page.url
    lost, shown = 0, []
    for name in files:
        driver.visit(name)
        lost += page.locator(".blank", has_text="cannot be read").count()
        shown += page.locator("blockquote bdi").evaluate_all("(list) => list.map((e) => e.textContent)")
        for tag in ("script", "[onerror]", "[onmouseover]", "iframe", "img[src=x]"):
            assert page.locator(tag).count() == 0, (name, tag)
    assert lost == 8, lost
    assert spelled(text) in shown, shown


shutil.rmtree(WORK, ignore_errors=True)
shutil.rmtree(SHOTS, ignore_errors=True)
versions, (crowd, hostile) = known(), many()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], headless=True)
    measured = led = 0
    for scheme in ("light", "dark"):
        for width, more in {1280: {}, 390: {"has_touch": True, "is_mobile": True}}.items():
            options = more | {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "reduced_motion": "reduce"}
            for name, folder, places in [
                ("known", versions, [("index.html", ""), ("index.html", "#p1"), ("index.html", "#p4")]),
                ("many", crowd, [("index.html", ""), ("prompts-1.html", ""), ("prompts-2.html", "")]),
            ]:
                driver = Pages(browser, folder, **options)
                for place, (file, anchor) in enumerate(places):
                    driver.visit(file, anchor)
                    driver.look(f"{name}-{place}-{width}-{scheme}")
                if width == 1280 and scheme == "light":
                    led += links(driver)
                    if folder == versions:
                        check_known(driver)
                    else:
                        check_many(driver, hostile)
                    driver.visit()
                    driver.page.pdf(path=SHOTS / f"{name}.pdf")
                assert not driver.complaints, driver.complaints
                measured += driver.measured
                driver.context.close()
    # The pages hold nothing that only a script would show.
    driver = Pages(browser, versions, java_script_enabled=False, viewport={"width": 1280, "height": 900})
    driver.visit()
    assert driver.page.locator("article.promptpart svg").count() == 8
    assert not driver.complaints, driver.complaints
    print(
        f"Chromium {browser.version}: {led} links, {measured} texts of enough contrast, "
        f"{len(list(SHOTS.glob('*.png')))} screenshots in {SHOTS.relative_to(ROOT)}"
    )
    browser.close()
