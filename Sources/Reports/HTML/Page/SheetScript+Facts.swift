extension SheetScript {
  /// One case: checks, request, digests.
  static let facts = #"""
    // MARK: what is known of a case

    const verdictOf = (name) => (name === "passed" ? "success" : name === "skipped" ? "skipped" : name === "error" ? "error" : "failure");
    const field = (name, value, isCode) => (value === undefined || value === null || value === "" ? null : h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, isCode ? h("code", {}, bdi(value)) : bdi(value))));
    const table = (title, rows) => h("table", { class: "facts" }, h("caption", {}, title), h("tbody", {}, rows));

    function requestOf(result) {
      const request = result.request;
      const size = typeof result.size === "string" ? result.size : result.size.width + " × " + result.size.height;
      const fields = [["model", result.model], ["prompt", result.prompt], ["size", size], ["seed", result.seed === undefined ? "left to the service" : String(result.seed)]];
      if (request) {
        request.images.forEach((image, place) => fields.push(["image " + (place + 1), image.url || image.digest]));
        fields.push(["n", String(request.n)], ["enhance_prompt_mode", request.enhance_prompt_mode], ["enable_safety_checker", String(request.enable_safety_checker)], ["output_format", request.output_format]);
      }
      return fields;
    }
    function buildFacts(result) {
      const tables = [];
      if (result.group) {
        tables.push(table("Group", [field("across", result.group.across), field("expected", result.group.expect), field("cases", result.group.members + " of " + result.group.cases)]));
        if (result.group.pair.length) tables.push(h("p", {}, "The two that broke it: ", result.group.pair.map((member, place) => [place ? " and " : "", byKey.has(result.suite + "/" + member.id) ? h("a", { href: hashOf({ view: "sheet", case: result.suite + "/" + member.id, mode: "", a: -1, b: -1 }) }, bdi(member.id)) : bdi(member.id)])));
      }
      tables.push(h("section", { "aria-label": "Prompt" }, h("h3", {}, "Prompt"), h("blockquote", {}, bdi(result.prompt))));
      for (const output of result.outputs) {
        if (output.revised_prompt) tables.push(h("section", {}, h("h3", {}, "Prompt as the service rewrote it" + (result.outputs.length > 1 ? ", output " + (output.index + 1) : "")), h("blockquote", { class: "revised" }, ...wordDiff(result.prompt, output.revised_prompt))));
      }
      tables.push(checksTable(result));
      for (const [title, lines] of [["Details", result.details], ["Notices", result.notices], ["Attempts that were repeated", result.failed_attempts]]) {
        if (lines.length) tables.push(h("section", {}, h("h3", {}, title), h("ul", { class: "lines" }, lines.map((line) => h("li", {}, bdi(line))))));
      }
      tables.push(table("Cell", [...result.cells.map((cell) => field(cell.axis, cell.entry === cell.value || !cell.value ? cell.entry : cell.entry + ": " + cell.value)), result.tags.length ? field("tags", result.tags.join(", ")) : null]));
      tables.push(requestTable(result));
      tables.push(table("Run", [
        field("answer", result.source), field("origin", result.origin), field("started", result.started_at),
        field("latency", result.latency_ms ? duration(result.latency_ms) : null), field("cost", Number(result.cost) === 0 ? null : "$" + result.cost), field("possibly billed besides", Number(result.possibly_billed) === 0 ? null : "$" + result.possibly_billed),
        field("suite file", result.location.path + ":" + result.location.line), field("request key", result.key, true)]));
      for (const output of result.outputs) {
        tables.push(table(result.outputs.length > 1 ? "Output " + (output.index + 1) : "Output", [
          field("problem", output.problem), output.picture ? field("size", output.picture.width + " × " + output.picture.height + " " + output.picture.codec) : null, field("bytes", grouped(output.bytes)),
          field("digest", output.digest, true), output.picture ? field("pixels", output.picture.pixel_digest, true) : null,
          output.hash ? field(output.hash.version, output.hash.hex + ", quality " + output.hash.quality, true) : null]));
      }
      return h("div", { class: "casefacts" }, tables);
    }
    /** What a figure was held to, in words. */
    function limitText(limit) {
      if (!limit) return "";
      return limit.at_least !== undefined ? " (at least " + limit.at_least + ")" : " (at most " + limit.at_most + ")";
    }
    function checksTable(result) {
      if (!result.checks.length) return "";
      return h("table", { class: "facts checks" }, h("caption", {}, "Checks"), h("tbody", {}, result.checks.map((check) => h("tr", {},
        h("th", { scope: "row" }, h("span", { class: "mark v-" + verdictOf(check.verdict) }, check.verdict), " ", bdi(check.name), check.severity === "warn" ? h("small", {}, " warns only") : ""),
        h("td", {}, bdi(check.message), (check.measures || []).map((measure) => h("dl", { class: "figures" }, Object.entries(measure.figures).map(([name, value]) => h("div", {}, h("dt", {}, bdi(name)), h("dd", {}, String(value), limitText((measure.limits || {})[name])))))))))));
    }

    // MARK: requests compared

    function requestTable(result) {
      const body = h("tbody", {});
      const note = h("span", { role: "status" });
      const fields = requestOf(result);
      const plain = () => body.replaceChildren(...fields.filter(([name]) => name !== "prompt").map(([name, value]) => field(name, value)));
      plain();
      const input = h("input", { type: "text", list: "case-ids", placeholder: "id of another case", autocomplete: "off", spellcheck: "false", onchange: async (event) => {
        const text = event.target.value.trim();
        note.textContent = "";
        if (!text) { plain(); return; }
        const other = byKey.get(text) || byKey.get(result.suite + "/" + text);
        if (!other) { note.textContent = "There is no such case."; return; }
        const others = requestOf((await detailsOf(other)).case);
        const names = [...new Set([...fields, ...others].map(([name]) => name))];
        const value = (list, name) => { const found = list.find(([own]) => own === name); return found ? found[1] : "–"; };
        const changed = names.filter((name) => value(fields, name) !== value(others, name));
        note.textContent = changed.length ? changed.length + " of " + names.length + " fields differ; what the other case has comes second" : "the requests are equal";
        body.replaceChildren(...changed.map((name) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, name === "prompt" ? wordDiff(value(fields, name), value(others, name)) : [h("del", {}, bdi(value(fields, name))), " ", h("ins", {}, bdi(value(others, name)))]))));
      } });
      const near = cases.slice(Math.max(0, current.one.place - 100), current.one.place + 100).filter((one) => one !== current.one && !one[GROUP]);
      return h("section", {}, h("table", { class: "facts" }, h("caption", {}, "Request"), body),
        h("label", { class: "choice" }, h("span", {}, "Compare with"), input), " ", note,
        h("datalist", { id: "case-ids" }, near.map((one) => h("option", { value: keyOf(one) }))));
    }
    // The words of two texts, those of one only marked; long texts are shown whole.
    function wordDiff(before, after) {
      const left = before.split(/(\s+)/);
      const right = after.split(/(\s+)/);
      if (left.length > 600 || right.length > 600) return [h("del", {}, bdi(before)), " ", h("ins", {}, bdi(after))];
      const width = right.length + 1;
      const lengths = new Uint16Array((left.length + 1) * width);
      for (let row = left.length - 1; row >= 0; row -= 1) for (let column = right.length - 1; column >= 0; column -= 1) {
        lengths[row * width + column] = left[row] === right[column] ? lengths[(row + 1) * width + column + 1] + 1 : Math.max(lengths[(row + 1) * width + column], lengths[row * width + column + 1]);
      }
      const parts = [];
      const add = (tag, word) => { const last = parts[parts.length - 1]; if (last && last.tag === tag) last.text += word; else parts.push({ tag, text: word }); };
      let [row, column] = [0, 0];
      while (row < left.length && column < right.length) {
        if (left[row] === right[column]) { add("span", left[row]); row += 1; column += 1; }
        else if (lengths[(row + 1) * width + column] >= lengths[row * width + column + 1]) { add("del", left[row]); row += 1; }
        else { add("ins", right[column]); column += 1; }
      }
      while (row < left.length) { add("del", left[row]); row += 1; }
      while (column < right.length) { add("ins", right[column]); column += 1; }
      return parts.map(({ tag, text }) => h(tag, {}, bdi(text)));
    }

    """#
}
