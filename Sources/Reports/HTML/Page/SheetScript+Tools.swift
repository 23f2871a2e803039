extension SheetScript {
  /// What stands above the sheet: axes, filters, search, tabs.
  static let tools = #"""
    // MARK: what is above the sheet

    function axisSelect(role, label) {
      const select = h("select", { id: "axis-" + role, onchange: (event) => {
        const value = Number(event.target.value);
        const changes = { [role]: value };
        // An axis that moves leaves its old place to the one that it replaces.
        for (const other of ["rows", "cols", "tabs"]) if (other !== role && value >= 0 && state[other] === value) changes[other] = state[role];
        if (role === "tabs" || "tabs" in changes) changes.tab = null;
        go(changes);
      } }, h("option", { value: "-1" }, "none"), axes.map((axis, place) => h("option", { value: String(place) }, axis.name + " (" + (axis.name === "outcome" ? "" : grouped(axis.entries.length)) + ")")));
      for (const option of select.options) option.textContent = option.textContent.replace(" ()", "");
      return h("label", { class: "choice" }, h("span", {}, label), select);
    }

    function buildSheet() {
      const counts = new Array(outcomes.length).fill(0);
      for (const one of single) counts[one[OUTCOME]] += 1;
      const chips = outcomes.map((outcome, place) => counts[place] ? h("button", { type: "button", class: "chip v-" + outcome.verdict, "aria-pressed": "false", "data-outcome": outcome.name, onclick: () => {
        const next = new Set(state.outcomes || []);
        if (next.has(place)) next.delete(place); else next.add(place);
        go({ outcomes: next.size ? next : null });
      } }, h("span", { class: "dot v-" + outcome.verdict, "aria-hidden": "true" }), outcome.name, " ", h("b", {}, grouped(counts[place]))) : null);
      let timer = 0;
      const search = h("input", { type: "search", id: "search", placeholder: "Search ids, entries, prompts", autocomplete: "off", spellcheck: "false", oninput: (event) => {
        clearTimeout(timer);
        timer = setTimeout(() => go({ q: event.target.value }, true), 120);
      } });
      const tools = h("form", { class: "tools", role: "search", onsubmit: (event) => event.preventDefault() },
        axisSelect("rows", "Rows"), axisSelect("cols", "Columns"), axisSelect("tabs", "Tabs"),
        h("label", { class: "choice grow" }, h("span", {}, "Search"), search),
        h("label", { class: "choice" }, h("span", {}, "Size"), h("select", { id: "size", onchange: (event) => go({ size: Number(event.target.value) }, true) }, sizes.map((size) => h("option", { value: String(size) }, size + " px")))),
        h("button", { type: "button", class: "plainbutton", id: "help-button", onclick: toggleHelp, "aria-expanded": "false", "aria-controls": "help" }, "Keys"),
        h("button", { type: "button", class: "plainbutton", id: "theme", onclick: switchTheme }, "Dark or light"));
      sheet.replaceChildren(
        tools,
        h("div", { class: "chips", role: "group", "aria-label": "Outcomes" },
          queue.entries.length ? h("a", { class: "chip review", id: "review-link", href: "#" }, "Review ", h("b", { id: "review-count" })) : null, chips,
          groups.length ? h("a", { class: "chip", id: "groups-link", href: "#" }, "groups ", h("b", {}, grouped(groups.length))) : null,
          h("span", { id: "picks" }), h("span", { id: "shown", role: "status" })),
        h("div", { id: "help", class: "help", hidden: true }, keys.map(([key, text]) => h("p", {}, h("kbd", {}, key), " ", text))),
        missingFiles ? h("p", { class: "note v-error" }, missingFiles + " of the files cases-N.js cannot be read, so that cases are missing here; render the report again.") : "",
        h("p", { id: "lost", class: "note", role: "status", hidden: true }),
        h("div", { id: "tabs", class: "tabs", role: "tablist", "aria-label": "Tabs", hidden: true }),
        h("div", { id: "scroller", class: "scroller", role: "grid", "aria-label": "Cases", tabindex: "-1" }),
        h("div", { id: "groups", class: "groups", hidden: true }));
      const scroller = document.getElementById("scroller");
      let waiting = false;
      scroller.addEventListener("scroll", () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => { waiting = false; drawRows(); });
      }, { passive: true });
      scroller.addEventListener("keydown", (event) => {
        const frame = event.target.closest(".frame");
        if (!frame || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") { event.preventDefault(); moveFocus(frame, event.key); }
      });
      new ResizeObserver(() => {
        if (sheet.hidden || state.view !== "sheet" || !grid || scroller.clientWidth === grid.seenWidth) return;
        const focused = document.activeElement && document.activeElement.dataset.place;
        const { scrollTop } = scroller;
        drawGrid();
        scroller.scrollTop = scrollTop;
        drawRows();
        if (focused !== undefined) focusCase(cases[Number(focused)]);
      }).observe(scroller);
    }
    const keys = [
      ["/", "search"], ["?", "these keys"], ["← ↑ → ↓", "move on the sheet"], ["Enter", "open a case"], ["Esc", "back to the sheet"],
      ["n p", "next and previous case"], ["1 … 7", "the views of a case"], ["+ − 0", "zoom in, out, whole picture"], ["Space", "swap the two pictures (blink)"], ["v", "pixel values"], ["g", "groups"],
    ];
    function toggleHelp() {
      const help = document.getElementById("help");
      help.hidden = !help.hidden;
      document.getElementById("help-button").setAttribute("aria-expanded", String(!help.hidden));
    }
    function switchTheme() {
      const root = document.documentElement;
      const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
    }

    function showTools() {
      for (const role of ["rows", "cols", "tabs"]) document.getElementById("axis-" + role).value = String(state[role]);
      document.getElementById("size").value = String(state.size);
      const search = document.getElementById("search");
      if (search.value !== state.q && document.activeElement !== search) search.value = state.q;
      for (const chip of sheet.querySelectorAll(".chip[data-outcome]")) {
        chip.setAttribute("aria-pressed", String(Boolean(state.outcomes && state.outcomes.has(outcomeNames.indexOf(chip.dataset.outcome)))));
      }
      const review = document.getElementById("review-link");
      if (review) { review.href = hashOf({ view: "review", case: null, mode: "", q: "" }); document.getElementById("review-count").textContent = grouped(waiting(false).length); }
      const link = document.getElementById("groups-link");
      if (link) { link.href = hashOf({ view: state.view === "groups" ? "sheet" : "groups", case: null }); link.setAttribute("aria-current", state.view === "groups" ? "true" : "false"); }
      document.getElementById("picks").replaceChildren(...state.pick.map(([axis, entry], place) =>
        h("button", { type: "button", class: "chip", onclick: () => go({ pick: state.pick.filter((_, index) => index !== place) }) }, "only ", axes[axis].name, " ", h("b", {}, bdi(entryText(axis, entry))), " ×")));
      const lost = document.getElementById("lost");
      lost.hidden = !state.lost;
      if (state.lost) lost.replaceChildren("There is no case ", bdi(state.lost.slice(0, 200)), " in this run.");
      const tabs = document.getElementById("tabs");
      tabs.hidden = state.tabs < 0 || state.view === "groups";
      if (tabs.hidden) { tabs.replaceChildren(); return; }
      const axis = axes[state.tabs];
      const entries = axis.entries.map((_, entry) => entry).slice(0, 200);
      const tab = (entry, text, title) => h("button", { type: "button", role: "tab", title, "aria-selected": String(state.tab === entry), tabindex: state.tab === entry ? "0" : "-1", "aria-controls": "scroller", onclick: () => go({ tab: entry }) }, bdi(text));
      tabs.replaceChildren(tab(null, "all"), ...entries.map((entry) => tab(entry, axis.entries[entry], axis.values[entry])));
      tabs.setAttribute("aria-label", axis.name);
      tabs.onkeydown = (event) => {
        const list = [...tabs.children];
        const place = list.indexOf(document.activeElement);
        const next = event.key === "ArrowRight" ? place + 1 : event.key === "ArrowLeft" ? place - 1 : -1;
        if (place < 0 || !list[next]) return;
        event.preventDefault();
        list[next].click();
        requestAnimationFrame(() => { const now = document.getElementById("tabs").children[next]; if (now) now.focus(); });
      };
    }

    function drawGroups() {
      const holder = document.getElementById("groups");
      const shown = searched(groups.filter((one) => !state.outcomes || state.outcomes.has(one[OUTCOME])), state.q).sort(worstFirst);
      document.getElementById("shown").textContent = grouped(shown.length) + " of " + grouped(groups.length) + " groups";
      holder.replaceChildren(h("h2", {}, "Groups"), h("ul", {}, shown.slice(0, 1000).map((one) => h("li", {}, mark(outcomes[one[OUTCOME]]), " ", h("a", { href: hashOf({ case: keyOf(one), mode: "", a: -1, b: -1 }) }, bdi(keyOf(one)))))));
    }

    """#
}
