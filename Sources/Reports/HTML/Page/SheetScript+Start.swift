extension SheetScript {
  /// Which view is shown, and the keys.
  static let start = #"""
    // MARK: what is shown

    let shownHash = null;
    function show() {
      // Quick changes of the address end in several events for the last of them.
      if (location.hash === shownHash) return;
      shownHash = location.hash;
      const before = state;
      state = readHash();
      clearInterval(stage.blinkTimer);
      const isReview = state.view === "review";
      if (reviewView.hidden === isReview) { reviewView.hidden = !isReview; if (isReview) buildReview(); current = null; }
      if (isReview) { sheet.hidden = true; openReview(); return; }
      const isCase = Boolean(state.case);
      caseView.hidden = !isCase;
      sheet.hidden = isCase;
      document.title = isCase ? state.case + " – proof sheet" : "Proof sheet " + P.run.id;
      if (isCase) { openCase(); return; }
      closeCase();
      showTools();
      const isGroups = state.view === "groups" && groups.length > 0;
      document.getElementById("groups").hidden = !isGroups;
      document.getElementById("scroller").hidden = isGroups;
      if (isGroups) { drawGroups(); return; }
      const scroller = document.getElementById("scroller");
      const same = grid && ["rows", "cols", "tabs", "tab", "q", "size"].every((name) => before[name] === state[name]) && before.view === state.view
        && [...(before.outcomes || [])].join() === [...(state.outcomes || [])].join() && before.pick.join() === state.pick.join();
      const { top, left } = { top: grid && grid.scrollTop, left: grid && grid.scrollLeft };
      drawGrid();
      scroller.scrollTop = (same && top) || 0;
      scroller.scrollLeft = (same && left) || 0;
      drawRows();
      // Who comes back from a case goes on from it.
      if (before.case) focusCase(byKey.get(before.case));
    }
    function focusCase(one) {
      for (let row = 0; row < grid.rows.length; row += 1) for (const [column, cell] of grid.rows[row].cells) {
        const number = cell.list.indexOf(one);
        if (number >= 0) { focusFrame(row, column, number); return; }
      }
    }
    function remember() {
      const scroller = document.getElementById("scroller");
      if (grid && !sheet.hidden) { grid.scrollTop = scroller.scrollTop; grid.scrollLeft = scroller.scrollLeft; }
    }
    document.addEventListener("click", (event) => {
      const frame = event.target.closest && event.target.closest(".frame");
      if (frame && grid) { grid.place = Number(frame.dataset.place); remember(); }
    }, true);

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key === "Escape" && state.view === "review") {
        const note = document.getElementById("note-form");
        if (!note.hidden) closeNote(); else if (isField) event.target.blur(); else if (selected.size) { selected.clear(); drawReview(); }
        return;
      }
      if (event.key === "Escape") {
        if (isField) { event.target.blur(); return; }
        const help = document.getElementById("help");
        if (!sheet.hidden && help && !help.hidden) { toggleHelp(); return; }
        if (state.case) go({ case: null, mode: "", a: -1, b: -1 });
        else if (state.view === "groups") go({ view: "sheet" });
        return;
      }
      if (isField && event.target.type !== "checkbox") return;
      if (state.view === "review") { if (reviewKey(event) || !state.case || !current || !current.details) return; }
      const follow = (key) => { const link = caseView.querySelector(`[data-key="${key}"]`); if (link && link.href) { event.preventDefault(); link.click(); } };
      if (!state.case) {
        if (event.key === "/") { event.preventDefault(); document.getElementById("search").focus(); }
        else if (event.key === "?") toggleHelp();
        else if (event.key === "g" && groups.length) go({ view: state.view === "groups" ? "sheet" : "groups" });
        else if (event.key.startsWith("Arrow") && event.target === document.body && grid) { const frame = grid.body.querySelector('.frame[tabindex="0"]'); if (frame) { event.preventDefault(); frame.focus(); } }
        return;
      }
      if (event.key === "n") follow("next");
      else if (event.key === "p") follow("previous");
      else if (/^[1-7]$/.test(event.key)) { const [mode] = modes[Number(event.key) - 1]; if (modeNow().possible.includes(mode)) go({ mode }, true); }
      else if (event.key === "+" || event.key === "=") zoomBy(1.6);
      else if (event.key === "-") zoomBy(1 / 1.6);
      else if (event.key === "0") fit();
      else if (event.key === "v") readValues();
      else if (event.key === " " && modeNow().mode === "blink" && event.target.tagName !== "BUTTON") { event.preventDefault(); clearInterval(stage.blinkTimer); swap(); }
      else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && (event.target === document.body || event.target.id === "case-title")) { if (state.view === "review") step(event.key === "ArrowRight" ? 1 : -1); else follow(event.key === "ArrowRight" ? "next" : "previous"); }
    });
    addEventListener("hashchange", show);

    async function start() {
      takeQueue();
      if (queue.served) await poll(); else loadSteps();
      buildSheet();
      show();
      document.documentElement.dataset.ready = String(Math.round(performance.now()));
      if (queue.served) keepPolling();
    }
    start();
    }());

    """#
}
