/**
 * Cards on their way from one picture of a film to another: they start where they were seen, and the edges come when the
 * cards are there. Nothing of it stays.
 */

/** @typedef {import("explorer/view.js").Transform} Transform */
/** @typedef {{names: string[], box: (name: string) => import("explorer/geometry.js").Box, card: (name: string) => SVGElement,
 *   edges: SVGElement, halo: SVGElement}} Picture */

const DURATION = 320;

/**
 * @param {Picture} before @param {Transform} seen  how that was shown
 * @param {Picture} after @param {Transform} now
 */
export function glide(before, seen, after, now) {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const timing = { duration: DURATION, easing: "ease-in-out" };
  for (const name of after.names.filter((one) => before.names.includes(one))) {
    const [from, to] = [before.box(name), after.box(name)];
    const scale = (from.width * seen.k) / (to.width * now.k);
    const x = (seen.k * from.x + seen.x - now.x) / now.k - scale * to.x;
    const y = (seen.k * from.y + seen.y - now.y) / now.k - scale * to.y;
    after.card(name).animate([{ transform: `translate(${x}px, ${y}px) scale(${scale})` }, { transform: "none" }], timing);
  }
  for (const part of [after.edges, after.halo]) part.animate([{ opacity: 0 }, { opacity: 0, offset: 0.6 }, { opacity: 1 }], timing);
}
