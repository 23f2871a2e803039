extension SheetScript {
  /// Cases, axes and the address: what the page knows.
  static let model = #"""
    (function () {
    const ID = 0, SUITE = 1, OUTCOME = 2, CELLS = 3, THUMB = 4, LATENCY = 5, COST = 6, PROMPT = 7, GROUP = 8, CHANGED = 9, SEED = 10;
    const verdictRank = { failure: 0, error: 1, skipped: 2, success: 3 };
    let P, suites, outcomes, outcomeNames, cases, single, groups, byKey, axes, initial, missingFiles;
    const keyOf = (one) => suites[one[SUITE]] + "/" + one[ID];
    const axisNamed = (name) => axes.findIndex((axis) => axis.name === name);

    // Takes what the scripts beside the page say; a run that goes on is taken again and again.
    function takeRun() {
      P = proofsheet;
      suites = P.run.suites.map((suite) => suite.name);
      outcomes = P.outcomes.map(([name, verdict]) => ({ name, verdict }));
      outcomeNames = outcomes.map((outcome) => outcome.name);
      // Every case once, in the order of the run; a case's prompt may be a reference to the one that states it.
      cases = [];
      missingFiles = 0;
      for (let number = 0; number < Math.ceil(P.results / P.casesPerFile); number += 1) {
        const file = P.cases[number];
        if (!file) { missingFiles += 1; continue; }
        for (const one of file) {
          if (typeof one[PROMPT] === "number") one[PROMPT] = file[one[PROMPT]][PROMPT];
          cases.push(one);
        }
      }
      for (let place = 0; place < cases.length; place += 1) cases[place].place = place;
      single = cases.filter((one) => !one[GROUP]);
      groups = cases.filter((one) => one[GROUP]);
      byKey = new Map(cases.map((one) => [keyOf(one), one]));
      // Axes of the suites, and two that every run has.
      axes = P.axes.map((axis, place) => ({ ...axis, coordinate: (one) => one[CELLS][place] }));
      if (suites.length > 1) axes.push({ name: "suite", entries: suites, values: suites, coordinate: (one) => one[SUITE] });
      axes.push({ name: "outcome", entries: outcomeNames, values: outcomeNames, coordinate: (one) => one[OUTCOME] });
      // What the address says is what is shown, so that any view can be sent to somebody.
      initial = { rows: P.layout[0], cols: P.layout[1], tabs: P.layout[2], tab: null, outcomes: null, q: "", pick: [], view: P.queue && P.queue.served ? "review" : "sheet", case: null, image: 0, mode: "", a: -1, b: -1, size: 128, by: -1 };
      if (initial.tabs < 0 && suites.length > 1) initial.tabs = axisNamed("suite");
    }
    takeRun();
    const entryText = (axis, entry) => (entry < 0 ? "–" : axes[axis].entries[entry]);
    const valueText = (axis, entry) => (entry < 0 ? "" : axes[axis].values[entry]);

    let state = { ...initial };

    function readHash() {
      const next = { ...initial, pick: [] };
      let words;
      try { words = new URLSearchParams(location.hash.slice(1)); } catch (error) { words = new URLSearchParams(); }
      for (const role of ["rows", "cols", "tabs"]) {
        if (words.has(role)) next[role] = axisNamed(words.get(role));
      }
      if (next.tabs >= 0 && words.has("tab")) {
        const entry = axes[next.tabs].entries.indexOf(words.get("tab"));
        next.tab = entry < 0 ? null : entry;
      }
      if (words.has("outcome")) {
        const named = words.get("outcome").split(",").map((name) => outcomeNames.indexOf(name)).filter((place) => place >= 0);
        next.outcomes = named.length ? new Set(named) : null;
      }
      next.q = words.get("q") || "";
      for (const pick of words.getAll("only")) {
        const mark = pick.indexOf(":");
        const axis = axisNamed(pick.slice(0, mark));
        const entry = axis < 0 ? -1 : axes[axis].entries.indexOf(pick.slice(mark + 1));
        if (entry >= 0) next.pick.push([axis, entry]);
      }
      if (["sheet", "groups", "review"].includes(words.get("view"))) next.view = words.get("view");
      if (/^\d{1,2}$/.test(words.get("image") || "")) next.image = Number(words.get("image"));
      if (words.has("by")) next.by = axisNamed(words.get("by"));
      if (words.has("case") && byKey.has(words.get("case"))) next.case = words.get("case");
      if (words.has("case") && !byKey.has(words.get("case"))) next.lost = words.get("case");
      next.mode = words.get("mode") || "";
      for (const side of ["a", "b"]) next[side] = /^\d{1,3}$/.test(words.get(side) || "") ? Number(words.get(side)) : -1;
      const size = Number(words.get("size"));
      if (sizes.includes(size)) next.size = size;
      return next;
    }
    const sizes = [96, 128, 192, 256];

    function hashOf(changes) {
      const next = { ...state, ...changes };
      const words = new URLSearchParams();
      for (const role of ["rows", "cols", "tabs"]) {
        if (next[role] !== initial[role]) words.set(role, next[role] < 0 ? "none" : axes[next[role]].name);
      }
      if (next.tabs >= 0 && next.tab !== null) words.set("tab", axes[next.tabs].entries[next.tab]);
      if (next.outcomes) words.set("outcome", [...next.outcomes].map((place) => outcomeNames[place]).join(","));
      if (next.q) words.set("q", next.q);
      for (const [axis, entry] of next.pick) words.append("only", axes[axis].name + ":" + axes[axis].entries[entry]);
      if (next.view !== initial.view) words.set("view", next.view);
      if (next.view === "review" && next.by >= 0) words.set("by", axes[next.by].name);
      if (next.size !== initial.size) words.set("size", next.size);
      if (next.case) {
        words.set("case", next.case);
        if (next.view === "review" && next.image) words.set("image", next.image);
        if (next.mode) words.set("mode", next.mode);
        for (const side of ["a", "b"]) if (next[side] >= 0) words.set(side, next[side]);
      }
      return "#" + words.toString();
    }
    function go(changes, replace) {
      const hash = hashOf(changes);
      if (hash === location.hash || (hash === "#" && !location.hash)) { show(); return; }
      if (replace) history.replaceState(null, "", hash); else location.hash = hash;
      // Not left to the event: the next key is about what is shown by then.
      show();
    }

    // Elements are made of text and properties; no text is ever read as markup.
    /** Text without marks that turn its direction, which reverse what is read. */
    function plain(text) {
      return text.replace(/[\u202A-\u202E\u2066-\u2069]/g, (mark) => "<U+" + mark.charCodeAt(0).toString(16).toUpperCase() + ">");
    }
    function h(tag, properties, ...children) {
      const element = document.createElement(tag);
      for (const [name, value] of Object.entries(properties || {})) {
        if (value === undefined || value === null || value === false) continue;
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (name === "class") element.className = value;
        else if (name === "value" || name === "checked" || name === "disabled" || name === "selected") element[name] = value;
        else element.setAttribute(name, value === true ? "" : value);
      }
      element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false).map((child) => typeof child === "string" ? plain(child) : child));
      return element;
    }
    const svg = (tag, properties, ...children) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
      element.append(...children);
      return element;
    };
    const bdi = (text) => h("bdi", {}, String(text));
    const mark = (outcome) => h("span", { class: "mark v-" + outcome.verdict }, outcome.name);
    const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
    const url = (path) => path.split("/").map(encodeURIComponent).join("/");
    const dollars = (micro) => "$" + (micro / 1e6).toFixed(micro % 10000 ? 4 : 2);
    const duration = (ms) => (ms < 1000 ? ms + " ms" : (ms / 1000).toFixed(1) + " s");

    // Scripts beside the page hold what only some views need.
    const loading = new Map();
    function load(name, version) {
      if (!loading.has(name)) {
        loading.set(name, new Promise((resolve, reject) => {
          const script = h("script", { src: url(name) + (version > 1 ? "?v=" + version : "") });
          script.addEventListener("load", () => { script.remove(); resolve(); });
          script.addEventListener("error", () => { script.remove(); loading.delete(name); reject(new Error(name + " cannot be read; render the report again")); });
          document.head.append(script);
        }));
      }
      return loading.get(name);
    }
    async function detailsOf(one) {
      const number = Math.floor(one.place / P.detailsPerFile);
      if (!P.details[number]) await load("data-" + number + ".js", status.sheet);
      return P.details[number][one.place % P.detailsPerFile];
    }

    """#
}
