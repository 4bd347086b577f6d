/**
 * The page in a file of its own, with nobody to ask: what a server would answer stands in the file, for every sample that
 * it holds (`explorer/export/html.py`). What would have to be computed is refused.
 */

import { dress } from "explorer/dress.js";
import { t } from "explorer/language.js";
import { mount } from "explorer/main.js";
import { decode } from "explorer/message.js";

/**
 * @typedef {object} Book
 * @property {number} first  the first sample held
 * @property {number} sample  the one to be opened
 * @property {string} language
 * @property {Record<string, string | string[]>} messages  the page's own words
 * @property {Record<string, string>} languages
 * @property {Record<string, [number[], string]>} answers  by question: their lengths, and all of them, packed
 */

/** Questions whose answers stay unpacked. */
const MOST_OPEN = 16;

/** @param {string} packed  deflated bytes in base 64 @returns {Promise<Uint8Array>} */
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Book} book */
function createAnswers({ answers }) {
  /** @type {Map<string, Promise<Uint8Array>>} */
  const open = new Map();

  /** The answer for one of the samples held; null where there is none. @param {unknown[]} question @param {number} place */
  return async function answer(question, place) {
    const key = JSON.stringify(question);
    if (!Object.hasOwn(answers, key)) return null;
    const [lengths, packed] = answers[key];
    if (!open.has(key)) open.set(key, unpacked(packed));
    if (open.size > MOST_OPEN) open.delete(open.keys().next().value);
    const bytes = await (open.get(key) ?? unpacked(packed));
    const at = lengths.length === 1 ? 0 : place;
    const start = lengths.slice(0, at).reduce((sum, length) => sum + length, 0);
    return decode(bytes.slice(start, start + lengths[at]));
  };
}

/** @param {{styles: string, faces: import("explorer/dress.js").Face[]}} look */
export function replay(look) {
  /** @type {Book} */
  const book = JSON.parse(document.getElementById("book").textContent);
  const answer = createAnswers(book);
  const count = book.answers['["film"]'][0].length;
  let { sample } = book;

  const refused = (about = {}) => ({ type: "refused", ...about,
    reason: t("This file plays one pass. To compute another, open it where Backprop Explorer is served.") });

  /** @param {string | number | undefined} wanted */
  async function film(wanted) {
    const place = Number(wanted ?? sample) - book.first;
    if (!(place >= 0 && place < count)) {
      const [first, last] = [book.first + 1, book.first + count];
      return [{ type: "refused", reason: t("This file holds samples {first} to {last}.", { first, last }) }];
    }
    sample = place + book.first;
    const { said, ...reply } = await answer(["film"], place);
    return [reply, ...said];
  }

  /** The replies to one message. @param {any} message @returns {Promise<any[]>} */
  async function replies(message) {
    const place = sample - book.first;
    switch (message.type) {
      case "open": {
        const { messages, languages } = book;
        const [reply, ...said] = await film(message.fragment?.sample);
        const opened = reply.type === "film" ? [reply, ...said] : [...(await film(sample)), { ...reply, type: "alert", key: "sample" }];
        return [{ ...opened[0], messages, languages }, ...opened.slice(1)];
      }
      case "sample": return film(message.sample);
      case "words":
      case "projection": return [await answer([message.type, message.first], place) ?? refused()];
      case "explain": {
        const { node, tab, stacked } = message;
        const question = ["explain", node, tab, stacked];
        // Of many samples the stack is held as it is seen from the chosen one.
        return [await answer(question, place) ?? await answer([...question, sample], 0) ?? { ...refused(), node,
          reason: t("This file holds the stack as seen from sample {n}.", { n: book.sample + 1 }) }];
      }
      default: return [refused()];
    }
  }

  dress(document, look).then(() => {
    /** One after the other: a film belongs to the sample that was asked for last. */
    let queue = Promise.resolve();
    const send = (message) => {
      queue = queue.then(async () => {
        for (const reply of await replies(message)) page.receive({ ...reply, request: message.request });
      });
    };
    const root = document.getElementById("explorer");
    const page = mount({ root, send, served: false });
  });
}
