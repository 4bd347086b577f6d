/**
 * The page, put together. It knows nothing of who makes films and carries messages: `send` takes what it says,
 * `receive` is told the answers.
 */

import { createAlerts } from "explorer/alerts.js";
import { html } from "explorer/dom.js";
import { createEditor } from "explorer/edit.js";
import { createExports } from "explorer/exports.js";
import { createFragment } from "explorer/fragment.js";
import { createFuse } from "explorer/fuse.js";
import { createHeader } from "explorer/header.js";
import { createHelp } from "explorer/help.js";
import { createInspector } from "explorer/inspector.js";
import { listenToKeys } from "explorer/keys.js";
import { decode } from "explorer/message.js";
import { createModel } from "explorer/model.js";
import { createPasses } from "explorer/passes.js";
import { createPlayback } from "explorer/playback.js";
import { createStage } from "explorer/stage.js";
import { createTransport } from "explorer/transport.js";
import { createWalk } from "explorer/walk.js";
import { createWhy } from "explorer/why.js";
import { createWords } from "explorer/words.js";

/** Plots that the host can make, each when it is first wanted. @typedef {Record<string, () => Promise<Element>>} Plots */

/** @param {HTMLElement} root */
function toggleFullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen();
}

/**
 * @param {{root: HTMLElement, send: (message: object) => void, signal?: AbortSignal, plots?: Plots, served?: boolean}} host
 *   served: whether a server answers; without one nothing can be computed, and what would ask for it is not shown
 * @returns {{receive: (message: object | Uint8Array) => void, reopen: () => Promise<void>, dispose: () => void}}
 *   reopen: tell a fresh session what this page shows
 */
export function mount({ root, send, signal: outer, plots = {}, served = true }) {
  const ending = new AbortController();
  const { signal } = ending;
  outer?.addEventListener("abort", () => ending.abort(), { signal });

  const model = createModel(send);
  const stage = createStage(model, signal);
  const playback = createPlayback(model, stage, signal);
  const editor = createEditor(model, stage, signal);
  const walk = createWalk(model, stage, editor, signal);
  const fragment = createFragment(model, signal);
  const help = createHelp(model, signal);
  const exports = createExports(model, stage, { served }, signal);
  const passes = createPasses(model, plots, signal);
  // Only a server can measure: without one there is nothing to open.
  const why = plots.timings ? createWhy(model, plots.timings, signal) : null;
  const inspector = html("aside", { class: "inspector", "aria-label": "Inspector" });
  const page = html("div", { class: "page" });
  const tools = html("div", { class: "tools" });
  const fullScreen = () => toggleFullScreen(root);

  const drawer = () => {
    inspector.hidden = !inspector.hidden;
    header.setDrawer(!inspector.hidden);
  };
  // A card that is picked opens in the inspector, wherever that is.
  model.on(["selected"], () => {
    if (!model.state.follow && inspector.hidden) drawer();
  });
  const header = createHeader(model, { zoomOut: stage.zoomOut, zoomIn: stage.zoomIn, fit: stage.fit, tidy: stage.tidy,
    help: help.show, fullScreen, drawer, exports: exports.show }, signal);

  tools.append(createFuse(model, signal), ...(why ? [why.button] : []));
  page.append(header.element, createAlerts(model, signal), stage.element, tools, inspector,
    createTransport(model, playback, passes.element, signal), passes.panel, help.element, exports.element,
    ...(why ? [why.element] : []));
  createInspector(inspector, model, signal);
  createWords(model);
  const busy = () => help.open() || exports.open() || Boolean(why?.open());
  listenToKeys(model, playback, { walk, passes, help: help.show, fullScreen }, busy, signal);
  root.classList.add("explorer");
  root.classList.toggle("unserved", !served);
  root.replaceChildren(page);
  fragment.open();

  function dispose() {
    ending.abort();
    root.replaceChildren();
  }
  /** @param {object | Uint8Array} told  as `decode` takes it */
  function receive(told) {
    const message = decode(told);
    if (message.type === "timing") why?.receive(message);
    model.receive(message);
  }
  return { receive, reopen: fragment.reopen, dispose };
}
