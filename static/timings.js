/** The timings as a table: a row for each batch size, and how many times faster than the loops everyone else is. */

import { html } from "explorer/dom.js";
import { dataNumber, formatNumber } from "explorer/format.js";
import { t, tn, withNodes } from "explorer/language.js";

/** @typedef {{name: string, absent: string | null}} Entrant */
/** @typedef {{cores: number, processor: string, python: string, numpy: string, device: string | null}} Machine */
/** @typedef {{sizes: number[], entrants: Entrant[], machine: Machine}} Started */
/** @typedef {{name: string, size: number, seconds: number, rounds: number}} Timed */

/** @param {string} name @returns {string | undefined} */
const nameOf = (name) => ({ loops: t("Python loops"), numpy: "NumPy", cupy: "CuPy" }[name]);
/** What is read before there is anything to compare. */
const entrants = () => [
  ["loops", t("{name} go sample by sample and element by element, one multiplication after the other.")],
  ["numpy", t("{name} makes one call for each operation: it computes the whole batch, in compiled code.")],
  ["cupy", t("{name} makes the same calls, and a GPU computes them. Where there is none, it stays away.")],
];
const UNITS = /** @type {const} */ ([1, 1e-3, 1e-6, 1e-9]);
const DIGITS = 3;
const GAIN_DIGITS = 2;

/** A time in the unit that fits it: 24.7 µs, 1.99 ms, 2 s. @param {number} seconds */
export function inWords(seconds) {
  const unit = UNITS.find((length) => seconds >= 0.9995 * length) ?? UNITS[UNITS.length - 1];
  const n = formatNumber(seconds / unit, DIGITS);
  return { 1: t("{n} s", { n }), 1e-3: t("{n} ms", { n }), 1e-6: t("{n} µs", { n }), 1e-9: t("{n} ns", { n }) }[unit];
}

/** @param {number} count @returns {string} */
export const grouped = (count) => count.toLocaleString("en");

/** How many times, to two digits. @param {number} ratio @returns {string} */
const times = (ratio) => ratio.toLocaleString("en", { maximumSignificantDigits: GAIN_DIGITS });

/** @param {Started} started @returns {string}  what it runs on, and why someone stays away */
function surroundings({ machine, entrants: started }) {
  const { cores, processor, python, numpy, device } = machine;
  const where = device
    ? tn("Measured on {n} core ({processor}), {device}; Python {python}, NumPy {numpy}.",
      "Measured on {n} cores ({processor}), {device}; Python {python}, NumPy {numpy}.", cores, { processor, device, python, numpy })
    : tn("Measured on {n} core ({processor}), no GPU here; Python {python}, NumPy {numpy}.",
      "Measured on {n} cores ({processor}), no GPU here; Python {python}, NumPy {numpy}.", cores, { processor, python, numpy });
  const away = started.filter(({ name, absent }) => absent && (name !== "cupy" || device))
    .map(({ name, absent }) => t("{name}: {reason}.", { name: nameOf(name) ?? name, reason: absent ?? "" }));
  return [where, ...away].join(" ");
}

export function createTimings() {
  const head = html("tr");
  const body = html("tbody");
  const machine = html("p", { class: "machine" });
  const table = html("table", {},
    html("caption", {}, t("Median time of one pass, forward and backward")), html("thead", {}, head), body);
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
    element.replaceChildren(...entrants().map(([name, how]) => html("p", {},
      ...withNodes(how, { name: html("b", {}, nameOf(name) ?? name) }))));
  }

  /** @param {Started} started  an empty table for those who take part */
  function start(started) {
    const present = started.entrants.filter(({ absent }) => !absent).map(({ name }) => name);
    ({ sizes } = started);
    others = present.includes("loops") ? present.filter((name) => name !== "loops") : [];
    seconds = new Map();
    cells = new Map();
    const columns = present.flatMap((name) => (others.includes(name) ? [name, `gain ${name}`] : [name]));
    head.replaceChildren(...[t("Samples"), ...columns.map((name) => nameOf(name) ?? t("× faster than loops"))]
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
    cells.get(at(name, size))?.setAttribute("title",
      t("median of {rounds}; {time} a sample", { rounds, time: inWords(found / size) }));
    for (const other of others) {
      const ratio = gain(other, size);
      if (!Number.isNaN(ratio)) write(`gain ${other}`, size, ratio < 1 ? t("{times} (slower)", { times: times(ratio) }) : times(ratio), ratio);
    }
  }

  /** @param {{name: string, size: number, expected: number}} left  the last that is said of a contender */
  function leave({ name, size, expected }) {
    for (const later of sizes.filter((one) => one >= size)) {
      write(name, later, later === size ? t("not run: about {time}", { time: inWords(expected) }) : t("not run"));
      for (const other of name === "loops" ? others : [name]) write(`gain ${other}`, later, "–");
    }
  }

  /** What the numbers say, in a sentence or two. */
  function conclusion() {
    const largest = sizes.findLast((size) => others.some((name) => !Number.isNaN(gain(name, size))));
    if (largest === undefined) return t("All measured.");
    const best = others.reduce((one, name) => (gain(name, largest) > gain(one, largest) ? name : one));
    const [slow, quick] = ["loops", best].map((name) => inWords(seconds.get(at(name, largest))));
    const whole = tn("For {n} sample the loops take {slow}, {name} {quick}: {times} times faster.",
      "For {n} samples the loops take {slow}, {name} {quick}: {times} times faster.", largest,
      { n: grouped(largest), slow, quick, name: nameOf(best) ?? best, times: times(gain(best, largest)) });
    if (!(gain("numpy", sizes[0]) < 1 && sizes[0] === 1)) return whole;
    return [whole, t("For a single sample the loops are faster: a call of NumPy costs more than the few operations in it.")].join(" ");
  }
  clear();
  return { element, clear, start, add, leave, conclusion };
}
