import { createBlock } from "explorer/cells.js";
import { drawChip } from "explorer/chip.js";
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

/** Of colours in linear light; Machado, Oliveira and Fernandes (2009), without the sense itself. Who sees greys alone needs marks. */
const VISIONS = {
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
};
const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const shown = (light) => Math.min(Math.max(light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055, 0), 1);

/** The colour as somebody sees it, as three parts from 0 to 1. @param {string} colour @param {number[][]} vision */
function seen(colour, vision) {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const light = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => linear(part / 255));
  return vision.map((row) => shown(row.reduce((sum, share, place) => sum + share * light[place], 0)));
}

everyTheme("what differs by colour differs to those who see fewer", () => {
  cells([1], 0);
  const style = getComputedStyle(document.getElementById("root"));
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const pairs = [["forward", "backward", 0.35], ["forward", "loss", 0.25], ["forward", "update", 0.25], ["backward", "loss", 0.25],
    ["backward", "update", 0.25], ["loss", "update", 0.25], ["n4", "p4", 0.15]];
  for (const [name, vision] of Object.entries(VISIONS)) {
    for (const [one, other, least] of pairs) {
      const [first, second] = [one, other].map((token) => seen(colour(token), vision));
      const apart = Math.hypot(...first.map((part, place) => part - second[place]));
      ok(apart > least, `${name}: ${one} and ${other} are ${apart.toFixed(2)} apart`);
    }
  }
});

test("sign and state have a mark beside their colour, for those who see none", () => {
  const looks = (step) => cells([-0.5, 0.5], step).map((cell) => {
    const path = cell.querySelector("path");
    return { shape: path.getAttribute("d").replace(/[\d.-]+/g, "#"), hatched: path.getAttribute("fill") === "url(#waiting)",
      text: cell.querySelector("text").textContent };
  });
  const [minus, plus] = looks(0);
  ok(minus.shape !== plus.shape, "a negative number's cell has another outline");
  ok(minus.text.startsWith("−") && !plus.text.startsWith("−"), "and a sign in its number");
  const marks = (step, selector) => {
    cells([-0.5, 0.5], step);
    const block = document.querySelector(`[data-node="s"] ${selector}`);
    return [block.dataset.state, block.querySelector(".mark")?.textContent ?? "", block.querySelector('[fill="url(#waiting)"]') !== null];
  };
  const gradient = [0, 6, 8].map((step) => marks(step, ".gradient"));
  ok(gradient[0][0] === "waiting" && gradient[0][2], `not computed yet is hatched: ${gradient[0]}`);
  ok(gradient[1][0] === "partial" && gradient[1][1] === "1/2", `partly accumulated counts: ${gradient[1]}`);
  ok(gradient[2][0] === "done" && !gradient[2][1] && !gradient[2][2], `done has no mark: ${gradient[2]}`);
  const [stale, old] = marks(9, ".value");
  ok(stale === "stale" && old !== "", `stale says so: ${old}`);
  ok(document.querySelector('[data-node="loss"] .value[data-state="zero"] .barrier') !== null, "exactly zero has a barrier");
});

test("a long tensor's strip is low where its numbers are negative", () => {
  const long = Array.from({ length: 80 }, (_, place) => (place < 40 ? -0.5 : 0.5));
  cells(long, 0);
  const node = smallFilm().nodes[0];
  const block = createBlock({ ...node, shape: [80], editable: false }, "value", { ...node.value, strip: true }, { ...smallFilm().geometry, strip: 10 });
  block.update({ state: "done", numbers: Float64Array.from(long) }, null, 3);
  document.querySelector("svg.drawing").append(block.element);
  const [minus, plus] = ["n3", "p3"].map((level) => block.element.querySelector(`.strip [data-level="${level}"]`).getBBox());
  ok(minus.height < 0.6 * plus.height && minus.y > plus.y, `${minus.height} of ${plus.height}`);
});

test("negative numbers that a pulse carries have cut corners", () => {
  const paint = (numbers) => {
    const canvas = new OffscreenCanvas(80, 60).getContext("2d");
    const grey = Object.fromEntries(["card", "frame", "ink", "zero", "bad", "n3", "p3"].map((name) => [name, name === "card" ? "#fff" : "#777"]));
    drawChip(canvas, { label: [], numbers: Float64Array.from(numbers), columns: 2 }, [40, 30], [0, 0], grey);
    return [...canvas.getImageData(0, 0, 80, 60).data].filter((_, place) => place % 4 === 0).filter((red) => red < 200).length;
  };
  ok(paint([-0.5, -0.5]) < paint([0.5, -0.5]) && paint([0.5, -0.5]) < paint([0.5, 0.5]), "each of them leaves something out");
});
