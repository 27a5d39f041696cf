// How a question was understood, and what the reader thinks of the answer: both can be changed.

function understoodLine({ label, text }) {
  const line = make("p", "understood");
  line.append(make("span", "", `${label} `), make("bdi", "", text));
  return line;
}

function drawUnderstood(root, understood, revise) {
  if (!understood) return;
  const line = understoodLine(understood);
  const edit = button("link", "Edit", "Edit how the question is understood");
  line.append(" ", edit);
  const close = (form) => {
    form.replaceWith(line);
    edit.focus();
  };
  edit.addEventListener("click", () => {
    const form = writing({
      label: "The question, as it is to be understood",
      shown: true,
      value: understood.text,
      save: "Ask again",
      onSave: (text) => {
        const asked = text.trim();
        close(form);
        if (asked && asked !== understood.text) revise(asked);
      },
      onDrop: () => close(form),
    });
    line.replaceWith(form);
    form.__field.focus();
  });
  root.appendChild(line);
}

function thumb(verdict, shapes, label) {
  const node = button("thumb", null, label);
  node.dataset.verdict = verdict;
  node.append(icon(shapes));
  return node;
}

// A rating as it is drawn: what is kept, and the form where a comment is being written.
function ratingIn(root, send) {
  const rating = { kept: { verdict: null, comment: "" }, form: null, send };
  rating.thumbs = make("div", "thumbs");
  rating.thumbs.setAttribute("role", "group");
  rating.thumbs.setAttribute("aria-label", "Your opinion of this answer");
  rating.thumbs.append(
    thumb("up", GOOD_ICON, "Good answer"),
    thumb("down", POOR_ICON, "Poor answer"),
  );
  for (const node of rating.thumbs.children) {
    node.addEventListener("click", () => judge(rating, node.dataset.verdict));
  }
  rating.said = make("div", "said");
  const box = make("div", "rating");
  box.append(rating.thumbs, rating.said);
  showThumbs(rating);
  root.appendChild(box);
  return rating;
}

// The same thumb again takes the rating back; what is written of it goes with a new one.
function judge(rating, pressed) {
  const verdict = pressed === rating.kept.verdict ? null : pressed;
  const comment = rating.form ? rating.form.__field.value.trim() : rating.kept.comment;
  rating.kept = { verdict, comment: verdict ? comment : "" };
  showThumbs(rating);
  if (verdict) showForm(rating);
  else showComment(rating);
  rating.send(rating.kept);
}

function showThumbs({ thumbs, kept }) {
  for (const node of thumbs.children) {
    node.setAttribute("aria-pressed", String(node.dataset.verdict === kept.verdict));
  }
}

function showComment(rating) {
  const { said, kept } = rating;
  rating.form = null;
  said.replaceChildren();
  if (!kept.verdict) return;
  const label = kept.comment ? "Edit your comment" : null;
  const edit = button("link", kept.comment ? "Edit" : "Add a comment", label);
  edit.addEventListener("click", () => {
    showForm(rating);
    rating.form.__field.focus();
  });
  if (kept.comment) said.append(make("p", "comment", kept.comment));
  said.append(edit);
}

function showForm(rating) {
  const close = () => {
    showComment(rating);
    rating.said.querySelector("button")?.focus();
  };
  rating.form = writing({
    label: "Your comment on this answer",
    hint: rating.kept.verdict === "up" ? "What is good about it?" : "What is wrong with it?",
    value: rating.kept.comment,
    save: "Keep comment",
    onSave: (text) => {
      rating.kept = { ...rating.kept, comment: text.trim() };
      close();
      rating.send(rating.kept);
    },
    onDrop: close,
  });
  rating.said.replaceChildren(rating.form);
}

// Shows what the page knows. What is half written stays, unless another page wrote meanwhile.
function showRating(rating, known) {
  const { kept } = rating;
  if (known.verdict === kept.verdict && known.comment === kept.comment) return;
  rating.kept = { ...known };
  showThumbs(rating);
  if (!rating.form || !known.verdict) showComment(rating);
  else rating.form.__field.value = known.comment;
}
