/** The page's icons, as inline SVG: nothing to load, and they take the colour of the text. */

import { svg } from "explorer/dom.js";

const PATHS = {
  first: "M6 5h2.4v14H6zM19 5v14L9 12z",
  previous: "M16 5v14L6 12z",
  play: "M8 4.5v15l12-7.5z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  next: "M8 5v14l10-7z",
  last: "M15.6 5H18v14h-2.4zM5 5v14l10-7z",
  "previous-pass": "M11.5 5v14L3.5 12zM20.5 5v14L12.5 12z",
  "next-pass": "M12.5 5v14l8-7zM3.5 5v14l8-7z",
  undo: "M9 3v4h5a6 6 0 0 1 0 12H7v-2.2h7a3.8 3.8 0 0 0 0-7.6H9v4.2L3 8.2z",
  redo: "M15 3v4h-5a6 6 0 0 0 0 12h7v-2.2h-7a3.8 3.8 0 0 1 0-7.6h5v4.2l6-5.2z",
  minus: "M5 11h14v2H5z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  fit: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
  tidy: "M3 4h7v6H3zM14 4h7v6h-7zM3 14h7v6H3zM14 14h7v6h-7z",
  screen: "M3 5h18v14H3zM5 7v10h14V7z",
  projector: "M3 4h18v2h-1v10h-6.2l3 4h-2.4L12 17l-2.4 3H7.2l3-4H4V6H3zM6 6v8h12V6z",
  more: "M4 6h16v2H4zM4 11h16v2H4zM4 16h16v2H4z",
  notes: "M4 3h16v18H4zM6 5v14h12V5zM8 8h8v2H8zM8 12h8v2H8zM8 16h5v2H8z",
  drawer: "M3 4h18v16H3zM5 6v12h9V6zM16 6v12h3V6z",
  export: "M11 3h2v9.2l3.3-3.3 1.4 1.4L12 16l-5.7-5.7 1.4-1.4 3.3 3.3zM4 15h2v4h12v-4h2v6H4z",
  wider: "M8 7L3 12l5 5v-4h8v4l5-5-5-5v4H8z",
  close: "M6.4 5L12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const shape = svg("path", { d: PATHS[name], fill: "currentColor", "fill-rule": "evenodd" });
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, shape);
}
