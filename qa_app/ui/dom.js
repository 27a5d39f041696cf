// Put in front of each component's script. Whatever comes from articles, file names, questions or
// answers reaches the page through textContent or setAttribute("aria-label"), never as HTML.

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

function button(className, text, label) {
  const node = make("button", className, text);
  node.type = "button";
  if (label) node.setAttribute("aria-label", label);
  return node;
}

// The characters from one place to another of a text in three parts: before, bold, after.
function appendParts(parent, parts, from = 0, to = Infinity) {
  let begin = 0;
  parts.forEach((part, place) => {
    const piece = part.slice(Math.max(0, from - begin), Math.max(0, to - begin));
    begin += part.length;
    if (piece) parent.append(place === 1 ? make("strong", "", piece) : piece);
  });
}

// Streamlit calls a component again with new data and keeps what is in it: one root, refilled
// only when the data really changed, so that focus and scroll positions stay.
function rootOf(parent, className, tag) {
  let root = parent.querySelector("[data-root]");
  if (!root) {
    root = make(tag || "div", className);
    root.setAttribute("data-root", "");
    parent.appendChild(root);
  }
  return root;
}

function unchanged(root, data) {
  const drawn = JSON.stringify(data);
  if (root.__drawn === drawn) return true;
  root.__drawn = drawn;
  return false;
}

function deepFocus() {
  let node = document.activeElement;
  while (node && node.shadowRoot && node.shadowRoot.activeElement) {
    node = node.shadowRoot.activeElement;
  }
  return node;
}

// Streamlit closes the input while an answer is made, and its focus is sometimes lost over that.
// On a touch screen, focus would open the keyboard over the answer.
function keepWriting() {
  const box = document.querySelector('[data-testid="stChatInputTextArea"]');
  const lost = document.activeElement === document.body;
  if (box && lost && window.matchMedia("(pointer: fine)").matches) {
    box.focus({ preventScroll: true });
  }
}

// A new question comes to the top of the page, its answer below it. For some frames, because the
// page is still losing what it no longer shows; a reader who scrolls meanwhile is left alone.
function arrive(host) {
  const turn = host.closest('[data-testid="stChatMessage"]');
  const question = turn?.parentElement?.previousElementSibling || turn || host;
  let frames = 40;
  const leave = () => { frames = 0; };
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) {
    window.addEventListener(kind, leave, { once: true, passive: true });
  }
  const step = () => {
    if (frames <= 0 || !question.isConnected) return;
    frames -= 1;
    question.scrollIntoView({ block: "start" });
    keepWriting();
    requestAnimationFrame(step);
  };
  step();
}
