/**
 * A film drawn: its cards and edges, and which of them to touch when the step changes.
 */

import { createCard } from "explorer/draw.js";
import { assign, svg } from "explorer/dom.js";
import { createEdge } from "explorer/edges.js";
import { dependents, read } from "explorer/film.js";
import { changesByStep, edgeState, nodeState, NOTHING_OUTDATED } from "explorer/player.js";

/** @typedef {import("explorer/film.js").Film} Film */

const HALO = 5;
const DRAWN = ["name", "kind", "operation", "title", "shape", "x", "y", "width", "height", "value", "gradient", "total",
  "mean_box", "inside", "editable", "geometry"];

/** What the conventions say of cells, and may say otherwise of the same ones. */
const WORDS = ["label", "brief", "note", "turned", "sign"];

/** What has to be equal for two films to be drawn by the same cards. @param {Film} film */
function structure({ nodes, edges, geometry }) {
  const drawn = nodes.map((node) => DRAWN.map((key) => node[key]));
  return JSON.stringify([drawn, edges.map(({ source, target, points }) => [source, target, points]), geometry],
    (key, value) => (WORDS.includes(key) ? undefined : value));
}

/** Patterns and markers that cards and edges refer to. */
/** @param {number} large */
function definitions(large) {
  const head = { markerUnits: "userSpaceOnUse", markerWidth: 13 * large, markerHeight: 12 * large, refX: 12 * large, refY: 6 * large,
    orient: "auto" };
  const arrow = (id) => svg("marker", { id, ...head }, svg("path", { class: id, d: "M0 0L13 6L0 12L3 6Z", transform: large === 1 ? null : `scale(${large})` }));
  const tile = { id: "waiting", width: 9, height: 9, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const hatch = svg("pattern", tile, svg("rect", { class: "hatch-ground", width: 9, height: 9 }),
    svg("rect", { class: "hatch-stripe", width: 4.5, height: 9 }));
  return svg("defs", {}, hatch, arrow("arrow"), arrow("arrow-forward"));
}

/** @param {Film} first */
export function createScene(first) {
  let film = first;
  const form = structure(film);
  let changes = changesByStep(film);
  const cards = film.nodes.map((node) => createCard(node, film.geometry));
  const edges = film.edges.map((_, index) => createEdge(film, index));
  const places = new Map(film.nodes.map((node, index) => [node.name, index]));
  const halo = svg("rect", { class: "halo", rx: film.geometry.radius + HALO });
  const front = svg("g", { class: "cards" }, ...cards.map((card) => card.element));
  /** How far cards stand from their places. @type {Record<string, [number, number]>} */
  let moved = {};
  /** @type {(string | undefined)[]} */
  let drawn = [];
  const back = svg("g", { class: "edges" }, ...edges.map((edge) => edge.element));
  const element = svg("g", { class: "scene" }, back, front);

  const box = (name) => {
    const { x, y, width, height } = film.nodes[places.get(name)];
    const [dx, dy] = moved[name] ?? [0, 0];
    return { x: x + dx, y: y + dy, width, height };
  };

  function drawNode(index, step, digits, outdated) {
    const node = film.nodes[index];
    const state = nodeState(film, node, step, outdated);
    const key = [state.value.state, state.value.numbers?.byteOffset, state.gradient?.state, state.contributions].join();
    if (drawn[index] === key) return;
    drawn[index] = key;
    cards[index].update(state, node.mean_box && film.numbers.subarray(node.mean, node.mean + 1), digits,
      node.inside && read(film, node.inside.at));
  }

  /**
   * Show a step. Only what changed is touched when it is next to the one shown before.
   * @param {number} step @param {number | null} before  null: look at everything
   * @param {number | "all"} digits @param {string[]} pending  edited nodes whose film is on its way
   */
  function show(step, before, digits, pending) {
    const near = before !== null && Math.abs(step - before) === 1;
    const touched = near ? changes[Math.max(step, before)] : { nodes: cards.keys(), edges: edges.keys() };
    const outdated = pending.length ? { values: dependents(film, pending), gradients: true } : NOTHING_OUTDATED;
    for (const index of touched.nodes) drawNode(index, step, digits, outdated);
    for (const index of touched.edges) edges[index].update(edgeState(film, index, step));
  }

  /** Put the halo behind a card, or nowhere. @param {string | null} name */
  function surround(name) {
    if (name === null) {
      halo.remove();
      return;
    }
    const { x, y, width, height } = box(name);
    assign(halo, { x: x - HALO, y: y - HALO, width: width + 2 * HALO, height: height + 2 * HALO });
    front.before(halo);
  }

  /** Everything is drawn anew at the next show. */
  function forget() {
    drawn = [];
  }

  /** Take the numbers and the words of another film, if it has the same cards. @param {Film} next @returns {boolean} */
  function recast(next) {
    if (structure(next) !== form) return false;
    film = next;
    changes = changesByStep(film);
    edges.forEach((edge) => edge.recast(film));
    cards.forEach((card, index) => card.recast(film.nodes[index]));
    forget();
    return true;
  }

  function reroute(name) {
    film.edges.forEach(({ source, target }, index) => {
      if (source !== name && target !== name) return;
      edges[index].route(moved[source] || moved[target] ? [box(source), box(target)] : null);
    });
  }

  /** Put the cards where they were dragged to, all others in their places. @param {Record<string, [number, number]>} next */
  function arrange(next) {
    const names = [...places.keys()].filter((name) => String(next[name]) !== String(moved[name]));
    moved = next;
    for (const name of names) cards[places.get(name)].move(...(moved[name] ?? [0, 0]));
    for (const name of names) reroute(name);
  }

  return {
    element, show, recast, forget, arrange, box, surround,
    card: (name) => cards[places.get(name)],
    edge: (index) => edges[index],
    definitions: definitions((1 + film.geometry.large) / 2),
    picture: { names: first.nodes.map(({ name }) => name), box, card: (name) => cards[places.get(name)].element,
      edges: back, halo },
  };
}
