extension SheetScript {
  /// The sheet: rows and columns of which only the visible are in the document.
  static let grid = #"""
    // MARK: the sheet

    const sheet = document.getElementById("sheet");
    const caseView = document.getElementById("case");
    const cellMax = 12;
    const gap = 6;
    const caption = 20;
    let grid = null;

    function matches(one) {
      if (state.outcomes && !state.outcomes.has(one[OUTCOME])) return false;
      if (state.tabs >= 0 && state.tab !== null && axes[state.tabs].coordinate(one) !== state.tab) return false;
      for (const [axis, entry] of state.pick) if (axes[axis].coordinate(one) !== entry) return false;
      return true;
    }
    function searched(list, text) {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return list;
      return list.filter((one) => {
        if (one.text === undefined) {
          const cells = one[CELLS].map((entry, axis) => (entry < 0 ? "" : axes[axis].entries[entry]));
          one.text = (keyOf(one) + " " + outcomes[one[OUTCOME]].name + " " + cells.join(" ") + " " + one[PROMPT]).toLowerCase();
        }
        return words.every((word) => one.text.includes(word));
      });
    }
    const worstFirst = (one, other) => verdictRank[outcomes[one[OUTCOME]].verdict] - verdictRank[outcomes[other[OUTCOME]].verdict] || one.place - other.place;

    // Puts cases into cells; empty rows and columns are left out.
    function arrange(list, width) {
      const rowAxis = state.rows < 0 ? null : axes[state.rows];
      const columnAxis = state.cols < 0 ? null : axes[state.cols];
      const size = state.size;
      const frame = { width: size + gap, height: size + caption + gap };
      const head = rowAxis ? Math.min(220, Math.max(96, Math.round(width * 0.16))) : 0;
      if (!rowAxis && !columnAxis) {
        const perLine = Math.max(1, Math.floor((width - 24) / frame.width));
        const rows = [];
        for (let start = 0; start < list.length; start += perLine) rows.push({ entry: null, cells: new Map([[0, { list: list.slice(start, start + perLine), all: 0 }]]), lines: 1 });
        return { rows, columns: [null], perCell: perLine, frame, head, columnWidth: perLine * frame.width + gap, list };
      }
      const table = new Map();
      const usedColumns = new Set();
      for (const one of list) {
        const row = rowAxis ? rowAxis.coordinate(one) : 0;
        const column = columnAxis ? columnAxis.coordinate(one) : 0;
        usedColumns.add(column);
        let cells = table.get(row);
        if (!cells) table.set(row, (cells = new Map()));
        const cell = cells.get(column);
        if (cell) cell.push(one); else cells.set(column, [one]);
      }
      const order = (left, right) => (left < 0 ? 1 : right < 0 ? -1 : left - right);
      const columns = [...usedColumns].sort(order);
      const keys = [...table.keys()].sort(order);
      let most = 1;
      for (const cells of table.values()) for (const cell of cells.values()) most = Math.max(most, cell.length);
      const perCell = Math.min(most, columns.length > 6 ? 2 : columns.length > 2 ? 3 : 4);
      const place = new Map(columns.map((column, index) => [column, index]));
      const rows = keys.map((entry) => {
        const cells = new Map();
        let lines = 1;
        for (const [column, all] of table.get(entry)) {
          let shown = all;
          if (all.length > cellMax) shown = [...all].sort(worstFirst).slice(0, cellMax - 1);
          cells.set(place.get(column), { list: shown, all: all.length });
          lines = Math.max(lines, Math.ceil((shown.length + (all.length > shown.length ? 1 : 0)) / perCell));
        }
        return { entry, cells, lines };
      });
      return { rows, columns, perCell, frame, head, columnWidth: perCell * frame.width + gap, list };
    }

    function frameOf(one, row, column, number, total) {
      const outcome = outcomes[one[OUTCOME]];
      const label = keyOf(one) + ", " + outcome.name;
      const picture = one[THUMB]
        ? h("img", { src: "thumbnails/" + one[THUMB] + ".webp", alt: "", loading: "lazy", decoding: "async", width: state.size, height: state.size })
        : h("span", { class: "blank", "aria-hidden": "true" }, "no picture");
      const text = state.rows < 0 && state.cols < 0 ? one[ID] : total > 1 ? restOf(one) : outcome.name;
      const element = h("a", { class: "frame v-" + outcome.verdict, href: hashOf({ case: keyOf(one), mode: "", a: -1, b: -1 }), title: label + "\n" + one[PROMPT].slice(0, 300), "aria-label": label, tabindex: "-1" },
        picture, h("span", { class: "caption", "aria-hidden": "true" }, h("span", { class: "dot v-" + outcome.verdict }), bdi(text)));
      element.dataset.place = one.place;
      element.dataset.row = row;
      element.dataset.column = column;
      element.dataset.number = number;
      element.style.width = state.size + "px";
      element.style.setProperty("--side", state.size + "px");
      return element;
    }
    // The entries of the axes that are neither row, column nor tab.
    function restOf(one) {
      const rest = axes.slice(0, P.axes.length).map((axis, place) => (place === state.rows || place === state.cols || (place === state.tabs && state.tab !== null) || axis.entries.length < 2 || one[CELLS][place] < 0 ? "" : axis.entries[one[CELLS][place]])).filter(Boolean);
      return rest.length ? rest.join(" · ") : outcomes[one[OUTCOME]].name;
    }

    function drawGrid() {
      const scroller = document.getElementById("scroller");
      const list = searched(single.filter(matches), state.q);
      document.getElementById("shown").textContent = list.length === single.length ? grouped(list.length) + " cases" : grouped(list.length) + " of " + grouped(single.length) + " cases";
      const width = scroller.clientWidth;
      grid = arrange(list, width);
      let top = 0;
      for (const row of grid.rows) { row.top = top; row.height = row.lines * grid.frame.height + gap; top += row.height; }
      grid.height = top;
      grid.width = grid.head + grid.columns.length * grid.columnWidth;
      grid.drawn = new Map();
      grid.seenWidth = width;
      const hasHead = state.cols >= 0;
      grid.headHeight = hasHead ? 34 : 0;
      const header = h("div", { class: "columns", role: "row", "aria-rowindex": "1" });
      header.style.width = grid.width + "px";
      header.style.height = grid.headHeight + "px";
      const body = h("div", { class: hasHead || grid.head ? "rows" : "rows flow", role: "rowgroup" });
      body.style.height = grid.height + "px";
      body.style.width = grid.width + "px";
      grid.header = header;
      grid.body = body;
      scroller.setAttribute("aria-rowcount", grid.rows.length + (hasHead ? 1 : 0));
      scroller.setAttribute("aria-colcount", grid.columns.length + (grid.head ? 1 : 0));
      scroller.replaceChildren(h("div", { role: "rowgroup", class: "columnhead", hidden: !hasHead }, header), body);
      if (!list.length) body.replaceChildren(h("p", { class: "empty" }, "No case is shown. ", h("button", { type: "button", onclick: () => go({ outcomes: null, q: "", pick: [], tab: null }) }, "Show all")));
      drawRows();
    }

    // Only what can be seen is in the document, and a little around it.
    function drawRows() {
      if (!grid) return;
      const scroller = document.getElementById("scroller");
      const low = scroller.scrollTop - 400;
      const high = scroller.scrollTop + scroller.clientHeight + 400;
      let first = 0;
      let last = grid.rows.length;
      while (first < last) { const middle = (first + last) >> 1; if (grid.rows[middle].top + grid.rows[middle].height < low) first = middle + 1; else last = middle; }
      const left = Math.max(0, Math.floor((scroller.scrollLeft - grid.columnWidth) / grid.columnWidth));
      const right = Math.min(grid.columns.length, Math.ceil((scroller.scrollLeft + scroller.clientWidth) / grid.columnWidth) + 1);
      const span = left + "-" + right;
      const wanted = new Set();
      for (let index = first; index < grid.rows.length && grid.rows[index].top < high; index += 1) wanted.add(index);
      for (const [index, drawn] of grid.drawn) {
        if (!wanted.has(index) || drawn.span !== span) { drawn.element.remove(); grid.drawn.delete(index); }
      }
      if (grid.span !== span) { grid.span = span; drawColumns(left, right); }
      for (const index of wanted) {
        if (grid.drawn.has(index)) continue;
        const element = drawRow(index, left, right);
        grid.drawn.set(index, { element, span });
        grid.body.append(element);
      }
      keepTabStop();
    }
    function drawColumns(left, right) {
      if (state.cols < 0) return;
      const heads = [];
      if (grid.head) {
        const corner = h("div", { class: "corner", role: "columnheader", "aria-colindex": "1" }, axes[state.rows].name + " \\ " + axes[state.cols].name);
        corner.style.width = grid.head + "px";
        heads.push(corner);
      }
      for (let index = left; index < right; index += 1) {
        const entry = grid.columns[index];
        const head = h("div", { class: "columnname", role: "columnheader", "aria-colindex": index + 1 + (grid.head ? 1 : 0), title: valueText(state.cols, entry) }, bdi(entryText(state.cols, entry)));
        head.style.left = grid.head + index * grid.columnWidth + "px";
        head.style.width = grid.columnWidth + "px";
        heads.push(head);
      }
      grid.header.replaceChildren(...heads);
    }
    function drawRow(index, left, right) {
      const row = grid.rows[index];
      const element = h("div", { class: "row", role: "row", "aria-rowindex": index + 1 + (state.cols >= 0 ? 1 : 0) });
      element.style.top = row.top + "px";
      element.style.height = row.height + "px";
      element.style.width = grid.width + "px";
      if (grid.head) {
        const value = valueText(state.rows, row.entry);
        const name = h("div", { class: "rowname", role: "rowheader", "aria-colindex": "1", title: value }, h("b", {}, bdi(entryText(state.rows, row.entry))), value && value !== entryText(state.rows, row.entry) ? h("span", {}, bdi(value)) : null);
        name.style.width = grid.head + "px";
        element.append(name);
      }
      for (let column = left; column < right; column += 1) {
        const cell = row.cells.get(column);
        const holder = h("div", { class: "cell", role: "gridcell", "aria-colindex": column + 1 + (grid.head ? 1 : 0) });
        holder.style.left = grid.head + column * grid.columnWidth + "px";
        holder.style.width = grid.columnWidth + "px";
        if (cell) {
          cell.list.forEach((one, number) => holder.append(frameOf(one, index, column, number, cell.all || cell.list.length)));
          if (cell.all > cell.list.length) {
            const pick = [];
            if (state.rows >= 0 && row.entry >= 0) pick.push([state.rows, row.entry]);
            if (state.cols >= 0 && grid.columns[column] >= 0) pick.push([state.cols, grid.columns[column]]);
            const more = h("a", { class: "more", href: hashOf({ rows: -1, cols: -1, pick: [...state.pick, ...pick] }) }, "+" + grouped(cell.all - cell.list.length), h("span", {}, " more"));
            more.style.width = state.size + "px";
            holder.append(more);
          }
        }
        element.append(holder);
      }
      return element;
    }

    // One frame can be reached with the tabulator; arrows go on from there.
    function keepTabStop() {
      const frames = [...grid.body.querySelectorAll(".frame")];
      if (!frames.length || frames.some((frame) => frame.tabIndex === 0)) return;
      const remembered = frames.find((frame) => Number(frame.dataset.place) === grid.place);
      (remembered || frames[0]).tabIndex = 0;
    }
    function focusFrame(row, column, number) {
      const scroller = document.getElementById("scroller");
      const target = grid.rows[row];
      const line = Math.floor(number / grid.perCell);
      const top = target.top + line * grid.frame.height;
      const room = scroller.clientHeight - grid.headHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + grid.frame.height > scroller.scrollTop + room) scroller.scrollTop = top + grid.frame.height - room;
      const left = column * grid.columnWidth;
      const wide = scroller.clientWidth - grid.head;
      if (left < scroller.scrollLeft) scroller.scrollLeft = left;
      else if (left + grid.columnWidth > scroller.scrollLeft + wide) scroller.scrollLeft = left + grid.columnWidth - wide;
      drawRows();
      const frame = grid.body.querySelector(`.frame[data-row="${row}"][data-column="${column}"][data-number="${number}"]`);
      if (!frame) return;
      for (const other of grid.body.querySelectorAll('.frame[tabindex="0"]')) other.tabIndex = -1;
      frame.tabIndex = 0;
      grid.place = Number(frame.dataset.place);
      frame.focus({ preventScroll: true });
    }
    function moveFocus(frame, key) {
      let row = Number(frame.dataset.row);
      let column = Number(frame.dataset.column);
      let number = Number(frame.dataset.number);
      const countAt = (r, c) => { const cell = grid.rows[r] && grid.rows[r].cells.get(c); return cell ? cell.list.length : 0; };
      const lineStart = number - (number % grid.perCell);
      if (key === "ArrowRight") {
        if (number + 1 < countAt(row, column) && number + 1 < lineStart + grid.perCell) number += 1;
        else { let next = column + 1; while (next < grid.columns.length && !countAt(row, next)) next += 1; if (next >= grid.columns.length) return; column = next; number = Math.min(lineStart, countAt(row, next) - 1); }
      } else if (key === "ArrowLeft") {
        if (number > lineStart) number -= 1;
        else { let next = column - 1; while (next >= 0 && !countAt(row, next)) next -= 1; if (next < 0) return; column = next; number = Math.min(lineStart + grid.perCell - 1, countAt(row, next) - 1); }
      } else if (key === "ArrowDown" || key === "ArrowUp") {
        const step = key === "ArrowDown" ? 1 : -1;
        const moved = number + step * grid.perCell;
        if (moved >= 0 && moved < countAt(row, column)) number = moved;
        else { let next = row + step; while (next >= 0 && next < grid.rows.length && !countAt(next, column)) next += step; if (next < 0 || next >= grid.rows.length) return; row = next; const count = countAt(next, column); const inLine = number % grid.perCell; number = step > 0 ? Math.min(inLine, count - 1) : Math.min(Math.floor((count - 1) / grid.perCell) * grid.perCell + inLine, count - 1); }
      } else if (key === "Home") { row = 0; column = [...grid.rows[0].cells.keys()].sort((l, r) => l - r)[0]; number = 0; }
      else if (key === "End") { row = grid.rows.length - 1; const columns = [...grid.rows[row].cells.keys()].sort((l, r) => l - r); column = columns[columns.length - 1]; number = countAt(row, column) - 1; }
      else return;
      focusFrame(row, column, number);
    }

    // A printer is given every row, as far as paper goes.
    const printedMax = 2000;
    addEventListener("beforeprint", () => {
      if (!grid || sheet.hidden || grid.list.length > printedMax) return;
      for (const { element } of grid.drawn.values()) element.remove();
      grid.drawn.clear();
      grid.rows.forEach((_, index) => {
        const element = drawRow(index, 0, grid.columns.length);
        for (const image of element.querySelectorAll("img")) image.loading = "eager";
        grid.drawn.set(index, { element, span: "print" });
        grid.body.append(element);
      });
    });
    addEventListener("afterprint", () => { if (grid && !sheet.hidden) drawRows(); });

    """#
}
