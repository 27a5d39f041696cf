"use strict";
// One case in full, and how numbers are written. What the articles and the questions say goes into
// text nodes alone; nothing here makes markup of a string.
const NOT_VERBATIM = "Not verbatim: the article has other words at these offsets, or there is no such place.";

const caseView = (data) => {
  const { heads, places, refused } = data;

  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "onclick") node.addEventListener("click", value);
      else if (value !== null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  }

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const share = (value) => value.toFixed(3).replace(/^0\./, ".");
  const milliseconds = (value) =>
    value >= 100 ? `${Math.round(value).toLocaleString("en")} ms` : `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
  const count = (number) => number.toLocaleString("en");

  const RIGHT = ["✓", "good", "right"];
  const NOT_RIGHT = ["✗", "bad", "not right"];
  const NOT_JUDGED = ["·", "quiet", "not judged"];
  const RELEVANT = ["✓", "good", "relevant"];
  // No cross: that a ranking holds other passages too is no fault.
  const OTHER = ["·", "quiet", "not relevant"];

  const markOf = (right) => (right === null ? NOT_JUDGED : right ? RIGHT : NOT_RIGHT);

  function tick([sign, tone, said]) {
    return el("span", { class: `tick ${tone}` }, el("span", { "aria-hidden": "true" }, sign), hiddenText(`${said}: `));
  }

  const hiddenText = (text) => el("span", { class: "hidden" }, text);
  const judged = (mark, ...children) => el("li", { class: "judged" }, tick(mark), el("div", {}, ...children));
  const titled = (title, ...children) => (children.length ? el("section", {}, el("h4", {}, title), ...children) : null);

  function source(number) {
    const [head, start, end] = places[number];
    const [key, title, publisher, published] = heads[head];
    const named = [title || key, publisher, published].filter(Boolean).join(", ");
    return el("span", { class: "source" }, `${named} `, el("code", {}, `${title ? `${key} ` : ""}${start}–${end}`));
  }

  // Offsets count characters as Python does, so the words are cut by code points.
  function wordsOf(number, evidence) {
    const [head, start, , text] = places[number];
    const letters = Array.from(text);
    const spans = evidence
      .map((each) => places[each])
      // By key: one article may have been shown under several headings.
      .filter(([other]) => heads[other][0] === heads[head][0])
      .map(([, from, to]) => [Math.max(0, from - start), Math.min(letters.length, to - start)])
      .filter(([from, to]) => from < to)
      .sort((a, b) => a[0] - b[0]);
    const quote = el("blockquote");
    let done = 0;
    for (const [from, to] of spans) {
      if (to <= done) continue;
      quote.append(letters.slice(done, Math.max(from, done)).join(""));
      quote.append(el("mark", {}, letters.slice(Math.max(from, done), to).join("")));
      done = to;
    }
    quote.append(letters.slice(done).join(""));
    return quote;
  }

  function passages(list, one, mark) {
    return list.map(([number, right, verbatim], rank) => {
      const place = source(number);
      place.prepend(`${rank + 1}. `);
      const made = verbatim === false;
      // Offsets into words that do not stand there mark nothing.
      const words = places[number][3] ? wordsOf(number, made ? [] : one.evidence) : "";
      return judged(mark(right), place, words, made ? el("span", { class: "not-verbatim" }, NOT_VERBATIM) : "");
    });
  }

  function goldPart(one) {
    const chips = (texts, tone) => texts.map((text) => el("span", { class: `chip ${tone}` }, text));
    const unanswerable = one.answerable ? [] : [el("p", {}, "The articles do not tell this; the right answer is to say so.")];
    const quotes = one.evidence.map((each) => el("li", {}, wordsOf(each, []), source(each)));
    const relevant = one.relevant.map((head) => el("li", {}, heads[head][1] || heads[head][0]));
    return el(
      "div",
      {},
      titled("Would be right", ...unanswerable, ...chips(one.answers, ""), ...(one.all && one.answers.length > 1 ? [el("p", {}, "All of these are wanted.")] : [])),
      titled("Known to be wrong", ...chips(one.wrong, "bad")),
      quotes.length ? titled("Evidence", el("ul", {}, ...quotes)) : null,
      relevant.length ? titled("Relevant articles", el("ul", {}, ...relevant)) : null,
    );
  }

  function saidPart(title, said, one) {
    if (!said) return null;
    const parts = [];
    if (!said.answered) parts.push(el("p", {}, refused, said.missing ? `. ${said.missing}` : ""));
    const sentences = said.sentences.map(([text, numbers, right]) =>
      judged(markOf(right), text, numbers.length ? el("span", { class: "source" }, `cites ${numbers.map((n) => n + 1).join(", ")}`) : ""),
    );
    if (sentences.length) parts.push(el("ul", {}, ...sentences));
    parts.push(el("p", { class: "source" }, `confidence ${share(said.confidence)}`));
    const citations = passages(said.citations, one, markOf);
    return el("div", {}, titled(title, ...parts), citations.length ? titled("Citations", el("ol", {}, ...citations)) : null);
  }

  function hitsPart(one) {
    if (!one.hits.length) return null;
    const mark = (right) => (right ? RELEVANT : OTHER);
    return titled("Passages as ranked", el("ol", { class: "hits" }, ...passages(one.hits, one, mark)));
  }

  function factsOf(pairs) {
    return el("div", { class: "row-facts" }, ...pairs.map(([name, value]) => el("div", {}, el("span", {}, `${name} `), value)));
  }

  function detail(one) {
    const times = Object.entries(one.times).map(([stage, ms]) => [stage, milliseconds(ms)]);
    const scores = data.score_names
      .map((name, place) => [name, one.scores[place]])
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, Number.isInteger(value) ? String(value) : share(value)]);
    const asked = [...one.history.map((each) => el("li", {}, each)), el("li", {}, el("strong", {}, one.question))];
    const forced = saidPart("What it would have said, had it not been allowed to refuse", one.forced, one);
    return el(
      "div",
      { class: "detail-box" },
      one.error ? titled("Failed", el("p", { class: "error" }, one.error)) : null,
      titled(one.history.length ? "Asked, after earlier questions" : "Asked", el("ul", {}, ...asked)),
      one.understood && one.understood !== one.question ? titled("Understood as", el("p", {}, one.understood)) : null,
      el("div", { class: "pair" }, goldPart(one), el("div", {}, saidPart("It said", one.said, one), forced)),
      hitsPart(one),
      times.length ? titled("Time", factsOf(times)) : null,
      scores.length ? el("details", {}, el("summary", {}, "Scores of this case"), factsOf(scores)) : null,
    );
  }

  return { el, fold, share, milliseconds, count, detail };
};
