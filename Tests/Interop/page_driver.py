"""Drives a page in Chromium, and looks on the way for what nobody should meet."""

import time

from environment import chromium

CHROMIUM = chromium()


# Every control has a name, every picture a text, ids are there once, nothing lies outside, text can be read.
LOOK = """() => {
  const problems = [];
  const seen = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && e.getClientRects().length;
  const nameOf = (e) => {
    const by = e.getAttribute("aria-labelledby");
    if (by) return by.split(" ").map((i) => document.getElementById(i)?.textContent || "").join(" ").trim();
    if (e.getAttribute("aria-label")) return e.getAttribute("aria-label").trim();
    if (e.labels?.length) return [...e.labels].map((l) => l.textContent).join(" ").trim();
    return (e.textContent || "").trim() || e.querySelector("img[alt]")?.alt || "";
  };
  for (const e of document.querySelectorAll("a[href], button, select, input, textarea, [role=grid], [role=tablist], [tabindex='0']"))
    if (seen(e) && !nameOf(e) && !e.closest("[aria-hidden=true]")) problems.push("no name: " + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll("img")) if (!e.hasAttribute("alt")) problems.push("no alt: " + e.src);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const i of new Set(ids)) if (ids.filter((o) => o === i).length > 1) problems.push("id twice: " + i);
  for (const e of document.querySelectorAll("[aria-controls], [aria-labelledby]"))
    for (const i of (e.getAttribute("aria-controls") || e.getAttribute("aria-labelledby")).split(" "))
      if (!document.getElementById(i)) problems.push("leads to nothing: " + i);
  if (document.documentElement.scrollWidth > innerWidth) problems.push("wider than the screen: " + document.documentElement.scrollWidth);
  if (!document.documentElement.lang) problems.push("no language");
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  for (const e of document.querySelectorAll("[role=row]")) if (!e.closest("[role=grid]")) problems.push("row outside a grid");
  for (const e of document.querySelectorAll("[role=gridcell], [role=rowheader], [role=columnheader]"))
    if (!e.closest("[role=row]")) problems.push("cell outside a row");
  for (const e of document.querySelectorAll("button, select, input, .frame, .chip, .plainbutton")) {
    const box = e.getBoundingClientRect();
    if (seen(e) && (box.width < 24 || box.height < 16)) problems.push("too small to hit: " + e.outerHTML.slice(0, 80));
  }
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const parse = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [...d.slice(0, 3), d[3] / 255]; };
  const ground = (e) => {
    const layers = [];
    for (let n = e; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor); if (c[3] > 0) layers.push(c); if (c[3] === 1) break; }
    let colour = [255, 255, 255];
    for (const c of layers.reverse()) colour = colour.map((v, i) => v * (1 - c[3]) + c[i] * c[3]);
    return colour;
  };
  let measured = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e || !seen(e) || e.closest("noscript, svg, option, :disabled, [aria-disabled=true], .blank, .pane")) continue;
    const style = getComputedStyle(e);
    const [one, other] = [light(parse(style.color)), light(ground(e))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.7 && style.fontWeight >= 700);
    measured += 1;
    if (ratio < (isLarge ? 3 : 4.5)) problems.push(`contrast ${ratio.toFixed(2)} of "${walker.currentNode.data.trim().slice(0, 30)}" in ${e.className || e.tagName}`);
  }
  return {problems: [...new Set(problems)].slice(0, 20), measured};
}"""


def until(page, expression, seconds=20):
    """Waits for something to be true; Playwright's own way needs eval, which the page's policy forbids."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(20)


class Driver:
    """One page, with everything that must not happen on it."""

    def __init__(self, browser, home, shots, **options):
        self.home = home.rstrip("/")
        self.shots = shots
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints = []
        self.measured = 0
        self.page.on("console", lambda m: self.complaints.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.complaints.append(f"error: {e}"))
        self.page.on("dialog", lambda d: (self.complaints.append("a dialog"), d.dismiss()))
        self.page.on("requestfailed", self.failed)
        self.page.on("request", self.watch)

    def failed(self, request):
        # A page that is left gives up what it was still loading.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.complaints.append(f"failed: {request.url}")

    def watch(self, request):
        if not request.url.startswith((self.home + "/", "blob:")):
            self.complaints.append(f"left the folder: {request.url}")

    def open(self, name="index.html", address=""):
        self.page.goto("about:blank")
        self.page.goto(f"{self.home}/{name}{address}")
        if name in ("", "index.html"):
            self.page.wait_for_selector("html[data-ready]")

    def look(self, name):
        """Takes a picture, and looks for what nobody should meet."""
        self.page.wait_for_timeout(150)
        found = self.page.evaluate(LOOK)
        assert not found["problems"], (name, found["problems"])
        assert found["measured"] > 3, name
        self.measured += found["measured"]
        assert not self.complaints, (name, self.complaints)
        assert self.page.title() != "owned", name
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png")
