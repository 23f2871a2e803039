#!/usr/bin/env python3
"""Playwright serves an export to a page, and the page sees the recorded bytes.

Both forms are served to Debian's Chromium, with no network: pictures by `_file`, and embedded. The page
fetches every picture and every answer to an order, digests the bytes itself and decodes the pictures.
The recorded digests are taken from the committed recordings, not from the export.

Usage: python3 Tests/Interop/check_playwright.py [PROOFSHEET]
"""

import json

from environment import ROOT, chromium, enter, export

CHROMIUM = chromium()

enter("playwright", "playwright>=1.40")

from playwright.sync_api import sync_playwright  # noqa: E402

LOOK = """async ({url, method, body}) => {
  const answer = await fetch(url, {method, body, headers: body ? {"content-type": "application/json"} : {}});
  const bytes = await answer.arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const hex = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const type = answer.headers.get("content-type");
  let width = 0;
  if (type.startsWith("image/")) {
    const bitmap = await createImageBitmap(new Blob([bytes], {type}));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    const pixels = canvas.getContext("2d").getImageData(0, 0, bitmap.width, bitmap.height).data;
    if (!pixels.some((value, index) => index % 4 < 3 && value > 0)) throw new Error("a black picture");
    width = bitmap.width;
  }
  return {status: answer.status, byteCount: bytes.byteLength, hex, width};
}"""


def committed_digests():
    """The digest of each recorded answer by case and role."""
    digests = {}
    for path in (ROOT / "fixtures" / "quickstart").glob("*.har"):
        for entry in json.loads(path.read_text())["log"]["entries"]:
            role = entry["_proofsheet"]["role"]
            digests[path.stem, role] = entry["response"]["content"]["_sha256"]
    return digests


def serve(context, har, digests):
    """Serves one HAR to a page and compares what arrives; gives the number of bodies and bytes."""
    context.route_from_har(har, not_found="abort")
    page = context.new_page()
    # A page of the recorded origin: secure, since it is this machine, and allowed to read the answers.
    entries = json.loads(har.read_text())["log"]["entries"]
    origin = "/".join(entries[0]["request"]["url"].split("/")[:3])
    page.route(f"{origin}/page", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    origins = {"/".join(entry["request"]["url"].split("/")[:3]) for entry in entries}
    assert origins == {origin}, origins
    page.goto(f"{origin}/page")
    bodies = byte_count = 0
    embedded = json.loads(har.read_text())["log"]["_proofsheet"]["embedded"]
    for entry in entries:
        own = entry["_proofsheet"]
        # Playwright tells orders apart by their bodies, which only the embedded form holds whole.
        if own["role"] == "generate" and not embedded:
            continue
        found = page.evaluate(
            LOOK,
            {
                "url": entry["request"]["url"],
                "method": entry["request"]["method"],
                "body": entry["request"].get("postData", {}).get("text"),
            },
        )
        assert found["status"] == 200, (own, found)
        assert found["hex"] == digests[own["case"], own["role"]], (own, found)
        assert found["byteCount"] > 0
        assert (found["width"] > 0) == (own["role"] == "download"), (own, found)
        bodies += 1
        byte_count += found["byteCount"]
    return bodies, byte_count


digests = committed_digests()
beside = ROOT / "fixtures" / "interop-export.har"
embedded = ROOT / ".build" / "interop" / "quickstart-embedded.har"
try:
    export(beside)
    export(embedded, "--embed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], headless=True
        )
        for name, har, expected in [("by _file", beside, 24), ("embedded", embedded, 48)]:
            context = browser.new_context(service_workers="block")
            bodies, byte_count = serve(context, har, digests)
            assert bodies == expected, bodies
            context.close()
            print(f"Chromium {browser.version}, {name}: {bodies} bodies, {byte_count} bytes as recorded")
        browser.close()
finally:
    beside.unlink(missing_ok=True)
