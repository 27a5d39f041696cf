const NARROW = "(max-width: 900px)";

function pageKnows(open) {
  if (open) document.documentElement.dataset.articleOpen = "true";
  else delete document.documentElement.dataset.articleOpen;
}

function field(list, { name, value, from }) {
  const described = make("dd", "", value);
  if (from) described.appendChild(make("span", "from", `from ${from}`));
  list.append(make("dt", "", name), described);
}

function drawHeader(root, data) {
  const header = make("header");
  const about = make("div", "about");
  const heading = make("h2");
  heading.id = "heading";
  if (data.flag) heading.appendChild(make("span", "flag", data.flag));
  heading.appendChild(make("span", data.flag ? "untitled" : "", data.title));
  const list = make("dl");
  for (const each of data.fields) field(list, each);
  about.append(heading, list);
  const close = button("close", "×", "Close the article");
  close.addEventListener("click", () => root.__close());
  header.append(about, close);
  root.appendChild(header);
}

function drawText(root, data) {
  if (data.notice) root.appendChild(make("p", "notice", data.notice));
  const scroller = make("div", "text");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", "Text of the article");
  const page = make("div");
  page.append(data.before);
  const mark = make("mark");
  appendParts(mark, data.quote);
  if (mark.hasChildNodes()) page.append(mark);
  page.append(data.after);
  scroller.appendChild(page);
  root.appendChild(scroller);
}

function scrollToMark(root) {
  const scroller = root.querySelector(".text");
  const mark = root.querySelector("mark");
  if (!mark) { scroller.scrollTop = 0; return; }
  const box = mark.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  // The words' beginning a third of the way down; a long quote begins at the top.
  const room = Math.max(16, Math.min(frame.height / 3, (frame.height - box.height) / 2));
  scroller.scrollTop += box.top - frame.top - room;
}

function onKey(root, event) {
  if (!root.classList.contains("open")) return;
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    root.__close();
  } else if (event.key === "Tab" && window.matchMedia(NARROW).matches) {
    const stops = [...root.querySelectorAll("button, [tabindex]")];
    const last = stops[stops.length - 1];
    const at = deepFocus();
    const leaving = event.shiftKey ? at === stops[0] : at === last;
    if (leaving || !stops.includes(at)) {
      event.preventDefault();
      (event.shiftKey ? last : stops[0]).focus();
    }
  }
}

function suitWidth(root) {
  const narrow = window.matchMedia(NARROW).matches;
  root.setAttribute("role", narrow ? "dialog" : "complementary");
  if (narrow) root.setAttribute("aria-modal", "true");
  else root.removeAttribute("aria-modal");
}

// The page's own style sheet has no access to the theme; this component does.
function tellColour(parent) {
  const colour = getComputedStyle(parent.host || parent).getPropertyValue("--st-background-color");
  document.documentElement.style.setProperty("--page-background", colour);
}

function hide(root) {
  const hadFocus = root.contains(deepFocus());
  root.classList.remove("open");
  root.replaceChildren();
  pageKnows(false);
  if (hadFocus && root.__opener && root.__opener.isConnected) root.__opener.focus();
  root.__opener = null;
}

// The page outlives the component: a listener whose panel is gone takes itself off.
function listen(root) {
  root.__listens = true;
  const end = new AbortController();
  const live = (act) => (event) => (root.isConnected ? act(event) : end.abort());
  document.addEventListener("keydown", live((event) => onKey(root, event)), { signal: end.signal });
  window.addEventListener("resize", live(() => suitWidth(root)), { signal: end.signal });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement, "", "aside");
  if (!root.__listens) listen(root);
  tellColour(parentElement);
  root.__close = () => {
    hide(root);
    setTriggerValue("closed", true);
  };
  if (unchanged(root, data)) return;
  if (!data) {
    if (root.classList.contains("open")) hide(root);
    return;
  }
  const opener = deepFocus();
  if (!root.contains(opener)) root.__opener = opener;
  root.replaceChildren();
  drawHeader(root, data);
  drawText(root, data);
  root.setAttribute("aria-labelledby", "heading");
  suitWidth(root);
  root.classList.add("open");
  pageKnows(true);
  root.querySelector(".text").focus({ preventScroll: true });
  requestAnimationFrame(() => scrollToMark(root));
}
