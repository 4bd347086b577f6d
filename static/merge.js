/**
 * Two cards that become one, and one that parts again: seen for a moment when the film of a case comes with other cards.
 * Everything moves by one clock, and nothing of it stays: at its end the stage is as if the film had been opened so.
 */

import { assign, svg } from "explorer/dom.js";

/** @typedef {import("explorer/geometry.js").Box} Box */
/** @typedef {import("explorer/view.js").Transform} Transform */
/** @typedef {{names: string[], box: (name: string) => Box, card: (name: string) => SVGElement, edges: SVGElement, halo: SVGElement}} Picture */
/** @typedef {{box: Box, scale: number}} Place  where a card stands, in the new drawing's units */

const DURATION = 640;
/** Shares of the whole: old edges go, the cards that end and those that begin cross-fade, new edges come. */
const EDGES_GO = 0.3;
const FADE = [0.5, 0.85];
const EDGES_COME = 0.65;
/** What a copy must not be found by. */
const NAMES = ["data-node", "data-edge", "data-cell", "data-number", "data-index", "data-now", "data-selected", "role",
  "tabindex", "aria-label", "aria-description"];

const eased = (t) => t * t * (3 - 2 * t);
const mixed = (from, to, t) => from + (to - from) * t;
/** How far t has come between two marks, from 0 to 1. */
const within = (t, from, to) => Math.min(Math.max((t - from) / (to - from), 0), 1);

/** @param {SVGElement} element @returns {SVGElement} its look alone */
function ghostOf(element) {
  const ghost = /** @type {SVGElement} */ (element.cloneNode(true));
  for (const part of [ghost, ...ghost.querySelectorAll("*")]) for (const name of NAMES) part.removeAttribute(name);
  return ghost;
}

/**
 * A card drawn for one place, shown at another. @param {SVGElement} card @param {Box} drawn @param {Place} from
 * @param {Place} to @param {number} t
 */
function put(card, drawn, from, to, t) {
  const scale = mixed(from.scale, to.scale, t);
  const x = mixed(from.box.x, to.box.x, t) - scale * drawn.x;
  const y = mixed(from.box.y, to.box.y, t) - scale * drawn.y;
  assign(card, { transform: `translate(${x} ${y}) scale(${scale})` });
}

/** The box of that size with the middle of another. @param {Box} size @param {Box} about @returns {Box} */
function centred({ width, height }, about) {
  return { x: about.x + (about.width - width) / 2, y: about.y + (about.height - height) / 2, width, height };
}

/**
 * What moves: cards that are in both pictures, the pair, and the one that they are together.
 * @param {Picture} before @param {Picture} after @param {string[]} pair  activation and loss
 * @param {(box: Box) => Place} seen  where a card of the old picture stands, in the new drawing's units
 * @returns {{ghosts: SVGElement[], at: (t: number) => void}}
 */
function motion(before, after, pair, seen) {
  const [activation, loss] = pair;
  const merges = before.names.includes(activation);
  const here = (box) => ({ box, scale: 1 });
  const moves = after.names.filter((name) => before.names.includes(name) && name !== loss).map((name) => (
    (t) => put(after.card(name), after.box(name), seen(before.box(name)), here(after.box(name)), t)));
  const one = (merges ? after : before).box(loss);
  const [parting, whole] = merges ? [before, after] : [after, before];
  const ghosts = (merges ? pair : [loss]).map((name) => ghostOf(before.card(name)));
  const cards = merges ? ghosts : pair.map((name) => after.card(name));
  const single = merges ? after.card(loss) : ghosts[0];

  /** The pair runs from its places to the middle of the one, or back; what ends is seen through as the other comes. */
  function at(t) {
    for (const move of moves) move(t);
    const place = (box) => (merges ? here(box) : seen(box));
    const apart = (box) => (merges ? seen(box) : here(box));
    cards.forEach((card, index) => {
      const box = parting.box(pair[index]);
      const ends = [apart(box), { ...place(centred(box, one)) }];
      put(card, box, ...(merges ? ends : ends.reverse()), t);
    });
    put(single, whole.box(loss), place(one), place(one), t);
    const through = within(merges ? t : 1 - t, ...FADE);
    for (const card of cards) assign(card, { opacity: 1 - through });
    assign(single, { opacity: through });
  }
  return { ghosts, at };
}

/**
 * @param {SVGElement} world  the drawing @param {AbortSignal} signal
 */
export function createMerge(world, signal) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let frame = 0;
  let finish = () => {};

  /**
   * Show how one picture became the other, which is on the stage already.
   * @param {Picture} before @param {Transform} old  where it was seen
   * @param {Picture} after @param {Transform} now @param {string[]} pair
   */
  function run(before, old, after, now, pair) {
    finish();
    if (still.matches) return;
    const scale = old.k / now.k;
    const shift = [(old.x - now.x) / now.k, (old.y - now.y) / now.k];
    const seen = ({ x, y, width, height }) => (
      { box: { x: scale * x + shift[0], y: scale * y + shift[1], width, height }, scale });
    const { ghosts, at } = motion(before, after, pair, seen);
    const edges = ghostOf(before.edges);
    assign(edges, { transform: `translate(${shift[0]} ${shift[1]}) scale(${scale})` });
    const layer = svg("g", { class: "ghosts", "aria-hidden": "true" }, edges, ...ghosts);
    world.append(layer);
    const started = performance.now();

    finish = () => {
      cancelAnimationFrame(frame);
      finish = () => {};
      layer.remove();
      for (const name of after.names) assign(after.card(name), { transform: null, opacity: null });
      for (const part of [after.edges, after.halo]) assign(part, { opacity: null });
    };

    function draw(time) {
      // The frame's time can precede the message that brought the film.
      const t = Math.max(time - started, 0) / DURATION;
      if (t >= 1) {
        finish();
        return;
      }
      at(eased(t));
      assign(edges, { opacity: 1 - within(t, 0, EDGES_GO) });
      for (const part of [after.edges, after.halo]) assign(part, { opacity: within(t, EDGES_COME, 1) });
      frame = requestAnimationFrame(draw);
    }
    draw(started);
  }

  signal.addEventListener("abort", () => finish());
  return { run, finish: () => finish() };
}
