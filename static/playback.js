/**
 * Playing the film: who moves the step, and the one animation loop, which sleeps when nothing moves.
 */

import { arrival, flightsOf, STAGGER, TRAVEL } from "explorer/flights.js";

/** Rates of speeds 1 to 9. */
export const RATES = [0.25, 1 / 3, 0.5, 0.75, 1, 1.5, 2, 3, 4];
const DWELL = 900;
const QUIET_STEP = 1500;

/**
 * @param {import("explorer/model.js").Model} model
 * @param {ReturnType<typeof import("explorer/stage.js").createStage>} stage
 * @param {AbortSignal} signal
 */
export function createPlayback(model, stage, signal) {
  const { state } = model;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {import("explorer/flights.js").Flight[]} */
  let flights = [];
  let started = 0;
  let frame = 0;
  let advancing = false;

  const rate = () => RATES[state.speed - 1];
  const end = () => state.film?.steps.length ?? 0;

  function wake() {
    if (!frame) frame = requestAnimationFrame(tick);
  }

  const part = ({ backward }) => (backward ? "gradient" : "value");

  /** Nothing is seen at its end before its pulse is there. */
  function hold() {
    for (const flight of flights) {
      stage.holdCard(flight.receiver, part(flight), true);
      stage.holdEdge(flight.edge, true);
    }
  }

  /** A part of a card stays held back until the last pulse to it has arrived. */
  function release(elapsed) {
    const arrived = flights.filter((flight) => arrival(flight) <= elapsed);
    flights = flights.filter((flight) => arrival(flight) > elapsed);
    for (const flight of arrived) {
      stage.holdEdge(flight.edge, false);
      const more = flights.some(({ receiver }) => receiver === flight.receiver);
      if (!more) stage.holdCard(flight.receiver, part(flight), false);
    }
  }

  function tick(time) {
    frame = 0;
    // The frame's time can precede the click that started the step.
    const elapsed = Math.max(time - started, 0);
    stage.pulses.draw(flights, elapsed);
    if (flights.length) release(elapsed);
    if (state.playing && elapsed >= stepLength() / rate()) advance();
    if (state.playing || flights.length) wake();
    else stage.pulses.clear();
  }

  function stepLength() {
    const pulses = state.step ? state.film.steps[state.step - 1].edges.length : 0;
    return pulses ? TRAVEL + (pulses - 1) * STAGGER + DWELL : QUIET_STEP;
  }

  function settle() {
    release(Infinity);
    stage.pulses.clear();
  }

  /** One step on, with its pulses; an animation that still runs is finished first. */
  function advance() {
    if (state.step >= end()) return;
    settle();
    advancing = true;
    model.set({ step: state.step + 1 });
    advancing = false;
    started = performance.now();
    if (still.matches) return;
    stage.pulses.readColours();
    flights = flightsOf(state.film, state.step, rate(), stage.pathOf);
    hold();
    wake();
  }

  /** @param {number} step */
  function seek(step) {
    model.set({ step });
  }

  function toggle() {
    if (!state.film) return;
    if (state.playing) {
      model.set({ playing: false });
      return;
    }
    if (state.step >= end()) seek(0);
    model.set({ playing: true });
    advance();
    wake();
  }

  model.on(["step", "film"], () => {
    if (advancing) return;
    settle();
    started = performance.now();
  });
  model.on(["look"], stage.pulses.readColours);
  signal.addEventListener("abort", () => cancelAnimationFrame(frame));
  /** Whoever steps by hand has taken over from the player. @param {() => void} act */
  const byHand = (act) => () => {
    model.set({ playing: false });
    act();
  };
  return {
    toggle, seek,
    next: byHand(advance),
    previous: byHand(() => seek(state.step - 1)),
    first: byHand(() => seek(0)),
    last: byHand(() => seek(end())),
  };
}
