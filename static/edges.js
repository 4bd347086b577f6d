/**
 * One edge: the arrow that values follow, and beside it the track that its contribution took against the arrow.
 */

import { assign, present, svg } from "explorer/dom.js";
import { edgeName, read } from "explorer/film.js";
import { beside, curve, measured, pathData, rounded } from "explorer/geometry.js";
import { largest, weight } from "explorer/scale.js";

/** @typedef {import("explorer/film.js").Film} Film */
/** @typedef {import("explorer/geometry.js").Box} Box */

/** How far beside the arrow gradients run. */
export const TRACK = 9;
const THINNEST = 2;
const THICKEST = 9;
const BAR = 7;

/** Width of a track or a pulse, on one scale for all films. @param {number} magnitude */
export function strokeWidth(magnitude) {
  return THINNEST + (THICKEST - THINNEST) * weight(magnitude);
}

/** The way to the middle, where an exact zero stops, and the bar across it. */
function stoppedTrack(path) {
  const { length, at } = measured(path);
  const [near, middle] = [at(length / 2 + 1), at(length / 2)];
  const [dx, dy] = [(near[1] - middle[1]) * BAR, (middle[0] - near[0]) * BAR];
  const steps = Array.from({ length: 13 }, (_, index) => at(length - (index * length) / 24));
  const bar = [[middle[0] - dx, middle[1] - dy], [middle[0] + dx, middle[1] + dy]];
  return pathData(steps) + pathData(bar);
}

/**
 * @param {Film} film @param {number} index
 */
export function createEdge(film, index) {
  const arrow = svg("path", { class: "arrow" });
  const track = svg("path", { class: "track" });
  const element = svg("g", { class: "edge", "data-edge": edgeName(film.edges[index]) }, arrow);
  let edge = film.edges[index];
  let path = [];
  let stopped = false;
  /** The track's outline, made when first needed: most edges of a large graph never need it. @type {string | null} */
  let trackData = null;

  /** @param {[Box, Box] | null} ends  where the two cards are, once one of them was moved */
  function route(ends) {
    path = ends ? curve(...ends) : rounded(edge.points);
    arrow.setAttribute("d", pathData(path));
    trackData = null;
  }

  function outline() {
    if (trackData === null) {
      const lane = beside(path, TRACK);
      trackData = stopped ? stoppedTrack(lane) : pathData(lane);
    }
    return trackData;
  }

  /** @param {{forward: boolean, backward: boolean, now: string | null}} state */
  function update({ forward, backward, now }) {
    assign(element, { "data-forward": forward ? "true" : "false", "data-now": now ?? "no",
      "data-backward": backward ? (stopped ? "stopped" : "flown") : "no" });
    assign(arrow, { "marker-end": forward ? "url(#arrow-forward)" : "url(#arrow)" });
    if (backward) assign(track, { d: outline() });
    present(element, track, backward);
  }

  /** Take the numbers of another film of the same graph. @param {Film} next */
  function recast(next) {
    edge = next.edges[index];
    const magnitude = edge.contribution ? largest(read(next, edge.contribution)) : 0;
    if (stopped !== (magnitude === 0)) trackData = null;
    stopped = magnitude === 0;
    assign(track, { "stroke-width": strokeWidth(magnitude).toFixed(2) });
  }

  recast(film);
  route(null);
  return { element, update, route, recast, path: () => path };
}
