// Pictures that say beside words what the words say; those who hear the page hear the words.

const THUMB =
  "M7 10.5v9H4.2a.7.7 0 0 1-.7-.7v-7.6a.7.7 0 0 1 .7-.7H7zm0 0L10.6 3.6a2.1 2.1 0 0 1 2.6 2.3" +
  "l-.7 3.6h5.4a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6H7";
const ABSENT_ICON = [
  ["circle", { cx: 10.5, cy: 10.5, r: 6.5 }],
  ["path", { d: "M15.5 15.5 21 21M8 10.5h5" }],
];

const WELL_ICON = [
  ["circle", { cx: 12, cy: 12, r: 9 }],
  ["path", { d: "M8 12.5l2.8 2.8L16 9.5" }],
];
const PARTLY_ICON = [
  ["circle", { cx: 12, cy: 12, r: 9 }],
  ["path", { d: "M12 7.5v5.5M12 16.4v.1" }],
];

const GOOD_ICON = [["path", { d: THUMB }]];
const POOR_ICON = [["path", { d: THUMB, transform: "rotate(180 12 12)" }]];

function icon(shapes) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("fill", "none");
  svg.setAttribute("stroke", "currentColor");
  svg.setAttribute("stroke-width", "2");
  svg.setAttribute("stroke-linecap", "round");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, attributes] of shapes) {
    const shape = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.appendChild(shape);
  }
  return svg;
}
