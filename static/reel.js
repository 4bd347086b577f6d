/**
 * The pass as an animated GIF: every step as the stage shows it, and between the steps the pulses on their way, by the
 * stage's own drawing code. It is drawn aside of the stage, which stays as it is.
 */

import { html, svg } from "explorer/dom.js";
import { arrival, flightsOf } from "explorer/flights.js";
import { applyPalette, GIFEncoder, quantize } from "explorer/gifenc.js";
import { painted, standalone } from "explorer/still.js";
import { createPulses } from "explorer/pulses.js";
import { createScene } from "explorer/scene.js";

/** Pixels across and down, frames, and steps, at most: what slides and mails still take. */
const LARGEST = [960, 720];
const MOST_FRAMES = 240;
const MARGIN = 22;
const LARGEST_FIT = 1.6;
export const MOST_STEPS = 120;
/** Milliseconds: between frames that move, at a step, at its end where nothing flew, and at the ends of the film. */
const BETWEEN = 100;
const REST = 900;
const QUIET = 1500;
const END = 3000;
const COLOURS = 256;
/** The palette's last place: what has not changed since the frame before. */
const SAME = COLOURS - 1;
/** Pixels of a frame that the palette is made from: one of so many. */
const SAMPLED = 7;

/** Where all of the film is seen: on a projector each step is laid out by itself, which no film could follow. */
function whole({ width, height }, across, down) {
  const k = Math.min((across - 2 * MARGIN) / width, (down - 2 * MARGIN) / height, LARGEST_FIT);
  return { k, x: (across - k * width) / 2, y: (down - k * height) / 2 };
}

/**
 * A stage of its own for the film on show, with the cards where they are, out of sight.
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 */
function createStudio({ state }, stage) {
  const { film, digits } = state;
  const { width, height } = stage.view.size();
  const { x, y, k } = stage.shows(film) ? stage.view.transform() : whole(film, width, height);
  const scale = Math.min(1, LARGEST[0] / width, LARGEST[1] / height);
  const scene = createScene(film);
  scene.arrange(state.moved);
  const world = svg("g", { transform: `translate(${x} ${y}) scale(${k})` }, scene.definitions, scene.element);
  const drawing = svg("svg", { class: stage.drawing.getAttribute("class") }, world);
  const canvas = html("canvas", { class: "pulses" });
  const element = html("div", { class: `${stage.element.className} aside`, "aria-hidden": "true", inert: true }, drawing, canvas);
  Object.assign(element.style, { width: `${width}px`, height: `${height}px` });
  // Whoever zooms meanwhile does not zoom the film.
  const pulses = createPulses(canvas, { size: () => ({ width, height }), transform: () => ({ x, y, k }) });
  stage.element.closest(".explorer").append(element);
  pulses.readColours();
  pulses.enlarge(film.geometry.large);

  /** @param {number} step */
  function show(step) {
    scene.show(step, null, digits, []);
    const current = film.steps[step - 1];
    for (const card of element.querySelectorAll("[data-now]:is(.card)")) card.removeAttribute("data-now");
    if (current) scene.card(current.node).element.dataset.now = "";
    scene.surround(current?.node ?? null);
    element.dataset.phase = current?.phase ?? "idle";
  }

  /** @param {import("explorer/flights.js").Flight[]} flights  those that are still on their way */
  function hold(flights) {
    for (const held of element.querySelectorAll(".arriving")) held.classList.remove("arriving");
    for (const { receiver, backward, edge } of flights) {
      scene.card(receiver)?.hold(backward ? "gradient" : "value", true);
      scene.edge(edge)?.element.classList.add("arriving");
    }
  }

  const size = [Math.round(width * scale), Math.round(height * scale)];
  return {
    show, hold, pulses, size,
    still: () => painted(standalone(drawing, { width, height, title: film.title }), ...size),
    overlay: canvas,
    pathOf: (index) => scene.edge(index).path(),
    close: () => element.remove(),
  };
}

/**
 * The frames of one step: what rests, and before it what flies, with how long each is seen.
 * @param {ReturnType<typeof createStudio>} studio @param {object} film @param {number} step @param {number} pace
 */
async function* framesOf(studio, film, step, pace) {
  studio.show(step);
  const flights = step ? flightsOf(film, step, 1, studio.pathOf) : [];
  const end = Math.max(0, ...flights.map(arrival));
  let still = null;
  let held = -1;
  for (let elapsed = pace / 2; elapsed < end; elapsed += pace) {
    const flying = flights.filter((flight) => arrival(flight) > elapsed);
    if (flying.length !== held) {
      studio.hold(flying);
      still = await studio.still();
      held = flying.length;
    }
    studio.pulses.draw(flying, elapsed);
    yield { still, overlay: studio.overlay, delay: pace };
  }
  studio.hold([]);
  const last = step === 0 || step === film.steps.length;
  yield { still: await studio.still(), overlay: null, delay: last ? END : flights.length ? REST : QUIET };
}

/** The frame's pixels. @param {CanvasRenderingContext2D} context @param {{still: HTMLCanvasElement, overlay: HTMLCanvasElement | null}} frame */
function pixels(context, { still, overlay }) {
  const { width, height } = context.canvas;
  context.drawImage(still, 0, 0);
  if (overlay) context.drawImage(overlay, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

/** Colours of steps all over the film, pulses among them. */
async function palette(studio, film, context) {
  const seen = [];
  const { length } = film.steps;
  for (const step of new Set([0, 1, Math.ceil(length / 3), Math.ceil((2 * length) / 3), length])) {
    for await (const frame of framesOf(studio, film, step, 1000)) {
      const whole = new Uint32Array(pixels(context, frame).buffer);
      seen.push(whole.filter((_, place) => place % SAMPLED === 0));
    }
  }
  const all = new Uint32Array(seen.reduce((sum, { length: count }) => sum + count, 0));
  seen.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
  const colours = quantize(new Uint8Array(all.buffer), SAME);
  while (colours.length < COLOURS) colours.push([0, 0, 0]);
  return colours;
}

/** How far apart the moving frames are, so that there are not too many of them. */
function paceOf(studio, film) {
  const whole = film.steps.reduce((sum, _, index) =>
    sum + Math.max(0, ...flightsOf(film, index + 1, 1, studio.pathOf).map(arrival)), 0);
  const pace = Math.max(BETWEEN, whole / Math.max(1, MOST_FRAMES - 2 * film.steps.length - 1));
  return Math.ceil(pace / 10) * 10; // a GIF counts hundredths of a second
}

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 * @param {{signal: AbortSignal, progress: (share: number) => void}} watcher
 * @returns {Promise<Blob | null>} null where the signal ended it
 */
export const recorded = async (model, stage, { signal, progress }) => {
  const { film } = model.state;
  const studio = createStudio(model, stage);
  try {
    const [width, height] = studio.size;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const colours = await palette(studio, film, context);
    const pace = paceOf(studio, film);
    const gif = GIFEncoder();
    /** @type {Uint8Array | null} */
    let before = null;
    for (let step = 0; step <= film.steps.length; step += 1) {
      for await (const frame of framesOf(studio, film, step, pace)) {
        const shown = applyPalette(pixels(context, frame), colours.slice(0, SAME));
        const changed = before ? shown.map((colour, place) => (colour === before[place] ? SAME : colour)) : shown;
        gif.writeFrame(changed, width, height, { palette: before ? undefined : colours, delay: frame.delay, dispose: 1,
          transparent: Boolean(before), transparentIndex: SAME });
        before = shown;
        // A turn for the page: the button that cancels must answer.
        await new Promise((resume) => { setTimeout(resume); });
        if (signal.aborted) return null;
      }
      progress((step + 1) / (film.steps.length + 1));
    }
    gif.finish();
    return new Blob([gif.bytes()], { type: "image/gif" });
  } finally {
    studio.close();
  }
};
