#!/usr/bin/env python3
"""Chromium reviews runs: on the page that `proofsheet review` serves, and on one that was opened as a file.

A project of its own is recorded from the simulator: drifted, unapproved and equal pictures, hostile prompts. Then
the page is driven by keys, and after each the baseline on the disk is compared with what was decided. Looked for
besides: requests that come from another page, name, folder or without the token; decisions about a picture that
somebody else decided about meanwhile; results that appear while a run goes on; `decisions.json` applied, and changed by a
stranger. Screenshots lie in .build/interop/review-shots.

Usage: python3 Tests/Interop/check_review.py [PROOFSHEET]
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from urllib.parse import urlsplit

from environment import BROWSER, ROOT, enter, latest_run, proofsheet, validator

enter(*BROWSER)

from page_driver import CHROMIUM, Driver, until  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

TOOL = proofsheet()
WORK = ROOT / ".build" / "interop" / "review-check"
SHOTS = ROOT / ".build" / "interop" / "review-shots"
HOSTILE = "<img src=x onerror=\\\"document.title='owned'\\\"> </script> ${x} \\u202eevil\\u202c ]]>"
SUITE = """version: 1
name: {name}
request: {{images: ../fixtures/inputs/coffee.png, size: square}}
matrix:
  prompt:
    - {{id: linen, value: "Put the cup on linen paper."}}
    - {{id: hostile, value: "{hostile}"}}
  seed: [{seeds}]
checks: [{{baseline: {level}}}]
"""


def run(*arguments, simulator="", expect=(0,), **more):
    """Runs a command of the tool in the project."""
    environment = os.environ | {"PROOFSHEET_API_KEY": "any", "PROOFSHEET_SIMULATOR": simulator, "USER": "ada"}
    done = subprocess.run(
        [TOOL, *arguments], cwd=WORK, env=environment, capture_output=True, text=True, timeout=300, **more
    )
    assert done.returncode in expect, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def make():
    """The project: of `mugs` one prompt is approved and has drifted, the cases of `same` are all alike."""
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "suites").mkdir(parents=True)
    (WORK / "fixtures" / "inputs").mkdir(parents=True)
    shutil.copy(ROOT / "fixtures/inputs/coffee.png", WORK / "fixtures/inputs")
    for name, seeds, level in (("mugs", "1, 2, 3", "near"), ("same", "1, 2", "identical-pixels")):
        text = SUITE.format(name=name, seeds=seeds, level=level, hostile=HOSTILE)
        (WORK / "suites" / f"{name}.yaml").write_text(text)
    record("record", "mugs", "--seeds ignored")
    run("approve", "latest", "--filter", "prompt=linen", "--reason", "as it should be")
    record("refresh", "mugs", "--seeds ignored")
    record("record", "same", "--canned")
    run("run", "suites/mugs.yaml", "suites/same.yaml", "--quiet", expect=(1,))


def record(mode, suite, simulator, expect=(0, 1)):
    run(
        "run", f"suites/{suite}.yaml", "--mode", mode, "--endpoint", "simulator", "--quiet", "--yes", "--max-cost", "5",
        "--concurrency", "1",
        simulator=simulator, expect=expect,
    )


def baseline(suite="mugs"):
    path = WORK / "suites" / f"{suite}.baseline.json"
    return path.read_bytes() if path.exists() else b""


def decisions(suite="mugs"):
    """What the baseline on the disk says, by case."""
    outputs = json.loads(baseline(suite) or '{"outputs":[]}')["outputs"]
    return [(o["case"], o["decision"], o.get("note")) for o in outputs]


@contextlib.contextmanager
def review(*arguments, **more):
    """A review under way: gives its address, and a list that holds exit code and messages afterwards."""
    environment = os.environ | {"USER": "ada"} | more
    process = subprocess.Popen(
        [TOOL, "review", *arguments], cwd=WORK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )
    end = []
    try:
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[0-9a-f]{64}/", address), (address, process.stderr.read())
        yield address, end
    finally:
        if process.poll() is None and not end:
            process.send_signal(signal.SIGTERM)
        messages = process.communicate(timeout=20)[1]
        end += [process.returncode, messages]
    token = urlsplit(address).path.strip("/")
    assert token not in messages, "the token is in no message"


def exchange(address, method="GET", path="", host=None, body=None, **fields):
    """One request as it is written, and the answer."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.putrequest(method, path if path.startswith("/") else parts.path + path, skip_host=True)
    connection.putheader("Host", host or parts.netloc)
    for name, value in fields.items():
        connection.putheader(name.replace("_", "-"), value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text, answer.headers


def check_gate():
    """Only a page of this server is obeyed, and only files of the sheet are given."""
    with review("latest", "--port", "0") as (address, _):
        parts = urlsplit(address)
        token = parts.path.strip("/")
        own = {"Origin": f"http://{parts.netloc}", "X_Proofsheet_Token": token, "Content_Type": "application/json"}
        status, page, fields = exchange(address)
        assert status == 200 and b"<title>" in page
        for name, value in {
            "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
        }.items():
            assert fields[name] == value, name
        assert "default-src 'none'" in fields["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in fields["Content-Security-Policy"]
        assert exchange(address, path="queue.js")[0] == 200
        for host in ("localhost", f"localhost:{parts.port}", "evil.example.com", f"127.0.0.1:{parts.port + 1}", "127.0.0.1"):
            assert exchange(address, host=host)[0] == 421, host
        assert exchange(address, path="/")[0] == 403
        assert exchange(address, path="/" + "0" * 64 + "/")[0] == 403
        for path in (
            "../proofsheet.sqlite", "%2e%2e/proofsheet.sqlite", "..%2fproofsheet.sqlite", "/".join([".."] * 12) + "/etc/passwd",
            "thumbnails/../index.html", "pictures//x.png", "junit.xml", ".hidden.js", "thumbnails", "thumbnails/", "no.js", "a\\b.js",
        ):
            assert exchange(address, path=path)[0] == 404, path
        secret = WORK / "secret.js"
        secret.write_text("secret")
        folder = latest_run(WORK / "reports")
        (folder / "link.js").symlink_to(secret)
        assert exchange(address, path="link.js")[0] == 404
        assert exchange(address, Origin="https://evil.example.com")[0] == 403
        assert exchange(address, "OPTIONS", "api/decide")[0] == 405
        before = baseline()
        for change in (
            {"Origin": "https://evil.example.com"}, {"Origin": "null"}, {"Origin": None}, {"X_Proofsheet_Token": None},
            {"X_Proofsheet_Token": "0" * 64}, {"Content_Type": "text/plain"},
        ):
            sent = {k: v for k, v in (own | change).items() if v is not None}
            assert exchange(address, "POST", "api/undo", body=b"{}", **sent)[0] in (403, 415), change
        for body in (b"{}", b"[", b'{"decisions":[],"seen":[]}', b'{"decisions":[{}],"seen":[null]}', b"\xff"):
            assert exchange(address, "POST", "api/decide", body=body, **own)[0] == 400, body
        assert exchange(address, "POST", "api/undo", body=b"{}", **own)[0] == 409, "nothing to take back"
        assert exchange(address, X="a" * 20_000)[0] == 431
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as raw:
            fields = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in own.items())
            raw.sendall(f"POST {parts.path}api/decide HTTP/1.1\r\nHost: {parts.netloc}\r\n{fields}Content-Length: 99999999\r\n\r\n".encode())
            assert b" 413 " in raw.recv(200)
        assert baseline() == before


def check_opening():
    """A browser is handed an address that leads to the page once, for arguments can be seen by others."""
    programs, told = WORK / "bin", WORK / "told"
    programs.mkdir()
    script = f'#!/bin/sh\nprintf %s "$1" > {told}.part && mv {told}.part {told}\nsleep 1\ntouch {told}.later\n'
    (programs / "xdg-open").write_text(script)
    (programs / "xdg-open").chmod(0o755)
    with review("latest", "--open", PATH=f"{programs}:{os.environ['PATH']}") as (address, _):
        deadline = time.monotonic() + 20
        while not told.exists():
            assert time.monotonic() < deadline, "xdg-open was not started"
            time.sleep(0.02)
        opening = urlsplit(told.read_text())
        assert opening.netloc == urlsplit(address).netloc and opening.path.startswith("/open/"), opening
        assert urlsplit(address).path.strip("/") not in opening.path
        status, _, fields = exchange(address, path=opening.path)
        assert (status, fields["Location"]) == (303, urlsplit(address).path)
        assert exchange(address, path=opening.path)[0] == 403
        while not (WORK / "told.later").exists():
            assert time.monotonic() < deadline, "the browser was ended"
            time.sleep(0.02)


def left(page, text):
    until(page, f"document.getElementById('left')?.textContent === {json.dumps(text)}")


def check_keys(browser, scheme):
    """Keys decide, and each decision is on the disk before the next picture shows."""
    with review("latest") as (address, end):
        driver = Driver(browser, address, SHOTS, viewport={"width": 1280, "height": 900}, color_scheme=scheme)
        page = driver.page
        driver.open("")
        page.wait_for_selector("#stage img")
        left(page, "7 left (10 pictures)")
        title = page.locator("#case-title")
        assert "drifted" in title.inner_text() and "linen" in title.inner_text(), title.inner_text()
        driver.look(f"review-{scheme}")
        before = baseline()
        page.keyboard.press("a")
        left(page, "6 left (9 pictures)")
        assert len([d for d in decisions() if d[1] == "approved"]) == 4
        approved = baseline()
        page.keyboard.press("r")
        page.wait_for_selector("#note-form:not([hidden])")
        driver.look(f"review-note-{scheme}")
        page.keyboard.type("the cup <b>moved</b>")
        page.keyboard.press("Enter")
        left(page, "5 left (8 pictures)")
        assert [d[2] for d in decisions() if d[1] == "rejected"] == ["the cup <b>moved</b>"]
        page.keyboard.press("u")
        left(page, "6 left (9 pictures)")
        assert baseline() == approved, "the lines are as they were"
        page.keyboard.press("u")
        left(page, "7 left (10 pictures)")
        assert baseline() == before
        page.keyboard.press("r")
        page.keyboard.press("Escape")
        left(page, "7 left (10 pictures)")
        for key in ("j", "k", "?"):
            page.keyboard.press(key)
        driver.look(f"review-keys-{scheme}")
        page.keyboard.press("?")
        check_equal(page, driver, scheme)
        check_selection(page)
        check_conflict(page, driver)
        while not page.locator("#left").inner_text().startswith("Nothing"):
            now = page.locator("#left").inner_text()
            page.keyboard.press("a")
            until(page, f"document.getElementById('left').textContent !== {json.dumps(now)}")
        driver.look(f"review-done-{scheme}")
        assert page.title() == "Nothing left – review of " + page.evaluate("proofsheet.run.id")
        page.click("#finish")
        until(page, "document.getElementById('review-message').textContent.includes('has ended')")
        assert not driver.complaints, driver.complaints
        driver.context.close()
        end.append("by itself")
    assert end[1] == 0 and "9 approved, 0 rejected, 0 left" in end[2], end
    assert "nothing waits for a decision" in run("review", "latest").stderr


def check_equal(page, driver, scheme):
    """Equal changes are decided about together."""
    page.locator(".waiting", has=page.locator(".times")).locator("a").click()
    until(page, "document.getElementById('case-title').textContent.includes('same')")
    assert page.locator("#approve").inner_text().startswith("Approve 4")
    driver.look(f"review-equal-{scheme}")
    page.keyboard.press("a")
    left(page, "6 left")
    assert [d[1] for d in decisions("same")] == ["approved"] * 4
    page.keyboard.press("u")
    left(page, "7 left (10 pictures)")
    assert decisions("same") == []


def check_selection(page):
    """A selection and a group are decided about together, also across suites."""
    page.select_option("#by", label="prompt")
    page.get_by_role("button", name=re.compile("^Select .* of prompt linen")).click()
    assert page.locator("#reject").inner_text().startswith("Reject 7")
    page.keyboard.press("a")
    left(page, "3 left")
    assert len(decisions("same")) == 4 and len(decisions()) == 6
    page.keyboard.press("u")
    left(page, "7 left (10 pictures)")
    assert len(decisions("same")) == 0 and len(decisions()) == 3
    page.select_option("#by", label="nothing")
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("#approve").inner_text().startswith("Approve 2")
    page.keyboard.press("Escape")
    assert "2" not in page.locator("#approve").inner_text()


def check_conflict(page, driver):
    """What somebody else decided meanwhile is not decided over."""
    name = page.locator("#case-title").inner_text().split(" / ")[1].strip()
    run("reject", "latest", "--filter", f"suite=mugs id={name}", "--reason", "too dark", "--by", "bob")
    page.keyboard.press("a")
    until(page, "document.getElementById('review-message').classList.contains('bad')")
    text = page.locator("#review-message").inner_text()
    assert "bob rejected it at" in text and name in text, text
    left(page, "6 left (9 pictures)")
    driver.complaints = [c for c in driver.complaints if "409" not in c]
    driver.look("review-refused")
    assert page.locator("#approve").is_disabled(), "it is decided about"
    page.keyboard.press("j")


def check_phone(browser):
    for scheme in ("light", "dark"):
        with review("latest") as (address, _):
            options = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme, "has_touch": True, "is_mobile": True}
            driver = Driver(browser, address, SHOTS, **options)
            driver.open("")
            driver.page.wait_for_selector("#stage img")
            driver.look(f"review-390-{scheme}")
            driver.page.click("#reject")
            driver.look(f"review-note-390-{scheme}")
            driver.open("", "#view=sheet")
            driver.look(f"sheet-390-{scheme}")
            driver.context.close()


def check_file(browser):
    """A page without a server collects the same decisions, and `approve --from` applies them."""
    folder = latest_run(WORK / "reports")
    driver = Driver(browser, folder.as_uri(), SHOTS, viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = driver.page
    driver.open()
    assert page.locator("#review-count").inner_text() == "7"
    page.click("#review-link")
    page.wait_for_selector("#stage img")
    left(page, "7 left (10 pictures)")
    page.keyboard.press("a")
    left(page, "6 left (9 pictures)")
    page.keyboard.press("r")
    page.keyboard.type("the cup moved")
    page.keyboard.press("Enter")
    left(page, "5 left (8 pictures)")
    page.keyboard.press("a")
    page.keyboard.press("u")
    left(page, "5 left (8 pictures)")
    driver.look("file")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    left(page, "5 left (8 pictures)")
    page.evaluate("localStorage.setItem('proofsheet-decisions:' + proofsheet.run.id, localStorage.getItem('proofsheet-decisions:' + proofsheet.run.id).replace(/]$/, ',5,{\"ids\":[\"__proto__\"],\"digests\":[1],\"decision\":\"approved\"}]'))")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    left(page, "5 left (8 pictures)")
    with page.expect_download() as download:
        page.click("#download")
    path = WORK / "decisions.json"
    download.value.save_as(path)
    assert download.value.suggested_filename == "decisions.json"
    assert not driver.complaints, driver.complaints
    driver.context.close()
    text = path.read_text()
    schema = validator("decisions")
    errors = [f"{error.json_path}: {error.message[:200]}" for error in schema.iter_errors(json.loads(text))]
    assert not errors, errors
    before = baseline()
    assert "1 picture would be approved, 1 would be rejected" in run("approve", "--from", path, "--dry-run").stderr
    # What the file alone shows to be wrong, the schema refuses too.
    for change, code, is_valid, message in (
        (("\"digest\":\"", "\"digest\":\"0000"), 2, False, "/decisions/0/digest: expected a digest"),
        (("\"run\":\"", "\"run\":\"x"), 2, True, "there is no finished run"),
        (("\"image\":0", "\"image\":3"), 1, True, "at /decisions/0: mugs / "),
        (("\"note\":\"the", "\"note\":\"\\u001b[31m"), 2, False, "without control characters"),
        (("\"decision\":\"approved\"", "\"decision\":\"approved\",\"by\":\"eve\""), 2, False, "/decisions/0/by: the member is not known"),
        (("\"pixels\":\"px1:", "\"pixels\":\"px9:"), 1, True, "another picture than the run has"),
    ):
        bad = WORK / "bad.json"
        changed = text.replace(*change, 1)
        bad.write_text(changed)
        said = run("approve", "--from", bad, expect=(code,)).stderr
        assert schema.is_valid(json.loads(changed)) == is_valid, change
        assert message in said and "\x1b" not in said, (change, said)
    assert baseline() == before
    said = run("approve", "--from", path).stderr
    assert "1 picture approved, 1 rejected, 0 decided before" in said, said
    assert [d[2] for d in decisions() if d[1] == "rejected"] == ["the cup moved"]
    assert "0 pictures approved, 0 rejected, 2 decided before" in run("approve", "--from", path).stderr
    (WORK / "suites/mugs.baseline.json").write_bytes(before)


def begin(name):
    """Begins a run that takes its time, and waits for its first results."""
    text = SUITE.format(name=name, seeds="1..6", level="near", hostile=HOSTILE)
    (WORK / f"suites/{name}.yaml").write_text(text)
    environment = os.environ | {
        "PROOFSHEET_API_KEY": "any", "PROOFSHEET_SIMULATOR": "--time-factor 0.12", "USER": "ada",
    }
    known = {p.name for p in (WORK / "reports").glob("20*")}
    process = subprocess.Popen(
        [TOOL, "run", f"suites/{name}.yaml", "--mode", "record", "--endpoint", "simulator", "--yes", "--max-cost", "5",
         "--concurrency", "1", "--quiet"],
        cwd=WORK, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    lines = None
    while lines is None or not lines.exists() or lines.read_text().count("\n") < 3:
        assert process.poll() is None, process.stderr.read()
        new = [p for p in (WORK / "reports").glob("20*") if p.name not in known]
        lines = max(new) / "run.jsonl" if new else None
        time.sleep(0.02)
    return process


def check_killed(browser):
    """A run that is killed while somebody looks was ended early, and what it made can be decided about."""
    process = begin("killed")
    try:
        with review("latest") as (address, end):
            driver = Driver(browser, address, SHOTS, viewport={"width": 1280, "height": 900})
            page = driver.page
            driver.open("")
            page.wait_for_selector("#stage img")
            assert "run goes on, " in page.locator("#going").inner_text()
            process.kill()
            until(page, "/^run was ended early, [0-9]+ of 12 have no result$/.test(document.getElementById('going').textContent)", 30)
            assert "interrupted" in page.locator("header .verdict").inner_text()
            driver.look("killed")
            page.keyboard.press("a")
            until(page, "document.getElementById('review-message').textContent.startsWith('approved')")
            assert len(decisions("killed")) == 1
            page.keyboard.press("u")
            until(page, "document.getElementById('review-message').textContent === 'taken back'")
            assert not driver.complaints, driver.complaints
            driver.context.close()
        assert end[0] == 0 and "was ended early, " in end[1], end
        with review("latest") as (address, end):
            pass
        assert "was ended early, " in end[1] and "goes on" not in end[1].split("left")[0], end
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def check_live(browser):
    """While a run goes on, what it finds appears on the page, and can be decided about."""
    process = begin("slow")
    try:
        with review("latest") as (address, end):
            driver = Driver(browser, address, SHOTS, viewport={"width": 1280, "height": 900})
            page = driver.page
            driver.open("")
            page.wait_for_selector("#stage img")
            assert "run goes on, " in page.locator("#going").inner_text()
            driver.look("live")
            count = page.locator(".waiting").count()
            heading = page.locator("header .verdict").inner_text()
            assert "so far" in heading, heading
            shown = page.locator("#case-title").inner_text()
            until(page, f"document.querySelectorAll('.waiting').length > {count}")
            assert page.locator("#case-title").inner_text() == shown, "what is open stays open"
            page.keyboard.press("a")
            until(page, "document.getElementById('review-message').textContent.startsWith('approved')")
            assert len(decisions("slow")) == 1
            until(page, "document.getElementById('going').textContent === ''", 60)
            ended = page.locator("header .verdict").inner_text()
            assert "12 cases" in ended and "so far" not in ended and ended != heading, ended
            left(page, "11 left")
            assert page.locator(".waiting").count() == 11
            driver.look("live-ended")
            assert not driver.complaints, driver.complaints
            driver.context.close()
        assert end[0] == 0 and "1 approved, 0 rejected, 11 left" in end[1], end
        assert process.wait(timeout=60) in (0, 1)
        assert not list((WORK / "reports/rendered").glob("review-*")), "nothing is left"
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


shutil.rmtree(SHOTS, ignore_errors=True)
make()
kept = {name: baseline(name) for name in ("mugs", "same")}
check_gate()
check_opening()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], headless=True)
    check_file(browser)
    check_phone(browser)
    for scheme in ("light", "dark"):
        for name, data in kept.items():
            path = WORK / "suites" / f"{name}.baseline.json"
            path.write_bytes(data) if data else path.unlink(missing_ok=True)
        check_keys(browser, scheme)
    check_live(browser)
    check_killed(browser)
    print(
        f"Chromium {browser.version}: reviewed by keys, by file and while a run went on; "
        f"{len(list(SHOTS.glob('*.png')))} screenshots in {SHOTS.relative_to(ROOT)}"
    )
    browser.close()
