import { createModel } from "explorer/model.js";
import { createStage } from "explorer/stage.js";
import { smallFilm } from "tests/fixtures.js";
import { ok, test } from "tests/harness.js";

/** What texts need, by theme: of a projector they are read from afar. */
const ENOUGH = { light: 4.5, dark: 4.5, projector: 7 };

/** @param {string} name @param {(enough: number) => void} check  of one theme */
function everyTheme(name, check) {
  for (const [theme, enough] of Object.entries(ENOUGH)) {
    test(`${theme}: ${name}`, () => {
      document.getElementById("root").dataset.theme = theme;
      check(enough);
    });
  }
}

/** Relative luminance of a colour, over the ground where it is not opaque. */
function luminance(colour, ground) {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  for (const paint of [ground, colour]) {
    canvas.fillStyle = paint;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(text, behind, ground) {
  const [light, dark] = [luminance(text, behind), luminance(behind, ground)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Show these numbers on the cells of s, at a step. */
function cells(numbers, step) {
  const model = createModel(() => {});
  const stage = createStage(model, new AbortController().signal);
  const root = document.getElementById("root");
  root.className = "explorer";
  root.replaceChildren(stage.element);
  const film = smallFilm();
  film.nodes[0].shape = [numbers.length];
  film.nodes[0].value.rows = numbers.map((_, row) => row);
  film.nodes[0].value.at = [film.numbers.length, numbers.length];
  film.numbers.push(...numbers);
  film.nodes[0].stale_value_step = 9;
  model.receive({ type: "film", film });
  model.set({ step });
  return [...stage.element.querySelectorAll('[data-node="s"] .value .cell')];
}

const card = () => getComputedStyle(document.getElementById("root")).getPropertyValue("--card");

everyTheme("every number can be read on its cell", (enough) => {
  for (const cell of cells([-3, -0.5, -0.1, -0.01, 0, 0.01, 0.1, 0.5, 3, Infinity], 0)) {
    const ratio = contrast(getComputedStyle(cell.querySelector("text")).fill, getComputedStyle(cell.querySelector("path")).fill, card());
    ok(ratio >= enough, `${cell.dataset.level}: a contrast of ${enough}, not ${ratio.toFixed(2)},`);
  }
});

everyTheme("stale numbers fade and can still be read", (enough) => {
  for (const cell of cells([-3, -0.5, 0.5, 3, 0], 9)) {
    const { fill, opacity } = getComputedStyle(cell.querySelector("path"));
    const faded = fill.replace("rgb(", "rgba(").replace(")", `, ${opacity})`);
    const ratio = contrast(getComputedStyle(cell.querySelector("text")).fill, faded, card());
    ok(Number(opacity) < 0.5 && ratio >= enough, `${cell.dataset.level}: a contrast of ${enough}, not ${ratio.toFixed(2)},`);
  }
});

everyTheme("texts can be read on the page", (enough) => {
  cells([1], 0);
  const style = getComputedStyle(document.getElementById("root"));
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const pairs = [["ink", "card"], ["ink", "paper"], ["mute", "card"], ["mute", "paper"], ["backward-ink", "card"], ["forward", "card"],
    ["update", "card"], ["parameter", "card"], ["alert", "alert-soft"], ["on-backward", "backward-ink"], ["paper", "ink"]];
  for (const [text, ground] of pairs) {
    const ratio = contrast(colour(text), colour(ground), colour("card"));
    ok(ratio >= enough, `${text} on ${ground}: a contrast of ${enough}, not ${ratio.toFixed(2)},`);
  }
  ok(contrast(colour("control"), colour("card"), colour("card")) >= 3, "a border of 3:1");
});
