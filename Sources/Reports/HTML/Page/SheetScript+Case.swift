extension SheetScript {
  /// One case: its pictures, compared and enlarged together.
  static let `case` = #"""
    // MARK: one case

    const modes = [["all", "All"], ["two", "Side by side"], ["swipe", "Swipe"], ["onion", "Onion skin"], ["blink", "Blink"], ["heat", "Heat map"], ["tiles", "Tile map"]];
    const stage = { scale: 1, x: 0, y: 0, width: 1, height: 1, panes: [], fitted: true, blinkTimer: 0, outlines: true, regions: [] };
    let current = null;

    async function openCase() {
      const one = byKey.get(state.case);
      if (current && current.one === one) { drawStage(); markModes(); return; }
      current = { one };
      stage.fitted = true;
      const outcome = outcomes[one[OUTCOME]];
      const title = h("h2", { id: "case-title", tabindex: "-1" }, mark(outcome), " ", bdi(suites[one[SUITE]]), " / ", bdi(one[ID]));
      caseView.setAttribute("aria-labelledby", "case-title");
      const previous = neighbour(one, -1);
      const next = neighbour(one, 1);
      const step = (other, text, key) => h("a", { class: "plainbutton" + (other ? "" : " off"), "data-key": key, href: other ? hashOf({ case: keyOf(other), mode: state.mode, a: -1, b: -1 }) : null, "aria-disabled": other ? null : "true", role: other ? null : "link" }, text);
      caseView.replaceChildren(
        state.view === "review" ? "" : h("nav", { class: "casenav", "aria-label": "Cases" }, h("a", { class: "plainbutton", "data-key": "back", href: hashOf({ case: null, mode: "", a: -1, b: -1 }) }, "Sheet"), step(previous, "Previous", "previous"), step(next, "Next", "next")),
        title, h("p", { class: "note", role: "status" }, "Loading …"));
      title.focus();
      let details;
      try {
        details = await detailsOf(one);
      } catch (error) {
        caseView.lastChild.textContent = String(error.message);
        return;
      }
      if (!current || current.one !== one) return;
      current.details = details;
      current.shown = details.pictures.shown;
      caseView.lastChild.remove();
      const result = details.case;
      caseView.append(
        h("p", { class: "reason" }, bdi(result.reason)),
        result.hint ? h("p", { class: "hint" }, "Next: ", h("code", {}, bdi(result.hint))) : "",
        h("div", { class: "casebody" }, buildStage(), buildFacts(result)));
      drawStage();
      title.focus({ preventScroll: true });
    }
    function closeCase() {
      current = null;
      caseView.removeAttribute("aria-labelledby");
      caseView.replaceChildren();
    }
    // The next case of those that are shown, in the order of the sheet.
    function neighbour(one, step) {
      const list = one[GROUP] ? groups : searched(single.filter(matches), state.q);
      const place = list.indexOf(one);
      return place < 0 ? null : list[place + step] || null;
    }

    // MARK: pictures of a case

    const visible = () => current.shown.map((picture, place) => ({ ...picture, place })).filter((picture) => picture.file || picture.thumbnail);
    function chosen() {
      const list = visible();
      const outputs = current.shown.map((picture, place) => ({ ...picture, place })).filter((picture) => picture.role === "output");
      const number = state.view === "review" ? current.details.case.outputs.findIndex((output) => output.index === state.image) : -1;
      const output = list.find((picture) => outputs[number] && picture.place === outputs[number].place) || list.find((picture) => picture.role === "output");
      let right = list.find((picture) => picture.place === state.b) || output || list[list.length - 1];
      let left = list.find((picture) => picture.place === state.a);
      if (!left) {
        const before = list.filter((picture) => right && picture.place < right.place);
        left = [...before].reverse().find((picture) => picture.role === "approved") || [...before].reverse().find((picture) => picture.role === "reference") || before[0] || list.find((picture) => picture !== right) || right;
      }
      return [left, right];
    }
    const pairOf = (left, right) => current.details.pictures.pairs.find((pair) => (pair.a === left.place && pair.b === right.place) || (pair.b === left.place && pair.a === right.place));
    function modeNow() {
      const list = visible();
      const [left, right] = chosen();
      const possible = list.length < 2 ? ["all"] : modes.map(([mode]) => mode).filter((mode) => (mode !== "heat" && mode !== "tiles") || pairOf(left, right));
      const preferred = pairOf(left, right) ? "all" : list.length > 1 ? "two" : "all";
      return { possible, mode: possible.includes(state.mode) ? state.mode : preferred };
    }

    function buildStage() {
      const list = visible();
      if (!list.length) return h("div", { class: "stagebox" }, h("p", { class: "note" }, current.shown.length ? "No picture of this case lies in this folder. Render the report with --images all." : "There is no picture."));
      const choose = (side, label) => h("label", { class: "choice" }, h("span", {}, label), h("select", { id: "choose-" + side, onchange: (event) => go({ [side]: Number(event.target.value) }, true) }, list.map((picture) => h("option", { value: String(picture.place) }, picture.label))));
      const radios = h("div", { class: "modes", role: "radiogroup", "aria-label": "View" }, modes.map(([mode, text]) => h("button", { type: "button", role: "radio", "data-mode": mode, "aria-checked": "false", tabindex: "-1", onclick: () => go({ mode }, true) }, text)));
      radios.addEventListener("keydown", (event) => {
        const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
        if (!step) return;
        event.preventDefault();
        const { possible, mode } = modeNow();
        go({ mode: possible[(possible.indexOf(mode) + step + possible.length) % possible.length] }, true);
        radios.querySelector('[aria-checked="true"]').focus();
      });
      const slider = h("label", { class: "choice", id: "slider-box", hidden: true }, h("span", {}, "Position"), h("input", { type: "range", id: "slider", min: "0", max: "100", value: "50", oninput: placeSlider }));
      const zoom = (text, label, action) => h("button", { type: "button", class: "plainbutton", "aria-label": label, onclick: action }, text);
      const box = h("div", { class: "stagebox" },
        list.length > 1 ? radios : "",
        h("div", { class: "stagetools" }, list.length > 1 ? [choose("a", "A"), choose("b", "B")] : "", slider,
          zoom("−", "Zoom out", () => zoomBy(1 / 1.6)), zoom("+", "Zoom in", () => zoomBy(1.6)), zoom("Fit", "Whole picture", fit), zoom("1:1", "One pixel of the picture a pixel", () => zoomBy(1 / stage.scale)),
          h("button", { type: "button", class: "plainbutton", id: "values", "aria-pressed": "false", onclick: readValues }, "Pixel values"),
          h("span", { id: "scale", role: "status" })),
        h("div", { id: "stage", class: "stage", tabindex: "0", role: "group", "aria-label": "Pictures: arrows move, plus and minus zoom" }),
        h("p", { id: "readout", class: "readout", role: "status" }, " "),
        h("div", { id: "legend", class: "legend" }),
        h("div", { id: "regions", class: "regions" }));
      const area = box.querySelector("#stage");
      area.addEventListener("wheel", (event) => {
        if (!stage.panes.length) return;
        event.preventDefault();
        const box = paneAt(event.clientX, event.clientY);
        zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), event.clientX - box.left, event.clientY - box.top);
      }, { passive: false });
      area.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        area.setPointerCapture(event.pointerId);
        stage.drag = { x: event.clientX, y: event.clientY };
        stage.pressed = { x: event.clientX, y: event.clientY };
      });
      area.addEventListener("click", (event) => {
        const moved = stage.pressed ? Math.hypot(event.clientX - stage.pressed.x, event.clientY - stage.pressed.y) : 0;
        const region = moved < 4 && regionUnder(event);
        if (region) zoomTo(region);
      });
      area.addEventListener("pointermove", (event) => {
        if (stage.drag) {
          stage.x += event.clientX - stage.drag.x;
          stage.y += event.clientY - stage.drag.y;
          stage.drag = { x: event.clientX, y: event.clientY };
          stage.fitted = false;
          place();
        }
        const box = paneAt(event.clientX, event.clientY);
        stage.pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
        area.classList.toggle("overregion", !stage.drag && Boolean(regionUnder(event)));
        readOut();
      });
      for (const name of ["pointerup", "pointercancel"]) area.addEventListener(name, () => { stage.drag = null; });
      area.addEventListener("dblclick", (event) => {
        const box = paneAt(event.clientX, event.clientY);
        zoomBy(stage.scale < 1 ? 1 / stage.scale : 2, event.clientX - box.left, event.clientY - box.top);
      });
      area.addEventListener("keydown", (event) => {
        const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
        if (!moves[event.key]) return;
        event.preventDefault();
        event.stopPropagation();
        stage.x += moves[event.key][0];
        stage.y += moves[event.key][1];
        stage.fitted = false;
        place();
        const box = stage.panes[0].element;
        stage.pointer = { x: box.clientWidth / 2, y: box.clientHeight / 2 };
        readOut();
      });
      new ResizeObserver(() => { if (stage.fitted) fit(); else place(); }).observe(area);
      return box;
    }
    function paneAt(x, y) {
      for (const pane of stage.panes) {
        const box = pane.element.getBoundingClientRect();
        if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) return box;
      }
      return stage.panes[0].element.getBoundingClientRect();
    }

    function markModes() {
      const { possible, mode } = modeNow();
      for (const button of caseView.querySelectorAll("[data-mode]")) {
        button.disabled = !possible.includes(button.dataset.mode);
        button.setAttribute("aria-checked", String(button.dataset.mode === mode));
        button.tabIndex = button.dataset.mode === mode ? 0 : -1;
        if (button.disabled) button.title = "these two pictures have no such map: they are of different sizes, or equal";
        else button.removeAttribute("title");
      }
    }
    function drawStage() {
      const area = document.getElementById("stage");
      if (!area) return;
      clearInterval(stage.blinkTimer);
      const { mode } = modeNow();
      const [left, right] = chosen();
      markModes();
      for (const [side, picture] of [["a", left], ["b", right]]) {
        const select = document.getElementById("choose-" + side);
        if (select) select.value = String(picture.place);
      }
      const pair = pairOf(left, right);
      const image = (picture, name) => { const element = h("img", { src: url(picture.file || picture.thumbnail), alt: name || picture.label, draggable: "false" }); if (!picture.file) element.dataset.small = "1"; return { element, picture }; };
      const map = (kind) => image({ file: pair[kind], label: kind === "heat" ? "heat map" : "tile map" });
      const pane = (images, text, extra) => {
        const element = h("div", { class: "pane " + (extra || "") }, images.map((one) => one.element), h("span", { class: "panename" }, bdi(text)));
        return { element, images };
      };
      const name = (picture) => picture.label + (picture.file ? "" : " (thumbnail)");
      let panes;
      if (mode === "all") {
        const list = visible();
        panes = list.map((picture) => pane([image(picture)], name(picture)));
        if (pair) panes.push(pane([map("heat")], "where they differ"));
      } else if (mode === "two") panes = [pane([image(left)], name(left)), pane([image(right)], name(right))];
      else if (mode === "heat" || mode === "tiles") panes = [pane([map(mode)], mode === "heat" ? "heat map, ΔE 2000" : "tile map, SSIM")];
      else panes = [pane([image(left), image(right)], "", "overlaid " + mode)];
      stage.panes = panes;
      stage.overlaid = mode === "swipe" || mode === "onion" || mode === "blink";
      area.className = "stage panes-" + Math.min(panes.length, 6);
      area.replaceChildren(...panes.map((one) => one.element));
      const sized = [right, left].find((picture) => picture.width) || null;
      stage.width = sized ? sized.width : 0;
      stage.height = sized ? sized.height : 0;
      for (const one of panes) for (const { element } of one.images) {
        element.addEventListener("load", () => { if (!stage.width && !element.dataset.small) { stage.width = element.naturalWidth; stage.height = element.naturalHeight; } if (stage.fitted) fit(); else place(); nameOverlay(); });
        element.addEventListener("error", () => { element.alt = "This picture cannot be shown."; });
      }
      const sliderBox = document.getElementById("slider-box");
      sliderBox.hidden = mode !== "swipe" && mode !== "onion";
      placeSlider();
      stage.blinked = mode === "blink" ? false : null;
      nameOverlay();
      if (mode === "blink") {
        swap();
        if (!matchMedia("(prefers-reduced-motion: reduce)").matches) stage.blinkTimer = setInterval(swap, 700);
      }
      drawLegend(mode, pair);
      drawRegions(pair);
      drawBoxes(mode, pair);
      fitSoon();
    }
    function fitSoon() { if (stage.fitted) fit(); else place(); }
    function swap() {
      const pane = stage.panes[0];
      if (!pane || pane.images.length < 2) return;
      stage.blinked = !stage.blinked;
      pane.images[1].element.style.visibility = stage.blinked ? "visible" : "hidden";
      nameOverlay();
    }
    const sizeOf = ({ element, picture }) => (picture.width ? [picture.width, picture.height] : element.dataset.small || !element.naturalWidth ? null : [element.naturalWidth, element.naturalHeight]);
    // What lies upon one another, and that two sizes were made one, as the metrics do.
    function nameOverlay() {
      const pane = stage.panes[0];
      if (!stage.overlaid || !pane || pane.images.length < 2) return;
      const names = pane.images.map(({ picture }, place) => "AB"[place] + " " + picture.label + (picture.file ? "" : " (thumbnail)"));
      const sizes = pane.images.map(sizeOf);
      const differ = sizes.every(Boolean) && String(sizes[0]) !== String(sizes[1]);
      pane.element.querySelector(".panename").replaceChildren(
        bdi(stage.blinked === null ? names.join(", ") : names[stage.blinked ? 1 : 0]),
        differ ? "; sizes differ: " + sizes.map((size, place) => "AB"[place] + " " + size.join(" × ")).join(", ") + ", shown as one" : "");
    }
    function placeSlider() {
      const pane = stage.panes[0];
      const slider = document.getElementById("slider");
      if (!pane || !slider || pane.images.length < 2) return;
      const share = Number(slider.value) / 100;
      const top = pane.images[1].element;
      if (pane.element.classList.contains("onion")) top.style.opacity = String(share);
      if (pane.element.classList.contains("swipe")) {
        // The edge stays where it is in the pane, whatever the zoom.
        const edge = (pane.element.clientWidth * share - stage.x) / stage.scale;
        top.style.clipPath = `inset(0 0 0 ${Math.max(0, edge)}px)`;
        pane.element.style.setProperty("--edge", share * 100 + "%");
      }
    }

    // MARK: zoom, one for all pictures

    function natural() {
      if (stage.width) return [stage.width, stage.height];
      const image = stage.panes.flatMap((pane) => pane.images).find(({ element }) => element.naturalWidth);
      return image ? [image.element.naturalWidth, image.element.naturalHeight] : [1, 1];
    }
    function fit() {
      if (!stage.panes.length) return;
      const pane = stage.panes[0].element;
      const [width, height] = natural();
      stage.scale = Math.min(pane.clientWidth / width, pane.clientHeight / height) || 1;
      stage.x = (pane.clientWidth - width * stage.scale) / 2;
      stage.y = (pane.clientHeight - height * stage.scale) / 2;
      stage.fitted = true;
      place();
    }
    function zoomBy(factor, x, y) {
      if (!stage.panes.length) return;
      const pane = stage.panes[0].element;
      const centreX = x === undefined ? pane.clientWidth / 2 : x;
      const centreY = y === undefined ? pane.clientHeight / 2 : y;
      const scale = Math.min(64, Math.max(0.02, stage.scale * factor));
      stage.x = centreX - ((centreX - stage.x) * scale) / stage.scale;
      stage.y = centreY - ((centreY - stage.y) * scale) / stage.scale;
      stage.scale = scale;
      stage.fitted = false;
      place();
    }
    function place() {
      const [width, height] = natural();
      for (const pane of stage.panes) for (const { element } of pane.images) {
        element.style.width = width + "px";
        // Beside one another pictures keep their shapes; upon one another they have one, or nothing would lie upon its like.
        element.style.height = stage.overlaid ? height + "px" : "";
        element.style.transform = `translate(${stage.x}px, ${stage.y}px) scale(${stage.scale})`;
        element.classList.toggle("pixelated", stage.scale * (width / (element.naturalWidth || width)) >= 2);
      }
      placeSlider();
      placeBoxes();
      const scale = document.getElementById("scale");
      if (scale) scale.textContent = Math.round(stage.scale * 100) + " %";
    }
    function zoomTo([x, y, width, height]) {
      const pane = stage.panes[0].element;
      const margin = Math.max(16, Math.max(width, height) * 0.4);
      stage.scale = Math.min(24, pane.clientWidth / (width + 2 * margin), pane.clientHeight / (height + 2 * margin));
      stage.x = pane.clientWidth / 2 - (x + width / 2) * stage.scale;
      stage.y = pane.clientHeight / 2 - (y + height / 2) * stage.scale;
      stage.fitted = false;
      place();
    }

    // MARK: pixel values

    const pixels = new Map();
    // An image of a page that was opened as a file may not be read, but bytes that came as a script may be decoded.
    async function pixelsOf(picture) {
      if (!picture.script) return null;
      if (!pixels.has(picture.digest)) {
        await load(picture.script);
        const text = atob(P.bytes[picture.digest]);
        delete P.bytes[picture.digest];
        const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none", premultiplyAlpha: "none" });
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.drawImage(bitmap, 0, 0);
        if (pixels.size >= 4) pixels.delete(pixels.keys().next().value);
        pixels.set(picture.digest, { width: bitmap.width, height: bitmap.height, data: context.getImageData(0, 0, bitmap.width, bitmap.height).data });
      }
      return pixels.get(picture.digest);
    }
    async function readValues() {
      const button = document.getElementById("values");
      if (!button) return;
      const one = current.one;
      const out = document.getElementById("readout");
      out.textContent = "Reading …";
      try {
        const read = [];
        for (const picture of chosen()) read.push([picture, await pixelsOf(picture)]);
        if (current.one !== one) return;
        current.values = read.filter(([, data]) => data);
        button.setAttribute("aria-pressed", String(current.values.length > 0));
        out.textContent = current.values.length ? "Point at a pixel, or move with the arrows." : "The pixels of these pictures are not in this folder: they are kept for cases that did not pass.";
        readOut();
      } catch (error) {
        out.textContent = String(error.message);
      }
    }
    function readOut() {
      const out = document.getElementById("readout");
      if (!out || !stage.pointer) return;
      const [width, height] = natural();
      const x = Math.floor((stage.pointer.x - stage.x) / stage.scale);
      const y = Math.floor((stage.pointer.y - stage.y) / stage.scale);
      if (x < 0 || y < 0 || x >= width || y >= height) return;
      const parts = [h("b", {}, x + ", " + y)];
      const values = (current.values || []).map(([picture, data]) => {
        const column = Math.min(data.width - 1, Math.floor((x * data.width) / width));
        const row = Math.min(data.height - 1, Math.floor((y * data.height) / height));
        const start = 4 * (row * data.width + column);
        return [picture, [...data.data.slice(start, start + 4)]];
      });
      for (const [picture, value] of values) {
        const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
        swatch.style.background = `rgb(${value[0]}, ${value[1]}, ${value[2]})`;
        parts.push(h("span", {}, " ", swatch, picture.label + " ", h("code", {}, value.slice(0, value[3] === 255 ? 3 : 4).join(" "))));
      }
      if (values.length === 2) {
        const difference = [0, 1, 2].map((channel) => values[1][1][channel] - values[0][1][channel]);
        parts.push(h("span", {}, " difference ", h("code", {}, difference.map((number) => (number > 0 ? "+" : "") + number).join(" "))));
      }
      out.replaceChildren(...parts);
    }

    // MARK: what maps mean, and where pictures differ

    function drawLegend(mode, pair) {
      const legend = document.getElementById("legend");
      const entries = mode === "tiles" ? [["below 0.99", 1], ["below 0.95", 2], ["below 0.8", 3], ["below 0.5", 4]] : [["above 1", 1], ["above 2.3", 2], ["above 5", 3], ["above 10", 4]];
      const isShown = mode === "heat" || mode === "tiles" || (mode === "all" && pair);
      legend.replaceChildren(...(isShown ? [h("span", {}, mode === "tiles" ? "SSIM of a tile" : "ΔE 2000 of a pixel"), ...entries.map(([text, step]) => h("span", {}, h("i", { class: "heat" + step, "aria-hidden": "true" }), text))] : []));
    }
    function drawRegions(pair) {
      const holder = document.getElementById("regions");
      if (!pair || !pair.regions.length) { holder.replaceChildren(); return; }
      const more = pair.count - pair.regions.length;
      holder.replaceChildren(h("span", {}, pair.count + (pair.count === 1 ? " region differs:" : " regions differ:")),
        ...pair.regions.map((region, place) => h("button", { type: "button", class: "plainbutton", onclick: () => zoomTo(region) }, `${place + 1}: ${region[2]} × ${region[3]} at ${region[0]}, ${region[1]}`)),
        more > 0 ? h("span", {}, "and " + more + " smaller") : "",
        h("button", { type: "button", class: "plainbutton", id: "outlines", "aria-pressed": String(stage.outlines), onclick: () => { stage.outlines = !stage.outlines; document.getElementById("outlines").setAttribute("aria-pressed", String(stage.outlines)); placeBoxes(); } }, "Outlines"));
    }
    // Boxes around what differs, upon the pictures that were compared; a click in one zooms to it.
    function drawBoxes(mode, pair) {
      stage.regions = pair && ["all", "two", "heat", "tiles"].includes(mode) ? pair.regions : [];
      for (const pane of stage.panes) {
        const isOfPair = pair && pane.images.every(({ picture }) => picture.place === undefined || picture.place === pair.a || picture.place === pair.b);
        pane.boxes = isOfPair ? stage.regions.map(() => h("div", { class: "regionbox", "aria-hidden": "true" })) : [];
        pane.element.append(...pane.boxes);
      }
    }
    function placeBoxes() {
      for (const pane of stage.panes) (pane.boxes || []).forEach((box, place) => {
        const [x, y, width, height] = stage.regions[place];
        box.hidden = !stage.outlines;
        Object.assign(box.style, { left: stage.x + x * stage.scale + "px", top: stage.y + y * stage.scale + "px", width: width * stage.scale + "px", height: height * stage.scale + "px" });
      });
    }
    // The smallest region at a place of the screen.
    function regionUnder(event) {
      if (!stage.outlines || !stage.regions || !stage.panes.length) return null;
      const pane = paneAt(event.clientX, event.clientY);
      if (!stage.panes.some((one) => one.boxes && one.boxes.length && one.element.getBoundingClientRect().left === pane.left && one.element.getBoundingClientRect().top === pane.top)) return null;
      const x = (event.clientX - pane.left - stage.x) / stage.scale;
      const y = (event.clientY - pane.top - stage.y) / stage.scale;
      return stage.regions.filter(([left, top, width, height]) => x >= left && x < left + width && y >= top && y < top + height).sort((one, other) => one[2] * one[3] - other[2] * other[3])[0] || null;
    }

    """#
}
