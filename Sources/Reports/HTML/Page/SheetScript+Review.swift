extension SheetScript {
  /// The queue of decisions: what waits, keys, selections, and where decisions go.
  static let review = #"""
    // MARK: what waits for a decision

    const reviewView = document.getElementById("review");
    const shownMax = 80;
    const idOf = (entry) => entry.suite + "/" + entry.case + "/" + entry.image;
    const placeOf = (entry) => ({ view: "review", case: entry.suite + "/" + entry.case, image: entry.image, a: -1, b: -1 });
    let queue;
    let changes;
    let decided = new Map();
    let selected = new Set();
    let busy = false;
    let status = { revision: 0, sheet: 1, ended: true, endedEarly: false, done: 0, cases: 0, undo: 0, isGone: false };
    function takeQueue() {
      queue = P.queue || { entries: [], more: 0, served: false, noteBytes: 4096 };
      changes = [];
      for (const entry of queue.entries) {
        if (!byKey.has(entry.suite + "/" + entry.case)) continue;
        if (changes[entry.change]) changes[entry.change].push(entry); else changes[entry.change] = [entry];
      }
      changes = changes.filter(Boolean);
    }
    const oneOf = (entry) => byKey.get(entry.suite + "/" + entry.case);
    const waits = (entry) => !decided.has(idOf(entry));
    // The changes that nobody has decided about, in the order of the strip.
    function waiting(isFiltered) {
      let list = changes.map((entries) => entries.filter(waits)).filter((entries) => entries.length);
      if (!isFiltered) return list;
      if (state.q) {
        const found = new Set(searched([...new Set(list.flat().map(oneOf))], state.q));
        list = list.map((entries) => entries.filter((entry) => found.has(oneOf(entry)))).filter((entries) => entries.length);
      }
      if (state.by < 0) return list;
      const place = (entries) => { const entry = axes[state.by].coordinate(oneOf(entries[0])); return entry < 0 ? Infinity : entry; };
      return list.map((entries, order) => ({ entries, order, at: place(entries) })).sort((one, other) => one.at - other.at || one.order - other.order).map(({ entries }) => entries);
    }
    const isShown = (entries) => entries.some((entry) => entry.suite + "/" + entry.case === state.case && entry.image === state.image);
    const countOf = (list) => list.reduce((sum, entries) => sum + entries.length, 0);
    const pictures = (count) => grouped(count) + (count === 1 ? " picture" : " pictures");

    // Gives the change that the address names, or the first that waits.
    function openReview() {
      const list = waiting(true);
      if (!list.some(isShown)) {
        const first = list[0] || waiting(false)[0];
        const { case: name, image } = first ? placeOf(first[0]) : { case: null, image: 0 };
        state.case = name;
        state.image = image;
        history.replaceState(null, "", (shownHash = hashOf({})));
      }
      drawReview();
      caseView.hidden = !state.case;
      if (state.case) openCase(); else { closeCase(); reviewView.querySelector(".left").focus(); }
    }
    function targets() {
      if (selected.size) return queue.entries.filter((entry) => selected.has(idOf(entry)) && waits(entry));
      return waiting(true).find(isShown) || [];
    }
    function step(by) {
      const list = waiting(true);
      if (!list.length) return;
      const place = list.findIndex(isShown);
      const next = place < 0 ? 0 : (place + by + list.length) % list.length;
      go(placeOf(list[next][0]));
    }

    // MARK: the bar and the strip

    function buildReview() {
      const button = (id, key, text, action) => h("button", { type: "button", id, onclick: action, "aria-keyshortcuts": key }, text, " ", h("kbd", { "aria-hidden": "true" }, key));
      let timer = 0;
      reviewView.replaceChildren(
        h("div", { class: "reviewbar" },
          h("p", { class: "left", tabindex: "-1" }, h("b", { id: "left", role: "status", "aria-live": "polite" }), h("span", { id: "going", role: "status" })),
          h("div", { class: "decide" },
            button("approve", "a", "Approve", () => decide("approved")), button("reject", "r", "Reject", askNote), button("undo", "u", "Undo", takeBack)),
          h("div", { class: "decide" }, button("back", "k", "Previous", () => step(-1)), button("on", "j", "Next", () => step(1))),
          h("div", { class: "decide end" },
            h("button", { type: "button", id: "review-help-button", onclick: toggleReviewHelp, "aria-expanded": "false", "aria-controls": "review-help" }, "Keys ", h("kbd", { "aria-hidden": "true" }, "?")),
            h("a", { class: "plainbutton", id: "to-sheet", href: "#" }, "Sheet"),
            queue.served ? h("button", { type: "button", id: "finish", onclick: finish }, "Finish") : h("button", { type: "button", id: "download", onclick: download }, "Download decisions.json"))),
        h("form", { id: "note-form", class: "noteform", hidden: true, onsubmit: (event) => { event.preventDefault(); rejectWithNote(); } },
          h("label", { class: "choice grow" }, h("span", { id: "note-label" }, "What is wrong with it?"), h("input", { type: "text", id: "note", autocomplete: "off", maxlength: "1000" })),
          h("button", { type: "submit" }, "Reject"), h("button", { type: "button", onclick: closeNote }, "Cancel")),
        h("div", { id: "review-help", class: "help", hidden: true }, reviewKeys.map(([key, text]) => h("p", {}, h("kbd", {}, key), " ", text))),
        h("div", { class: "tools", id: "review-tools" },
          h("label", { class: "choice grow" }, h("span", {}, "Search"), h("input", { type: "search", id: "review-search", placeholder: "Search ids, entries, prompts", autocomplete: "off", spellcheck: "false", oninput: (event) => { clearTimeout(timer); timer = setTimeout(() => go({ q: event.target.value }, true), 120); } })),
          h("label", { class: "choice" }, h("span", {}, "Group by"), h("select", { id: "by", onchange: (event) => go({ by: Number(event.target.value) }, true) }, h("option", { value: "-1" }, "nothing"), axes.map((axis, place) => h("option", { value: String(place) }, axis.name)))),
          h("button", { type: "button", class: "plainbutton", id: "select-all", onclick: selectAll }, "Select all shown"),
          h("button", { type: "button", class: "plainbutton", id: "select-none", onclick: () => { selected.clear(); drawReview(); } }, "Clear selection"),
          h("div", { id: "review-message", class: "reviewmessage", role: "status" })),
        h("div", { id: "strip", class: "strips" }));
    }
    const reviewKeys = [
      ["a", "approve, and go on"], ["r", "reject with a note, and go on"], ["u", "take the last step back"], ["j k", "next and previous"],
      ["x", "select this change"], ["X", "select all shown"], ["Esc", "clear the selection"], ["/", "search"], ["s", "the whole sheet"], ["1 … 7", "the views of the pictures"], ["+ − 0", "zoom in, out, whole picture"], ["v", "pixel values"], ["?", "these keys"],
    ];
    function toggleReviewHelp() {
      const help = document.getElementById("review-help");
      help.hidden = !help.hidden;
      document.getElementById("review-help-button").setAttribute("aria-expanded", String(!help.hidden));
    }
    function drawReview() {
      const all = waiting(false);
      const list = waiting(true);
      const place = list.findIndex(isShown);
      for (const id of [...selected]) if (decided.has(id)) selected.delete(id);
      const count = targets().length;
      const total = countOf(all);
      const words = all.length ? grouped(all.length) + " left" + (total > all.length ? " (" + pictures(total) + ")" : "") : "Nothing left";
      const left = document.getElementById("left");
      if (left.textContent !== words) left.textContent = words;
      document.title = words + " – review of " + P.run.id;
      document.getElementById("going").textContent = status.isGone ? "The server has ended." : status.endedEarly ? earlyText() : status.ended ? "" : "run goes on, " + grouped(status.done) + " of " + grouped(status.cases);
      const more = count > 1 ? " " + grouped(count) : "";
      for (const [id, text] of [["approve", "Approve"], ["reject", "Reject"]]) {
        const button = document.getElementById(id);
        button.firstChild.data = text + more;
        button.disabled = !count || status.isGone;
      }
      document.getElementById("undo").disabled = !status.undo || status.isGone;
      document.getElementById("back").disabled = document.getElementById("on").disabled = list.length < 2;
      document.getElementById("to-sheet").href = hashOf({ view: "sheet", case: null, mode: "" });
      const search = document.getElementById("review-search");
      if (search.value !== state.q && document.activeElement !== search) search.value = state.q;
      document.getElementById("by").value = String(state.by);
      for (const part of document.getElementById("review-tools").children) if (part.id !== "review-message") part.hidden = changes.length < 2;
      document.getElementById("select-none").hidden = !selected.size;
      const download = document.getElementById("download");
      if (download) download.disabled = !decided.size;
      drawStrip(list, place, all.length);
    }
    const earlyText = () => "run was ended early, " + grouped(Math.max(0, status.cases - status.done)) + " of " + grouped(status.cases) + " have no result";
    // The page was drawn once; a run that goes on has come to more since.
    function drawHeading(heading) {
      document.querySelector("header .verdict").replaceChildren(
        h("span", { class: "mark v-" + (heading.good ? "success" : "failure") }, heading.verdict), " " + heading.words, ...heading.warnings.flatMap((text) => [", ", h("strong", {}, text)]));
    }
    // A part of a long queue is in the document: what is around the change that is shown.
    function drawStrip(list, place, total) {
      const strip = document.getElementById("strip");
      const start = Math.max(0, Math.min(place - shownMax / 2, list.length - shownMax));
      const part = list.slice(start, start + shownMax);
      const parts = [];
      if (!list.length) parts.push(h("p", { class: "note" }, total ? ["No change is shown. ", h("button", { type: "button", onclick: () => go({ q: "" }, true) }, "Show all")] : doneText()));
      if (start) parts.push(h("p", { class: "stripnote" }, grouped(start) + " before these"));
      let group = null;
      let row = null;
      for (const entries of part) {
        const entry = state.by < 0 ? null : axes[state.by].coordinate(oneOf(entries[0]));
        if (!row || entry !== group) {
          group = entry;
          row = h("ul", { class: "queue" });
          if (state.by >= 0) {
            const name = axes[state.by].name + " " + entryText(state.by, entry);
            const members = list.filter((other) => axes[state.by].coordinate(oneOf(other[0])) === entry);
            parts.push(h("h3", { class: "stripname" }, bdi(name), " ", h("button", { type: "button", class: "plainbutton", "aria-label": "Select " + pictures(countOf(members)) + " of " + name, onclick: () => select(members.flat()) }, "Select " + grouped(countOf(members)))));
          }
          parts.push(row);
        }
        row.append(stripItem(entries));
      }
      if (start + part.length < list.length) parts.push(h("p", { class: "stripnote" }, grouped(list.length - start - part.length) + " after these"));
      if (queue.more) parts.push(h("p", { class: "stripnote" }, pictures(queue.more) + " more wait; review again after these."));
      strip.replaceChildren(...parts);
      const now = strip.querySelector('[aria-current="true"]');
      if (now) now.closest("ul").scrollLeft = Math.max(0, now.offsetLeft - now.closest("ul").clientWidth / 2 + 40);
    }
    function stripItem(entries) {
      const one = oneOf(entries[0]);
      const text = keyOf(one) + ", " + entries[0].verdict + (entries.length > 1 ? ", " + grouped(entries.length) + " equal changes" : "");
      const isSelected = entries.every((entry) => selected.has(idOf(entry)));
      return h("li", { class: "waiting v-" + (entries[0].verdict === "unapproved" ? "skipped" : "failure") + (isSelected ? " picked" : "") },
        h("a", { href: hashOf(placeOf(entries[0])), title: text + "\n" + one[PROMPT].slice(0, 300), "aria-label": text, "aria-current": isShown(entries) ? "true" : null },
          one[THUMB] ? h("img", { src: "thumbnails/" + one[THUMB] + ".webp", alt: "", loading: "lazy", decoding: "async", width: 72, height: 72 }) : h("span", { class: "blank", "aria-hidden": "true" }, "no picture"),
          entries.length > 1 ? h("span", { class: "times", "aria-hidden": "true" }, "×" + grouped(entries.length)) : null),
        h("input", { type: "checkbox", checked: isSelected, "aria-label": "Select " + text, onchange: () => select(entries, !isSelected) }));
    }
    function doneText() {
      if (queue.served && status.endedEarly) return "Every picture that there is is decided about, and every decision is saved; the " + earlyText() + ".";
      if (queue.served) return status.ended ? "Every picture is decided about, and every decision is saved. Finish ends the server." : "Every picture so far is decided about; the run goes on.";
      if (!decided.size) return "Nothing in this run waits for a decision.";
      return ["Every picture is decided about. Download decisions.json, and apply it with ", h("code", {}, "proofsheet approve --from decisions.json")];
    }
    function select(entries, isOn = true) {
      for (const entry of entries) if (isOn) selected.add(idOf(entry)); else selected.delete(idOf(entry));
      drawReview();
    }
    function selectAll() { select(waiting(true).flat()); }

    // MARK: deciding

    function say(...text) {
      document.getElementById("review-message").replaceChildren(...text);
      document.getElementById("review-message").classList.remove("bad");
    }
    function complain(answer) {
      const lines = (answer.refused || []).slice(0, 20).map((one) => h("li", {}, bdi(one.suite + " / " + one.case), ": ", bdi(one.reason)));
      say(bdi(answer.error), lines.length ? h("ul", { class: "lines" }, lines) : "");
      document.getElementById("review-message").classList.add("bad");
    }
    function askNote() {
      const count = targets().length;
      if (!count || busy || status.isGone) return;
      document.getElementById("note-label").textContent = count > 1 ? "What is wrong with these " + grouped(count) + "?" : "What is wrong with it?";
      document.getElementById("note-form").hidden = false;
      const note = document.getElementById("note");
      note.value = "";
      note.focus();
    }
    function closeNote() {
      document.getElementById("note-form").hidden = true;
      const title = document.getElementById("case-title");
      if (title) title.focus({ preventScroll: true });
    }
    function rejectWithNote() {
      const note = document.getElementById("note").value.trim();
      closeNote();
      decide("rejected", note);
    }
    const wanted = (entry, decision, note) => ({ suite: entry.suite, case: entry.case, key: entry.key, image: entry.image, decision, digest: entry.digest, pixels: entry.pixels, ...(note ? { note } : {}) });
    async function decide(decision, note) {
      const entries = targets();
      if (!entries.length || busy || status.isGone) return;
      busy = true;
      const list = waiting(true);
      const place = list.findIndex(isShown);
      const isWhole = (change) => !change.some((entry) => !entries.includes(entry));
      // The next change by itself, or the first where this was the last.
      const next = list.slice(place + 1).find((change) => !isWhole(change)) || list.find((change) => !isWhole(change));
      try {
        if (queue.served) {
          const answer = await ask("decide", { decisions: entries.map((entry) => wanted(entry, decision, note)), seen: entries.map(() => null) });
          if (!answer) return;
        } else { keepStep({ decision, note: note || "", ids: entries.map(idOf) }); }
        selected.clear();
        say(decision + " " + (entries.length === 1 ? idOf(entries[0]).replace(/\/\d+$/, "") : pictures(entries.length)));
      } finally {
        busy = false;
      }
      if (next) go(placeOf(next.find((entry) => waits(entry)) || next[0])); else { shownHash = null; show(); }
    }
    async function takeBack() {
      if (busy || !status.undo || status.isGone) return;
      busy = true;
      const before = new Set(decided.keys());
      try {
        if (queue.served) { if (!(await ask("undo"))) return; } else { dropStep(); }
        say("taken back");
      } finally {
        busy = false;
      }
      const back = queue.entries.find((entry) => before.has(idOf(entry)) && waits(entry) && byKey.has(entry.suite + "/" + entry.case));
      if (back) go(placeOf(back)); else { shownHash = null; show(); }
    }
    function reviewKey(event) {
      const isBox = event.target.tagName === "INPUT" && event.target.type === "checkbox";
      const act = { a: () => decide("approved"), r: askNote, u: takeBack, j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1), x: () => { const now = waiting(true).find(isShown); if (now) select(now, !now.every((entry) => selected.has(idOf(entry)))); }, X: selectAll, s: () => go({ view: "sheet", case: null, mode: "", a: -1, b: -1 }), "?": toggleReviewHelp, "/": () => { const search = document.getElementById("review-search"); if (search.checkVisibility()) search.focus(); } }[event.key];
      if (!act || (isBox && event.key === " ")) return false;
      event.preventDefault();
      if (!event.repeat || event.key === "j" || event.key === "k") act();
      return true;
    }

    // MARK: with a server

    const token = location.pathname.split("/")[1];
    async function request(name, options) {
      try {
        return await fetch("api/" + name, { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", ...options });
      } catch (error) {
        status.isGone = true;
        return null;
      }
    }
    async function ask(name, body) {
      const response = await request(name, { method: "POST", headers: { "Content-Type": "application/json", "X-Proofsheet-Token": token }, body: JSON.stringify(body || {}) });
      if (!response) { complain({ error: "The server has ended; what was decided before is saved." }); drawReview(); return null; }
      const answer = response.ok || response.status === 409 ? await response.json() : { error: await response.text() };
      if (!response.ok) { complain(answer); await poll(); return null; }
      takeStatus(answer);
      return answer;
    }
    function takeStatus(answer) {
      if (answer.decided) {
        const made = new Map(answer.decided.map((one) => [one.suite + "/" + one.key + "/" + one.image, one]));
        const now = (entry) => made.get(entry.suite + "/" + entry.key + "/" + entry.image);
        decided = new Map(queue.entries.filter(now).map((entry) => [idOf(entry), now(entry)]));
      }
      for (const name of ["revision", "sheet", "ended", "endedEarly", "done", "cases", "undo"]) if (name in answer) status[name] = answer[name];
      if (answer.heading) drawHeading(answer.heading);
    }
    let drawnSheet = 0;
    async function poll() {
      const before = status.revision;
      const response = await request("state?after=" + (drawnSheet ? before : -1));
      if (response && response.ok) takeStatus(await response.json());
      if (!drawnSheet) { drawnSheet = status.sheet; return; }
      if (status.sheet !== drawnSheet) await takeNews();
      else if (state.view === "review" && (status.revision !== before || status.isGone)) drawReview();
    }
    // What a run has found since: its scripts are read again, and what is open stays as it is.
    async function takeNews() {
      const version = status.sheet;
      for (const name of [...loading.keys()]) if (!name.startsWith("pictures/")) loading.delete(name);
      await load("sheet.js", version);
      const files = Math.ceil(proofsheet.results / proofsheet.casesPerFile);
      for (let number = 0; number < files; number += 1) await load("cases-" + number + ".js", version);
      await load("queue.js", version);
      drawnSheet = version;
      takeRun();
      takeQueue();
      const response = await request("state?after=-1");
      if (response && response.ok) takeStatus(await response.json());
      const open = current && byKey.get(keyOf(current.one));
      if (open) current.one = open;
      state = readHash();
      buildSheet();
      const note = document.getElementById("note-form");
      if (state.view !== "review" || !note || note.hidden) { if (state.view === "review") buildReview(); shownHash = null; show(); }
    }
    async function keepPolling() {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, status.ended ? 10000 : 2000));
        if (status.isGone) return;
        if (!document.hidden && !busy) await poll();
      }
    }
    async function finish() {
      const response = await request("finish", { method: "POST", headers: { "Content-Type": "application/json", "X-Proofsheet-Token": token }, body: "{}" });
      if (response && !response.ok) { complain({ error: await response.text() }); return; }
      status.isGone = true;
      say("The review has ended; every decision is saved. This page can be closed.");
      drawReview();
    }

    // MARK: without a server

    const storeName = "proofsheet-decisions:" + proofsheet.run.id;
    let steps = [];
    function loadSteps() {
      const known = new Map(queue.entries.map((entry) => [idOf(entry), entry]));
      let kept = [];
      try { kept = JSON.parse(localStorage.getItem(storeName) || "[]"); } catch (error) { kept = []; }
      // Anything may stand there: what is no step about pictures of this page is left out.
      steps = (Array.isArray(kept) ? kept : []).filter((one) => one && (one.decision === "approved" || one.decision === "rejected") && Array.isArray(one.ids) && Array.isArray(one.digests) && one.ids.length === one.digests.length
        && one.ids.every((id, place) => known.has(id) && known.get(id).digest === one.digests[place])).map((one) => ({ decision: one.decision, note: typeof one.note === "string" ? one.note : "", ids: one.ids }));
      takeSteps();
    }
    function takeSteps() {
      decided = new Map(steps.flatMap((one) => one.ids.map((id) => [id, one])));
      status.undo = steps.length;
    }
    function keepSteps() {
      takeSteps();
      const known = new Map(queue.entries.map((entry) => [idOf(entry), entry.digest]));
      try { localStorage.setItem(storeName, JSON.stringify(steps.map((one) => ({ ...one, digests: one.ids.map((id) => known.get(id)) })))); } catch (error) { document.getElementById("going").textContent = "kept in this tab only"; }
    }
    function keepStep(one) { steps.push(one); keepSteps(); }
    function dropStep() { steps.pop(); keepSteps(); }
    function download() {
      const lines = queue.entries.filter((entry) => decided.has(idOf(entry))).map((entry) => { const made = decided.get(idOf(entry)); return "  " + JSON.stringify(wanted(entry, made.decision, made.note)); });
      const head = { format: queue.format, run: P.run.id, suites: P.run.suites.map((suite) => ({ name: suite.name, baseline: suite.baseline || null })) };
      const text = JSON.stringify(head).slice(0, -1) + ',"decisions":[\n' + lines.join(",\n") + "\n]}\n";
      const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "decisions.json" });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      say("Apply them with ", h("code", {}, "proofsheet approve --from decisions.json"), ".");
    }

    """#
}
