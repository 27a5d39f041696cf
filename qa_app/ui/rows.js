function actButton(row, action, act) {
  const node = button("action", action.text, `${action.text}: ${row.title}`);
  node.dataset.action = action.name;
  node.addEventListener("click", () => {
    // What cannot be undone is asked twice, in place.
    if (action.sure && !node.classList.contains("sure")) {
      node.classList.add("sure");
      node.textContent = action.sure;
      node.setAttribute("aria-label", `${action.sure} ${row.title}`);
      return;
    }
    act(action.name, row.id);
  });
  node.addEventListener("blur", () => {
    if (!node.classList.contains("sure")) return;
    node.classList.remove("sure");
    node.textContent = action.text;
    node.setAttribute("aria-label", `${action.text}: ${row.title}`);
  });
  return node;
}

// Takes words in the place of the row, and gives the row back.
function writeButton(item, row, action, act) {
  const node = button("action", action.text, `${action.text}: ${row.title}`);
  node.dataset.action = action.name;
  node.addEventListener("click", () => {
    const drawn = [...item.childNodes];
    const back = () => {
      item.replaceChildren(...drawn);
      node.focus();
    };
    const form = writing({
      ...action.field,
      single: true,
      onSave: (text) => {
        back();
        if (text !== action.field.value) act(action.name, row.id, text);
      },
      onDrop: back,
    });
    item.replaceChildren(form);
    form.__field.focus();
    form.__field.select();
  });
  return node;
}

function drawRow(row, data, act) {
  const item = make("li");
  item.dataset.id = row.id;
  if (data.variant === "facts") {
    item.append(make("span", "name", row.title), make("span", "what", row.detail));
    return item;
  }
  const box = make("div", "what");
  const style = row.untitled ? " untitled" : "";
  if (data.main) {
    const main = button(`main${style}`, row.title, row.label);
    if (row.current) main.setAttribute("aria-current", "true");
    main.addEventListener("click", () => act(data.main, row.id));
    box.appendChild(main);
  } else {
    box.appendChild(make("span", style, row.title));
  }
  if (row.detail) box.appendChild(make("span", "detail", row.detail));
  item.appendChild(box);
  // Where there are several, a column of their own would leave no room for a title.
  const home = row.below ? make("div", "below") : item;
  for (const action of row.actions || []) {
    home.appendChild(action.field ? writeButton(item, row, action, act) : actButton(row, action, act));
  }
  if (row.below) {
    const detail = box.querySelector(".detail");
    if (detail) home.prepend(detail);
    box.appendChild(home);
  }
  return item;
}

function drawPager(root, { page, pages }, act) {
  const bar = make("div", "pager");
  const earlier = button("action", "Previous", "Previous page");
  const later = button("action", "Next", "Next page");
  earlier.disabled = page <= 1;
  later.disabled = page >= pages;
  earlier.addEventListener("click", () => act("page", String(page - 1)));
  later.addEventListener("click", () => act("page", String(page + 1)));
  bar.append(earlier, make("span", "", `Page ${page} of ${pages}`), later);
  root.appendChild(bar);
}

// Who changed a list with its buttons goes on from where they were, though it was drawn anew.
function focusAgain(root, [action, id]) {
  const row = [...root.querySelectorAll("li")].find((each) => each.dataset.id === id);
  row?.querySelector(`[data-action="${CSS.escape(action)}"]`)?.focus();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement, "");
  root.__act = (action, id, text) => {
    root.__asked = [action, id];
    if (text === undefined) setTriggerValue("acted", { action, id });
    else setTriggerValue("wrote", { action, id, text });
  };
  if (unchanged(root, data)) return;
  const act = (action, id, text) => root.__act(action, id, text);
  const focused = root.contains(deepFocus());
  root.className = `${data.variant} ${data.tone || ""}`;
  root.replaceChildren();
  if (data.variant === "message") {
    root.setAttribute("role", data.tone === "error" ? "alert" : "status");
    root.appendChild(make("strong", "", data.heading));
    if (data.text) root.appendChild(make("p", "", data.text));
  }
  if (data.rows.length) {
    const list = make("ul");
    if (data.label) list.setAttribute("aria-label", data.label);
    for (const row of data.rows) list.appendChild(drawRow(row, data, act));
    root.appendChild(list);
  } else if (data.empty) {
    root.appendChild(make("p", "empty", data.empty));
  }
  if (data.pager) drawPager(root, data.pager, act);
  if (focused && root.__asked) focusAgain(root, root.__asked);
}
