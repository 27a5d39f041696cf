export default function ({ data, parentElement }) {
  const root = rootOf(parentElement, "");
  if (unchanged(root, data)) return;
  root.replaceChildren(understoodLine(data));
}
