// A field to write in, in the place of what is written about, with what keeps the words and what
// drops them. Enter keeps, Shift and Enter begin a new line, Escape drops.

const MOST = 4000;

function writing({ label, shown, hint, value, save, onSave, onDrop, single }) {
  const form = make("form", "writing");
  const field = make(single ? "input" : "textarea");
  field.value = value;
  field.maxLength = MOST;
  field.setAttribute("aria-label", label);
  if (shown) form.append(make("span", "shown", label));
  if (hint) field.placeholder = hint;
  if (!single) field.rows = 2;
  const keep = button("save", save);
  keep.type = "submit";
  const drop = button("drop", "Cancel");
  const buttons = make("div", "buttons");
  buttons.append(keep, drop);
  form.append(field, buttons);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onSave(field.value);
  });
  drop.addEventListener("click", onDrop);
  form.addEventListener("keydown", (event) => {
    // The page has keys of its own, which letters in a field must not press.
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") onDrop();
    else if (event.key === "Enter" && !event.shiftKey && event.target === field) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.__field = field;
  return form;
}
