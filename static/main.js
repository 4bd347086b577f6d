/**
 * The page, put together. It knows nothing of who makes films and carries messages: `send` takes what it says,
 * `receive` is told the answers.
 */

import { createAlerts } from "explorer/alerts.js";
import { createClicker } from "explorer/clicker.js";
import { html } from "explorer/dom.js";
import { createEditor } from "explorer/edit.js";
import { createExports } from "explorer/exports.js";
import { createFragment } from "explorer/fragment.js";
import { createFuse } from "explorer/fuse.js";
import { createHeader } from "explorer/header.js";
import { createHearing } from "explorer/hearing.js";
import { createHelp } from "explorer/help.js";
import { createInspector } from "explorer/inspector.js";
import { listenToKeys } from "explorer/keys.js";
import { language, languageTag, speak, t } from "explorer/language.js";
import { decode } from "explorer/message.js";
import { createModel } from "explorer/model.js";
import { createOpening } from "explorer/opening.js";
import { createPasses } from "explorer/passes.js";
import { createPlayback } from "explorer/playback.js";
import { createPresenter } from "explorer/presenter.js";
import { createProjection } from "explorer/projection.js";
import { createStage } from "explorer/stage.js";
import { createSubtitle } from "explorer/subtitle.js";
import { createTheme } from "explorer/theme.js";
import { createTransport } from "explorer/transport.js";
import { createUndo } from "explorer/undo.js";
import { createWalk } from "explorer/walk.js";
import { createWhy } from "explorer/why.js";
import { createWords } from "explorer/words.js";

/** Plots that the host can make, each when it is first wanted. @typedef {Record<string, () => Promise<Element>>} Plots */
/**
 * @typedef {object} Host
 * @property {HTMLElement} root
 * @property {(message: object) => void} send
 * @property {AbortSignal} [signal]
 * @property {Plots} [plots]
 * @property {Held} [held]  what a page had whose place this one takes
 * @property {boolean} [address]  whether it may have the address bar
 * @property {boolean} [served]  whether a server answers; without one nothing is computed, and what would ask for it is not shown
 */

/** @typedef {{undo: import("explorer/undo.js").Kept, unanswered: {message: object, stroke: string | null}[]}} Held */

/** @param {HTMLElement} root */
function toggleFullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen().catch(() => {}); // a key of the presenter's window is no gesture here
}

/**
 * Everything that is seen, in the language of the moment.
 * @param {HTMLElement} root @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof createUndo>} undo @param {Host} host @param {AbortSignal} signal
 * @returns {{why: ReturnType<typeof createWhy> | null, exports: ReturnType<typeof createExports>}}
 */
function build(root, model, undo, { plots = {}, served = true }, signal) {
  const theme = createTheme(model, root, signal);
  const projection = createProjection(model);
  const stage = createStage(model, signal, projection);
  const playback = createPlayback(model, stage, signal);
  const editor = createEditor(model, stage, signal);
  const walk = createWalk(model, stage, editor, signal);
  createHearing(model, stage, signal);
  const help = createHelp(model, signal);
  const exports = createExports(model, stage, { served }, signal);
  const passes = createPasses(model, plots, signal);
  // Only a server can measure: without one there is nothing to open.
  const why = plots.timings ? createWhy(model, plots.timings, signal) : null;
  const inspector = html("aside", { class: "inspector", "aria-label": t("Inspector") });
  const page = html("div", { class: "page" });
  const tools = html("div", { class: "tools" });
  const fullScreen = () => toggleFullScreen(root);

  const drawer = () => model.set({ inspector: !model.state.inspector });
  model.on(["inspector"], () => { inspector.hidden = !model.state.inspector; });
  const header = createHeader(model, { zoomOut: stage.zoomOut, zoomIn: stage.zoomIn, fit: stage.fit, tidy: stage.tidy,
    help: help.show, fullScreen, drawer, projector: theme.toggle, presenter: () => presenter.open(), undo: undo.undo,
    redo: undo.redo, exports: exports.show }, theme.field, signal);

  const subtitle = createSubtitle(model, projection, { leave: theme.leave, presenter: () => presenter.open() }, signal);
  tools.append(createFuse(model, signal), ...(why ? [why.button] : []));
  page.append(header.element, createAlerts(model, signal), stage.element, tools, header.picture, inspector, subtitle,
    createTransport(model, playback, passes.element, signal), passes.panel, help.element,
    ...(why ? [why.element] : []), exports.element);
  createInspector(inspector, model, signal);
  const busy = () => help.open() || exports.open() || Boolean(why?.open());
  const clicker = createClicker(model, playback);
  const onKey = listenToKeys(playback, { model, walk, passes, undo, theme, clicker, presenter: () => presenter.open(), help: help.show,
    fullScreen }, busy, signal);
  root.lang = languageTag();
  root.replaceChildren(page);
  const presenter = createPresenter(model, clicker, root, onKey, signal);
  return { why, exports };
}

/**
 * @param {Host} host
 * @returns {{receive: (message: object | Uint8Array) => void, lose: () => void, hold: () => Held, dispose: () => void}}
 */
export function mount(host) {
  const { root, send, signal: outer, held, address = true, served = true } = host;
  const ending = new AbortController();
  const { signal } = ending;
  outer?.addEventListener("abort", () => ending.abort(), { signal });
  const model = createModel(send);
  const opening = createOpening(model);
  const undo = createUndo(model, opening);
  const fragment = createFragment(model, opening, address, signal);
  createWords(model);
  let rebuilding = new AbortController();
  let parts = build(root, model.within(rebuilding.signal), undo, host, rebuilding.signal);

  /** The page is made anew in another language, over the same model; what had the focus has it again. */
  function rebuild() {
    const focused = /** @type {ShadowRoot | Document} */ (root.getRootNode()).activeElement?.id;
    rebuilding.abort();
    rebuilding = new AbortController();
    const own = model.within(rebuilding.signal);
    parts = build(root, own, undo, host, rebuilding.signal);
    own.announce();
    if (focused) root.querySelector(`#${CSS.escape(focused)}`)?.focus();
  }

  function dispose() {
    ending.abort();
    root.replaceChildren();
  }
  signal.addEventListener("abort", () => rebuilding.abort());

  /** @param {object | Uint8Array} told  as `decode` takes it */
  function receive(told) {
    const message = decode(told);
    if (message.messages) {
      const other = message.settings.language !== language();
      speak(message.settings.language, message.messages);
      if (other) rebuild();
    }
    if (message.type === "timing") parts.why?.receive(message);
    if (message.type === "recording") parts.exports.receive(message);
    model.receive(message);
  }

  /** The connection is lost: the page goes on by itself as far as it can. */
  function lose() {
    model.set({ away: true });
    model.alert("connection", t("The connection to the server is lost. What you do meanwhile is kept, and sent when it is there again."));
  }

  /** What a page that takes this one's place needs, beside the address. @returns {Held} */
  function hold() {
    fragment.write();
    // What is to be opened, the address or undo has.
    return { undo: undo.kept(), unanswered: model.unanswered().filter(({ message }) => message.type !== "open") };
  }

  /** @param {Held | undefined} held */
  async function start(held) {
    await fragment.follow();
    if (!held) return;
    undo.keep(held.undo);
    for (const { message, stroke } of held.unanswered) model.send(message, { stroke });
    for (const turn of held.undo.turns) undo.ask(turn);
  }

  root.classList.add("explorer");
  root.classList.toggle("unserved", !served);
  start(held);
  return { receive, lose, hold, dispose };
}
