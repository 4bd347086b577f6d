/**
 * Why matrices? A dialog in which the pass on show is timed, live, as Python loops, by NumPy and, where there is a GPU,
 * by CuPy, while the batch grows. The server measures; this shows what it says, line by line.
 */

import { html } from "explorer/dom.js";
import { icon } from "explorer/icons.js";
import { t } from "explorer/language.js";
import { createTimings, grouped } from "explorer/timings.js";

const reasons = () => [
  t("A product such as W · x is one call: a library that is tuned for the machine's cores, or a GPU, does all of it. A "
    + "loop of our own, such as Python's for, computes one element of one matrix per iteration."),
  t("Here the pass of this very graph, forward and backward, is timed both ways while the batch grows."),
];

/**
 * @param {import("explorer/model.js").Model} model
 * @param {() => Promise<Element>} makePlot  asked for when the dialog is first opened
 * @param {AbortSignal} signal
 */
export function createWhy(model, makePlot, signal) {
  const press = (name, act, attributes = {}, content = name) => {
    const made = html("button", { type: "button", class: "tool", ...attributes }, content);
    made.addEventListener("click", act, { signal });
    return made;
  };
  const start = press(t("Start"), () => ask("start"), { class: "tool go" });
  const cancel = press(t("Cancel"), () => ask("cancel"), { hidden: true });
  const close = press(t("Close"), () => element.close(), { "aria-label": t("Close"), title: t("Close") }, icon("close"));
  const progress = html("progress", { max: 1, value: 0, "aria-label": t("Measured") });
  const status = html("p", { class: "status", role: "status" });
  const plot = html("div", { class: "plot", role: "img",
    "aria-label": t("The times of the table as lines over the batch size; both axes are logarithmic") });
  const timings = createTimings();
  const element = html("dialog", { class: "why", "aria-labelledby": "why-title" },
    html("div", { class: "title" }, html("h2", { id: "why-title" }, t("Why matrices?")),
      html("span", { class: "place" }, t("HCI lab 7, B5.3, closing note")), close),
    ...reasons().map((text) => html("p", { class: "reason" }, text)),
    html("div", { class: "controls" }, start, cancel, progress, status),
    html("div", { class: "found" }, plot, timings.element));
  let drawn = false;
  let running = false;

  /** Announced once, however often it is said. @param {string} text */
  function say(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  /** @param {boolean} on */
  function run(on) {
    const held = element.contains(/** @type {ShadowRoot} */ (element.getRootNode()).activeElement);
    running = on;
    start.hidden = on;
    cancel.hidden = !on;
    // The button that had the focus is gone: its other half takes it.
    if (held && element.open) (on ? cancel : start).focus();
  }

  /** @param {"start" | "cancel"} action */
  async function ask(action) {
    if (action === "start") {
      run(true);
      progress.value = 0;
      say(t("Starting …"));
    }
    const reply = await model.send({ type: "timing", action });
    if (reply.type === "refused") {
      end(reply.reason);
    }
  }

  function open() {
    element.showModal();
    (running ? cancel : start).focus(); // in somebody else's frame, a browser refuses `autofocus`
    if (drawn) return;
    drawn = true;
    makePlot().then((made) => plot.replaceChildren(made));
  }

  /** @param {string} text */
  function end(text) {
    run(false);
    say(text);
  }

  const hear = {
    waiting: () => say(t("Another race is on. This one starts when the machine is free.")),
    started: (message) => timings.start(message),
    progress: ({ done, size }) => {
      progress.value = done;
      say(t("Batches of {size} …", { size: grouped(size) }));
    },
    timed: (message) => timings.add(message),
    left: (message) => timings.leave(message),
    finished: () => end(timings.conclusion()),
    failed: ({ reason }) => end(reason),
    cancelled: () => end(t("Cancelled. What was measured stays.")),
  };

  // What was measured of another lesson says nothing of this one.
  let timed = null;
  model.on(["film"], ({ film }) => {
    if (timed !== null && film?.case !== timed) {
      timings.clear();
      progress.value = 0;
      say("");
    }
    timed = film?.case ?? null;
  });
  element.addEventListener("close", () => { if (running) ask("cancel"); }, { signal });
  const button = press(t("Why matrices?"), open, { "aria-haspopup": "dialog" });
  /** @param {{kind: string}} message  of type "timing" */
  const receive = (message) => hear[message.kind]?.(message);
  return { button, element, receive, open: () => element.open };
}
