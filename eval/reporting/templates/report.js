"use strict";
// The table of cases: filter, search, sort, pages, and a row that opens.
(() => {
  const PAGE = 50;
  const GOOD = new Set(["right", "rightly_refused", "found"]);
  const QUIET = new Set(["unjudged"]);
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("cases-data").textContent);
  const { cases, outcomes, refused } = data;
  const { el, fold, share, milliseconds, count, detail } = caseView(data);
  const state = { outcome: "", kind: "", text: "", sort: "", down: false, page: 0, open: new Set() };

  function firstWords(one) {
    if (one.error) return one.error;
    if (!one.said) return "";
    return one.said.answered && one.said.sentences.length ? one.said.sentences[0][0] : refused;
  }

  const haystacks = new Map();
  function haystack(one) {
    if (!haystacks.has(one)) {
      const said = one.said ? one.said.sentences.map((sentence) => sentence[0]) : [];
      haystacks.set(one, fold([one.id, one.question, one.error, ...one.answers, ...said].join("\n")));
    }
    return haystacks.get(one);
  }

  const order = Object.keys(outcomes);
  const COLUMNS = [
    ["id", "Case", (one) => one.id],
    ["kind", "Kind", (one) => one.kind],
    ["question", "Question and answer", (one) => fold(one.question)],
    ["confidence", "Confidence", (one) => (one.said ? one.said.confidence : -1)],
    ["time", "Time", (one) => (one.times.total === undefined ? -1 : one.times.total)],
    ["outcome", "Outcome", (one) => order.indexOf(one.outcome)],
  ];
  const compare = new Intl.Collator("en", { numeric: true }).compare;

  function chosen() {
    const text = fold(state.text.trim());
    const found = cases.filter(
      (one) =>
        (!state.outcome || one.outcome === state.outcome) &&
        (!state.kind || one.kind === state.kind) &&
        (!text || haystack(one).includes(text)),
    );
    const column = COLUMNS.find(([name]) => name === state.sort);
    if (column) {
      const key = column[2];
      const sign = state.down ? -1 : 1;
      found.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        return sign * (typeof x === "string" ? compare(x, y) : x - y);
      });
    }
    return found;
  }

  // The table.

  function verdict(one) {
    const tone = QUIET.has(one.outcome) ? "quiet" : GOOD.has(one.outcome) ? "good" : "bad";
    const sign = { quiet: "·", good: "✓", bad: "✗" }[tone];
    return el("span", { class: `verdict ${tone}` }, el("span", { "aria-hidden": "true" }, `${sign} `), outcomes[one.outcome]);
  }

  function toggle(one) {
    const closes = state.open.delete(one);
    if (!closes) state.open.add(one);
    // Closed, its address goes too: a link to it must be able to open it again.
    history.replaceState(null, "", closes ? "#cases" : `#case=${encodeURIComponent(one.id)}`);
    draw();
    opener(one).focus();
  }

  const opener = (one) => byId(`open-${cases.indexOf(one)}`);

  function row(one) {
    const open = state.open.has(one);
    const number = cases.indexOf(one);
    const words = firstWords(one);
    const none = one.error || words === refused ? " none" : "";
    const button = el(
      "button",
      { type: "button", class: "opener", id: `open-${number}`, "aria-expanded": String(open), "aria-controls": open ? `case-${number}` : null, onclick: () => toggle(one) },
      one.id,
    );
    const rows = [
      el(
        "tr",
        open ? { "data-open": "" } : {},
        el("th", { scope: "row" }, button),
        el("td", { class: "kind" }, one.kind.replaceAll("_", " ")),
        el("td", { class: "words" }, el("span", { class: "asked" }, one.question), words ? el("span", { class: `answer${none}` }, words) : ""),
        el("td", { class: "sure" }, one.said ? share(one.said.confidence) : "–"),
        el("td", { class: "time" }, one.times.total === undefined ? "–" : milliseconds(one.times.total)),
        el("td", { class: "verdict-cell" }, verdict(one)),
      ),
    ];
    if (open) rows.push(el("tr", { class: "detail", id: `case-${number}` }, el("td", { colspan: "6" }, detail(one))));
    return rows;
  }

  function draw() {
    const found = chosen();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const from = state.page * PAGE;
    const shown = found.slice(from, from + PAGE);
    byId("rows").replaceChildren(...shown.flatMap(row));
    const all = found.length === cases.length ? "" : ` of ${count(cases.length)}`;
    const part = pages > 1 ? `, ${count(from + 1)} to ${count(from + shown.length)} shown` : "";
    byId("status").textContent = found.length ? `${count(found.length)}${all} ${cases.length === 1 ? "case" : "cases"}${part}` : "No case fits. Clear the search or a filter.";
    byId("pager").hidden = pages === 1;
    byId("page").textContent = `Page ${count(state.page + 1)} of ${count(pages)}`;
    byId("before").disabled = state.page === 0;
    byId("after").disabled = state.page === pages - 1;
    for (const head of byId("heads").children) {
      if (head.dataset.name === state.sort) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector("i").textContent = head.dataset.name === state.sort ? (state.down ? " ↓" : " ↑") : "";
    }
    for (const button of byId("outcomes").children) button.setAttribute("aria-pressed", String(button.value === state.outcome));
  }

  function change(values) {
    Object.assign(state, { page: 0 }, values);
    draw();
  }

  // A first click sorts up, a second down, a third goes back to the order of the run.
  function sortBy(name) {
    if (state.sort !== name) change({ sort: name, down: false });
    else if (!state.down) change({ down: true });
    else change({ sort: "", down: false });
  }

  function turn(by) {
    change({ page: state.page + by });
    byId("status").scrollIntoView();
  }

  function tally(name) {
    const counts = new Map();
    for (const one of cases) counts.set(one[name], (counts.get(one[name]) || 0) + 1);
    return counts;
  }

  function build() {
    for (const [name, title] of COLUMNS)
      byId("heads").append(el("th", { scope: "col", "data-name": name }, el("button", { type: "button", onclick: () => sortBy(name) }, title, el("i", { "aria-hidden": "true" }))));
    const kinds = tally("kind");
    for (const kind of [...kinds.keys()].filter(Boolean).sort(compare))
      byId("kind").append(el("option", { value: kind }, `${kind.replaceAll("_", " ")} (${count(kinds.get(kind))})`));
    const counts = tally("outcome");
    for (const [key, title] of [["", "All"], ...Object.entries(outcomes)]) {
      const number = el("span", {}, count(key ? counts.get(key) : cases.length));
      byId("outcomes").append(el("button", { type: "button", value: key, onclick: () => change({ outcome: key }) }, title, number));
    }
    byId("search").addEventListener("input", (event) => change({ text: event.target.value }));
    byId("kind").addEventListener("change", (event) => change({ kind: event.target.value }));
    byId("controls").addEventListener("submit", (event) => event.preventDefault());
    byId("before").addEventListener("click", () => turn(-1));
    byId("after").addEventListener("click", () => turn(1));
    byId("controls").hidden = byId("table").hidden = false;
  }

  function clear() {
    byId("search").value = byId("kind").value = "";
    Object.assign(state, { outcome: "", kind: "", text: "", page: 0 });
  }

  function follow() {
    const wanted = /^#case=(.+)$/.exec(location.hash);
    if (!wanted) return;
    let id = wanted[1];
    try {
      id = decodeURIComponent(id);
    } catch {
      // A stray per cent sign: taken as it stands.
    }
    const one = cases.find((each) => each.id === id);
    if (!one) return;
    if (!chosen().includes(one)) clear();
    state.open.add(one);
    state.page = Math.floor(chosen().indexOf(one) / PAGE);
    draw();
    opener(one).scrollIntoView();
    opener(one).focus();
  }

  build();
  draw();
  follow();
  window.addEventListener("hashchange", follow);
})();
