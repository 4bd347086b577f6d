/**
 * The stage: follows the model, and gives the rest of the page the graph's parts by name.
 */

import { assign, html, svg } from "explorer/dom.js";
import { numberShown, wholeNumber } from "explorer/format.js";
import { linkCells } from "explorer/highlight.js";
import { t } from "explorer/language.js";
import { createMerge } from "explorer/merge.js";
import { glide } from "explorer/glide.js";
import { createPulses } from "explorer/pulses.js";
import { createScene } from "explorer/scene.js";
import { createView, listenToPointers } from "explorer/view.js";

const ZOOM_STEP = 1.25;
const TIP_AWAY = 10;
/** Below this zoom texts are specks: a large graph is drawn without them. */
const LEGIBLE = 0.22;
/** On a projector nothing stands over the picture, and it may be as large as it fits: numbers have 28 pixels of 1080. */
const PROJECTED = { side: 16, head: 12, foot: 12, largest: 8 };
const PROJECTED_TYPE = 28 / 1920;

/** A small sign over the stage with the whole of the number under the pointer. */
function createTip(element, signal) {
  const tip = html("div", { class: "tip", "aria-hidden": "true", hidden: true });
  /** Nothing of what it showed stays behind. */
  function hide() {
    tip.hidden = true;
    tip.textContent = "";
    tip.removeAttribute("style");
  }
  function show(event) {
    const cell = event.target.closest?.("[data-number]");
    if (!cell) {
      hide();
      return;
    }
    tip.hidden = false;
    tip.textContent = wholeNumber(numberShown(cell));
    const at = cell.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const left = Math.min(at.left + at.width / 2 - box.left, box.width - tip.offsetWidth / 2 - 4);
    tip.style.left = `${Math.max(left, tip.offsetWidth / 2 + 4)}px`;
    tip.style.top = `${at.top - box.top - TIP_AWAY}px`;
  }
  for (const type of ["pointerover", "focusin"]) element.addEventListener(type, show, { signal });
  for (const type of ["pointerleave", "focusout"]) {
    element.addEventListener(type, hide, { signal });
  }
  return tip;
}

/**
 * The picked entries, with the one of this cell: "gradient:2,1" is entry 2,1 of its node, a scalar's is [].
 * @param {import("explorer/model.js").State} state @param {string} name @param {string} cell
 */
function picked({ film, entries }, name, cell) {
  const [kind, place] = cell.split(":");
  const { shape } = film.nodes.find((node) => node.name === name);
  const index = shape.length ? place.split(",").map(Number) : [];
  return kind === "mean" || String(entries[name]) === String(index) ? entries : { ...entries, [name]: index };
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {AbortSignal} signal
 * @param {{film: () => import("explorer/film.js").Film}} [projection]  how the film is to be drawn
 */
export function createStage(model, signal, projection = { film: () => model.state.film }) {
  const { state } = model;
  const canvas = html("canvas", { class: "pulses", "aria-hidden": "true" });
  const world = svg("g");
  const drawing = svg("svg", { class: "drawing", role: "group", "aria-label": t("Computation graph") }, world);
  const element = html("main", { class: "stage", "data-testid": "stage", "data-phase": "idle", "data-step": 0,
    "data-steps": 0, "data-playing": "false" }, drawing, canvas);
  const view = createView(element, ({ x, y, k }) => {
    world.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
    drawing.classList.toggle("far", k < LEGIBLE);
  }, (zoom) => { if (!projecting()) model.set({ zoom }); }, signal);
  const pulses = createPulses(canvas, view);
  const merge = createMerge(world, signal);
  /** @type {ReturnType<typeof createScene> | null} */
  let scene = null;
  /** @type {import("explorer/film.js").Film | null} */
  let cast = null;
  let shown = 0;
  let marked = { now: null, selected: null };
  let drags = 0;

  /** On a projector every step is laid out by itself. */
  const projecting = () => state.theme === "projector";
  const places = () => (cast === state.film ? state.moved : {});

  /** @param {string} name @param {number} dx @param {number} dy */
  function drag(name, dx, dy) {
    if (cast !== state.film) return;
    const [x, y] = state.moved[name] ?? [0, 0];
    const tenths = (length) => Math.round(length * 10) / 10;
    model.set({ moved: { ...state.moved, [name]: [tenths(x + dx), tenths(y + dy)] }, stroke: `drag ${drags}` });
  }

  // Under a pointer nothing moves; whoever walks by keyboard sees where she is.
  element.addEventListener("focusin", ({ target }) => {
    const name = target.closest?.("[data-node]")?.dataset.node;
    if (name && target.matches(":focus-visible")) view.reveal(scene.box(name));
  }, { signal });
  element.append(createTip(element, signal));
  element.addEventListener("pointerdown", () => { drags += 1; }, { signal });
  listenToPointers(element, view, {
    card: (target) => target.closest?.("[data-node]")?.dataset.node ?? null,
    move: drag,
  }, signal);
  element.addEventListener("click", (event) => {
    const name = event.target.closest?.("[data-node]")?.dataset.node;
    if (!name) return;
    // Nobody sees there what was picked: the whole card is one target.
    const cell = projecting() ? undefined : event.target.closest("[data-cell]")?.dataset.cell;
    model.set({ selected: name, follow: false, inspector: true, ...(cell ? { entries: picked(state, name, cell) } : {}) });
  }, { signal });

  /**
   * Put a film on the stage; a film of the same graph only changes the numbers.
   * @returns {() => void} to be called when it is drawn
   */
  function put(film) {
    const same = film.case === cast?.case;
    cast = film;
    if (scene?.recast(film)) {
      scene.arrange(places());
      return () => {};
    }
    merge.finish();
    const focus = focused();
    const [old, seen] = [scene?.picture, view.transform()];
    scene = createScene(film);
    marked = { now: null, selected: null };
    world.replaceChildren(scene.definitions, scene.element);
    scene.arrange(places());
    frame();
    const [pair, { picture }] = [state.fusible, scene];
    const turned = same && pair && old.names.includes(pair[0]) !== picture.names.includes(pair[0]);
    return () => {
      if (turned) merge.run(old, seen, picture, view.transform(), pair);
      else if (same) glide(old, seen, picture, view.transform());
      if (focus) refocus(focus);
    };
  }

  /** The room that the picture has, which the theme has a say in. */
  function frame() {
    const { geometry, width, height } = cast;
    const least = (PROJECTED_TYPE * view.size().width) / geometry.number;
    view.frame({ x: 0, y: 0, width, height }, projecting() ? { ...PROJECTED, least } : undefined, projecting() ? null : state.zoom);
    pulses.enlarge(geometry.large);
  }

  /** What the step is about: its card, and those that its pulses run to and from. @returns {import("explorer/geometry.js").Box | null} */
  function subject(current) {
    if (!current) return null;
    const ends = current.edges.flatMap((index) => [state.film.edges[index].source, state.film.edges[index].target]);
    const boxes = [current.node, ...ends].map(scene.box);
    const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
    return { x, y, width: Math.max(...boxes.map((box) => box.x + box.width)) - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
  }

  /** The card, or the cell of it, that has the focus. @returns {{node: string, cell: string | undefined} | null} */
  function focused() {
    const held = /** @type {ShadowRoot | Document} */ (element.getRootNode()).activeElement;
    const card = element.contains(held) ? held.closest("[data-node]") : null;
    return card && { node: card.dataset.node, cell: held.closest("[data-index]")?.dataset.cell };
  }

  /** A small card has no cells to be in. @param {{node: string, cell: string | undefined}} focus */
  function refocus({ node, cell }) {
    const card = scene.card(node)?.element;
    (cell && card?.querySelector(`[data-index][data-cell="${CSS.escape(cell)}"]`) || card)?.focus();
  }

  /** @param {"now" | "selected"} role  which mark @param {string | null} name  the card that has it from now on */
  function mark(role, name) {
    if (marked[role] !== null) delete scene.card(marked[role]).element.dataset[role];
    marked[role] = name;
    if (name !== null) scene.card(name).element.dataset[role] = "";
  }

  function refresh(everything) {
    const { film, step } = state;
    scene.show(step, everything ? null : shown, state.digits, state.pending);
    shown = step;
    const current = film.steps[step - 1];
    mark("now", current?.node ?? null);
    scene.surround(current?.node ?? null);
    view.attend(subject(current));
    assign(element, { "data-phase": current?.phase ?? "idle", "data-step": step, "data-steps": film.steps.length });
  }

  model.on(["film", "step", "digits", "pending", "selected", "theme", "projected"], (_, changed) => {
    if (!state.film) return;
    const turned = changed.includes("theme");
    const film = projection.film();
    const drawn = film === cast ? null : put(film);
    if (turned && !drawn) frame();
    if (changed.includes("digits")) scene.forget();
    refresh(drawn !== null || changed.some((key) => key !== "step" && key !== "selected"));
    mark("selected", state.selected);
    drawn?.();
  });
  model.on(["moved"], (_, changed) => {
    if (!scene || changed.includes("film")) return;
    merge.finish();
    scene.arrange(places());
    refresh(true);
  });
  model.on(["zoom"], () => { if (!projecting()) view.look(state.zoom); });
  model.on(["playing"], () => assign(element, { "data-playing": String(state.playing) }));
  linkCells(element, model, signal);
  model.on(["gradients"], () => element.classList.toggle("no-gradients", !state.gradients));

  return {
    element, drawing, pulses, view,
    shows: (film) => cast === film,
    zoomIn: () => view.zoom(ZOOM_STEP),
    zoomOut: () => view.zoom(1 / ZOOM_STEP),
    fit: () => (projecting() ? view.look(null) : model.set({ zoom: null })),
    tidy: () => model.set({ moved: {} }),
    holdCard: (name, part, held) => scene.card(name)?.hold(part, held),
    holdEdge: (index, held) => scene.edge(index)?.element.classList.toggle("arriving", held),
    pathOf: (index) => scene.edge(index).path(),
    box: (name) => scene.box(name),
    card: (name) => scene?.card(name)?.element ?? null,
  };
}
