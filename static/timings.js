/** The timings as a table: a row for each batch size, and how many times faster than the loops everyone else is. */

import { html } from "explorer/dom.js";
import { dataNumber, formatNumber } from "explorer/format.js";

/** @typedef {{name: string, absent: string | null}} Entrant */
/** @typedef {{cores: number, processor: string, python: string, numpy: string, device: string | null}} Machine */
/** @typedef {{sizes: number[], entrants: Entrant[], machine: Machine}} Started */
/** @typedef {{name: string, size: number, seconds: number, rounds: number}} Timed */

const NAMES = { loops: "Python loops", numpy: "NumPy", cupy: "CuPy" };
/** What is read before there is anything to compare. */
const ENTRANTS = [
  ["loops", "go sample by sample and element by element, one multiplication after the other."],
  ["numpy", "makes one call for each operation: it computes the whole batch, in compiled code."],
  ["cupy", "makes the same calls, and a GPU computes them. Where there is none, it stays away."],
];
const UNITS = /** @type {const} */ ([["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]]);
const DIGITS = 3;
const GAIN_DIGITS = 2;

/** A time in the unit that fits it: 24.7 µs, 1.99 ms, 2 s. @param {number} seconds */
export function inWords(seconds) {
  const [name, unit] = UNITS.find(([, length]) => seconds >= 0.9995 * length) ?? UNITS[UNITS.length - 1];
  return `${formatNumber(seconds / unit, DIGITS)} ${name}`;
}

/** @param {number} count @returns {string} */
export const grouped = (count) => count.toLocaleString("en");

/** How many times, to two digits. @param {number} ratio @returns {string} */
const times = (ratio) => ratio.toLocaleString("en", { maximumSignificantDigits: GAIN_DIGITS });

/** @param {Started} started @returns {string}  what it runs on, and why someone stays away */
function surroundings({ machine, entrants }) {
  const { cores, processor, python, numpy, device } = machine;
  const where = `${cores} ${cores === 1 ? "core" : "cores"} (${processor})`;
  const away = entrants.filter(({ name, absent }) => absent && (name !== "cupy" || device))
    .map(({ name, absent }) => ` ${NAMES[name]}: ${absent}.`);
  return `Measured on ${where}, ${device ?? "no GPU here"}; Python ${python}, NumPy ${numpy}.${away.join("")}`;
}

export function createTimings() {
  const head = html("tr");
  const body = html("tbody");
  const machine = html("p", { class: "machine" });
  const table = html("table", {},
    html("caption", {}, "Median time of one pass, forward and backward"), html("thead", {}, head), body);
  const element = html("div", { class: "timings" });
  /** @type {Map<string, HTMLElement>} */
  let cells = new Map();
  /** @type {Map<string, number>} */
  let seconds = new Map();
  let sizes = [];
  let others = [];

  const at = (name, size) => `${name} ${size}`;

  /** How many times faster than the loops; NaN where one of the two was not measured. */
  const gain = (name, size) => (seconds.get(at("loops", size)) ?? NaN) / (seconds.get(at(name, size)) ?? NaN);

  /** No numbers: who will take part is told instead. */
  function clear() {
    element.replaceChildren(...ENTRANTS.map(([name, how]) => html("p", {}, html("b", {}, NAMES[name]), ` ${how}`)));
  }

  /** @param {Started} started  an empty table for those who take part */
  function start(started) {
    const present = started.entrants.filter(({ absent }) => !absent).map(({ name }) => name);
    ({ sizes } = started);
    others = present.includes("loops") ? present.filter((name) => name !== "loops") : [];
    seconds = new Map();
    cells = new Map();
    const columns = present.flatMap((name) => (others.includes(name) ? [name, `gain ${name}`] : [name]));
    head.replaceChildren(...["Samples", ...columns.map((name) => NAMES[name] ?? "× faster than loops")]
      .map((text) => html("th", { scope: "col" }, text)));
    body.replaceChildren(...sizes.map((size) => html("tr", {}, html("th", { scope: "row" }, grouped(size)),
      ...columns.map((name) => {
        const cell = html("td", {}, "…");
        cells.set(at(name, size), cell);
        return cell;
      }))));
    machine.textContent = surroundings(started);
    element.replaceChildren(table, machine);
  }

  function write(name, size, text, number) {
    const cell = cells.get(at(name, size));
    if (!cell) return;
    cell.textContent = text;
    if (number !== undefined) cell.dataset.number = dataNumber(number);
  }

  /** @param {Timed} timed */
  function add({ name, size, seconds: found, rounds }) {
    seconds.set(at(name, size), found);
    write(name, size, inWords(found), found);
    cells.get(at(name, size))?.setAttribute("title", `median of ${rounds}; ${inWords(found / size)} a sample`);
    for (const other of others) {
      const ratio = gain(other, size);
      if (!Number.isNaN(ratio)) write(`gain ${other}`, size, `${times(ratio)}${ratio < 1 ? " (slower)" : ""}`, ratio);
    }
  }

  /** @param {{name: string, size: number, expected: number}} left  the last that is said of a contender */
  function leave({ name, size, expected }) {
    for (const later of sizes.filter((one) => one >= size)) {
      write(name, later, later === size ? `not run: about ${inWords(expected)}` : "not run");
      for (const other of name === "loops" ? others : [name]) write(`gain ${other}`, later, "–");
    }
  }

  /** What the numbers say, in a sentence or two. */
  function conclusion() {
    const largest = sizes.findLast((size) => others.some((name) => !Number.isNaN(gain(name, size))));
    if (largest === undefined) return "All measured.";
    const best = others.reduce((one, name) => (gain(name, largest) > gain(one, largest) ? name : one));
    const [slow, quick] = ["loops", best].map((name) => inWords(seconds.get(at(name, largest))));
    const samples = largest === 1 ? "1 sample" : `${grouped(largest)} samples`;
    const first = gain("numpy", sizes[0]) < 1 && sizes[0] === 1
      ? " For a single sample the loops are faster: a call of NumPy costs more than the few operations in it." : "";
    const faster = times(gain(best, largest));
    return `For ${samples} the loops take ${slow}, ${NAMES[best]} ${quick}: ${faster} times faster.${first}`;
  }
  clear();
  return { element, clear, start, add, leave, conclusion };
}
