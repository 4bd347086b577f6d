/** How the parts of a picture are written as texts that a person can read: W.0.1=0.9, h:12,-30. */

import { t } from "explorer/language.js";

/** @typedef {import("explorer/model.js").State} State */
/** @typedef {{node: string, index: number[], sample: number | null, pass: number, text: string}} Edit */

/** As in explorer.session.intents. */
const MOST_EDITS = 10_000;

/** @param {string} text @param {string} example @returns {never} */
function refuse(text, example) {
  throw new Error(t('"{text}" cannot be read. Something like {example} is expected.', { text: text.slice(0, 40), example }));
}

/** @param {string} text */
const parts = (text) => text.split(";").filter(Boolean);

/** @param {string} text @returns {number} */
export function readWhole(text) {
  if (!/^\d{1,9}$/.test(text)) throw new Error(t('"{text}" is no whole number from 0.', { text: text.slice(0, 40) }));
  return Number(text);
}

/** @param {string} text  a decimal number, as JavaScript writes one */
const number = (text) => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : NaN);

/** @param {Edit} edit @returns {string}  "W.0.1=0.9", with "@2" after the place for the third sample, "~1" since pass 1 */
function writeEdit({ node, index, sample, pass, text }) {
  const where = sample === null || sample === undefined ? "" : `@${sample}`;
  return `${[node, ...index].join(".")}${where}${pass ? `~${pass}` : ""}=${text}`;
}

/** @param {string} written @returns {Edit} */
function readEdit(written) {
  const match = /^([^.@~=]{1,200})((?:\.\d{1,9}){0,16})(?:@(\d{1,9}))?(?:~(\d{1,9}))?=(.{0,200})$/.exec(written);
  if (!match) return refuse(written, "W.0.1=0.9");
  const [, node, index, sample, pass = "0", text] = match;
  const places = index.split(".").slice(1).map(Number);
  return { node, index: places, sample: sample === undefined ? null : Number(sample), pass: Number(pass), text };
}

/** @param {string} text @returns {Edit[]} */
export function readEdits(text) {
  const edits = parts(text).map(readEdit);
  if (edits.length <= MOST_EDITS) return edits;
  throw new Error(t("There are {n} edits. At most {most} are read.", { n: edits.length, most: MOST_EDITS }));
}
/** @param {State} state */
export const writeEdits = ({ edits }) => edits.map(writeEdit).join(";");

/** "W.2.1;s" @param {string} text @returns {Record<string, number[]>} */
export function readEntries(text) {
  return Object.fromEntries(parts(text).map((written) => {
    if (!/^[^.;=]{1,200}(\.\d{1,9}){0,16}$/.test(written)) refuse(written, "W.2.1");
    const [node, ...index] = written.split(".");
    return [node, index.map(Number)];
  }));
}
/** @param {State} state */
export const writeEntries = ({ entries }) => Object.entries(entries).map(([node, index]) => [node, ...index].join(".")).join(";");

/** "h:12,-30" @param {string} text @returns {Record<string, [number, number]>} */
export function readMoved(text) {
  return Object.fromEntries(parts(text).map((written) => {
    const [node, by = "", ...more] = written.split(":");
    const [dx, dy, ...others] = by.split(",").map(number);
    if (!node || more.length || others.length || !(Math.hypot(dx, dy) < 1e6)) refuse(written, "h:12,-30");
    return [node, [dx, dy]];
  }));
}
/** @param {State} state */
export const writeMoved = ({ moved }) => Object.entries(moved).map(([node, by]) => `${node}:${by}`).join(";");

/** "1.5,300,200": enlarged so much about that point of the drawing. @param {string} text @returns {number[]} */
export function readZoom(text) {
  const zoom = text.split(",").map(number);
  return zoom.length === 3 && zoom.every((one) => Math.abs(one) < 1e6) && zoom[0] >= 0.01 ? zoom : refuse(text, "1.5,300,200");
}
