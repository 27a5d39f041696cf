export default function ({ parentElement }) {
  const root = rootOf(parentElement, "");
  if (root.__arrived) return;
  root.__arrived = true;
  arrive(parentElement.host || parentElement);
}
