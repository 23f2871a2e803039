#!/usr/bin/env python3
"""Chromium opens a proof sheet as a file, as people do, and everything on it works.

A run of two suites is made with every outcome, changed pictures and hostile text in every field, and rendered by
`report FOLDER --format html`. Then the page is driven: axes, tabs, filters, search, addresses, keys, the views
of a case, zoom and pixel values, groups, the lists without a script, printing. Looked for on the way: errors and warnings of the
console, requests that leave the folder, markup made of text, controls without a name, text of too little contrast, pages that are
wider than the screen. Screenshots at 1280 and 390 pixels, light and dark, lie in .build/interop/sheet/.

Usage: python3 Tests/Interop/check_sheet.py [PROOFSHEET]
"""

import hashlib
import json
import shutil
import subprocess

from environment import BROWSER, ROOT, enter, proofsheet

enter(*BROWSER)

from page_driver import CHROMIUM, Driver, until  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from sheet_run import HOSTILE, SHOWN, Run, picture  # noqa: E402

WORK = ROOT / ".build" / "interop" / "sheet-check"
SHOTS = ROOT / ".build" / "interop" / "sheet-shots"
MODELS, SEEDS, PROMPTS = ["v4", "v4.5"], list(range(1, 9)), ["linen", "slate", "night-market"]
HUES = [(200, 180, 150), (120, 140, 170), (60, 50, 110)]
OUTCOMES = ["failed", "blocked", "fixture-missing", "known", "api-error", "unapproved"]


def make(folder):
    """The run; gives the facts that the page is held to."""
    shutil.rmtree(folder, ignore_errors=True)
    run = Run(folder, ["mugs", "sizes", "hostile"])
    photo = picture(320, 240, (230, 220, 200))
    kept = run.keep(photo, "png")
    run.inputs["mugs"] = [kept]
    cases = len(MODELS) * len(SEEDS) * len(PROMPTS)
    run.start({"mugs": cases, "sizes": 1, "hostile": 1})
    request = {
        "images": [{"digest": kept["digest"], "kind": "png"}, {"url": "https://photos.example.com/cup.png"}],
        "n": 1,
        "enhance_prompt_mode": "standard",
        "enable_safety_checker": False,
        "output_format": "b64_json",
    }
    for place, prompt in enumerate(PROMPTS):
        for version, model in enumerate(MODELS):
            for seed in SEEDS:
                cells = [("edit", prompt, f"Put the cup on {prompt}"), ("model", model, f"seedream-{model}")]
                cells.append(("seed", f"s{seed}", str(seed)))
                hue = tuple(c - 4 * seed for c in HUES[place])
                common = {"seed": seed, "request": request, "prompt": f"Put the cup on {prompt}; leave the cup alone."}
                approved = picture(320, 320, hue)
                if version and seed % 4 == 1:
                    drift(run, cells, approved, picture(320, 320, hue, (40 + 20 * seed, 60)), common)
                elif version and seed == 8:
                    outcome = OUTCOMES[place]
                    run.case("mugs", cells, outcome, reason=f"because of {outcome}", hint="proofsheet run x", **common)
                elif version and seed == 6:
                    outcome = OUTCOMES[place + 3]
                    out = [run.output(approved, "png", 320, 320)]
                    run.case("mugs", cells, outcome, outputs=out, reason=f"because of {outcome}", **common)
                else:
                    out = [run.output(approved, "png", 320, 320, revised_prompt="Put the cup upon " + prompt)]
                    check = {"name": "baseline", "verdict": "passed", "severity": "fail", "message": "equal"}
                    run.case("mugs", cells, outputs=out, checks=[check], **common)
    across = {"across": "seed", "expect": "distinct", "members": 8, "cases": 8}
    pair = [run.keep(picture(320, 320, tuple(c - 4 * s for c in HUES[0])), "png") for s in (2, 3)]
    ids = [f"linen--v4--s{s}" for s in (2, 3)]
    run.case(
        "mugs", [("edit", "linen", ""), ("model", "v4", "")], "failed", id="seed--linen--v4", reason="two are alike",
        group=across | {"pair": [{"id": i, "picture": 0, "path": p["path"]} for i, p in zip(ids, pair)]},
    )
    resized(run)
    hostile(run)
    run.finish()
    return cases + 2


def drift(run, cells, approved, changed, common):
    """A case whose picture is another than the approved one, with figures."""
    kept = run.keep(approved, "png")
    measure = {"picture": 0, "other": kept["path"], "figures": {"pdq-nn512": 34, "ssim-y601-g11-valid": 0.912345}}
    check = {"name": "baseline", "verdict": "drifted", "severity": "fail", "measures": [measure]}
    check["message"] = "output 0: PDQ distance 34, at most 10; SSIM 0.912345, at least 0.95; expected near"
    warning = {"name": "latency", "verdict": "failed", "severity": "warn", "message": "7.3 s, at most 5 s"}
    run.case(
        "mugs", cells, "drifted", outputs=[run.output(changed, "png", 320, 320)], checks=[check, warning],
        reason="unlike every approved output", hint="proofsheet approve latest --filter id=…",
        failed_attempts=["HTTP 429, waited 2 s"], **common,
    )


def hostile(run):
    """A case with hostile text wherever a run may hold text."""
    check = {"name": HOSTILE, "verdict": "failed", "severity": "fail", "message": HOSTILE}
    check["measures"] = [{"picture": 0, "other": "../../../../etc/passwd", "figures": {HOSTILE: 1, "__proto__": 2}}]
    out = run.output(picture(64, 48, (10, 200, 90)), "png", 64, 48, revised_prompt=HOSTILE + " rewritten")
    run.case(
        "hostile", [("edit", HOSTILE, HOSTILE), ("__proto__", "constructor", HOSTILE)], "failed", id="hostile",
        prompt=HOSTILE, reason=HOSTILE, hint=HOSTILE, details=[HOSTILE], notices=[HOSTILE], tags=[HOSTILE],
        failed_attempts=[HOSTILE], checks=[check], outputs=[out], model=HOSTILE,
        location={"path": f"suites/{HOSTILE}.yaml".replace("\x00", ""), "line": 1, "column": 1},
        request={
            "images": [{"url": "javascript:alert(1)//" + HOSTILE}], "n": 1, "enhance_prompt_mode": "fast",
            "enable_safety_checker": True, "output_format": "url",
        },
    )


def resized(run):
    """A case whose picture has neither the size nor the shape of the approved one."""
    kept = run.keep(picture(480, 240, HUES[1]), "png")
    check = {"name": "baseline", "verdict": "failed", "severity": "fail", "message": "size 320x320 not 480x240"}
    check["measures"] = [{"picture": 0, "other": kept["path"], "figures": {"ssim-y601-g11-valid": 0.5}}]
    out = run.output(picture(320, 320, HUES[1]), "png", 320, 320)
    cells = [("edit", "linen", ""), ("model", "v4", ""), ("seed", "s1", "1")]
    run.case("sizes", cells, "failed", checks=[check], outputs=[out], reason="another size")


def check_sheet(driver, total):
    """Axes, tabs, filters, search, addresses, keys."""
    page = driver.page
    driver.open()

    def counted(text):
        until(page, f"document.getElementById('shown')?.textContent === {json.dumps(text)}")

    counted(f"{total} cases")
    assert page.locator(".banner").is_visible()
    assert page.locator("#axis-rows").input_value() != "-1"
    heads = page.locator(".columnname").all_inner_texts()
    assert heads[:2] == MODELS, heads
    page.click(".chip[data-outcome=drifted]")
    counted(f"6 of {total} cases")
    assert "outcome=drifted" in page.url, page.url
    driver.look("filtered")
    page.reload()
    counted(f"6 of {total} cases")
    page.click(".chip[data-outcome=drifted]")
    page.keyboard.press("/")
    page.keyboard.type("SLATE s3")
    until(page, "document.getElementById('shown').textContent.startsWith('2 of')")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    until(page, "!document.getElementById('shown').textContent.includes('of')")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="slate").click()
    counted(f"16 of {total} cases")
    page.get_by_role("tab", name="slate").press("ArrowRight")
    until(page, "document.querySelector('[role=tab][aria-selected=true]').textContent === 'night-market'")
    page.get_by_role("tab", name="all").click()
    page.select_option("#axis-rows", label="edit (4)")
    until(page, "document.querySelector('#axis-tabs option:checked').textContent.startsWith('seed')")
    page.select_option("#axis-cols", label="none")
    page.select_option("#axis-rows", label="none")
    page.select_option("#axis-tabs", label="none")
    until(page, "document.querySelectorAll('.flow .frame').length > 20")
    driver.look("contact")
    driver.open()
    page.locator(".frame[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first != second and second, (first, second)
    page.keyboard.press("Home")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    driver.look("help")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    until(page, "document.querySelectorAll('#groups li').length === 1")
    driver.look("groups")
    page.locator("#groups a").click()
    page.wait_for_selector("#stage img")
    assert page.locator(".pane").count() == 3, "two members and where they differ"
    driver.look("group")
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('groups').hidden && !document.getElementById('sheet').hidden")
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('scroller').hidden")


def check_case(driver):
    """The views of a case, zoom, values, requests compared, going on and back."""
    page = driver.page
    driver.open(address="#case=mugs%2Flinen--v4.5--s1")
    page.wait_for_selector("#stage img")
    panes = page.locator(".panename").all_inner_texts()
    assert panes == ["input 1", "approved", "output", "where they differ"], panes
    facts = page.locator(".casefacts").inner_text()
    for wanted in ["PDQ distance 34, at most 10", "0.912345", "warns only", "HTTP 429", "photos.example.com", "s1: 1"]:
        assert wanted in facts, wanted
    driver.look("case")
    outlines = page.locator(".regionbox")
    assert outlines.count() == 3 * (page.locator(".regions button").count() - 1) > 0, outlines.count()
    before, box = page.locator("#scale").inner_text(), outlines.first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator("#scale").inner_text() != before, "a click zooms to the region"
    driver.look("case-region")
    page.locator("#outlines").click()
    assert not outlines.first.is_visible()
    page.locator("#outlines").click()
    page.keyboard.press("0")
    for number, mode in enumerate(["all", "two", "swipe", "onion", "blink", "heat", "tiles"], 1):
        page.locator("#case-title").focus()
        page.keyboard.press(str(number))
        page.wait_for_selector(f"[data-mode={mode}][aria-checked=true]")
        until(page, "[...document.querySelectorAll('#stage img')].every((i) => i.complete && i.naturalWidth)")
        if mode == "swipe":
            page.locator("#slider").fill("30")
        driver.look(f"case-{mode}")
    page.keyboard.press("2")
    before = page.locator("#scale").inner_text()
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert page.locator("#scale").inner_text() != before
    transforms = page.eval_on_selector_all("#stage img", "(list) => list.map((i) => i.style.transform)")
    assert len(transforms) == 2 and transforms[0] == transforms[1], transforms
    page.locator(".regions button").first.click()
    page.keyboard.press("v")
    until(page, "document.getElementById('values').getAttribute('aria-pressed') === 'true'")
    box = page.locator(".pane").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, "document.getElementById('readout').textContent.includes('output')")
    text = page.locator("#readout").inner_text()
    assert "220 30 60" in text and "difference" in text, text
    assert page.evaluate("document.querySelector('#stage img').classList.contains('pixelated')")
    driver.look("case-pixels")
    page.mouse.wheel(0, -600)
    page.keyboard.press("0")
    assert page.locator("#scale").inner_text() == before
    field = page.get_by_label("Compare with")
    field.fill("slate--v4--s2")
    field.press("Enter")
    until(page, "document.querySelector('.casefacts').textContent.includes('2 of 10 fields differ')")
    assert page.locator("del", has_text="linen").count() and page.locator("ins", has_text="slate").count()
    page.locator("#case-title").focus()
    page.keyboard.press("n")
    until(page, "document.getElementById('case-title').textContent.includes('s2') && document.querySelector('#stage img')")
    page.keyboard.press("p")
    until(page, "document.getElementById('case-title').textContent.includes('s1')")
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('sheet').hidden")
    assert "s1" in page.evaluate("document.activeElement.getAttribute('aria-label')"), "focus comes back"
    driver.open(address="#case=mugs%2Fno-such-case")
    assert "There is no case" in page.locator("#lost").inner_text()


def check_sizes(driver):
    """Pictures of two sizes lie upon one another where they are compared so, and the page says so."""
    page = driver.page
    boxes = "(list) => list.map((i) => { const b = i.getBoundingClientRect(); return [b.x, b.y, b.width, b.height].map(Math.round); })"
    for mode in ("swipe", "onion", "blink"):
        driver.open(address=f"#case=sizes%2Flinen--v4--s1&mode={mode}")
        page.wait_for_selector(f"[data-mode={mode}][aria-checked=true]")
        until(page, "[...document.querySelectorAll('#stage img')].filter((i) => i.naturalWidth).length === 2")
        for key in ("0", "+"):
            page.keyboard.press(key)
            found = page.eval_on_selector_all("#stage img", boxes)
            assert found[0] == found[1] and found[0][2] == found[0][3], (mode, found)
        page.keyboard.press("0")
        name = page.locator(".panename").inner_text()
        assert "sizes differ: A 480 × 240, B 320 × 320" in name, name
        driver.look(f"sizes-{mode}")
    page.keyboard.press("2")
    page.wait_for_selector("[data-mode=two][aria-checked=true]")
    until(page, "[...document.querySelectorAll('#stage img')].filter((i) => i.naturalWidth).length === 2")
    left, right = page.eval_on_selector_all("#stage img", boxes)
    assert abs(left[2] - 2 * left[3]) < 3 and abs(right[2] - right[3]) < 3, (left, right, "each keeps its shape")
    driver.look("sizes-two")
    driver.open(address="#case=mugs%2Flinen--v4.5--s1&mode=blink")
    page.wait_for_selector("[data-mode=blink][aria-checked=true]")
    until(page, "[...document.querySelectorAll('#stage img')].filter((i) => i.naturalWidth).length === 2")
    assert "sizes" not in page.locator(".panename").inner_text()


def check_hostile(driver):
    """Text stays text: everywhere that a stranger's words stand, they are read as they were written."""
    page = driver.page
    for address in ["#q=onerror", "#rows=edit&cols=__proto__", "#rows=%00&tab=%3Cscript%3E&only=:&case=%", "#size=1e9&a=-1"]:
        driver.open(address=address)
        driver.look("hostile-sheet")
    driver.open(address="#case=hostile%2Fhostile")
    page.wait_for_selector("#stage img")
    assert page.locator("blockquote bdi").first.evaluate("(e) => e.textContent") == SHOWN
    driver.look("hostile-case")
    for where in ("", "#case=hostile%2Fhostile"):
        driver.open(address=where)
        for tag in ("script:not([src])", "[onerror]", "[onmouseover]", "iframe", "[style*=javascript]", "a[href^='javascript']"):
            assert page.locator(tag).count() == 0, tag
        assert page.locator("img[src=x]").count() == 0
    assert not list(folder.glob("pictures/*passwd*"))


def check_plots(driver):
    """The plots of the run: what was measured of each model and seed stands there, drawn and in words."""
    page = driver.page
    driver.open()
    page.locator("#about summary").click()
    plot = page.locator(".plots figure", has_text="Distance by seed and model")
    assert plot.locator("rect[width='4']").count() == 42, plot.locator("rect[width='4']").count()
    assert "v4.5: 18 distances over 6 seeds, 0.0 to 34.0 bits" in plot.locator(".words").inner_text()
    plot.scroll_into_view_if_needed()
    driver.look("plots")


def check_plain(browser, folder, total):
    """Without a script the page says what did not pass, and lists hold every case."""
    driver = Driver(browser, folder.resolve().as_uri(), SHOTS, java_script_enabled=False, viewport={"width": 1280, "height": 900})
    driver.page.goto((folder / "index.html").as_uri())
    assert driver.page.locator("article.listed").count() == 15, driver.page.locator("article.listed").count()
    driver.page.screenshot(path=SHOTS / "plain.png")
    driver.page.goto((folder / "list-1.html").as_uri())
    assert driver.page.locator("article.listed").count() == total + 1
    assert driver.page.locator("[onerror], [onmouseover], script, img[src=x]").count() == 0
    shown = driver.page.locator("article.listed").last.locator("blockquote bdi").text_content()
    assert shown == SHOWN.replace("\x00", "\ufffd").replace("\x1b", "\ufffd"), shown
    driver.page.screenshot(path=SHOTS / "list.png")
    assert not driver.complaints, driver.complaints
    driver.context.close()


def check_files(folder):
    """Every link of the pages leads to a file of the folder, and names of pictures are digests of their bytes."""
    for path in (folder / "pictures").iterdir():
        if path.suffix != ".js":
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem, path
    document = json.loads((folder / "run.json").read_text())
    assert document["version"] == 1 and document["kind"] == "proofsheet-run"
    text = (folder / "index.html").read_text()
    assert "style=" not in text and "http-equiv=\"Content-Security-Policy\"" in text
    hidden = ["\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "</script"]
    for path in folder.glob("*.js"):
        if path.name != "script.js":
            assert not any(one in path.read_text() for one in hidden), path


source, folder = WORK / "source", WORK / "sheet"
shutil.rmtree(SHOTS, ignore_errors=True)
shutil.rmtree(folder, ignore_errors=True)
total = make(source)
subprocess.run(
    [proofsheet(), "report", source, "--format", "html", "--output", folder], check=True, cwd=ROOT
)
check_files(folder)
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox"], headless=True
    )
    measured = 0
    for name, options in {
        "1280": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
        "1280-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "reduced_motion": "reduce"},
    }.items():
        driver = Driver(browser, folder.resolve().as_uri(), SHOTS, **options)
        driver.open()
        driver.look(f"sheet-{name}")
        check_sheet(driver, total)
        check_case(driver)
        check_sizes(driver)
        check_plots(driver)
        check_hostile(driver)
        driver.page.pdf(path=SHOTS / f"sheet-{name}.pdf")
        assert not driver.complaints, driver.complaints
        measured += driver.measured
        driver.context.close()
    for scheme in ("light", "dark"):
        phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme, "has_touch": True, "is_mobile": True}
        driver = Driver(browser, folder.resolve().as_uri(), SHOTS, **phone)
        for name, address in [("sheet", ""), ("case", "#case=mugs%2Flinen--v4.5--s1"), ("hostile", "#case=hostile%2Fhostile")]:
            driver.open(address=address)
            if address:
                driver.page.wait_for_selector("#stage img")
            driver.look(f"{name}-390-{scheme}")
        measured += driver.measured
        driver.context.close()
    check_plain(browser, folder, total)
    print(
        f"Chromium {browser.version}: {total} cases and a group, {measured} texts of enough contrast, "
        f"{len(list(SHOTS.glob('*.png')))} screenshots in {SHOTS.relative_to(ROOT)}"
    )
    browser.close()
