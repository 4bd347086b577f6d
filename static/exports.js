/**
 * Share and export: the link to this very picture, the stage as pictures and as a film, and what the server writes of
 * the pass: formulas, programs, data, a page for a folder. A file that was written so is opened here, too.
 */

import { html } from "explorer/dom.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";
import { createRecording } from "explorer/recording.js";
import { painted, standalone } from "explorer/still.js";
import { MOST_STEPS, recorded } from "explorer/reel.js";

/** Of a file that is opened, in bytes; a server's socket takes no more. */
export const LARGEST_FILE = 20_000_000;
const SHARPNESS = 2;
/** Milliseconds that the server may take to write a file. */
const PATIENCE = 180_000;

/** What there is, where it is made, and what it is for. */
const kinds = () => [
  ["svg", "SVG", t("The stage as it is now: a drawing that stays sharp, for papers and handouts.")],
  ["png", "PNG", t("The stage as it is now, in twice the pixels: for slides.")],
  ["gif", "GIF", t("The whole pass as an animation: for slides and pages.")],
  ["html", "HTML", t("One file that plays this pass without a server or a network, with the inspector.")],
  ["latex", "LaTeX", t("The derivation of the line in the inspector: for your own notes.")],
  ["numpy", "NumPy", t("A script that computes the same loss and gradients with NumPy.")],
  ["pytorch", "PyTorch", t("The same with PyTorch, whose own gradients they are.")],
  ["json", "JSON", t("Graph and numbers, to be opened here again.")],
];
const DRAWN = ["svg", "png", "gif"];
/** What takes long enough to be watched and called off. */
const LONG = ["gif", "html"];

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const href = URL.createObjectURL(blob);
  html("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** "mlp-bce_mlp-step-7.svg" @param {import("explorer/model.js").State} state @param {string} kind */
function fileName({ film, step }, kind) {
  const place = kind === "gif" ? "" : `-step-${step}`;
  return `${film.case.replace(/[^\p{L}\p{N}_.]+/gu, "-")}${place}.${kind}`;
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 * @param {{served: boolean}} host
 * @param {AbortSignal} signal
 */
export function createExports(model, stage, { served }, signal) {
  const { state } = model;
  /** What is being made. @type {AbortController | null} */
  let making = null;
  const press = (content, act, attributes = {}) => {
    const made = html("button", { type: "button", class: "tool", ...attributes }, content);
    made.addEventListener("click", act, { signal });
    return made;
  };
  const status = html("p", { class: "status", role: "status" });
  const progress = html("progress", { max: 1, value: 0, "aria-label": t("Made so far"), hidden: true });
  const cancel = press(t("Cancel"), () => making?.abort(), { hidden: true });
  /** Announced once, however often it is said. */
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const recording = createRecording(model, {
    wait: () => say(t("The machine is busy with other work. This begins when it is free.")),
    progress: (share) => {
      say(t("Making the file …"));
      progress.value = share;
    },
  });

  function picture() {
    const { film, step } = state;
    const { width, height } = stage.view.size();
    const title = t("{title}, step {step} of {all}", { title: film.title, step, all: film.steps.length });
    return { text: standalone(stage.drawing, { width, height, title }), width, height };
  }

  /** @returns {Promise<Blob | null>} */
  async function film(ending) {
    if (state.film.steps.length > MOST_STEPS) {
      throw new Error(t("The film has {n} steps; an animation holds {most} at most.", { n: state.film.steps.length, most: MOST_STEPS }));
    }
    return recorded(model, stage, { signal: ending, progress: (share) => { progress.value = share; } });
  }

  /** @type {Record<string, (ending: AbortSignal) => Promise<Blob | null>>} */
  const draw = {
    svg: async () => new Blob([picture().text], { type: "image/svg+xml" }),
    png: async () => {
      const { text, width, height } = picture();
      const canvas = await painted(text, width * SHARPNESS, height * SHARPNESS);
      return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
    },
    gif: film,
  };

  /** @param {string} what @param {AbortSignal} ending @returns {Promise<{blob: Blob, name: string} | null>} */
  async function write(what, ending) {
    const { selected, follow, step, stacked, entries } = state;
    const picked = Object.entries(entries).map(([node, index]) => ({ node, index }));
    const node = what === "latex" || !follow ? selected : null;
    const message = { type: "export", what, node, step, stacked, entries: picked };
    if (LONG.includes(what)) return recording.write(message, ending);
    const reply = await model.send(message, { inPlace: true, patience: PATIENCE });
    if (reply.type !== "export") throw new Error(reply.reason);
    return { blob: new Blob([reply.text], { type: reply.media }), name: reply.name };
  }

  /** One thing at a time; what goes wrong is said here. @param {string} what */
  async function make(what) {
    if (making || !state.film) return;
    const ending = new AbortController();
    making = ending;
    cancel.hidden = !LONG.includes(what);
    progress.hidden = cancel.hidden;
    progress.value = 0;
    say(t("Making the file …"));
    try {
      const blob = DRAWN.includes(what) ? await draw[what](ending.signal) : null;
      const made = DRAWN.includes(what) ? blob && { blob, name: fileName(state, what) } : await write(what, ending.signal);
      if (ending.signal.aborted || !made) say(t("Cancelled."));
      else {
        save(made.blob, made.name);
        say(t("Saved as {name}.", { name: made.name }));
      }
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    } finally {
      making = null;
      const held = cancel.matches(":focus");
      cancel.hidden = true;
      progress.hidden = true;
      if (held) rows.find(([kind]) => kind === what)?.[1].focus();
    }
  }

  const offered = kinds().filter(([kind]) => served || DRAWN.includes(kind));
  /** @type {[string, HTMLElement, string][]} */
  const rows = offered.map(([kind, name, purpose]) =>
    [kind, press(name, () => make(kind), { "data-export": kind, "aria-describedby": `export-${kind}` }), purpose]);

  const address = /** @type {HTMLInputElement} */ (html("input", { type: "text", readonly: true, id: "export-address" }));
  /** A page that came without encryption may not reach the clipboard but by the old way. */
  async function copyLink() {
    address.value = location.href;
    address.select();
    const copied = await (navigator.clipboard?.writeText(address.value).then(() => true, () => false) ?? false)
      || document.execCommand("copy");
    say(copied ? t("The link is copied.") : t("Copy the link from its field."));
  }

  // Behind a button of the page's own: a browser's speaks the browser's language.
  const chosen = /** @type {HTMLInputElement} */ (html("input", { type: "file", accept: ".json,application/json", hidden: true,
    "aria-label": t("Open a JSON file") }));
  async function open() {
    const [file] = chosen.files ?? [];
    if (!file) return;
    const text = file.size > LARGEST_FILE ? null : await file.text();
    chosen.value = "";
    // Quoting can make it longer on its way.
    if (text === null || JSON.stringify(text).length > LARGEST_FILE) {
      say(t("{name} is too large: 20 MB are read at most.", { name: file.name }));
      return;
    }
    const reply = await model.send({ type: "import", text }, { inPlace: true, patience: PATIENCE });
    if (reply.type !== "film") {
      say(reply.reason);
      return;
    }
    const { step, node } = reply.view;
    model.set({ step, playing: false, ...(node ? { selected: node, follow: false } : { follow: true }) });
    element.close();
  }
  chosen.addEventListener("change", open, { signal });

  const close = press(icon("close"), () => element.close(), { "aria-label": t("Close"), title: t("Close") });
  const link = html("div", { class: "link" }, html("label", { for: address.id }, t("Link to this picture")), address,
    press(t("Copy link"), copyLink));
  const opening = html("div", { class: "opening" }, press(t("Open a JSON file"), () => chosen.click()), chosen);
  const element = /** @type {HTMLDialogElement} */ (html("dialog", { class: "exports", "aria-labelledby": "exports-title" },
    html("div", { class: "title" }, html("h2", { id: "exports-title" }, t("Share and export")), close),
    ...(served ? [link] : []),
    html("ul", { class: "kinds" }, ...rows.map(([kind, button, purpose]) =>
      html("li", {}, button, html("span", { id: `export-${kind}` }, purpose)))),
    ...(served ? [opening] : []),
    html("div", { class: "making" }, status, progress, cancel)));
  element.addEventListener("close", () => making?.abort(), { signal });
  signal.addEventListener("abort", () => making?.abort());

  function show() {
    address.value = location.href;
    say("");
    element.showModal();
  }
  return { element, show, receive: recording.receive, open: () => element.open };
}
