/**
 * How the film is drawn on a projector: what a step is about in large type, the other cards as a symbol over colours.
 * Whoever makes films is asked for it when it is first wanted, some steps at a time; until it is here, and where there is
 * none, the film is drawn as on the page.
 */

import { language } from "explorer/language.js";

/** @typedef {import("explorer/film.js").Film} Film */
/** @typedef {{geometry: import("explorer/film.js").Geometry, symbol: boolean, cards: Record<string, any>}} Form */
/** @typedef {{width: number, height: number, nodes: [number, number, number][], edges: Record<string, [number, number][]>}} Layout */
/**
 * @typedef {object} Page  of steps
 * @property {number} first
 * @property {{layout: number | null, formulas: import("explorer/formula.js").Line[]}[]} steps
 * @property {Form[]} forms
 * @property {Layout[]} layouts
 */

const PAGE = 64; // steps that are told together

/** Where nobody can tell. @type {Page} */
const NONE = { first: 0, steps: [], forms: [], layouts: [] };

/** What a projection depends on, beside the numbers. @param {Film} film */
function subject({ case: name, sample, batch, reduction, conventions, nodes }) {
  return JSON.stringify([name, sample, batch > 1, reduction, conventions, nodes.map(({ title, symbol }) => [title, symbol]), language()]);
}

/** A block with the place that the form gives it. */
const placed = (block, place) => block && place && { ...block, ...place };

/** @param {Film} film @param {Page} page @param {Layout} layout @returns {Film} the same pass, drawn otherwise */
function drawn(film, page, { width, height, nodes, edges }) {
  const made = film.nodes.map((node, index) => {
    const [place, x, y] = nodes[index];
    const form = page.forms[place];
    const card = form.cards[node.name];
    return { ...node, x, y, width: card.width, height: card.height, geometry: form.geometry, near: !form.symbol,
      title: form.symbol ? node.symbol : node.title, editable: node.editable && !form.symbol,
      value: placed(node.value, card.value), gradient: placed(node.gradient, card.gradient),
      mean_box: placed(node.mean_box, card.mean_box), inside: placed(node.inside, card.inside) };
  });
  return { ...film, width, height, geometry: page.forms[0].geometry, nodes: made,
    edges: film.edges.map((edge) => ({ ...edge, points: edges[`${edge.source}->${edge.target}`] })) };
}

/** @param {import("explorer/model.js").Model} model */
export function createProjection(model) {
  const { state } = model;
  /** @type {Map<number, Page>} */
  let pages = new Map();
  let about = "";
  let asking = false;
  /** The film as it was drawn last: equal as long as nothing changes but the step. */
  let last = { film: null, layout: null, drawn: null };

  const page = (step) => pages.get(Math.floor(step / PAGE));

  /** One request at a time: whoever runs through a film asks for where he is then. */
  async function ask() {
    const { film, theme } = state;
    if (theme !== "projector" || !film) return;
    if (about !== subject(film)) [about, pages] = [subject(film), new Map()];
    if (asking || page(state.step)) return;
    asking = true;
    const [mine, place] = [about, Math.floor(state.step / PAGE)];
    const reply = await model.send({ type: "projection", first: place * PAGE, last: place * PAGE + PAGE - 1 }, { inPlace: true });
    asking = false;
    if (mine === about) {
      pages.set(place, reply.type === "projection" ? reply : NONE);
      model.set({ projected: state.projected + 1 });
    }
    ask();
  }

  /** The film as it is to be drawn now. @returns {Film} */
  function film() {
    const known = state.theme === "projector" && about === subject(state.film) ? page(state.step) : undefined;
    const layout = known?.layouts[known.steps[state.step - known.first]?.layout ?? -1];
    if (!layout) return state.film;
    if (last.film !== state.film || last.layout !== layout) {
      last = { film: state.film, layout, drawn: drawn(state.film, known, layout) };
    }
    return last.drawn;
  }

  /** What the step on show computes. @returns {import("explorer/formula.js").Line[]} */
  function formulas() {
    const known = about === subject(state.film) ? page(state.step) : undefined;
    return known?.steps[state.step - known.first]?.formulas ?? [];
  }

  model.on(["film", "step", "theme"], ask);
  return { film, formulas };
}
