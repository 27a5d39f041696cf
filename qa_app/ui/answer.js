// What is longer may have to break over lines.
const SHORT = 30;

function placeTip(tip, at) {
  const mark = at.getBoundingClientRect();
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, mark.left - 12), window.innerWidth - box.width - 8);
  const above = mark.top - box.height - 6;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${above > 8 ? above : mark.bottom + 6}px`;
}

function tipFor(root) {
  const tip = make("div", "tip");
  tip.id = "tip";
  tip.setAttribute("role", "tooltip");
  tip.setAttribute("popover", "manual");
  const hide = () => tip.matches(":popover-open") && tip.hidePopover();
  const show = (at, source) => {
    tip.replaceChildren(make("q", "", source.begins), make("span", "quiet", source.says));
    if (!tip.matches(":popover-open")) tip.showPopover();
    placeTip(tip, at);
  };
  root.appendChild(tip);
  return { show, hide };
}

// Where the last word begins, which stays on one line with the marks, unless it is no word but a
// wall of letters. Bold words are kept whole: on that line if they are short and end the sentence.
function tailOf([before, bold, after]) {
  const text = before + bold + after;
  const last = /\s\S{1,30}$/.exec(text);
  const cut = last ? last.index + 1 : text.length;
  const end = before.length + bold.length;
  if (cut <= before.length || cut >= end) return cut;
  return after || bold.length > SHORT ? end : before.length;
}

function drawSentences(root, data, tip, open) {
  const prose = make("p", "prose");
  data.sentences.forEach((sentence, index) => {
    if (index) prose.append(" ");
    const cut = tailOf(sentence.parts);
    const doubted = sentence.unsupported ? "unsupported" : "";
    const head = make("span", doubted);
    appendParts(head, sentence.parts, 0, cut);
    const tail = make("span", `tail ${doubted}`.trim());
    appendParts(tail, sentence.parts, cut);
    prose.append(head, tail);
    for (const number of sentence.marks) {
      const source = data.sources.find((each) => each.number === number);
      if (!source) continue;
      const mark = button("mark", String(number), `Source ${number}: ${source.says}`);
      mark.dataset.key = source.key;
      mark.setAttribute("aria-describedby", "tip");
      mark.addEventListener("mouseenter", () => tip.show(mark, source));
      mark.addEventListener("focus", () => mark.matches(":focus-visible") && tip.show(mark, source));
      for (const end of ["mouseleave", "blur"]) mark.addEventListener(end, tip.hide);
      mark.addEventListener("keydown", (event) => event.key === "Escape" && tip.hide());
      mark.addEventListener("click", () => { tip.hide(); open(source.key); });
      tail.append(mark);
    }
    if (sentence.doubt) prose.append(" ", make("span", "doubt", sentence.doubt));
  });
  root.appendChild(prose);
}

function drawSupport(root, { words, well, number }) {
  if (!words) return;
  const line = make("p", well ? "support well" : "support");
  line.title = number;
  line.append(icon(well ? WELL_ICON : PARTLY_ICON), make("span", "level", words));
  line.append(make("span", "unseen", `. ${number}`));
  root.appendChild(line);
}

// Each thing by itself: letters that run the other way turn round no more than their own.
function drawRecognised(root, things) {
  if (!things.length) return;
  const line = make("p", "recognised", "Recognised: ");
  things.forEach((thing, place) => {
    if (place) line.append(" · ");
    line.append(make("bdi", "", thing));
  });
  root.appendChild(line);
}

function what(source) {
  const box = make("span", "what");
  box.append(make("span", source.untitled ? "title untitled" : "title", source.title));
  box.append(make("span", "detail", source.detail));
  return box;
}

// Who else prints it, each by itself as above.
function alsoLine(names, numbers) {
  const line = make("span", "detail also", numbers ? `${numbers.join(", ")} also in: ` : "Also in: ");
  names.forEach((name, place) => {
    if (place) line.append("; ");
    line.append(make("bdi", "", name));
  });
  return line;
}

// One line for all that is quoted of an article, or where they differ, one for each.
function alsoLines(quoted) {
  const lines = new Map();
  for (const { also, number } of quoted) {
    const same = JSON.stringify(also);
    if (also.length) lines.set(same, { also, numbers: [...(lines.get(same)?.numbers || []), number] });
  }
  return [...lines.values()].map(({ also, numbers }) =>
    alsoLine(also, numbers.length < quoted.length ? numbers : null));
}

function numberButton(source, open) {
  const node = button("number", String(source.number), `Open source ${source.number}`);
  node.dataset.key = source.key;
  node.addEventListener("click", () => open(source.key));
  return node;
}

// One row an article, with the numbers of all that is quoted from it.
function drawSources(root, data, open) {
  if (!data.sources.length) return;
  const section = make("div", "sources");
  const list = make("ol");
  list.setAttribute("aria-label", "Sources");
  for (const article of new Set(data.sources.map((each) => each.article))) {
    const quoted = data.sources.filter((each) => each.article === article);
    const title = button("source", null, `Open source ${quoted[0].number}: ${quoted[0].says}`);
    title.append(what(quoted[0]));
    title.addEventListener("click", () => open(quoted[0].key));
    const numbers = make("span", "numbers");
    numbers.append(...quoted.map((source) => numberButton(source, open)));
    const item = make("li");
    const from = make("div", "from");
    from.append(title, ...alsoLines(quoted));
    item.append(numbers, from);
    list.appendChild(item);
  }
  section.append(make("h3", "", data.sources.length === 1 ? "Source" : "Sources"), list);
  root.appendChild(section);
}

function drawAbsent(root, data) {
  const box = make("section", "absent");
  const heading = make("h2");
  heading.append(icon(ABSENT_ICON), make("span", "", data.support.words));
  box.append(heading, make("p", "missing", data.missing));
  root.appendChild(box);
}

function drawNearest(root, data, open) {
  if (!data.nearest.length) return;
  root.appendChild(make("h3", "", "The nearest passages, which may not be about it"));
  const list = make("ul");
  list.setAttribute("aria-label", "Nearest passages");
  for (const passage of data.nearest) {
    const row = button("passage", null, `Open passage in ${passage.says}`);
    row.dataset.key = passage.key;
    row.append(make("span", "words", passage.text), what(passage));
    row.addEventListener("click", () => open(passage.key));
    const item = make("li");
    item.appendChild(row);
    if (passage.also.length) item.appendChild(alsoLine(passage.also));
    list.appendChild(item);
  }
  root.appendChild(list);
}

function press(root, active) {
  for (const node of root.querySelectorAll("[data-key]")) {
    node.setAttribute("aria-pressed", String(node.dataset.key === active));
  }
}

function isDark(parent) {
  const host = parent.host || parent;
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim();
  const digits = /^#(..)(..)(..)/.exec(colour);
  return Boolean(digits) && digits.slice(1).every((pair) => parseInt(pair, 16) < 128);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement, "answer", "article");
  root.__send = setTriggerValue;
  root.classList.toggle("dark", isDark(parentElement));
  const { active, fresh, rating, ...content } = data;
  if (!unchanged(root, content)) {
    const open = (key) => root.__send("opened", key);
    root.replaceChildren();
    root.setAttribute("aria-label", data.absent ? data.support.words : "Answer");
    const tip = tipFor(root);
    drawUnderstood(root, data.understood, (text) => root.__send("revised", text));
    if (data.absent) drawAbsent(root, data);
    if (data.sentences.length) drawSentences(root, data, tip, open);
    if (!data.absent) drawSupport(root, data.support);
    drawRecognised(root, data.recognised);
    for (const notice of data.notices) root.appendChild(make("p", "notice", notice));
    drawSources(root, data, open);
    if (data.absent) drawNearest(root, data, open);
    root.__rating = ratingIn(root, (given) => root.__send("rated", given));
  }
  press(root, active);
  showRating(root.__rating, rating);
  if (fresh && !root.__arrived) {
    root.__arrived = true;
    arrive(parentElement.host || parentElement);
  }
}
